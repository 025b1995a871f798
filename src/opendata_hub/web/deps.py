"""What a route may ask for: the hub, the language of its address."""

from typing import Annotated

from fastapi import Depends, Request

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.texts import LANGUAGES


def hub_of(request: Request) -> Hub:
    """The hub this application serves, with its authorities as they are at this request."""
    hub: Hub | None = getattr(request.state, "hub", None)
    if hub is None:
        hub = request.app.state.hub.current()
        request.app.state.hub = request.state.hub = hub
    return hub


def page_language(language: str) -> str:
    """The language in the address of a page; raises NotKnown for another."""
    if language in LANGUAGES:
        return language
    raise NotKnown("There is no page at this address")


HubDep = Annotated[Hub, Depends(hub_of)]
PageLanguage = Annotated[str, Depends(page_language)]

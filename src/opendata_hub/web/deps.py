"""What a route may ask for: the hub, the language of its address."""

from typing import Annotated

from fastapi import Depends, Request

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.texts import LANGUAGES


# What is not async is run in another thread, and to go there and back costs more than either.
async def hub_of(request: Request) -> Hub:
    """The hub this application serves."""
    hub: Hub = request.app.state.hub
    return hub


async def page_language(language: str) -> str:
    """The language in the address of a page; raises NotKnown for another."""
    if language in LANGUAGES:
        return language
    raise NotKnown("There is no page at this address")


HubDep = Annotated[Hub, Depends(hub_of)]
PageLanguage = Annotated[str, Depends(page_language)]

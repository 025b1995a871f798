"""What a route may ask for: the hub, the language of its address."""

from typing import Annotated

from fastapi import Depends, Path, Request
from starlette.concurrency import run_in_threadpool

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.texts import LANGUAGES


def served(request: Request) -> Hub:
    """The hub this application serves, for what does not depend on its authorities."""
    hub: Hub = request.app.state.hub
    return hub


# What is not async is run in another thread, and to go there and back costs more than either.
async def hub_of(request: Request) -> Hub:
    """The hub this application serves, with its authorities as they are at this request."""
    state = request.app.state
    stamp = state.watch.stamp()
    if stamp is None or stamp != state.seen:
        state.hub = await run_in_threadpool(state.hub.current)
        state.seen = stamp
    hub: Hub = state.hub
    return hub


async def page_language(language: str) -> str:
    """The language in the address of a page; raises NotKnown for another."""
    if language in LANGUAGES:
        return language
    raise NotKnown("There is no page at this address")


HubDep = Annotated[Hub, Depends(hub_of)]
PageLanguage = Annotated[str, Depends(page_language)]
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]
"""Of a row of the store, as long as a database can hold one."""

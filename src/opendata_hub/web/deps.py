"""What a route may ask for: the hub, the language of its address, a key."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import NotKnown, TokenNeeded
from opendata_hub.domain.secret import api_key_digest
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.store import tokens

bearer = HTTPBearer(auto_error=False, description="`opendata-hub token create NAME` makes one.")


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


def require_token(request: Request) -> None:
    """Raise TokenNeeded unless the request carries a key that is known and not revoked."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    hub: Hub = request.app.state.hub
    if kind.lower() == "bearer" and key:
        digest, now = api_key_digest(key.strip()), clock.now()
        with hub.reading() as session:
            token = tokens.find(session, digest)
        if token and not token.revoked_at:
            # A stranger never waits for a writer, and nobody makes us write at every call.
            if not token.last_used_at or token.last_used_at.date() < now.date():
                with hub.writing() as session:
                    tokens.mark_used(session, digest, now)
            return
        raise TokenNeeded("This API token is not known here, or it was revoked")
    raise TokenNeeded("Send an API token: Authorization: Bearer odh_…")


HubDep = Annotated[Hub, Depends(hub_of)]
PageLanguage = Annotated[str, Depends(page_language)]

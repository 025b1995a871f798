"""Signing in at the provider of identities, and out of it again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.adapters.people.provider import Provider
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import NotKnown, ProviderFailed, ProviderRefused, TokenForged
from opendata_hub.domain.people import provider as rules
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.session import Proof
from opendata_hub.domain.protection.pace import Traffic
from opendata_hub.flows.people.recognise import recognise
from opendata_hub.flows.people.sign_in import open_session
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.protection.cookies import (
    cookie_flags,
    give_key,
    shown_key,
    thread_cookie,
)
from opendata_hub.web.rendering import page

BACK = "/sign-in/provider/back"
"""Where the provider leads back to; registered there, under the base address."""
READ = ["GET", "HEAD"]
Told = Annotated[str, Query(max_length=4000)]
router = APIRouter(route_class=Door, include_in_schema=False)


@router.get("/{language}/sign-in/provider")
@needs(Deed.SIGN_IN, counted=Traffic.SIGN_IN)
def go(request: Request, hub: HubDep, language: PageLanguage) -> Response:
    """Lead to the provider; the browser keeps what it needs to come back."""
    provider = _provider(hub)
    thread = rules.new_thread(language, clock.now())
    there = provider.address(
        back_to=f"{hub.frame.base_url}{BACK}", state=thread.state(hub.key),
        nonce=thread.nonce(hub.key), challenge=thread.challenge(hub.key), now=clock.ticks(),
    )  # fmt: skip
    answer = RedirectResponse(there, 303, {"Cache-Control": "no-store"})
    answer.set_cookie(
        thread_cookie(request), str(thread), max_age=rules.LONGEST_SECONDS, **cookie_flags(request)
    )
    return answer


@router.get(BACK)
@needs(Deed.SIGN_IN, counted=Traffic.SIGN_IN)
def come_back(
    request: Request, hub: HubDep,
    code: Told = "", state: Told = "", error: Told = "", iss: Told = "",
) -> Response:  # fmt: skip
    """Open a session for whom the provider vouches for."""
    provider, now = _provider(hub), clock.now()
    held = request.cookies.get(thread_cookie(request), "")
    thread = rules.taken_up(held, state, hub.key, now)
    if iss and iss != provider.client.issuer:
        raise TokenForged("Another provider than ours has answered")
    if error or not code:
        raise ProviderRefused("The provider of identities did not let you in, or you broke off")
    claims = provider.claims(
        code, back_to=f"{hub.frame.base_url}{BACK}", verifier=thread.verifier(hub.key),
        now=clock.ticks(),
    )  # fmt: skip
    known = rules.identity(
        claims, issuer=provider.client.issuer, client=provider.client.id,
        nonce=thread.nonce(hub.key), now=now,
    )  # fmt: skip
    with hub.writing() as session:
        account = recognise(session, known, now)
        key = open_session(
            session, account.id, Proof.PROVIDER,
            user_agent=request.headers.get("user-agent", ""), instead_of=shown_key(request),
            now=now,
        )  # fmt: skip
    answer = RedirectResponse(f"/{thread.language}/account", 303, {"Cache-Control": "no-store"})
    give_key(request, answer, key)
    answer.delete_cookie(thread_cookie(request), **cookie_flags(request))
    return answer


@router.api_route("/{language}/signed-out", methods=READ)
@needs(Deed.SIGN_IN)
def signed_out(request: Request, hub: HubDep, language: PageLanguage) -> Response:
    """Say that the session here is closed, and lead to where the provider's is closed too.

    A link, not a redirect: pages may send their forms to the hub only, and browsers hold an answer
    that leads elsewhere to that. A provider that does not answer keeps nobody signed in here.
    """
    provider = _provider(hub)
    try:
        there = provider.way_out(
            back_to=f"{hub.frame.base_url}/{language}/signed-out", now=clock.ticks()
        )
    except ProviderFailed:
        there = ""
    return page(request, "signed_out.html", language, there=there)


def _provider(hub: Hub) -> Provider:
    if hub.provider is None:
        raise NotKnown("There is no page at this address")
    return hub.provider

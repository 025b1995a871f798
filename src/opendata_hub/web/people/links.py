"""Pages for who has no account yet, has forgotten a password, or follows a link from a mail."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.address import email_address, person_name
from opendata_hub.domain.errors import (
    BadAddress,
    BadName,
    Forbidden,
    LinkOver,
    Refused,
    WeakPassword,
)
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.one_time_link import OneTimeLink
from opendata_hub.domain.people.password import new_password
from opendata_hub.domain.people.session import Proof
from opendata_hub.domain.protection.pace import Traffic
from opendata_hub.domain.secret import link_digest
from opendata_hub.flows.people import attempts, send_link, sign_in, use_link
from opendata_hub.store.people import links
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.people.browser import (
    READ,
    Field,
    caller,
    code_of,
    form,
    lead,
    needs_second_factor,
    send_after,
    user_agent,
)
from opendata_hub.web.protection.cookies import give_key, shown_key

router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/{language}/account/new", methods=READ)
@needs(Deed.SIGN_IN)
def ask_account(request: Request, language: PageLanguage) -> Response:
    """The form for a new account."""
    return form(request, "account_new.html", language, email="", name="")


@router.post("/{language}/account/new")
@needs(Deed.SIGN_IN, counted=Traffic.SIGN_UP)
def send_confirmation(
    request: Request, hub: HubDep, language: PageLanguage, email: Field = "", name: Field = ""
) -> Response:
    """Write to the address; the answer does not say whether there is an account."""
    try:
        address, called = email_address(email), person_name(name)
    except (BadAddress, BadName) as problem:
        return form(
            request, "account_new.html", language,
            status=422, email=email, name=name, problem=problem.code,
        )  # fmt: skip
    with hub.writing() as session:
        send_link.sign_up(
            session, address, name=called, language=language, hub_key=hub.key, now=clock.now()
        )
    return _written(request, hub, language, address)


@router.api_route("/{language}/account/reset", methods=READ)
@needs(Deed.SIGN_IN)
def ask_reset(request: Request, language: PageLanguage) -> Response:
    """The form for who has forgotten a password."""
    return form(request, "account_reset.html", language, email="")


@router.post("/{language}/account/reset")
@needs(Deed.SIGN_IN, counted=Traffic.RESET)
def send_reset(
    request: Request, hub: HubDep, language: PageLanguage, email: Field = ""
) -> Response:
    """Write to the address; the answer does not say whether there is an account."""
    try:
        address = email_address(email)
    except BadAddress as problem:
        return form(
            request, "account_reset.html", language,
            status=422, email=email, problem=problem.code,
        )  # fmt: skip
    with hub.writing() as session:
        send_link.ask_reset(session, address, hub_key=hub.key, now=clock.now())
    return _written(request, hub, language, address)


@router.api_route("/{language}/account/links/{token}", methods=READ)
@needs(Deed.SIGN_IN)
def look_at_link(request: Request, hub: HubDep, language: PageLanguage, token: str) -> Response:
    """What the link does. Looking uses nothing up: scanners of mail look at every link."""
    try:
        link, account = _found(hub, token)
    except LinkOver:
        return form(request, "account_link_over.html", language, status=404)
    return _link_page(request, language, link, account, name=link.name)


@router.post("/{language}/account/links/{token}")
@needs(Deed.SIGN_IN)
def use_the_link(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    token: str,
    name: Field = "",
    new_password_: Annotated[str, Form(alias="new_password")] = "",
) -> Response:
    """Use the link, and sign in who has chosen a password with it."""
    try:
        link, account = _found(hub, token)
        return _used(request, hub, language, link, account, name, new_password_)
    except (WeakPassword, BadName) as problem:
        return _link_page(
            request, language, link, account, name=name, status=422, problem=problem.code
        )
    except (LinkOver, Refused, Forbidden):
        return form(request, "account_link_over.html", language, status=422)


def _found(hub: Hub, token: str) -> tuple[OneTimeLink, Account | None]:
    with hub.reading() as session:
        link = links.get(session, link_digest(token), clock.now())
        return link, use_link.account_of(session, link)


def _link_page(
    request: Request,
    language: str,
    link: OneTimeLink,
    account: Account | None,
    *,
    name: str,
    status: int = 200,
    problem: str = "",
) -> Response:
    return form(
        request, "account_link.html", language,
        status=status, link=link, is_new=account is None, name=name, problem=problem,
        asks_password=use_link.asks_password(link, account),
    )  # fmt: skip


def _used(
    request: Request,
    hub: Hub,
    language: str,
    link: OneTimeLink,
    account: Account | None,
    name: str,
    password: str,
) -> Response:
    called, kept = account.name if account else person_name(name), None
    if use_link.asks_password(link, account):
        # Hashed before the transaction: it takes a fifth of a second.
        kept = hub.passwords.hashed(new_password(password, email=link.email, name=called))
    now = clock.now()
    with hub.writing() as session:
        person = use_link.use(session, link, name=called, kept=kept, now=now)
        attempts.vouch(session, link.email, caller(request), now)
        attempts.vouch(session, code_of(person), caller(request), now)
        if kept is None:
            return lead(hub, f"/{language}/sign-in")
        proof, key = sign_in.enter(
            session, person,
            user_agent=user_agent(request), instead_of=shown_key(request), now=now,
        )  # fmt: skip
    if proof is Proof.HALF:
        answer = lead(hub, f"/{language}/sign-in/code")
    elif needs_second_factor(hub, person, proof):
        answer = lead(hub, f"/{language}/account/second-factor")
    else:
        answer = lead(hub, f"/{language}/account")
    give_key(request, answer, key)
    return answer


def _written(request: Request, hub: Hub, language: str, email: str) -> Response:
    answer = form(request, "account_written.html", language, email=email)
    answer.background = send_after(hub)
    return answer

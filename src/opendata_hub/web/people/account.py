"""Somebody's own account: name, sessions, keys for programs, password, address, second factor."""

from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from opendata_hub import clock
from opendata_hub.adapters.people import second_factor as authenticator
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.address import email_address, person_name
from opendata_hub.domain.errors import (
    BadAddress,
    BadName,
    HubError,
    Invalid,
    Refused,
    WeakPassword,
    WrongCode,
    WrongPassword,
)
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.letter import LetterKind
from opendata_hub.domain.people.password import new_password
from opendata_hub.domain.people.session import WHOLE, Proof, WebSession
from opendata_hub.domain.texts import in_language
from opendata_hub.flows.people import credentials as flow
from opendata_hub.flows.people import send_link
from opendata_hub.flows.people.issue_token import Limits, issue_to_account, revoke
from opendata_hub.store.people import accounts, credentials, sessions, tokens
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.people.browser import (
    READ,
    BrowserDep,
    Field,
    form,
    lead,
    needs_second_factor,
    renew,
    require_password,
    send_after,
    spoken,
)

router = APIRouter(route_class=Door, include_in_schema=False)
NewPassword = Annotated[str, Form(alias="new_password")]
DAYS = (30, 90, 365)
"""For how long a key for a program may be made here."""


@router.api_route("/account", methods=READ)
@needs(Deed.SIGN_IN)
def without_language(request: Request) -> Response:
    """An address without a language leads to the one that has the reader's."""
    return negotiation.to_language(request, "account")


@router.api_route("/{language}/account", methods=READ)
@needs(Deed.KEEP_OWN_ACCOUNT)
def show(request: Request, hub: HubDep, language: PageLanguage, browser: BrowserDep) -> Response:
    """The account, with everything that opens it."""
    return _account_page(request, hub, language, browser)


@router.post("/{language}/account/profile")
@needs(Deed.KEEP_OWN_ACCOUNT)
def describe(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    browser: BrowserDep,
    name: Field = "",
    speaks: Field = "",
) -> Response:
    """Keep another name, and the language of letters."""
    try:
        called, language_of_letters = person_name(name), spoken(speaks)
    except Invalid as problem:
        return _account_page(request, hub, language, browser, problem=problem, at="profile")
    with hub.writing() as session:
        accounts.describe(session, browser.person, name=called, language=language_of_letters)
    return RedirectResponse(f"/{language}/account", 303)


@router.post("/{language}/account/password")
@needs(Deed.KEEP_OWN_ACCOUNT)
def change_password(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    browser: BrowserDep,
    password: Field = "",
    chosen: NewPassword = "",
) -> Response:
    """Keep another password; every other session is closed."""
    account = _account(hub, browser)
    try:
        require_password(hub, browser.person, password)
        checked = new_password(chosen, email=account.email or "", name=account.name)
    except (WrongPassword, WeakPassword) as problem:
        return _account_page(request, hub, language, browser, problem=problem, at="change")
    kept, now = hub.passwords.hashed(checked), clock.now()
    with hub.writing() as session:
        flow.set_password(session, account, kept, now=now)
        flow.tell(session, account, LetterKind.PASSWORD_CHANGED, now)
    proof = Proof.PASSWORD if browser.proof is Proof.DEMO else browser.proof
    answer = lead(hub, f"/{language}/account")
    return renew(request, hub, answer, browser.person, proof)


@router.post("/{language}/account/email")
@needs(Deed.KEEP_OWN_ACCOUNT)
def change_address(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    browser: BrowserDep,
    email: Field = "",
    password: Field = "",
) -> Response:
    """Write to the new address: it becomes the account's when the link is used."""
    try:
        require_password(hub, browser.person, password)
        address = email_address(email)
    except (WrongPassword, BadAddress) as problem:
        return _account_page(request, hub, language, browser, problem=problem, at="move")
    with hub.writing() as session:
        account = accounts.get(session, browser.person)
        send_link.ask_change(session, account, address, hub_key=hub.key, now=clock.now())
    answer = form(request, "account_written.html", language, email=address)
    answer.background = send_after(hub)
    return answer


@router.post("/{language}/account/sessions")
@needs(Deed.KEEP_OWN_ACCOUNT)
def close_session(
    hub: HubDep, language: PageLanguage, browser: BrowserDep, number: Field = ""
) -> Response:
    """Close one session, or all others."""
    with hub.writing() as session:
        if number == "others":
            sessions.close_all(session, browser.person, but=browser.id)
        elif number.isascii() and number.isdecimal():
            sessions.close_one(session, browser.person, int(number[:18]))
    return RedirectResponse(f"/{language}/account#sessions", 303)


@router.post("/{language}/account/tokens")
@needs(Deed.KEEP_OWN_ACCOUNT)
def make_token(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    browser: BrowserDep,
    name: Field = "",
    only: Annotated[list[str] | None, Form()] = None,
    days: Field = "",
    password: Field = "",
) -> Response:
    """Make a key for a program and show it, once."""
    account = _account(hub, browser)
    now = clock.now()
    try:
        require_password(hub, browser.person, password)
        _require_whole(hub, browser)
        limits = Limits(_deeds(only or []), now + _span(days), is_proved=browser.proof in WHOLE)
        called = f"{account.email}: {person_name(name)}"
        with hub.writing() as session:
            key = issue_to_account(
                session, called, account.email or "", limits, by=browser.person, now=now
            )
    except (WrongPassword, BadName, Invalid, Refused) as problem:
        return _account_page(request, hub, language, browser, problem=problem, at="token")
    return form(request, "account_token.html", language, key=key, name=called)


@router.post("/{language}/account/tokens/revoke")
@needs(Deed.KEEP_OWN_ACCOUNT)
def revoke_token(
    hub: HubDep, language: PageLanguage, browser: BrowserDep, name: Field = ""
) -> Response:
    """Close a key for good, if it is theirs."""
    with hub.writing() as session:
        if any(each.name == name for each in tokens.all_of(session, person=browser.person)):
            revoke(session, name, by=browser.person, now=clock.now())
    return RedirectResponse(f"/{language}/account#tokens", 303)


@router.api_route("/{language}/account/second-factor", methods=READ)
@needs(Deed.KEEP_OWN_ACCOUNT)
def show_second_factor(
    request: Request, hub: HubDep, language: PageLanguage, browser: BrowserDep
) -> Response:
    """Whether there is a second factor; its secret while it is being set up."""
    return _factor_page(request, hub, language, browser)


@router.post("/{language}/account/second-factor")
@needs(Deed.KEEP_OWN_ACCOUNT)
def begin_second_factor(hub: HubDep, language: PageLanguage, browser: BrowserDep) -> Response:
    """Make a secret for the authenticator."""
    with hub.writing() as session:
        flow.begin_second_factor(session, browser.person)
    return RedirectResponse(f"/{language}/account/second-factor", 303)


@router.post("/{language}/account/second-factor/confirm")
@needs(Deed.KEEP_OWN_ACCOUNT)
def confirm_second_factor(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    browser: BrowserDep,
    code: Field = "",
    password: Field = "",
) -> Response:
    """Ask for codes from now on, and show the recovery codes, once."""
    account = _account(hub, browser)
    try:
        require_password(hub, browser.person, password)
        with hub.writing() as session:
            codes = flow.confirm_second_factor(
                session, account, code, hub_key=hub.key, now=clock.now()
            )
    except (WrongPassword, WrongCode) as problem:
        return _factor_page(request, hub, language, browser, problem=problem)
    return _shown_codes(request, hub, language, browser, codes)


@router.post("/{language}/account/second-factor/off")
@needs(Deed.KEEP_OWN_ACCOUNT)
def drop_second_factor(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    browser: BrowserDep,
    password: Field = "",
) -> Response:
    """Ask for no code any more; roles that need one stay shut until there is another."""
    account = _account(hub, browser)
    try:
        require_password(hub, browser.person, password)
    except WrongPassword as problem:
        return _factor_page(request, hub, language, browser, problem=problem)
    with hub.writing() as session:
        flow.drop_second_factor(session, account, clock.now())
    answer = lead(hub, f"/{language}/account/second-factor")
    return renew(request, hub, answer, browser.person, Proof.PASSWORD)


@router.post("/{language}/account/recovery-codes")
@needs(Deed.KEEP_OWN_ACCOUNT)
def make_recovery_codes(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    browser: BrowserDep,
    password: Field = "",
) -> Response:
    """Make recovery codes instead of the earlier ones, and show them, once."""
    try:
        require_password(hub, browser.person, password)
    except WrongPassword as problem:
        return _factor_page(request, hub, language, browser, problem=problem)
    if browser.proof is not Proof.CODE:
        raise Refused("Recovery codes stand in for a second factor, and there is none")
    with hub.writing() as session:
        codes = flow.new_recovery_codes(session, browser.person)
    return _shown_codes(request, hub, language, browser, codes)


def _account(hub: Hub, browser: WebSession) -> Account:
    with hub.reading() as session:
        return accounts.get(session, browser.person)


def _account_page(
    request: Request,
    hub: Hub,
    language: str,
    browser: WebSession,
    *,
    problem: HubError | None = None,
    at: str = "",
) -> Response:
    now = clock.now()
    with hub.reading() as session:
        account = accounts.get(session, browser.person)
        known = credentials.of_person(session, browser.person)
        values: dict[str, Any] = {
            "account": account,
            "has_password": known is not None and known.hash is not None,
            "has_second_factor": known is not None and known.has_second_factor,
            "sessions": sessions.of_person(session, browser.person, now),
            "tokens": tokens.all_of(session, person=browser.person),
        }
    return form(
        request, "account.html", language,
        status=422 if problem else 200, problem=problem.code if problem else "", at=at,
        is_shut=needs_second_factor(hub, browser.person, browser.proof),
        browser=browser, now=now, zone=ZoneInfo(hub.timezone), deeds=sorted(Deed), days=DAYS,
        publishers=hub.frame.site.publishers, **values,
    )  # fmt: skip


def _factor_page(
    request: Request,
    hub: Hub,
    language: str,
    browser: WebSession,
    *,
    problem: HubError | None = None,
) -> Response:
    with hub.reading() as session:
        account = accounts.get(session, browser.person)
        factor = credentials.second_factor(session, browser.person)
        secret = flow.second_factor_secret(session, browser.person, hub.key)
        left = credentials.recovery_codes_left(session, browser.person)
    is_on = factor is not None and factor.confirmed_at is not None
    letters, picture = "", Markup("")
    if secret and not is_on:
        issuer, _ = in_language(hub.frame.site.title, language)
        taken = authenticator.address(secret, account=account.email or "", issuer=issuer)
        letters = authenticator.in_letters(secret)
        picture = Markup(authenticator.picture(taken).decode())  # noqa: S704  (our own drawing)
    return form(
        request, "second_factor.html", language,
        status=422 if problem else 200, problem=problem.code if problem else "",
        is_on=is_on, secret=letters, picture=picture, left=left,
        is_shut=needs_second_factor(hub, browser.person, browser.proof),
    )  # fmt: skip


def _shown_codes(
    request: Request, hub: Hub, language: str, browser: WebSession, codes: list[str]
) -> Response:
    answer = form(request, "recovery_codes.html", language, codes=codes)
    answer.background = send_after(hub)
    return renew(request, hub, answer, browser.person, Proof.CODE)


def _require_whole(hub: Hub, browser: WebSession) -> None:
    if needs_second_factor(hub, browser.person, browser.proof):
        raise Refused("Set up the second factor first: a key opens the same roles")


def _deeds(chosen: list[str]) -> frozenset[Deed] | None:
    """What a key is limited to; None for all. Raises Invalid."""
    try:
        return frozenset(map(Deed, chosen)) or None
    except ValueError:
        raise Invalid("There is no such deed") from None


def _span(days: str) -> timedelta:
    if days not in map(str, DAYS):
        raise Invalid("Choose for how long the key is good")
    return timedelta(days=int(days))

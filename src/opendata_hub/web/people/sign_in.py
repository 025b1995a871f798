"""Signing in: the password, then the code, or a recovery code when the phone is lost."""

from contextlib import suppress
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.address import email_address
from opendata_hub.domain.errors import BadAddress, NotSignedIn, ProofNeeded, WrongCode
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.session import Proof, WebSession
from opendata_hub.domain.secret import session_key_digest
from opendata_hub.flows.people import sign_in as flow
from opendata_hub.store.people import credentials, sessions
from opendata_hub.store.people.credentials import Credential
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, WebSessionDep, needs
from opendata_hub.web.people.browser import (
    READ,
    Field,
    code_of,
    compare,
    form,
    lead,
    local,
    needs_second_factor,
    note_attempt,
    require_may_try,
    user_agent,
)
from opendata_hub.web.protection.cookies import give_key, shown_key, take_key

router = APIRouter(route_class=Door, include_in_schema=False)
Next = Annotated[str, Query(alias="next", max_length=2000)]


@router.api_route("/sign-in", methods=READ)
@needs(Deed.SIGN_IN)
def without_language(request: Request) -> Response:
    """An address without a language leads to the one that has the reader's."""
    return negotiation.to_language(request, "sign-in")


@router.api_route("/{language}/sign-in", methods=READ)
@needs(Deed.SIGN_IN)
def ask_password(request: Request, language: PageLanguage, wanted: Next = "") -> Response:
    """The form for address and password."""
    return form(request, "sign_in.html", language, email="", next=wanted)


@router.post("/{language}/sign-in")
@needs(Deed.SIGN_IN)
def take_password(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    email: Field = "",
    password: Field = "",
    next: Field = "",  # noqa: A002  (the name in the form)
) -> Response:
    """Open a session; half of one, when the account asks for a code."""
    try:
        known = _compared(request, hub, email, password)
        with hub.writing() as session:
            proof, key = flow.enter(
                session, known.person, shown=known,
                user_agent=user_agent(request), instead_of=shown_key(request), now=clock.now(),
            )  # fmt: skip
    except (NotSignedIn, ProofNeeded) as problem:
        return form(
            request, "sign_in.html", language,
            status=401, email=email, next=next, problem=problem.code,
        )  # fmt: skip
    if proof is Proof.HALF:
        answer = _to_code(language, next)
    else:
        answer = lead(hub, _onward(hub, known.person, proof, language, next))
    give_key(request, answer, key)
    return answer


@router.api_route("/{language}/sign-in/code", methods=READ)
@needs(Deed.SIGN_IN)
def ask_code(
    request: Request, language: PageLanguage, halfway: WebSessionDep, wanted: Next = ""
) -> Response:
    """The form for the code."""
    if not _is_half(halfway):
        return RedirectResponse(f"/{language}/sign-in", 303)
    return form(request, "sign_in_code.html", language, next=wanted)


@router.post("/{language}/sign-in/code")
@needs(Deed.SIGN_IN)
def take_code(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    halfway: WebSessionDep,
    code: Field = "",
    next: Field = "",  # noqa: A002  (the name in the form)
) -> Response:
    """Open the whole session."""
    if halfway is None or not _is_half(halfway):
        return RedirectResponse(f"/{language}/sign-in", 303)
    try:
        require_may_try(hub, request, code_of(halfway.person))
        with hub.writing() as session:
            key = flow.answer_code(
                session, halfway.person, code, hub_key=hub.key,
                user_agent=user_agent(request), instead_of=shown_key(request), now=clock.now(),
            )  # fmt: skip
    except (WrongCode, ProofNeeded) as problem:
        _note_wrong_code(request, hub, halfway.person, problem)
        return form(
            request, "sign_in_code.html", language, status=422, next=next, problem=problem.code
        )
    note_attempt(hub, request, code_of(halfway.person), succeeded=True)
    answer = lead(hub, local(next, f"/{language}/account"))
    give_key(request, answer, key)
    return answer


@router.api_route("/{language}/sign-in/recovery", methods=READ)
@needs(Deed.SIGN_IN)
def ask_recovery(request: Request, language: PageLanguage, halfway: WebSessionDep) -> Response:
    """The form for a recovery code."""
    if not _is_half(halfway):
        return RedirectResponse(f"/{language}/sign-in", 303)
    return form(request, "sign_in_recovery.html", language)


@router.post("/{language}/sign-in/recovery")
@needs(Deed.SIGN_IN)
def take_recovery(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    halfway: WebSessionDep,
    code: Field = "",
) -> Response:
    """Open a session in which the second factor is set up anew."""
    if halfway is None or not _is_half(halfway):
        return RedirectResponse(f"/{language}/sign-in", 303)
    try:
        require_may_try(hub, request, code_of(halfway.person))
        with hub.writing() as session:
            key = flow.recover(
                session, halfway.person, code, user_agent=user_agent(request), now=clock.now()
            )
    except (WrongCode, ProofNeeded) as problem:
        _note_wrong_code(request, hub, halfway.person, problem)
        return form(request, "sign_in_recovery.html", language, status=422, problem=problem.code)
    answer = lead(hub, f"/{language}/account/second-factor")
    give_key(request, answer, key)
    return answer


@router.post("/{language}/sign-out")
@needs(Deed.SIGN_IN)
def sign_out(
    request: Request, hub: HubDep, language: PageLanguage, found: WebSessionDep
) -> Response:
    """Close the session, whatever it was good for; the provider's is closed by its own page."""
    is_of_provider = found is not None and found.proof is Proof.PROVIDER and hub.provider
    with hub.writing() as session:
        sessions.close(session, session_key_digest(shown_key(request)))
    answer = RedirectResponse(f"/{language}/{'signed-out' if is_of_provider else ''}", 303)
    take_key(request, answer)
    return answer


def _compared(request: Request, hub: Hub, typed_email: str, typed_password: str) -> Credential:
    """The account with that address and that password.

    Raises NotSignedIn, after as long; TooOften and ProofNeeded after too many wrong passwords.
    """
    known, email = None, ""
    with suppress(BadAddress):
        email = email_address(typed_email)
    if email:
        require_may_try(hub, request, email)
        with hub.reading() as session:
            known = credentials.by_email(session, email)
    is_right = compare(hub, known, typed_password)
    if email:
        note_attempt(hub, request, email, succeeded=is_right and known is not None)
    if not is_right or known is None:
        raise NotSignedIn("The address or the password is wrong, or the account is closed")
    return known


def _note_wrong_code(
    request: Request, hub: Hub, person: int, problem: WrongCode | ProofNeeded
) -> None:
    if isinstance(problem, WrongCode):
        note_attempt(hub, request, code_of(person), succeeded=False)


def _is_half(found: WebSession | None) -> bool:
    return found is not None and found.proof is Proof.HALF


def _to_code(language: str, wanted: str) -> Response:
    going_on = local(wanted, "")
    question = f"?next={quote(going_on, safe='/')}" if going_on else ""
    return RedirectResponse(f"/{language}/sign-in/code{question}", 303)


def _onward(hub: Hub, person: int, proof: Proof, language: str, wanted: str) -> str:
    if needs_second_factor(hub, person, proof):
        return f"/{language}/account/second-factor"
    return local(wanted, f"/{language}/account")

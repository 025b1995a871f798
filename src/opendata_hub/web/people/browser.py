"""What the pages for people share: the browser's session, where to go on, what is sent after."""

import math
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask, BackgroundTasks

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.correspondence.mail import Rank
from opendata_hub.domain.errors import (
    Forbidden,
    Invalid,
    ProofNeeded,
    TooOften,
    WrongPassword,
)
from opendata_hub.domain.people.password import LONGEST, as_typed
from opendata_hub.domain.people.session import WHOLE, Proof, WebSession
from opendata_hub.domain.protection.attempts import Ruling
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.people import attempts
from opendata_hub.flows.people.sign_in import open_session
from opendata_hub.store.people import accounts, credentials
from opendata_hub.store.people.credentials import Credential
from opendata_hub.web.doors import web_session_of
from opendata_hub.web.protection.cookies import give_key, shown_key
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
Field = Annotated[str, Form()]
FORMS: dict[str, Any] = {"problem": "", "at": ""}
"""What a page with forms says when nothing is wrong."""


def browser_of(request: Request) -> WebSession:
    """The session of the browser; raises Forbidden to a program: its key is no sign-in."""
    found = web_session_of(request)
    if found is None:
        raise Forbidden("An account is kept from a browser, not with an API token")
    return found


BrowserDep = Annotated[WebSession, Depends(browser_of)]


def local(wanted: str, otherwise: str) -> str:
    """An address of this hub to go on to; whatever leads elsewhere is not followed.

    >>> local("/fr/people?after=1", "/"), local("//evil.example", "/"), local("//[", "/")
    ('/fr/people?after=1', '/', '/')
    """
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return otherwise
    is_plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    if is_plain and wanted.startswith("/") and not (parts.scheme or parts.netloc):
        return otherwise if wanted.startswith("//") else wanted
    return otherwise


def lead(hub: Hub, path: str) -> Response:
    """Lead to a page, and then send the letters that were written."""
    return RedirectResponse(path, 303, background=send_after(hub))


def send_after(hub: Hub) -> BackgroundTask:
    """What is done when the answer has gone: it says nothing, and takes no time of the answer.

    It stands beside the queue and not in its place: whatever writes a mail has put its sending
    into the queue, in the same transaction, which tries again what fails here. A link to sign in
    should not wait behind a source that is being read where one thread does all work, and a mail
    is claimed before it is sent, so that of two who send neither sends it twice. News wait for
    their turn: who pressed a button sends not those of thousands.
    """
    return BackgroundTask(hub.send_letters, clock.now(), ranks=[Rank.AT_ONCE])


def send_then(tasks: BackgroundTasks, hub: Hub) -> None:
    """The same for an answer that FastAPI makes: what is set on its stand-in is not looked at."""
    tasks.add_task(hub.send_letters, clock.now(), ranks=[Rank.AT_ONCE])


def caller(request: Request) -> str:
    """The address that calls; empty where there is none."""
    return request.client.host if request.client else ""


def code_of(person: int) -> str:
    """What failed codes of an account are counted under: who gives one has its password."""
    return f"code {person}"


def require_may_try(hub: Hub, request: Request, account: str) -> None:
    """Raise TooOften to who has to wait, and ProofNeeded where only a link opens the account."""
    now = clock.now()
    with hub.reading() as session:
        said = attempts.may_try(session, account, caller(request), now)
    if said.ruling is Ruling.PROVE:
        raise ProofNeeded("Too many wrong passwords for this account: ask for a link by e-mail")
    if said.until:
        seconds = math.ceil((said.until - now).total_seconds())
        raise TooOften(f"Too many wrong attempts; try again in {seconds} s", seconds=seconds)


def note_attempt(hub: Hub, request: Request, account: str, *, succeeded: bool) -> None:
    """Remember whether it was the right password, or code."""
    with hub.writing() as session:
        attempts.note(session, account, caller(request), succeeded=succeeded, now=clock.now())


def user_agent(request: Request) -> str:
    """The browser's own description."""
    return request.headers.get("user-agent", "")


def compare(hub: Hub, known: Credential | None, typed: str) -> bool:
    """Whether that is the password; it takes as long where there is none. Raises Busy."""
    return hub.passwords.is_right(as_typed(typed[: LONGEST + 1]), known.hash if known else None)


def require_password(hub: Hub, person: int, typed: str) -> None:
    """Raise WrongPassword unless it is the present one; who changes a sign-in shows it again."""
    with hub.reading() as session:
        known = credentials.of_person(session, person)
    if not compare(hub, known, typed):
        raise WrongPassword("This is not the present password of the account")


def renew(request: Request, hub: Hub, answer: Response, person: int, proof: Proof) -> Response:
    """Give the browser a new session after its sign-in changed: the old key opens nothing."""
    with hub.writing() as session:
        key = open_session(
            session, person, proof,
            user_agent=user_agent(request), instead_of=shown_key(request), now=clock.now(),
        )  # fmt: skip
    give_key(request, answer, key)
    return answer


def needs_second_factor(hub: Hub, person: int, proof: Proof) -> bool:
    """Whether roles of the account stay shut until it has a second factor."""
    if proof in WHOLE:
        return False
    with hub.reading() as session:
        held = accounts.grants(session, person)
    return any(each.role in hub.guarded_roles for each in held)


def spoken(language: str) -> str:
    """One of the languages of the hub; raises Invalid for another."""
    if language in LANGUAGES:
        return language
    raise Invalid("There is no such language here")


def form(
    request: Request, template: str, language: str, *, status: int = 200, **values: Any
) -> Response:
    """A page with forms. problem: the code of what is wrong; at: in which form."""
    return page(request, template, language, status=status, **{**FORMS, **values})

"""A request for information: what is asked, by whom, and what has happened to it."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from opendata_hub.domain.address import email_address
from opendata_hub.domain.errors import (
    BadAddress,
    BadPersonalName,
    FutureReceipt,
    Invalid,
    TooLong,
)
from opendata_hub.domain.filing.details import CONTROL, NO_DETAILS, Details, checked_details
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import Events, received_on
from opendata_hub.domain.texts import LANGUAGES

SUBJECT_LENGTH = 300
TEXT_LENGTH = 20_000
IDENTITY_LENGTH = 500
_PHONE = re.compile(r"\+?[\d\s().-]{6,25}")
_MISLEADING = re.compile(r"[<>\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates make a text look like another (Unicode TR 36, 2.5)."""
DOCUMENTS = ("", "national-card", "residence")


class Channel(StrEnum):
    """The way a request came in. PAPER: at the counter or by post; IMPORT: from an old register."""

    WEB = "web"
    EMAIL = "email"
    PAPER = "paper"
    API = "api"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, as the law's model form wants it (law 31-13, art. 14). Never shown to others.

    document: which one id_number is of, ``national-card`` or ``residence``; empty if not said.
    """

    name: str
    email: str
    address: str
    id_number: str
    phone: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, in which language, and whether life, safety or liberty is at stake."""

    subject: str
    text: str
    language: str
    is_urgent: bool
    details: Details = NO_DETAILS


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """A filed request, as its holder may read it; who asked is kept apart.

    authority: id of the body that answers; unit: of its desk, if one was named.
    law:      the pack it was filed under, ``ma/31-13``.
    events:   all that happened, oldest first; state and lateness are derived from them.
    channel:  the way it came in.
    """

    reference: str
    authority: str
    law: str
    question: Question
    events: Events
    unit: str = ""
    channel: Channel = Channel.WEB

    @property
    def received_on(self) -> date:
        """Day zero of the first term."""
        return received_on(self.events)


def checked_question(question: Question) -> Question:
    """The same question, trimmed; raises Invalid when an officer could not work with it."""
    if question.language not in LANGUAGES:
        raise Invalid(f"language: {question.language!r} is not one of {', '.join(LANGUAGES)}")
    return Question(
        subject=_checked("subject", question.subject, SUBJECT_LENGTH),
        text=_checked("text", question.text, TEXT_LENGTH),
        language=question.language,
        is_urgent=question.is_urgent,
        details=checked_details(question.details),
    )


def checked_requester(requester: Requester, law: Law) -> Requester:
    """The same person, trimmed; raises Invalid naming what the law wants and is missing."""
    parts = {
        name: _checked(
            name, getattr(requester, name), IDENTITY_LENGTH, needed=name in law.needed_identity
        )
        for name in ("name", "email", "address", "id_number", "phone", "document")
    }
    for name, value in parts.items():
        if _MISLEADING.search(value):
            raise BadPersonalName(
                f"{name}: holds <, > or a sign that turns the text around; type it anew"
            )
    if parts["email"]:
        parts["email"] = _address(parts["email"])
    if parts["phone"] and not _PHONE.fullmatch(parts["phone"]):
        raise Invalid("phone: digits, spaces, and + in front; at least six digits")
    if parts["document"] not in DOCUMENTS:
        raise Invalid(f"document: one of {', '.join(filter(None, DOCUMENTS))}")
    return Requester(**parts)


def _address(typed: str) -> str:
    try:
        return email_address(typed)
    except BadAddress as problem:
        raise Invalid(f"requester.email: {problem}") from None


def require_not_future(received_on: date, *, today: date) -> None:
    """Raise FutureReceipt when a request is said to come from tomorrow."""
    if received_on > today:
        raise FutureReceipt(
            f"received_on: {received_on.isoformat()} is after today, {today.isoformat()}"
        )


def _checked(name: str, text: str, longest: int, *, needed: bool = True) -> str:
    if CONTROL.search(text):
        raise Invalid(f"{name}: holds a control character; remove it")
    kept = text.strip()
    if needed and not kept:
        raise Invalid(f"{name}: must not be empty")
    if len(kept) > longest:
        raise TooLong(f"{name}: {len(kept)} characters, at most {longest}")
    return kept

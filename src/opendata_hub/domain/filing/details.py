"""What the law's model form asks besides the question: urgency, way of access, where to look.

Source: law 31-13, art. 15 (ways of access) and 17 (urgency); the fields of the portal's form.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from opendata_hub.domain.errors import Invalid

URGENCY_LENGTH = 2_000
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What no text holds: control characters but tab and line breaks, and halves of signs."""


class Access(StrEnum):
    """How the information is wanted."""

    ON_SITE = "on-site"
    COLLECTION = "collection"
    EMAIL = "email"
    POST = "post"
    FAX = "fax"


class Source(StrEnum):
    """In what the information is held, as far as the requester knows."""

    DOCUMENT = "document"
    REPORT = "report"
    STUDY = "study"
    CIRCULAR = "circular"
    DECISION = "decision"
    INSTRUCTION = "instruction"
    MEMO = "memo"
    DATABASE = "database"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Details:
    """Empty parts were left open.

    urgency: why life, safety or liberty is at stake. period_from, period_to: what it is about.
    """

    urgency: str = ""
    access: Access | None = None
    sources: tuple[Source, ...] = ()
    period_from: date | None = None
    period_to: date | None = None


NO_DETAILS = Details()


def checked_details(details: Details) -> Details:
    """The same; raises Invalid for a control character, and where it contradicts itself."""
    if CONTROL.search(details.urgency):
        raise Invalid("urgency: holds a control character; remove it")
    if len(details.urgency) > URGENCY_LENGTH:
        raise Invalid(f"urgency: {len(details.urgency)} characters, at most {URGENCY_LENGTH}")
    if details.period_from and details.period_to and details.period_to < details.period_from:
        raise Invalid(
            f"period_to: {details.period_to.isoformat()} is before "
            f"{details.period_from.isoformat()}, where the period begins"
        )
    return details


def details_in(
    *, urgency: str, access: str, sources: list[str], period_from: str, period_to: str
) -> Details:
    """From what a form or a program says; raises Invalid naming what is not known.

    >>> details_in(urgency="", access="post", sources=[], period_from="", period_to="").access
    <Access.POST: 'post'>
    """
    if access and access not in set(Access):
        raise Invalid(f"access: one of {', '.join(Access)}")
    if unknown := [each for each in sources if each not in set(Source)]:
        raise Invalid(f"sources: {unknown[0][:20]!r} is none of {', '.join(Source)}")
    return Details(
        urgency=urgency.strip(),
        access=Access(access) if access else None,
        sources=tuple(dict.fromkeys(map(Source, sources))),
        period_from=_day("period_from", period_from),
        period_to=_day("period_to", period_to),
    )


def _day(name: str, typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid(f"{name}: not a day such as 2026-11-02") from None


def require_urgency(details: Details, *, is_urgent: bool) -> None:
    """Raise Invalid for an urgent request that does not say why it is (law 31-13, art. 17)."""
    if is_urgent and not details.urgency:
        raise Invalid("urgency: say whose life, safety or liberty the information protects, how")

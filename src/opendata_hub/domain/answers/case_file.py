"""A file of a case: who brought it, what was found in it, and who may have it.

What the requester brings is read by those who handle the request. What the authority adds is
private until it is released, and it is released only when nothing that was found in it stands in
the way: fail closed.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from opendata_hub.domain.catalog.document import NOT_SEARCHABLE
from opendata_hub.domain.catalog.privacy import CLEARABLE
from opendata_hub.domain.catalog.report import Clearance, Finding, Level
from opendata_hub.domain.errors import Invalid, WrongMoment
from opendata_hub.domain.requests.acts import DECISIONS, Act
from opendata_hub.domain.requests.timeline import Events

NAME_LENGTH = 150
MOST_FROM_REQUESTER = 10
MOST_OF_A_CASE = 200
MAY_BE_CLEARED = CLEARABLE | {NOT_SEARCHABLE}
"""A page without text was read by no program: a person says that they have looked at it."""
ANSWERS = DECISIONS | {Act.HEAD_DECIDES, Act.COMMISSION_DECIDES}
"""The acts with which files are handed over."""
_ASKS = frozenset({Act.RECEIVE, Act.REOPEN, Act.COMPLAIN_TO_HEAD, Act.COMPLAIN_TO_COMMISSION})
"""The acts after which an answer is awaited."""
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Origin(StrEnum):
    """Who brought the file."""

    REQUESTER = "requester"
    AUTHORITY = "authority"


class Release(StrEnum):
    """Who may have the file beside those who handle the request."""

    PRIVATE = "private"
    REQUESTER = "requester"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Pass:
    """What was found and was let pass, and for whom: their own data are not everybody's."""

    clearance: Clearance
    to: Release

    def opens(self, release: Release) -> bool:
        """Whether it holds for a release; what may be public may be the requester's, too."""
        return release is not Release.PUBLIC or self.to is Release.PUBLIC


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of a case.

    findings:    what a reading of it has found. cleared: what of that an officer has let pass.
    released_at: when it was last said who may have it beside the officers; None while nobody did.
    public_from: the first day on which everybody may have it; None unless it is public.
    made_from:   the file that it is a copy of, with less in it; None where it is none.
    exceptions:  codes of the law for what was blacked out in it.
    dataset:     the address in the catalogue that it was published at; empty while it was not.
    """

    id: int
    reference: str
    origin: Origin
    name: str
    media_type: str
    sha256: str
    size_bytes: int
    added_at: datetime
    person: int | None
    findings: tuple[Finding, ...] = ()
    cleared: tuple[Pass, ...] = ()
    release: Release = Release.PRIVATE
    public_from: date | None = None
    made_from: int | None = None
    exceptions: tuple[str, ...] = ()
    dataset: str = ""
    released_at: datetime | None = None

    def blocking(
        self, clearances: Iterable[Clearance] = (), to: Release = Release.PUBLIC
    ) -> tuple[Finding, ...]:
        """What stands in the way of that release, beside what was cleared for it before."""
        passed = [*self.cleared_for(to), *clearances]
        cleared = {(each.code, each.column) for each in passed}
        return tuple(
            each
            for each in self.findings
            if (each.level is Level.ERROR or each.code == NOT_SEARCHABLE)
            and (each.code, each.column) not in cleared
        )

    def cleared_for(self, to: Release) -> tuple[Clearance, ...]:
        """What was let pass for that release."""
        return tuple(each.clearance for each in self.cleared if each.opens(to))

    def standing_in_the_way(
        self, clearances: Iterable[Clearance] = (), to: Release = Release.PUBLIC
    ) -> list[str]:
        """The same as code/column, each once: how a clearance names it."""
        blocking = self.blocking(clearances, to)
        return sorted({f"{each.code}/{each.column or ''}" for each in blocking})

    def is_for_requester(self, events: Events) -> bool:
        """Whether the requester may have it: their own, and what is released with an answer."""
        if self.origin is Origin.REQUESTER:
            return True
        return self.release is not Release.PRIVATE and self.was_handed_over(events)

    def is_for_everybody(self, events: Events, today: date) -> bool:
        """Whether it is public on that day; never before the requester has had an answer."""
        if self.release is not Release.PUBLIC or self.public_from is None:
            return False
        return self.public_from <= today and self.was_handed_over(events)

    def was_handed_over(self, events: Events) -> bool:
        """Whether an answer has gone out with it: one that stood when it was released, or since.

        What is prepared for a decision on a complaint is not there before that decision.
        """
        if self.released_at is None:
            return False
        before = tuple(each for each in events if each.recorded_at <= self.released_at)
        since = events[len(before) :]
        return is_answered(before) or any(event.act in ANSWERS for event in since)


def is_answered(events: Events) -> bool:
    """Whether the authority has decided, on the request or on the last complaint about it."""
    for event in reversed(events):
        if event.act in ANSWERS:
            return True
        if event.act in _ASKS:
            return False
    return False


def safe_name(name: str) -> str:
    r"""What a sender calls a file, fit to be shown and stored: no folder, no hidden sign.

    A sign that turns the direction of reading lets ``exe.pdf`` be read for ``fdp.exe``. What is
    too long loses letters before its ending.

    >>> safe_name("C:\\plans\\rue\u202efdp.exe")
    'ruefdp.exe'
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if _is_shown(c)).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        return kept[:NAME_LENGTH] or "file"
    return f"{stem[: NAME_LENGTH - len(ending[:10]) - 1]}.{ending[:10]}" if stem else ending[:10]


def _is_shown(letter: str) -> bool:
    return unicodedata.category(letter) not in _CONTROLS and letter not in '<>:"|?*'


def checked_clearances(file: CaseFile, clearances: Iterable[Clearance]) -> tuple[Clearance, ...]:
    """The same; raises Invalid for what was not found in the file, or has no reason."""
    found = {(each.code, each.column) for each in file.findings}
    checked = tuple(clearances)
    for each in checked:
        where = f"clear {each.code[:40]}/{(each.column or '')[:60]}"
        if (each.code, each.column) not in found:
            raise Invalid(f"{where}: nothing of the kind was found in this file")
        if each.code not in MAY_BE_CLEARED:
            raise Invalid(f"{where}: this can't be let pass; make a clean copy, or redact it")
        if not each.reason.strip():
            raise Invalid(f"{where}: say why it may pass")
    return checked


def require_day(release: Release, public_from: date | None, *, today: date) -> date | None:
    """The day from which a file is public; today where none is said.

    Raises Invalid for a day that is over, and for a day of what is not made public.
    """
    if release is not Release.PUBLIC:
        if public_from is not None:
            raise Invalid("public_from: only what is made public has such a day")
        return None
    if public_from is not None and public_from < today:
        raise Invalid(f"public_from: {public_from.isoformat()} is over")
    return public_from or today


def require_own(file: CaseFile) -> None:
    """Raise WrongMoment for what the requester brought: it is theirs, and is never handed on."""
    if file.origin is Origin.REQUESTER:
        raise WrongMoment("This file came from the requester: it is neither released nor changed")

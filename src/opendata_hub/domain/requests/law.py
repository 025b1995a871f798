"""A law as data: its steps, each with the article that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import UnknownStep
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.retention import RetentionClass
from opendata_hub.domain.requests.term import AfterStop, Reading, StopDays, Term
from opendata_hub.domain.texts import Texts


class Actor(StrEnum):
    """Who must keep a term."""

    AUTHORITY = "authority"
    REQUESTER = "requester"
    HEAD = "head"
    COMMISSION = "commission"
    COURT = "court"
    PUBLISHER = "publisher"


class Effect(StrEnum):
    """What it means that a term has run out."""

    OPENS_REMEDY = "opens_remedy"
    DEEMED_REFUSAL = "deemed_refusal"
    DEEMED_ACCEPTANCE = "deemed_acceptance"
    BREACH = "breach"
    LAPSE = "lapse"


class ClosedDay(StrEnum):
    """What a receipt on a day off is worth."""

    COUNTS = "counts"
    NEXT_WORKING_DAY = "next_working_day"


@dataclass(frozen=True, slots=True)
class Receipt:
    """When a request is held to be received. cut_off: later than that counts as the next day."""

    closed_day: ClosedDay = ClosedDay.COUNTS
    cut_off: time | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """One event that may start a step; ``of`` names the step that expired, was answered or filed.

    kind is ``receipt``, ``registration`` and so on, or ``expiry``, ``answer``, ``filing``.
    """

    kind: str
    of: str | None = None


class Weighing(StrEnum):
    """How an exception is weighed: by what the information is, or by the harm of giving it."""

    CLASS = "class"
    HARM = "harm"


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason, an exception or a duty that the law gives, by a code of ours or of its own.

    article: where it stands; empty where the step that holds it says so.
    weighing: of an exception, how it is weighed.
    """

    code: str
    text: Texts
    article: str = ""
    weighing: Weighing | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """A reason for which the law lets the clock stand. times: None means as often as needed."""

    ground: str
    then: AfterStop
    days: StopDays
    times: int | None
    article: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Expiry:
    """What the silence of who should act leads to, and which steps it opens."""

    effect: Effect
    opens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """The requests a step is for; None means any."""

    urgent: bool | None = None
    mode: str | None = None
    requester: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A term the law grants to somebody, from an event.

    starts:     the events that may start it, in the order of the law.
    starts_on:  the same in words.
    legal:      the reading we hold to be right; ``due`` comes from it.
    safe:       the careful reading, for those who can't afford to be wrong.
    extends:    the step it prolongs; its day zero is that step's last day. times: how often.
    grounds:    the closed list of reasons for which it may be used; empty means any.
    is_optional: whether the next remedy is open without it.
    kept_by:    the acts that keep the term.
    note:       what is doubtful, and why the safe day is earlier.
    """

    name: str
    title: Texts
    actor: Actor
    starts: tuple[Start, ...]
    starts_on: Texts
    term: Term
    legal: Reading
    safe: Reading
    article: str
    source: str
    confidence: Confidence
    note: Texts
    variant: Variant = Variant()
    extends: str | None = None
    times: int = 1
    grounds: tuple[Ground, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    expiry: Expiry | None = None
    is_optional: bool = False
    kept_by: frozenset[Act] = frozenset()


@dataclass(frozen=True, slots=True)
class Law:
    """One version of one law: ``requests/<jurisdiction>/<law>/law.yaml``.

    name:            ``ma/31-13``.
    needed_identity: what a request must say of the requester (law 31-13, art. 14).
    acts:            what may be done under it; None for terms that no request starts.
    refusal_grounds, exceptions: why information may be refused.
    mentions:        what a refusal must say.
    retention:       how long who asked is kept; without a class, until somebody erases it.
    disclaimer:      what readers must know before they rely on it.
    """

    name: str
    title: Texts
    version: str
    in_force_from: date
    source: str
    disclaimer: Texts
    needed_identity: frozenset[str]
    receipt: Receipt
    acts: frozenset[Act] | None
    steps: Mapping[str, Step]
    refusal_grounds: tuple[Ground, ...] = ()
    exceptions: tuple[Ground, ...] = ()
    mentions: tuple[Ground, ...] = ()
    retention: tuple[RetentionClass, ...] = ()

    @property
    def every_ground(self) -> tuple[Ground, ...]:
        """The grounds it knows, for whatever act they are."""
        extensions = (ground for step in self.steps.values() for ground in step.grounds)
        return (*self.refusal_grounds, *self.exceptions, *extensions)

    @property
    def takes_requests(self) -> bool:
        """Whether information is requested under it; other packs hold terms only."""
        return self.acts is not None and "reply" in self.steps

    def step(self, name: str) -> Step:
        """The step of that name; raises UnknownStep, which lists those there are."""
        if name in self.steps:
            return self.steps[name]
        raise UnknownStep(f"{self.name} has no step {name!r}; known: {', '.join(self.steps)}")

    def first_step(self, *, is_urgent: bool) -> Step:
        """The step that the receipt of a request starts: the urgent one where the law has one."""
        replies = [
            step
            for step in self.steps.values()
            if step.actor is Actor.AUTHORITY
            and step.extends is None
            and step.variant.mode is None
            and step.variant.requester is None
        ]
        urgent = next((step for step in replies if step.variant.urgent), None)
        return urgent if is_urgent and urgent else self.step("reply")

    def extension_of(self, step: Step) -> Step | None:
        """The step that prolongs ``step``, if the law has one."""
        return next((each for each in self.steps.values() if each.extends == step.name), None)

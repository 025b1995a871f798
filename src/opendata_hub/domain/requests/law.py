"""A law as data: its steps, each with the article that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import UnknownStep
from opendata_hub.domain.texts import Texts


class Unit(StrEnum):
    """How a term is counted."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


class DayZero(StrEnum):
    """Whether the day of the event is counted as the first day."""

    EXCLUDED = "excluded"
    INCLUDED = "included"


class End(StrEnum):
    """What happens when a term ends on a day off."""

    NONE = "none"
    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read how a term is counted, where the law leaves room.

    uncertain_off: whether expected and exceptional holidays are days off.
    """

    day_zero: DayZero
    end: End
    uncertain_off: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A term the law grants to somebody, from an event.

    starts_on:  the event that is day zero, in words.
    legal:      the reading we hold to be right; ``due`` comes from it.
    safe:       the careful reading, for those who can't afford to be wrong.
    note:       what is doubtful, and why the safe day is earlier.
    """

    name: str
    title: Texts
    actor: str
    starts_on: Texts
    length: int
    unit: Unit
    legal: Reading
    safe: Reading
    article: str
    source: str
    confidence: Confidence
    note: Texts


@dataclass(frozen=True, slots=True)
class Law:
    """One version of one law: ``requests/<jurisdiction>/<law>/law.yaml``.

    name:            ``ma/31-13``.
    needed_identity: what a request must say of the requester (law 31-13, art. 14).
    disclaimer:      what readers must know before they rely on it.
    """

    name: str
    title: Texts
    version: str
    in_force_from: date
    source: str
    disclaimer: Texts
    needed_identity: frozenset[str]
    steps: Mapping[str, Step]

    def step(self, name: str) -> Step:
        """The step of that name; raises UnknownStep, which lists those there are."""
        if name in self.steps:
            return self.steps[name]
        raise UnknownStep(f"{self.name} has no step {name!r}; known: {', '.join(self.steps)}")

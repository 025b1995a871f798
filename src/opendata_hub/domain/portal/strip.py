"""The days of a term as a picture shows them: one mark for each, from day zero to the last."""

from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.requests.deadline import Deadline
from opendata_hub.domain.requests.term import days_told

MOST_DAYS = 120
"""A longer term is told in words only: its days would be too thin to be seen."""


class Mark(StrEnum):
    """What a day is to the count."""

    ZERO = "zero"
    COUNTED = "counted"
    OFF = "off"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Strip:
    """The marks in the order of their days; counted and off: how many of these days there are."""

    marks: tuple[Mark, ...]
    counted: int
    off: int


def strip(deadline: Deadline) -> Strip | None:
    """The strip of a term, extensions included; None where it is too long, or less than a day.

    Day zero stands in it where it is no day of the count.
    """
    if (deadline.due - deadline.start).days >= MOST_DAYS:
        return None
    told = {day: off for count in deadline.counts for day, _, off in days_told(count)}
    days = sorted(told)
    if not days or days[-1] != deadline.due:
        return None
    marks = [Mark.OFF if told[day] else Mark.COUNTED for day in days[:-1]]
    zero = [Mark.ZERO] if days[0] > deadline.start else []
    off = sum(each is not None for each in told.values())
    return Strip((*zero, *marks, Mark.LAST), len(told) - off, off)

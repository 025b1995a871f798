"""How a letter reaches who asked."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from opendata_hub.domain.correspondence.mail import MailState
from opendata_hub.domain.errors import Invalid


class Way(StrEnum):
    """By which way. PAPER: it is printed; that it was posted or handed over is noted later."""

    EMAIL = "email"
    PAPER = "paper"


class PaperWay(StrEnum):
    """What became of a printed letter."""

    POSTED = "posted"
    HANDED_OVER = "handed-over"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A printed letter that left the house, on a day, and who noted it."""

    letter: int
    way: PaperWay
    happened_on: date
    noted_at: datetime
    person: int | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a letter: the mail that carries it, and when it left on paper.

    mail: its number and state; None for a letter that no mail carries.
    """

    mail: tuple[int, MailState] | None
    problem: str
    deliveries: tuple[Delivery, ...] = ()


def require_day(happened_on: date, *, written_on: date, today: date) -> None:
    """Raise Invalid unless the letter had been written, and the day is not to come."""
    if not written_on <= happened_on <= today:
        raise Invalid(
            f"happened_on: {happened_on.isoformat()} is not between {written_on.isoformat()}, when "
            f"the letter was written, and today"
        )

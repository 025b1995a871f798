"""Who works on a request: a unit of the body, an officer, and until when they are to be ready."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from opendata_hub.domain.errors import Invalid

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who works on a request.

    unit:      of the authority; empty for its desk as a whole.
    officer:   the account of one of its officers; None for whoever of the unit comes first.
    answer_by: the day the body itself has set for it; the law's last day stays what it is.
    """

    unit: str = ""
    officer: int | None = None
    answer_by: date | None = None


def require_in_time(wanted: Assignment, due_on: date, *, reference: str, today: date) -> None:
    """Raise Invalid for a day that is over, or later than the law's own last day."""
    if wanted.answer_by is None:
        return
    if wanted.answer_by < today:
        raise Invalid(f"answer_by: {wanted.answer_by.isoformat()} is over")
    if wanted.answer_by > max(due_on, today):
        raise Invalid(
            f"answer_by: {wanted.answer_by.isoformat()} is after the last day of {reference}, "
            f"{due_on.isoformat()}"
        )


def checked_references(references: Iterable[str]) -> tuple[str, ...]:
    """The references, each once; raises Invalid for none, and for too many at once."""
    named = tuple(dict.fromkeys(each.strip().upper() for each in references if each.strip()))
    if not named:
        raise Invalid("references: choose at least one request")
    if len(named) > MOST_AT_ONCE:
        raise Invalid(f"references: {len(named)}, at most {MOST_AT_ONCE} at once")
    return named

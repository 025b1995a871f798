"""How often something was suggested, opened and filed after all: one number a day, and nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import extract, func, text
from sqlalchemy import select as columns
from sqlmodel import Session

from opendata_hub.domain.people.rule import Reach
from opendata_hub.store.tables import metadata
from opendata_hub.store.visible import in_reach

_COUNT = metadata.tables["suggestion_count"]


class What(StrEnum):
    """What is counted. FILED: a request that was filed after suggestions were shown."""

    SHOWN = "shown"
    CLICKED = "clicked"
    FILED = "filed"


@dataclass(frozen=True, slots=True)
class Month:
    """The numbers of one month at one body."""

    authority: str
    year: int
    month: int
    shown: int
    clicked: int
    filed: int

    @property
    def not_filed(self) -> int:
        """Shown, and not filed after. Whoever files on a later day makes it less than nothing."""
        return max(0, self.shown - self.filed)


def add(session: Session, what: What, authority: str, day: date) -> None:
    """Count one more. It waits for nobody but who counts the same at the same moment."""
    statement = text(
        "INSERT INTO suggestion_count (day, authority, what, number) VALUES "
        "(:day, :authority, :what, 1) ON CONFLICT (day, authority, what) "
        "DO UPDATE SET number = suggestion_count.number + 1"
    )
    given = {"day": day.isoformat(), "authority": authority, "what": str(what)}
    session.connection().execute(statement, given)


def by_month(session: Session, within: Reach, *, since: date) -> list[Month]:
    """The numbers in reach, the latest month first."""
    row = _COUNT.c
    year, month = extract("year", row.day), extract("month", row.day)
    question = (
        columns(row.authority, year, month, row.what, func.sum(row.number))
        .where(in_reach(within, authority=row.authority), row.day >= since)
        .group_by(row.authority, year, month, row.what)
    )
    found: dict[tuple[str, int, int], Mapping[str, int]] = {}
    for authority, in_year, in_month, what, number in session.connection().execute(question):
        place = (authority, int(in_year), int(in_month))
        found[place] = {**found.get(place, {}), what: int(number)}
    made = [
        Month(*place, *(numbers.get(each, 0) for each in What)) for place, numbers in found.items()
    ]
    return sorted(made, key=lambda each: (-each.year, -each.month, each.authority))

"""Where somebody may look, as a condition of a query."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from opendata_hub.domain.people.rule import Reach


def in_reach(
    reach: Reach,
    *,
    authority: Any,
    unit: Any = None,
    owner: Any = None,
) -> ColumnElement[bool]:
    """The condition that keeps only rows in reach, by the columns that say whose they are."""
    if reach.everywhere:
        return true()
    ways: list[ColumnElement[bool]] = [false()]
    if reach.authorities:
        ways.append(authority.in_(sorted(reach.authorities)))
    if reach.units and unit is not None:
        ways += [and_(authority == body, unit == name) for body, name in sorted(reach.units)]
    if reach.owner is not None and owner is not None:
        ways.append(owner == reach.owner)
    return or_(*ways)

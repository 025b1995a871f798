"""Packages as CKAN's clients are told them, kept ready beside the records they were made of.

They are worked out of what the store has, behind the log of changes: each names the change that
it was made of, and counts for as long as that is the latest of its dataset.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select
from sqlmodel import Session

from opendata_hub.store.tables import metadata

MOST_NAMED = 500
"""Addresses that one question names."""
LEVEL = 3
"""Of zlib: a package is a fifth of itself, and read again in 40 µs."""

_PACKAGES, _ENTRIES = (metadata.tables[name] for name in ("ckan_package", "entry"))
_IS_LATEST = (_PACKAGES.c.position == _ENTRIES.c.position) & (
    _PACKAGES.c.change_id == _ENTRIES.c.change_id
)
_FOUND = (
    select(
        _ENTRIES.c.slug, _ENTRIES.c.position, _ENTRIES.c.change_id, _PACKAGES.c.publisher,
        _PACKAGES.c.form, _PACKAGES.c.written_for, _PACKAGES.c.body,
    )
    .join(_PACKAGES, _IS_LATEST)
    .where(~_ENTRIES.c.is_withdrawn, _ENTRIES.c.slug.in_(bindparam("slugs", expanding=True)))
)  # fmt: skip
_LAST = select(func.max(_PACKAGES.c.change_id)).where(_PACKAGES.c.form == bindparam("form"))
_BEHIND = (
    select(_ENTRIES.c.slug, _ENTRIES.c.position, _ENTRIES.c.change_id)
    .where(_ENTRIES.c.change_id > bindparam("after"), ~_ENTRIES.c.is_withdrawn)
    .order_by(_ENTRIES.c.change_id)
    .limit(bindparam("most"))
)
_ERASE = delete(_PACKAGES).where(_PACKAGES.c.position == bindparam("at"))
_KEEP = insert(_PACKAGES)


class Changed(NamedTuple):
    """A dataset that stands in the catalogue, its place there and its latest change."""

    slug: str
    position: int
    change: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A package as it is kept.

    of:          the dataset, and the change that the package was made of.
    publisher:   empty for what was harvested.
    form:        what it was written by.
    written_for: digest of all that it depends on beside its dataset.
    body:        JSON in UTF-8.
    """

    of: Changed
    publisher: str
    form: str
    written_for: str
    body: bytes


def find(session: Session, slugs: Sequence[str]) -> dict[str, Kept]:
    """The packages of the latest changes at these addresses; nothing for those not made yet."""
    connection, found = session.connection(), dict[str, Kept]()
    for first in range(0, len(slugs), MOST_NAMED):
        some = {"slugs": slugs[first : first + MOST_NAMED]}
        for row in connection.execute(_FOUND, some):
            of, body = Changed(*row[:3]), zlib.decompress(row.body)
            found[of.slug] = Kept(of, row.publisher, row.form, row.written_for, body)
    return found


def behind(session: Session, form: str, *, most: int) -> list[Changed]:
    """At most so many datasets that changed after the last one whose package was kept so.

    In the order of their changes: whoever keeps their packages in that order misses none.
    """
    connection = session.connection()
    after = connection.execute(_LAST, {"form": form}).scalar() or 0
    found = connection.execute(_BEHIND, {"after": after, "most": most})
    return [Changed(*row) for row in found]


def save(session: Session, many: Sequence[Kept]) -> None:
    """Keep these packages, in the place of earlier ones of the same datasets."""
    if not many:
        return
    connection = session.connection()
    connection.execute(_ERASE, [{"at": each.of.position} for each in many])
    rows = [
        {
            "position": each.of.position,
            "change_id": each.of.change,
            "publisher": each.publisher,
            "form": each.form,
            "written_for": each.written_for,
            "body": zlib.compress(each.body, LEVEL),
        }
        for each in many
    ]
    connection.execute(_KEEP, rows)

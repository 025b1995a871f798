"""Anyone sees what differs between two versions of a dataset: its record, its columns, its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.rows.compare import change_lines, compared
from opendata_hub.adapters.rows.store import RowStore, Source
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import Invalid, NotKnown
from opendata_hub.domain.publishing.version import (
    ColumnChange,
    FieldChange,
    Gone,
    RowChange,
    RowChanges,
    Version,
    changed_columns,
    changed_fields,
    key_of,
)
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.store import datasets
from opendata_hub.store.portal import versions


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of a dataset that can be compared. key: what tells rows of its family apart."""

    before: Version
    after: Version
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """The files of both versions, as tables of the family."""

    before: Source
    after: Source


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two versions. rows: None where they are not tables."""

    fields: Sequence[FieldChange]
    columns: Sequence[ColumnChange]
    rows: RowChanges | None

    @property
    def is_none(self) -> bool:
        """Whether both say the same."""
        return not (self.fields or self.columns or (self.rows and self.rows.total))


def listed(session: Session, slug: str) -> list[Version]:
    """The versions of a published dataset, the latest first; raises Withdrawn, UnknownDataset."""
    require_published(session, slug)
    datasets.get(session, slug)
    return versions.listed(session, slug)


def chosen(frame: Frame, found: Sequence[Version], before: int = 0, after: int = 0) -> Pair | None:
    """The two that are asked for, the earlier one first; the latest two where none is named.

    None where there are no two to compare. Raises NotKnown for one that is not there or of which
    nothing is left, Invalid for the same one twice.
    """
    left = {each.number: each for each in found if each.gone is Gone.NOT}
    for number in filter(None, (before, after)):
        if number not in left:
            raise NotKnown(f"There is no version {number} that can be compared")
    if before and before == after:
        raise Invalid("before, after: two different versions are needed")
    named = {number for number in (before, after) if number}
    wanted = sorted([*named, *(n for n in left if n not in named)][:2])
    if len(wanted) < 2:  # noqa: PLR2004  (a pair)
        return None
    first, last = (left[number] for number in wanted)
    family = frame.families.get(last.family)
    return Pair(first, last, key_of(family) if family else ())


def tables(frame: Frame, files: FileStore, pair: Pair) -> Tables | None:
    """The files of two tables of one family; None for anything else. Raises FileDamaged."""
    family = frame.tables.get(pair.after.family)
    if family is None or pair.before.family != pair.after.family:
        return None
    before, after = (
        Source(files.found(each.sha256), each.file_name, each.sha256, family.schema)
        for each in (pair.before, pair.after)
    )
    return Tables(before, after)


def gone_since(session: Session, pair: Pair) -> list[Version]:
    """The versions of a pair that were let go since it was chosen, whatever was worked out of them.

    The caller drops what was made of their rows, and shows none of it.
    """
    left = {each.number for each in versions.listed(session, pair.after.slug) if not each.gone}
    return [each for each in (pair.before, pair.after) if each.number not in left]


def compare(rows: RowStore, pair: Pair, both: Tables | None) -> Difference:
    """What differs; raises NoRows where a table can't be read, QueryTooHeavy."""
    return Difference(
        changed_fields(pair.before, pair.after),
        changed_columns(pair.before, pair.after),
        _rows(rows, pair, both),
    )


def every_change(rows: RowStore, pair: Pair, both: Tables) -> Iterator[str]:
    """Every row that changed, as JSON on a line each; raises NoRows, QueryTooHeavy."""
    if both.before.digest == both.after.digest:
        return iter(())
    return change_lines(rows, both.before, both.after, pair.key)


def _rows(rows: RowStore, pair: Pair, both: Tables | None) -> RowChanges | None:
    if both is None:
        return None
    if both.before.digest == both.after.digest:
        return RowChanges(dict.fromkeys(RowChange, 0))
    return compared(rows, both.before, both.after, pair.key)

"""Published datasets, the log of their changes, and their records ready to be served."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    LargeBinary,
    bindparam,
    cast,
    delete,
    func,
    insert,
    text,
    update,
)
from sqlalchemy import select as columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from opendata_hub.domain.catalog.dataset import Dataset, Distribution
from opendata_hub.domain.errors import UnknownDataset
from opendata_hub.store.engine import insert_many, shared_texts
from opendata_hub.store.tables import (
    ChangeRow,
    DatasetRow,
    FragmentRow,
    SharedFragmentRow,
    SubmissionRow,
    metadata,
)

BATCH = 100
MOST_NAMED = 500
"""Addresses that one question names."""
MOST_SHARED_KEPT = 512
"""Texts of some six kilobytes each; a question names no more than ``MOST_NAMED``."""

# Written once: to put a statement together costs more than SQLite needs to carry it out.
_DATASETS, _FRAGMENTS, _SHARED_ONES, _ENTRIES, _TOMBSTONES, _CHANGES = (
    metadata.tables[name]
    for name in ("dataset", "fragment", "shared_fragment", "entry", "tombstone", "change")
)
_INSERT = insert(_DATASETS)
_REPLACE = update(_DATASETS).where(_DATASETS.c.slug == bindparam("at"))
_FORGET = delete(_TOMBSTONES).where(_TOMBSTONES.c.position.in_(bindparam("places", expanding=True)))
_ERASE = delete(_FRAGMENTS).where(_FRAGMENTS.c.dataset_id.in_(bindparam("places", expanding=True)))
_UTF8: Mapping[bool, Callable[[Column[Any]], ColumnElement[bytes]]] = {
    True: lambda body: func.convert_to(body, "UTF8"),
    False: lambda body: cast(body, LargeBinary),
}
"""The body of a fragment as bytes, in the words of PostgreSQL and of SQLite."""
_PUT_SHARED = {
    True: postgresql.insert(_SHARED_ONES).on_conflict_do_nothing(),
    False: sqlite.insert(_SHARED_ONES).on_conflict_do_nothing(),
}
_SHARED = {
    is_postgresql: columns(_SHARED_ONES.c.digest, utf8(_SHARED_ONES.c.body))
    .where(_SHARED_ONES.c.syntax == bindparam("syntax"))
    .where(_SHARED_ONES.c.digest.in_(bindparam("digests", expanding=True)))
    for is_postgresql, utf8 in _UTF8.items()
}
_OF_SYNTAX = {
    is_postgresql: columns(utf8(_FRAGMENTS.c.body), _FRAGMENTS.c.shares)
    .where(_FRAGMENTS.c.syntax == bindparam("syntax"))
    .order_by(_FRAGMENTS.c.dataset_id)
    for is_postgresql, utf8 in _UTF8.items()
}
_BETWEEN = {
    key: question.where(_FRAGMENTS.c.dataset_id.between(bindparam("first"), bindparam("last")))
    for key, question in _OF_SYNTAX.items()
}
_AMONG = {
    key: question.where(_FRAGMENTS.c.dataset_id.in_(bindparam("positions", expanding=True)))
    for key, question in _OF_SYNTAX.items()
}
_LATEST = select(_CHANGES.c.id, _CHANGES.c.changed_at).order_by(_CHANGES.c.id.desc()).limit(1)
_LAST = (select(func.max(_DATASETS.c.id)), select(func.max(_ENTRIES.c.position)))


def save(session: Session, dataset: Dataset) -> None:
    """Insert or replace the dataset of that slug."""
    save_all(session, [dataset])


def save_all(session: Session, many: Sequence[Dataset]) -> None:
    """Insert or replace the datasets of these slugs, each named once."""
    connection = session.connection()
    slugs = [dataset.slug for dataset in many]
    known = _known(session, _DATASETS.c.slug, _DATASETS.c.id, slugs)
    if known:
        connection.execute(_REPLACE, [{"at": d.slug, **_row(d)} for d in many if d.slug in known])
    fresh = [dataset for dataset in many if dataset.slug not in known]
    if fresh:
        positions = _positions(session, [dataset.slug for dataset in fresh])
        rows = [{"id": positions[dataset.slug], **_row(dataset)} for dataset in fresh]
        connection.execute(_INSERT, rows)
        _delete(session, _FORGET, positions.values())
    session.expire_all()


def get(session: Session, slug: str) -> Dataset:
    """The dataset at that address; raises UnknownDataset."""
    if found := find(session, slug):
        return found
    raise UnknownDataset(f"No dataset {slug[:100]!r} is published here")


def find(session: Session, slug: str) -> Dataset | None:
    """The dataset at that address, or None where there is none."""
    found = session.exec(_with_file().where(DatasetRow.slug == slug)).first()
    return _dataset(*found) if found else None


def of_slugs(session: Session, slugs: Sequence[str]) -> list[Dataset]:
    """The datasets at these addresses in their order; those that are not there are left out."""
    found: dict[str, Dataset] = {}
    for first in range(0, len(slugs), MOST_NAMED):
        some = col(DatasetRow.slug).in_(slugs[first : first + MOST_NAMED])
        rows = session.exec(_with_file().where(some))
        found |= {row.slug: _dataset(row, submission) for row, submission in rows}
    return [found[slug] for slug in slugs if slug in found]


def of_family(session: Session, family: str, publisher: str) -> list[Dataset]:
    """A publisher's datasets of one family, the newest change first."""
    question = _with_file().where(DatasetRow.family == family, DatasetRow.publisher == publisher)
    found = session.exec(question.order_by(col(DatasetRow.modified_at).desc()))
    return [_dataset(*each) for each in found]


def publishers(session: Session) -> set[str]:
    """The ids of the publishers that have datasets."""
    return set(session.exec(select(DatasetRow.publisher).distinct()))


def families(session: Session) -> set[str]:
    """The names of the families that have datasets."""
    return set(session.exec(select(DatasetRow.family).distinct()))


def lock(session: Session) -> None:
    """Let one publication after another through: numbers of changes follow their commits.

    SQLite has one writer anyway.
    """
    if _is_postgresql(session):
        session.connection().execute(text("LOCK TABLE change IN EXCLUSIVE MODE"))


def latest(
    session: Session, *, publisher: str | None = None, most: int | None = None
) -> Iterator[Dataset]:
    """The datasets, latest change first, read in batches; at most ``most`` of them.

    Of one moment, the latest made comes first: the index has them so, however many there are.
    """
    question = _with_file().order_by(col(DatasetRow.modified_at).desc(), col(DatasetRow.id).desc())
    question = question.limit(most)
    if publisher is not None:
        question = question.where(DatasetRow.publisher == publisher)
    for row, submission in session.exec(question.execution_options(yield_per=BATCH)):
        yield _dataset(row, submission)


def last_change(session: Session) -> tuple[int, datetime | None]:
    """Number and instant of the latest change; (0, None) for an empty catalogue."""
    found = session.connection().execute(_LATEST).first()
    return (int(found[0]), found[1]) if found else (0, None)


def changed_after(session: Session, number: int) -> list[str]:
    """The addresses that changes after that number are about, whatever became of them."""
    question = select(ChangeRow.slug).where(col(ChangeRow.id) > number).distinct()
    return list(session.exec(question))


def count(session: Session) -> int:
    """How many datasets are published."""
    return session.exec(select(func.count()).select_from(DatasetRow)).one()


@dataclass(frozen=True, slots=True)
class Written:
    """A record in every stored syntax, by the name of the syntax.

    shared: what it says as many others do, which is kept once for all of them under the digest
    ``shares``.
    """

    own: Mapping[str, str]
    shared: Mapping[str, str] = field(default_factory=dict)
    shares: str = ""


def put_fragments(session: Session, slug: str, written: Written, *, written_for: str) -> None:
    """Replace the dataset's serialised record."""
    put_all_fragments(session, {slug: written}, written_for={slug: written_for}, state=written_for)


def put_all_fragments(
    session: Session,
    written: Mapping[str, Written],
    *,
    written_for: Mapping[str, str],
    state: str,
) -> None:
    """Replace the serialised records of datasets, by slug.

    written_for: by slug, a digest of all that a record depends on beside its dataset. state: that
    of the declarations alone. Raises UnknownDataset when one of them is not published.
    """
    positions = _known(session, _DATASETS.c.slug, _DATASETS.c.id, list(written))
    for slug in written:
        if slug not in positions:
            raise UnknownDataset(f"No dataset {slug[:100]!r} is published here")
    _put(
        session,
        {positions[slug]: (each, written_for[slug]) for slug, each in written.items()},
        state,
    )


def put_fragments_at(session: Session, written: Mapping[int, Written], *, written_for: str) -> None:
    """Replace the serialised records at these places, whatever stands there."""
    _put(session, {at: (each, written_for) for at, each in written.items()}, written_for)


def _put(session: Session, written: Mapping[int, tuple[Written, str]], state: str) -> None:
    _delete(session, _ERASE, written)
    _put_shared(session, {each.shares: each.shared for each, _ in written.values()}, state)
    rows = [
        {
            "dataset_id": place, "syntax": syntax, "body": body, "written_for": written_for,
            "shares": each.shares,
        }
        for place, (each, written_for) in written.items()
        for syntax, body in each.own.items()
    ]  # fmt: skip
    insert_many(session, _FRAGMENTS, rows)


def _put_shared(session: Session, said: Mapping[str, Mapping[str, str]], state: str) -> None:
    """Keep what is shared, by digest and syntax, where it is not kept yet."""
    rows = [
        {"digest": digest, "syntax": syntax, "written_for": state, "body": body}
        for digest, bodies in said.items()
        for syntax, body in bodies.items()
    ]
    if rows:
        put = _PUT_SHARED[_is_postgresql(session)]
        session.connection().execute(put, rows)


def forget_shared(session: Session, state: str) -> int:
    """Drop what was shared by records of another state; returns how many texts.

    Call it behind ``lock``, when no record was written for another state any more.
    """
    found = delete(SharedFragmentRow).where(col(SharedFragmentRow.written_for) != state)
    return session.connection().execute(found).rowcount


def fragments(session: Session, syntax: str, *, slug: str | None = None) -> Iterator[str]:
    """The records in one syntax, in the order in which datasets came, read in batches.

    What they share comes last, once.
    """
    question = columns(col(FragmentRow.body), col(FragmentRow.shares))
    question = question.where(col(FragmentRow.syntax) == syntax)
    question = question.order_by(col(FragmentRow.dataset_id))
    if slug is not None:
        question = question.join(DatasetRow, col(DatasetRow.id) == FragmentRow.dataset_id)
        question = question.where(col(DatasetRow.slug) == slug)
    found = session.connection().execute(question, execution_options={"yield_per": BATCH})
    return (body.decode() for body in _with_shared(session, syntax, found))


def fragments_between(session: Session, syntax: str, first: int, last: int) -> Iterator[bytes]:
    """The records in one syntax of the positions from ``first`` to ``last``, both included.

    What they share comes last, once. In UTF-8 as they are kept: to decode and encode a page of 100
    costs ten times its reading.
    """
    asked = {"syntax": syntax, "first": first, "last": last}
    question, in_batches = _BETWEEN[_is_postgresql(session)], {"yield_per": BATCH}
    found = session.connection().execute(question, asked, execution_options=in_batches)
    return _with_shared(session, syntax, found)


def fragments_at(session: Session, syntax: str, positions: Sequence[int]) -> list[bytes]:
    """The records in one syntax at these positions, in ascending order, in UTF-8.

    What they share comes last, once.
    """
    if positions and positions[-1] - positions[0] == len(positions) - 1:
        # A span is read faster than a list of a hundred.
        asked = {"syntax": syntax, "first": positions[0], "last": positions[-1]}
        found = session.connection().execute(_BETWEEN[_is_postgresql(session)], asked)
    else:
        some = {"syntax": syntax, "positions": list(positions)}
        found = session.connection().execute(_AMONG[_is_postgresql(session)], some)
    return list(_with_shared(session, syntax, found.all()))


def _with_shared(session: Session, syntax: str, found: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    shares: dict[str, None] = {}
    for body, shared in found:
        shares[shared] = None
        yield body.encode() if isinstance(body, str) else bytes(body)
    shares.pop("", None)
    digests = list(shares)
    for first in range(0, len(digests), MOST_NAMED):
        yield from _shared(session, syntax, sorted(digests[first : first + MOST_NAMED]))


def _shared(session: Session, syntax: str, digests: Sequence[str]) -> Iterator[bytes]:
    """What stands under these digests in one syntax; to ask for it takes a tenth of a page.

    A digest is that of the text itself: what was read once stays true.
    """
    kept = shared_texts(session)
    said = {d: body for d in digests if (body := kept.get((syntax, d))) is not None}
    if missing := [digest for digest in digests if digest not in said]:
        some, question = {"syntax": syntax, "digests": missing}, _SHARED[_is_postgresql(session)]
        asked = {d: bytes(body) for d, body in session.connection().execute(question, some)}
        if len(kept) + len(asked) > MOST_SHARED_KEPT:
            kept.clear()
        kept.update({(syntax, digest): body for digest, body in asked.items()})
        said |= asked
    return (said[digest] for digest in digests if digest in said)


def slugs(session: Session) -> Iterator[str]:
    """The address of every dataset, in the order in which they came."""
    question = select(DatasetRow.slug).order_by(col(DatasetRow.id))
    yield from session.exec(question.execution_options(yield_per=BATCH))


@dataclass(frozen=True, slots=True)
class Total:
    """How many datasets there are, and how many rows they have together."""

    datasets: int
    rows: int


@dataclass(frozen=True, slots=True)
class Last:
    """How many datasets there are, and when one of them was changed last."""

    datasets: int
    modified_at: datetime


def totals_of_families(session: Session) -> dict[str, Total]:
    """How much is published of each family that has any."""
    question = (
        columns(col(DatasetRow.family), func.count(), func.sum(col(SubmissionRow.rows)))
        .join(SubmissionRow, col(SubmissionRow.id) == DatasetRow.submission_id)
        .group_by(col(DatasetRow.family))
    )
    found = session.connection().execute(question)
    return {family: Total(int(many), int(rows)) for family, many, rows in found}


def last_of_families(session: Session, publisher: str) -> dict[str, Last]:
    """How many datasets a publisher has of each family, and when one was changed last."""
    question = (
        columns(col(DatasetRow.family), func.count(), func.max(col(DatasetRow.modified_at)))
        .where(col(DatasetRow.publisher) == publisher)
        .group_by(col(DatasetRow.family))
    )
    found = session.connection().execute(question)
    return {family: Last(int(many), moment) for family, many, moment in found}


def counts_of_publishers(session: Session) -> dict[str, int]:
    """How many datasets each publisher has."""
    question = columns(col(DatasetRow.publisher), func.count()).group_by(col(DatasetRow.publisher))
    return {row[0]: int(row[1]) for row in session.connection().execute(question)}


def slugs_not_written_for(
    session: Session, wanted: Callable[[str], str], *, publisher: str | None = None
) -> list[str]:
    """The datasets whose stored records are missing or were written for something else.

    wanted: what the records of a publisher should be written for. publisher: look at its only.
    """
    pairs = (
        columns(col(DatasetRow.publisher), col(FragmentRow.written_for))
        .outerjoin(FragmentRow, col(DatasetRow.id) == FragmentRow.dataset_id)
        .distinct()
    )
    if publisher is not None:
        pairs = pairs.where(col(DatasetRow.publisher) == publisher)
    connection = session.connection()
    found = [(body, written_for) for body, written_for in connection.execute(pairs)]
    expected = {body: wanted(body) for body, _ in found}
    if all(written_for == expected[body] for body, written_for in found):
        return []
    stale = pairs.add_columns(col(DatasetRow.id), col(DatasetRow.slug)).order_by(col(DatasetRow.id))
    return [
        slug
        for body, written_for, _, slug in connection.execute(stale)
        if written_for != expected[body]
    ]


def last_position(session: Session) -> int:
    """The last place of the catalogue that was given; 0 where none was."""
    connection = session.connection()
    return max(connection.execute(each).scalar() or 0 for each in _LAST)


def _positions(session: Session, slugs: Sequence[str]) -> dict[str, int]:
    """The places of datasets withdrawn from these addresses; a new address gets the next one.

    No place is given twice, or one who pages by it would miss what came into an older one.
    """
    places = _known(session, _ENTRIES.c.slug, _ENTRIES.c.position, slugs)
    fresh = [slug for slug in slugs if slug not in places]
    last = last_position(session) if fresh else 0
    return {**places, **{slug: last + n for n, slug in enumerate(fresh, start=1)}}


def _delete(session: Session, statement: Delete, places: Iterable[int]) -> None:
    """Delete what stands at these places, some hundred with each statement."""
    every = list(places)
    for first in range(0, len(every), MOST_NAMED):
        session.connection().execute(statement, {"places": every[first : first + MOST_NAMED]})


def _known(
    session: Session, slug: Column[Any], number: Column[Any], slugs: Sequence[str]
) -> dict[str, int]:
    """The number that stands beside each of these slugs; nothing for those that are not there."""
    question = select(slug, number).where(slug.in_(bindparam("slugs", expanding=True)))
    found: dict[str, int] = {}
    for first in range(0, len(slugs), MOST_NAMED):
        some = {"slugs": slugs[first : first + MOST_NAMED]}
        found.update((row[0], int(row[1])) for row in session.connection().execute(question, some))
    return found


def _row(dataset: Dataset) -> dict[str, Any]:
    file = dataset.distribution
    return {
        "slug": dataset.slug,
        "family": dataset.family,
        "publisher": dataset.publisher,
        "title": dict(dataset.title),
        "description": dict(dataset.description),
        "keywords": {language: list(words) for language, words in dataset.keywords.items()},
        "issued_at": dataset.issued_at,
        "modified_at": dataset.modified_at,
        "version": dataset.version,
        "submission_id": dataset.submission_id,
        "file_name": file.file_name,
        "file_format": file.format,
        "media_type": file.media_type,
        "file_issued_at": file.issued_at,
        "described": dict(dataset.described),
        "met": sorted(dataset.met),
    }


def _is_postgresql(session: Session) -> bool:
    return session.connection().dialect.name == "postgresql"


def _with_file() -> Any:
    return select(DatasetRow, SubmissionRow).join(
        SubmissionRow, col(SubmissionRow.id) == DatasetRow.submission_id
    )


def _dataset(row: DatasetRow, submission: SubmissionRow) -> Dataset:
    return Dataset(
        slug=row.slug,
        family=row.family,
        publisher=row.publisher,
        title=row.title,
        description=row.description,
        keywords=row.keywords,
        issued_at=row.issued_at,
        modified_at=row.modified_at,
        version=row.version,
        submission_id=row.submission_id,
        distribution=Distribution(
            file_name=row.file_name,
            format=row.file_format,
            media_type=row.media_type,
            size_bytes=submission.size_bytes,
            sha256=submission.sha256,
            rows=submission.rows,
            issued_at=row.file_issued_at,
        ),
        described=row.described,
        met=frozenset(row.met),
    )

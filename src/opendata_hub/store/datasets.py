"""Published datasets, the log of their changes, and their records ready to be served."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, cast, func, insert, text, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, select

from opendata_hub.domain.catalog.dataset import Dataset, Distribution
from opendata_hub.domain.errors import UnknownDataset
from opendata_hub.store.tables import (
    ChangeRow,
    DatasetRow,
    EntryRow,
    FragmentRow,
    SubmissionRow,
    TombstoneRow,
)

BATCH = 100


def save(session: Session, dataset: Dataset) -> None:
    """Insert or replace the dataset of that slug."""
    file = dataset.distribution
    row = {
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
    connection = session.connection()
    known = connection.execute(
        update(DatasetRow).where(col(DatasetRow.slug) == dataset.slug).values(row)
    )
    if known.rowcount == 0:
        position = _position(session, dataset.slug)
        connection.execute(insert(DatasetRow).values(id=position, **row))
        connection.execute(delete(TombstoneRow).where(col(TombstoneRow.position) == position))
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
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE change IN EXCLUSIVE MODE"))


def latest(
    session: Session, *, publisher: str | None = None, most: int | None = None
) -> Iterator[Dataset]:
    """The datasets, latest change first, read in batches; at most ``most`` of them."""
    question = _with_file().order_by(col(DatasetRow.modified_at).desc(), DatasetRow.slug)
    question = question.limit(most)
    if publisher is not None:
        question = question.where(DatasetRow.publisher == publisher)
    for row, submission in session.exec(question.execution_options(yield_per=BATCH)):
        yield _dataset(row, submission)


def last_change(session: Session) -> tuple[int, datetime | None]:
    """Number and instant of the latest change; (0, None) for an empty catalogue."""
    question = select(ChangeRow.id, ChangeRow.changed_at).order_by(col(ChangeRow.id).desc())
    found = session.exec(question.limit(1)).first()
    return (found[0] or 0, found[1]) if found else (0, None)


def changed_after(session: Session, number: int) -> list[str]:
    """The addresses that changes after that number are about, whatever became of them."""
    question = select(ChangeRow.slug).where(col(ChangeRow.id) > number).distinct()
    return list(session.exec(question))


def count(session: Session) -> int:
    """How many datasets are published."""
    return session.exec(select(func.count()).select_from(DatasetRow)).one()


def put_fragments(
    session: Session, slug: str, fragments: Mapping[str, str], *, written_for: str
) -> None:
    """Replace the dataset's serialised records by ``fragments`` (syntax to body)."""
    position = session.exec(select(DatasetRow.id).where(DatasetRow.slug == slug)).first()
    if position is None:
        raise UnknownDataset(f"No dataset {slug[:100]!r} is published here")
    connection = session.connection()
    connection.execute(delete(FragmentRow).where(col(FragmentRow.dataset_id) == position))
    rows = [
        {"dataset_id": position, "syntax": syntax, "body": body, "written_for": written_for}
        for syntax, body in fragments.items()
    ]
    if rows:
        connection.execute(insert(FragmentRow), rows)


def fragments(session: Session, syntax: str, *, slug: str | None = None) -> Iterator[str]:
    """The records in one syntax, in the order in which datasets came, read in batches."""
    question = select(FragmentRow.body).where(FragmentRow.syntax == syntax)
    question = question.order_by(col(FragmentRow.dataset_id))
    if slug is not None:
        question = question.join(DatasetRow, col(DatasetRow.id) == FragmentRow.dataset_id)
        question = question.where(DatasetRow.slug == slug)
    yield from session.exec(question.execution_options(yield_per=BATCH))


def fragments_between(session: Session, syntax: str, first: int, last: int) -> Iterator[bytes]:
    """The records in one syntax of the positions from ``first`` to ``last``, both included.

    In UTF-8 as they are kept: to decode and encode a page of 100 costs ten times its reading.
    """
    question = (
        select(_utf8(session))
        .where(FragmentRow.syntax == syntax)
        .where(col(FragmentRow.dataset_id).between(first, last))
        .order_by(col(FragmentRow.dataset_id))
    )
    found = session.connection().execute(question, execution_options={"yield_per": BATCH})
    return (bytes(body) for (body,) in found)


def fragments_at(session: Session, syntax: str, positions: Sequence[int]) -> list[bytes]:
    """The records in one syntax at these positions, in ascending order, in UTF-8."""
    if positions and positions[-1] - positions[0] == len(positions) - 1:
        # A span is read faster than a list of a hundred.
        return list(fragments_between(session, syntax, positions[0], positions[-1]))
    question = select(_utf8(session)).where(
        FragmentRow.syntax == syntax, col(FragmentRow.dataset_id).in_(positions)
    )
    found = session.connection().execute(question.order_by(col(FragmentRow.dataset_id)))
    return [bytes(body) for (body,) in found]


def slugs(session: Session) -> Iterator[str]:
    """The address of every dataset, in the order in which they came."""
    question = select(DatasetRow.slug).order_by(col(DatasetRow.id))
    yield from session.exec(question.execution_options(yield_per=BATCH))


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


def _position(session: Session, slug: str) -> int:
    """The place of a dataset that was withdrawn from that address; a new address gets the next.

    No place is given twice, or one who pages by it would miss what came into an older one.
    """
    connection = session.connection()
    earlier = select(EntryRow.position).where(EntryRow.slug == slug)
    if (found := connection.execute(earlier).scalar()) is not None:
        return int(found)
    last = (func.max(DatasetRow.id), func.max(EntryRow.position))
    return 1 + max(connection.execute(select(each)).scalar() or 0 for each in last)


def _utf8(session: Session) -> Any:
    """The body of a fragment as bytes, in the words of each database."""
    if session.connection().dialect.name == "postgresql":
        return func.convert_to(FragmentRow.body, "UTF8")
    return cast(FragmentRow.body, LargeBinary)


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

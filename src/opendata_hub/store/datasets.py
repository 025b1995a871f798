"""Published datasets, the log of their changes, and their records ready to be served."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, delete, select

from opendata_hub.domain.catalog.dataset import Dataset, Distribution
from opendata_hub.domain.errors import UnknownDataset
from opendata_hub.store.tables import ChangeRow, DatasetRow, FragmentRow, SubmissionRow

BATCH = 100


def save(session: Session, dataset: Dataset) -> None:
    """Insert or replace the dataset of that slug."""
    file = dataset.distribution
    row = DatasetRow(
        slug=dataset.slug,
        family=dataset.family,
        publisher=dataset.publisher,
        title=dict(dataset.title),
        description=dict(dataset.description),
        keywords={language: list(words) for language, words in dataset.keywords.items()},
        issued_at=dataset.issued_at,
        modified_at=dataset.modified_at,
        version=dataset.version,
        submission_id=dataset.submission_id,
        file_name=file.file_name,
        file_format=file.format,
        media_type=file.media_type,
        file_issued_at=file.issued_at,
        described=dict(dataset.described),
        met=sorted(dataset.met),
    )
    if before := _row(session, dataset.slug):
        row.id = before.id
    session.merge(row)
    session.flush()


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


def log_change(session: Session, slug: str, kind: str, now: datetime) -> None:
    """Note that a dataset was created or replaced."""
    session.add(ChangeRow(slug=slug, kind=kind, changed_at=now))
    session.flush()


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
    row = _row(session, slug)
    if row is None:
        raise UnknownDataset(f"No dataset {slug[:100]!r} is published here")
    session.exec(delete(FragmentRow).where(col(FragmentRow.dataset_id) == row.id))
    session.add_all(
        FragmentRow(dataset_id=row.id, syntax=syntax, body=body, written_for=written_for)
        for syntax, body in fragments.items()
    )
    session.flush()


def fragments(session: Session, syntax: str, *, slug: str | None = None) -> Iterator[str]:
    """The records in one syntax, in the order in which datasets came, read in batches."""
    question = (
        select(FragmentRow.body)
        .join(DatasetRow, col(DatasetRow.id) == FragmentRow.dataset_id)
        .where(FragmentRow.syntax == syntax)
        .order_by(col(DatasetRow.id))
    )
    if slug is not None:
        question = question.where(DatasetRow.slug == slug)
    yield from session.exec(question.execution_options(yield_per=BATCH))


def slugs(session: Session) -> Iterator[str]:
    """The address of every dataset, in the order in which they came."""
    question = select(DatasetRow.slug).order_by(col(DatasetRow.id))
    yield from session.exec(question.execution_options(yield_per=BATCH))


def slugs_not_written_for(session: Session, written_for: str) -> list[str]:
    """The datasets whose stored records are missing or were written for something else."""
    current = select(FragmentRow.dataset_id).where(FragmentRow.written_for == written_for)
    question = select(DatasetRow.slug).where(col(DatasetRow.id).not_in(current))
    return list(session.exec(question.order_by(col(DatasetRow.id))))


def _with_file() -> Any:
    return select(DatasetRow, SubmissionRow).join(
        SubmissionRow, col(SubmissionRow.id) == DatasetRow.submission_id
    )


def _row(session: Session, slug: str) -> DatasetRow | None:
    return session.exec(select(DatasetRow).where(DatasetRow.slug == slug)).first()


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

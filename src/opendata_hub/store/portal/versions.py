"""The versions of published datasets, each with what it said and the file it had."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, update
from sqlmodel import Session, col, select

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.publishing.version import KEPT, Gone, Version, said_of
from opendata_hub.store.tables import DatasetVersionRow, SubmissionRow, metadata

_TABLE = metadata.tables["dataset_version"]
MOST = 500
"""Versions that are listed of one dataset, the latest first."""


def add_all(session: Session, many: Sequence[tuple[Dataset, Mapping[str, str]]]) -> None:
    """Keep versions that were published now, each with its columns; let go of the oldest."""
    rows = [
        {
            "slug": dataset.slug,
            "version": dataset.version,
            "published_at": dataset.modified_at,
            "family": dataset.family,
            "submission_id": dataset.submission_id,
            "file_name": dataset.distribution.file_name,
            "said": said_of(dataset),
            "columns": dict(columns),
            "gone": Gone.NOT.value,
        }
        for dataset, columns in many
    ]
    if rows:
        session.connection().execute(insert(_TABLE), rows)
    for dataset, _ in many:
        if dataset.version > KEPT:
            _end(session, dataset.slug, Gone.OLD, _TABLE.c.version <= dataset.version - KEPT)


def listed(session: Session, slug: str) -> list[Version]:
    """The versions of a dataset, the latest first; also those of which nothing is left."""
    question = _with_file().where(DatasetVersionRow.slug == slug)
    question = question.order_by(col(DatasetVersionRow.version).desc()).limit(MOST)
    return [_version(*found) for found in session.exec(question)]


def get(session: Session, slug: str, number: int) -> Version:
    """One version; raises NotKnown."""
    question = _with_file().where(
        DatasetVersionRow.slug == slug, DatasetVersionRow.version == number
    )
    if found := session.exec(question).first():
        return _version(*found)
    raise NotKnown(f"{slug[:100]} has no version {number}")


def hide(session: Session, slug: str, numbers: Sequence[int]) -> None:
    """Let go of these versions: what they said is erased, their files with the next sweep."""
    _end(session, slug, Gone.HIDDEN, _TABLE.c.version.in_(numbers))


def end_all(session: Session, slug: str) -> None:
    """Let go of all versions of a dataset that was withdrawn."""
    _end(session, slug, Gone.WITHDRAWN, _TABLE.c.version > 0)


def files(session: Session) -> list[tuple[str, str, str]]:
    """Family, name and SHA-256 of the file of every version that can be compared."""
    question = (
        select(DatasetVersionRow.family, DatasetVersionRow.file_name, SubmissionRow.sha256)
        .join(SubmissionRow, col(SubmissionRow.id) == DatasetVersionRow.submission_id)
        .where(DatasetVersionRow.gone == Gone.NOT.value)
    )
    return [(family, name, sha256) for family, name, sha256 in session.exec(question)]


def _end(session: Session, slug: str, why: Gone, which: ColumnElement[bool]) -> None:
    is_left = _TABLE.c.gone == Gone.NOT.value
    values: dict[str, Any] = {"gone": why.value, "said": {}, "columns": {}, "file_name": ""}
    question = update(_TABLE).where(_TABLE.c.slug == slug, is_left, which).values(values)
    session.connection().execute(question)
    session.expire_all()


def _with_file() -> Any:
    return select(DatasetVersionRow, SubmissionRow).join(
        SubmissionRow, col(SubmissionRow.id) == DatasetVersionRow.submission_id
    )


def _version(row: DatasetVersionRow, submission: SubmissionRow) -> Version:
    return Version(
        slug=row.slug,
        number=row.version,
        published_at=row.published_at,
        family=row.family,
        said=row.said,
        columns=row.columns,
        file_name=row.file_name,
        sha256=submission.sha256,
        size_bytes=submission.size_bytes,
        rows=submission.rows,
        gone=Gone(row.gone),
    )

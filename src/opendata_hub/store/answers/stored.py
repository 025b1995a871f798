"""Which stored files the rows refer to: what none refers to may be gone."""

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session

from opendata_hub.store.tables import metadata

REFERRING = ("submission", "authority_logo", "letter", "case_file", "incoming_file", "upload_piece")
"""The tables whose ``sha256`` names bytes that lie among the files."""


def referred(session: Session, digests: Collection[str]) -> set[str]:
    """Those of the digests that a row refers to; one question for each kind of row.

    A submission whose file was erased keeps its digest, and refers to nothing.
    """
    found: set[str] = set()
    for name in REFERRING:
        columns = metadata.tables[name].c
        question = select(columns.sha256).where(columns.sha256.in_(list(digests)))
        if "erased_at" in columns:
            question = question.where(columns.erased_at.is_(None))
        found.update(session.connection().execute(question).scalars())
    return found

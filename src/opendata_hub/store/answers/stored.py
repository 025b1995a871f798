"""Which stored files the rows refer to: what none refers to may be gone."""

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session

from opendata_hub.store.tables import metadata

REFERRING = ("submission", "authority_logo", "letter", "case_file", "incoming_file")
"""The tables whose ``sha256`` names bytes that lie among the files."""


def referred(session: Session, digests: Collection[str]) -> set[str]:
    """Those of the digests that a row refers to; one question for each kind of row."""
    found: set[str] = set()
    for name in REFERRING:
        column = metadata.tables[name].c.sha256
        question = select(column).where(column.in_(list(digests)))
        found.update(session.connection().execute(question).scalars())
    return found

"""What was read in documents that were handed in."""

from sqlmodel import Session

from opendata_hub.domain.catalog.document import Document
from opendata_hub.store.tables import DocumentRow


def add(session: Session, submission_id: int, document: Document) -> None:
    """Keep what was read in the document of a submission."""
    session.add(
        DocumentRow(
            submission_id=submission_id,
            pages=document.pages,
            silent_pages=document.silent_pages,
            text=document.text,
        )
    )
    session.flush()


def find(session: Session, submission_id: int) -> Document | None:
    """What was read in the document of a submission; None for a table."""
    row = session.get(DocumentRow, submission_id)
    return Document(row.pages, row.silent_pages, row.text) if row else None

"""What readers say is wrong in rows."""

from datetime import datetime

from sqlalchemy import or_, update
from sqlmodel import Session, col, func, select

from opendata_hub.domain.errors import UnknownRowReport
from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.portal.row_report import RowReport
from opendata_hub.store.tables import RowReportRow
from opendata_hub.store.visible import in_reach


def add(
    session: Session,
    *,
    slug: str,
    authority: str,
    version: int,
    row_number: int,
    column: str,
    words: str,
    language: str,
    now: datetime,
) -> bool:
    """Keep a report; False where the same one waits already."""
    same = select(RowReportRow.id).where(
        RowReportRow.slug == slug, RowReportRow.row_number == row_number,
        RowReportRow.column == column, RowReportRow.words == words,
        col(RowReportRow.settled_at).is_(None),
    )  # fmt: skip
    if session.exec(same).first() is not None:
        return False
    row = RowReportRow(
        slug=slug, authority=authority, version=version, row_number=row_number, column=column,
        words=words, language=language, reported_at=now, settled_at=None, settled_by=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return True


def waiting(session: Session, within: Reach, *, most: int) -> list[RowReport]:
    """The reports within reach that nobody has settled, the oldest first."""
    question = (
        select(RowReportRow)
        .where(col(RowReportRow.settled_at).is_(None))
        .where(in_reach(within, authority=RowReportRow.authority))
        .order_by(col(RowReportRow.reported_at), col(RowReportRow.id))
        .limit(most)
    )
    return [_report(row) for row in session.exec(question)]


def count_waiting(session: Session, within: Reach) -> int:
    """How many reports within reach nobody has settled."""
    question = select(func.count()).select_from(RowReportRow)
    question = question.where(col(RowReportRow.settled_at).is_(None))
    return session.exec(question.where(in_reach(within, authority=RowReportRow.authority))).one()


def settle(session: Session, number: int, within: Reach, *, by: int | None, now: datetime) -> None:
    """Note that a steward has looked at it, and erase its words.

    Raises UnknownRowReport, also out of reach. Whoever comes second changes nothing.
    """
    question = select(RowReportRow).where(RowReportRow.id == number)
    question = question.where(in_reach(within, authority=RowReportRow.authority))
    row = session.exec(question).first()
    if row is None:
        raise UnknownRowReport(f"No report number {number}")
    if row.settled_at is None:
        row.settled_at, row.settled_by, row.words = now, by, ""
        session.flush()


def erase_words(session: Session, before: datetime) -> int:
    """Erase the words of what came before then, and of what is settled; returns of how many."""
    is_over = or_(col(RowReportRow.reported_at) < before, col(RowReportRow.settled_at).is_not(None))
    question = update(RowReportRow).where(col(RowReportRow.words) != "", is_over).values(words="")
    erased = session.connection().execute(question).rowcount
    session.expire_all()
    return erased


def _report(row: RowReportRow) -> RowReport:
    return RowReport(
        row.id, row.slug, row.authority, row.version, row.row_number, row.column, row.words,
        row.language, row.reported_at,
    )  # fmt: skip

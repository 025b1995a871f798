"""What was filed lately, by digests: so that nothing that is sent twice is filed twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, text, update
from sqlmodel import Session, UTCDateTime, col, select

from opendata_hub.domain.requests.info_request import Channel
from opendata_hub.store.tables import FilingRow, InfoRequestRow


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing. content: digest of what was sent. reference: empty while it is being filed.

    salt: what its tracking code and the address of its receipt are worked out with.
    """

    content: str
    salt: str
    reference: str
    filed_at: datetime


def claim(
    session: Session, name: str, *, content: str, salt: str, view: str, now: datetime
) -> bool:
    """Take the name of a filing; false when somebody has it. Who comes at once waits for the first.

    view: digest of what the address of the receipt ends with.
    """
    statement = text(
        "INSERT INTO filing (once_sha256, content_sha256, salt, view_sha256, filed_at) "
        "VALUES (:name, :content, :salt, :view, :now) ON CONFLICT (once_sha256) DO NOTHING"
    ).bindparams(bindparam("now", type_=UTCDateTime()))
    given = {"name": name, "content": content, "salt": salt, "view": view, "now": now}
    return bool(session.connection().execute(statement, given).rowcount)


def settle(session: Session, name: str, reference: str) -> None:
    """Note which request it became."""
    number = select(InfoRequestRow.id).where(InfoRequestRow.reference == reference)
    session.connection().execute(
        update(FilingRow)
        .where(col(FilingRow.once_sha256) == name)
        .values(info_request_id=number.scalar_subquery())
    )


def get(session: Session, name: str) -> Filing | None:
    """The filing of that name."""
    return _found(session, FilingRow.once_sha256, name)


def shown_by(session: Session, view: str) -> Filing | None:
    """The filing whose receipt has that address."""
    return _found(session, FilingRow.view_sha256, view)


def count_since(session: Session, moment: datetime) -> int:
    """How many came by the form of the site since then; programs and counters are none of it."""
    question = (
        select(func.count())
        .select_from(FilingRow)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(FilingRow.info_request_id))
        .where(FilingRow.filed_at >= moment, InfoRequestRow.channel == Channel.WEB)
    )
    return session.exec(question).one()


def forget(session: Session, before: datetime) -> int:
    """Forget what was filed before; nothing works out its tracking code any more."""
    done = session.connection().execute(delete(FilingRow).where(col(FilingRow.filed_at) < before))
    return done.rowcount


def _found(session: Session, column: str, value: str) -> Filing | None:
    row = session.exec(
        select(FilingRow, InfoRequestRow.reference)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(FilingRow.info_request_id))
        .where(column == value)
    ).first()
    if row is None:
        return None
    filing, reference = row
    return Filing(filing.content_sha256, filing.salt, reference, filing.filed_at)

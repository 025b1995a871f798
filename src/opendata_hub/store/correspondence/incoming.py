"""Mails that came in: each once, what names somebody sealed, and how far a mailbox was read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from opendata_hub.domain.correspondence.incoming import (
    Content,
    Fetched,
    IncomingState,
    Why,
    from_words,
    to_words,
)
from opendata_hub.domain.errors import IdentityErased, IdentityUnreadable, UnknownMail
from opendata_hub.domain.identities.vault import Sealed
from opendata_hub.domain.people.rule import Reach
from opendata_hub.store.engine import vault_of
from opendata_hub.store.tables import IncomingFileRow, IncomingMailRow, MailboxRow
from opendata_hub.store.visible import in_reach


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox was read, and since which day."""

    validity: int
    last_uid: int
    began_on: date


@dataclass(frozen=True, slots=True)
class Noted:
    """A mail that came in, as lists show it; nobody is named in it."""

    id: int
    authority: str
    state: IncomingState
    why: Why
    reason: str
    reference: str
    language: str
    is_urgent: bool
    received_at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a mail. problem: why it is not taken; empty where it is kept."""

    name: str
    media_type: str
    sha256: str
    size_bytes: int
    problem: str


def cursor(session: Session, mailbox: str) -> Cursor | None:
    """How far the mailbox was read; None before the first time."""
    row = session.get(MailboxRow, mailbox)
    return Cursor(row.validity, row.last_uid, row.began_on) if row else None


def claim(session: Session, mailbox: str) -> Cursor | None:
    """The same, and nobody else reads the mailbox until the end of the transaction."""
    row = session.get(MailboxRow, mailbox, with_for_update=True)
    return Cursor(row.validity, row.last_uid, row.began_on) if row else None


def move(session: Session, mailbox: str, *, validity: int, uid: int, today: date) -> None:
    """Note that the mailbox was read up to that mail; never backwards while its numbers stay."""
    row = session.get(MailboxRow, mailbox, with_for_update=True)
    if row is None:
        row = MailboxRow(name=mailbox, validity=validity, last_uid=0, began_on=today)
    if row.validity != validity:
        row.validity, row.last_uid = validity, 0
    row.last_uid = max(row.last_uid, uid)
    session.add(row)
    session.flush()


def is_known(session: Session, sha256: str, message_id: str, sender: str) -> bool:
    """Whether the same mail came before: byte by byte, or from the same sender under its id."""
    same = col(IncomingMailRow.sha256) == sha256
    if message_id:
        same = same | (col(IncomingMailRow.message_id_sha256) == _digest(message_id, sender))
    return session.exec(select(IncomingMailRow.id).where(same).limit(1)).first() is not None


def add(
    session: Session,
    fetched: Fetched,
    content: Content,
    *,
    authority: str,
    state: IncomingState,
    why: Why,
    reference: str = "",
    language: str,
    is_urgent: bool = False,
    files: Sequence[KeptFile] = (),
) -> int:
    """Keep a mail that came in; returns its number."""
    vault = vault_of(session)
    sealed = vault.seal(to_words(content), bound_to=_bound(fetched.sha256))
    row = IncomingMailRow(
        mailbox=fetched.mailbox, validity=fetched.validity, uid=fetched.uid, sha256=fetched.sha256,
        message_id_sha256=_digest(content.message_id, content.sender) if content.message_id else "",
        received_at=fetched.received_at, size_bytes=fetched.size_bytes, authority=authority,
        state=state, why=why, reference=reference, language=language, is_urgent=is_urgent,
        sender_mark=vault.marks(content.sender)[0] if content.sender else "",
        key_name=sealed.key_name, sealed=sealed.content,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for each in files:
        session.add(
            IncomingFileRow(
                incoming_mail_id=row.id, name=each.name, media_type=each.media_type,
                sha256=each.sha256, size_bytes=each.size_bytes, problem=each.problem,
            )
        )  # fmt: skip
    session.flush()
    return row.id


def count_of_sender(session: Session, sender: str, since: datetime) -> int:
    """How many mails came from that address since then, by whichever key it was marked."""
    marks = vault_of(session).marks(sender)
    question = (
        select(func.count())
        .select_from(IncomingMailRow)
        .where(col(IncomingMailRow.sender_mark).in_(marks))
        .where(IncomingMailRow.received_at >= since)
    )
    return session.exec(question).one()


def get(session: Session, number: int, within: Reach, *, to_change: bool = False) -> Noted:
    """The mail of that number in reach; raises UnknownMail."""
    question = select(IncomingMailRow).where(
        IncomingMailRow.id == number, in_reach(within, authority=IncomingMailRow.authority)
    )
    if to_change:
        question = question.with_for_update()
    row = session.exec(question).first()
    if row is None:
        raise UnknownMail(f"No mail number {number} came in here")
    return _noted(row)


def get_any(session: Session, number: int) -> Noted:
    """The mail of that number, wherever it belongs; raises UnknownMail."""
    return _noted(_row(session, number))


def content(session: Session, number: int) -> Content:
    """What the mail says and who wrote it; raises IdentityErased once it was erased."""
    row = _row(session, number)
    if row.sealed is None:
        raise IdentityErased(f"What mail {number} said was erased")
    opened = vault_of(session).open(Sealed(row.key_name, row.sealed), bound_to=_bound(row.sha256))
    return from_words(opened)


def files_of(session: Session, number: int) -> list[KeptFile]:
    """The files of a mail, in its order."""
    question = (
        select(IncomingFileRow)
        .where(IncomingFileRow.incoming_mail_id == number)
        .order_by(col(IncomingFileRow.id))
    )
    return [
        KeptFile(row.name, row.media_type, row.sha256, row.size_bytes, row.problem)
        for row in session.exec(question)
    ]


def held(session: Session, within: Reach, *, after: int = 0, most: int) -> list[Noted]:
    """The mails that wait for an officer, in the order in which they came."""
    question = (
        select(IncomingMailRow)
        .where(IncomingMailRow.state == IncomingState.HELD, col(IncomingMailRow.id) > after)
        .where(in_reach(within, authority=IncomingMailRow.authority))
        .order_by(col(IncomingMailRow.id))
        .limit(most)
    )
    return list(map(_noted, session.exec(question)))


def count_held(session: Session, within: Reach) -> int:
    """How many mails in reach wait for an officer."""
    question = (
        select(func.count())
        .select_from(IncomingMailRow)
        .where(IncomingMailRow.state == IncomingState.HELD)
        .where(in_reach(within, authority=IncomingMailRow.authority))
    )
    return session.exec(question).one()


def of_request(session: Session, reference: str) -> list[Noted]:
    """The mails that belong to a request, in the order in which they came."""
    question = (
        select(IncomingMailRow)
        .where(IncomingMailRow.reference == reference)
        .where(IncomingMailRow.state == IncomingState.ATTACHED)
        .order_by(col(IncomingMailRow.id))
    )
    return list(map(_noted, session.exec(question)))


def settle(
    session: Session,
    number: int,
    state: IncomingState,
    *,
    why: Why,
    reference: str = "",
    reason: str = "",
    person: int | None,
    now: datetime,
) -> None:
    """Note what became of a mail. What it says is erased where it stands in a request now."""
    row = _row(session, number)
    row.state, row.why, row.reference, row.reason = state, why, reference, reason
    row.settled_at, row.person_id = now, person
    if state is IncomingState.FILED:
        row.sealed = None  # its mark serves to count by for a day: ``forget_senders``
    session.add(row)
    session.flush()


@dataclass(frozen=True, slots=True)
class Left:
    """What mails leave behind when they are erased. numbers: of those that still said something.

    files: digests of what came with them; whatever nothing else refers to is to be dropped.
    """

    numbers: frozenset[int]
    files: frozenset[str]


def erase_before(session: Session, day: datetime) -> Left:
    """Erase what mails said that were dismissed or ignored before then, and their files."""
    over = (IncomingState.DISMISSED, IncomingState.IGNORED, IncomingState.BOUNCE,
            IncomingState.TOO_LARGE)  # fmt: skip
    return _erased(
        session, col(IncomingMailRow.state).in_(over), col(IncomingMailRow.received_at) < day
    )


def forget_senders(session: Session, day: datetime) -> None:
    """Erase by whom mails were sent that were filed, and received before then."""
    question = update(IncomingMailRow).where(
        col(IncomingMailRow.state) == IncomingState.FILED,
        col(IncomingMailRow.sender_mark) != "",
        col(IncomingMailRow.received_at) < day,
    )
    session.connection().execute(question.values(sender_mark=""))
    session.expire_all()


def erase_of(session: Session, references: Sequence[str]) -> Left:
    """Erase what the mails of these requests said, who wrote them, and their files.

    That they came stays, and the files that belong to a case are erased with it.
    """
    return _erased(session, col(IncomingMailRow.reference).in_(references))


def _erased(session: Session, *which: ColumnElement[bool]) -> Left:
    mails = select(IncomingMailRow.id).where(*which)
    said = session.exec(mails.where(col(IncomingMailRow.sealed).is_not(None))).all()
    named = or_(
        col(IncomingFileRow.name) != "",
        col(IncomingFileRow.sha256) != "",
        col(IncomingFileRow.problem) != "",
    )
    of_them = and_(col(IncomingFileRow.incoming_mail_id).in_(mails), named)
    digests = session.exec(select(IncomingFileRow.sha256).where(of_them)).all()
    connection = session.connection()
    connection.execute(
        update(IncomingFileRow).where(of_them).values(name="", problem="", sha256="")
    )
    connection.execute(update(IncomingMailRow).where(*which).values(sealed=None, sender_mark=""))
    session.expire_all()
    return Left(frozenset(said), frozenset(digests) - {""})


def reseal(session: Session, *, after: int, most: int) -> tuple[int | None, list[str]]:
    """Seal with the first key what others sealed, a batch of it.

    after: the number where the batch before ended. Returns where this one ended, None when there
    was nothing more, and what could not be opened: that stays as it is.
    """
    vault = vault_of(session)
    question = (
        select(IncomingMailRow)
        .where(col(IncomingMailRow.sealed).is_not(None), IncomingMailRow.id > after)
        .where(IncomingMailRow.key_name != vault.key_name)
        .order_by(col(IncomingMailRow.id))
        .limit(most)
        .with_for_update()
    )
    found, unread = session.exec(question).all(), []
    for row in found:
        bound = _bound(row.sha256)
        try:
            words = vault.open(Sealed(row.key_name, row.sealed or b""), bound_to=bound)
        except IdentityUnreadable as problem:
            unread.append(f"mail {row.id}: {problem}")
            continue
        sealed, sender = vault.seal(words, bound_to=bound), from_words(words).sender
        row.key_name, row.sealed = sealed.key_name, sealed.content
        row.sender_mark = vault.marks(sender)[0] if sender else ""
        session.add(row)
    session.flush()
    return (found[-1].id if found else None), unread


def _row(session: Session, number: int) -> IncomingMailRow:
    row = session.get(IncomingMailRow, number)
    if row is None:
        raise UnknownMail(f"No mail number {number} came in here")
    return row


def _noted(row: IncomingMailRow) -> Noted:
    return Noted(
        row.id, row.authority, IncomingState(row.state), Why(row.why), row.reason, row.reference,
        row.language, row.is_urgent, row.received_at, row.size_bytes,
    )  # fmt: skip


def _digest(message_id: str, sender: str) -> str:
    """Of both: nobody keeps another's mail out by using its id first."""
    return hashlib.sha256(f"{message_id}\0{sender}".encode()).hexdigest()


def _bound(sha256: str) -> str:
    return f"mail {sha256}"

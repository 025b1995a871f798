"""Who asked: kept sealed, each bound to the reference of its request."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from opendata_hub.domain.errors import IdentityErased, IdentityUnreadable, UnknownRequest
from opendata_hub.domain.identities.vault import Sealed, Vault
from opendata_hub.domain.identities.words import from_words, to_words
from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.requests.info_request import Requester
from opendata_hub.store.engine import vault_of
from opendata_hub.store.tables import (
    CorrespondentRow,
    EventRow,
    InfoRequestRow,
    LetterRow,
    RegisterEntryRow,
    RequesterRow,
    UnsealedRequesterRow,
)
from opendata_hub.store.visible import in_reach


@dataclass(frozen=True, slots=True)
class Kept:
    """How many identities there are: sealed with the first key, with others, and erased."""

    current: int
    earlier: int
    erased: int


def add(session: Session, number: int, reference: str, requester: Requester) -> None:
    """Keep who filed the request of that number and reference, sealed."""
    vault = vault_of(session)
    session.add(_sealed(vault, RequesterRow(info_request_id=number), reference, requester))
    session.flush()


def read(session: Session, reference: str, within: Reach) -> tuple[str, Requester]:
    """The authority of a request and who asked.

    Raises UnknownRequest, also where it is out of reach; IdentityErased and IdentityUnreadable.
    """
    question = _joined().where(InfoRequestRow.reference == reference, _seen(within))
    found = session.exec(question).first()
    if found is None:
        raise UnknownRequest("No request with this reference")
    request, row = found
    return request.authority, _opened(vault_of(session), row, reference)


def seal_unsealed(session: Session) -> int:
    """Seal what was kept in the clear before there was a vault; returns how many.

    All of them in one transaction: there is never a half.
    """
    vault = vault_of(session)
    question = select(InfoRequestRow.reference, UnsealedRequesterRow).join(
        UnsealedRequesterRow, col(UnsealedRequesterRow.info_request_id) == col(InfoRequestRow.id)
    )
    found = session.exec(question).all()
    for reference, old in found:
        asked = Requester(old.name, old.email, old.address, old.id_number)
        session.add(
            _sealed(vault, RequesterRow(info_request_id=old.info_request_id), reference, asked)
        )
    session.connection().execute(delete(UnsealedRequesterRow))
    return len(found)


def has_unsealed(session: Session) -> bool:
    """Whether identities are kept in the clear: after an upgrade, before they are sealed."""
    return session.exec(select(UnsealedRequesterRow.info_request_id).limit(1)).first() is not None


def reseal(session: Session, *, after: int, most: int) -> tuple[int | None, list[str]]:
    """Seal with the first key what others sealed, a batch of it.

    after: the number where the batch before ended. Returns where this one ended, None when there
    was nothing more, and what could not be opened: that stays as it is.
    """
    vault = vault_of(session)
    question = (
        _joined()
        .where(
            col(RequesterRow.sealed).is_not(None),
            RequesterRow.key_name != vault.key_name,
            RequesterRow.info_request_id > after,
        )
        .order_by(col(RequesterRow.info_request_id))
        .limit(most)
        .with_for_update(of=RequesterRow)
    )
    found, unread = session.exec(question).all(), []
    for request, row in found:
        try:
            asked = _opened(vault, row, request.reference)
        except IdentityUnreadable as problem:
            unread.append(str(problem))
            continue
        session.add(_sealed(vault, row, request.reference, asked))
    session.flush()
    return (found[-1][1].info_request_id if found else None), unread


def unreadable(session: Session, *, after: int, most: int) -> tuple[int | None, list[str]]:
    """What can't be opened among a batch of identities; returns where it ended, as ``reseal``."""
    vault = vault_of(session)
    question = (
        _joined()
        .where(col(RequesterRow.sealed).is_not(None), RequesterRow.info_request_id > after)
        .order_by(col(RequesterRow.info_request_id))
        .limit(most)
    )
    found, unread = session.exec(question).all(), []
    for request, row in found:
        try:
            _opened(vault, row, request.reference)
        except IdentityUnreadable as problem:
            unread.append(str(problem))
    last = found[-1][1].info_request_id if found else None
    session.expunge_all()
    return last, unread


def count(session: Session) -> Kept:
    """How many identities are kept, by how."""
    vault = vault_of(session)

    def number(*conditions: ColumnElement[bool]) -> int:
        return session.exec(select(func.count()).select_from(RequesterRow).where(*conditions)).one()

    is_kept, is_current = col(RequesterRow.sealed).is_not(None), _is(vault)
    return Kept(number(is_kept, is_current), number(is_kept, ~is_current), number(~is_kept))


@dataclass(frozen=True, slots=True)
class Standing:
    """A request whose identity is kept: its number, its body, and whether it waits for an act."""

    number: int
    reference: str
    authority: str
    is_open: bool


def standing(session: Session, reference: str, within: Reach) -> Standing:
    """The request, locked to its end; raises UnknownRequest, and IdentityErased."""
    question = _joined().where(InfoRequestRow.reference == reference, _seen(within))
    found = session.exec(question.with_for_update()).first()
    if found is None:
        raise UnknownRequest("No request with this reference")
    request, row = found
    if row.sealed is None:
        raise IdentityErased(f"{reference}: who asked was erased already")
    return Standing(request.id, reference, request.authority, request.is_open)


def at_rest(
    session: Session, law: str, states: Collection[State], *, last: date, after: int, most: int
) -> list[Standing]:
    """Requests under a law in one of these states, to which nothing has happened since ``last``."""
    happened = (
        select(func.max(col(EventRow.happened_on)))
        .where(col(EventRow.info_request_id) == col(InfoRequestRow.id))
        .scalar_subquery()
    )
    question = (
        _joined()
        .join(RegisterEntryRow, col(RegisterEntryRow.info_request_id) == col(InfoRequestRow.id))
        .where(
            col(RequesterRow.sealed).is_not(None),
            RequesterRow.info_request_id > after,
            InfoRequestRow.law == law,
            col(RegisterEntryRow.state).in_([str(state) for state in states]),
            happened <= last,
        )
        .order_by(col(RequesterRow.info_request_id))
        .limit(most)
    )
    return [
        Standing(request.id, request.reference, request.authority, request.is_open)
        for request, _ in session.exec(question)
    ]


def disown(session: Session, numbers: Sequence[int]) -> None:
    """Take requests from the accounts that they were filed from, and their codes from mails."""
    references = select(InfoRequestRow.reference).where(col(InfoRequestRow.id).in_(numbers))
    session.connection().execute(
        update(CorrespondentRow)
        .where(col(CorrespondentRow.reference).in_(references))
        .values(code_salt="")
    )
    session.connection().execute(
        update(InfoRequestRow).where(col(InfoRequestRow.id).in_(numbers)).values(owner_id=None)
    )
    session.expire_all()


def letters_of(session: Session, numbers: Sequence[int]) -> set[str]:
    """The digests of the letters that were written on these requests: they name who asked."""
    question = select(LetterRow.sha256).where(col(LetterRow.info_request_id).in_(numbers))
    return set(session.exec(question))


def erase(session: Session, numbers: Sequence[int], why: str, now: datetime) -> None:
    """Erase who filed the requests of these numbers; that it was done, and why, stays."""
    rows = session.exec(
        select(RequesterRow).where(
            col(RequesterRow.info_request_id).in_(numbers), col(RequesterRow.sealed).is_not(None)
        )
    )
    for row in rows:
        row.sealed, row.key_name, row.email_mark = None, "", ""
        row.erased_at, row.erased_why = now, why
        session.add(row)
    session.flush()


def _joined() -> Select[InfoRequestRow, RequesterRow]:
    return select(InfoRequestRow, RequesterRow).join(
        RequesterRow, col(RequesterRow.info_request_id) == col(InfoRequestRow.id)
    )


def _is(vault: Vault) -> ColumnElement[bool]:
    return col(RequesterRow.key_name) == vault.key_name


def _seen(within: Reach) -> ColumnElement[bool]:
    return in_reach(
        within,
        authority=InfoRequestRow.authority,
        unit=InfoRequestRow.unit,
        owner=InfoRequestRow.owner_id,
    )


def _sealed(vault: Vault, row: RequesterRow, reference: str, asked: Requester) -> RequesterRow:
    sealed = vault.seal(to_words(asked), bound_to=reference)
    row.key_name, row.sealed = sealed.key_name, sealed.content
    row.email_mark = vault.marks(asked.email.casefold())[0] if asked.email else ""
    return row


def _opened(vault: Vault, row: RequesterRow, reference: str) -> Requester:
    if row.sealed is None:
        raise IdentityErased(f"{reference}: who asked was erased")
    return from_words(vault.open(Sealed(row.key_name, row.sealed), bound_to=reference))

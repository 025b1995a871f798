"""Accounts and the roles that they hold."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session, col, delete, select

from opendata_hub.domain.errors import Refused, UnknownPerson
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.rule import Reach
from opendata_hub.store.tables import PersonRoleRow, PersonRow
from opendata_hub.store.visible import in_reach

PAGE = 50


def add(session: Session, *, name: str, email: str | None, language: str, now: datetime) -> Account:
    """Keep a new account without roles; raises Refused when the address has one already."""
    if email and by_email(session, email):
        raise Refused("There is already an account with this e-mail address")
    row = PersonRow(
        email=email, name=name, language=language, created_at=now, confirmed_at=None,
        disabled_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _account(row, frozenset())


def get(session: Session, person_id: int) -> Account:
    """The account of that id; raises UnknownPerson."""
    if row := session.get(PersonRow, person_id):
        return _account(row, grants(session, person_id))
    raise UnknownPerson(f"No account number {person_id}")


def by_email(session: Session, email: str) -> Account | None:
    """The account of an address that was folded; None when there is none."""
    row = session.exec(select(PersonRow).where(PersonRow.email == email)).first()
    return _account(row, grants(session, row.id)) if row else None


def grants(session: Session, person_id: int) -> frozenset[Grant]:
    """The roles that are held now."""
    question = select(PersonRoleRow).where(PersonRoleRow.person_id == person_id)
    return frozenset(
        Grant(Role(row.role), row.authority, row.unit) for row in session.exec(question)
    )


def grant(session: Session, person_id: int, given: Grant) -> None:
    """Give a role; nothing changes when it is held already."""
    key = (person_id, str(given.role), given.authority, given.unit)
    if session.get(PersonRoleRow, key) is None:
        session.add(
            PersonRoleRow(
                person_id=person_id, role=given.role, authority=given.authority, unit=given.unit
            )
        )
        session.flush()


def take(session: Session, person_id: int, taken: Grant) -> bool:
    """Take a role away; returns whether it was held."""
    result = session.connection().execute(
        delete(PersonRoleRow)
        .where(col(PersonRoleRow.person_id) == person_id)
        .where(col(PersonRoleRow.role) == str(taken.role))
        .where(col(PersonRoleRow.authority) == taken.authority)
        .where(col(PersonRoleRow.unit) == taken.unit)
    )
    return result.rowcount > 0


def confirm(session: Session, person_id: int, now: datetime) -> None:
    """Note that the address was shown to be theirs; raises UnknownPerson."""
    row = _row(session, person_id)
    row.confirmed_at = row.confirmed_at or now
    session.flush()


def describe(session: Session, person_id: int, *, name: str, language: str) -> None:
    """Give an account another name and language; raises UnknownPerson."""
    row = _row(session, person_id)
    row.name, row.language = name, language
    session.flush()


def move(session: Session, person_id: int, email: str, now: datetime) -> None:
    """Give an account another, confirmed address; raises Refused when it has an account."""
    if by_email(session, email):
        raise Refused("There is already an account with this e-mail address")
    row = _row(session, person_id)
    row.email, row.confirmed_at = email, now
    session.flush()


def names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """What the people of these accounts are called."""
    question = select(PersonRow.id, PersonRow.name).where(col(PersonRow.id).in_(ids))
    return dict(session.exec(question).all())


def listed(
    session: Session, reached: Reach, *, begins: str = "", after: int = 0, most: int = PAGE
) -> list[Account]:
    """The accounts of people who hold a role in reach, by number; of all, everywhere.

    begins: of the address. after: the number of the last one that was shown.
    """
    question = (
        select(PersonRow)
        .where(col(PersonRow.email).is_not(None), col(PersonRow.id) > after)
        .order_by(col(PersonRow.id))
        .limit(most)
    )
    if begins:
        question = question.where(col(PersonRow.email).startswith(begins, autoescape=True))
    if not reached.everywhere:
        held = select(PersonRoleRow.person_id).where(
            in_reach(reached, authority=col(PersonRoleRow.authority), unit=col(PersonRoleRow.unit))
        )
        question = question.where(col(PersonRow.id).in_(held))
    rows = session.exec(question).all()
    found: dict[int, set[Grant]] = {row.id: set() for row in rows}
    roles = select(PersonRoleRow).where(col(PersonRoleRow.person_id).in_(found))
    for role in session.exec(roles):
        found[role.person_id].add(Grant(Role(role.role), role.authority, role.unit))
    return [_account(row, frozenset(found[row.id])) for row in rows]


def disable(session: Session, person_id: int, now: datetime) -> None:
    """Close an account: from now on nothing opens to it; raises UnknownPerson."""
    row = _row(session, person_id)
    row.disabled_at = row.disabled_at or now
    session.flush()


def enable(session: Session, person_id: int) -> None:
    """Open a closed account again, with the roles it had; raises UnknownPerson."""
    _row(session, person_id).disabled_at = None
    session.flush()


def _row(session: Session, person_id: int) -> PersonRow:
    if row := session.get(PersonRow, person_id):
        return row
    raise UnknownPerson(f"No account number {person_id}")


def _account(row: PersonRow, held: frozenset[Grant]) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        language=row.language,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        disabled_at=row.disabled_at,
        grants=held,
    )

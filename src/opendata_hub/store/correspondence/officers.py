"""Who works on the requests of an authority: to whom the hub writes about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from opendata_hub.domain.people.roles import WHOLE_HUB, Role
from opendata_hub.store.tables import PersonRoleRow, PersonRow


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody with an account who answers requests, and where they read."""

    person: int
    email: str
    language: str


def of_place(session: Session, authority: str, unit: str) -> list[Officer]:
    """The officers of a unit, and those of the whole body; without a unit, of the body alone."""
    question = (
        select(PersonRow.id, PersonRow.email, PersonRow.language)
        .join(PersonRoleRow, col(PersonRoleRow.person_id) == col(PersonRow.id))
        .where(PersonRoleRow.role == Role.OFFICER)
        .where(col(PersonRoleRow.authority).in_([authority, WHOLE_HUB]))
        .where(col(PersonRoleRow.unit).in_(["", unit]))
        .where(col(PersonRow.email).is_not(None), col(PersonRow.disabled_at).is_(None))
        .distinct()
        .order_by(col(PersonRow.id))
    )
    return [Officer(number, email or "", language) for number, email, language in
            session.exec(question)]  # fmt: skip


def everyone(session: Session) -> Sequence[Officer]:
    """Everybody with an open account who is an officer somewhere."""
    question = (
        select(PersonRow.id, PersonRow.email, PersonRow.language)
        .join(PersonRoleRow, col(PersonRoleRow.person_id) == col(PersonRow.id))
        .where(PersonRoleRow.role == Role.OFFICER)
        .where(col(PersonRow.email).is_not(None), col(PersonRow.disabled_at).is_(None))
        .distinct()
        .order_by(col(PersonRow.id))
    )
    return [Officer(number, email or "", language) for number, email, language in
            session.exec(question)]  # fmt: skip

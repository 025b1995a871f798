"""What somebody shows to sign in: a password, a second factor, recovery codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select, update

from opendata_hub.store.tables import PasswordRow, PersonRow, RecoveryCodeRow, TotpRow


@dataclass(frozen=True, slots=True)
class Credential:
    """What is kept of an account's password.

    hash: None where there is none. is_demo: everybody knows it. has_second_factor: confirmed.
    """

    person: int
    hash: str | None
    is_demo: bool
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A second factor, without its secret. last_step: of the last code that was taken."""

    salt: str
    confirmed_at: datetime | None
    last_step: int


def by_email(session: Session, email: str) -> Credential | None:
    """What opens the account of a folded address; None when there is none, or it is closed."""
    return _credential(session, PersonRow.email == email)


def of_person(session: Session, person: int) -> Credential | None:
    """What opens an account; None when it is closed."""
    return _credential(session, PersonRow.id == person)


def _credential(session: Session, condition: bool) -> Credential | None:
    found = session.exec(
        select(PersonRow.id, PasswordRow.hash, PasswordRow.is_demo, TotpRow.confirmed_at)
        .join(PasswordRow, col(PasswordRow.person_id) == col(PersonRow.id), isouter=True)
        .join(TotpRow, col(TotpRow.person_id) == col(PersonRow.id), isouter=True)
        .where(condition, col(PersonRow.disabled_at).is_(None))
    ).first()
    if found is None:
        return None
    person, kept, is_demo, confirmed_at = found
    return Credential(person, kept, bool(is_demo), confirmed_at is not None)


def keep_password(
    session: Session, person: int, kept: str, *, is_demo: bool = False, now: datetime
) -> None:
    """Keep the hash of a password instead of an earlier one."""
    session.merge(PasswordRow(person_id=person, hash=kept, is_demo=is_demo, changed_at=now))
    session.flush()


def has_demo_passwords(session: Session) -> bool:
    """Whether an account that is open has a password that everybody knows."""
    question = (
        select(PasswordRow.person_id)
        .join(PersonRow, col(PersonRow.id) == col(PasswordRow.person_id))
        .where(col(PasswordRow.is_demo).is_(True), col(PersonRow.disabled_at).is_(None))
    )
    return session.exec(question).first() is not None


def second_factor(session: Session, person: int) -> SecondFactor | None:
    """The second factor of an account, confirmed or being set up."""
    row = session.get(TotpRow, person)
    return SecondFactor(row.salt, row.confirmed_at, row.last_step) if row else None


def begin_second_factor(session: Session, person: int, salt: str) -> None:
    """Keep the salt of a second factor that is being set up, instead of an earlier one."""
    session.merge(TotpRow(person_id=person, salt=salt, confirmed_at=None, last_step=0))
    session.flush()


def confirm_second_factor(session: Session, person: int, now: datetime) -> None:
    """From now on the account asks for a code."""
    session.connection().execute(
        update(TotpRow).where(col(TotpRow.person_id) == person).values(confirmed_at=now)
    )


def take_step(session: Session, person: int, step: int) -> bool:
    """Note that the code of a time step was taken; returns whether it was the first time."""
    result = session.connection().execute(
        update(TotpRow)
        .where(col(TotpRow.person_id) == person, col(TotpRow.last_step) < step)
        .values(last_step=step)
    )
    return result.rowcount > 0


def drop_second_factor(session: Session, person: int) -> None:
    """Forget the second factor."""
    session.connection().execute(delete(TotpRow).where(col(TotpRow.person_id) == person))


def keep_recovery_codes(session: Session, person: int, digests: Iterable[str]) -> None:
    """Keep the digests of new codes; the earlier ones open nothing any more."""
    session.connection().execute(
        delete(RecoveryCodeRow).where(col(RecoveryCodeRow.person_id) == person)
    )
    session.add_all(
        RecoveryCodeRow(person_id=person, sha256=each, used_at=None) for each in digests
    )
    session.flush()


def use_recovery_code(session: Session, person: int, digest: str, now: datetime) -> bool:
    """Take a recovery code; returns whether there was one that had not been used."""
    result = session.connection().execute(
        update(RecoveryCodeRow)
        .where(
            col(RecoveryCodeRow.person_id) == person,
            col(RecoveryCodeRow.sha256) == digest,
            col(RecoveryCodeRow.used_at).is_(None),
        )
        .values(used_at=now)
    )
    return result.rowcount > 0


def recovery_codes_left(session: Session, person: int) -> int:
    """How many recovery codes were not used yet."""
    return session.exec(
        select(func.count())
        .select_from(RecoveryCodeRow)
        .where(RecoveryCodeRow.person_id == person, col(RecoveryCodeRow.used_at).is_(None))
    ).one()

"""A key for a program is made, for an account or for the program alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.errors import UnknownPerson
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import WHOLE_HUB, Grant
from opendata_hub.domain.secret import api_key_digest, new_api_key
from opendata_hub.store import journal
from opendata_hub.store.people import accounts, tokens


@dataclass(frozen=True, slots=True)
class Limits:
    """What a key is limited to.

    deeds: None for all that its roles give. expires_at: None for never. is_proved: whether it opens
    roles that ask for a second factor.
    """

    deeds: frozenset[Deed] | None = None
    expires_at: datetime | None = None
    is_proved: bool = True


def issue_to_account(
    session: Session, name: str, email: str, limits: Limits, *, by: int | None, now: datetime
) -> str:
    """Make a key that acts under an account's roles; returns it, once.

    Raises UnknownPerson, and Refused when the name is taken.
    """
    account = accounts.by_email(session, email)
    if account is None:
        raise UnknownPerson("There is no account with this e-mail address")
    return _issue(session, name, account.id, limits, by, now)


def issue_to_program(
    session: Session,
    name: str,
    grants: Iterable[Grant],
    limits: Limits,
    *,
    by: int | None,
    now: datetime,
) -> str:
    """Make a key that acts under roles of its own, for an account that nobody signs in to.

    Returns it, once; raises Refused when the name is taken.
    """
    program = accounts.add(session, name=name, email=None, language="fr", now=now)
    for each in grants:
        accounts.grant(session, program.id, each)
    return _issue(session, name, program.id, limits, by, now)


def _issue(
    session: Session, name: str, person: int, limits: Limits, by: int | None, now: datetime
) -> str:
    key = new_api_key()
    name = name or f"token-{api_key_digest(key)[:8]}"
    number = tokens.add(
        session,
        name=name,
        sha256=api_key_digest(key),
        person=person,
        deeds=limits.deeds,
        expires_at=limits.expires_at,
        is_proved=limits.is_proved,
        now=now,
    )
    journal.append(
        session, Kind.TOKEN_MADE, f"token {number}", {"account": str(person)},
        authority=WHOLE_HUB, person=by, now=now,
    )  # fmt: skip
    return key


def revoke(session: Session, name: str, *, by: int | None, now: datetime) -> None:
    """Close a key for good; raises UnknownToken."""
    number = tokens.revoke(session, name, now)
    journal.append(
        session, Kind.TOKEN_REVOKED, f"token {number}", {}, authority=WHOLE_HUB, person=by, now=now
    )

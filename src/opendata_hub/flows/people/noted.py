"""What is done to accounts and roles, told to the journal: by number, never by name."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.roles import WHOLE_HUB, Grant
from opendata_hub.store import journal


def note_account(
    session: Session, kind: Kind, account: int, *, by: int | None, now: datetime
) -> None:
    """Tell that an account was made, closed, opened again or unlocked."""
    journal.append(session, kind, f"account {account}", {}, authority=WHOLE_HUB, person=by, now=now)


def note_roles(
    session: Session,
    kind: Kind,
    account: int,
    grants: Iterable[Grant],
    *,
    by: int | None,
    now: datetime,
) -> None:
    """Tell of roles that were given or taken away."""
    for each in grants:
        journal.append(
            session, kind, f"account {account}", {"role": each.role, "unit": each.unit},
            authority=each.authority, person=by, now=now,
        )  # fmt: skip

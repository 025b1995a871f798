"""Links that are sent by mail and work once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from opendata_hub.domain.people.roles import Grant


class LinkKind(StrEnum):
    """What a link is for.

    CONFIRM: makes the account of somebody who signs up. CHANGE: gives an account another address.
    RESET: sets another password. INVITE: makes an account with roles, or gives them to one.
    """

    CONFIRM = "confirm"
    CHANGE = "change"
    RESET = "reset"
    INVITE = "invite"


LIFETIMES: Mapping[LinkKind, timedelta] = {
    LinkKind.CONFIRM: timedelta(hours=24),
    LinkKind.CHANGE: timedelta(hours=24),
    LinkKind.RESET: timedelta(hours=1),
    LinkKind.INVITE: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A link, without its key.

    person:  whose account it is about; None where it makes one.
    email:   where it was sent. grants: the roles it gives. made_by: who invited; None: a command.
    """

    id: int
    kind: LinkKind
    person: int | None
    email: str
    name: str
    language: str
    grants: frozenset[Grant]
    made_by: int | None
    expires_at: datetime
    used_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it still opens something."""
        return self.used_at is None and now < self.expires_at

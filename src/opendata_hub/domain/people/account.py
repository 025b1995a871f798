"""An account: whose it is, and when it came to be usable and ceased to be."""

from dataclasses import dataclass
from datetime import datetime

from opendata_hub.domain.people.roles import Grant


@dataclass(frozen=True, slots=True)
class Account:
    """A person, or a program under roles of its own; who signs in has an e-mail address.

    language:     of the messages sent. grants: the roles held now.
    confirmed_at: when the address was shown to be theirs. disabled_at: nothing opens since then.
    """

    id: int
    email: str | None
    name: str
    language: str
    created_at: datetime
    confirmed_at: datetime | None
    disabled_at: datetime | None
    grants: frozenset[Grant]

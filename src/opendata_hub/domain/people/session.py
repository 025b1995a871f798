"""A session of somebody who has signed in: what was shown for it, and when it ends."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from opendata_hub.domain.people.roles import Grant, Role

IDLE = timedelta(hours=2)
"""A session that nobody used for so long is over."""
LONGEST = timedelta(hours=12)
"""A working day; then one signs in again, however busy the session was."""
HALFWAY = timedelta(minutes=10)
"""Between the password and the code."""
SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a session was last used: a page is not a reason to write."""
USER_AGENT_LENGTH = 120


class Proof(StrEnum):
    """What was shown to open a session.

    HALF: the password of an account that has a second factor; opens nothing but the question for
    the code. RECOVERY: a recovery code, after which the second factor is set up anew. PROVIDER: the
    word of an identity provider. DEMO: the password of a demo account, which everybody knows.
    """

    HALF = "half"
    PASSWORD = "password"  # noqa: S105  (a word, not a secret)
    RECOVERY = "recovery"
    CODE = "code"
    PROVIDER = "provider"
    DEMO = "demo"


WHOLE = frozenset({Proof.CODE, Proof.PROVIDER, Proof.DEMO})
"""What opens roles that ask for a second factor."""


@dataclass(frozen=True, slots=True)
class WebSession:
    """A session, without its key.

    name, language: of the person. seen_at: last use, at most SEEN_EVERY too early.
    """

    id: int
    person: int
    name: str
    language: str
    proof: Proof
    opened_at: datetime
    seen_at: datetime
    user_agent: str

    def is_open(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        if self.proof is Proof.HALF:
            return now < self.opened_at + HALFWAY
        return now < min(self.seen_at + IDLE, self.opened_at + LONGEST)

    def is_due_to_be_seen(self, now: datetime) -> bool:
        """Whether its last use is to be noted again."""
        return now >= self.seen_at + SEEN_EVERY


def opened_by(proof: Proof, grants: Iterable[Grant], guarded: Collection[Role]) -> frozenset[Grant]:
    """The roles that such a session opens, of those held. guarded: ask for a second factor."""
    if proof is Proof.HALF:
        return frozenset()
    return frozenset(each for each in grants if proof in WHOLE or each.role not in guarded)


def shortened(user_agent: str) -> str:
    """What is kept of a browser's own description, in one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in user_agent).split())[
        :USER_AGENT_LENGTH
    ]

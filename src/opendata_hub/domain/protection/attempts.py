"""How wrong passwords slow down whoever gives them, and nobody else.

A lock that closes an account after failures is a tool to lock its owner out. Here only the place
that failed waits; when many strange places fail together, strange places have to show more, and
the places where the owner was before have not.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FREE_FAILURES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
STRANGE_FAILURES, STRANGE_SPAN = 20, timedelta(hours=1)
FORGOTTEN_AFTER, USUAL_FOR = timedelta(days=1), timedelta(days=90)
"""When failures are forgotten, and for how long a place stays one of the owner's."""


class Ruling(StrEnum):
    """What may be done. PROVE: only by a link that is sent to the address of the account."""

    TRY = "try"
    WAIT = "wait"
    PROVE = "prove"


@dataclass(frozen=True, slots=True)
class Past:
    """What has happened at an account.

    failures:  from this network, since it was last opened from there; the last at failed_at.
    opened_at: when it was last opened from this network.
    strange:   failures within STRANGE_SPAN from networks where it was never opened.
    """

    failures: int = 0
    failed_at: datetime | None = None
    opened_at: datetime | None = None
    strange: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be done; until says when waiting is over."""

    ruling: Ruling
    until: datetime | None = None


def answer(past: Past, now: datetime) -> Answer:
    """What somebody may do now who wants to open that account from that network."""
    is_usual = past.opened_at is not None and now - past.opened_at < USUAL_FOR
    if not is_usual and past.strange >= STRANGE_FAILURES:
        return Answer(Ruling.PROVE)
    if past.failed_at is None or now - past.failed_at >= FORGOTTEN_AFTER:
        return Answer(Ruling.TRY)
    until = past.failed_at + wait(past.failures)
    return Answer(Ruling.WAIT, until) if now < until else Answer(Ruling.TRY)


def wait(failures: int) -> timedelta:
    """How long is waited after so many failures: nothing, 30 s, and each time twice as long."""
    if failures < FREE_FAILURES:
        return timedelta()
    doubled = min(failures - FREE_FAILURES, LONGEST_WAIT // FIRST_WAIT)
    return min(FIRST_WAIT * (1 << doubled), LONGEST_WAIT)


def account_digest(account: str) -> str:
    """What is kept of the account that was named, whether there is one or not."""
    return hashlib.sha256(f"attempt\0{account}".encode("utf-8", "replace")).hexdigest()


def place_digest(account: str, network: str) -> str:
    """What is kept of the place: another one for each account, so that nobody's ways are drawn."""
    told = f"attempt\0{account}\0{network}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()

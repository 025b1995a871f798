"""A mail on its way out: what it says, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

RETRIES = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 240, 720, 1440))
"""How long is waited after each failure; after the last nobody tries any more."""
SERVER_AWAY = RETRIES[:4]
"""The same while the server itself does not answer: then no mail fails for good, all wait."""
OF_SENDER = frozenset({"5.1.7", "5.1.8"})
CLAIMED_FOR = timedelta(minutes=5)
"""A process that ends while it works on a mail leaves it to the next one after that."""


class Rank(IntEnum):
    """What is sent first: news may wait, a receipt or a link that somebody sits before may not."""

    AT_ONCE = 0
    NEWS = 1


class MailState(StrEnum):
    """How far a mail has come.

    HANDING_OVER: it is being given to the server at this moment. IN_DOUBT: whoever did that has
    not said how it ended, so nobody knows whether the server has it; it is never sent again by
    itself. BOUNCED: the server took it, and told later that it was not delivered.
    """

    WAITING = "waiting"
    HANDING_OVER = "handing-over"
    IN_DOUBT = "in-doubt"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class Stamps:
    """When what happened to a mail; None for what has not."""

    handing_over_at: datetime | None
    sent_at: datetime | None
    failed_at: datetime | None
    bounced_at: datetime | None

    def state(self, now: datetime) -> MailState:
        """How far the mail has come."""
        if self.bounced_at:
            return MailState.BOUNCED
        if self.sent_at:
            return MailState.SENT
        if self.failed_at:
            return MailState.FAILED
        if self.handing_over_at is None:
            return MailState.WAITING
        is_old = now - self.handing_over_at >= CLAIMED_FOR
        return MailState.IN_DOUBT if is_old else MailState.HANDING_OVER


def is_of_address(status: str) -> bool:
    """Whether a lasting failure is of whom a mail goes to, and not of who sends it, or of the mail.

    status: as RFC 3463 has it; empty where none was told.

    >>> [is_of_address(each) for each in ("5.1.1", "5.2.1", "", "5.7.1", "5.1.8", "5.2.2")]
    [True, True, True, False, False, False]
    """
    is_no_address = status.startswith("5.1.") and status not in OF_SENDER
    return is_no_address or status in {"", "5.0.0", "5.2.0", "5.2.1"}


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that travels with a mail. media_type: such as ``application/pdf``."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in words, ready to be sent.

    id:           the part of its Message-ID before the @; the same each time it is tried.
    sender_name:  who it is from, in the reader's language; empty for the hub's own.
    reply_to:     where an answer goes; empty where nobody reads one.
    in_reply_to:  the Message-ID that it answers, with its brackets.
    unsubscribe:  the address at which its reader wants no more of the kind; empty for none.
    """

    to: str
    subject: str
    body: str
    language: str
    id: str = ""
    sender_name: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    unsubscribe: str = ""
    enclosures: tuple[Enclosure, ...] = ()


def due_again(attempts: int, now: datetime, *, is_server_away: bool = False) -> datetime | None:
    """When to try again after so many failures; None when it is enough.

    A server that is away says nothing of the mail: then the wait grows to an hour, and no further.
    """
    if is_server_away:
        return now + SERVER_AWAY[min(attempts, len(SERVER_AWAY)) - 1]
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None

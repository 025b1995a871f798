"""A mail that came in, and what is to be made of it."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from opendata_hub.domain.correspondence.mail import Enclosure

MOST_OF_A_SENDER = 20
"""In a day. More wait for an officer like all, but nothing is filed or answered by itself."""
OUR_TOKEN = re.compile(r"<([0-9a-f]{24}|before-\d+)@")
"""The Message-ID of a mail of ours, wherever it is told."""
REFERENCE = re.compile(r"\b[A-Z0-9]{1,20}-\d{4}-\d{6,}\b")
BLOCK = 256


class IncomingState(StrEnum):
    """Where a mail that came in stands.

    HELD waits for an officer; FILED became a request; ATTACHED belongs to one. DISMISSED: an
    officer said why it is none. IGNORED came from a machine or a list, or is our own. BOUNCE tells
    that a mail of ours was not delivered. TOO_LARGE was never read.
    """

    HELD = "held"
    FILED = "filed"
    ATTACHED = "attached"
    DISMISSED = "dismissed"
    IGNORED = "ignored"
    BOUNCE = "bounce"
    TOO_LARGE = "too-large"


class Why(StrEnum):
    """Why a mail is where it is."""

    INCOMPLETE = "incomplete"
    BROKEN = "broken"
    TOO_OFTEN = "too-often"
    TOO_LONG = "too-long"
    MODEL_FORM = "model-form"
    BY_TAG = "by-tag"
    BY_MESSAGE = "by-message"
    BY_SUBJECT = "by-subject"
    AUTOMATIC = "automatic"
    LIST = "list"
    OWN = "own"
    DELIVERY = "delivery"
    BY_OFFICER = "by-officer"


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a mail server tells of a mail: our token of it, and the status (RFC 3463).

    is_lasting: it was not delivered, and nobody tries any more.
    """

    token: str
    status: str
    is_lasting: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as it was read.

    message_id: with its brackets; empty where it has none that is fit to be answered.
    sender:     the address, folded; empty where there is none that could be answered.
    recipients: every address it was sent to, as written.
    answers:    the Message-IDs that it answers, as one text.
    is_automatic, is_from_list: it asks for no answer.
    is_broken:  some of it could not be read.
    """

    message_id: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    answers: str
    is_automatic: bool = False
    is_from_list: bool = False
    is_broken: bool = False
    enclosures: tuple[Enclosure, ...] = ()
    bounce: Bounce | None = None

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of mails of ours that it answers, the last one first."""
        return tuple(reversed(OUR_TOKEN.findall(self.answers)))

    @property
    def references(self) -> tuple[str, ...]:
        """The references of requests that its subject names."""
        return tuple(dict.fromkeys(REFERENCE.findall(self.subject.upper())))


@dataclass(frozen=True, slots=True)
class Content:
    """What of a mail names somebody: kept sealed, and erased when it has served."""

    sender: str
    sender_name: str
    subject: str
    text: str
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Where a mail lies and when it came: the day of receipt is the server's, not the sender's.

    uid is a mailbox's own number, for as long as its validity stays. sha256: of all of it.
    """

    mailbox: str
    validity: int
    uid: int
    received_at: datetime
    size_bytes: int
    sha256: str


def content_of(mail: Incoming) -> Content:
    """What of the mail names somebody."""
    return Content(mail.sender, mail.sender_name, mail.subject, mail.text, mail.message_id)


def to_words(content: Content) -> bytes:
    """The content as JSON, filled up: its length tells little of what it says."""
    text = json.dumps(asdict(content), ensure_ascii=False).encode("utf-8", "replace")
    return text + b" " * (-len(text) % BLOCK)


def from_words(words: bytes) -> Content:
    """The content.

    >>> from_words(to_words(Content("a@b.example", "", "Objet", "Texte"))).subject
    'Objet'
    """
    return Content(**json.loads(words))

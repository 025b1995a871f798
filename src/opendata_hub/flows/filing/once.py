"""What is sent twice is filed once: by a word the sender gives, or by what was sent."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from opendata_hub.domain.errors import KeyReused, LinkOver
from opendata_hub.domain.secret import (
    derived,
    derived_tracking_code,
    link_digest,
    new_salt,
    receipt_key,
)
from opendata_hub.store.filing import once as kept

REMEMBERED = timedelta(hours=24)
RECEIPT_SHOWN = timedelta(minutes=30)
RUSH_SPAN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Once:
    """What tells one filing from the next; keyed digests, since a name and a number are guessed.

    name: of the filing. content: of all that was sent.
    """

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A request that was filed, now or before. receipt: what the address of its receipt ends with.

    is_new: whether it was filed by this call.
    """

    reference: str
    tracking_code: str
    receipt: str
    is_new: bool


def by_content(key: bytes, parts: Iterable[str]) -> Once:
    """Who sends the same twice means it once."""
    digest = _digest(key, "content", parts)
    return Once(digest, digest)


def by_word(key: bytes, sender: int | None, word: str, parts: Iterable[str]) -> Once:
    """A program says by its own word that it sends something again (``Idempotency-Key``).

    sender: the account that sends it; None: nobody knows whose word it is, and strangers who choose
    the same one must neither stop nor find each other. It tells apart what else is the same.
    """
    content = _digest(key, "content", parts)
    owner = f"stranger {content}" if sender is None else str(sender)
    return Once(_digest(key, "word", (owner, word)), content)


def file_once(
    session: Session, once: Once, file: Callable[[str], str], *, key: bytes, now: datetime
) -> Filed:
    """File, unless it was filed within a day: then what was given the first time is given again.

    file: files with the salt of its tracking code, and returns the reference. Raises KeyReused
    when the word was used for something else, and what ``file`` raises: then nothing is kept.
    """
    salt = new_salt()
    view = link_digest(receipt_key(key, salt))
    if kept.claim(session, once.name, content=once.content, salt=salt, view=view, now=now):
        reference = file(salt)
        kept.settle(session, once.name, reference)
        return _filed(key, reference, salt, is_new=True)
    found = kept.get(session, once.name)
    if found is None or found.content != once.content:
        raise KeyReused("This Idempotency-Key came with another request; use a new one")
    return _filed(key, found.reference, found.salt, is_new=False)


def shown(session: Session, receipt: str, *, key: bytes, now: datetime) -> Filed:
    """What a receipt shows, for half an hour after it was filed; raises LinkOver."""
    found = kept.shown_by(session, link_digest(receipt))
    if found is None or now - found.filed_at > RECEIPT_SHOWN:
        raise LinkOver("The receipt is shown for half an hour; open the request with its code")
    return _filed(key, found.reference, found.salt, is_new=False)


def count_lately(session: Session, now: datetime) -> int:
    """How many requests came by the form within the last hour."""
    return kept.count_since(session, now - RUSH_SPAN)


def _filed(key: bytes, reference: str, salt: str, *, is_new: bool) -> Filed:
    return Filed(reference, derived_tracking_code(key, salt), receipt_key(key, salt), is_new)


def _digest(key: bytes, purpose: str, parts: Iterable[str]) -> str:
    # Half a sign (a lone surrogate) is refused when it is filed; here it is only told apart.
    told = "\0".join(
        hashlib.sha256(part.encode(errors="surrogatepass")).hexdigest() for part in parts
    )
    return derived(key, f"filed {purpose}", told).hex()

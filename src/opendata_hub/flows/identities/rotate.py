"""A key is changed: what earlier keys sealed is sealed with the first, batch by batch."""

from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.store.alerts import kept
from opendata_hub.store.correspondence import incoming
from opendata_hub.store.identities import requesters
from opendata_hub.store.remote_ckan import targets

BATCH = 500
"""Whoever files meanwhile waits for no more than this many."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a batch ended, None after the last one, and what could not be opened in it."""

    last: int | None
    unread: tuple[str, ...]


def reseal(session: Session, *, after: int) -> Batch:
    """Seal one batch: whole once it is committed, so that it can be stopped behind any of them."""
    last, unread = requesters.reseal(session, after=after, most=BATCH)
    return Batch(last, tuple(unread))


def reseal_mails(session: Session, *, after: int) -> Batch:
    """The same for the mails that came in: they name who wrote them."""
    last, unread = incoming.reseal(session, after=after, most=BATCH)
    return Batch(last, tuple(unread))


def reseal_alerts(session: Session, *, after: int) -> Batch:
    """The same for the addresses of who is told by e-mail of what is new."""
    last, unread = kept.reseal(session, after=after, most=BATCH)
    return Batch(last, tuple(unread))


def check_alerts(session: Session, *, after: int) -> Batch:
    """Open one batch of these addresses, and say which could not be opened."""
    last, unread = kept.unreadable(session, after=after, most=BATCH)
    return Batch(last, tuple(unread))


def reseal_targets(session: Session) -> list[str]:
    """The same for the keys of CKANs, which are few; gives what could not be opened."""
    return targets.reseal(session)


def check_targets(session: Session) -> list[str]:
    """The keys of CKANs that can't be opened."""
    return targets.unreadable(session)


def check(session: Session, *, after: int) -> Batch:
    """Open one batch of identities, and say which could not be opened."""
    last, unread = requesters.unreadable(session, after=after, most=BATCH)
    return Batch(last, tuple(unread))

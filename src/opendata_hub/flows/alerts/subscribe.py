"""A reader asks to be told by e-mail, confirms it, and stops it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from opendata_hub.domain.address import email_address
from opendata_hub.domain.alerts.alert import (
    CONFIRMED_WITHIN,
    MOST_ASKED_IN_A_DAY,
    MOST_OF_ADDRESS,
    Alert,
    AlertKind,
    Link,
    Topic,
    entity_of,
    entity_words,
    is_link_key,
    search_query,
    search_words,
)
from opendata_hub.domain.alerts.mails import AlertMail, reference_of, salt_of
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.search.entry import label
from opendata_hub.domain.catalog.search.query import Query
from opendata_hub.domain.errors import Invalid, UnknownAlert
from opendata_hub.domain.texts import in_language, is_readable, readable
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.flows.portal.find_entity import find_entity
from opendata_hub.store import changes, datasets
from opendata_hub.store.alerts import kept, news
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.harvest import records

A_DAY = timedelta(days=1)
MOST_KEYS = 50
FORGOTTEN_AT_ONCE = 500


def topic_of(
    session: Session, frame: Frame, kind: AlertKind, about: str, *, language: str
) -> Topic:
    """What can be followed under that name, as its reader calls it.

    Raises UnknownDataset, Withdrawn, UnknownEntity, Invalid and BadSearch.
    """
    if not is_readable(about):
        raise Invalid("about: there are characters in it that nobody can read")
    match kind:
        case AlertKind.DATASET:
            return Topic(kind, about, _dataset_label(session, about, language))
        case AlertKind.ENTITY:
            what, key = entity_of(about)
            found = find_entity(session, what, key)
            name = in_language(found.name, language)[0] or key.value
            return Topic(kind, entity_words(what, key), name)
        case AlertKind.SEARCH:
            query = search_query(about)
            return Topic(
                kind, search_words(query.text, query.filters), _label_of(frame, query, language)
            )


def subscribe(session: Session, topic: Topic, email: str, *, language: str, now: datetime) -> None:
    """Write to an address that somebody wants to be told at, so that its reader confirms it.

    Nobody is told whether it is known here: the same is answered, and only the mail says more. It
    is written to at most once a day about one thing, and of ten things; and while nobody has
    confirmed it, only once until that is erased; and never where its reader has said so. Raises
    BadAddress.
    """
    address = email_address(email)
    if kept.is_refused(session, address):
        return
    known = kept.of_address(session, address)
    lately = [each for each in known if now - each.asked_at < A_DAY]
    same = next((each for each in known if each.topic.digest == topic.digest), None)
    if same and same.confirmed_at is None and not is_over(same, now):
        return
    if same in lately or len(lately) >= MOST_ASKED_IN_A_DAY:
        return
    if same:
        kept.note_asked(session, same.id, now)
    elif len(known) < MOST_OF_ADDRESS:
        same = _added(session, topic, address, language, now)
    if same is None:
        return
    is_confirmed = same.confirmed_at is not None
    outbox.add(
        session, AlertMail.ALREADY if is_confirmed else AlertMail.CONFIRM,
        language=language, reference=reference_of(same.salt), now=now,
    )  # fmt: skip


def shown(session: Session, salt: str, key: str, link: Link, *, hub_key: bytes) -> Alert | None:
    """The alert of a link; None where it is not there any more.

    Raises UnknownAlert for a link that is not ours.
    """
    if not is_link_key(key, link, salt, hub_key):
        raise UnknownAlert("This link is not whole; copy it from the message again")
    return kept.by_salt(session, salt)


def confirm(session: Session, salt: str, key: str, *, hub_key: bytes, now: datetime) -> Alert:
    """Note that the reader of an address wants to be told; a second time changes nothing.

    Raises UnknownAlert for a link that is not ours, or too old, or whose alert was stopped.
    """
    alert = shown(session, salt, key, Link.CONFIRM, hub_key=hub_key)
    if alert is None or is_over(alert, now):
        raise UnknownAlert("This link was not used in time, or its alert was stopped; ask again")
    kept.confirm(session, alert.id, since=changes.last_number(session), now=now)
    return alert


def is_over(alert: Alert, now: datetime) -> bool:
    """Whether it was not confirmed in time."""
    return alert.confirmed_at is None and now - alert.asked_at > CONFIRMED_WITHIN


def stop(session: Session, salt: str, key: str, *, hub_key: bytes) -> frozenset[str]:
    """Erase an alert with its address; a second time changes nothing.

    Gives the tokens of its mails, to be dropped where they lie as files. Raises UnknownAlert for a
    link that is not ours.
    """
    alert = shown(session, salt, key, Link.STOP, hub_key=hub_key)
    return erase(session, [alert.id]) if alert else frozenset()


def refuse(
    session: Session, salt: str, key: str, *, hub_key: bytes, now: datetime
) -> frozenset[str]:
    """Write to the address of an alert no more, whoever asks; all its alerts are erased.

    A second time changes nothing, nor does it where the alert is over: no address is known then.
    Gives the tokens of its mails, as ``stop``. Raises UnknownAlert for a link that is not ours.
    """
    shown(session, salt, key, Link.REFUSE, hub_key=hub_key)
    found = kept.opened(session, salt)
    if found is None:
        return frozenset()
    _, address = found
    kept.refuse(session, address, salt, now)
    return erase(session, [each.id for each in kept.of_address(session, address)])


def lift(session: Session, salt: str, key: str, *, hub_key: bytes) -> None:
    """Let the address be written to again, by the link that said otherwise; raises UnknownAlert."""
    shown(session, salt, key, Link.REFUSE, hub_key=hub_key)
    kept.lift(session, salt)


def erase(session: Session, alerts: list[int]) -> frozenset[str]:
    """Erase alerts with their addresses, and send none of what waits; gives their mails' tokens."""
    references = [reference_of(each.salt) for each in kept.named(session, alerts).values()]
    mails = outbox.tokens_to_requesters(session, references)
    outbox.drop(session, references)
    kept.erase(session, alerts)
    return frozenset(mails)


def erase_of_mail(session: Session, reference: str) -> frozenset[str]:
    """Erase the alert that a mail of the outbox is of; nothing for any other mail."""
    salt = salt_of(reference)
    alert = kept.by_salt(session, salt) if salt else None
    return erase(session, [alert.id]) if alert else frozenset()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many alerts were erased, and the tokens of their mails."""

    count: int
    mails: frozenset[str]


def forget_unconfirmed(session: Session, *, now: datetime) -> Forgotten:
    """Erase a batch of what nobody has confirmed in time."""
    found = kept.unconfirmed(session, now - CONFIRMED_WITHIN, most=FORGOTTEN_AT_ONCE)
    return Forgotten(len(found), erase(session, found) if found else frozenset())


def forget_persons(session: Session) -> Forgotten:
    """Erase a batch of alerts on what turned out to be a natural person, with what waits."""
    found = news.of_persons(session, most=FORGOTTEN_AT_ONCE)
    return Forgotten(len(found), erase(session, found) if found else frozenset())


def _added(
    session: Session, topic: Topic, address: str, language: str, now: datetime
) -> Alert | None:
    alert = kept.add(session, topic, address, language=language, now=now)
    if alert and topic.kind is AlertKind.ENTITY:
        kind, key = entity_of(topic.about)
        keys = dict.fromkeys([key, *find_entity(session, kind, key).keys])
        kept.add_keys(session, alert.id, kind, list(keys)[:MOST_KEYS])
    return alert


def _dataset_label(session: Session, slug: str, language: str) -> str:
    require_published(session, slug)
    if harvested := records.find(session, slug):
        return in_language(harvested.title, language)[0]
    return in_language(datasets.get(session, slug).title, language)[0]


def _label_of(frame: Frame, query: Query, language: str) -> str:
    """A search as its reader reads it: words, then what they narrowed it by."""
    chosen = [
        in_language(label(frame, facet, code), language)[0] or code
        for facet, codes in query.filters.items()
        for code in codes
    ]
    words = readable(" ".join(query.text.split()))
    return " · ".join([*([words] if words else []), *chosen])

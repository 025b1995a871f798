"""What alerts wait to tell is written to their readers, a mail for each, and put into words."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.alerts.alert import ONCE_IN, Alert, Link, link_key
from opendata_hub.domain.alerts.mails import (
    MOST_LISTED,
    AlertEnvelope,
    AlertMail,
    Line,
    News,
    already_mail,
    confirm_mail,
    news_mail,
    reference_of,
    salt_of,
)
from opendata_hub.domain.correspondence.mail import Mail, Rank
from opendata_hub.domain.errors import MailNotSent
from opendata_hub.domain.texts import Texts, in_language
from opendata_hub.store import changes, datasets
from opendata_hub.store.alerts import kept, news
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.correspondence.outbox import Waiting
from opendata_hub.store.harvest import records

BATCH = 200


def tell(session: Session, *, after: int, now: datetime) -> tuple[int | None, int]:
    """Write a batch of mails; returns where it ended (None after the last) and how many.

    What is written is taken from what waits, in the same transaction: a mail is written once, or
    not yet.
    """
    alerts = news.waiting(session, after=after, told_before=now - ONCE_IN, most=BATCH)
    if not alerts:
        return None, 0
    told = news.take(session, alerts, now)
    for alert, name in kept.named(session, alerts).items():
        said = {"datasets": " ".join(told[alert][:MOST_LISTED])}
        if len(told[alert]) > MOST_LISTED:
            said["more"] = "yes"
        outbox.add(
            session, AlertMail.NEWS,
            language=name.language, reference=reference_of(name.salt), said=said,
            rank=Rank.NEWS, now=now,
        )  # fmt: skip
    return alerts[-1], len(alerts)


def composed(
    session: Session, mail: Waiting, *, title: Texts, base_url: str, hub_key: bytes
) -> Mail:
    """A mail of an alert in words; raises MailNotSent for good where there is nothing to tell."""
    found = kept.opened(session, salt_of(mail.reference))
    if found is None:
        raise MailNotSent("the alert was stopped", is_lasting=True)
    alert, address = found
    hub, _ = in_language(title, mail.language)
    envelope = AlertEnvelope(
        to=address, id=mail.token, language=mail.language, hub=hub, kind=alert.topic.kind,
        label=alert.topic.label, page=base_url + alert.topic.path(mail.language),
        confirm_at=_link(Link.CONFIRM, alert, mail.language, base_url, hub_key),
        stop_at=_link(Link.STOP, alert, mail.language, base_url, hub_key),
        refuse_at=_link(Link.REFUSE, alert, mail.language, base_url, hub_key),
    )  # fmt: skip
    match AlertMail(mail.kind):
        case AlertMail.CONFIRM:
            return confirm_mail(envelope)
        case AlertMail.ALREADY:
            return already_mail(envelope)
        case AlertMail.NEWS:
            slugs = mail.said["datasets"].split()
            lines = _lines(session, slugs, mail.language, base_url)
            if not lines:
                raise MailNotSent("nothing of it is there any more", is_lasting=True)
            return news_mail(envelope, lines, is_more="more" in mail.said)


def link_path(link: Link, alert: Alert, language: str, hub_key: bytes) -> str:
    """Where a link of an alert leads, below the hub's address."""
    return f"/{language}/alerts/{alert.salt}/{link}/{link_key(link, alert.salt, hub_key)}"


def _link(link: Link, alert: Alert, language: str, base_url: str, hub_key: bytes) -> str:
    return base_url + link_path(link, alert, language, hub_key)


def _lines(session: Session, slugs: list[str], language: str, base_url: str) -> list[Line]:
    """The datasets as they are now: what was withdrawn meanwhile is told so."""
    published = {each.slug: each for each in datasets.of_slugs(session, slugs)}
    lines = []
    for slug in slugs:
        address = f"{base_url}/{language}/datasets/{slug}"
        shown = published.get(slug) or records.find(session, slug)
        if shown is not None:
            title, _ = in_language(shown.title, language)
            how = News.NEW if shown.version == 1 else News.CHANGED
            lines.append(Line(how, title, shown.version, address))
        elif left := changes.tombstone(session, slug):
            title, _ = in_language(left.title, language)
            lines.append(Line(News.WITHDRAWN, title, left.version, address, left.reason))
    return lines

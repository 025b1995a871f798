"""A reader of feeds follows one dataset or one entity."""

import hashlib
from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.alerts import news
from opendata_hub.domain.alerts.news import Spoken
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.catalog.serving.serve import State
from opendata_hub.flows.portal.find_entity import find_entity, rows_of
from opendata_hub.store import changes, datasets
from opendata_hub.store.harvest import records

LATEST = 50
"""Changes of a dataset that its feed looks back over."""


def dataset_feed(session: Session, frame: Frame, slug: str, *, language: str) -> tuple[str, State]:
    """The feed of a dataset, and what it depends on; that of a withdrawn one ends with why.

    Raises UnknownDataset where none is, or ever was, published.
    """
    title, version, reason = _said(session, slug)
    whose = changes.Whose(slug, kinds=news.TOLD)
    found = changes.latest(session, whose, most=LATEST)
    told = news.steps(found, version=version, reason=reason)
    body = news.dataset_atom(frame, slug, title, told, language=language)
    return body, State(_tag(body), told[0].change.changed_at)


def entity_feed(
    session: Session, frame: Frame, kind: EntityKind, key: Key, *, language: str, now: datetime
) -> tuple[str, State]:
    """The feed of an entity, and what it depends on; raises UnknownEntity.

    It has no date that a client could ask by: tables are looked through after their publication.
    """
    found = find_entity(session, kind, key)
    rows = rows_of(frame, found)
    spoken = [
        Spoken(slug, each.title, each.version, rows[slug], each.modified_at)
        for slug, each in found.published.items()
    ]
    body = news.entity_atom(frame, kind, key, found.name, spoken, language=language)
    return body, State(_tag(body), now)


def _said(session: Session, slug: str) -> tuple[Texts, int, str]:
    """Title and version of a dataset, and why it was withdrawn if it was."""
    if left := changes.tombstone(session, slug):
        return left.title, left.version, left.reason
    if kept := records.find(session, slug):
        return kept.title, kept.version, ""
    dataset = datasets.get(session, slug)
    return dataset.title, dataset.version, ""


def _tag(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:32]

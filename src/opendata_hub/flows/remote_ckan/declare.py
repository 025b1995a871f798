"""Somebody names a CKAN that our datasets are brought to, changes its key, or forgets it."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import Forbidden, Invalid
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.domain.remote_ckan.target import Target, checked_target
from opendata_hub.store import journal
from opendata_hub.store.remote_ckan import targets

LONGEST_KEY = 2000


def add(
    session: Session, frame: Frame, target: Target, key: str, *, by: Visitor, now: datetime
) -> None:
    """Keep a target with its key, sealed; raises Invalid, UnknownPublisher, TargetTaken, Forbidden.

    Only who runs the hub may say that one is in a private network.
    """
    require(by, Deed.HARVEST, Place(target.authority))
    if target.is_private and not reach(by, Deed.HARVEST).everywhere:
        raise Forbidden("Only who runs the hub may speak to a CKAN in a private network")
    frame.site.publisher_named(target.authority)
    targets.add(session, checked_target(target), _checked_key(key))
    _note(session, Kind.TARGET_ADDED, target, by, now)


def set_key(session: Session, target_id: str, key: str, *, by: Visitor, now: datetime) -> None:
    """Keep another key; raises UnknownTarget, Invalid, Forbidden."""
    target = _mine(session, target_id, by)
    targets.set_key(session, target_id, _checked_key(key))
    _note(session, Kind.TARGET_CHANGED, target, by, now)


def remove(session: Session, target_id: str, *, by: Visitor, now: datetime) -> None:
    """Forget a target, its key and what was said there; raises UnknownTarget, Forbidden."""
    target = _mine(session, target_id, by)
    targets.remove(session, target_id)
    _note(session, Kind.TARGET_REMOVED, target, by, now)


def _mine(session: Session, target_id: str, by: Visitor) -> Target:
    require(by, Deed.HARVEST)
    return targets.get(session, target_id, reach(by, Deed.HARVEST))


def _checked_key(key: str) -> str:
    if not key.isprintable() or not key.isascii() or not 0 < len(key) <= LONGEST_KEY:
        raise Invalid("key: one line of ASCII, as the CKAN gave it out")
    return key


def _note(session: Session, kind: Kind, target: Target, by: Visitor, now: datetime) -> None:
    journal.append(
        session, kind, target.id, {"url": target.url}, authority=target.authority,
        person=by.person, now=now,
    )  # fmt: skip

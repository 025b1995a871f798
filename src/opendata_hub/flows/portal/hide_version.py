"""A steward has an earlier version shown no more: what it said and its rows are erased."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.domain.publishing.version import Gone, Version
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.store import datasets, journal
from opendata_hub.store.portal import versions


def hide_version(
    session: Session, slug: str, number: int, *, by: Visitor, now: datetime
) -> Version | None:
    """Let go of an earlier version, for good; gives it as it was, None where it was gone already.

    The caller drops what was made of its rows, after the commit. Raises Invalid for the present
    one, Withdrawn, UnknownDataset, NotKnown, and Forbidden to who may not withdraw the dataset.
    """
    require_published(session, slug)
    dataset = datasets.get(session, slug)
    require(by, Deed.WITHDRAW, Place(dataset.publisher))
    if number == dataset.version:
        raise Invalid("version: the present one is published: replace it, or withdraw the dataset")
    found = versions.get(session, slug, number)
    if found.gone is not Gone.NOT:
        return None
    versions.hide(session, slug, number)
    journal.append(
        session, Kind.VERSION_HIDDEN, slug, {"version": str(number)},
        authority=dataset.publisher, person=by.person, now=now,
    )  # fmt: skip
    return found

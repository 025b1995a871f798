"""A steward has an earlier version shown no more: what it said and its rows are erased.

Its file may be that of other versions, when only words were changed between them: they are hidden
with it. Where the present one has that file its rows are published still, and it alone is hidden.
"""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.domain.publishing.version import Gone, Version
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.store import changes, datasets, journal
from opendata_hub.store.portal import versions


def hide_version(
    session: Session, slug: str, number: int, *, by: Visitor, now: datetime
) -> Version | None:
    """Let go of an earlier version, for good; gives it as it was, None where it was gone already.

    What earlier records of the dataset said is erased from the log of changes as well: what must
    not be seen may have stood in several of them.

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
    hidden = _of_the_same_file(session, found, dataset.version)
    versions.hide(session, slug, hidden)
    changes.forget_earlier_records(session, slug)
    for each in hidden:
        journal.append(
            session, Kind.VERSION_HIDDEN, slug, {"version": str(each)},
            authority=dataset.publisher, person=by.person, now=now,
        )  # fmt: skip
    return found


def _of_the_same_file(session: Session, found: Version, present: int) -> list[int]:
    """The numbers of all versions that are hidden with this one, and its own."""
    listed = versions.listed(session, found.slug)
    same = [each.number for each in listed if each.sha256 == found.sha256 and not each.gone]
    return [found.number] if present in same else sorted(same)

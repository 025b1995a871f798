"""A dataset leaves the catalogue, and a tombstone says so at its address."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import Tombstone, checked_reason
from opendata_hub.domain.errors import Withdrawn
from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.store import changes, datasets, journal
from opendata_hub.store.portal import versions


def withdraw(
    session: Session, frame: Frame, slug: str, *, reason: str, by: Visitor, now: datetime
) -> Tombstone:
    """Withdraw the dataset at that address, for a reason that readers will see.

    Its record is erased everywhere, its title stays; no version of it can be compared any more, and
    its files are erased with those that nobody published. Publishing at the same address ``again``
    undoes it, but for that. Raises Invalid for a reason that is none, UnknownDataset, Withdrawn
    where it already was, and Forbidden to who may not withdraw what that publisher has published.
    """
    reason = checked_reason(reason)
    datasets.lock(session)
    require_published(session, slug)
    dataset = datasets.get(session, slug)
    require(by, Deed.WITHDRAW, Place(dataset.publisher))
    left = Tombstone(
        slug=slug,
        publisher=dataset.publisher,
        title=dataset.title,
        reason=reason,
        version=dataset.version,
        issued_at=dataset.issued_at,
        withdrawn_at=now,
    )
    changes.bury(session, left, base_url=frame.base_url)
    versions.end_all(session, slug)
    journal.append(
        session, Kind.DATASET_WITHDRAWN, slug, {"reason": text_digest(reason)},
        authority=dataset.publisher, person=by.person, now=now,
    )  # fmt: skip
    return left


def require_published(session: Session, slug: str) -> None:
    """Raise Withdrawn when a dataset was published at that address and is no longer."""
    if left := changes.tombstone(session, slug):
        raise Withdrawn(
            f"{slug} was withdrawn on {left.withdrawn_at.date().isoformat()}: {left.reason}"
        )

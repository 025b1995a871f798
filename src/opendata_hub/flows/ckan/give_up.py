"""What a client of CKAN has begun and nobody went on with is given up."""

from datetime import datetime, timedelta

from sqlmodel import Session

from opendata_hub.domain.journal import Kind
from opendata_hub.store import datasets, journal
from opendata_hub.store.ckan import drafts

KEPT_FOR = timedelta(days=90)
"""After the last change: as long as a mail that became no request is kept."""
AT_ONCE = 200


def give_up(session: Session, *, now: datetime) -> int:
    """Forget packages without a file that nobody has touched for 90 days; returns how many.

    The journal names each; what they said is gone, and their names are free again. At most 200
    at once: whoever gets 200 back asks again.
    """
    datasets.lock(session)
    left = drafts.untouched(session, now - KEPT_FOR, most=AT_ONCE)
    for draft in left:
        drafts.drop(session, draft)
    for draft in left:
        journal.append(
            session, Kind.DRAFT_GIVEN_UP, draft.slug,
            {"changed": draft.modified_at.date().isoformat()}, authority=draft.publisher,
            person=None, now=now,
        )  # fmt: skip
    return len(left)

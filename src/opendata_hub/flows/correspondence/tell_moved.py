"""Who asked is told that the last day of their request has moved: a day off was announced."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.correspondence.notices import MailKind
from opendata_hub.store import calendars
from opendata_hub.store.correspondence import correspondents, outbox

BATCH = 200


def tell_moved(session: Session, now: datetime) -> int:
    """Hand a batch of recounts on to the outbox of mail; returns how many there were.

    Each is handed on once, in one transaction with its mail. Who gave no address, or wants no
    notices, gets none.
    """
    moved = calendars.take_moved(session, now, most=BATCH)
    wanted = correspondents.who_want_notices(session, [each.reference for each in moved])
    for each in moved:
        if each.reference in wanted:
            outbox.add(
                session, MailKind.MOVED,
                language=wanted[each.reference], reference=each.reference,
                said={"before": each.due_before, "due": each.due_after}, now=now,
            )  # fmt: skip
    return len(moved)

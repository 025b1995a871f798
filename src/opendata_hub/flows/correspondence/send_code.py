"""Somebody has lost a tracking code: it goes to the address that they gave when they asked."""

from datetime import datetime, timedelta

from sqlmodel import Session

from opendata_hub.domain.correspondence.notices import MailKind
from opendata_hub.store.correspondence import correspondents, outbox

ONCE_IN = timedelta(days=1)
"""References are public: nobody shall fill the mailbox of another."""


def send_code(session: Session, reference: str, *, now: datetime) -> None:
    """Write the code of a request to who filed it, at most once a day.

    Nothing tells whether there is such a request, or an address: whoever asks is told the same.
    """
    named = reference.strip().upper()
    # Locked: of two who ask at the same moment, one comes after the other.
    if not correspondents.code_salt(session, named, to_change=True):
        return
    language = correspondents.language_of(session, named)
    lately = outbox.last_written(session, MailKind.CODE, named)
    if language and (lately is None or now - lately >= ONCE_IN):
        outbox.add(session, MailKind.CODE, language=language, reference=named, now=now)

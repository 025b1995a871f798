"""Somebody has lost a tracking code: it goes to the address that they gave when they asked."""

from datetime import datetime, timedelta

from sqlmodel import Session

from opendata_hub.domain.correspondence.notices import MailKind
from opendata_hub.store.correspondence import correspondents, outbox

ONCE_IN = timedelta(hours=1)


def send_code(session: Session, reference: str, *, now: datetime) -> None:
    """Write the code of a request to who filed it, at most once an hour.

    Nothing tells whether there is such a request, or an address: whoever asks is told the same.
    """
    named = reference.strip().upper()
    if not correspondents.code_salt(session, named):
        return
    language = correspondents.language_of(session, named)
    lately = outbox.last_written(session, MailKind.CODE, named)
    if language and (lately is None or now - lately >= ONCE_IN):
        outbox.add(session, MailKind.CODE, language=language, reference=named, now=now)

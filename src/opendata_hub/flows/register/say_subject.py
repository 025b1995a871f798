"""An officer says which words of a request's subject the public reads: none, or some of theirs."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach, require
from opendata_hub.domain.register.subject import checked_wording
from opendata_hub.store import journal
from opendata_hub.store.register import entries
from opendata_hub.store.register.entries import Subject


def read_subject(session: Session, reference: str, *, by: Visitor) -> Subject:
    """What is said of the subject; raises UnknownRequest where the request is out of reach."""
    require(by, Deed.HANDLE_REQUEST)
    within = reach(by, Deed.HANDLE_REQUEST)
    return entries.subject_of(session, reference.strip().upper(), within)[1]


def say_subject(
    session: Session,
    reference: str,
    *,
    wording: str | None,
    is_withheld: bool,
    by: Visitor,
    now: datetime,
) -> Subject:
    """Keep what the public is to read of the subject; returns it as it is shown from now on.

    wording: None to leave it to the rule. Raises Forbidden, UnknownRequest, and Invalid for words
    that must not be shown. The journal holds their digest.
    """
    require(by, Deed.HANDLE_REQUEST)
    within = reach(by, Deed.HANDLE_REQUEST)
    named = reference.strip().upper()
    authority, _ = entries.subject_of(session, named, within)
    kept = "" if wording is None else checked_wording(wording)
    entries.say_subject(session, named, wording=kept, is_withheld=is_withheld)
    journal.append(
        session, Kind.SUBJECT_SAID, named,
        {"wording": text_digest(kept), "withheld": str(is_withheld).lower()},
        authority=authority, person=by.person, now=now,
    )  # fmt: skip
    return entries.subject_of(session, named, within)[1]

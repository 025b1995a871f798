"""Somebody gets what the hub keeps of them: their request, their identity, and who has read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.answers.case_file import CaseFile
from opendata_hub.domain.errors import IdentityErased
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.info_request import InfoRequest, Requester
from opendata_hub.store import journal
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.identities import requesters
from opendata_hub.store.journal import Asked
from opendata_hub.store.requests import letters
from opendata_hub.store.requests.letters import KeptLetter

MOST_READINGS = 1000


@dataclass(frozen=True, slots=True)
class OwnData:
    """All that is kept of somebody with one request.

    requester: None once it was erased. readings: when who asked was read, latest first; by whom
    is the authority's business, that it was is theirs.
    """

    request: InfoRequest
    requester: Requester | None
    files: Sequence[CaseFile]
    letters: Sequence[KeptLetter]
    readings: Sequence[datetime]

    def told(self) -> Mapping[str, object]:
        """As JSON can tell it; the words are those of the API."""
        asked, person = self.request.question, self.requester
        details = asked.details
        return {
            "reference": self.request.reference,
            "authority": self.request.authority,
            "law": self.request.law,
            "channel": self.request.channel,
            "received_on": self.request.received_on.isoformat(),
            "subject": asked.subject,
            "text": asked.text,
            "language": asked.language,
            "urgent": asked.is_urgent,
            "urgency": details.urgency,
            "access": details.access or "",
            "sources": list(details.sources),
            "period_from": details.period_from.isoformat() if details.period_from else None,
            "period_to": details.period_to.isoformat() if details.period_to else None,
            "requester": None
            if person is None
            else {
                "name": person.name, "email": person.email, "phone": person.phone,
                "address": person.address, "document": person.document,
                "id_number": person.id_number,
            },
            "events": [
                {
                    "act": each.act, "happened_on": each.happened_on.isoformat(),
                    "ground": each.ground, "reasons": each.reasons,
                }
                for each in self.request.events
            ],
            "files": [
                {"name": each.name, "origin": each.origin, "sha256": each.sha256}
                for each in self.files
            ],
            "letters": [
                {
                    "name": each.name, "language": each.language, "sha256": each.sha256,
                    "written_at": each.written_at.isoformat(),
                }
                for each in self.letters
            ],
            "identity_read_at": [each.isoformat() for each in self.readings],
        }  # fmt: skip


def hand_out(session: Session, request: InfoRequest, *, by: int | None, now: datetime) -> OwnData:
    """What is kept of who filed the request, for themselves; that it was is an entry.

    request: as whoever has shown its code, or whose it is, has found it.
    """
    reference = request.reference
    readings = journal.latest(
        session, Asked(kind=Kind.IDENTITY_READ, subject=reference), EVERYWHERE,
        before=None, most=MOST_READINGS,
    )  # fmt: skip
    try:
        person: Requester | None = requesters.read(session, reference, EVERYWHERE)[1]
    except IdentityErased:
        person = None
    found = OwnData(
        request=request,
        requester=person,
        files=[
            each
            for each in case_files.of_request(session, reference)
            if each.is_for_requester(request.events)
        ],
        letters=letters.of_request(session, reference),
        readings=[each.at for each in readings],
    )
    journal.append(
        session, Kind.IDENTITY_EXPORTED, reference, {},
        authority=request.authority, person=by, now=now,
    )  # fmt: skip
    return found

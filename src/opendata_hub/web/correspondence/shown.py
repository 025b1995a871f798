"""What a case's page shows of its letters, and which can be written."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach
from opendata_hub.domain.requests.letter import Addressee, event_told
from opendata_hub.store.correspondence import correspondents, incoming
from opendata_hub.store.correspondence.incoming import Noted
from opendata_hub.store.requests.cases import Case
from opendata_hub.web.correspondence.letters_api import LetterOut, today_of, written


@dataclass(frozen=True, slots=True)
class Shown:
    """The letters of a case and the mails that belong to it, oldest first.

    ready: those whose act was done, or that tell of none; the others come with their act.
    """

    letters: list[LetterOut]
    mails: list[Noted]
    ready: list[str]
    has_email: bool
    may_write: bool
    today: date


def correspondence_of(hub: Hub, session: Session, case: Case, *, by: Visitor) -> Shown:
    """What the page of the case shows to that visitor."""
    request = case.request
    pack = hub.letters.get(request.law)
    return Shown(
        letters=written(session, request.reference),
        mails=incoming.of_request(session, request.reference),
        ready=[
            name
            for name, template in (pack.templates if pack else {}).items()
            if template.addressee is Addressee.REQUESTER
            and (not template.acts or event_told(template, request))
        ],
        has_email=correspondents.has_email(session, request.reference),
        may_write=reach(by, Deed.HANDLE_REQUEST).covers(Place(request.authority, case.unit)),
        today=today_of(hub, hub.law_named(request.law)),
    )

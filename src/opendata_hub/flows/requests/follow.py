"""Who holds the tracking code reads the state of a request, counted anew."""

from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.deadline import Deadline, deadline
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.secret import tracking_code_digest
from opendata_hub.store import info_requests


@dataclass(frozen=True, slots=True)
class Followed:
    """A request and the term that runs, by the calendar as it is known now."""

    request: InfoRequest
    deadline: Deadline


def find(session: Session, reference: str, tracking_code: str) -> InfoRequest:
    """The request; raises UnknownRequest, one error for a wrong reference and a wrong code."""
    return info_requests.get(session, reference, tracking_code_digest(tracking_code))


def count(request: InfoRequest, law: Law, calendar: Calendar) -> Followed:
    """The term that runs for ``request``, counted from its events."""
    step = law.step(request.question.first_step)
    return Followed(request, deadline(step, request.received_on, calendar))

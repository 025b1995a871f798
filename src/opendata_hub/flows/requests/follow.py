"""Who holds the tracking code reads the state of a request, counted anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import Clock, clocks, state_of
from opendata_hub.domain.secret import tracking_code_digest
from opendata_hub.store import info_requests


@dataclass(frozen=True, slots=True)
class Followed:
    """A request, where it stands, and every term that was started, by the calendar known now.

    first: the clock of the answer. is_late: whether it ran out without one.
    """

    request: InfoRequest
    state: State
    first: Clock
    clocks: Mapping[str, Clock]
    is_late: bool


def find(session: Session, reference: str, tracking_code: str) -> InfoRequest:
    """The request; raises UnknownRequest, one error for a wrong reference and a wrong code."""
    return info_requests.get(
        session, reference.strip().upper(), tracking_code_digest(tracking_code)
    )


def count(request: InfoRequest, law: Law, calendar: Calendar, *, today: date) -> Followed:
    """The terms of ``request``, counted from its events."""
    is_urgent = request.question.is_urgent
    started = clocks(request.events, law, calendar, is_urgent=is_urgent, today=today)
    first = started[law.first_step(is_urgent=is_urgent).name]
    return Followed(
        request=request,
        state=state_of(request.events),
        first=first,
        clocks=started,
        is_late=first.has_expired(today),
    )

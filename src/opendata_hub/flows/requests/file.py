"""A citizen files a request: reference, tracking code, first deadline, in one go."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.authority import Authority
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.deadline import Deadline, deadline
from opendata_hub.domain.requests.info_request import (
    Channel,
    InfoRequest,
    Question,
    Requester,
    checked_question,
    checked_requester,
    require_not_future,
)
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import Event
from opendata_hub.domain.secret import (
    derived_tracking_code,
    new_salt,
    new_tracking_code,
    tracking_code_digest,
)
from opendata_hub.flows.requests import notify
from opendata_hub.store import info_requests


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the requester takes home. tracking_code is shown here once and kept nowhere."""

    request: InfoRequest
    tracking_code: str
    deadline: Deadline


def file(
    session: Session,
    question: Question,
    requester: Requester,
    *,
    authority: Authority,
    law: Law,
    calendar: Calendar,
    received_on: date,
    today: date,
    now: datetime,
    channel: Channel = Channel.WEB,
    owner: int | None = None,
    by: int | None = None,
    unit: str = "",
    tracking_salt: str = "",
    hub_key: bytes | None = None,
    in_reply_to: str = "",
) -> Receipt:
    """File a request that was received on ``received_on``, in the authority's time zone.

    authority: the body that answers; unit: of its desk, if one is named.
    calendar:  of the law's jurisdiction, with the authority's own closures.
    channel:   the way it came in.
    owner, by: the account it is filed from, and the one that enters it, if there are any.
    hub_key:   what the tracking code is worked out from, so that a mail can tell it; without one
    it is made at random. tracking_salt: with which; made here if it is empty.
    in_reply_to: the Message-ID of the mail that it came with.

    Raises AuthorityClosed, Invalid for a unit it has not, for words or a person the law could not
    work with, FutureReceipt, and CalendarGap when the term runs into a year without a list of
    holidays.
    """
    authority.require_active()
    authority.require_unit(unit)
    require_not_future(received_on, today=today)
    asked, person = checked_question(question), checked_requester(requester, law)
    term = deadline(law.first_step(is_urgent=asked.is_urgent), received_on, calendar)
    series = f"{authority.reference_prefix}-{received_on.year}"
    number = info_requests.next_number(session, f"request-{series}")
    request = InfoRequest(
        reference=f"{series}-{number:06d}",
        authority=authority.id,
        unit=unit,
        law=law.name,
        question=asked,
        events=(Event(Act.RECEIVE, received_on, now),),
        channel=channel,
    )
    salt = (tracking_salt or new_salt()) if hub_key else ""
    code = derived_tracking_code(hub_key, salt) if hub_key else new_tracking_code()
    info_requests.add(
        session,
        request,
        person,
        owner=owner,
        by=by,
        tracking_sha256=tracking_code_digest(code),
        due_on=term.due,
        safe_on=term.safe,
    )
    notify.of_receipt(session, request, code_salt=salt, in_reply_to=in_reply_to, now=now)
    return Receipt(request, code, term)

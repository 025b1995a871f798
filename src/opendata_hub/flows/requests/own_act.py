"""The requester acts on their own request: complains to the head of the body, withdraws, clarifies.

The commission and the courts are elsewhere: the page of the request says until when and with what.
"""

from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.correspondence.replies import OfficeKind
from opendata_hub.domain.errors import Invalid, WrongMoment
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests import timeline
from opendata_hub.domain.requests.acts import Act, possible_acts
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.law import Law
from opendata_hub.flows.requests import notify
from opendata_hub.flows.requests.act import Doing, add_event
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Case

OWN_ACTS = (Act.CLARIFY, Act.COMPLAIN_TO_HEAD, Act.WITHDRAW)


def possible_for_requester(
    request: InfoRequest, law: Law, calendar: Calendar, *, today: date
) -> list[Act]:
    """What the requester can do now; a complaint only once the law has opened it."""
    state = timeline.state_of(request.events)
    possible = [each for each in possible_acts(state, law.acts) if each in OWN_ACTS]
    if not _is_complaint_open(request, law, calendar, today):
        possible = [each for each in possible if each is not Act.COMPLAIN_TO_HEAD]
    return possible


def act_on_own(
    session: Session,
    request: InfoRequest,
    act: Act,
    *,
    after: int,
    words: str,
    law: Law,
    calendar: Calendar,
    today: date,
    now: datetime,
) -> Case:
    """The case after it; ``request`` was found with its tracking code or is the account's own.

    Raises Invalid for an act that is the authority's and for a complaint or an explanation without
    words, WrongMoment, ChangedMeanwhile.
    """
    if act not in OWN_ACTS:
        raise Invalid(f"act: a requester can {', '.join(OWN_ACTS)}")
    if act is not Act.WITHDRAW and not words.strip():
        raise Invalid("words: say what you complain of, or what you mean")
    if act is Act.COMPLAIN_TO_HEAD and not _is_complaint_open(request, law, calendar, today):
        raise WrongMoment("The body may still answer: a complaint is open when its time is over")
    case = cases.get(session, request.reference, EVERYWHERE, to_change=True)
    doing = Doing(act, today, after, reasons=words)
    notify.officers_of(session, OfficeKind.OWN_ACT, request.reference, now=now)
    return add_event(
        session, case, doing, law=law, calendar=calendar, person=None, today=today, now=now
    )


def _is_complaint_open(request: InfoRequest, law: Law, calendar: Calendar, today: date) -> bool:
    """Whether the law has opened the complaint: by an answer, or by the end of the time for one."""
    is_urgent = request.question.is_urgent
    started = timeline.clocks(request.events, law, calendar, is_urgent=is_urgent, today=today)
    return any(Act.COMPLAIN_TO_HEAD in each.step.kept_by for each in started.values())

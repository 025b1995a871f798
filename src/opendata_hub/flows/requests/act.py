"""Something is done to a request: the law is asked whether it may, and an event tells of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.errors import ChangedMeanwhile, Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.domain.requests import timeline
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import Event
from opendata_hub.flows.requests import notify
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Case

REASONS_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Doing:
    """What is to be done.

    after: how many events the officer had read; with more, somebody else was faster.
    """

    act: Act
    happened_on: date
    after: int
    ground: str = ""
    reasons: str = ""


def deed_of(act: Act) -> Deed:
    """What somebody must be allowed to do for that act."""
    return Deed.DECIDE_COMPLAINT if act is Act.HEAD_DECIDES else Deed.HANDLE_REQUEST


def open_case(session: Session, reference: str, *, by: Visitor, to_change: bool = False) -> Case:
    """A request as those who handle it read it; raises UnknownRequest where it is out of reach.

    to_change: nobody else acts on it until the end of the transaction.
    """
    require(by, Deed.READ_REQUEST)
    within = reach(by, Deed.READ_REQUEST)
    return cases.get(session, reference.strip().upper(), within, to_change=to_change)


def act(
    session: Session,
    case: Case,
    doing: Doing,
    *,
    law: Law,
    calendar: Calendar,
    by: Visitor,
    today: date,
    now: datetime,
) -> Case:
    """Add the event, if the law allows it at this moment; returns the case as it is then.

    case: as it was read to find its law and calendar; it is read again under a lock. Raises
    Forbidden, Invalid for a day to come, ChangedMeanwhile, WrongMoment, NotInLaw, ExtensionVoid,
    and Refused for a stop that the law does not grant.
    """
    place = Place(case.request.authority, case.unit)
    require(by, deed_of(doing.act), place)
    within = reach(by, deed_of(doing.act))
    case = cases.get(session, case.request.reference, within, to_change=True)
    return add_event(
        session, case, doing, law=law, calendar=calendar, person=by.person, today=today, now=now
    )


def add_event(
    session: Session,
    case: Case,
    doing: Doing,
    *,
    law: Law,
    calendar: Calendar,
    person: int | None,
    today: date,
    now: datetime,
) -> Case:
    """The case with the event, and who asked told of it; whether they may is the caller's question.

    case: as it was read under a lock. Raises what ``act`` does, but Forbidden.
    """
    _require_sound(doing, law, today)
    request = case.request
    if len(request.events) != doing.after:
        last = request.events[-1]
        raise ChangedMeanwhile(
            f"{request.reference} has {len(request.events)} events, not {doing.after}: the last is "
            f"{last.act} on {last.happened_on.isoformat()}. Read it again before you act"
        )
    is_urgent = request.question.is_urgent
    event = Event(doing.act, doing.happened_on, now, doing.ground, doing.reasons.strip())
    events = timeline.add(request.events, event, law, calendar, is_urgent=is_urgent)
    started = timeline.clocks(events, law, calendar, is_urgent=is_urgent, today=today)
    next_ = timeline.desk_clock(started, events, law, is_urgent=is_urgent)
    changed = replace(
        case,
        request=replace(request, events=events),
        answer_due_on=started[law.first_step(is_urgent=is_urgent).name].deadline.due,
        due_on=next_.deadline.due,
        safe_on=next_.deadline.safe,
        is_open=timeline.is_for_the_desk(events),
    )
    notify.of_act(session, request, event, now=now)
    cases.append(session, changed, by=person)
    return changed


def _require_sound(doing: Doing, law: Law, today: date) -> None:
    if doing.happened_on > today:
        raise Invalid(f"happened_on: {doing.happened_on.isoformat()} is after today")
    if len(doing.reasons) > REASONS_LENGTH:
        raise Invalid(f"reasons: {len(doing.reasons)} characters, at most {REASONS_LENGTH}")
    if any(ord(c) < 32 and c not in "\n\t" for c in doing.reasons):  # noqa: PLR2004  (controls)
        raise Invalid("reasons: holds a control character; remove it")
    grounds = {each.code for each in (*law.refusal_grounds, *law.exceptions)}
    if doing.act in {Act.REFUSE, Act.GRANT_IN_PART} and grounds:
        if doing.ground not in grounds:
            raise Invalid(f"ground: {law.name} knows {', '.join(sorted(grounds))}")
        if not doing.reasons.strip():
            raise Invalid("reasons: the law wants a refusal, in whole or in part, to say why")

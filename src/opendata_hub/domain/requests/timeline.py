"""What has happened to a request, what may happen next, and which clocks run.

State and lateness are derived from the events; nothing here is stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from opendata_hub.domain.errors import ExtensionVoid, Invalid, NotInLaw, Refused, WrongMoment
from opendata_hub.domain.requests.acts import DECISIONS, RESUMES, STOPS, Act, State, state_after
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.deadline import Deadline, deadline
from opendata_hub.domain.requests.law import Actor, Law, Start, Step, Suspension
from opendata_hub.domain.requests.term import Stop


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: on which day it counts, and when it was written down.

    ground, reasons: why, where the law wants to know: of an extension, a refusal, a stop.
    """

    act: Act
    happened_on: date
    recorded_at: datetime
    ground: str = ""
    reasons: str = ""


Events = tuple[Event, ...]
_DONE = frozenset(
    {
        State.ANSWERED, State.TRANSFERRED, State.WITHDRAWN, State.DECIDED_BY_THE_HEAD,
        State.DECIDED_BY_THE_COMMISSION, State.CLOSED,
    }
)  # fmt: skip
RECEIPTS = frozenset({"receipt", "registration", "competent-unit", "complete-file"})
"""The starts that happen when a request is received: the hub is told of one receipt only."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A term that was started: its deadline, and the day on which it was kept, if it was.

    is_standing: whether it has been stopped and not gone on; its due day is then not known yet.
    """

    step: Step
    deadline: Deadline
    kept_on: date | None
    is_standing: bool = False

    def has_expired(self, today: date) -> bool:
        """Whether the term ran out without the act it was for."""
        if self.is_standing:
            return False
        return self.deadline.is_late(self.kept_on or today)


def state_of(events: Events) -> State:
    """Where a request with these events stands."""
    state = State.NEW
    for event in events:
        state = state_after(state, event.act)
    return state


def add(events: Events, event: Event, law: Law, calendar: Calendar, *, is_urgent: bool) -> Events:
    """The events with one more, if the law allows it at this moment.

    Raises WrongMoment (the act can't follow, or is dated before the last one), NotInLaw,
    ExtensionVoid, and Refused for a stop the law does not grant or not once more.
    """
    state_after(state_of(events), event.act)
    if law.acts is not None and event.act not in law.acts:
        raise NotInLaw(f"{law.name} does not know {event.act}")
    if events and event.happened_on < events[-1].happened_on:
        raise WrongMoment(
            f"{event.act} on {event.happened_on.isoformat()} would come before "
            f"{events[-1].act} on {events[-1].happened_on.isoformat()}"
        )
    if event.act is Act.EXTEND:
        _require_extension(events, event, law, calendar, is_urgent=is_urgent)
    if event.act in STOPS:
        _require_suspension(events, event.act, law.first_step(is_urgent=is_urgent))
    return (*events, event)


def clocks(
    events: Events, law: Law, calendar: Calendar, *, is_urgent: bool, today: date
) -> Mapping[str, Clock]:
    """Every term that has been started by ``today``, by the name of its step, in the law's order.

    The reply comes with its stops and extensions. A remedy starts with the answer, or with the
    expiry of the term before; where both happened, the later is right and the earlier is safe.
    """
    started: dict[str, Clock] = {}
    anew = since_reopened(events)
    first = law.first_step(is_urgent=is_urgent)
    for step in law.steps.values():
        if step.extends or (
            step.actor is Actor.AUTHORITY and _is_reply(step, law) and step is not first
        ):
            continue
        days = sorted(_start_days(step, events, started, first, today))
        if not days:
            continue
        is_first = step is first
        stops, is_standing = stops_of(anew, step) if is_first else ((), False)
        term = deadline(
            step,
            days[-1],
            calendar,
            stops=stops,
            extensions=extensions_of(anew, law, step) if is_first else (),
            safe_start=days[0],
        )
        # A request that was reopened waits for another answer; a remedy may be used early.
        since = days[-1] if is_first else days[0]
        kept = (e.happened_on for e in events if e.act in step.kept_by and e.happened_on >= since)
        started[step.name] = Clock(step, term, next(kept, None), is_standing)
    return started


def desk_clock(started: Mapping[str, Clock], events: Events, law: Law, *, is_urgent: bool) -> Clock:
    """The term that the body has to keep next: of the answer, or of the head's decision."""
    if state_of(events) is State.WITH_THE_HEAD:
        for clock in started.values():
            if Act.HEAD_DECIDES in clock.step.kept_by:
                return clock
    return started[law.first_step(is_urgent=is_urgent).name]


def is_for_the_desk(events: Events) -> bool:
    """Whether the body has something to do: to answer, or to decide on a complaint.

    Whoever went on to the commission or to court waits for them, and for an answer that was never
    given.
    """
    state = state_of(events)
    if state in {State.WITH_THE_COMMISSION, State.IN_COURT}:
        return not any(event.act in DECISIONS for event in since_reopened(events))
    return state not in _DONE


def since_reopened(events: Events) -> Events:
    """What happened since the request was received, or reopened last: an answer is owed anew."""
    for number in range(len(events) - 1, -1, -1):
        if events[number].act is Act.REOPEN:
            return events[number:]
    return events


def stops_of(events: Events, step: Step) -> tuple[tuple[Stop, ...], bool]:
    """The stops of a step's clock, and whether the last of them has not ended yet."""
    stops: list[Stop] = []
    open_stop: tuple[date, Suspension] | None = None
    for event in events:
        if event.act in STOPS:
            rule = _suspension(step, STOPS[event.act])
            open_stop = (event.happened_on, rule) if rule else None
        elif open_stop and (event.act in RESUMES or event.act in step.kept_by):
            since, rule = open_stop
            stops.append(Stop(since, event.happened_on, rule.then, rule.days))
            open_stop = None
    return tuple(stops), open_stop is not None


def extensions_of(events: Events, law: Law, step: Step) -> tuple[Step, ...]:
    """The extensions of a step that were notified, each as the law's own step."""
    extension = law.extension_of(step)
    times = sum(event.act is Act.EXTEND for event in events)
    return (extension,) * times if extension else ()


def _is_reply(step: Step, law: Law) -> bool:
    """Whether a step is one of the law's first answers, of which a request has just one."""
    return (
        all(start.of is None for start in step.starts) and step.kept_by == law.step("reply").kept_by
    )


def _start_days(
    step: Step, events: Events, started: Mapping[str, Clock], first: Step, today: date
) -> Iterator[date]:
    """The days on which the events a step may start with have happened."""
    for start in step.starts:
        if start.kind in RECEIPTS:
            yield from (e.happened_on for e in events if e.act in {Act.RECEIVE, Act.REOPEN})
        elif clock := started.get(_resolved(start, first)):
            if start.kind == "expiry" and clock.has_expired(today):
                yield clock.deadline.due
            elif start.kind in {"answer", "filing"} and clock.kept_on:
                yield clock.kept_on


def _resolved(start: Start, first: Step) -> str:
    """An urgent request was replied to by its own step, whatever the remedy's article calls it."""
    return first.name if start.of == "reply" else start.of or ""


def _suspension(step: Step, ground: str) -> Suspension | None:
    return next((rule for rule in step.suspensions if rule.ground == ground), None)


def _require_suspension(events: Events, act: Act, step: Step) -> None:
    rule = _suspension(step, STOPS[act])
    if rule is None:
        return  # asking is allowed; the clock just goes on
    asked = sum(event.act is act for event in since_reopened(events))
    if rule.times is not None and asked >= rule.times:
        raise Refused(
            f"{act}: art. {rule.article} allows it {rule.times} time(s), and that is used"
        )


def _require_extension(
    events: Events, event: Event, law: Law, calendar: Calendar, *, is_urgent: bool
) -> None:
    """An extension is void unless it is notified before expiry, with a ground and reasons."""
    first = law.first_step(is_urgent=is_urgent)
    extension = law.extension_of(first)
    if extension is None:
        raise NotInLaw(f"{law.name} has no extension of {first.name}")
    used = sum(each.act is Act.EXTEND for each in since_reopened(events))
    if used >= extension.times:
        raise ExtensionVoid(
            f"art. {extension.article} allows {extension.times} extension(s), and {used} were used"
        )
    running = clocks(events, law, calendar, is_urgent=is_urgent, today=event.happened_on)[
        first.name
    ]
    if running.deadline.is_late(event.happened_on):
        raise ExtensionVoid(
            f"The term ended on {running.deadline.due.isoformat()}; an extension must be notified "
            f"before (art. {extension.article})"
        )
    codes = [ground.code for ground in extension.grounds]
    if codes and event.ground not in codes:
        raise ExtensionVoid(f"ground: art. {extension.article} knows {', '.join(codes)}")
    if not event.reasons.strip():
        raise ExtensionVoid(f"reasons: art. {extension.article} wants them in the notice")


def received_on(events: Sequence[Event]) -> date:
    """Day zero of the first term; raises Invalid where nothing was received."""
    for event in events:
        if event.act is Act.RECEIVE:
            return event.happened_on
    raise Invalid("Nothing has been received")

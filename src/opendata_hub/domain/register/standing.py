"""Where a request stands, as a register tells it: days, outcome and grounds, from its events alone.

A request counts once, by the day it was first received. One that was reopened waits anew, by a
new last day, and its outcome is told by what happened since. Its first answer stays its answer:
whoever was late does not come in time by opening the request again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from opendata_hub.domain.requests.acts import ASKS_REQUESTER, DECISIONS, RESUMES, Act, State
from opendata_hub.domain.requests.timeline import Event, Events, received_on, state_of


class Outcome(StrEnum):
    """What became of a request."""

    PENDING = "pending"
    GRANTED = "granted"
    GRANTED_IN_PART = "granted-in-part"
    REFUSED = "refused"
    NOT_HELD = "not-held"
    ALREADY_PUBLISHED = "already-published"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


ANSWERS: Mapping[Act, Outcome] = {
    Act.GRANT: Outcome.GRANTED,
    Act.GRANT_IN_PART: Outcome.GRANTED_IN_PART,
    Act.REFUSE: Outcome.REFUSED,
    Act.NOT_HELD: Outcome.NOT_HELD,
    Act.ALREADY_PUBLISHED: Outcome.ALREADY_PUBLISHED,
}
"""The decisions, and what they are called in a register."""

_ENDS: Mapping[Act, Outcome] = {
    Act.TRANSFER: Outcome.TRANSFERRED,
    Act.WITHDRAW: Outcome.WITHDRAWN,
    Act.CLOSE: Outcome.CLOSED,
}
_GROUNDED = frozenset({Act.REFUSE, Act.GRANT_IN_PART, Act.EXTEND, Act.COMMISSION_DECIDES})
_CODE = re.compile(r"[a-z0-9][a-z0-9._()-]{0,39}")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands.

    outcome, ground: of the last decision since it was received or reopened, for a complaint may
                     lead to another one.
    answered_on:     the day of the first decision of all; None where there was none.
    settled_on:      the day from which no answer is owed, since it was last reopened: answered,
                     transferred, withdrawn, closed.
    net_days:        calendar days to the first decision of all from the receipt (or the reopening)
                     before it, without those on which the requester's clarification, payment or
                     proof was awaited.
    reopened_on:     the day it was first reopened.
    """

    state: State
    received_on: date
    outcome: Outcome
    ground: str = ""
    extended_on: date | None = None
    extension_ground: str = ""
    answered_on: date | None = None
    settled_on: date | None = None
    net_days: int | None = None
    complained_on: date | None = None
    head_decided_on: date | None = None
    commission_on: date | None = None
    commission_decided_on: date | None = None
    commission_ground: str = ""
    sued_on: date | None = None
    reopened_on: date | None = None


def standing(events: Events) -> Standing:
    """Where a request with these events stands; raises Invalid where nothing was received."""
    received = received_on(events)
    since = _since_reopened(events)
    decisions = [event for event in since if event.act in DECISIONS]
    ends = [event for event in since if event.act in _ENDS]
    settled = next((e for e in since if e.act in DECISIONS or e.act in _ENDS), None)
    term, answer = _first_answer(events)
    extended = _first(term, Act.EXTEND) or _first(since, Act.EXTEND)
    commission = _last(since, Act.COMMISSION_DECIDES)
    return Standing(
        state=state_of(events),
        received_on=received,
        outcome=_outcome(decisions, ends),
        ground=_code(decisions[-1]) if decisions else "",
        extended_on=extended.happened_on if extended else None,
        extension_ground=_code(extended) if extended else "",
        answered_on=answer.happened_on if answer else None,
        settled_on=settled.happened_on if settled else None,
        net_days=_net_days(term, answer) if answer else None,
        complained_on=_day(_first(since, Act.COMPLAIN_TO_HEAD)),
        head_decided_on=_day(_last(since, Act.HEAD_DECIDES)),
        commission_on=_day(_first(since, Act.COMPLAIN_TO_COMMISSION)),
        commission_decided_on=_day(commission),
        commission_ground=_code(commission) if commission else "",
        sued_on=_day(_first(since, Act.SUE)),
        reopened_on=_day(_first(events, Act.REOPEN)),
    )


def _code(event: Event) -> str:
    """The ground where it is a code of an act that has one; other words might name somebody."""
    return event.ground if event.act in _GROUNDED and _CODE.fullmatch(event.ground) else ""


def _since_reopened(events: Events) -> Events:
    starts = [at for at, event in enumerate(events) if event.act in {Act.RECEIVE, Act.REOPEN}]
    return events[starts[-1] :]


def was_answered(events: Events) -> bool:
    """Whether there is a decision among these events."""
    return any(event.act in DECISIONS for event in events)


def _first_answer(events: Events) -> tuple[Events, Event | None]:
    """The first decision of all, and the events from the receipt or reopening before it on."""
    for at, event in enumerate(events):
        if event.act in DECISIONS:
            return _since_reopened(events[: at + 1]), event
    return (), None


def _outcome(decisions: list[Event], ends: list[Event]) -> Outcome:
    if decisions:
        return ANSWERS[decisions[-1].act]
    return _ENDS[ends[-1].act] if ends else Outcome.PENDING


def _net_days(events: Events, answer: Event) -> int:
    waited = 0
    asked_on: date | None = None
    for event in events[: events.index(answer) + 1]:
        if event.act in ASKS_REQUESTER:
            asked_on = event.happened_on
        elif asked_on and (event.act in RESUMES or event is answer):
            waited += (event.happened_on - asked_on).days
            asked_on = None
    return (answer.happened_on - events[0].happened_on).days - waited


def _first(events: Events, act: Act) -> Event | None:
    return next((event for event in events if event.act is act), None)


def _last(events: Events, act: Act) -> Event | None:
    return _first(events[::-1], act)


def _day(event: Event | None) -> date | None:
    return event.happened_on if event else None

"""A case in, a counted deadline out: for the command, its batch, the API and the page."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import HubError, Invalid
from opendata_hub.domain.requests.calendar import Calendar, Holiday, HolidayStatus
from opendata_hub.domain.requests.deadline import Deadline, deadline, received
from opendata_hub.domain.requests.law import Actor, Law, Start, Step
from opendata_hub.domain.requests.term import DayZero, End, Reading, Span, Stop
from opendata_hub.domain.texts import LANGUAGES, Texts
from opendata_hub.web.shapes import DeadlineCase, DeadlineOut

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SATURDAY_SUNDAY = frozenset({5, 6})
NOTHING: Texts = dict.fromkeys(LANGUAGES, "")
GIVEN: Texts = {"fr": "jour férié indiqué", "ar": "يوم عطلة مذكور", "en": "holiday as given"}
NO_LIST = "No list of holidays was given: only the weekend was passed over."


@dataclass(frozen=True, slots=True)
class Declared:
    """Where laws and calendars come from: each raises a HubError for a name it does not know."""

    law: Callable[[str], Law]
    calendar: Callable[[str], Calendar]


@dataclass(frozen=True, slots=True)
class Answer:
    """A counted case. law is None for a rule of the asker's own."""

    deadline: Deadline
    law: Law | None
    note: str = ""


def calculate(case: DeadlineCase, declared: Declared) -> Answer:
    """Count a case; raises a HubError when it says too little, too much, or something unknown."""
    if case.law and case.step and not (case.unit or case.length):
        return _of_law(case, declared.law(case.law), declared)
    if case.unit and case.length and not (case.law or case.step):
        return _of_rule(case, Span(case.length, case.unit))
    raise Invalid("give either law and step, or unit and length")


def batch(lines: Iterable[str], declared: Declared) -> Iterator[dict[str, Any]]:
    """The answer to each line of JSON, in order; a bad case gives an error, never a gap."""
    for line in lines:
        if line.strip():
            yield _answer(line, declared)


def answer_json(answer: Answer, language: str) -> dict[str, Any]:
    """An answer for machines."""
    name = answer.law.name if answer.law else None
    out = DeadlineOut.of(answer.deadline, name, language).model_dump(mode="json", by_alias=True)
    return {**out, "note": answer.note or out["note"]}


def parsed(values: dict[str, Any]) -> DeadlineCase:
    """A checked case; raises Invalid naming the first field that is wrong."""
    try:
        return DeadlineCase.model_validate(values)
    except ValidationError as problem:
        wrong = problem.errors()[0]
        field = ".".join(map(str, wrong["loc"])) or "case"
        raise Invalid(f"{field}: {wrong['msg']}") from None


def _answer(line: str, declared: Declared) -> dict[str, Any]:
    case_id = None
    try:
        values = json.loads(line)
        if not isinstance(values, dict):
            raise Invalid("a case is a JSON object")
        case_id = values.get("id")
        case = parsed(values)
        said = answer_json(calculate(case, declared), case.lang)
    except json.JSONDecodeError as problem:
        said = {"error": {"code": "broken-json", "message": problem.msg}}
    except RecursionError:
        said = {"error": {"code": "broken-json", "message": "nested too deeply"}}
    except HubError as problem:
        said = {"error": {"code": problem.code, "message": str(problem)}}
    return said if case_id is None else {"id": case_id, **said}


def _of_law(case: DeadlineCase, law: Law, declared: Declared) -> Answer:
    calendar = declared.calendar(law.name.partition("/")[0])
    zone = calendar.timezone
    if case.holidays is not None or case.weekend is not None:
        calendar = _changed(calendar, case)
    step = _reread(law.step(case.step or ""), case)
    start = _start(case.start, zone)
    if isinstance(start, datetime) and not _counts_hours(step):
        start = received(start, law.receipt, calendar)
    day = start.date() if isinstance(start, datetime) else start
    if day < law.in_force_from:
        raise Invalid(f"from: {law.name} is in force since {law.in_force_from.isoformat()}")
    return Answer(_deadline(step, start, calendar, case), law)


def _of_rule(case: DeadlineCase, span: Span) -> Answer:
    reading = Reading(case.day_zero or DayZero.EXCLUDED, case.end or End.NONE, uncertain_off=True)
    step = Step(
        name="", title=NOTHING, actor=Actor.AUTHORITY, starts=(Start("receipt"),),
        starts_on=NOTHING, term=span, legal=reading, safe=reading, article="", source="",
        confidence=Confidence.UNVERIFIED, note=NOTHING,
    )  # fmt: skip
    nothing_known = Calendar("", "UTC", SATURDAY_SUNDAY, {}, range(1, 10_000), "as given")
    note = NO_LIST if case.holidays is None else ""
    start = _start(case.start, None)
    return Answer(_deadline(step, start, _changed(nothing_known, case), case), None, note)


def _deadline(
    step: Step, start: date | datetime, calendar: Calendar, case: DeadlineCase
) -> Deadline:
    stops = [
        Stop(since, until, case.after_suspension, case.suspension_days)
        for since, until in case.suspensions
    ]
    if any(stop.end < stop.start for stop in stops):
        raise Invalid("suspensions: each ends on or after the day it starts")
    return deadline(
        step, start, calendar, stops=stops, extensions=_extensions(step, case.extensions)
    )


def _extensions(step: Step, lengths: list[int]) -> list[Step]:
    if not lengths:
        return []
    if not isinstance(step.term, Span) or min(lengths) < 1:
        raise Invalid("extensions: lengths above zero, of a term that is counted in units")
    return [replace(step, term=Span(length, step.term.unit)) for length in lengths]


def _reread(step: Step, case: DeadlineCase) -> Step:
    """The step under the asker's own reading, where one is given."""
    if case.day_zero is None and case.end is None:
        return step
    legal = replace(
        step.legal, day_zero=case.day_zero or step.legal.day_zero, end=case.end or step.legal.end
    )
    return replace(step, legal=legal)


def _changed(calendar: Calendar, case: DeadlineCase) -> Calendar:
    """The calendar with the weekend and the holidays of the case; a given list is complete."""
    if case.weekend is not None:
        calendar = replace(calendar, weekend=_weekend(case.weekend))
    if case.holidays is None:
        return calendar
    given = {
        day: Holiday(day, GIVEN, HolidayStatus.OFFICIAL, "given with the case", day)
        for day in case.holidays
    }
    return replace(calendar, holidays=given, years=range(1, 10_000), version="as given")


def _weekend(names: list[str]) -> frozenset[int]:
    short = [name.strip().lower()[:3] for name in names]
    if unknown := sorted(set(short) - set(WEEKDAYS)):
        raise Invalid(f"weekend: {unknown[0]!r} is not one of {', '.join(WEEKDAYS)}")
    days = frozenset(map(WEEKDAYS.index, short))
    if len(days) == len(WEEKDAYS):
        raise Invalid("weekend: a week needs a working day")
    return days


def _start(text: str, zone: str | None) -> date | datetime:
    """A day, or an instant; in the authority's zone where there is one, else as it was written."""
    try:
        if len(text) <= len("2026-11-02"):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
        if zone is None:
            return instant
        own = ZoneInfo(zone)
        return instant.astimezone(own) if instant.tzinfo else instant.replace(tzinfo=own)
    except (ValueError, OverflowError):
        raise Invalid(f"from: {text[:40]!r} is neither a day nor an instant") from None


def _counts_hours(step: Step) -> bool:
    return isinstance(step.term, Span) and step.term.unit == "hours"

"""The clock, against properties that must always hold."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import build
from opendata_hub.domain.errors import CalendarGap, Invalid
from opendata_hub.domain.requests.calendar import HolidayStatus, Suspended
from opendata_hub.domain.requests.deadline import deadline, received
from opendata_hub.domain.requests.law import ClosedDay, Receipt
from opendata_hub.domain.requests.term import (
    AfterStop,
    ByDay,
    DayZero,
    End,
    Extreme,
    MonthsAfter,
    Part,
    Span,
    Stop,
    StopDays,
    Unit,
    days_told,
)
from opendata_hub.domain.requests.term import count as count_term

DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))
LENGTHS = st.integers(1, 90)
UNITS = st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS])
ALL_UNITS = st.sampled_from(list(Unit))
ENDS = st.sampled_from([End.NONE, End.FORWARD])
CALENDARS = st.builds(
    lambda days: build.calendar(*map(build.holiday, days)), st.lists(DAYS, max_size=60, unique=True)
)


def count(length, unit, reading, start, calendar, stops=()):
    return count_term(Span(length, unit), reading, start, calendar, stops)


@given(CALENDARS, DAYS, LENGTHS)
def test_a_working_day_term_ends_on_a_working_day(calendar, start, length):
    counted = count(length, Unit.WORKING_DAYS, build.reading(), start, calendar)
    assert calendar.day_off(counted.due) is None


@given(CALENDARS, DAYS, LENGTHS, UNITS, ENDS)
def test_elapsed_days_are_counted_days_plus_skipped_days(calendar, start, length, unit, end):
    counted = count(length, unit, build.reading(end=end), start, calendar)
    assert (counted.due - start).days == length + len(counted.skipped)


@given(CALENDARS, DAYS, st.integers(1, 30), ALL_UNITS, ENDS, DAYS)
def test_a_new_holiday_never_shortens_a_term(calendar, start, length, unit, end, feast):
    reading = build.reading(end=end)
    more = build.calendar(*calendar.holidays.values(), build.holiday(feast))
    before = count(length, unit, reading, start, calendar).due
    assert count(length, unit, reading, start, more).due >= before


@given(CALENDARS, DAYS, st.integers(1, 30), ALL_UNITS, ENDS)
def test_a_later_start_or_a_longer_term_never_ends_earlier(calendar, start, length, unit, end):
    reading = build.reading(end=end)
    due = count(length, unit, reading, start, calendar).due
    assert count(length + 1, unit, reading, start, calendar).due >= due
    assert count(length, unit, reading, start + timedelta(days=1), calendar).due >= due


@given(CALENDARS, DAYS, LENGTHS, UNITS, st.sampled_from(list(DayZero)), st.sampled_from(list(End)))
def test_the_safe_day_is_never_after_the_due_day(calendar, start, length, unit, day_zero, end):
    step = build.step(length, unit, safe=build.reading(day_zero, end, uncertain_off=False))
    term = deadline(step, start, calendar)
    assert term.safe <= term.due


def test_counting_the_day_of_receipt_ends_one_working_day_earlier():
    step = build.step(20, safe=build.reading(DayZero.INCLUDED))
    term = deadline(step, date(2026, 3, 2), build.calendar())
    assert (term.due, term.safe) == (date(2026, 3, 30), date(2026, 3, 27))


def test_an_expected_feast_moves_the_due_day_and_not_the_safe_one():
    feast = build.holiday(date(2026, 3, 10), HolidayStatus.EXPECTED)
    step = build.step(20, safe=build.reading(uncertain_off=False))
    term = deadline(step, date(2026, 3, 2), build.calendar(feast))
    assert (term.due, term.safe) == (date(2026, 3, 31), date(2026, 3, 30))


@pytest.mark.parametrize(
    ("end", "due"),
    [
        pytest.param(End.NONE, date(2026, 3, 15), id="a Sunday stays"),
        pytest.param(End.FORWARD, date(2026, 3, 16), id="rolls to Monday"),
        pytest.param(End.BACKWARD, date(2026, 3, 13), id="rolls back to Friday"),
    ],
)
def test_a_term_of_plain_days_that_ends_on_a_day_off(end, due):
    reading = build.reading(end=end)
    assert count(13, Unit.CALENDAR_DAYS, reading, date(2026, 3, 2), build.calendar()).due == due


@pytest.mark.parametrize("unit", [Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS_30])
def test_a_year_without_a_list_stops_the_count(unit):
    calendar = build.calendar(years=range(2026, 2027))
    with pytest.raises(CalendarGap, match=r"202[78]"):
        deadline(build.step(20, unit, build.reading(end=End.FORWARD)), date(2026, 12, 20), calendar)


def test_a_day_too_late_for_any_calendar_is_refused():
    calendar = build.calendar(years=range(9998, 10000))
    with pytest.raises(Invalid, match="too far"):
        deadline(build.step(60, Unit.CALENDAR_DAYS), date(9999, 12, 20), calendar)


def test_late_begins_the_day_after():
    term = deadline(build.step(1), date(2026, 3, 2), build.calendar())
    assert not term.is_late(date(2026, 3, 3))
    assert term.is_late(date(2026, 3, 4))


@pytest.mark.parametrize(
    ("length", "unit", "start", "due"),
    [
        pytest.param(20, Unit.FRANCS, "2026-03-01", "2026-03-22", id="neither end counts"),
        pytest.param(1, Unit.MONTHS, "2026-01-31", "2026-02-28", id="clipped"),
        pytest.param(1, Unit.MONTHS, "2024-01-31", "2024-02-29", id="clipped in a leap year"),
        pytest.param(15, Unit.MONTHS, "2024-10-30", "2026-01-30", id="over a year"),
        pytest.param(2, Unit.MONTHS_30, "2026-01-31", "2026-04-01", id="sixty days"),
        pytest.param(48, Unit.HOURS, "2026-03-01", "2026-03-03", id="two days from a bare day"),
        pytest.param(30, Unit.HOURS, "2026-03-01", "2026-03-03", id="hours rounded up to days"),
    ],
)
def test_units(length, unit, start, due):
    counted = count(length, unit, build.reading(), date.fromisoformat(start), build.calendar())
    assert counted.due == date.fromisoformat(due)


def test_a_month_that_ends_on_a_day_off_rolls():
    reading = build.reading(end=End.FORWARD)
    due = count(1, Unit.MONTHS, reading, date(2026, 1, 31), build.calendar()).due
    assert due == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("term", "start", "due"),
    [
        (ByDay(3, 31), "2026-01-15", "2026-03-31"),
        (ByDay(3, 31), "2026-03-31", "2027-03-31"),
        (MonthsAfter(1), "2026-01-31", "2026-02-28"),
        (MonthsAfter(1), "2026-12-03", "2027-01-31"),
        (Part(1, 2, Span(15, Unit.CALENDAR_DAYS)), "2026-03-01", "2026-03-08"),
        (
            Extreme((Span(10, Unit.CALENDAR_DAYS), Span(20, Unit.WORKING_DAYS)), is_latest=False),
            "2026-03-02",
            "2026-03-12",
        ),
        (
            Extreme((Span(10, Unit.CALENDAR_DAYS), Span(20, Unit.WORKING_DAYS)), is_latest=True),
            "2026-03-02",
            "2026-03-30",
        ),
    ],
)
def test_fixed_points_shares_and_composites(term, start, due):
    counted = count_term(term, build.reading(), date.fromisoformat(start), build.calendar())
    assert counted.due == date.fromisoformat(due)


STOPS = st.builds(
    lambda start, length: Stop(start, start + timedelta(days=length)), DAYS, st.integers(0, 60)
)


@given(CALENDARS, DAYS, LENGTHS, st.lists(STOPS, max_size=3), st.sampled_from(list(StopDays)))
def test_stopping_and_going_on_neither_gains_nor_loses_a_day(calendar, start, length, stops, days):
    """Against counting by hand: day after day, with a finger on the calendar."""
    held = [Stop(stop.start, stop.end, days=days) for stop in stops]
    day, left = start, length
    while left:
        day += timedelta(days=1)
        first = {StopDays.BOTH: 0, StopDays.AFTER_STOP: 1}[days]
        is_held = any(s.start + timedelta(days=first) <= day <= s.end for s in held)
        left -= not is_held and calendar.day_off(day) is None
    counted = count(length, Unit.WORKING_DAYS, build.reading(), start, calendar, held)
    assert counted.due == day
    assert (counted.due - start).days == length + len(counted.skipped)


@given(CALENDARS, DAYS, LENGTHS, ALL_UNITS, STOPS)
def test_a_stop_never_shortens_and_one_after_the_end_changes_nothing(
    calendar, start, length, unit, stop
):
    without = count(length, unit, build.reading(), start, calendar).due
    held = count(length, unit, build.reading(), start, calendar, [stop]).due
    assert held >= without
    if stop.start > without:
        assert held == without


def test_a_clock_may_start_anew_after_a_stop():
    stop = Stop(date(2026, 3, 9), date(2026, 3, 16), AfterStop.RESTART)
    due = count(
        20, Unit.WORKING_DAYS, build.reading(), date(2026, 3, 2), build.calendar(), [stop]
    ).due
    assert due == date(2026, 4, 13)


def test_an_extension_goes_on_from_the_last_day():
    step = build.step(20)
    term = deadline(step, date(2026, 3, 2), build.calendar(), extensions=[build.step(10)])
    assert [counted.due for counted in term.counts] == [date(2026, 3, 30), date(2026, 4, 13)]


@given(CALENDARS, DAYS, LENGTHS, UNITS)
def test_every_day_of_a_count_is_told(calendar, start, length, unit):
    counted = count(length, unit, build.reading(end=End.FORWARD), start, calendar)
    told = list(days_told(counted))
    assert [day for day, _, _ in told] == [
        start + timedelta(days=n) for n in range(1, (counted.due - start).days + 1)
    ]
    assert sum(off is not None for _, _, off in told) == len(counted.skipped)


CASABLANCA = ZoneInfo("Africa/Casablanca")


@pytest.mark.parametrize(
    ("instant", "receipt", "day"),
    [
        ("2026-11-06T23:59", Receipt(), "2026-11-06"),
        ("2026-11-07T00:00", Receipt(), "2026-11-07"),
        ("2026-11-05T16:29", Receipt(ClosedDay.COUNTS, time(16, 30)), "2026-11-05"),
        ("2026-11-05T16:30", Receipt(ClosedDay.COUNTS, time(16, 30)), "2026-11-06"),
        ("2026-11-05T16:30", Receipt(ClosedDay.NEXT_WORKING_DAY, time(16, 30)), "2026-11-09"),
        ("2026-11-07T10:00", Receipt(ClosedDay.NEXT_WORKING_DAY), "2026-11-09"),
    ],
)
def test_receipt_at_night_and_on_closed_days(instant, receipt, day):
    calendar = build.calendar(build.holiday(date(2026, 11, 6)))
    moment = datetime.fromisoformat(instant).replace(tzinfo=CASABLANCA)
    assert received(moment, receipt, calendar) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        # Morocco goes back an hour for Ramadan (15 February 2026), London forward on 29 March 2026.
        ("Africa/Casablanca", "2026-02-14T02:30", "2026-02-16"),
        ("Africa/Casablanca", "2026-02-14T00:30", "2026-02-15"),
        ("Europe/London", "2026-03-28T23:30", "2026-03-31"),
        ("Europe/London", "2026-03-28T22:30", "2026-03-30"),
    ],
)
def test_hours_are_real_hours_whatever_the_clocks_on_the_wall_do(zone, start, due):
    moment = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    counted = count(48, Unit.HOURS, build.reading(), moment, build.calendar())
    assert counted.due == date.fromisoformat(due)


def test_a_general_suspension_stops_every_term_and_says_why():
    emergency = Suspended(date(2026, 3, 10), date(2026, 3, 19), build.texts("emergency"))
    calendar = replace(build.calendar(), suspended=(emergency,))
    for unit in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS):
        length = 1 if unit is Unit.MONTHS else 20
        free = count(length, unit, build.reading(), date(2026, 3, 2), build.calendar())
        held = count(length, unit, build.reading(), date(2026, 3, 2), calendar)
        assert held.due > free.due
        assert {"emergency fr"} <= {off.reason["fr"] for off in held.skipped}
    assert count(20, Unit.CALENDAR_DAYS, build.reading(), date(2026, 3, 2), calendar).due == date(
        2026, 4, 1
    )

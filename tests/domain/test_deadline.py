"""The clock, against properties that must always hold."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import build
from opendata_hub.domain.errors import CalendarGap, Invalid
from opendata_hub.domain.requests.calendar import HolidayStatus
from opendata_hub.domain.requests.deadline import count, deadline
from opendata_hub.domain.requests.law import DayZero, End, Unit

DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))
LENGTHS = st.integers(1, 90)
UNITS = st.sampled_from(list(Unit))
ENDS = st.sampled_from([End.NONE, End.FORWARD])
CALENDARS = st.builds(
    lambda days: build.calendar(*map(build.holiday, days)), st.lists(DAYS, max_size=60, unique=True)
)


@given(CALENDARS, DAYS, LENGTHS)
def test_a_working_day_term_ends_on_a_working_day(calendar, start, length):
    counted = count(length, Unit.WORKING_DAYS, build.reading(), start, calendar)
    assert calendar.day_off(counted.due) is None


@given(CALENDARS, DAYS, LENGTHS, UNITS, ENDS)
def test_elapsed_days_are_counted_days_plus_skipped_days(calendar, start, length, unit, end):
    counted = count(length, unit, build.reading(end=end), start, calendar)
    assert (counted.due - start).days == length + len(counted.skipped)


@given(CALENDARS, DAYS, LENGTHS, UNITS, ENDS, DAYS)
def test_a_new_holiday_never_shortens_a_term(calendar, start, length, unit, end, feast):
    reading = build.reading(end=end)
    more = build.calendar(*calendar.holidays.values(), build.holiday(feast))
    before = count(length, unit, reading, start, calendar).due
    assert count(length, unit, reading, start, more).due >= before


@given(CALENDARS, DAYS, LENGTHS, UNITS, ENDS)
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


@pytest.mark.parametrize("unit", list(Unit))
def test_a_year_without_a_list_stops_the_count(unit):
    calendar = build.calendar(years=range(2026, 2027))
    with pytest.raises(CalendarGap, match="2027"):
        deadline(build.step(20, unit), date(2026, 12, 20), calendar)


def test_a_day_too_late_for_any_calendar_is_refused():
    calendar = build.calendar(years=range(9998, 10000))
    with pytest.raises(Invalid, match="too late"):
        deadline(build.step(60, Unit.CALENDAR_DAYS), date(9999, 12, 20), calendar)


def test_late_begins_the_day_after():
    term = deadline(build.step(1), date(2026, 3, 2), build.calendar())
    assert not term.is_late(date(2026, 3, 3))
    assert term.is_late(date(2026, 3, 4))

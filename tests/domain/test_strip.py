"""The picture of a term has one mark for each day, and says the same as the count."""

from datetime import date

import build
from opendata_hub.domain.portal.strip import MOST_DAYS, Mark, strip
from opendata_hub.domain.requests.deadline import deadline
from opendata_hub.domain.requests.term import DayZero, Unit

MONDAY = date(2026, 3, 2)


def test_each_day_has_its_mark_and_weekends_are_not_counted():
    shown = strip(deadline(build.step(5), MONDAY, build.calendar()))
    worked, weekend = [Mark.COUNTED] * 4, [Mark.OFF] * 2
    assert list(shown.marks) == [Mark.ZERO, *worked, *weekend, Mark.LAST]
    assert (shown.counted, shown.off) == (5, 2)


def test_a_holiday_is_told_as_a_day_that_is_not_counted():
    feast = build.holiday(date(2026, 3, 4))
    shown = strip(deadline(build.step(3), MONDAY, build.calendar(feast)))
    assert list(shown.marks) == [Mark.ZERO, Mark.COUNTED, Mark.OFF, Mark.COUNTED, Mark.LAST]


def test_the_day_of_receipt_has_no_mark_of_its_own_where_it_counts():
    counted = build.step(3, legal=build.reading(DayZero.INCLUDED))
    shown = strip(deadline(counted, MONDAY, build.calendar()))
    assert list(shown.marks) == [Mark.COUNTED, Mark.COUNTED, Mark.LAST]
    assert shown.counted == 3


def test_what_is_too_long_to_be_seen_is_told_in_words_only():
    long = build.step(MOST_DAYS, Unit.CALENDAR_DAYS)
    assert strip(deadline(long, MONDAY, build.calendar())) is None

"""Who asked is kept so many months, counted to the day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata_hub.domain.requests.retention import months_before


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 12, date(2025, 1, 15)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 12, 31), 1, date(2026, 11, 30)),
    ],
)
def test_months_are_counted_back_to_the_same_day_or_the_last_of_the_month(day, months, before):
    assert months_before(day, months) == before


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.integers(1, 600))
def test_a_longer_time_is_never_over_sooner(day, months):
    assert months_before(day, months + 1) < months_before(day, months) < day

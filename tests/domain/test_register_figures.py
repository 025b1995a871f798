"""Figures say what they count, in three languages, and percentiles are values that occur."""

import pytest

from opendata_hub.domain.register.figure import BY_GROUND, DAYS, FIGURES, percentile, share
from opendata_hub.domain.texts import LANGUAGES


def test_every_figure_has_a_name_and_a_formula_in_every_language():
    for each in FIGURES:
        for said in (each.title, each.words):
            assert set(said) == set(LANGUAGES)
            assert all(text and "\n" not in text and "|" not in text for text in said.values())
    assert all("÷" in each.words["fr"] for each in FIGURES[1:])
    assert all(set(said) == set(LANGUAGES) for said in (BY_GROUND, DAYS))


@pytest.mark.parametrize(
    ("days", "percent", "expected"),
    [
        ({}, 50, None),
        ({7: 1}, 50, 7),
        ({7: 1}, 90, 7),
        ({1: 1, 2: 1, 3: 1, 4: 1}, 50, 2),
        ({1: 9, 100: 1}, 90, 1),
        ({1: 8, 100: 2}, 90, 100),
    ],
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(days, percent, expected):
    assert percentile(days, percent) == expected


def test_a_share_of_nothing_is_no_number():
    assert (share(0, 0), share(1, 8)) == (None, 12.5)

"""Wrong passwords slow down who gives them, and lock nobody out."""

from datetime import timedelta

import pytest

from build import NOW
from opendata_hub.domain.protection.attempts import Answer, Past, Ruling, answer, wait

TRY = Answer(Ruling.TRY)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (9, 480), (10, 900), (11, 900), (10**6, 900)],
)
def test_waiting_doubles_up_to_a_quarter_of_an_hour(failures, seconds):
    assert wait(failures) == timedelta(seconds=seconds)


def test_a_stranger_may_try():
    assert answer(Past(), NOW) == TRY


def test_who_failed_too_often_waits_and_then_may_try():
    past = Past(failures=6, failed_at=NOW)
    until = NOW + timedelta(seconds=60)
    assert answer(past, NOW + timedelta(seconds=59)) == Answer(Ruling.WAIT, until)
    assert answer(past, until) == TRY


def test_failures_are_forgotten_after_a_day():
    assert answer(Past(failures=10**6, failed_at=NOW), NOW + timedelta(days=1)) == TRY


def test_when_many_strange_places_fail_strange_places_prove_and_usual_ones_go_on():
    assert answer(Past(strange=19), NOW) == TRY
    assert answer(Past(strange=20), NOW) == Answer(Ruling.PROVE)
    assert answer(Past(strange=20, opened_at=NOW - timedelta(days=89)), NOW) == TRY
    assert answer(Past(strange=20, opened_at=NOW - timedelta(days=90)), NOW).ruling is Ruling.PROVE


def test_a_usual_place_that_fails_itself_waits_as_any_other():
    past = Past(failures=5, failed_at=NOW, opened_at=NOW, strange=20)
    assert answer(past, NOW).ruling is Ruling.WAIT

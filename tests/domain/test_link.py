"""What one look after another says of an address."""

from datetime import timedelta

import pytest

import build
from opendata_hub.domain.link import LinkCheck, after

URL = "https://data.example/file.csv"


def looks(*statuses):
    """The state after one look a day, each with its status."""
    state = None
    for day, status in enumerate(statuses):
        state = after(state, LinkCheck(URL, build.NOW + timedelta(days=day), status))
    return state


@pytest.mark.parametrize(
    ("status", "found"), [(200, True), (206, True), (299, True), (0, False), (199, False),
                          (304, False), (404, False), (500, False)],
)  # fmt: skip
def test_what_is_there_is_what_answers_with_200_to_299(status, found):
    assert looks(status).is_reachable is found


def test_failing_is_counted_from_the_first_of_the_looks_in_a_row():
    state = looks(200, 404, 0, 500)
    assert (state.failures, state.fails_since) == (3, build.NOW + timedelta(days=1))


def test_one_good_look_ends_it():
    state = looks(404, 404, 200)
    assert (state.failures, state.fails_since) == (0, None)


@pytest.mark.parametrize(
    ("statuses", "days"),
    [((200,), 1), ((404,), 1), ((404,) * 2, 2), ((404,) * 3, 4), ((404,) * 4, 7), ((0,) * 60, 7)],
)
def test_who_fails_again_and_again_is_asked_less_often(statuses, days):
    state = looks(*statuses)
    wait = state.due_at - state.last.checked_at
    assert timedelta(days=days - 1) < wait < timedelta(days=days)

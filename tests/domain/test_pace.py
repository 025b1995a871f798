"""So many calls in a span, and not one more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata_hub.domain.protection.pace import DEFAULTS, Pace, Traffic, after_call, parsed


def taken(pace, moments):
    """The moments at which a call was let in."""
    free_at, let_in = 0.0, []
    for now in moments:
        free_at, wait = after_call(pace, free_at, now)
        if not wait:
            let_in.append(now)
    return let_in


def test_all_calls_can_be_made_at_once_and_then_one_after_the_other():
    pace = Pace(3, 60)
    assert taken(pace, [100, 100, 100, 100, 119, 120, 139, 140]) == [100, 100, 100, 120, 140]


def test_the_wait_that_is_told_is_the_wait_that_is_needed():
    free_at = 0.0
    for _ in range(3):
        free_at, wait = after_call(Pace(3, 60), free_at, 100)
        assert wait == 0
    same, wait = after_call(Pace(3, 60), free_at, 105)
    assert (same, wait) == (free_at, 15)
    assert after_call(Pace(3, 60), free_at, 105 + wait)[1] == 0


@given(
    st.integers(1, 20), st.integers(1, 100),
    st.lists(st.floats(0, 10), max_size=200),
)  # fmt: skip
def test_no_rhythm_gets_more_than_twice_the_calls_in_a_span(calls, seconds, gaps):
    moments, now = [], 1000.0
    for gap in gaps:
        now += gap
        moments.append(now)
    let_in = taken(Pace(calls, seconds), moments)
    for start in let_in:
        within = sum(start <= moment < start + seconds * 0.999 for moment in let_in)
        assert within <= 2 * calls


def test_paces_are_written_as_calls_in_a_time():
    assert parsed("sign-in=10/15m, read=off ,file=5/h") == {
        Traffic.SIGN_IN: Pace(10, 900), Traffic.READ: None, Traffic.FILE: Pace(5, 3600)
    }  # fmt: skip
    assert parsed("") == {}


@pytest.mark.parametrize("text", ["login=3/m", "sign-in=0/m", "sign-in=3", "sign-in=3/w", "read="])
def test_what_is_no_pace_is_refused(text):
    with pytest.raises(ValueError, match=r"sign-in|read"):
        parsed(text)


def test_the_guide_names_every_pace(pytestconfig):
    guide = (pytestconfig.rootpath / "docs" / "protection.md").read_text(encoding="utf-8")
    for traffic, pace in DEFAULTS.items():
        named = [line for line in guide.splitlines() if line.startswith(f"| `{traffic}` |")]
        assert parsed(f"{traffic}={named[0].split('|')[2].strip()}") == {traffic: pace}

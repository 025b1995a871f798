"""Addresses and the last looks at them."""

from datetime import timedelta

import build
from opendata_hub.domain.link import LinkCheck
from opendata_hub.store import links
from opendata_hub.store.engine import reading, writing

URL = "https://data.example/file.csv"


def test_what_was_found_is_given_back(engine):
    check = LinkCheck(URL, build.NOW, 0, "unreachable", 12, "https://data.example/other")
    with writing(engine) as session:
        state = links.remember(session, check)
    with reading(engine) as session:
        assert links.find(session, URL) == state
        assert links.states(session, [URL, "https://data.example/unknown"]) == {URL: state}
        assert links.history(session, URL) == [check]
        assert links.find(session, "https://data.example/unknown") is None


def test_the_history_is_bounded_and_failing_is_still_counted_from_its_first_day(engine):
    with writing(engine) as session:
        for day in range(links.KEPT_CHECKS + 10):
            state = links.remember(session, LinkCheck(URL, build.NOW + timedelta(days=day), 404))
        links.remember(session, LinkCheck(f"{URL}?2", build.NOW, 200))
    with reading(engine) as session:
        history = links.history(session, URL)
        assert len(history) == links.KEPT_CHECKS
        assert history[0].checked_at == build.NOW + timedelta(days=links.KEPT_CHECKS + 9)
        assert len(links.history(session, f"{URL}?2")) == 1
    assert state.fails_since == build.NOW


def test_addresses_that_stand_in_no_record_are_forgotten(engine):
    with writing(engine) as session:
        for number in range(3):
            links.remember(session, LinkCheck(f"{URL}?{number}", build.NOW, 200))
        assert links.forget_all_but(session, {f"{URL}?1"}) == 2
    with reading(engine) as session:
        assert links.find(session, f"{URL}?0") is None
        assert links.find(session, f"{URL}?1")
        assert links.history(session, f"{URL}?0") == []

"""A case is acted on once at a time, by who may; queues hold what is in reach, earliest first."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

import build
from opendata_hub.domain.errors import (
    ChangedMeanwhile,
    ExtensionVoid,
    Forbidden,
    Invalid,
    UnknownRequest,
    WrongMoment,
)
from opendata_hub.domain.people.roles import OPERATOR, Grant, Role, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, Reach
from opendata_hub.domain.requests.acts import Act, State
from opendata_hub.domain.requests.desk import Nearness, days_of
from opendata_hub.flows.requests.act import Doing, act, open_case
from opendata_hub.flows.verify import verify
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Queue

LAW = build.law(build.step(20))
TODAY = date(2026, 11, 22)
HERE = Visitor(None, frozenset({Grant(Role.OFFICER, "commune-exemple")}))


@pytest.fixture
def filed(engine):
    """Three requests: two of the commune, received one after the other, and one elsewhere."""
    with writing(engine) as session:
        for number, (authority, day) in enumerate(
            [("commune-exemple", "2026-11-09"), ("commune-exemple", "2026-10-01"),
             ("another", "2026-11-02")], 1,
        ):  # fmt: skip
            build.kept_request(session, number, authority=authority, received_on=day)
    return engine


def do(engine, reference, what, day="2026-11-20", *, after=1, by=HERE, **words):
    with writing(engine) as session:
        return act(
            session,
            open_case(session, reference, by=by),
            Doing(what, date.fromisoformat(day), after, **words),
            law=LAW,
            calendar=build.calendar(),
            by=by,
            today=TODAY,
            now=build.NOW,
        )


def test_an_act_is_kept_as_an_event_and_closes_what_is_owed(filed):
    done = do(filed, "ai-2026-000001", Act.GRANT)
    assert ([each.act for each in done.request.events], done.is_open) == (
        [Act.RECEIVE, Act.GRANT],
        False,
    )
    with reading(filed) as session:
        assert cases.get(session, "AI-2026-000001", EVERYWHERE) == done
        assert verify(session).faults == ()
    again = do(filed, "AI-2026-000001", Act.REOPEN, "2026-11-21", after=2)
    assert again.is_open


def test_a_complaint_is_for_the_desk_until_the_head_decides(filed):
    do(filed, "AI-2026-000001", Act.GRANT)
    complained = do(filed, "AI-2026-000001", Act.COMPLAIN_TO_HEAD, "2026-11-21", after=2)
    assert complained.is_open
    with reading(filed) as session:
        queue = cases.queue(session, Queue(), EVERYWHERE, most=9)
        theirs = cases.queue(session, Queue(state=State.WITH_THE_HEAD), EVERYWHERE, most=9)
    assert "AI-2026-000001" in {each.reference for each in queue}
    assert [each.reference for each in theirs] == ["AI-2026-000001"]


def test_who_comes_second_is_told_and_nothing_is_overwritten(filed):
    do(filed, "AI-2026-000001", Act.ACKNOWLEDGE)
    with pytest.raises(ChangedMeanwhile, match="2 events, not 1: the last is acknowledge"):
        do(filed, "AI-2026-000001", Act.GRANT)
    with reading(filed) as session:
        kept = cases.get(session, "AI-2026-000001", EVERYWHERE)
    assert [each.act for each in kept.request.events] == [Act.RECEIVE, Act.ACKNOWLEDGE]


@pytest.mark.parametrize(
    ("what", "day", "words", "error"),
    [
        (Act.PAY, "2026-11-20", {}, WrongMoment),
        (Act.GRANT, "2026-11-01", {}, WrongMoment),
        (Act.GRANT, "2026-11-23", {}, Invalid),
        (Act.GRANT, "2026-11-20", {"reasons": "x" * 20_001}, Invalid),
        (Act.GRANT, "2026-11-20", {"reasons": "\x07"}, Invalid),
        (Act.HEAD_DECIDES, "2026-11-20", {}, Forbidden),
    ],
)
def test_what_may_not_be_is_refused_and_nothing_is_kept(filed, what, day, words, error):
    with pytest.raises(error):
        do(filed, "AI-2026-000001", what, day, **words)
    with reading(filed) as session:
        assert len(cases.get(session, "AI-2026-000001", EVERYWHERE).request.events) == 1


def test_an_extension_moves_the_last_day_and_is_void_after_it(filed):
    extension = build.step(10, name="extension", extends="reply")
    with writing(filed) as session:
        case = open_case(session, "AI-2026-000001", by=HERE)
        longer = act(
            session, case, Doing(Act.EXTEND, date(2026, 11, 20), 1, reasons="Archives"),
            law=build.law(build.step(20), extension), calendar=build.calendar(), by=HERE,
            today=TODAY, now=build.NOW,
        )  # fmt: skip
    assert longer.due_on > case.due_on
    with writing(filed) as session, pytest.raises(ExtensionVoid):
        act(
            session, open_case(session, "AI-2026-000002", by=HERE),
            Doing(Act.EXTEND, date(2026, 11, 20), 1, reasons="Archives"),
            law=build.law(build.step(20), extension), calendar=build.calendar(), by=HERE,
            today=TODAY, now=build.NOW,
        )  # fmt: skip


def test_what_is_elsewhere_is_as_if_it_were_not_there(filed):
    with pytest.raises(UnknownRequest):
        do(filed, "AI-2026-000003", Act.GRANT)
    assert not do(filed, "AI-2026-000003", Act.GRANT, by=OPERATOR).is_open


def references(engine, asked=Queue(), within=EVERYWHERE, most=10):  # noqa: B008
    with reading(engine) as session:
        return [each.reference[-1] for each in cases.queue(session, asked, within, most=most)]


def test_a_queue_holds_what_is_in_reach_the_earliest_last_day_first(filed):
    assert references(filed) == ["2", "3", "1"]
    assert references(filed, within=Reach(authorities=frozenset({"another"}))) == ["3"]
    assert references(filed, within=Reach(units=frozenset({("commune-exemple", "x")}))) == []
    with reading(filed) as session:
        first, second, _ = cases.queue(session, Queue(), EVERYWHERE, most=10)
    assert references(filed, Queue(after=(first.due_on, first.reference))) == ["3", "1"]
    assert references(filed, Queue(due_before=second.due_on)) == ["2"]
    assert references(filed, Queue(authority="another")) == ["3"]
    assert references(filed, Queue(unit="x")) == []
    assert references(filed, most=1) == ["2"]
    assert (first.state, first.nearness(TODAY)) == (State.RECEIVED, Nearness.LATE)
    assert references(filed, Queue(due_from=second.due_on)) == ["3", "1"]
    assert references(filed, Queue(state=State.RECEIVED)) == ["2", "3", "1"]
    assert references(filed, Queue(state=State.RECEIVED, after=(first.due_on, "X"))) == ["3", "1"]
    assert references(filed, Queue(state=State.ANSWERED)) == []
    do(filed, "AI-2026-000002", Act.GRANT)
    assert references(filed) == ["3", "1"]
    assert references(filed, Queue(is_open=False)) == ["2"]


def test_open_requests_in_reach_are_counted_by_how_near_their_last_day_is(filed):
    def counted(asked=Queue(), within=EVERYWHERE, today=TODAY):  # noqa: B008
        with reading(filed) as session:
            told = cases.tally(session, asked, within, today=today)
            for near, count in told.items():
                first, end = days_of(near, today)
                there = replace(asked, due_from=first, due_before=end)
                assert len(cases.queue(session, there, within, most=9)) == count
            return [count for count in told.values() if count]

    assert sum(counted()) == 3
    assert sum(counted(within=Reach(authorities=frozenset({"another"})))) == 1
    assert sum(counted(Queue(authority="commune-exemple"))) == 2
    assert counted(Queue(state=State.ANSWERED)) == []
    with reading(filed) as session:
        first, *_ = cases.queue(session, Queue(), EVERYWHERE, most=1)
    for days in (-8, -7, -1, 0, 1):
        assert sum(counted(today=first.due_on + timedelta(days))) == 3

"""Requests are given to a unit or an officer of the body, all of them or none."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

import build
from opendata_hub.domain.errors import Forbidden, Invalid, UnknownRequest, WrongMoment
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Grant, Role, Visitor
from opendata_hub.domain.people.rule import reach
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.assignment import Assignment
from opendata_hub.flows.requests.assign import assign, officers
from opendata_hub.flows.verify import verify
from opendata_hub.store.people import accounts
from opendata_hub.store.requests import assignments, cases
from opendata_hub.store.requests.cases import Queue

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
ONE, TWO = "AI-2026-000001", "AI-2026-000002"


def reach_of(visitor):
    return reach(visitor, Deed.READ_REQUEST)


def closed(case):
    events = (*case.request.events, build.event(Act.GRANT, "2026-11-19"))
    return replace(case, request=replace(case.request, events=events), is_open=False)


@pytest.fixture
def desk(hub):
    """Two requests, an officer of the whole desk, one of a unit, and one of another body."""
    body = hub.frame.site.publishers[hub.frame.site.publisher]
    unit = body.units[0].id if body.units else ""
    with hub.writing() as session:
        for number in (1, 2):
            build.kept_request(session, number, authority=body.id, received_on="2026-11-02")
        people = {}
        for name, grant in (
            ("whole", Grant(Role.OFFICER, body.id)),
            ("unit", Grant(Role.OFFICER, body.id, unit)),
            ("steward", Grant(Role.STEWARD, body.id)),
        ):
            account = accounts.add(
                session, name=name, email=f"{name}@commune.example", language="fr", now=NOW
            )
            accounts.grant(session, account.id, grant)
            people[name] = account.id
    return body, unit, people


def given(hub, desk, references, *wanted, by=None):
    body, _, people = desk
    visitor = by or Visitor(people["whole"], frozenset({Grant(Role.OFFICER, body.id)}))
    with hub.writing() as session:
        return assign(
            session, references, Assignment(*wanted),
            authority_of=hub.authority, by=visitor, today=TODAY, now=NOW,
        )  # fmt: skip


def now(hub, reference=ONE):
    with hub.reading() as session:
        return assignments.of(session, reference).now


def test_many_are_given_at_once_and_the_past_is_kept(hub, desk):
    _, unit, people = desk
    given(hub, desk, [ONE, TWO, ONE.lower()], unit, people["unit"], date(2026, 11, 25))
    given(hub, desk, [ONE], "", people["whole"], None)
    assert now(hub) == Assignment("", people["whole"], None)
    assert now(hub, TWO) == Assignment(unit, people["unit"], date(2026, 11, 25))
    with hub.reading() as session:
        past = assignments.history(session, ONE)
        assert [each.assignment.officer for each in past] == [people["unit"], people["whole"]]
        assert verify(session).faults == ()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (("no-such-unit",), "unit"),
        (("", 999_999), "officer"),
        (("", None, date(2026, 11, 19)), "is over"),
        (("", None, date(2027, 11, 19)), "last day"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_given(hub, desk, wanted, said):
    with pytest.raises(Invalid, match=said):
        given(hub, desk, [ONE, TWO], *wanted)
    assert now(hub) == Assignment()


def test_a_steward_handles_no_requests(hub, desk):
    _, _, people = desk
    with pytest.raises(Invalid, match="does not handle"):
        given(hub, desk, [ONE], "", people["steward"])
    with hub.reading() as session:
        body = hub.frame.site.publisher
        assert people["steward"] not in {each.id for each in officers(session, body)}


def test_one_out_of_reach_stops_all_of_them(hub, desk):
    with pytest.raises(UnknownRequest, match="AI-2026-000009"):
        given(hub, desk, [ONE, "AI-2026-000009"])
    other = Visitor(1, frozenset({Grant(Role.OFFICER, "another-body")}))
    with pytest.raises(UnknownRequest):
        given(hub, desk, [ONE], by=other)
    with pytest.raises(Forbidden):
        given(hub, desk, [ONE], by=Visitor(1, frozenset({Grant(Role.AUDITOR)})))


def test_none_and_too_many_are_refused(hub, desk):
    for references in ([], [" "], [f"AI-2026-{number:06d}" for number in range(101)]):
        with pytest.raises(Invalid, match="references"):
            given(hub, desk, references)


def test_what_is_over_is_not_assigned(hub, desk):
    with hub.writing() as session:
        body = hub.frame.site.publisher
        within = Visitor(1, frozenset({Grant(Role.OFFICER, body)}))
        case = cases.get(session, ONE, reach_of(within))
        cases.append(session, closed(case), by=None)
    with pytest.raises(WrongMoment, match="waits for nothing"):
        given(hub, desk, [ONE, TWO])


def test_the_queue_is_narrowed_to_whose_hands_they_are_in(hub, desk):
    _, _, people = desk
    given(hub, desk, [ONE], "", people["whole"])
    within = reach_of(Visitor(1, frozenset({Grant(Role.OFFICER, hub.frame.site.publisher)})))
    with hub.reading() as session:
        mine = cases.queue(session, Queue(officer=people["whole"]), within, most=9)
        nobodys = cases.queue(session, Queue(is_unassigned=True), within, most=9)
    assert [each.reference for each in mine] == [ONE]
    assert [each.reference for each in nobodys] == [TWO]

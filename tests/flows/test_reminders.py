"""Reminders once at each distance, and a digest in the morning when there is something."""

import email
import email.policy
from dataclasses import replace
from datetime import date, timedelta

import pytest

import build
from opendata_hub import clock, jobs
from opendata_hub.domain.correspondence.reminders import digest_of, distance, stage, to_said
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.requests.assignment import Assignment
from opendata_hub.domain.requests.desk import Line
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.store.people import accounts
from opendata_hub.store.requests import assignments

OWN = "commune-exemple"
FILED = date(2026, 11, 2)


@pytest.fixture
def time(monkeypatch):
    """A clock that tests set."""
    shown = [build.NOW.replace(day=2, hour=7)]
    monkeypatch.setattr(clock, "now", lambda: shown[0])
    return shown


@pytest.fixture
def officer(hub):
    return build.person(hub, "agent@hub.example", grants=(Grant(Role.OFFICER, OWN),))


@pytest.fixture
def due(client, time):  # noqa: ARG001
    person = {**build.filing()["requester"], "email": ""}
    receipt = client.post("/api/v1/requests", json=build.filing(requester=person)).json()
    return date.fromisoformat(receipt["due"])


def at(time, day):
    time[0] = time[0].replace(year=day.year, month=day.month, day=day.day)


def mails(hub):
    hub.send_letters(clock.now())
    return [
        email.message_from_bytes(each.read_bytes(), policy=email.policy.default)
        for each in sorted(hub.mailer.folder.glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)
    ]


def test_a_distance_is_counted_in_working_days():
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    days = build.calendar()
    assert distance(days, monday, today=friday) == -1
    assert distance(days, monday, today=monday) == 0
    assert distance(days, friday, today=monday) == 1
    assert distance(days, date(2026, 11, 29), today=friday) == 0, "a last day on a Sunday"
    assert distance(days, monday, today=date(2026, 11, 20)) == -6
    closed = build.calendar(build.holiday(date(2026, 11, 26)))
    assert distance(closed, monday, today=date(2026, 11, 25)) == -2
    unknown = build.calendar(years=range(2020, 2021))
    assert distance(unknown, monday, today=friday) == -1


def test_after_a_gap_only_the_latest_reminder_is_due():
    assert [stage((-7, -2, 0, 1, 7), each) for each in (-8, -7, -3, -2, 0, 5, 99)] == [
        None, -7, -7, -2, 0, 1, 7,
    ]  # fmt: skip
    assert stage((), 3) is None


def test_each_reminder_is_written_once_and_none_on_a_day_off(hub, time, officer, due):  # noqa: ARG001
    for passed in range((due - FILED).days + 20):
        at(time, FILED + timedelta(days=passed))
        jobs.remind_officers(hub)
        jobs.remind_officers(hub)
    found = [each for each in mails(hub) if "rappel" in each["Subject"]]
    assert [each["To"] for each in found] == ["agent@hub.example"] * 5
    said = [each.get_body().get_content() for each in found]
    assert "Jours ouvrables restants : 7" in said[0]
    assert "Jours ouvrables restants : 2" in said[1]
    assert "aujourd’hui" in said[2]
    assert "Jours ouvrables de retard : 1." in said[3]
    assert "Jours ouvrables de retard : 7." in said[4]
    assert all("Budget" not in each for each in said)


def test_what_was_answered_is_not_reminded_of(hub, client, time, officer, due):  # noqa: ARG001
    program = build.token(hub, "program", grants=(Grant(Role.OFFICER, OWN),))
    body = {"act": "grant", "happened_on": FILED.isoformat(), "after": 1}
    client.post("/api/v1/desk/requests/AI-2026-000001/events", json=body, headers=program)
    at(time, due)
    jobs.remind_officers(hub)
    jobs.send_digests(hub)
    assert mails(hub) == []


def test_who_was_given_the_request_is_reminded_alone(hub, time, officer, due):  # noqa: ARG001
    other = build.person(hub, "autre@hub.example", grants=(Grant(Role.OFFICER, OWN),))
    at(time, due)
    with hub.writing() as session:
        (given,) = assignments.locked(session, ["AI-2026-000001"], EVERYWHERE)
        assignments.add(session, [given], Assignment(officer=other), by=None, now=clock.now())
    jobs.remind_officers(hub)
    assert [each["To"] for each in mails(hub)] == ["autre@hub.example"]


def test_a_new_last_day_is_reminded_of_anew(hub, client, time, officer, due):  # noqa: ARG001
    at(time, due)
    jobs.remind_officers(hub)
    program = build.token(hub, "program", grants=(Grant(Role.OFFICER, OWN),))
    body = {
        "act": "extend", "happened_on": due.isoformat(), "after": 1, "ground": "many-items",
        "reasons": "Quarante registres.",
    }  # fmt: skip
    answer = client.post("/api/v1/desk/requests/AI-2026-000001/events", json=body, headers=program)
    assert answer.status_code == 201, answer.text
    later = date.fromisoformat(answer.json()["due_on"])
    assert later > due
    at(time, later)
    jobs.remind_officers(hub)
    assert len([each for each in mails(hub) if "rappel" in each["Subject"]]) == 2


def test_a_digest_comes_once_a_working_day_with_something_in_it(hub, time, officer, due):  # noqa: ARG001
    jobs.send_digests(hub)
    assert mails(hub) == []
    sunday = due - timedelta(days=(due.weekday() + 1))
    at(time, sunday)
    jobs.send_digests(hub)
    assert mails(hub) == []
    at(time, due)
    jobs.send_digests(hub)
    jobs.send_digests(hub)
    (digest,) = mails(hub)
    said = digest.get_body().get_content()
    assert "À répondre aujourd’hui (1)" in said
    assert f"AI-2026-000001  {due.isoformat()}" in said
    assert "/fr/desk" in said
    assert "Budget" not in said


def test_officers_of_another_body_get_neither(hub, time, due):
    build.person(hub, "ailleurs@hub.example", grants=(Grant(Role.OFFICER, "another-body"),))
    at(time, due)
    jobs.remind_officers(hub)
    jobs.send_digests(hub)
    assert mails(hub) == []


def build_line(**changes):
    line = Line(
        "AI-2026-000001", OWN, "", "Budget", "fr", is_urgent=False, is_open=True,
        state=State.RECEIVED, received_on=FILED, due_on=FILED, safe_on=FILED,
    )  # fmt: skip
    return replace(line, **changes)


def test_what_stands_still_is_in_no_digest_and_a_long_one_is_cut():
    standing = build_line(state=State.WAITING_FOR_FEE)
    assert not digest_of([standing], mails=0, today=FILED)
    many = digest_of([build_line()] * 60, mails=2, today=FILED)
    said = to_said(many)
    assert said["due-today-count"] == "60"
    assert len(said["due-today"].split(",")) == 40
    assert said["mails"] == "2"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_officer_reads_in_their_own_language(hub, time, due, language):
    person = build.person(hub, "agent@hub.example", grants=(Grant(Role.OFFICER, OWN),))
    with hub.writing() as session:
        accounts.describe(session, person, name="Agent Fictif", language=language)
    at(time, due)
    jobs.remind_officers(hub)
    jobs.send_digests(hub)
    for each in mails(hub):
        assert each["Content-Language"] == language
        assert "{" not in each.get_body().get_content() + each["Subject"]

"""The demo's requests: filed by nobody who exists, acted on as the law allows, on any day."""

from datetime import timedelta

import pytest

import build
from opendata_hub import clock
from opendata_hub.bootstrap import request_folders
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.desk import Nearness
from opendata_hub.flows.filing.sample_requests import COLUMNS, file_sample_requests
from opendata_hub.flows.requests.read_identity import read_identity
from opendata_hub.flows.verify import verify
from opendata_hub.packs.sheet import read_rows
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Queue


def declared(hub):
    return request_folders(hub.settings).file(f"{hub.frame.site.law}/demo.csv")


def file_demo_requests(hub):
    law, now = hub.laws[hub.frame.site.law], clock.now()
    with hub.writing() as session:
        return file_sample_requests(
            session, declared(hub),
            authority=hub.authority(), law=law, calendar=hub.calendar_of(law),
            today=now.date(), now=now,
        )  # fmt: skip


@pytest.mark.parametrize("days", [0, 1, 45, 120, 200, 300])
def test_they_are_filed_whatever_day_it_is_and_each_kind_is_there(hub, monkeypatch, days):
    now = build.NOW + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert file_demo_requests(hub) == 14
    with hub.reading() as session:
        lines = cases.queue(session, Queue(is_open=None), EVERYWHERE, most=100)
        assert verify(session).faults == ()
    near = {each.nearness(now.date()) for each in lines}
    assert {Nearness.LATE, Nearness.LATER, Nearness.DONE} <= near
    assert len({each.state for each in lines}) >= 5
    assert {each.language for each in lines} == {"fr", "ar"}


def test_they_are_filed_once_and_never_beside_real_ones(hub, client):
    assert client.post("/api/v1/requests", json=build.filing()).status_code == 201
    assert file_demo_requests(hub) == 0


def test_who_asks_is_nobody_who_exists_and_gets_no_mail(hub):
    file_demo_requests(hub)
    with hub.writing() as session:
        lines = cases.queue(session, Queue(is_open=None), EVERYWHERE, most=100)
        for each in lines:
            who = read_identity(session, each.reference, by=OPERATOR, now=build.NOW)
            assert ("Fictive" in who.name) or ("خيالي" in who.name)
            assert (who.email, who.phone) == ("", "")
    hub.send_letters(clock.now())
    assert not list(hub.mailer.folder.glob("*.eml"))


def test_every_act_of_the_demo_is_one_that_the_law_knows(hub):
    known = {each.value for each in hub.laws[hub.frame.site.law].acts}
    assert {row["act"] for _, row in read_rows(declared(hub), COLUMNS)} - {""} <= known

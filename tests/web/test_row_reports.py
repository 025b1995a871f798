"""A reader reports an error in a row; it reaches the stewards of the body, and names nobody."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

import build
from opendata_hub import clock, jobs
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.store.portal import row_reports
from opendata_hub.store.tables import RowReportRow

ROW = "/fr/datasets/demo-petitions/rows/2"
WORDS = "Le nombre de signatures est <b>faux</b>"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW)


def report(client, **typed):
    form = {**build.opened(client), "words": WORDS, "column": "nb_signatures", **typed}
    return client.post(f"{ROW}/reports", data=form)


def waiting(hub):
    with hub.reading() as session:
        return row_reports.waiting(session, EVERYWHERE, most=10)


def test_a_report_reaches_the_steward_who_settles_it(demo_client, demo_hub):
    led = report(demo_client)
    assert (led.status_code, led.headers["location"]) == (303, f"{ROW}?reported=yes")
    assert 'role="status"' in demo_client.get(led.headers["location"]).text
    steward = build.person(demo_hub, grants=(Grant(Role.STEWARD, "commune-exemple"),))
    browser = build.signed_in(demo_hub, steward)
    text = demo_client.get("/fr/row-reports", headers=browser).text
    assert f'href="{ROW}"' in text
    assert "&lt;b&gt;faux" in text
    token = re.search(r'name="form_token" value="([^"]+)"', text)
    number = re.search(r'action="/fr/row-reports/(\d+)"', text)[1]
    form = {"form_token": token[1]} if token else {}
    done = demo_client.post(f"/fr/row-reports/{number}", headers=browser, data=form)
    assert done.status_code == 303
    assert waiting(demo_hub) == []
    assert "Aucun signalement" in demo_client.get("/fr/row-reports", headers=browser).text


def test_another_bodys_steward_neither_sees_nor_settles_it(demo_client, demo_hub):
    report(demo_client)
    hub = build.with_authorities(demo_hub, build.authority("commune-nord"))
    other = build.person(hub, grants=(Grant(Role.STEWARD, "commune-nord"),))
    key = build.token(hub, grants=(Grant(Role.STEWARD, "commune-nord"),))
    browser = build.signed_in(hub, other)
    assert "/rows/2" not in demo_client.get("/fr/row-reports", headers=browser).text
    (kept,) = waiting(demo_hub)
    refused = demo_client.post(f"/fr/row-reports/{kept.id}", headers=key)
    assert (refused.status_code, "unknown-row-report" in refused.text) == (422, True)
    assert len(waiting(demo_hub)) == 1
    assert demo_client.get("/fr/row-reports").status_code in {303, 401, 403}


@pytest.mark.parametrize(
    "typed",
    [
        {"words": " "}, {"words": "x" * 1001}, {"words": "a\x00b"}, {"column": "none"},
        {"website": "http://spam.example"}, {"opened": ""},
        {"opened": "x"},
    ],
)  # fmt: skip
def test_a_fault_keeps_what_was_typed_and_stores_nothing(demo_client, demo_hub, typed):
    answer = report(demo_client, **typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if "words" not in typed:
        assert "&lt;b&gt;faux" in answer.text
    assert waiting(demo_hub) == []


@pytest.mark.parametrize("words", ["Appeler le 06 12 34 56 78", "M. Fictif, CIN AB123456"])
def test_words_that_tell_of_persons_come_back(demo_client, demo_hub, words):
    answer = report(demo_client, words=words)
    assert answer.status_code == 422
    assert words in answer.text
    assert "à retirer" in answer.text
    assert waiting(demo_hub) == []


def kept_words(hub):
    with hub.reading() as session:
        return list(session.exec(select(RowReportRow.words)))


def test_the_words_are_erased_when_it_is_settled(demo_client, demo_hub):
    report(demo_client)
    (kept,) = waiting(demo_hub)
    with demo_hub.writing() as session:
        row_reports.settle(session, kept.id, EVERYWHERE, by=None, now=build.NOW)
    assert kept_words(demo_hub) == [""]


def test_the_words_of_what_waits_are_erased_after_their_days(demo_client, demo_hub, monkeypatch):
    report(demo_client)
    monkeypatch.setattr(clock, "now", lambda: build.NOW + timedelta(days=89))
    assert jobs.forget_row_reports(demo_hub) == 0
    assert kept_words(demo_hub) == [WORDS]
    monkeypatch.setattr(clock, "now", lambda: build.NOW + timedelta(days=91))
    assert jobs.forget_row_reports(demo_hub) == 1
    assert kept_words(demo_hub) == [""]
    (left,) = waiting(demo_hub)
    assert left.row_number == 2


def test_the_same_report_waits_once(demo_client, demo_hub):
    for _ in range(2):
        assert report(demo_client).status_code == 303
    (kept,) = waiting(demo_hub)
    assert (kept.row_number, kept.column, kept.version) == (2, "nb_signatures", 1)


def test_a_row_that_is_not_there_takes_no_report(demo_client, demo_hub):
    form = {**build.opened(demo_client), "words": WORDS}
    answer = demo_client.post("/fr/datasets/demo-petitions/rows/999/reports", data=form)
    assert (answer.status_code, "unknown-row" in answer.text) == (422, True)
    assert waiting(demo_hub) == []

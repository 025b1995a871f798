"""An officer subscribes to their last days by an address that only they know."""

import re

import pytest

import build
from opendata_hub import clock
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.store.people import accounts

OWN = "commune-exemple"
OFFICER = Grant(Role.OFFICER, OWN)


@pytest.fixture(autouse=True)
def _a_day_with_known_holidays(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW.replace(day=2))


@pytest.fixture
def person(hub):
    return build.person(hub, "agent@hub.example", grants=(OFFICER,))


@pytest.fixture
def officer(hub, person):
    return build.signed_in(hub, person)


def post(client, officer, do, language="fr"):
    page = client.get(f"/{language}/desk-calendar", headers=officer).text
    token = re.search(r'name="([^"]+)" value="([^"]+)"', page)
    data = {"do": do, token[1]: token[2]}
    return client.post(f"/{language}/desk-calendar", data=data, headers=officer)


def address_in(page):
    return re.search(rf"{build.BASE_URL}(/desk-calendar/[^<]+\.ics)", page.text)[1]


def test_a_calendar_program_reads_the_last_days_and_nothing_else(client, officer):
    client.post("/api/v1/requests", json=build.filing())
    address = address_in(post(client, officer, "make"))
    feed = client.get(address)
    assert feed.headers["content-type"].startswith("text/calendar")
    assert feed.headers["cache-control"] == "no-store"
    assert "SUMMARY:AI-2026-000001" in feed.text
    assert "20261202" in feed.text
    assert "Budget" not in feed.text
    assert address not in client.get("/fr/desk-calendar", headers=officer).text


def test_another_address_or_none_ends_the_one_before(client, officer):
    first = address_in(post(client, officer, "make", "ar"))
    second = address_in(post(client, officer, "make", "en"))
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    post(client, officer, "stop")
    assert client.get(second).status_code == 404
    assert client.get("/desk-calendar/guess.ics").status_code == 404


def test_it_shows_what_the_roles_of_the_moment_let_see(hub, client, officer, person):
    client.post("/api/v1/requests", json=build.filing())
    address = address_in(post(client, officer, "make"))
    with hub.writing() as session:
        accounts.take(session, person, OFFICER)
    assert "AI-2026-000001" not in client.get(address).text
    with hub.writing() as session:
        accounts.disable(session, person, build.NOW)
    assert client.get(address).status_code == 404

"""Sources on pages: who answers for them sees how they are read, and steers it."""

import re
from datetime import timedelta

import pytest

import build
from loopback import serving
from opendata_hub.domain.harvest.run import Run, RunState
from opendata_hub.domain.harvest.source import SourceKind
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.store.harvest import quarantine, runs
from opendata_hub.store.harvest.quarantine import Apart
from sources import TURTLE, Here, catalogue, turtle

ADDRESS = "/fr/sources/ville"


@pytest.fixture
def head(hub):
    grants = (Grant(Role.HEAD, "commune-exemple"),)
    return build.signed_in(hub, build.person(hub, grants=grants))


@pytest.fixture
def source(hub):
    """A source whose one reading met a good record and a bad one."""
    bad = turtle("b").replace('dct:title "Jeu b" ;', "")
    with serving(lambda *_: (200, TURTLE, catalogue(turtle("a"), bad))) as server:
        here = Here(hub, server)
        here.declare(SourceKind.DCAT)
        here.run()
        yield here


pytestmark = pytest.mark.enable_socket


def steered(client, head, do):
    """Send the form of the page as a browser does."""
    shown = client.get(ADDRESS, headers=head).text
    token = re.search(r'name="form_token" value="([^"]+)"', shown)[1]
    return client.post(ADDRESS, data={"do": do, "form_token": token}, headers=head)


@pytest.mark.usefixtures("source")
def test_the_sources_and_what_could_not_be_taken_are_shown_in_each_language(client, head):
    listed = client.get("/fr/sources", headers=head)
    assert (listed.status_code, listed.headers["cache-control"]) == (200, "no-store")
    assert ADDRESS in listed.text
    assert "Lue jusqu’au bout" in listed.text
    for language, why in (
        ("fr", "Il manque une information obligatoire"),
        ("ar", "تنقصها معلومات إلزامية"),
        ("en", "Lacks what a record must say"),
    ):
        shown = client.get(f"/{language}/sources/ville", headers=head).text
        assert why in shown
        assert "http://ville.example/dataset/b" in shown
        assert "Tout sur b" in shown


@pytest.mark.usefixtures("source")
def test_whoever_may_not_harvest_sees_no_source(hub, client):
    assert client.get("/fr/sources").status_code == 401
    other = build.person(hub, "autre@hub.example", grants=(Grant(Role.HEAD, "commune-nord"),))
    steward = build.person(
        hub, "intendante@hub.example", grants=(Grant(Role.STEWARD, "commune-exemple"),)
    )
    assert client.get("/fr/sources", headers=build.signed_in(hub, steward)).status_code == 403
    elsewhere = build.signed_in(hub, other)
    assert ADDRESS not in client.get("/fr/sources", headers=elsewhere).text
    assert client.get(ADDRESS, headers=elsewhere).status_code == 404


def test_a_reading_shows_how_far_it_is_and_is_stopped_and_taken_up_again(hub, client, head, source):
    now = source.now
    with hub.writing() as session:
        run = Run(
            0, "ville", RunState.RUNNING, is_whole=True, since=None, started_at=now, seen_at=now,
            total=400, pages=3, counts={"created": 120},
        )  # fmt: skip
        runs.begin(session, run)
    shown = client.get(ADDRESS, headers=head).text
    assert re.search(r'<progress id="progress" max="400" value="120">', shown)
    assert "120 lues sur 400" in shown
    assert steered(client, head, "stop").status_code == 303
    assert source.runs()[0].state is RunState.STOPPING
    before = source.source().due_at
    steered(client, head, "rest")
    assert not source.source().is_active
    assert "En pause" in client.get(ADDRESS, headers=head).text
    steered(client, head, "read")
    assert source.source().is_active
    assert source.source().due_at != before
    assert steered(client, head, "dance").status_code == 422


def test_what_waits_says_what_to_do_and_many_refusals_come_in_pages(hub, client, head, source):
    now = source.now
    with hub.writing() as session:
        run = Run(
            0, "ville", RunState.WAITING, is_whole=True, since=None, started_at=now, seen_at=now,
            ended_at=now + timedelta(minutes=1), code="deletions-wait", problem="3 of 4 missing",
        )  # fmt: skip
        runs.begin(session, run)
        for number in range(30):
            quarantine.put(
                session,
                Apart(
                    "ville", f"urn:{number:02}&x", 1, "p", "<b>", "record-refused", "no title",
                    now, now, b"<script>",
                ),
            )  # fmt: skip
    shown = client.get(ADDRESS, headers=head).text
    assert "opendata-hub harvest run ville --yes" in shown
    assert "Trop de fiches ont disparu" in shown
    assert "<script>" not in shown
    following = re.search(r'rel="next" href="(\?after=[^"#]+)', shown)[1]
    second = client.get(f"{ADDRESS}{following}", headers=head).text
    assert "urn:29&amp;x" in second
    assert "urn:29&amp;x" not in shown
    assert 'rel="next"' not in second

"""A page is made once and given many times, and never after the catalogue has changed."""

import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.serving import serve
from opendata_hub.flows.catalog.serving.serve import State
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.store.engine import Watch
from opendata_hub.web.app import create_app
from opendata_hub.web.kept import Asked, Kept, KeptPages

FAMILIES = ("association-subsidies", "petitions")
SLUG = f"demo-{FAMILIES[0]}"
LATER = build.NOW + timedelta(hours=1)
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def two(hub):
    for family in FAMILIES:
        build.publish_sample(hub, family)
    return hub


@pytest.fixture
def made(monkeypatch):
    """The pages that are made while the test runs."""
    pages, make = [], serve.catalog_page

    def noted(*words, **named):
        pages.append(named["path"])
        return make(*words, **named)

    monkeypatch.setattr(serve, "catalog_page", noted)
    return pages


@pytest.mark.usefixtures("two")
def test_a_page_is_made_once_for_each_address_syntax_and_packing(client, made):
    asked = [
        ("/catalog.ttl", PLAIN), ("/catalog.ttl?limit=1", PLAIN), ("/catalog.rdf", PLAIN),
        ("/catalog.ttl", {"Accept-Encoding": "gzip"}),
        ("/catalog", {**PLAIN, "Accept": "text/turtle"}),
    ]  # fmt: skip
    first = [client.get(path, headers=headers) for path, headers in asked]
    again = [client.get(path, headers=headers) for path, headers in asked]
    assert len(made) == len(asked)
    for one, two in zip(first, again, strict=True):
        assert one.headers.pop("x-request-id") != two.headers.pop("x-request-id")
        assert (two.status_code, two.content, dict(two.headers)) == (200, one.content, one.headers)
    assert 'rel="next"' in again[1].headers["link"]
    assert again[3].headers["content-encoding"] == "gzip"
    assert len({answer.headers["etag"] for answer in first[:1] + first[2:4]}) == 3


@pytest.mark.usefixtures("two")
def test_who_has_a_kept_page_is_told_so_and_head_says_what_get_would(client, made):
    whole = client.get("/catalog.ttl", headers=PLAIN)
    same = client.get("/catalog.ttl", headers={**PLAIN, "If-None-Match": whole.headers["etag"]})
    head = client.head("/catalog.ttl", headers=PLAIN)
    assert (same.status_code, same.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert "content-length" not in head.headers
    assert head.headers["etag"] == same.headers["etag"] == whole.headers["etag"]
    assert len(made) == 1


def test_what_changes_is_seen_in_the_next_answer_whoever_changed_it(two, client, tmp_path):
    def by_this_process():
        build.publish_sample(two, FAMILIES[0], now=LATER, replaces=True)

    def by_a_connection_of_another():
        with sqlite3.connect(tmp_path / "var" / "hub.sqlite3") as other:
            other.execute(
                "INSERT INTO change (slug, kind, changed_at, base_url) "
                "SELECT slug, 'replaced', changed_at, base_url FROM change LIMIT 1"
            )
        other.close()

    def by_another_process():
        command = [sys.executable, "-m", "opendata_hub", "withdraw", SLUG, "--reason", "Erreur"]
        environment = {
            "PYTHONPATH": ":".join(path for path in sys.path if path),
            "OPENDATA_HUB_HOME": str(tmp_path / "var"),
            "OPENDATA_HUB_BASE_URL": build.BASE_URL,
        }
        subprocess.run(command, env=environment, check=True, capture_output=True)

    tags = [client.get("/catalog.ttl").headers["etag"]]
    assert SLUG in client.get("/catalog.ttl").text
    for change in (by_this_process, by_a_connection_of_another, by_another_process):
        change()
        tags.append(client.get("/catalog.ttl").headers["etag"])
        assert client.get("/catalog.ttl").headers["etag"] == tags[-1]
    assert len(set(tags)) == len(tags)
    assert SLUG not in client.get("/catalog.ttl").text


def test_what_does_not_touch_the_catalogue_keeps_the_pages(two, client, made):
    client.get("/catalog.ttl")
    build.token(two, "another key")
    client.get("/catalog.ttl")
    assert len(made) == 1


def test_where_the_database_can_not_tell_it_is_asked_each_time(two, made, monkeypatch):
    monkeypatch.setattr(Watch, "stamp", lambda _: None)
    client = TestClient(create_app(two), base_url=build.BASE_URL)
    first = client.get("/catalog.ttl").headers["etag"]
    assert client.get("/catalog.ttl").headers["etag"] == first
    assert len(made) == 1
    with two.writing() as session:
        withdraw(session, two.frame, SLUG, reason="Erreur", by=OPERATOR, now=LATER)
    assert client.get("/catalog.ttl").headers["etag"] != first


@pytest.mark.usefixtures("two")
def test_a_refusal_is_not_kept(client, made):
    for _ in range(2):
        assert client.get("/catalog.ttl?limit=none").status_code == 400
    assert made == []


def test_no_more_is_kept_than_was_allowed_and_the_oldest_goes_first(hub):
    pages, state = KeptPages(Watch(hub.engine), most_bytes=30), State("one", build.NOW)
    asked = [Asked("/catalog.ttl", f"limit={n}".encode(), "ttl", is_packed=False) for n in range(4)]
    for each in asked[:3]:
        pages.keep(state, each, Kept({}, b"0123456789"))
    assert pages.find(state, asked[0]) is not None
    pages.keep(state, asked[3], Kept({}, b"0123456789"))
    assert pages.size_bytes == 30
    assert [pages.find(state, each) is None for each in asked] == [False, True, False, False]
    pages.keep(state, asked[3], Kept({}, b"0" * 31))
    assert pages.size_bytes == 0
    assert pages.find(state, asked[3]) is None


def test_pages_of_an_older_state_make_room_for_the_new_one(hub):
    pages = KeptPages(Watch(hub.engine))
    asked = Asked("/catalog.ttl", b"", "ttl", is_packed=False)
    old, new = State("one", build.NOW), State("two", LATER)
    pages.keep(old, asked, Kept({}, b"old"))
    pages.keep(new, asked, Kept({}, b"newer"))
    assert pages.find(old, asked) is None
    assert pages.find(new, asked) == Kept({}, b"newer")
    assert pages.size_bytes == len(b"newer")

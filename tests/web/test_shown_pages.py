"""A page is made once for all strangers, and made anew as soon as anything has changed."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub import clock
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.store import datasets
from opendata_hub.web.app import create_app
from opendata_hub.web.doors import needs
from opendata_hub.web.passage.shown import ShownPages

FAMILY = "association-subsidies"
PAGE = f"/fr/datasets/demo-{FAMILY}"
PLAIN = {"Accept-Encoding": "identity"}
LATER = build.NOW + timedelta(hours=1)


@pytest.fixture
def published(hub):
    build.publish_sample(hub, FAMILY)
    return hub


@pytest.fixture
def made(monkeypatch):
    """The datasets whose page is made while the test runs."""
    slugs, find = [], datasets.find

    def noted(session, slug):
        slugs.append(slug)
        return find(session, slug)

    monkeypatch.setattr(datasets, "find", noted)
    return slugs


@pytest.mark.usefixtures("published")
def test_strangers_are_shown_the_same_page_whose_headers_are_whole(client, made):
    first, again = client.get(PAGE, headers=PLAIN), client.get(PAGE, headers=PLAIN)
    assert len(made) == 1
    assert first.headers.pop("x-request-id") != again.headers.pop("x-request-id")
    assert (again.status_code, again.content) == (200, first.content)
    assert dict(again.headers) == dict(first.headers)
    packed = client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == first.content
    assert client.get(f"{PAGE}?a=b").status_code == 200
    assert len(made) == 3


def test_whatever_is_committed_makes_it_anew(published, client, made):
    client.get(PAGE)
    build.token(published, "of no page")
    client.get(PAGE)
    assert len(made) == 2
    build.publish_sample(published, FAMILY, now=LATER, replaces=True)
    assert LATER.date().isoformat() in client.get(PAGE).text


@pytest.mark.usefixtures("published")
def test_it_is_made_anew_after_its_time(client, made, monkeypatch):
    began, later = clock.ticks(), [0.0]
    monkeypatch.setattr(clock, "ticks", lambda: began + later[0])
    for later[0] in (0.0, 59.0, 61.0):
        client.get(PAGE)
    assert len(made) == 2


@pytest.mark.parametrize("header", ["Cookie", "Authorization"])
@pytest.mark.usefixtures("published")
def test_who_shows_anything_is_never_shown_the_page_of_another(client, made, header):
    for _ in range(2):
        client.get(PAGE, headers={header: "a=b"})
        client.get(PAGE)
    assert len(made) == 3


@pytest.mark.usefixtures("published")
def test_what_was_not_found_is_not_kept(client):
    assert client.get("/fr/datasets/none").status_code == 404
    assert client.app.state.shown_pages.size_bytes == 0


def test_no_more_is_kept_than_was_allowed_and_the_oldest_goes_first(published, made):
    app = create_app(published)
    client = TestClient(app, base_url=build.BASE_URL)
    size = len(client.get(PAGE, headers=PLAIN).content)
    app.state.shown_pages = ShownPages(app.state.watch, most_bytes=2 * size + size // 2)
    for path in (PAGE, f"{PAGE}?a", f"{PAGE}?b", f"{PAGE}?b", PAGE):
        client.get(path, headers=PLAIN)
    assert len(made) == 1 + 4
    assert app.state.shown_pages.size_bytes <= 2 * size + size // 2


def answered(app, path, query):
    """What a program is answered that sends these very bytes: a browser would cut them."""
    said = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        said.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query,
        "root_path": "", "headers": [(b"host", urlsplit(build.BASE_URL).netloc.encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return said[0]["status"], b"".join(each.get("body", b"") for each in said)


@pytest.mark.usefixtures("published")
def test_nobody_chooses_what_the_next_reader_is_told(client):
    """An address may hold a ``#``, behind which Starlette's own address ends."""
    rows = f"{PAGE}/rows"
    status, other = answered(client.app, rows, b"q=#Falsehood")
    assert (status, b"Falsehood" in other) == (200, True)
    status, own = answered(client.app, rows, b"q=")
    assert (status, b"Falsehood" in own) == (200, False)
    assert answered(client.app, PAGE, b"")[0] == 200
    assert answered(client.app, f"{PAGE}\t", b"")[0] == 404


@pytest.mark.usefixtures("published")
def test_long_addresses_count_as_well(client):
    client.get(PAGE, headers=PLAIN, params={"a": "b" * 5_000})
    kept = client.app.state.shown_pages.size_bytes
    assert kept > 5_000 + len(client.get(PAGE, headers=PLAIN).content)


def test_only_what_everybody_may_read_is_shown_again():
    with pytest.raises(ValueError, match="not for everybody"):
        needs(Deed.READ_REQUEST, shown_for=60)

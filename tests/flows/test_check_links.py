"""Addresses in records are looked at: our own without a call, the others politely."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

import build
from loopback import serving
from opendata_hub import bootstrap, clock, jobs
from opendata_hub.adapters.fetch import Fetcher, Limits
from opendata_hub.cli import app
from opendata_hub.flows.catalog import check_links
from opendata_hub.store import datasets, links

FAMILY = "association-subsidies"
SLUG = f"demo-{FAMILY}"


@pytest.fixture
def site():
    """A server elsewhere: what each path answers, and to HEAD something else."""
    pages = {"/": 200, "/gone": 404, "/busy": 503, "/shy": 405}

    def answer(method, path):
        if path == "/led":
            return 302, {"Location": "/"}, b""
        if path == "/shy" and method == "GET":
            return 206, {}, b"x"
        return pages.get(path, 200), {}, b"x"

    with serving(answer) as server:
        yield server


def fetcher(*servers):
    return Fetcher(Limits(seconds=5), frozenset(each.port for each in servers))


def looked(server, *paths, pauses=None):
    urls = [server.url(path) for path in paths]
    pause = (pauses if pauses is not None else []).append
    return list(check_links.look(fetcher(server), urls, now=build.NOW, pause=pause))


@pytest.mark.enable_socket
def test_a_look_is_a_head_and_no_more(site):
    (check,) = looked(site, "/")
    assert (check.status, check.problem, check.led_to) == (200, "", "")
    assert check.is_reachable
    assert site.lines == ["HEAD /"]


@pytest.mark.enable_socket
def test_who_does_not_understand_head_is_asked_for_one_byte(site):
    (check,) = looked(site, "/shy")
    assert check.status == 206
    assert site.lines == ["HEAD /shy", "GET /shy"]


@pytest.mark.enable_socket
def test_where_a_redirect_leads_is_noted(site):
    (check,) = looked(site, "/led")
    assert (check.status, check.led_to) == (200, site.url("/"))


@pytest.mark.enable_socket
def test_a_private_address_is_a_finding_and_not_a_call():
    (check,) = check_links.look(
        Fetcher(), ["http://10.0.0.1/"], now=build.NOW, pause=lambda _: None
    )
    assert (check.status, check.problem) == (0, "address-refused")


@pytest.mark.enable_socket
def test_a_host_is_never_asked_twice_without_a_pause(site):
    pauses = []
    looked(site, "/", "/a", "/b", pauses=pauses)
    assert pauses[0] == 0
    assert all(0.5 < pause <= check_links.SECONDS_BETWEEN for pause in pauses[1:])


@pytest.mark.enable_socket
def test_who_is_busy_is_left_alone(site):
    checks = looked(site, "/busy", "/a", "/b")
    assert [check.status for check in checks] == [503]


@pytest.mark.enable_socket
def test_who_is_silent_is_left_alone_after_a_while(site):
    urls = [f"http://127.0.0.1:{site.port + 1}/{number}" for number in range(9)]
    # The port is not one that this fetcher may call: no answer at all.
    checks = list(check_links.look(fetcher(site), urls, now=build.NOW, pause=lambda _: None))
    assert len(checks) == check_links.PATIENCE


@pytest.mark.enable_socket
def test_hosts_take_turns(site):
    with serving(lambda *_: (200, {}, b"")) as other:
        urls = [site.url("/1"), site.url("/2"), other.url("/1"), other.url("/2")]
        checks = check_links.look(
            fetcher(site, other), urls, now=build.NOW, pause=lambda _: None
        )  # fmt: skip
        assert [check.url for check in checks] == [urls[0], urls[2], urls[1], urls[3]]


@pytest.fixture
def linked_hub(hub, site):
    """A hub with one dataset, whose publisher has a homepage on the server elsewhere."""
    publisher = hub.frame.site.publishers[hub.frame.site.publisher]
    moved = replace(publisher, homepage=site.url("/gone"))
    frame = replace(hub.frame, site=replace(hub.frame.site, publishers={publisher.id: moved}))
    hub = replace(hub, frame=frame, fetcher=fetcher(site))
    build.publish_sample(hub, FAMILY)
    return hub


def answers(hub, url):
    with hub.reading() as session:
        return check_links.reachable(session, hub.frame)(url)


OWN = {
    "": True, "/": True, "/catalog": True, "/fr": True,
    f"/datasets/{SLUG}": True, f"/ar/datasets/{SLUG}": True,
    f"/datasets/{SLUG}.ttl": True, f"/datasets/{SLUG}.exe": False,
    f"/datasets/{SLUG}/files/{SLUG}.csv": True,
    f"/datasets/{SLUG}/files/other.csv": False, "/datasets/none": False,
    "/publishers/commune-exemple": True, "/publishers/none": False,
    f"/families/{FAMILY}/schema.json": True, "/families/none/schema.json": False,
    "/api/v9/anything": None,
}  # fmt: skip


def test_own_addresses_are_known_without_a_call(hub):
    """Sockets are shut in this test."""
    build.publish_sample(hub, FAMILY)
    assert {path: answers(hub, f"{build.BASE_URL}{path}") for path in OWN} == OWN


def test_an_address_that_only_begins_like_ours_is_somebody_else_s(hub):
    assert answers(hub, f"{build.BASE_URL}.attacker.example/") is None


@pytest.mark.enable_socket
def test_the_job_looks_at_what_is_due_and_keeps_it(linked_hub, site, monkeypatch):
    gone = site.url("/gone")
    assert answers(linked_hub, gone) is None
    (state,) = jobs.check_links(linked_hub)
    assert (state.last.url, state.is_reachable) == (gone, False)
    assert answers(linked_hub, gone) is False
    assert jobs.check_links(linked_hub) == []
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    (state,) = jobs.check_links(linked_hub)
    assert (state.failures, state.last.checked_at) == (2, tomorrow)


@pytest.mark.enable_socket
def test_the_job_forgets_what_stands_in_no_record(linked_hub, site):
    with linked_hub.writing() as session:
        links.remember(session, check_links.LinkCheck(site.url("/old"), build.NOW, 200))
    jobs.check_links(linked_hub)
    with linked_hub.reading() as session:
        assert links.find(session, site.url("/old")) is None


@pytest.mark.enable_socket
def test_never_looked_at_comes_first_and_most_is_a_limit(linked_hub, site):
    jobs.check_links(linked_hub)
    gone, new = site.url("/gone"), site.url("/new")
    later = clock.now() + timedelta(days=9)
    with linked_hub.reading() as session:
        assert check_links.due(session, [gone, new], now=later, most=9) == [new, gone]
        assert check_links.due(session, [gone, new], now=later, most=1) == [new]


@pytest.mark.enable_socket
def test_the_command_says_what_does_not_answer(linked_hub, site, monkeypatch):
    monkeypatch.setattr(bootstrap, "open_hub", lambda _: linked_hub)
    shown = CliRunner().invoke(app, ["links", "check", "--slug", SLUG])
    assert f"404\t{site.url('/gone')}\tsince" in shown.output
    again = CliRunner().invoke(app, ["links", "check", "--slug", SLUG, "--json"])
    assert json.loads(again.output)[0]["status"] == 404


def test_all_addresses_of_a_dataset_are_told(hub):
    build.publish_sample(hub, FAMILY)
    with hub.reading() as session:
        found = check_links.of_dataset(session, hub.frame, datasets.get(session, SLUG))
    told = {link.url: (link.is_own, link.is_reachable) for link in found}
    assert told[f"{build.BASE_URL}/datasets/{SLUG}/files/{SLUG}.csv"] == (True, True)
    assert told["https://commune.example/"] == (False, None)
    assert all(reachable for own, reachable in told.values() if own)


@pytest.mark.enable_socket
def test_of_the_addresses_elsewhere_only_what_was_looked_at_is_told(linked_hub, site):
    with linked_hub.reading() as session:
        dataset = datasets.get(session, SLUG)
        assert check_links.looked_at(session, linked_hub.frame, dataset) == []
    jobs.check_links(linked_hub, slug=SLUG)
    with linked_hub.reading() as session:
        told = check_links.looked_at(session, linked_hub.frame, dataset)
    assert [state.last.url for state in told] == [site.url("/gone")]

"""A real CKAN beside us: what is pushed there, read back, harvested there and harvested here.

Needs the peer that ``shared/peers/ckan/up dcat`` starts, and ``REAL_CKAN=1`` (``make slow``):
it fills that CKAN and empties it again, in two minutes. Skipped with a reason elsewhere.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

import build
from ckan_cli import Site
from opendata_hub import clock
from opendata_hub.adapters.fetch import Fetcher
from opendata_hub.adapters.remote_ckan.remote import Remote
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.harvest.run import RunState
from opendata_hub.domain.harvest.source import SourceKind
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.remote_ckan.plan import Step
from opendata_hub.domain.remote_ckan.target import Target
from opendata_hub.flows.remote_ckan import declare
from opendata_hub.flows.remote_ckan.push import Way, plan, pull, push
from opendata_hub.settings import Settings
from opendata_hub.store import datasets
from served import serving_demo
from sources import Here

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("REAL_CKAN"), reason="asked for by REAL_CKAN=1 only"),
]
PORT = 55_000
HOME = Path(os.environ.get("CKAN_PEER_HOME", Path.home() / ".cache/ckan-peer"))
KINDS = {"ttl": "dcat_rdf", "rdf": "dcat_rdf", "jsonld": "dcat_rdf", "ckan": "ckan"}
"""Ways to harvest us: an ending of ``/catalog`` and the harvester of the CKAN that takes it."""


class Peer:
    """Where the real CKAN listens, as a source of tests is."""

    port = PORT

    def url(self, path=""):
        return f"http://127.0.0.1:{PORT}{path}"


@pytest.fixture(scope="module")
def key():
    try:
        socket.create_connection(("127.0.0.1", PORT), timeout=2).close()
    except OSError:
        pytest.skip("no real CKAN runs here (shared/peers/ckan/up)")
    if not (HOME / "token").is_file():
        pytest.skip("the key of the real CKAN is not here")
    return (HOME / "token").read_text(encoding="utf-8").strip()


@pytest.fixture
def way(demo_hub, key):
    """The way from a hub to the CKAN; what was brought there is taken away again."""
    target = Target(
        "peer", Peer().url(), demo_hub.frame.site.publisher, "city", build.NOW, per_minute=6_000
    )
    with demo_hub.writing() as session:
        declare.add(session, demo_hub.frame, target, key, by=OPERATOR, now=build.NOW)
    remote = Remote(target, key, Fetcher(loopback_ports=frozenset({PORT})))
    way = Way(demo_hub.frame, demo_hub.reading, demo_hub.writing, target, remote, clock.now)
    yield way
    with demo_hub.reading() as session:
        for dataset in datasets.latest(session):
            if found := remote.show(dataset.slug):
                remote.delete(str(found["id"]))


def test_a_real_ckan_is_filled_and_a_second_push_changes_nothing(way):
    first = list(push(way))
    assert [each for each in first if each.problem] == []
    assert {each.planned.step for each in first} == {Step.CREATE}
    assert {each.step for each in plan(way)} == {Step.SAME}
    assert {each.planned.step for each in push(way)} == {Step.SAME}
    pulled = list(pull(way))
    assert len(pulled) == len(first)
    assert {
        (e.slug, e.differences, e.problem) for e in pulled if e.differences or e.problem
    } == set()
    slug = first[0].planned.slug
    with way.writing() as session:
        dataset = datasets.get(session, slug)
        datasets.save(session, replace(dataset, title={"fr": "Un autre titre"}))
    changed = {each.planned.slug: each.planned.step for each in push(way)}
    assert changed.pop(slug) is Step.CHANGE
    assert set(changed.values()) == {Step.SAME}
    assert {each.planned.step for each in push(way)} == {Step.SAME}


def test_a_real_ckan_is_harvested_and_a_second_reading_changes_nothing(way, tmp_path):
    count = len(list(push(way)))
    other = open_hub(Settings(home=tmp_path / "other", base_url="http://other.example"))
    here = Here(other, Peer(), now=clock.now())
    here.declare(SourceKind.CKAN, "", filter="organization:city", page_size=5)
    run = here.run()
    assert run.state is RunState.DONE
    assert run.counts["created"] >= count
    kept = {each.iri for each in here.kept().values()}
    with way.reading() as session:
        own = {str(way.frame.iri(f"datasets/{each.slug}")) for each in datasets.latest(session)}
    assert own <= kept
    assert here.apart() == {}
    again = here.run()
    assert set(again.counts) <= {"unchanged"}
    other.engine.dispose()


def test_its_dcat_is_harvested_as_well_where_it_has_any(way, tmp_path):
    """By ckanext-dcat: pages whose next is a text, formats that are words, nodes without names."""
    slug = min(each.planned.slug for each in push(way))
    other = open_hub(Settings(home=tmp_path / "other", base_url="http://other.example"))
    here = Here(other, Peer(), now=clock.now())
    here.declare(SourceKind.DCAT, "/catalog.ttl")
    run = here.run()
    if run.code == "source-unreadable" and "404" in run.problem:
        pytest.skip("the real CKAN runs without ckanext-dcat (shared/peers/ckan/up dcat)")
    assert run.state is RunState.DONE
    assert str(way.frame.iri(f"datasets/{slug}")) in {each.iri for each in here.kept().values()}
    assert set(here.run().counts) <= {"unchanged", "refused"}
    other.engine.dispose()


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """A demo hub in a process of its own, where the real CKAN can reach it."""
    with serving_demo(tmp_path_factory.mktemp("beside") / "hub") as (address, its_key):
        yield Site(address, its_key)


def test_ckanapis_commands_do_here_what_they_do_there(beside, way, key):
    """The same datasets stand in both: each command ends alike and tells of the same ones."""
    list(push(way))
    there, name = Site(Peer().url(), key), "demo-petitions"
    dumped = {site: site("dump", "datasets", "--all", key=False) for site in (beside, there)}
    names = {site: {each["name"] for each in told.lines} for site, told in dumped.items()}
    # A document has no place among the samples that were pushed.
    assert names[there] & names[beside] == names[beside] - {"demo-deliberations"}
    for words in (
        ("action", "package_show", f"id={name}"),
        ("action", "package_show", "id=none"),
        ("action", "package_search", "fq=name:demo-*", "rows:3"),
        ("action", "none"),
        ("search", "datasets", "q=name:demo-petitions"),
        ("dump", "organizations", "--all"),
        ("dump", "datasets", name, "none"),
        ("load", "datasets", "-n"),
        ("load", "datasets"),
        ("delete", "datasets", name),
        ("action", "package_show", f"id={name}"),
    ):
        given = {site: _line(dumped[site].out, name) for site in (beside, there)}
        is_shown = words[0] in {"load", "delete"}
        ours, theirs = (
            site(*words, given=given[site] if words[0] == "load" else "", key=is_shown)
            for site in (beside, there)
        )
        assert ours.code == theirs.code, words
        assert ours.replies(words[0]) == theirs.replies(words[0]), words
        assert bool(ours.out) == bool(theirs.out), words
        if words[0] == "search":
            assert [e["name"] for e in ours.lines] == [e["name"] for e in theirs.lines]


def _line(dumped: str, name: str) -> str:
    return next(line for line in dumped.splitlines() if f'"name":"{name}"' in line)


def differing(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The keys of packages that say something else, by name of the package."""
    assert set(before) == set(now)
    return {
        old["name"]: keys
        for number, old in before.items()
        if (keys := {k: (old.get(k), v) for k, v in now[number].items() if old.get(k) != v})
    }


def _said(package: dict[str, Any]) -> dict[str, Any]:
    """What a package says; not when CKAN last wrote it, nor in which reading."""
    extras = {each["key"]: each["value"] for each in package["extras"]}
    told = {key: each for key, each in extras.items() if not key.startswith("harvest_")}
    return {**package, "extras": told, "metadata_modified": ""}


@dataclass(frozen=True)
class Harvester:
    """A source of ours in the real CKAN, and its ckanext-harvest."""

    key: str
    source: str
    name: str

    def act(self, action: str, **said: Any) -> Any:
        """Ask the real CKAN for an action."""
        url = Peer().url(f"/api/3/action/{action}")
        headers = {"Authorization": self.key}
        return httpx2.post(url, json=said, headers=headers, timeout=120).json()["result"]

    def run(self) -> dict[str, int]:
        """Read the source to its end; gives how many were added, updated, deleted, refused …"""
        ckan = (HOME / "venv/bin/ckan", "-c", HOME / "ckan_dcat.ini")
        command = (*ckan, "harvester", "run-test", self.name)
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        last = self.act("harvest_source_show_status", id=self.source)["last_job"]
        assert last["gather_error_summary"] == []
        assert last["object_error_summary"] == []
        found: dict[str, int] = last["stats"]
        return found

    def packages(self) -> dict[str, Any]:
        """What stands there of the source, by id."""
        asked = f'harvest_source_id:"{self.source}"'
        found = self.act("package_search", fq=asked, rows=1000)["results"]
        shown = (self.act("package_show", id=each["id"]) for each in found)
        return {each["id"]: _said(each) for each in shown}


@pytest.fixture
def harvester(request, beside, key) -> Iterator[Harvester]:
    """One that reads the hub in the way that is asked for; all it took is taken away again."""
    if not httpx2.get(Peer().url("/api/3/action/help_show?name=harvest_source_list")).is_success:
        pytest.skip("the real CKAN runs without ckanext-harvest (shared/peers/ckan/up dcat)")
    kind = KINDS[request.param]
    url = beside.url if kind == "ckan" else f"{beside.url}/catalog.{request.param}?limit=5"
    name = f"beside-{request.param}"
    made = Harvester(key, "", name).act(
        "harvest_source_create",
        name=name, title=name, url=url, source_type=kind, owner_org="city", frequency="MANUAL",
    )  # fmt: skip
    yield Harvester(key, made["id"], name)
    Harvester(key, "", name).act("harvest_source_clear", id=made["id"])
    Harvester(key, "", name).act("dataset_purge", id=made["id"])


@pytest.mark.parametrize("harvester", KINDS, indirect=True)
def test_a_real_ckan_harvests_us_whole_and_changes_nothing_the_second_time(beside, harvester):
    """What stands there says the same, though ckanext-dcat calls all it has read "updated"."""
    ours = {each["name"] for each in beside("dump", "datasets", "--all", key=False).lines}
    first = harvester.run()
    assert (first["added"], first["errored"]) == (len(ours), 0)
    before = harvester.packages()
    second = harvester.run()
    assert (second["added"], second["deleted"], second["errored"]) == (0, 0, 0)
    assert second["not modified"] == (len(ours) if KINDS[harvester.name[7:]] == "ckan" else 0)
    assert len(before) == len(ours)
    assert differing(before, harvester.packages()) == {}

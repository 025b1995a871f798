"""A real CKAN beside us: what is pushed there, read back, and harvested again.

Needs the peer that ``shared/peers/ckan/up`` starts; skipped with a reason where it does not run.
"""

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

import build
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
from sources import Here

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]
PORT = 55_000


class Peer:
    """Where the real CKAN listens, as a source of tests is."""

    port = PORT

    def url(self, path=""):
        return f"http://127.0.0.1:{PORT}{path}"


@pytest.fixture
def key():
    home = Path(os.environ.get("CKAN_PEER_HOME", Path.home() / ".cache/ckan-peer"))
    try:
        socket.create_connection(("127.0.0.1", PORT), timeout=2).close()
    except OSError:
        pytest.skip("no real CKAN runs here (shared/peers/ckan/up)")
    if not (home / "token").is_file():
        pytest.skip("the key of the real CKAN is not here")
    return (home / "token").read_text(encoding="utf-8").strip()


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

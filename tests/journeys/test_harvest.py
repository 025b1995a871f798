"""An aggregator harvests while others publish, and comes back for the rest."""

import re
import threading
from datetime import timedelta

import pytest
from rdflib import DCAT, RDF, Graph, Namespace

import build
from opendata_hub.domain.catalog.harvest import feed
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.publish import assess, save_all
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.store import changes, datasets

ADMS = Namespace("http://www.w3.org/ns/adms#")
COUNT, CHANGED = 60, 40
LATER = build.NOW + timedelta(hours=1)


def put(hub, session, slug, number, *, version=1, now=build.NOW):
    dataset = build.dataset(number, slug, version=version, modified_at=now)
    checked = assess(hub.frame, dataset, answers=lambda _: True)
    datasets.lock(session)
    kind = ChangeKind.CREATED if version == 1 else ChangeKind.REPLACED
    save_all(session, hub.frame, [(checked, kind)], now=now)


@pytest.fixture
def full(hub):
    """A hub of sixty datasets."""
    with hub.writing() as session:
        number = build.kept_submission(session).id
        for n in range(COUNT):
            put(hub, session, f"d-{n}", number)
    return hub


def harvested(client, address):
    """What every page from an address on holds: slugs as often as met, and what was withdrawn."""
    met, gone = [], []
    while address:
        answer = client.get(address)
        page = Graph().parse(data=answer.text, format="turtle")
        met += [str(s).rpartition("/")[2] for s in page.subjects(RDF.type, DCAT.Dataset)]
        gone += [
            str(s).rpartition("/")[2].removesuffix("#record")
            for s in page.subjects(ADMS.status)
            if (s, RDF.type, DCAT.CatalogRecord) in page
        ]
        address = answer.links["next"]["url"] if "next" in answer.links else None
    return met, gone


def test_a_harvest_beside_a_writer_misses_and_doubles_nothing(full, client):
    def write():
        for n in range(CHANGED):
            with full.writing() as session:
                known = datasets.get(session, f"d-{n * 7 % COUNT}")
                put(full, session, known.slug, known.submission_id, version=2, now=LATER)

    writer = threading.Thread(target=write)
    writer.start()
    met, gone = harvested(client, "/catalog.ttl?limit=5")
    writer.join()
    assert sorted(met) == sorted(f"d-{n}" for n in range(COUNT))
    assert gone == []


def test_who_comes_back_gets_the_changes_and_deletions_only(full, client):
    with full.reading() as session:
        before = changes.last_number(session)
        number = datasets.get(session, "d-0").submission_id
    with full.writing() as session:
        put(full, session, "d-3", number, version=2, now=LATER)
        put(full, session, "d-new", number, now=LATER)
        withdraw(session, full.frame, "d-5", reason="Erreur", by=OPERATOR, now=LATER)
    since = LATER.strftime("%Y-%m-%dT%H:%M:%SZ")
    met, gone = harvested(client, f"/catalog.ttl?modified_since={since}&limit=1")
    assert (sorted(met), gone) == (["d-3", "d-new"], ["d-5"])
    text = client.get(f"/catalog/feed/pages/{feed.page_of(before + 1)}").text
    told = {int(n) for n in re.findall(r'"@id": "[^"]*#change-(\d+)", "@type"', text)}
    assert {n for n in told if n > before} == {before + 1, before + 2, before + 3}


def test_the_examples_for_aggregators_work(full, client, pytestconfig):
    with full.writing() as session:
        put(full, session, "demo-petitions", datasets.get(session, "d-0").submission_id)
    document = (pytestconfig.rootpath / "docs/harvesting.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ curl (.+)$", document, flags=re.MULTILINE)
    assert len(commands) == 11
    for command in commands:
        path = re.search(r'"\$HUB([^"]*)"', command)[1]
        headers = dict(re.findall(r'-H "([^:"]+): ([^"]+)"', command))
        answer = client.request("HEAD" if " -I " in command else "GET", path, headers=headers)
        assert answer.status_code == 200, command

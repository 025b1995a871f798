"""Search follows what is published, whatever happens on the way."""

import logging
from dataclasses import replace

import pytest
from sqlmodel import col, delete, select

import build
from opendata_hub import jobs
from opendata_hub.adapters.search import SearchIndex
from opendata_hub.domain.catalog.search.query import Facet, Query
from opendata_hub.domain.errors import SearchUnavailable
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.serving import index as index_flow
from opendata_hub.flows.catalog.serving.find import find
from opendata_hub.flows.catalog.serving.index import bring_up_to_date, rebuild
from opendata_hub.flows.catalog.withdraw import withdraw as withdraw_dataset
from opendata_hub.store.tables import (
    ChangeRecordRow,
    ChangeRow,
    DatasetRow,
    EntryRow,
    FragmentRow,
)

FAMILY = "asset-declarations"


def publish(hub, slug="declarations", **words):
    return build.publish_sample(hub, FAMILY, slug=slug, **words)


def found(hub, text="", **more):
    with hub.reading() as session:
        return find(session, hub.frame, hub.search, Query(text, **more))


def slugs(hub, text="", **more):
    return {hit.shown.slug for hit in found(hub, text, **more).hits}


def shown(answer):
    return sorted((hit.shown for hit in answer.hits), key=lambda each: each.slug)


def withdraw(hub, slug):
    with hub.writing() as session:
        withdraw_dataset(session, hub.frame, slug, reason="a test", by=OPERATOR, now=build.NOW)


def test_what_is_published_is_found_by_its_family_publisher_and_columns(hub):
    publish(hub, title={"fr": "Tableau annuel"})
    hub.index_changes()
    for text in ("patrimoine", "التصريح بالممتلكات", "commune d'exemple", "tableau"):
        assert slugs(hub, text) == {"declarations"}, text
    facets = found(hub, facets=tuple(Facet)).facets
    assert {facet: [each.code for each in counts] for facet, counts in facets.items()} == {
        Facet.FAMILY: [FAMILY],
        Facet.PUBLISHER: ["commune-exemple"],
        Facet.THEME: sorted(hub.frame.families[FAMILY].themes),
        Facet.FORMAT: ["CSV"],
        Facet.LICENCE: ["CC_BY_4_0"],
        Facet.TERRITORY: ["MAR"],
        Facet.YEAR: ["2026"],
    }
    assert all(each.label["ar"] for facet in list(Facet)[:-1] for each in facets[facet])


def test_a_replaced_dataset_is_found_by_its_new_words_only(hub):
    publish(hub, title={"fr": "Ancien titre"})
    hub.index_changes()
    publish(hub, title={"fr": "Nouveau titre"}, replaces=True)
    hub.index_changes()
    assert slugs(hub, "ancien") == set()
    assert found(hub, "nouveau").hits[0].shown.version == 2


def test_a_withdrawn_dataset_is_found_no_more(hub):
    publish(hub)
    publish(hub, "other")
    hub.index_changes()
    withdraw(hub, "declarations")
    hub.index_changes()
    assert slugs(hub) == {"other"}


def test_an_index_that_was_never_made_is_made_when_somebody_asks(hub):
    publish(hub)
    assert slugs(hub, "patrimoine") == {"declarations"}


def test_an_empty_catalogue_can_be_searched(hub):
    assert found(hub, "budget", facets=tuple(Facet)).total == 0


def test_a_large_index_is_not_made_while_a_reader_waits(hub, monkeypatch):
    monkeypatch.setattr(index_flow, "SOON_MADE", 0)
    publish(hub)
    with pytest.raises(SearchUnavailable, match="rebuild"):
        found(hub)
    hub.index_changes()
    assert slugs(hub) == {"declarations"}


def test_a_broken_index_is_made_anew_by_the_daily_job(hub, monkeypatch):
    publish(hub)
    hub.index_changes()
    for file in hub.search.home.glob("index-*/*"):
        file.unlink()
    monkeypatch.setattr(index_flow, "SOON_MADE", 0)
    jobs.check_search(hub)
    assert slugs(hub) == {"declarations"}


def test_an_index_that_can_not_be_opened_is_made_anew_within_a_minute(hub, monkeypatch):
    publish(hub)
    hub.index_changes()
    for file in hub.search.home.glob("index-*/*"):
        file.write_bytes(b"")
    monkeypatch.setattr(index_flow, "SOON_MADE", 0)
    again = replace(hub, search=SearchIndex(hub.search.home))
    jobs.follow_changes(again)
    assert slugs(again) == {"declarations"}


def test_a_publication_after_which_the_process_died_is_indexed_within_a_minute(hub):
    hub.index_changes()
    publish(hub)
    jobs.follow_changes(hub)
    assert slugs(hub) == {"declarations"}


def test_an_index_that_does_not_add_up_is_made_anew(hub):
    publish(hub)
    hub.index_changes()
    with hub.search.writing():
        position = hub.search.state(hub.frame.digest)
        hub.search.update(hub.frame.digest, position=position, changes=[("declarations", None)])
    assert slugs(hub) == set()
    jobs.check_search(hub)
    assert slugs(hub) == {"declarations"}


def test_a_database_that_was_put_back_takes_the_index_with_it(hub):
    publish(hub)
    publish(hub, "later")
    hub.index_changes()
    with hub.writing() as session:
        later = select(ChangeRow.id).where(ChangeRow.slug == "later")
        session.exec(delete(EntryRow).where(col(EntryRow.slug) == "later"))
        session.exec(delete(ChangeRecordRow).where(col(ChangeRecordRow.change_id).in_(later)))
        session.exec(delete(ChangeRow).where(col(ChangeRow.slug) == "later"))
        session.exec(delete(FragmentRow).where(col(FragmentRow.dataset_id) == 2))
        session.exec(delete(DatasetRow).where(col(DatasetRow.slug) == "later"))
    hub.index_changes()
    assert slugs(hub) == {"declarations"}


def test_brought_up_to_date_or_made_anew_is_the_same(hub):
    for number in range(4):
        publish(hub, f"d{number}", title={"fr": f"Tableau {2020 + number}"})
        hub.index_changes()
    withdraw(hub, "d1")
    hub.index_changes()
    stepwise = found(hub, "tableau", facets=tuple(Facet))
    with hub.reading() as session:
        assert rebuild(session, hub.frame, hub.search) == 3
    anew = found(hub, "tableau", facets=tuple(Facet))
    assert (stepwise.total, stepwise.facets) == (anew.total, anew.facets)
    assert shown(stepwise) == shown(anew)


def test_a_publication_stands_though_the_index_can_not_be_written(hub, monkeypatch, caplog):
    publish(hub)
    monkeypatch.setattr(hub.search, "home", hub.settings.home / "hub.sqlite3" / "no-folder")
    with caplog.at_level(logging.WARNING):
        hub.index_changes()
    assert "search is not up to date" in caplog.text


def test_nothing_is_written_when_nothing_has_changed(hub):
    publish(hub)
    hub.index_changes()
    before = (hub.search.home / "current.json").stat().st_mtime_ns
    hub.index_changes()
    with hub.reading() as session:
        bring_up_to_date(session, hub.frame, hub.search)
    assert (hub.search.home / "current.json").stat().st_mtime_ns == before

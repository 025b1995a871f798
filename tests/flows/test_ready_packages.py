"""What clients of CKAN ask for is kept ready, and says what would be made of the records now."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

import build
from loopback import serving
from opendata_hub import jobs
from opendata_hub.domain.catalog.record.classes import Dataset
from opendata_hub.domain.ckan.mapping import Facts, package_of
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.flows.ckan import show
from opendata_hub.flows.ckan.show import bodies_at, packages_at, shown_in
from opendata_hub.store import changes
from opendata_hub.store.ckan import packages
from records import example
from sources import TURTLE, Here, catalogue, turtle

SLUG = "demo-petitions"
LATER = build.NOW + timedelta(hours=1)


def slugs_of(hub):
    with hub.reading() as session:
        return changes.slugs_by_name(session)


def told(hub, slugs):
    with hub.reading() as session:
        return [
            json.loads(each) for each in bodies_at(session, shown_in(session, hub.frame), slugs)
        ]


def made(hub, slugs):
    with hub.reading() as session:
        plain = packages_at(session, shown_in(session, hub.frame), slugs)
    return json.loads(json.dumps(plain, default=str))


def are_ready(hub, slugs):
    with hub.reading() as session:
        shown = shown_in(session, hub.frame)
        kept = packages.find(session, slugs)
        return [slug in kept and shown.is_sound(kept[slug]) for slug in slugs]


def test_what_is_kept_ready_and_what_is_made_are_equal_in_every_field(demo_hub):
    slugs = slugs_of(demo_hub)
    assert jobs.keep_packages(demo_hub) == len(slugs)
    assert all(are_ready(demo_hub, slugs))
    assert told(demo_hub, slugs) == made(demo_hub, slugs)
    assert told(demo_hub, slugs[::-1]) == made(demo_hub, slugs)[::-1]


@pytest.mark.enable_socket
def test_a_harvested_dataset_is_kept_with_its_source(hub):
    answer = (200, TURTLE, catalogue(turtle("eau"), turtle("air")))
    with serving(lambda _, path: answer if path == "/catalog" else (404, {}, b"")) as server:
        here = Here(hub, server)
        here.declare()
        here.run()
    slugs = slugs_of(hub)
    assert jobs.keep_packages(hub) == 2
    assert all(are_ready(hub, slugs))
    assert told(hub, slugs) == made(hub, slugs)
    assert told(hub, slugs)[0]["organization"]["name"] == next(iter(here.kept().values())).source


def test_nothing_is_made_twice_and_what_changed_is_made_anew(demo_hub):
    jobs.keep_packages(demo_hub)
    assert jobs.keep_packages(demo_hub) == 0
    build.publish_sample(demo_hub, "petitions", slug=SLUG, replaces=True, now=LATER)
    assert are_ready(demo_hub, [SLUG]) == [False]
    assert told(demo_hub, [SLUG])[0]["version"] == "2"
    assert jobs.keep_packages(demo_hub) == 1
    assert are_ready(demo_hub, [SLUG]) == [True]
    assert told(demo_hub, [SLUG]) == made(demo_hub, [SLUG])


def test_so_many_at_once_are_made_ready_and_the_rest_the_next_time(demo_hub, monkeypatch):
    monkeypatch.setattr(jobs, "PACKAGES_IN_A_COMMIT", 2)
    every = len(slugs_of(demo_hub))
    assert jobs.keep_packages(demo_hub, most=3) == 4
    assert jobs.keep_packages(demo_hub, most=None) == every - 4
    assert all(are_ready(demo_hub, slugs_of(demo_hub)))


def test_a_hub_that_moved_tells_its_new_address_at_once(demo_hub):
    jobs.keep_packages(demo_hub)
    moved = replace(demo_hub, frame=replace(demo_hub.frame, base_url="https://new.example"))
    assert are_ready(moved, [SLUG]) == [False]
    (package,) = told(moved, [SLUG])
    assert package["resources"][0]["url"].startswith("https://new.example/")


def test_an_authority_that_closes_is_told_as_closed_and_no_package_is_made_anew(demo_hub):
    jobs.keep_packages(demo_hub)
    site = demo_hub.frame.site
    closed = {k: replace(each, is_active=False) for k, each in site.publishers.items()}
    hub = replace(demo_hub, frame=replace(demo_hub.frame, site=replace(site, publishers=closed)))
    assert are_ready(hub, [SLUG]) == [True]
    assert told(hub, [SLUG])[0]["organization"]["state"] == "deleted"
    assert told(hub, [SLUG]) == made(hub, [SLUG])


def test_of_a_withdrawn_dataset_nothing_is_kept(demo_hub):
    jobs.keep_packages(demo_hub)
    with demo_hub.writing() as session:
        withdraw(session, demo_hub.frame, SLUG, reason="Erreur", by=OPERATOR, now=LATER)
    assert told(demo_hub, [SLUG]) == []
    with demo_hub.reading() as session:
        count = "SELECT count(*) FROM ckan_package"
        kept = session.connection().exec_driver_sql(count).scalar_one()
    assert kept == len(slugs_of(demo_hub))
    assert jobs.keep_packages(demo_hub) == 0


def test_packages_of_another_form_are_made_anew(demo_hub, monkeypatch):
    jobs.keep_packages(demo_hub)
    monkeypatch.setattr(show, "FORM", "0")
    assert are_ready(demo_hub, [SLUG]) == [False]
    assert jobs.keep_packages(demo_hub) == len(slugs_of(demo_hub))
    assert all(are_ready(demo_hub, slugs_of(demo_hub)))


def test_search_answers_with_what_is_ready_and_the_same_without(demo_hub, demo_client):
    asked = {"q": "name:demo-*", "sort": "name asc", "rows": 100}
    address = "/api/3/action/package_search"
    before = demo_client.get(address, params=asked).json()
    jobs.keep_packages(demo_hub)
    after = demo_client.get(address, params=asked).json()
    assert after == before
    assert after["result"]["count"] == len(after["result"]["results"]) > 10
    few = demo_client.get(address, params={**asked, "fl": "name,title"}).json()
    assert [list(each) for each in few["result"]["results"]] == [["name", "title"]] * len(
        after["result"]["results"]
    )
    called = demo_client.get(address, params={**asked, "callback": "f"}).text
    assert json.loads(called.removeprefix("/**/f(").removesuffix(");")) == after


def test_what_a_package_says_changes_with_the_number_of_its_form():
    """Change the digest and ``show.FORM`` together: what hubs have kept is made anew then."""
    facts = Facts("id", "name", build.NOW, build.NOW, {"id": "o"}, [{"id": "g"}], ("r",))
    said = json.dumps(package_of(example(Dataset), facts, lambda *_: None), default=str)
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    assert (show.FORM, digest) == ("1", "ce1f3462382a23c1")


def test_counts_are_remembered_until_something_is_published(demo_hub, demo_client):
    address = "/api/3/action/package_search"
    asked = {"rows": 0, "facet.field": '["groups", "organization"]'}
    before = demo_client.get(address, params=asked).json()["result"]
    assert demo_client.get(address, params=asked).json()["result"] == before
    build.publish_sample(demo_hub, "petitions", slug="une-autre")
    demo_hub.index_changes()
    after = demo_client.get(address, params=asked).json()["result"]
    assert after["count"] == before["count"] + 1
    assert sum(after["facets"]["organization"].values()) == after["count"]

"""A CKAN refuses a dataset for one keyword with a mark: none leaves the hub."""

import re

import pytest
from rdflib import DCAT, Graph

import build
from opendata_hub.domain.catalog.record.keyword import keyword_of
from opendata_hub.domain.catalog.search.words import words

TAKEN = re.compile(r"[\w \-.]{2,100}")
"""CKAN's ``tag_name_validator`` and ``tag_length_validator``."""


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("avis d’appel d'offres", "avis dʼappel dʼoffres"),
        ("eau (potable) & air", "eau potable air"),
        ("e\u0301cole", "école"),
        ("النَّقل الحضري", "النقل الحضري"),
        ("'quoted'", "quoted"),
        ("x", ""),
        ("…", ""),
        ("m" * 300, "m" * 100),
    ],
)
def test_a_keyword_is_in_letters_that_every_catalogue_takes(said, taken):
    assert keyword_of(said) == taken
    assert keyword_of(taken) == taken


def test_no_keyword_of_ours_costs_a_ckan_the_dataset(demo_client):
    graph = Graph().parse(data=demo_client.get("/catalog.ttl").text, format="turtle")
    said = {str(word) for word in graph.objects(None, DCAT.keyword)}
    assert "avis dʼappel dʼoffres" in said
    assert [word for word in said if not TAKEN.fullmatch(word)] == []


def test_the_rdf_and_the_actions_say_the_same_keywords(hub, client):
    described = {"keyword": {"fr": ["qualité de l’eau", "eau/air", "!"]}}
    slug = build.publish_sample(hub, "association-subsidies", described=described).slug
    record = Graph().parse(data=client.get(f"/datasets/{slug}.ttl").text, format="turtle")
    package = client.get("/api/3/action/package_show", params={"id": slug}).json()["result"]
    told = sorted(str(word) for word in record.objects(None, DCAT.keyword))
    assert told == [each["name"] for each in package["tags"]] == ["eau air", "qualité de lʼeau"]
    hub.index_changes()
    found = client.get("/api/3/action/package_search", params={"q": 'tags:"qualité de lʼeau"'})
    assert [each["name"] for each in found.json()["result"]["results"]] == [slug]


def test_the_apostrophe_that_is_a_letter_parts_words_as_the_mark_does():
    assert words("dʼoffres") == words("d’offres") == ["d", "offres"]

"""The door for questions in SPARQL."""

from dataclasses import replace

import pytest
from rdflib import DCAT, RDF, Graph
from starlette.testclient import TestClient

import build
from opendata_hub import bootstrap
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app

FAMILY = "association-subsidies"
TITLES = "SELECT ?d WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> } ORDER BY ?d"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def asking(hub):
    """A client of an empty hub whose endpoint is on."""
    settings = hub.settings.model_copy(update={"sparql": True})
    client = TestClient(create_app(replace(hub, settings=settings)), base_url=build.BASE_URL)
    hub.sparql.bounds = replace(hub.sparql.bounds, seconds=60)
    return client


def test_it_is_off_unless_it_is_switched_on(client):
    assert client.get("/sparql", params={"query": TITLES}).status_code == 404


def test_a_demo_has_it_on_and_a_setting_wins(hub, tmp_path):
    assert not hub.is_sparql_on
    bootstrap.remember_demo(hub.settings)
    assert hub.is_sparql_on
    off = Settings(home=tmp_path / "var", sparql=False)
    assert not replace(hub, settings=off).is_sparql_on


def test_questions_are_answered_and_follow_the_catalogue(hub, asking):
    build.publish_sample(hub, FAMILY)
    dataset = f"{build.BASE_URL}/datasets/demo-{FAMILY}"
    by_get = asking.get("/sparql", params={"query": TITLES}, headers={"Accept": "text/csv"})
    assert by_get.text == f"d\r\n{dataset}\r\n"
    assert by_get.headers["content-type"].startswith("text/csv")
    default = asking.get("/sparql", params={"query": TITLES})
    assert default.headers["content-type"] == "application/sparql-results+json"
    assert default.json()["results"]["bindings"][0]["d"]["value"] == dataset
    direct = asking.post(
        "/sparql",
        content=f"CONSTRUCT WHERE {{ <{dataset}> ?p ?o }}",
        headers={"Content-Type": "application/sparql-query"},
    )
    assert direct.headers["content-type"].startswith("text/turtle")
    described = Graph().parse(data=direct.text, format="turtle")
    assert (None, RDF.type, DCAT.Dataset) in described
    build.publish_sample(hub, FAMILY, slug="another")
    hub.sparql._took = 0.0  # noqa: SLF001  (however slow this machine is just now)
    by_form = asking.post(
        "/sparql", data={"query": TITLES}, headers={"Accept": "text/csv", **FORM}
    )  # fmt: skip
    assert f"{build.BASE_URL}/datasets/another" in by_form.text


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"params": {}}, 400, "bad-query"),
        ({"params": {"query": ["ASK {}", "ASK {}"]}}, 400, "bad-query"),
        ({"params": {"query": "ASK {}", "default-graph-uri": "http://a.example/"}}, 400,
         "bad-query"),
        ({"params": {"query": "SELECT * WHERE { SERVICE <http://a/> {} }"}}, 400, "bad-query"),
        ({"content": "update=DROP+ALL", "headers": FORM}, 400, "bad-query"),
        ({"content": b"\xff", "headers": FORM}, 400, "bad-query"),
        ({"content": "ASK {}", "headers": {"Content-Type": "text/plain"}}, 415,
         "unsupported-media-type"),
        ({"content": "x" * 300_000, "headers": FORM}, 413, "too-large"),
    ],
)  # fmt: skip
def test_refusals_are_problem_documents(asking, request_, status, code):
    method = "POST" if "content" in request_ else "GET"
    refused = asking.request(method, "/sparql", **request_)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_format_that_nobody_offers_is_refused(asking):
    refused = asking.get("/sparql", params={"query": TITLES}, headers={"Accept": "image/png"})
    assert (refused.status_code, refused.json()["code"]) == (406, "result-not-offered")


def test_who_comes_when_all_places_are_taken_may_ask_again(hub, asking):
    asking.get("/sparql", params={"query": "ASK {}"})
    for _ in range(hub.sparql.bounds.at_once):
        assert hub.sparql._places.acquire(blocking=False)  # noqa: SLF001
    refused = asking.get("/sparql", params={"query": "ASK {}"})
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert refused.headers["retry-after"] == "30"

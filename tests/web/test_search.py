"""Search as programs and readers meet it."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import build
from opendata_hub.flows.catalog.serving import index as index_flow
from opendata_hub.web.catalog import search as door

SEARCH = "/api/v1/datasets"


def test_a_program_is_told_total_results_and_facets(demo_client):
    answer = demo_client.get(SEARCH, params={"q": "subventions", "facet": ["publisher", "year"]})
    said = answer.json()
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert said["results"][0]["slug"] == "demo-association-subsidies"
    assert said["results"][0]["url"] == f"{build.BASE_URL}/datasets/demo-association-subsidies"
    assert said["total"] == len(said["results"])
    assert said["facets"] == {
        "publisher": [
            {"value": "commune-exemple", "label": "Commune d’exemple", "count": said["total"]}
        ],
        "year": [{"value": "2026", "label": "2026", "count": said["total"]}],
    }
    assert (said["page"], said["limit"], said["guessed"]) == (1, 20, [])


def test_searches_beyond_a_few_wait_their_turn_and_all_are_answered(demo_client, monkeypatch):
    under_way, most, find = [], [], door.find

    def slow(*words):
        under_way.append(words)
        most.append(len(under_way))
        time.sleep(0.02)
        found = find(*words)
        under_way.pop()
        return found

    monkeypatch.setattr(door, "find", slow)
    addresses = [SEARCH, "/fr/datasets"] * door.AT_ONCE * 2
    with ThreadPoolExecutor(len(addresses)) as crowd:
        answers = list(crowd.map(demo_client.get, addresses))
    assert {each.status_code for each in answers} == {200}
    assert len(most) == len(addresses)
    assert max(most) <= door.AT_ONCE


def test_facets_are_counted_only_when_asked_for(demo_client):
    assert demo_client.get(SEARCH).json()["facets"] == {}


def test_what_is_withdrawn_is_found_no_more_from_that_moment(demo_client, token):
    slug = "demo-association-subsidies"
    before = demo_client.get(SEARCH, params={"q": "subventions"}).json()
    params = {"reason": "Publié par erreur"}
    demo_client.delete(f"/api/v1/datasets/{slug}", params=params, headers=token)
    after = demo_client.get(SEARCH, params={"q": "subventions"}).json()
    assert slug in {each["slug"] for each in before["results"]}
    assert slug not in {each["slug"] for each in after["results"]}
    assert after["total"] == before["total"] - 1


@pytest.mark.parametrize(("lang", "label"), [("ar", "جماعة المثال"), ("en", "Example commune")])
def test_labels_are_in_the_language_that_was_asked_for(demo_client, lang, label):
    params = {"facet": "publisher", "lang": lang}
    facets = demo_client.get(SEARCH, params=params).json()["facets"]
    assert facets["publisher"][0]["label"] == label


def test_filters_and_pages_narrow_the_results(demo_client):
    total = demo_client.get(SEARCH).json()["total"]
    assert total == len(demo_client.app.state.hub.frame.tables)
    econ = demo_client.get(SEARCH, params={"theme": ["ECON", "SOCI"], "facet": "theme"}).json()
    counts = {each["value"]: each["count"] for each in econ["facets"]["theme"]}
    assert 0 < econ["total"] < total
    assert max(counts["ECON"], counts["SOCI"]) <= econ["total"] <= counts["ECON"] + counts["SOCI"]
    paged = [
        each["slug"]
        for page in (1, 2, 3)
        for each in demo_client.get(SEARCH, params={"page": page, "limit": 5}).json()["results"]
    ]
    assert len(paged) == len(set(paged)) == total


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"q": "x" * 10_240}, "bad-search"),
        ({"q": " ".join(f"mot{n}" for n in range(30))}, "bad-search"),
        ({"page": "-1"}, "bad-search"),
        ({"page": "0"}, "bad-search"),
        ({"page": "9" * 30}, "bad-search"),
        ({"limit": "1000"}, "bad-search"),
        ({"page": "one"}, "invalid-input"),
        ({"facet": "colour"}, "invalid-input"),
        ({"sort": "random"}, "invalid-input"),
        ({"lang": "xx"}, "invalid-input"),
        ({"publsher": "commune"}, "invalid-input"),
    ],
)
@pytest.mark.parametrize("path", [SEARCH, "/en/datasets"])
def test_what_can_not_be_answered_is_refused_with_a_code(demo_client, path, params, code):
    answer = demo_client.get(path, params=params)
    assert answer.status_code == 422
    if path == SEARCH:
        assert answer.json()["code"] == code


@pytest.mark.parametrize("q", ['"', "AND OR NOT", "title:x", "*", "a~9", "\x07", "(((", "%%", "/"])
def test_odd_texts_are_answered(demo_client, q):
    assert demo_client.get(SEARCH, params={"q": q}).status_code == 200
    assert demo_client.get("/ar/datasets", params={"q": q}).status_code == 200


def test_what_has_just_been_published_is_found(client, hub, token):
    assert client.get(SEARCH).json()["total"] == 0
    sent = client.post(
        SEARCH,
        headers=token,
        files={"file": ("t.csv", build.sample(hub, "asset-declarations"))},
        data={"family": "asset-declarations", "publisher": "commune-exemple", "title": "fr=Essai"},
    )
    assert sent.status_code == 201
    assert client.get(SEARCH, params={"q": "essais"}).json()["total"] == 1


def test_an_index_that_takes_long_to_make_is_503_with_a_code(demo_client, monkeypatch):
    monkeypatch.setattr(index_flow, "SOON_MADE", 0)
    answer = demo_client.get(SEARCH)
    assert (answer.status_code, answer.json()["code"]) == (503, "search-unavailable")
    assert demo_client.get("/fr/datasets").status_code == 503


def test_hostile_words_are_shown_as_they_were_written(hub, client):
    words = {
        "title": {"fr": "<script>alert(1)</script>"},
        "description": {"fr": "voir <b onx=1>gras</b> & co"},
    }
    build.publish_sample(hub, "asset-declarations", slug="odd", **words)
    said = client.get(SEARCH, params={"q": "gras"}).json()
    assert said["results"][0]["excerpt"] == (
        "voir &lt;b onx=1&gt;<mark>gras</mark>&lt;/b&gt; &amp; co"
    )
    page = client.get("/fr/datasets", params={"q": '"><script>gras'}).text
    assert "<script" not in page
    assert "<mark>gras</mark>" in client.get("/fr/datasets", params={"q": "gras"}).text


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_the_page_of_search_is_whole_in_every_language(demo_client, language, direction):
    answer = demo_client.get(f"/{language}/datasets", params={"q": "budget", "theme": "ECON"})
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert f'href="/{language}/datasets/demo-budget-lines"' in answer.text
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert re.search(r'name="theme" value="ECON" checked', answer.text)
    labelled = set(re.findall(r'<label for="([^"]+)"', answer.text))
    assert set(re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', answer.text)) == labelled


def test_pages_of_results_lead_to_one_another(demo_client):
    first = demo_client.get("/fr/datasets", params={"limit": 5, "publisher": "commune-exemple"})
    following = re.search(r'rel="next" href="\?([^"]+)"', first.text)[1].replace("&amp;", "&")
    assert following == "publisher=commune-exemple&limit=5&page=2"
    second = demo_client.get(f"/fr/datasets?{following}").text
    assert 'rel="prev"' in second
    assert 'rel="next"' in second
    assert 'rel="next"' not in demo_client.get("/fr/datasets?limit=100").text


def test_the_home_page_leads_to_search(demo_client):
    assert '<form method="get" action="/ar/datasets"' in demo_client.get("/ar/").text
    assert demo_client.head("/ar/datasets").status_code == 200


def test_nothing_found_leads_to_a_request(demo_client):
    text = demo_client.get("/en/datasets", params={"q": "piscine"}).text
    assert "0 datasets found" in text
    assert "similar words were looked for" in text
    assert 'href="/en/requests/new"' in text

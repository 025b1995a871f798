"""The feed of changes, Atom, site maps, robots.txt and what search engines read."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from rdflib import DCAT, RDF, Dataset, Namespace, URIRef

import build
from opendata_hub.domain.catalog.harvest import feed, news
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.serving import follow
from opendata_hub.flows.catalog.withdraw import withdraw

# rdflib's own JSON-LD parser, until it follows its own advice.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")

AS = Namespace("https://www.w3.org/ns/activitystreams#")
TREE = Namespace("https://w3id.org/tree#")
LDES = Namespace("https://w3id.org/ldes#")
FEED = f"{build.BASE_URL}/catalog/feed"
LATER = build.NOW + timedelta(hours=1)
FAMILIES = ("petitions", "asset-declarations")


@pytest.fixture
def told(hub, monkeypatch):
    """A hub that published, replaced and withdrew, with two events on a page of its feed."""
    monkeypatch.setattr(feed, "EVENTS_ON_A_PAGE", 2)
    for family in FAMILIES:
        build.publish_sample(hub, family)
    build.publish_sample(hub, FAMILIES[0], replaces=True, now=LATER)
    return hub


def parsed(answer):
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ld+json")
    graphs = Dataset(default_union=False)
    graphs.parse(data=answer.text, format="json-ld")
    return graphs


def follow_feed(client):
    """Every page from the newest to the oldest, as a client of event streams goes."""
    root = parsed(client.get("/catalog/feed"))
    assert (URIRef(f"{FEED}#stream"), RDF.type, LDES.EventStream) in root
    nodes = list(root.objects(None, TREE.node))
    while nodes:
        answer = client.get(str(nodes[0]))
        page = parsed(answer)
        yield answer, page
        nodes = list(page.objects(None, TREE.node))


def events(page):
    kinds = (AS.Create, AS.Update, AS.Delete)
    return {
        (str(page.value(member, AS.object)).rpartition("/")[2], kind)
        for member in page.objects(None, TREE.member)
        for kind in kinds
        if (member, RDF.type, kind) in page
    }


def test_every_change_is_an_event_with_what_the_record_said(told, client):
    (_, newest), (_, oldest) = follow_feed(client)
    assert events(newest) == {("demo-petitions", AS.Update)}
    assert events(oldest) == {(f"demo-{family}", AS.Create) for family in FAMILIES}
    (member,) = newest.objects(None, TREE.member)
    me = URIRef(f"{build.BASE_URL}/datasets/demo-petitions")
    record = newest.graph(member)
    assert (me, RDF.type, DCAT.Dataset) in record
    assert (me, RDF.type, DCAT.Dataset) not in newest.default_graph
    assert str(member).startswith(f"{FEED}/pages/1#change-")
    assert told.frame.base_url == build.BASE_URL


def test_a_closed_page_never_changes_and_is_kept_the_open_one_is_asked_for(told, client):
    (young, _), (closed, _) = follow_feed(client)
    assert "immutable" in closed.headers["cache-control"]
    assert young.headers["cache-control"] == "no-cache"
    address = str(young.url)
    known = {"If-None-Match": young.headers["etag"]}
    assert client.get(address, headers=known).status_code == 304
    build.publish_sample(told, FAMILIES[1], replaces=True, now=LATER)
    assert client.get(str(closed.url)).content == closed.content
    assert client.get(address, headers=known).status_code == 200


def test_a_withdrawal_is_an_event_and_erases_what_the_record_said(told, client):
    with told.writing() as session:
        withdraw(session, told.frame, "demo-petitions", reason="Erreur", by=OPERATOR, now=LATER)
    (_, newest), (_, oldest) = follow_feed(client)
    assert ("demo-petitions", AS.Delete) in events(newest)
    me = URIRef(f"{build.BASE_URL}/datasets/demo-petitions")
    for page in (newest, oldest):
        assert not list(page.quads((me, RDF.type, None, None)))


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("number", ["2", "-1", "x"])
def test_a_page_that_was_not_opened_is_not_there(client, number):
    assert client.get(f"/catalog/feed/pages/{number}").status_code in {404, 422}


def test_the_feed_of_an_empty_hub_is_a_feed(client):
    ((_, page),) = follow_feed(client)
    assert events(page) == set()


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_readers_of_feeds_get_the_latest_in_their_language(hub, client, language):
    build.publish_sample(hub, "petitions", title={"fr": '<Été> & "pétitions"', "ar": "العرائض"})
    answer = client.get(f"/{language}/datasets.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    names = {"a": "http://www.w3.org/2005/Atom"}
    root = ET.fromstring(answer.text)  # noqa: S314  (what we have written ourselves)
    titles = [e.text for e in root.findall("a:entry/a:title", names)]
    assert titles == ["العرائض" if language == "ar" else '<Été> & "pétitions"']
    assert root.find("a:id", names).text == f"{build.BASE_URL}/{language}/datasets.atom"
    known = {"If-None-Match": answer.headers["etag"]}
    assert client.get(f"/{language}/datasets.atom", headers=known).status_code == 304


def test_a_map_lists_every_page_once_and_the_index_every_map(told, client, monkeypatch):
    monkeypatch.setattr(follow, "ENTRIES_IN_A_MAP", 2)
    index = re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").text)
    assert index == [f"{build.BASE_URL}/sitemap-{number}.xml" for number in (0, 1)]
    pages = [p for m in index for p in re.findall("<loc>(.*?)</loc>", client.get(m).text)]
    assert len(pages) == len(set(pages)) == len(FAMILIES) * 3
    for page in pages:
        assert client.get(page).status_code == 200
    assert client.get("/sitemap-7.xml").status_code == 404
    assert news.ADDRESSES_IN_A_MAP == 50_000
    assert told.frame.base_url in client.get("/robots.txt").text


def test_robots_are_kept_from_what_people_ask(client):
    rules = client.get("/robots.txt").text
    assert "Disallow: /ar/requests/" in rules
    assert f"Sitemap: {build.BASE_URL}/sitemap.xml" in rules


def test_a_page_tells_search_engines_what_it_is_and_lets_no_markup_in(hub, client):
    build.publish_sample(hub, "petitions", title={"fr": "</script><script>alert(1)</script> & 'x'"})
    answer = client.get("/fr/datasets/demo-petitions")
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
    said = json.loads(text)
    assert said["name"] == "</script><script>alert(1)</script> & 'x'"
    assert said["@type"] == "Dataset"
    assert client.get(said["distribution"]["contentUrl"]).status_code == 200
    assert "<script>alert" not in answer.text
    # Data is not executed: the policy that lets no script run inside a page needs no hole for it.
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")

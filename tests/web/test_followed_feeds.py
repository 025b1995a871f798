"""The Atom feeds of one dataset and of one entity."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

import build
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.withdraw import withdraw

NAMES = {"a": "http://www.w3.org/2005/Atom"}
SLUG, FEED = "demo-petitions", "/fr/datasets/demo-petitions/feed.atom"
SUPPLIER = "/fr/entities/supplier/ice/000000000001164/feed.atom"
LATER, LATEST = (build.NOW + timedelta(hours=each) for each in (1, 2))


def parsed(answer):
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml"
    return ET.fromstring(answer.text)  # noqa: S314  (what we have written ourselves)


def said(root, path):
    return [each.text for each in root.findall(path, NAMES)]


def require_valid(root, address):
    """What RFC 4287 wants of every feed and of every entry in it."""
    assert said(root, "a:id") == [build.BASE_URL + address]
    for name in ("a:title", "a:updated", "a:author/a:name"):
        assert all(said(root, name))
        assert len(said(root, name)) == 1
    links = {each.get("rel"): each.get("href") for each in root.findall("a:link", NAMES)}
    assert links["self"] == build.BASE_URL + address
    assert links["alternate"] == build.BASE_URL + address.removesuffix("/feed.atom")
    ids = said(root, "a:entry/a:id")
    assert ids
    assert len(set(ids)) == len(ids)
    updated = said(root, "a:entry/a:updated")
    assert updated == sorted(updated, reverse=True)
    assert said(root, "a:updated") == updated[:1]


def test_the_feed_of_a_dataset_has_an_entry_for_each_version_and_none_changes_its_name(hub, client):
    build.publish_sample(hub, "petitions", title={"fr": '<Été> & "pétitions"'})
    first = parsed(client.get(FEED))
    require_valid(first, FEED)
    build.publish_sample(hub, "petitions", replaces=True, now=LATER, title={"fr": "Pétitions"})
    second = parsed(client.get(FEED))
    require_valid(second, FEED)
    assert said(second, "a:entry/a:id")[1:] == said(first, "a:entry/a:id")
    assert said(first, "a:title") == ['<Été> & "pétitions"']
    assert said(second, "a:entry/a:title") == [
        "Pétitions – nouvelle version : 2", "Pétitions – publié, version 1",
    ]  # fmt: skip


def test_a_feed_that_has_not_changed_is_not_sent_again(hub, client):
    build.publish_sample(hub, "petitions")
    known = {"If-None-Match": client.get(FEED).headers["etag"]}
    assert client.get(FEED, headers=known).status_code == 304
    build.publish_sample(hub, "asset-declarations", now=LATER)
    assert client.get(FEED, headers=known).status_code == 304
    build.publish_sample(hub, "petitions", replaces=True, now=LATER)
    assert client.get(FEED, headers=known).status_code == 200


def test_a_withdrawal_is_told_with_its_reason_and_the_feed_goes_on(hub, client):
    build.publish_sample(hub, "petitions")
    with hub.writing() as session:
        withdraw(session, hub.frame, SLUG, reason="Erreur <3>", by=OPERATOR, now=LATER)
    gone = parsed(client.get(FEED))
    require_valid(gone, FEED)
    assert said(gone, "a:entry/a:summary") == ["retiré. Erreur <3>", "publié, version 1"]
    assert FEED in client.get(FEED.removesuffix("/feed.atom")).text
    build.publish_sample(hub, "petitions", now=LATEST, again=True)
    again = parsed(client.get(FEED))
    assert said(again, "a:entry/a:summary") == ["publié, version 2", "retiré", "publié, version 1"]
    assert said(again, "a:entry/a:id")[1:] == said(gone, "a:entry/a:id")


@pytest.mark.parametrize(("language", "what"), [("ar", "نُشر"), ("fr", "publié"), ("en", "publ")])
def test_a_feed_is_in_the_language_of_its_address(hub, client, language, what):
    build.publish_sample(hub, "petitions", title={"fr": "Pétitions", "ar": "العرائض"})
    answer = client.get(FEED.replace("/fr/", f"/{language}/"))
    root = parsed(answer)
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    assert answer.headers["content-language"] == language
    assert said(root, "a:title") == ["العرائض" if language == "ar" else "Pétitions"]
    assert said(root, "a:entry/a:summary")[0].startswith(what)


def test_the_feed_of_an_entity_tells_which_versions_speak_of_it(demo_hub, demo_client):
    demo_hub.index_entities()
    before = demo_client.get(SUPPLIER)
    first = parsed(before)
    require_valid(first, SUPPLIER)
    assert len(said(first, "a:entry/a:id")) == 2
    known = {"If-None-Match": before.headers["etag"]}
    assert demo_client.get(SUPPLIER, headers=known).status_code == 304
    build.publish_sample(demo_hub, "purchase-orders", replaces=True, now=LATER)
    demo_hub.index_entities()
    second = parsed(demo_client.get(SUPPLIER, headers=known))
    require_valid(second, SUPPLIER)
    assert len(set(said(second, "a:entry/a:id")) - set(said(first, "a:entry/a:id"))) == 1
    assert said(second, "a:entry/a:summary")[0].startswith("Version 2, lignes")


def test_pages_name_their_feeds_in_head_and_text(demo_hub, demo_client):
    demo_hub.index_entities()
    for address in (FEED, SUPPLIER):
        text = demo_client.get(address.removesuffix("/feed.atom")).text
        head, _, body = text.partition("</head>")
        assert 'type="application/atom+xml" title=' in head
        assert f'href="{address}"' in head
        assert f'href="{address}"' in body


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/fr/datasets/none/feed.atom", 404),
        ("/de/datasets/none/feed.atom", 404),
        ("/fr/entities/supplier/ice/000000000000097/feed.atom", 404),
        ("/fr/entities/person/ice/1/feed.atom", 422),
        ("/fr/datasets.atom?family=x&nonsense=1", 422),
    ],
)
def test_what_can_not_be_followed_is_said_so(client, address, status):
    assert client.get(address).status_code == status

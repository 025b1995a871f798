"""Whatever a source answers, of whatever kind it is: a named end of the run, nothing lost."""

import gzip
import json

import pytest

from loopback import serving
from opendata_hub.adapters.harvest import web
from opendata_hub.domain.harvest.run import RunState
from opendata_hub.domain.harvest.source import SourceKind
from sources import JSON, TURTLE, Here, envelope, package

pytestmark = pytest.mark.enable_socket
HTML = {"Content-Type": "text/html"}
XML = {"Content-Type": "application/rdf+xml"}
LD = {"Content-Type": "application/ld+json"}
BOMB = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>'
PATHS = {
    SourceKind.CKAN: "", SourceKind.DKAN: "", SourceKind.HUB: "", SourceKind.DCAT: "/catalog",
    SourceKind.FEED: "/catalog/feed", SourceKind.DATA_JSON: "/data.json",
}  # fmt: skip
ANSWERS = {
    "a page for readers": (200, HTML, b"<!doctype html><p>Bienvenue"),
    "a page said to be data": (200, JSON, b"<!doctype html><p>Bienvenue"),
    "a failure": (500, HTML, b"<h1>Internal Server Error"),
    "a failure as JSON": (500, JSON, b'{"success": false}'),
    "nothing": (200, JSON, b""),
    "half a body": (200, {**JSON, "Content-Length": "9000"}, b'{"success": true, "resu'),
    "half of JSON": (200, JSON, b'{"success": true, "result": {"results": ['),
    "half of Turtle": (200, TURTLE, b"<http://x.example/a> a <http://www.w3.org/ns/dc"),
    "the metadata of a cloud": (302, {"Location": "http://169.254.169.254/latest"}, b""),
    "a file of ours": (302, {"Location": "file:///etc/passwd"}, b""),
    "a neighbour": (302, {"Location": "http://127.0.0.1:1/"}, b""),
    "itself for ever": (302, {"Location": "/again"}, b""),
    "entities in entities": (200, XML, BOMB),
    "a context elsewhere": (200, LD, b'{"@context": "http://x.example/c", "@graph": []}'),
    "brackets without end": (200, JSON, b"[" * 200_000),
    "a number without end": (200, JSON, b'{"success": true, "result": ' + b"9" * 90_000 + b"}"),
    "no number": (200, JSON, b'{"success": true, "result": {"count": NaN, "results": [NaN]}}'),
    "half of a pair": (200, JSON, b'{"success": true, "result": {"results": "\\ud800"}}'),
    "no text": (200, JSON, bytes(range(256)) * 9),
    "other shapes": (200, JSON, envelope({"count": "many", "results": {"a": 1}})),
    "bytes that unpack to very many": (
        200, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(b" " * 3_000_000),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SourceKind)
def test_whatever_is_answered_ends_the_run_with_a_code_and_nothing_is_taken(hub, kind, monkeypatch):
    monkeypatch.setattr(web, "PAUSES_SECONDS", ())
    monkeypatch.setattr(web, "LIMITS", web.Limits(size_bytes=1_000_000))
    answer = [None]
    with serving(lambda *_: answer[0]) as server:
        here = Here(hub, server)
        here.declare(kind, PATHS[kind])
        for named, answer[0] in ANSWERS.items():
            run = here.run()
            assert (run.state, run.code != "") == (RunState.FAILED, True), (named, run)
            assert here.kept() == {}, named


def test_what_one_dataset_says_wrongly_costs_that_dataset_only(hub):
    """In a CKAN: a text of 5 MB, a number that is none, one id twice, half of a pair, a cycle."""
    wrong = [
        package("long", notes="é" * 2_500_000),
        package("pair", title="\ud800"),
        package("twice"),
        package("twice", title="Autre"),
        package("none", extras=[{"key": "spatial_resolution_in_meters", "value": float("nan")}]),
        package("self", extras=[{"key": "uri", "value": "http://ville.example/dataset/self"},
                                {"key": "source", "value": "http://ville.example/dataset/self"}]),
    ]  # fmt: skip
    result = {"count": len(wrong) + 1, "results": [*wrong, package("eau")]}
    body = json.dumps({"success": True, "result": result}).encode()
    empty = json.dumps({"success": True, "result": {**result, "results": []}}).encode()
    with serving(lambda _, path: (200, JSON, body if "start=0" in path else empty)) as server:
        here = Here(hub, server)
        here.declare(SourceKind.CKAN, "")
        here.run()
        assert "id-eau" in here.kept()
        assert here.apart()["id-long"].code == "record-too-large"
        assert here.apart()["id-twice"].code == "record-twice"
        here.hub.index_changes()

"""The documents of others become records or named refusals, and nothing is fetched."""

import json
import socket
import threading
from unittest import mock

import pytest
import rdflib
from hypothesis import given, settings
from rdflib import Graph
from rdflib.compare import isomorphic

import records
from opendata_hub.adapters import rdf
from opendata_hub.domain.catalog.record.classes import Catalog, DataService, Dataset, DatasetSeries
from opendata_hub.domain.catalog.record.parse import Reading
from opendata_hub.domain.catalog.record.row import PREFIXES
from opendata_hub.domain.catalog.record.triples import triples
from opendata_hub.domain.errors import HubError, UnreadableRecord

BASE = "http://doc.example/"
FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}


def document(said, syntax):
    return "".join(rdf.document([rdf.fragment(said, syntax, PREFIXES)], syntax, PREFIXES)).encode()


def reading(content, syntax=rdf.TURTLE):
    return Reading.of(rdf.read(content, syntax, base=BASE))


@settings(max_examples=15, deadline=None)
@given(thing=records.things(Dataset))
def test_rdflib_reads_the_same_graph_in_the_four_syntaxes(thing):
    said = tuple(triples(thing))
    expected = Graph()
    for triple in said:
        expected.add(triple)
    for syntax in rdf.SYNTAXES.values():
        content = document(said, syntax)
        # rdflib would write 00.000Z as 00+00:00: the same instant, not the same text.
        with mock.patch.object(rdflib, "NORMALIZE_LITERALS", new=False):
            read = Graph().parse(data=content, format=FORMATS[syntax.name])
        assert isomorphic(read, expected)


def require_read_alike(thing):
    """Each syntax gives the record back. Without nameless nodes, equal is isomorphic."""
    said = tuple(triples(thing))
    for syntax in rdf.SYNTAXES.values():
        found = tuple(rdf.read(document(said, syntax), syntax, base=BASE))
        assert set(found) == set(said)
        assert Reading.of(found).one(Dataset, thing.iri) == thing


@settings(max_examples=100, deadline=None)
@given(thing=records.things(Dataset))
def test_the_four_syntaxes_say_the_same_and_come_back_as_the_record(thing):
    require_read_alike(thing)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(thing=records.things(Dataset))
def test_a_thousand_records_do(thing):
    require_read_alike(thing)


@pytest.mark.enable_socket
def test_a_context_that_lies_elsewhere_is_refused_and_never_fetched():
    knocks = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)

        def listen():
            try:
                knocks.append(server.accept())
            except TimeoutError:
                return

        thread = threading.Thread(target=listen)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/context.jsonld"
        content = json.dumps({"@context": address, "@id": "http://a.example/x", "title": "x"})
        with pytest.raises(UnreadableRecord, match="nothing is fetched"):
            reading(content.encode(), rdf.JSON_LD)
        thread.join()
    assert knocks == []


def test_entities_within_entities_are_refused():
    bomb = b"""<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>"""
    with pytest.raises(UnreadableRecord, match="entities"):
        reading(bomb, rdf.RDF_XML)


def test_what_is_no_rdf_is_refused_with_the_place():
    with pytest.raises(UnreadableRecord, match="line 1"):
        reading(b"<a> <b>", rdf.TURTLE)
    with pytest.raises(UnreadableRecord, match="describes"):
        reading(b"", rdf.TURTLE).one(Dataset, "http://a.example/x")


def test_a_record_in_circles_comes_to_an_end_and_says_so():
    circle = b"""@prefix dct: <http://purl.org/dc/terms/> .
        @prefix dcat: <http://www.w3.org/ns/dcat#> .
        @prefix locn: <http://www.w3.org/ns/locn#> .
        <a> a dcat:Dataset ; dcat:distribution <a> ; dcat:inSeries <a> ; dct:spatial <a> ;
            dct:creator <a> ; locn:geometry <a> ; dct:license <a> ; dct:type <a> ."""
    found = reading(circle)
    (dataset,) = found.all(Dataset)
    assert dataset.in_series == (f"{BASE}a",)


def test_nameless_nodes_get_the_same_address_whatever_their_label():
    template = b"""@prefix dct: <http://purl.org/dc/terms/> .
        @prefix dcat: <http://www.w3.org/ns/dcat#> .
        <a> a dcat:Dataset ; dct:temporal %s, %s .
        _:p dcat:startDate "2024" . _:q dcat:startDate "2025" ."""
    one, other = (
        reading(template % pair).all(Dataset) for pair in ((b"_:p", b"_:q"), (b"_:q", b"_:p"))
    )
    assert one == other
    assert [p.iri for p in one[0].temporal] == [f"{BASE}a#temporal-1", f"{BASE}a#temporal-2"]


def sized(written):
    said = f"""@prefix dcat: <http://www.w3.org/ns/dcat#> .
        <d> a dcat:Dataset ; dcat:distribution <a> .
        <a> dcat:byteSize {written} ."""
    return reading(said.encode())


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ('"1024"', 1024),
        ("1024.0", 1024),
        ('"1.2 MB"', 1_200_000),
        ('"1,5 KiB"', 1536),
        ("2e3", 2000),
    ],
)
def test_sizes_are_read_as_others_write_them(written, size):
    assert sized(written).all(Dataset)[0].distribution[0].byte_size == size


@pytest.mark.parametrize("written", ['"many"', "-1", '"1e999999999"', '"NaN"'])
def test_a_size_that_is_none_is_left_out_and_told(written):
    found = sized(written)
    assert found.all(Dataset)[0].distribution[0].byte_size is None
    assert [left.name for left in found.left_out] == ["byte_size"]


def test_the_catalogues_of_others_become_records_or_named_refusals(shared):
    endings = {"ttl": rdf.TURTLE, "rdf": rdf.RDF_XML, "xml": rdf.RDF_XML, "jsonld": rdf.JSON_LD}
    read, refused, things = 0, {}, 0
    for file in sorted((shared / "fixtures/dcat").rglob("*")):
        syntax = endings.get(file.suffix[1:])
        if syntax is None:
            continue
        try:
            found = reading(file.read_bytes(), syntax)
            for kind in (Dataset, DataService, DatasetSeries, Catalog):
                for thing in found.all(kind):
                    things += 1
                    written = Reading.of(triples(thing))
                    assert written.one(kind, thing.iri).iri == thing.iri
            read += 1
        except HubError as refusal:
            refused[file.name] = refusal.code
    assert set(refused.values()) == {"unreadable-record"}
    assert (read, len(refused)) == (148, 20)
    assert things > 250

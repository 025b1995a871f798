"""No document of somebody else makes us call anybody, or unfold without end."""

import json

import pyoxigraph
import pytest
from rdflib import Graph

from loopback import serving
from opendata_hub.adapters import rdf
from opendata_hub.adapters.rdf.guard import DEEPEST, require_safe
from opendata_hub.domain.errors import TooLarge, UnsafeRdf

JSON_LD, RDF_XML, TURTLE = (each.media_type for each in (rdf.JSON_LD, rdf.RDF_XML, rdf.TURTLE))
ELSEWHERE = "http://127.0.0.1:1/context.jsonld"
HOSTILE_JSON = {
    "an address": {"@context": ELSEWHERE},
    "in a list": {"@context": [{"a": "http://a.example/"}, ELSEWHERE]},
    "a relative one": {"@context": "context.jsonld"},
    "imported": {"@context": {"@version": 1.1, "@import": ELSEWHERE}},
    "of a term": {"@context": {"a": {"@id": "http://a.example/", "@context": ELSEWHERE}}},
    "of a node": {"@context": {}, "@graph": [{"http://a.example/": {"@context": ELSEWHERE}}]},
    "in a list at the top": [{"@context": ELSEWHERE}],
    "a number": {"@context": 1},
}
ENTITIES = """<!DOCTYPE rdf:RDF [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>"""
HOSTILE_XML = {
    "entities": ENTITIES,
    "an external entity": f'<!DOCTYPE rdf:RDF [<!ENTITY a SYSTEM "{ELSEWHERE}">]>',
    "a parameter entity": f'<!DOCTYPE rdf:RDF [<!ENTITY % a SYSTEM "{ELSEWHERE}"> %a;]>',
    "a document type elsewhere": f'<!DOCTYPE rdf:RDF SYSTEM "{ELSEWHERE}">',
}


def rdf_xml(head="", inner=""):
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    return f'{head}<rdf:RDF xmlns:rdf="{rdf}" xmlns:e="http://e.example/">{inner}</rdf:RDF>'


@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_a_context_elsewhere_is_refused(name):
    with pytest.raises(UnsafeRdf):
        require_safe(json.dumps(HOSTILE_JSON[name]).encode(), JSON_LD)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_no_encoding_and_no_second_key_hides_a_context(encoding):
    twice = f'{{"\\u0040context": "{ELSEWHERE}", "@context": {{}}}}'
    with pytest.raises(UnsafeRdf):
        require_safe(twice.encode(encoding), JSON_LD)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", HOSTILE_XML)
def test_entities_are_refused(name, encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    with pytest.raises(UnsafeRdf):
        require_safe(rdf_xml(head + HOSTILE_XML[name]).encode(encoding), RDF_XML)


def nested_json(depth):
    return ('{"http://e.example/p": ' * depth + '"x"' + "}" * depth).encode()


def nested_xml(depth):
    opened = "<rdf:Description><e:p>" * (depth // 2)
    return rdf_xml(inner=opened + "</e:p></rdf:Description>" * (depth // 2)).encode()


@pytest.mark.parametrize("depth", [DEEPEST + 2, 1_000_000])
def test_nesting_has_an_end(depth):
    with pytest.raises(UnsafeRdf):
        require_safe(nested_json(depth), JSON_LD)
    with pytest.raises(UnsafeRdf):
        require_safe(nested_xml(depth), RDF_XML)


def test_size_has_an_end():
    with pytest.raises(TooLarge):
        require_safe(b" " * 11, TURTLE, limit_bytes=10)


@pytest.mark.parametrize(
    ("content", "syntax"),
    [
        (b'{"@context": [{"a": "http://a.example/"}, null], "a": "http://b.example/"}', JSON_LD),
        (b"no json", JSON_LD),
        (nested_json(DEEPEST - 2), JSON_LD),
        (rdf_xml("<!DOCTYPE rdf:RDF>").encode(), RDF_XML),
        (nested_xml(DEEPEST - 2), RDF_XML),
        (b"<no xml", RDF_XML),
        (b"<a> <b> <http://127.0.0.1:1/> .", TURTLE),
    ],
)
def test_what_is_harmless_or_merely_broken_is_left_to_the_parser(content, syntax):
    require_safe(content, syntax)


@pytest.mark.enable_socket
def test_nobody_is_called_whatever_a_document_says():
    """Neither by the guard nor by the parser behind it; rdflib alone does call."""
    with serving(lambda *_: (200, {"Content-Type": "application/ld+json"}, b"{}")) as server:
        for hostile in HOSTILE_JSON.values():
            content = json.dumps(hostile).replace(ELSEWHERE, server.url("/c.jsonld")).encode()
            require_refused(content, JSON_LD, pyoxigraph.RdfFormat.JSON_LD)
        for hostile in HOSTILE_XML.values():
            content = rdf_xml(hostile.replace(ELSEWHERE, server.url("/e.dtd"))).encode()
            require_refused(content, RDF_XML, pyoxigraph.RdfFormat.RDF_XML)
        assert server.asked == []
        document = json.dumps({"@context": server.url("/c.jsonld")})
        Graph().parse(data=document, format="json-ld")
        assert server.lines == ["GET /c.jsonld"]


def require_refused(content, syntax, form):
    with pytest.raises(UnsafeRdf):
        require_safe(content, syntax)
    try:
        list(pyoxigraph.parse(content, form, base_iri="http://e.example/"))
    except (SyntaxError, ValueError, OSError):
        return

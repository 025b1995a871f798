"""Triples written as fragments in three syntaxes, without a graph and without rdflib's writers.

rdflib needs 6 ms for a record in Turtle, this 0.4 (benchmarks/serving.py): fragments are what
bounds a load. Predicates and types are written by prefix, so every one of them must be in a
namespace that is declared.

Terms are told by their very type: ``isinstance`` asks their abstract base class, five times slower.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from xml.sax.saxutils import escape, quoteattr

from rdflib.namespace import RDF, XSD
from rdflib.term import BNode, Literal, Node, URIRef

Triple = tuple[URIRef, URIRef, Node]
Grouped = Mapping[Node, Mapping[URIRef, list[Node]]]

KNOWN_TERMS = 4_096
"""Predicates, classes and entries of lists come with every record: they are written once."""
_TYPE, _STRING = RDF.type, XSD.string  # rdflib looks names up anew each time
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NEXT_LINE = " ;\n  "
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}
_same = str.__eq__  # rdflib's own equality asks for types first, in Python
_quoted: Callable[[str], str] = json.encoder.encode_basestring
"""A text as JSON writes it, in the letters of its language: to build objects for it takes twice
the time."""
_TO_ESCAPE = re.compile(r'["\\\n\r\t\b\f]')
_TO_ESCAPE_IN_XML = re.compile(r'[&<>"\r\n\t]')


def turtle(grouped: Grouped, prefixes: Mapping[str, str]) -> str:
    """The triples in Turtle, without the declarations of prefixes."""
    short = _shortener(prefixes)

    def value(node: Node) -> str:
        if type(node) is Literal:
            return _turtle_literal(node, short)
        return _iri(node)

    blocks = []
    for subject, said in grouped.items():
        lines = []
        for predicate, objects in said.items():
            if _same(predicate, _TYPE):
                lines.append(f"a {' , '.join(short(str(o)) or _iri(o) for o in objects)}")
            else:
                verb = short(str(predicate)) or _iri(predicate)
                lines.append(f"{verb} {' , '.join(value(o) for o in objects)}")
        blocks.append(f"\n{_iri(subject)} {_NEXT_LINE.join(lines)} .\n")
    return "".join(blocks)


def rdf_xml(grouped: Grouped, prefixes: Mapping[str, str]) -> str:
    """The triples as elements of RDF/XML; raises ValueError for a predicate of no prefix."""
    short = _shortener(prefixes)
    parts = []
    for subject, said in grouped.items():
        name = "rdf:nodeID" if type(subject) is BNode else "rdf:about"
        parts.append(f"\n<rdf:Description {name}={_attribute(subject)}>")
        for predicate, objects in said.items():
            element = short(str(predicate))
            if not element:
                raise ValueError(f"no prefix is declared for {predicate}")
            parts.extend(_xml_property(element, each) for each in objects)
        parts.append("\n</rdf:Description>")
    return "".join([*parts, "\n"])


def json_ld(grouped: Grouped, prefixes: Mapping[str, str]) -> str:
    """The triples as JSON-LD node objects with a comma between them, without the context."""
    short = _shortener(prefixes)
    nodes = []
    for subject, said in grouped.items():
        parts = [f'{{"@id": {_quoted(_identity(subject))}']
        for predicate, objects in said.items():
            if _same(predicate, _TYPE):
                kinds = ", ".join(_quoted(short(str(o)) or str(o)) for o in objects)
                parts.append(f'"@type": [{kinds}]')
            else:
                values = ", ".join(_json_value(o, short) for o in objects)
                parts.append(f"{_quoted(short(str(predicate)) or str(predicate))}: [{values}]")
        nodes.append(f"{', '.join(parts)}}}")
    return ",\n".join(nodes)


def grouped(triples: Iterable[Triple]) -> Grouped:
    """The same triples by subject and predicate, each once, in the order in which they came."""
    found: dict[Node, dict[URIRef, dict[Node, None]]] = {}
    for subject, predicate, value in triples:
        found.setdefault(subject, {}).setdefault(predicate, {})[value] = None
    return {s: {p: list(objects) for p, objects in said.items()} for s, said in found.items()}


def _shortener(prefixes: Mapping[str, str]) -> Callable[[str], str]:
    """What writes an IRI as ``prefix:name``, or gives an empty text where it can't."""
    return _shortener_of(tuple(prefixes.items()))


@cache
def _shortener_of(prefixes: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    @lru_cache(KNOWN_TERMS)
    def short(iri: str) -> str:
        for prefix, namespace in prefixes:
            name = iri.removeprefix(namespace)
            if name != iri and _NAME.fullmatch(name):
                return f"{prefix}:{name}"
        return ""

    return short


def _turtle_literal(literal: Literal, short: Callable[[str], str]) -> str:
    text = _TO_ESCAPE.sub(lambda found: _ESCAPES[found[0]], str(literal))
    if literal.language:
        return f'"{text}"@{literal.language}'
    if literal.datatype is None or _same(literal.datatype, _STRING):
        return f'"{text}"'
    return f'"{text}"^^{short(str(literal.datatype)) or _iri(literal.datatype)}'


def _xml_property(element: str, value: Node) -> str:
    if type(value) is BNode:
        return f"\n  <{element} rdf:nodeID={_attribute(value)}/>"
    if type(value) is Literal:
        # A parser turns a bare carriage return into a line feed.
        text = str(value)
        if _TO_ESCAPE_IN_XML.search(text):
            text = escape(text, {"\r": "&#13;"})
        kind = ""
        if value.language:
            kind = f' xml:lang="{value.language}"'
        elif value.datatype is not None and not _same(value.datatype, _STRING):
            kind = f" rdf:datatype={quoteattr(str(value.datatype))}"
        return f"\n  <{element}{kind}>{text}</{element}>"
    return f"\n  <{element} rdf:resource={_attribute(value)}/>"


def _json_value(value: Node, short: Callable[[str], str]) -> str:
    if type(value) is not Literal:
        return f'{{"@id": {_quoted(_identity(value))}}}'
    text = _quoted(str(value))
    if value.language:
        return f'{{"@language": {_quoted(value.language)}, "@value": {text}}}'
    if value.datatype is None or _same(value.datatype, _STRING):
        return f'{{"@value": {text}}}'
    kind = short(str(value.datatype)) or str(value.datatype)
    return f'{{"@type": {_quoted(kind)}, "@value": {text}}}'


def _iri(node: Node) -> str:
    if type(node) is BNode:
        return f"_:{node}"
    return f"<{_checked(str(node))}>"


def _identity(node: Node) -> str:
    return f"_:{node}" if type(node) is BNode else _checked(str(node))


def _attribute(node: Node) -> str:
    text = str(node) if type(node) is BNode else _checked(str(node))
    return quoteattr(text) if _TO_ESCAPE_IN_XML.search(text) else f'"{text}"'


@lru_cache(KNOWN_TERMS)
def _checked(iri: str) -> str:
    """The IRI; raises ValueError for a character that would end it before its end."""
    if _NO_IRI.search(iri):
        raise ValueError(f"{iri[:200]!r} is no IRI")
    return iri

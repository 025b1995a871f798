"""RDF as text: triples give fragments, fragments give documents, documents give triples.

A fragment is one dataset's record in one syntax, without the head and foot of a document. A
document is a head, fragments joined, and a foot, so a catalogue is served without a graph.

Fragments are written here: our triples have no nameless nodes, and rdflib's serialisers took 25 ms
for what takes two. Documents of others are read by Oxigraph, which fetches nothing.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pyoxigraph
from rdflib.namespace import RDF, XSD
from rdflib.term import BNode, Literal, Node, URIRef

from opendata_hub.domain.errors import UnreadableRecord

Triple = tuple[URIRef, URIRef, Node]
Grouped = Mapping[str, Mapping[str, list[Node]]]
"""Subject to property to values: each said once."""

LONGEST_DOCUMENT_BYTES = 64_000_000
_LOCAL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NESTED_ENTITY = re.compile(rb"<!ENTITY[^>]*&")
_MARKUP = re.compile(r'[&<>"\r]')
_TYPE, _STRING = str(RDF.type), XSD.string
_WRITE_JSON = json.JSONEncoder(ensure_ascii=False).encode
_ESCAPED = re.compile(r'[\\"\n\r\t]')
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


# rdflib logs a traceback for every date of others that is none; readers are told in their own way.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Syntax:
    """A way to write RDF. name is the ending of its addresses."""

    name: str
    media_type: str


TURTLE = Syntax("ttl", "text/turtle")
RDF_XML = Syntax("rdf", "application/rdf+xml")
JSON_LD = Syntax("jsonld", "application/ld+json")
N_TRIPLES = Syntax("nt", "application/n-triples")
SYNTAXES: Mapping[str, Syntax] = {s.name: s for s in (TURTLE, RDF_XML, JSON_LD, N_TRIPLES)}
_FORMATS = {
    TURTLE: pyoxigraph.RdfFormat.TURTLE,
    RDF_XML: pyoxigraph.RdfFormat.RDF_XML,
    JSON_LD: pyoxigraph.RdfFormat.JSON_LD,
    N_TRIPLES: pyoxigraph.RdfFormat.N_TRIPLES,
}


def fragment(triples: Iterable[Triple], syntax: Syntax, prefixes: Mapping[str, str]) -> str:
    """The triples in one syntax, without head and foot; ``prefixes`` must name every predicate."""
    return _WRITERS[syntax](_grouped(triples), _Names(prefixes))


def fragments(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The triples in every syntax, by its name."""
    grouped, names = _grouped(triples), _Names(prefixes)
    return {name: _WRITERS[syntax](grouped, names) for name, syntax in SYNTAXES.items()}


def document(parts: Iterable[str], syntax: Syntax, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Head, ``parts`` joined, foot: a whole document of that syntax, piece by piece."""
    head, joint, foot = _frame(syntax, prefixes)
    yield head
    is_first = True
    for part in parts:
        yield part if is_first else joint + part
        is_first = False
    yield foot


def read(content: bytes, syntax: Syntax, *, base: str) -> Iterator[tuple[Node, Node, Node]]:
    """The triples of a document; raises UnreadableRecord, with the place where there is one.

    base: what relative addresses in it are relative to. Nothing is fetched: a JSON-LD context
    that lies elsewhere is refused, and so are XML entities that multiply each other.
    """
    if len(content) > LONGEST_DOCUMENT_BYTES:
        raise UnreadableRecord(f"The document has more than {LONGEST_DOCUMENT_BYTES:,} bytes")
    if syntax is RDF_XML and _NESTED_ENTITY.search(content):
        raise UnreadableRecord("The document has XML entities within entities; none are followed")
    try:
        for quad in pyoxigraph.parse(
            input=content, format=_FORMATS[syntax], base_iri=base, lenient=True
        ):
            yield _term(quad.subject), _term(quad.predicate), _term(quad.object)
    except (SyntaxError, ValueError) as problem:
        said = "; ".join(str(problem).split("\n"))[:300]
        if "LoadDocumentCallback" in said:
            said = "its @context lies at another address, and nothing is fetched"
        raise UnreadableRecord(f"This is no {syntax.media_type}: {said}") from None


def _term(term: object) -> Node:
    if isinstance(term, pyoxigraph.NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if isinstance(term, pyoxigraph.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        if term.datatype.value == str(_STRING):
            return Literal(term.value)
        return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    raise UnreadableRecord("The document holds triples about triples, which no record does")


class _Names:
    """Short names for the IRIs below given namespaces."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = prefixes
        self._by_namespace = {namespace: prefix for prefix, namespace in prefixes.items()}
        self._known: dict[str, str | None] = {}

    def short(self, iri: str) -> str | None:
        """``dct:title``; None for an IRI that has no short name."""
        if iri not in self._known:
            cut = max(iri.rfind("#"), iri.rfind("/")) + 1
            prefix = self._by_namespace.get(iri[:cut])
            has_name = prefix and _LOCAL_NAME.fullmatch(iri[cut:])
            self._known[iri] = f"{prefix}:{iri[cut:]}" if has_name else None
        return self._known[iri]


def _grouped(triples: Iterable[Triple]) -> Grouped:
    """Each said once. Compared by plain texts: the hashes of rdflib's terms are slow."""
    found: dict[str, dict[str, dict[tuple[str | None, ...], Node]]] = {}
    for subject, predicate, value in triples:
        key: tuple[str | None, ...] = (str(value),)
        if isinstance(value, Literal):
            key = (str(value), value.language, str(value.datatype))
        found.setdefault(str(subject), {}).setdefault(str(predicate), {})[key] = value
    return {s: {p: [*values.values()] for p, values in said.items()} for s, said in found.items()}


def _turtle(grouped: Grouped, names: _Names) -> str:
    lines = []
    for subject, said in grouped.items():
        phrases = [
            f"{_verb(predicate, names)} {', '.join(_turtle_term(v, names) for v in values)}"
            for predicate, values in said.items()
        ]
        joined = " ;\n    ".join(phrases)
        lines.append(f"<{subject}> {joined} .\n")
    return "".join(lines)


def _verb(predicate: str, names: _Names) -> str:
    return "a" if predicate == _TYPE else names.short(predicate) or f"<{predicate}>"


def _turtle_term(value: Node, names: _Names) -> str:
    if isinstance(value, Literal):
        kind = names.short(str(value.datatype)) if value.datatype else None
        return _literal(value, kind)
    return names.short(str(value)) or f"<{value}>"


def _literal(value: Literal, kind: str | None = None) -> str:
    """A literal as Turtle and N-Triples write it. kind: its datatype as a short name."""
    text = f'"{value}"' if not _ESCAPED.search(value) else f'"{value.translate(_ESCAPES)}"'
    if value.language:
        return f"{text}@{value.language}"
    if value.datatype is None or value.datatype == _STRING:
        return text
    return f"{text}^^{kind or f'<{value.datatype}>'}"


def _n_triples(grouped: Grouped, _: _Names) -> str:
    return "".join(
        f"<{subject}> <{predicate}> "
        f"{_literal(value) if isinstance(value, Literal) else f'<{value}>'} .\n"
        for subject, said in grouped.items()
        for predicate, values in said.items()
        for value in values
    )


def _rdf_xml(grouped: Grouped, names: _Names) -> str:
    parts = []
    for subject, said in grouped.items():
        parts.append(f'\n<rdf:Description rdf:about="{_quoted(subject)}">')
        for predicate, values in said.items():
            tag = names.short(predicate)
            parts.extend(f"\n  {_element(str(tag), value)}" for value in values)
        parts.append("\n</rdf:Description>")
    parts.append("\n")
    return "".join(parts)


def _element(tag: str, value: Node) -> str:
    if not isinstance(value, Literal):
        return f'<{tag} rdf:resource="{_quoted(str(value))}"/>'
    # A carriage return in XML text is read as a newline unless it is written as a reference.
    text = escape(value, {"\r": "&#13;"}) if _MARKUP.search(value) else value
    if value.language:
        return f'<{tag} xml:lang="{value.language}">{text}</{tag}>'
    if value.datatype is None or value.datatype == _STRING:
        return f"<{tag}>{text}</{tag}>"
    return f'<{tag} rdf:datatype="{_quoted(str(value.datatype))}">{text}</{tag}>'


def _quoted(iri: str) -> str:
    return escape(iri, {'"': "&quot;"}) if _MARKUP.search(iri) else iri


def _json_ld(grouped: Grouped, names: _Names) -> str:
    nodes = []
    for subject, said in grouped.items():
        node: dict[str, object] = {"@id": subject}
        for predicate, values in said.items():
            if predicate == _TYPE:
                node["@type"] = [names.short(str(v)) or str(v) for v in values]
            else:
                node[names.short(predicate) or predicate] = [_json_value(v, names) for v in values]
        nodes.append(_WRITE_JSON(node))
    return ",\n".join(nodes)


def _json_value(value: Node, names: _Names) -> dict[str, str]:
    if not isinstance(value, Literal):
        return {"@id": str(value)}
    if value.language:
        return {"@value": str(value), "@language": value.language}
    if value.datatype is None or value.datatype == _STRING:
        return {"@value": str(value)}
    kind = str(value.datatype)
    return {"@value": str(value), "@type": names.short(kind) or kind}


_WRITERS = {TURTLE: _turtle, RDF_XML: _rdf_xml, JSON_LD: _json_ld, N_TRIPLES: _n_triples}


def _frame(syntax: Syntax, prefixes: Mapping[str, str]) -> tuple[str, str, str]:
    if syntax is TURTLE:
        return "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in prefixes.items()), "", ""
    if syntax is RDF_XML:
        names = "".join(f'\n  xmlns:{p}="{iri}"' for p, iri in prefixes.items())
        return f'<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF{names}>', "", "</rdf:RDF>\n"
    if syntax is JSON_LD:
        context = json.dumps(dict(prefixes), ensure_ascii=False)
        return f'{{"@context": {context},\n"@graph": [\n', ",\n", "\n]}\n"
    return "", "", ""

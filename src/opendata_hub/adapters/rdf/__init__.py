"""RDF as text: triples give fragments, fragments give documents, documents give triples.

A fragment is one dataset's record in one syntax, without the head and foot of a document. A
document is a head, fragments joined, and a foot, so a catalogue is served without a graph.
Documents of others are read by Oxigraph, which fetches nothing.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import cast

import pyoxigraph
from rdflib.namespace import XSD
from rdflib.term import BNode, Literal, Node, URIRef

from opendata_hub.adapters.rdf import guard as rdf_guard
from opendata_hub.adapters.rdf import writer as rdf_writer
from opendata_hub.adapters.rdf.writer import Grouped, Triple
from opendata_hub.domain.catalog.record.triples import TYPE, Block, flat
from opendata_hub.domain.errors import TooLarge, UnreadableRecord, UnsafeRdf

LONGEST_DOCUMENT_BYTES = 64_000_000
KNOWN_BLOCKS = 4_096
"""Entries of lists, publishers, standards: so many are kept as they were written."""
KNOWN_COMPANIES = 256
"""Records of one family and publisher refer to the same things: those are joined once."""
KNOWN_ADDRESSES = 4_096
"""Properties, classes and entries of lists come again with every record that is read."""
_STRING = XSD.string

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
_JOINTS = {JSON_LD: ",\n"}
STORED = (TURTLE, RDF_XML, JSON_LD)
"""What is written with the change; N-Triples are derived from Turtle when they are read."""


def fragment(triples: Iterable[Triple], syntax: Syntax, prefixes: Mapping[str, str]) -> str:
    """The triples in one syntax, without head and foot; ``prefixes`` must name every predicate."""
    return _written(rdf_writer.grouped(triples), syntax, prefixes)


def links(
    subject: URIRef,
    predicate: URIRef,
    addresses: Sequence[str],
    syntax: Syntax,
    prefixes: Mapping[str, str],
) -> str:
    """The same as ``fragment`` of triples that lead from one thing to many; raises ValueError.

    Terms are not made of the addresses: that would take longer than all else.
    """
    if not addresses:
        return ""
    # An address is written as an IRI, of whichever class it is.
    once = cast("list[Node]", list(dict.fromkeys(addresses)))
    return _written({subject: {predicate: once}}, syntax, prefixes)


@dataclass(frozen=True)
class Prepared:
    """Blocks ready to be written in any syntax; what is shared was written before.

    described: its own blocks that are about a thing.
    """

    own: Grouped
    described: tuple[Block, ...]
    shared: tuple[Block, ...]
    prefixes: Mapping[str, str]

    def fragment(self, syntax: Syntax) -> str:
        """The same as ``fragment`` of their triples."""
        return joined(self.parts(syntax), syntax)

    @cached_property
    def turtle(self) -> tuple[str, str]:
        """The same in Turtle, written once."""
        return self._parts(TURTLE)

    def parts(self, syntax: Syntax) -> tuple[str, str]:
        """Their fragment in two: what is its own, and what it shares with others."""
        return self.turtle if syntax is TURTLE else self._parts(syntax)

    def _parts(self, syntax: Syntax) -> tuple[str, str]:
        shared = _written_by(tuple(self.prefixes.items()))(self.shared, syntax)
        return _written(self.own, syntax, self.prefixes), shared


def prepared(blocks: Sequence[Block], prefixes: Mapping[str, str]) -> Prepared:
    """The blocks, to be written in several syntaxes; ``prefixes`` must name every predicate."""
    own = [block for block in blocks if not block.is_shared]
    return Prepared(
        own=rdf_writer.grouped(flat(own)),
        described=tuple(block for block in own if block.triples[0][1] == TYPE),
        shared=tuple(block for block in blocks if block.is_shared),
        prefixes=prefixes,
    )


def joined(parts: Iterable[str], syntax: Syntax) -> str:
    """Fragments as one."""
    return _JOINTS.get(syntax, "").join(part for part in parts if part)


@cache
def _written_by(
    prefixes: tuple[tuple[str, str], ...],
) -> Callable[[tuple[Block, ...], Syntax], str]:
    declared = dict(prefixes)

    @lru_cache(KNOWN_BLOCKS)
    def written(block: Block, syntax: Syntax) -> str:
        return fragment(block.triples, syntax, declared)

    @lru_cache(KNOWN_COMPANIES)
    def together(blocks: tuple[Block, ...], syntax: Syntax) -> str:
        return joined((written(block, syntax) for block in blocks), syntax)

    return together


def _written(grouped: Grouped, syntax: Syntax, prefixes: Mapping[str, str]) -> str:
    if syntax is RDF_XML:
        return rdf_writer.rdf_xml(grouped, prefixes)
    if syntax is JSON_LD:
        return rdf_writer.json_ld(grouped, prefixes)
    body = rdf_writer.turtle(grouped, prefixes)
    return body if syntax is TURTLE else n_triples(body, prefixes)


def n_triples(turtle: str, prefixes: Mapping[str, str]) -> str:
    """A Turtle fragment as N-Triples: three times the size, so derived and never kept."""
    head, _, _ = frame(TURTLE, prefixes)
    triples = pyoxigraph.parse((head + turtle).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    written = pyoxigraph.serialize(
        (quad.triple for quad in triples), format=pyoxigraph.RdfFormat.N_TRIPLES
    )
    return written.decode() if written else ""


def document(parts: Iterable[str], syntax: Syntax, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Head, ``parts`` joined, foot: a whole document of that syntax, piece by piece."""
    head, joint, foot = frame(syntax, prefixes)
    yield head
    is_first = True
    for part in parts:
        yield part if is_first else joint + part
        is_first = False
    yield foot


def encoded_document(
    parts: Iterable[str | bytes], syntax: Syntax, prefixes: Mapping[str, str]
) -> Iterator[bytes]:
    """The same as ``document`` in UTF-8; parts that are in it already are passed on untouched."""
    head, joint, foot = frame(syntax, prefixes)
    yield head.encode()
    is_first = True
    for part in parts:
        if joint and not is_first:
            yield joint.encode()
        yield part.encode() if isinstance(part, str) else part
        is_first = False
    yield foot.encode()


def frame(syntax: Syntax, prefixes: Mapping[str, str]) -> tuple[str, str, str]:
    """Head of a document, what stands between two parts, and foot."""
    if syntax is TURTLE:
        return "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in prefixes.items()), "", ""
    if syntax is RDF_XML:
        names = "".join(f'\n  xmlns:{p}="{iri}"' for p, iri in prefixes.items())
        return f'<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF{names}>', "", "</rdf:RDF>\n"
    if syntax is JSON_LD:
        context = json.dumps(dict(prefixes), ensure_ascii=False)
        return f'{{"@context": {context},\n"@graph": [\n', _JOINTS[syntax], "\n]}\n"
    return "", "", ""


def read(content: bytes, syntax: Syntax, *, base: str) -> Iterator[tuple[Node, Node, Node]]:
    """The triples of a document; raises UnreadableRecord, with the place where there is one.

    base: what relative addresses in it are relative to. Nothing is fetched: a JSON-LD context
    that lies elsewhere is refused, and so are XML entities that multiply each other.
    """
    return ((s, p, o) for s, p, o, _ in read_graphs(content, syntax, base=base))


def read_graphs(
    content: bytes, syntax: Syntax, *, base: str
) -> Iterator[tuple[Node, Node, Node, str]]:
    """The same, each with the address of the graph it stands in; empty for the document's own."""
    if len(content) > LONGEST_DOCUMENT_BYTES:
        raise UnreadableRecord(f"The document has more than {LONGEST_DOCUMENT_BYTES:,} bytes")
    try:
        rdf_guard.require_safe(content, syntax.media_type)
        for quad in pyoxigraph.parse(
            input=content, format=_FORMATS[syntax], base_iri=base, lenient=True
        ):
            graph = quad.graph_name
            name = graph.value if isinstance(graph, pyoxigraph.NamedNode) else ""
            yield _term(quad.subject), _term(quad.predicate), _term(quad.object), name
    except (TooLarge, UnsafeRdf) as problem:
        raise UnreadableRecord(str(problem)) from None
    except (SyntaxError, ValueError) as problem:
        said = "; ".join(str(problem).split("\n"))[:300]
        if "LoadDocumentCallback" in said:
            said = "its @context lies at another address, and nothing is fetched"
        raise UnreadableRecord(f"This is no {syntax.media_type}: {said}") from None


_address = lru_cache(KNOWN_ADDRESSES)(URIRef)


def _term(term: object) -> Node:
    if isinstance(term, pyoxigraph.NamedNode):
        return _address(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if isinstance(term, pyoxigraph.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        if term.datatype.value == str(_STRING):
            return Literal(term.value)
        return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    raise UnreadableRecord("The document holds triples about triples, which no record does")

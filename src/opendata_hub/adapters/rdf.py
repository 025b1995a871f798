"""rdflib's serialisers, in our words: triples give fragments, fragments give documents.

A fragment is one dataset's record in one syntax, without the head and foot of a document. A
document is a head, fragments joined, and a foot, so a catalogue is served without a graph.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

from rdflib import Graph
from rdflib.term import Node, URIRef

Triple = tuple[URIRef, URIRef, Node]


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


def fragment(triples: Iterable[Triple], syntax: Syntax, prefixes: Mapping[str, str]) -> str:
    """The triples in one syntax, without head and foot; ``prefixes`` must name every predicate."""
    graph = _graph(triples, prefixes)
    if syntax is TURTLE:
        text = graph.serialize(format="turtle")
        # Only the head goes: a description may well hold a line that begins like one of it.
        return "".join(dropwhile(_declares_prefix, text.splitlines(keepends=True)))
    if syntax is RDF_XML:
        text = graph.serialize(format="xml")
        return text[text.index(">", text.index("<rdf:RDF")) + 1 : text.rindex("</rdf:RDF>")]
    if syntax is JSON_LD:
        document = json.loads(graph.serialize(format="json-ld", context=dict(prefixes)))
        nodes = document.get("@graph", [document])
        return ",\n".join(json.dumps(_without_context(n), ensure_ascii=False) for n in nodes)
    return graph.serialize(format="nt")


def fragments(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The triples in every syntax, by its name."""
    kept = tuple(triples)
    return {name: fragment(kept, syntax, prefixes) for name, syntax in SYNTAXES.items()}


def document(parts: Iterable[str], syntax: Syntax, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Head, ``parts`` joined, foot: a whole document of that syntax, piece by piece."""
    head, joint, foot = _frame(syntax, prefixes)
    yield head
    is_first = True
    for part in parts:
        yield part if is_first else joint + part
        is_first = False
    yield foot


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


def _graph(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Graph:
    graph = Graph(bind_namespaces="none")
    for prefix, iri in prefixes.items():
        graph.bind(prefix, iri)
    for triple in triples:
        graph.add(triple)
    return graph


def _declares_prefix(line: str) -> bool:
    return line.startswith("@prefix ")


def _without_context(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "@context"}

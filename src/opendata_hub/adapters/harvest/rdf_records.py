"""The datasets of a document of RDF, each told by itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from urllib.parse import quote

from rdflib.namespace import DCAT, DCTERMS, RDF, Namespace
from rdflib.term import BNode, Literal, Node, URIRef

from opendata_hub.adapters import rdf
from opendata_hub.adapters.harvest.web import Got
from opendata_hub.adapters.rdf import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Syntax
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record.parse import LeftOut, Reading
from opendata_hub.domain.errors import SourceUnreadable, UnreadableRecord
from opendata_hub.domain.harvest.found import Found, Note, Told
from opendata_hub.domain.harvest.harvested import moment_of
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.wording import reworded, things_for_names

ACCEPT = (
    "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, "
    "application/n-triples;q=0.7, */*;q=0.1"
)
DEEPEST = 6
MOST_LINES = 20_000
ADMS = Namespace("http://www.w3.org/ns/adms#")
FOAF_TOPIC = URIRef("http://xmlns.com/foaf/0.1/primaryTopic")
_WITHDRAWN = "/distribution-status/WITHDRAWN"
_SYNTAXES: Mapping[str, Syntax] = {
    **{syntax.media_type: syntax for syntax in rdf.SYNTAXES.values()},
    "application/x-turtle": TURTLE,
    "text/n3": TURTLE,
    "application/xml": RDF_XML,
    "text/xml": RDF_XML,
    "application/json": JSON_LD,
}
_ENDINGS: Mapping[str, Syntax] = {
    ".ttl": TURTLE, ".n3": TURTLE, ".rdf": RDF_XML, ".xml": RDF_XML, ".owl": RDF_XML,
    ".jsonld": JSON_LD, ".json": JSON_LD, ".nt": N_TRIPLES,
}  # fmt: skip
_NAMELESS = re.compile(r"_:\S+")


@dataclass(frozen=True, slots=True)
class Document:
    """A document read: all it says, and how its texts are told where they don't say it."""

    reading: Reading
    url: str
    home: str
    language: str
    lists: Lists

    def linked(self) -> list[Node]:
        """What catalogues in it say are their datasets, in a stable order."""
        found = {
            each for said in self.reading.statements.values() for each in said.get(DCAT.dataset, ())
        }
        return sorted(found, key=str)

    def described(self) -> list[Node]:
        """Whatever is a dataset in it, in a stable order."""
        said = self.reading.statements
        return sorted((s for s in said if DCAT.Dataset in said[s].get(RDF.type, ())), key=str)

    def is_described(self, node: Node) -> bool:
        """Whether the document says more of it than that it is there."""
        said = self.reading.statements.get(node, {})
        return bool(set(said) - {RDF.type, DCTERMS.identifier})

    def gone(self) -> tuple[str, ...]:
        """The datasets whose records are said to be withdrawn."""
        return tuple(
            str(topic)
            for said in self.reading.statements.values()
            if any(str(each).endswith(_WITHDRAWN) for each in said.get(ADMS.status, ()))
            for topic in said.get(FOAF_TOPIC, ())
        )

    def found(self, node: Node) -> Found:
        """A dataset of the document."""
        said = self.reading.statements.get(node, {})
        identifier, iri = self._identity(node)
        titles = sorted(map(str, said.get(DCTERMS.title, ())))
        lines = sorted(closure(self.reading, node))
        return Found(
            identifier=identifier,
            title=titles[0] if titles else identifier,
            digest=sha256("\n".join(lines).encode()).hexdigest(),
            tell=partial(self._tell, node, iri),
            given=lambda: "\n".join(lines).encode(),
            modified_at=moment_of(next((str(v) for v in said.get(DCTERMS.modified, ())), None)),
        )

    def _identity(self, node: Node) -> tuple[str, str]:
        """Identifier and address: its own, or for a nameless one those its identifier gives it."""
        if isinstance(node, URIRef):
            return str(node), str(node)
        given = self.reading.statements.get(node, {}).get(DCTERMS.identifier, ())
        identifier = next(iter(sorted(map(str, given))), "")
        if identifier.startswith(("http://", "https://", "urn:")):
            return identifier, identifier
        return identifier, address_for(self.home, identifier)

    def _tell(self, node: Node, iri: str) -> Told:
        known = len(self.reading.left_out)
        dataset = self.reading.described(record.Dataset, node, iri)
        notes = [_note(each) for each in self.reading.left_out[known:]]
        del self.reading.left_out[known:]
        return reworded(dataset, self.lists, language=self.language, notes=notes)


def address_for(home: str, identifier: str) -> str:
    """The address of something that has only an identifier: always the same."""
    return f"{home.partition('#')[0]}#dataset-{quote(identifier, safe='')}"


def document(got: Got, *, home: str, language: str, lists: Lists) -> Document:
    """Read a document; raises SourceUnreadable."""
    try:
        triples = rdf.read(got.text.encode(), syntax_of(got), base=got.url)
        reading = Reading.of(things_for_names(triples, lists))
    except UnreadableRecord as problem:
        raise SourceUnreadable(f"{got.url[:200]}: {problem}") from None
    require_said(reading, got)
    return Document(reading, got.url, home, language, lists)


def require_said(reading: Reading, got: Got) -> None:
    """Raise SourceUnreadable for a document that says nothing.

    Any JSON is JSON-LD whose words mean nothing: a gateway's error is no empty catalogue.
    """
    if not any(":" in str(name) for said in reading.statements.values() for name in said):
        raise SourceUnreadable(f"{got.url[:200]} says nothing that can be read")


def syntax_of(got: Got) -> Syntax:
    """How a document is written: by its type, its address, its first sign."""
    if got.media_type in _SYNTAXES:
        return _SYNTAXES[got.media_type]
    path = got.url.partition("?")[0].lower()
    for ending, syntax in _ENDINGS.items():
        if path.endswith(ending):
            return syntax
    start = got.body.lstrip()[:1]
    if start in {b"{", b"["}:
        return JSON_LD
    return RDF_XML if got.body.lstrip()[:5] in {b"<?xml", b"<rdf:"} else TURTLE


def closure(reading: Reading, node: Node) -> Iterator[str]:
    """What a document says of a thing and of the nameless and named things it consists of.

    Without the names that a parser gives to nameless things: the same lines at each reading.
    """
    return islice(_closure(reading.statements, node, "", (node,)), MOST_LINES)


def _closure(
    statements: Mapping[Node, Mapping[Node, tuple[Node, ...]]],
    node: Node,
    path: str,
    above: tuple[Node, ...],
) -> Iterator[str]:
    for predicate, values in statements.get(node, {}).items():
        for value in values:
            if isinstance(value, BNode):
                inner = "[]"
            elif isinstance(value, Literal):
                inner = f"{value!s}@{value.language}^{value.datatype}"
            else:
                inner = f"<{value}>"
            yield f"{path} {predicate} {inner}"
            is_part = not isinstance(value, Literal) and value in statements and value not in above
            if is_part and len(above) < DEEPEST and not _is_dataset(statements[value]):
                yield from _closure(statements, value, f"{path} {predicate}", (*above, value))


def _is_dataset(said: Mapping[Node, tuple[Node, ...]]) -> bool:
    return DCAT.Dataset in said.get(RDF.type, ())


def _note(left: LeftOut) -> Note:
    return Note(left.name, _NAMELESS.sub("[]", left.reason))


def nodes_of(told: Document) -> tuple[list[Node], list[str]]:
    """The datasets that a document describes, and the addresses of those that it only names."""
    linked = told.linked()
    if not linked:
        return told.described(), []
    described = [each for each in linked if told.is_described(each)]
    known = set(described)
    return described, [str(n) for n in linked if isinstance(n, URIRef) and n not in known]

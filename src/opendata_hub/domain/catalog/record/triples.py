"""Records to triples, by the table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from itertools import chain
from typing import Any, TypeVar, cast

from rdflib.namespace import RDF, SKOS, XSD
from rdflib.term import Literal, Node, URIRef

from opendata_hub.domain.catalog.record.classes import TABLE, Thing, rows_of
from opendata_hub.domain.catalog.record.labels import Fault, said_of
from opendata_hub.domain.catalog.record.row import Kind, Row, expanded
from opendata_hub.domain.catalog.record.values import (
    checked_address,
    checked_duration,
    checked_language,
    checked_moment,
    checked_text,
    moment_type,
)
from opendata_hub.domain.errors import Invalid, InvalidRecord

Triple = tuple[URIRef, URIRef, Node]
TYPE, CONCEPT = RDF.type, SKOS.Concept  # rdflib looks names up anew each time
WKT = URIRef(expanded("gsp:wktLiteral"))
KNOWN_ADDRESSES, KNOWN_TEXTS = 4_096, 8_192
"""Addresses of lists and of what is shared come with every record: they are checked once."""
SomeThing = TypeVar("SomeThing", bound=Thing)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What is said of one thing. is_shared: this very object comes again in other records."""

    triples: tuple[Triple, ...]
    is_shared: bool = False


class Shared:
    """Things that many records refer to, such as entries of lists: said once for all of them.

    Half of what a record says is said by thousands of others word for word.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[type[Thing], str], Thing] = {}
        self._blocks: dict[int, tuple[Block, ...]] = {}

    def keep(self, thing: SomeThing) -> SomeThing:
        """The thing of that class and address as it was first given; it never says otherwise."""
        # The key holds the class.
        return cast("SomeThing", self._kept.setdefault((type(thing), thing.iri), thing))

    def blocks(self, thing: Thing) -> tuple[Block, ...]:
        """What this very object and all it refers to say; nothing for one that is not kept."""
        if self._kept.get((type(thing), thing.iri)) is not thing:
            return ()
        if id(thing) not in self._blocks:
            said = _blocks(thing, self, {id(thing)})
            shared = (b if b.is_shared else Block(b.triples, is_shared=True) for b in said)
            self._blocks[id(thing)] = tuple(shared)
        return self._blocks[id(thing)]


@cache
def term(short_name: str) -> URIRef:
    """The IRI of a short name, such as ``dct:title``."""
    return URIRef(expanded(short_name))


def triples(thing: Thing) -> Iterator[Triple]:
    """Say everything a record says; raises InvalidRecord where no parser could read it back."""
    return flat(blocks([thing], Shared()))


def flat(said: Iterable[Block]) -> Iterator[Triple]:
    """The triples of these blocks."""
    return chain.from_iterable(block.triples for block in said)


def blocks(things: Iterable[Thing], shared: Shared) -> tuple[Block, ...]:
    """The same as ``triples`` thing by thing, each once; what is shared is not said anew."""
    written: set[int] = set()
    said = (block for thing in things for block in _said(thing, shared, written))
    return tuple(dict.fromkeys(said))


def _said(thing: Thing, shared: Shared, written: set[int]) -> Iterable[Block]:
    """What a thing and all it refers to say, but for what was written already."""
    if id(thing) in written:
        return ()
    written.add(id(thing))
    return shared.blocks(thing) or _blocks(thing, shared, written)


def _blocks(thing: Thing, shared: Shared, written: set[int]) -> Iterator[Block]:
    """What a thing says itself, and then what it refers to."""
    me, own, nodes = _address(thing.iri, "iri"), list[Triple](), list[Thing]()
    own.extend((me, TYPE, kind) for kind in _classes(thing.IS_A))
    for name, row, predicate, kinds in _LINES[type(thing)]:
        value = getattr(thing, name)
        if not value and value not in (0, ""):
            continue
        for said in _terms(value, row, name):
            own.append((me, predicate, said))
            for kind in kinds:
                own.append((said if type(said) is URIRef else URIRef(str(said)), TYPE, kind))
        if row.kind is Kind.NODE:
            nodes.extend((value,) if row.is_one else value)
    if getattr(thing, "scheme", None):
        own.append((me, TYPE, CONCEPT))
    yield Block(tuple(own))
    for node in nodes:
        yield from _said(node, shared, written)


@cache
def _classes(names: tuple[str, ...]) -> tuple[URIRef, ...]:
    return tuple(term(name) for name in names)


_LINES: Mapping[type[Thing], tuple[tuple[str, Row, URIRef, tuple[URIRef, ...]], ...]] = {
    kind: tuple((name, row, term(row.path), _classes(row.is_a)) for name, row in rows_of(kind))
    for kind in TABLE.values()
}
"""The lines of each class, with their properties and the classes of what they name."""


def _terms(value: Any, row: Row, name: str) -> Iterator[Node]:
    """What a field says, as terms: its things by their addresses."""
    if row.kind is not Kind.NODE:
        return _values(value, row, name)
    return (_address(node.iri, "iri") for node in ((value,) if row.is_one else value))


def _values(value: object, row: Row, name: str) -> Iterator[Node]:
    """The values of a field as terms, each checked."""
    try:
        if isinstance(value, Mapping):
            for language, said in value.items():
                texts = (said,) if isinstance(said, str) else said
                for text in texts:
                    yield _text(text, language)
        elif isinstance(value, tuple):
            for each in value:
                yield _WRITERS[row.kind](each)
        else:
            yield _WRITERS[row.kind](value)
    except Invalid as problem:
        raise malformed(name, problem) from None


@lru_cache(KNOWN_TEXTS)
def _text(text: str, language: str) -> Literal:
    """Half of the texts of a record are its family's or its publisher's, word for word."""
    return Literal(checked_text(text), lang=checked_language(language))


def _address(text: str, name: str) -> URIRef:
    try:
        return _iri(text)
    except Invalid as problem:
        raise malformed(name, problem) from None


@lru_cache(KNOWN_ADDRESSES)
def _iri(text: str) -> URIRef:
    checked_address(text)
    return text if type(text) is URIRef else URIRef(text)


def malformed(name: str, problem: Invalid) -> InvalidRecord:
    """The refusal of a value that can't be written, which names its field."""
    return InvalidRecord(f"{name}: {problem}", faults=[(name, said_of(name, Fault.MALFORMED))])


@lru_cache(KNOWN_TEXTS)
def _moment(text: str) -> Node:
    # Not normalised: what was written is what is read back.
    return Literal(checked_moment(text), datatype=term(moment_type(text)), normalize=False)


def _decimal(number: Decimal) -> Node:
    if not number.is_finite():
        raise Invalid(f"{number} is no number")
    return Literal(format(number, "f"), datatype=XSD.decimal, normalize=False)


def _count(number: int) -> Node:
    if number < 0:
        raise Invalid(f"{number} is less than nothing")
    return Literal(str(number), datatype=XSD.nonNegativeInteger, normalize=False)


_WRITERS: Mapping[Kind, Callable[..., Node]] = {
    Kind.STRING: lambda text: Literal(checked_text(text)),
    Kind.MOMENT: _moment,
    Kind.DURATION: lambda text: Literal(
        checked_duration(text), datatype=XSD.duration, normalize=False
    ),
    Kind.DECIMAL: _decimal,
    Kind.COUNT: _count,
    Kind.HEX: lambda text: Literal(checked_text(text), datatype=XSD.hexBinary, normalize=False),
    Kind.WKT: lambda text: Literal(checked_text(text), datatype=WKT, normalize=False),
    Kind.ADDRESS: _iri,
}

"""Records to triples, by the table."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from rdflib.namespace import RDF, SKOS, XSD
from rdflib.term import Literal, Node, URIRef

from opendata_hub.domain.catalog.record.classes import Thing, rows_of
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


@cache
def term(short_name: str) -> URIRef:
    """The IRI of a short name, such as ``dct:title``."""
    return URIRef(expanded(short_name))


def triples(thing: Thing) -> Iterator[Triple]:
    """Say everything a record says; raises InvalidRecord where no parser could read it back."""
    return _said(thing, set())


def _said(thing: Thing, written: set[int]) -> Iterator[Triple]:
    """The same, but for things that were written already: a list is named by all its entries."""
    if id(thing) in written:
        return
    written.add(id(thing))
    me = _address(thing.iri, "iri")
    for kind in thing.IS_A:
        yield me, TYPE, term(kind)
    for name, row in rows_of(type(thing)):
        value = getattr(thing, name)
        if value is None or value in ((), {}):
            continue
        predicate = term(row.path)
        for said in _terms(value, row, name):
            yield me, predicate, said
            for kind in row.is_a:
                yield URIRef(str(said)), TYPE, term(kind)
        if row.kind is Kind.NODE:
            for node in (value,) if row.is_one else value:
                yield from _said(node, written)
    if getattr(thing, "scheme", None):
        yield me, TYPE, CONCEPT


def _terms(value: Any, row: Row, name: str) -> Iterator[Node]:
    """What a field says, as terms: its things by their addresses."""
    if row.kind is not Kind.NODE:
        return _values(value, row, name)
    return (URIRef(node.iri) for node in ((value,) if row.is_one else value))


def _values(value: object, row: Row, name: str) -> Iterator[Node]:
    """The values of a field as terms, each checked."""
    try:
        if isinstance(value, Mapping):
            for language, said in value.items():
                texts = (said,) if isinstance(said, str) else said
                for text in texts:
                    yield Literal(checked_text(text), lang=checked_language(language))
        elif isinstance(value, tuple):
            for each in value:
                yield _WRITERS[row.kind](each)
        else:
            yield _WRITERS[row.kind](value)
    except Invalid as problem:
        raise malformed(name, problem) from None


def _address(text: str, name: str) -> URIRef:
    try:
        return URIRef(checked_address(text))
    except Invalid as problem:
        raise malformed(name, problem) from None


def malformed(name: str, problem: Invalid) -> InvalidRecord:
    """The refusal of a value that can't be written, which names its field."""
    return InvalidRecord(f"{name}: {problem}", faults=[(name, said_of(name, Fault.MALFORMED))])


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
    Kind.ADDRESS: lambda text: URIRef(checked_address(text)),
}

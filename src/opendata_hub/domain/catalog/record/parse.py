"""Triples to records, by the table; what can't be kept is told, never dropped in silence."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from rdflib.namespace import RDF
from rdflib.term import BNode, Literal, Node, URIRef

from opendata_hub.domain.catalog.record.classes import TABLE, Thing, rows_of
from opendata_hub.domain.catalog.record.row import Kind, Row
from opendata_hub.domain.catalog.record.triples import term
from opendata_hub.domain.catalog.record.values import (
    checked_address,
    checked_duration,
    checked_language,
    checked_moment,
    checked_text,
)
from opendata_hub.domain.errors import Invalid, UnreadableRecord

T = TypeVar("T", bound=Thing)
Statements = Mapping[Node, Mapping[Node, tuple[Node, ...]]]
"""Subject to property to values, without repetitions, in a stable order."""

DEEPEST = 6
"""Our own records go four nodes down; a foreign one may run in circles."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,24}(?:\.[0-9]{0,24})?(?:[eE][+-]?[0-9]{1,2})?")
_SIZE = re.compile(r"([0-9]{1,18}(?:[.,][0-9]{1,9})?)\s*(|B|[KMGT]i?B)", re.IGNORECASE)
_FACTORS = {"": 1, "B": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something a document says that its record can't hold: where, and why."""

    subject: str
    name: str
    reason: str


@dataclass(slots=True)
class Reading:
    """A document while it is read: what it says, and what was left out so far."""

    statements: Statements
    left_out: list[LeftOut] = field(default_factory=list)

    @classmethod
    def of(cls, triples: Iterable[tuple[Node, Node, Node]]) -> "Reading":
        """From triples in any order."""
        found: defaultdict[Node, defaultdict[Node, dict[Node, None]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        for subject, predicate, value in triples:
            found[subject][predicate][value] = None
        return cls({s: {p: tuple(v) for p, v in said.items()} for s, said in found.items()})

    def all(self, kind: type[T]) -> list[T]:
        """Every thing of that class the document describes, by address.

        One without an address is left out: nobody could find it again.
        """
        name = term(kind.IS_A[0])
        subjects = [s for s, said in self.statements.items() if name in said.get(RDF.type, ())]
        return [
            thing
            for subject in sorted(subjects, key=str)
            if (thing := self._addressed(kind, subject)) is not None
        ]

    def one(self, kind: type[T], iri: str) -> T:
        """The thing at that address; raises UnreadableRecord where nothing describes it."""
        if URIRef(iri) not in self.statements:
            raise UnreadableRecord(f"Nothing in the document describes {iri[:200]}")
        return self._thing(kind, URIRef(iri), iri, DEEPEST)

    def described(self, kind: type[T], node: Node, iri: str) -> T:
        """What is said of a node, as the thing at that address."""
        return self._thing(kind, node, iri, DEEPEST)

    def _addressed(self, kind: type[T], subject: Node) -> T | None:
        iri = str(subject) if isinstance(subject, URIRef) else self._identified(subject)
        try:
            checked_address(iri)
        except Invalid as problem:
            self._leave(iri or str(subject), "iri", str(problem))
            return None
        return self._thing(kind, subject, iri, DEEPEST)

    def _identified(self, subject: Node) -> str:
        """The address in the identifier of a nameless node; empty where there is none."""
        given = self.statements[subject].get(term("dct:identifier"), ())
        return next((str(each) for each in given if str(each).startswith(("http", "urn:"))), "")

    def _thing(self, kind: type[T], subject: Node, iri: str, depth: int) -> T:
        said = self.statements.get(subject, {})
        values = {
            name: value
            for name, row in rows_of(kind)
            # Most properties are not there: to ask for each costs more than to read the rest.
            if (given := said.get(term(row.path)))
            and (value := self._field(given, row, iri, name, depth)) not in (None, (), {})
        }
        return kind(iri=iri, **values)

    def _field(self, given: tuple[Node, ...], row: Row, iri: str, name: str, depth: int) -> object:
        if row.kind in {Kind.TEXTS, Kind.WORDS}:
            return self._texts(given, row, iri, name)
        if row.kind is Kind.NODE:
            nodes = [each for each in given if not isinstance(each, Literal)]
            for each in set(given).difference(nodes):
                self._leave(iri, name, f"{str(each)[:80]!r} is a text, not an address")
            found: list[Any] = self._nodes(nodes, row, iri, name, depth)
        else:
            found = sorted({v for each in given for v in self._value(each, row, iri, name)})
        if not row.is_one:
            return tuple(found)
        for each in found[1:]:
            self._leave(iri, name, f"one value is kept, {str(each)[:80]!r} is not")
        return found[0] if found else None

    def _nodes(
        self, nodes: Sequence[Node], row: Row, iri: str, name: str, depth: int
    ) -> list[Thing]:
        if nodes and not depth:
            self._leave(iri, name, "nodes within nodes, deeper than any record of ours")
            return []
        kind: type[Thing] = TABLE[row.node]
        things: list[Thing] = []
        nameless = sorted((n for n in nodes if isinstance(n, BNode)), key=self._fingerprint)
        for number, blank in enumerate(nameless, start=1):
            things.append(self._thing(kind, blank, f"{_below(iri)}{name}-{number}", depth - 1))
        for node in (each for each in nodes if isinstance(each, URIRef)):
            try:
                address = checked_address(str(node))
            except Invalid as problem:
                self._leave(iri, name, str(problem))
            else:
                things.append(self._thing(kind, node, address, depth - 1))
        return sorted(things, key=lambda thing: thing.iri)

    def _fingerprint(self, node: Node) -> str:
        """What a nameless node says itself: its number does not depend on its label."""
        said = self.statements.get(node, {})
        return "\n".join(
            sorted(f"{p} {v.n3()}" for p, values in said.items() for v in values
                   if not isinstance(v, BNode))
        )  # fmt: skip

    def _texts(self, given: tuple[Node, ...], row: Row, iri: str, name: str) -> object:
        words: defaultdict[str, list[str]] = defaultdict(list)
        for each in sorted(given, key=str):
            if not isinstance(each, Literal):
                self._leave(iri, name, f"{str(each)[:80]!r} is an address, not a text")
                continue
            try:
                text = checked_text(str(each).replace("\r\n", "\n").replace("\r", "\n"))
                words[checked_language(each.language or "und")].append(text)
            except Invalid as problem:
                self._leave(iri, name, str(problem))
        if row.kind is Kind.WORDS:
            return {language: tuple(texts) for language, texts in words.items()}
        for language, texts in words.items():
            for text in texts[1:]:
                self._leave(iri, name, f"one text in {language} is kept, {text[:80]!r} is not")
        return {language: texts[0] for language, texts in words.items()}

    def _value(self, given: Node, row: Row, iri: str, name: str) -> tuple[Any, ...]:
        """The value, or nothing when it was left out."""
        if isinstance(given, BNode):
            self._leave(iri, name, "a nameless node stands where an address or a value is asked")
            return ()
        try:
            return (_READERS[row.kind](str(given)),)
        except Invalid as problem:
            self._leave(iri, name, str(problem))
            return ()

    def _leave(self, iri: str, name: str, reason: str) -> None:
        self.left_out.append(LeftOut(iri, name, reason))


def _below(iri: str) -> str:
    return f"{iri}-" if "#" in iri else f"{iri}#"


def _count(text: str) -> int:
    """Bytes as others write them, too: ``1024``, ``1024.0``, ``1.2 MB``."""
    if found := _SIZE.fullmatch(text.strip()):
        unit = found[2].upper()
        factor = (_BINARY if unit[1:2] == "I" else _FACTORS)[unit[:1]]
        return int(Decimal(found[1].replace(",", ".")) * factor)
    number = _decimal(text)
    if number < 0:
        raise Invalid(f"{text[:40]!r} is less than nothing")
    return int(number)


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text.strip()):
        raise Invalid(f"{text[:40]!r} is no number")
    return Decimal(text.strip())


_READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.STRING: checked_text,
    Kind.MOMENT: checked_moment,
    Kind.DURATION: checked_duration,
    Kind.DECIMAL: _decimal,
    Kind.COUNT: _count,
    Kind.HEX: lambda text: checked_text(text).lower(),
    Kind.WKT: checked_text,
    Kind.ADDRESS: checked_address,
}

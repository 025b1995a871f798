"""The compiled SHACL engine, in our words: a record's triples against the shapes of the table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import shacl
from rdflib.term import Node

from opendata_hub.adapters import rdf
from opendata_hub.adapters.rdf import Prepared
from opendata_hub.domain.catalog.record import shapes
from opendata_hub.domain.catalog.record.labels import Fault
from opendata_hub.domain.catalog.record.triples import Triple

AT_ONCE = 25
"""Records that are best proved together: more save little, and are held in memory meanwhile."""


@dataclass(frozen=True, slots=True)
class Violation:
    """What a record breaks: the node it is about, the field, and what is wrong with it."""

    node: str
    field: str
    fault: Fault


def violations(turtle: str) -> tuple[Violation, ...]:
    """What a document in Turtle breaks, in a stable order, in a millisecond."""
    report = _compiled().validate_text(turtle, format="turtle")
    return tuple(sorted(_found(report.results), key=lambda v: (v.node, v.field, v.fault)))


def violations_of(record: Prepared) -> tuple[Violation, ...]:
    """What a record breaks."""
    return violations(_document(record.turtle, record))


def violations_of_all(records: Sequence[Prepared]) -> list[tuple[Violation, ...]]:
    """What each of the records breaks, as ``violations_of`` says it.

    They are proved as one document, with what they share in it once: a third of the time. Where
    that breaks anything, each is looked at by itself. A record that says something else of a thing
    than another does is never among them: each could say what the other owes.
    """
    apart = _told_otherwise(records)
    together = [record for record, is_apart in zip(records, apart, strict=True) if not is_apart]
    is_proved = len(together) > 1 and not violations(_document(_texts(together), together[0]))
    return [
        () if is_proved and not is_apart else violations_of(record)
        for record, is_apart in zip(records, apart, strict=True)
    ]


def _told_otherwise(records: Sequence[Prepared]) -> list[bool]:
    """Whether each describes a thing of which another one says something else."""
    said: dict[Node, tuple[Triple, ...]] = {}
    differs = {
        block.triples[0][0]
        for record in records
        for block in chain(record.shared, record.described)
        if said.setdefault(block.triples[0][0], block.triples) != block.triples
    }
    return [
        any(block.triples[0][0] in differs for block in chain(record.described, record.shared))
        for record in records
    ]


def _texts(records: Sequence[Prepared]) -> Iterator[str]:
    """What each says itself, and what they share, each once."""
    yield from (record.turtle[0] for record in records)
    yield from dict.fromkeys(record.turtle[1] for record in records)


def _document(parts: Iterable[str], like: Prepared) -> str:
    return "".join(rdf.document(parts, rdf.TURTLE, like.prefixes))


def _found(results: Iterable[shacl.Result]) -> Iterator[Violation]:
    seen = set()
    for result in results:
        field = shapes.field_of((result.source_shape or "").strip("<>"))
        violation = Violation(
            result.focus_node.strip("<>"), field, shapes.fault_of(result.component)
        )
        if violation not in seen:
            seen.add(violation)
            yield violation


@cache
def _compiled() -> shacl.Shapes:
    return shacl.Shapes.from_text(shapes.shapes())

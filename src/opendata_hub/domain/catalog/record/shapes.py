"""The table as SHACL: what a record must say, so that a violation leads back to its field.

Every property has a shape of its own, whose address ends in class and field
(``…#Dataset-title``). The checks are those of DCAT-AP 3.0.1 that our own documents can break:
how many, of which kind, from which list; and of DCAT-AP HVD 3.0.0 for those that claim a category.
"""

from collections.abc import Iterator
from functools import cache

from opendata_hub.domain.catalog.record.classes import TABLE, Thing, rows_of
from opendata_hub.domain.catalog.record.labels import Fault
from opendata_hub.domain.catalog.record.row import PREFIXES, Kind, Need, Row

SHAPES = "urn:opendata-hub:shape:"
HVD_REGULATION = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
MEDIA_TYPES = "https?://www.iana.org/assignments/media-types/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
_DATATYPES = {
    Kind.STRING: "xsd:string",
    Kind.DURATION: "xsd:duration",
    Kind.DECIMAL: "xsd:decimal",
    Kind.COUNT: "xsd:nonNegativeInteger",
    Kind.HEX: "xsd:hexBinary",
    Kind.WKT: "gsp:wktLiteral",
}
_FAULTS = {
    "MinCountConstraintComponent": Fault.MISSING,
    "MaxCountConstraintComponent": Fault.TOO_MANY,
    "UniqueLangConstraintComponent": Fault.TOO_MANY,
    "PatternConstraintComponent": Fault.UNLISTED,
    "HasValueConstraintComponent": Fault.INCOMPLETE,
}


def fault_of(component: str) -> Fault:
    """What a constraint component of SHACL found wrong, by its local name."""
    return _FAULTS.get(component, Fault.MALFORMED)


def field_of(shape: str) -> str:
    """The field a property shape is about, from its address."""
    return shape.removeprefix(SHAPES).rpartition("-")[2]


@cache
def shapes() -> str:
    """All shapes, as Turtle."""
    heads = [f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()]
    heads.append("@prefix sh: <http://www.w3.org/ns/shacl#> .\n")
    return "".join([*heads, *(_class(name, kind) for name, kind in TABLE.items()), *_high_value()])


def _class(name: str, kind: type[Thing]) -> str:
    """A class: its own node shape, and one for each property."""
    rows = rows_of(kind)
    listed = "".join(f" ;\n  sh:property <{SHAPES}{name}-{field}>" for field, _ in rows)
    head = (
        f"<{SHAPES}{name}> a sh:NodeShape ;\n  sh:targetClass {kind.IS_A[0]} ;\n"
        f"  sh:nodeKind sh:IRI{listed} .\n"
    )
    return head + "".join(_property(f"{name}-{field}", row) for field, row in rows)


def _property(name: str, row: Row) -> str:
    said = "".join(f" ;\n  {constraint}" for constraint in _constraints(row))
    return f"<{SHAPES}{name}> a sh:PropertyShape ;\n  sh:path {row.path}{said} .\n"


def _constraints(row: Row) -> Iterator[str]:
    if row.need is Need.MANDATORY:
        yield "sh:minCount 1"
    if row.is_one:
        yield "sh:maxCount 1"
    if row.kind in {Kind.TEXTS, Kind.WORDS}:
        yield "sh:datatype rdf:langString"
        if row.kind is Kind.TEXTS:
            yield "sh:uniqueLang true"
            yield "sh:minLength 1"
    elif row.kind is Kind.MOMENT:
        types = ("xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth")
        yield f"sh:or ({' '.join(f'[ sh:datatype {each} ]' for each in types)})"
    elif row.kind in {Kind.ADDRESS, Kind.NODE}:
        yield "sh:nodeKind sh:IRI"
    else:
        yield f"sh:datatype {_DATATYPES[row.kind]}"
    for kind in (TABLE[row.node].IS_A[:1] if row.node else ()) + row.is_a:
        yield f"sh:class {kind}"
    if row.vocabulary == "media-type":
        yield f'sh:pattern "^{MEDIA_TYPES}"'
    elif row.is_closed:
        yield f'sh:pattern "^{AUTHORITY}{row.vocabulary}/"'


def _high_value() -> Iterator[str]:
    """What claims a category of high value names the regulation as well (HVD 3.0.0)."""
    yield (
        f"<{SHAPES}HighValue> a sh:NodeShape ;\n  sh:targetSubjectsOf dcatap:hvdCategory ;\n"
        f"  sh:property <{SHAPES}HighValue-applicable_legislation> .\n"
        f"<{SHAPES}HighValue-applicable_legislation> a sh:PropertyShape ;\n"
        f"  sh:path dcatap:applicableLegislation ;\n  sh:hasValue <{HVD_REGULATION}> .\n"
    )

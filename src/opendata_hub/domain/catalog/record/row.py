"""What one line of the table says: a property, the kind of its values, how many, how needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": "http://www.w3.org/ns/prov#",
    "pv": "https://piveau.eu/ns/voc#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The namespaces of every predicate and class used here; serialisations declare just these."""


def expanded(curie: str) -> str:
    """The IRI of a short name.

    >>> expanded("dct:title")
    'http://purl.org/dc/terms/title'
    """
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name


class Kind(StrEnum):
    """The kinds of values. In a record each is the Python type behind the dash.

    texts – Mapping[language, str]; words – Mapping[language, tuple of str]; count – int;
    decimal – Decimal; node – another thing; the rest – str.
    """

    TEXTS = "texts"
    WORDS = "words"
    STRING = "string"
    MOMENT = "moment"
    DURATION = "duration"
    DECIMAL = "decimal"
    COUNT = "count"
    HEX = "hex"
    WKT = "wkt"
    ADDRESS = "address"
    NODE = "node"


class Need(StrEnum):
    """How much the profile wants a property."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: a field of a class is this property.

    path:       short name of the property, ``dct:title``.
    is_one:     at most one value; otherwise any number.
    is_a:       classes (short names) that a value is an instance of beside those of its own kind.
    node:       for nodes, the class of the table that describes the value.
    vocabulary: the list under ``catalog/vocabularies/`` that values come from, if any.
    is_closed:  whether the profile admits nothing else than values of that list.
    """

    path: str
    kind: Kind
    need: Need = Need.OPTIONAL
    is_one: bool = False
    is_a: tuple[str, ...] = ()
    node: str = ""
    vocabulary: str = ""
    is_closed: bool = False

    @property
    def iri(self) -> str:
        """The whole IRI of the property."""
        return expanded(self.path)


def row(
    path: str,
    kind: Kind,
    need: Need = Need.OPTIONAL,
    *,
    one: bool = False,
    is_a: str = "",
    node: str = "",
    vocabulary: str = "",
    closed: bool = False,
) -> Any:
    """A dataclass field that carries its line of the table; empty unless given.

    path, is_a: short names such as ``dct:title``; several of ``is_a`` with blanks between.
    """
    line = Row(path, kind, need, one, tuple(is_a.split()), node, vocabulary, is_closed=closed)
    metadata = {"row": line}
    if kind in {Kind.TEXTS, Kind.WORDS}:
        return field(default_factory=dict, metadata=metadata)
    return field(default=None if one else (), metadata=metadata)

"""The table: every class and property of DCAT-AP 3.0.1, and the field of ours that it is.

Serialising, parsing, SHACL shapes, the stewards' form and ``docs/catalogue.md`` are all made from
what stands here (``row.py`` says what a line means). Values are checked where they come in and
where they go out, not when a record is made: an incomplete one is a record, too, and its check
says what it lacks.

Source: DCAT-AP 3.0.1, quick reference and property tables; DCAT-AP HVD 3.0.0; DCAT 3 for
versions; vCard, ADMS, PROV, ODRL, GeoSPARQL where DCAT-AP names a class and leaves it at that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import ClassVar

from opendata_hub.domain.catalog.record.row import Kind, Need, Row, row
from opendata_hub.domain.texts import Texts

M, R = Need.MANDATORY, Need.RECOMMENDED
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Whatever has an address. iri: absolute; where it stays empty, its place gives it one."""

    IS_A: ClassVar[tuple[str, ...]] = ()
    iri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptScheme(Thing):
    """A list of codes."""

    IS_A: ClassVar[tuple[str, ...]] = ("skos:ConceptScheme",)
    title: Texts = row("dct:title", Kind.TEXTS, M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept(Thing):
    """An entry of a list of codes."""

    IS_A: ClassVar[tuple[str, ...]] = ("skos:Concept",)
    label: Texts = row("skos:prefLabel", Kind.TEXTS, M)
    scheme: ConceptScheme | None = row("skos:inScheme", Kind.NODE, one=True, node="ConceptScheme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Thing):
    """An organisation or a person."""

    IS_A: ClassVar[tuple[str, ...]] = ("foaf:Agent",)
    name: Texts = row("foaf:name", Kind.TEXTS, M)
    type: Concept | None = row(
        "dct:type", Kind.NODE, R, one=True, node="Concept", vocabulary="publisher-type"
    )
    homepage: str | None = row("foaf:homepage", Kind.ADDRESS, one=True, is_a="foaf:Document")
    spatial: "Location | None" = row("dct:spatial", Kind.NODE, one=True, node="Location")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Thing):
    """Whom to ask; vcard:Kind in the profile."""

    IS_A: ClassVar[tuple[str, ...]] = ("vcard:Kind", "vcard:Organization")
    name: Texts = row("vcard:fn", Kind.TEXTS, M)
    email: tuple[str, ...] = row("vcard:hasEmail", Kind.ADDRESS)
    page: tuple[str, ...] = row("vcard:hasURL", Kind.ADDRESS)
    telephone: tuple[str, ...] = row("vcard:hasTelephone", Kind.ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard(Thing):
    """What something conforms to: a schema, a specification, an application profile."""

    IS_A: ClassVar[tuple[str, ...]] = ("dct:Standard",)
    title: Texts = row("dct:title", Kind.TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsStatement(Thing):
    """What one may do with it, in words."""

    IS_A: ClassVar[tuple[str, ...]] = ("dct:RightsStatement",)
    label: Texts = row("rdfs:label", Kind.TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceStatement(Thing):
    """Where data come from and what happened to them."""

    IS_A: ClassVar[tuple[str, ...]] = ("dct:ProvenanceStatement",)
    label: Texts = row("rdfs:label", Kind.TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceDocument(Thing):
    """A licence, from the public list or an authority's own."""

    IS_A: ClassVar[tuple[str, ...]] = ("dct:LicenseDocument",)
    type: tuple[Concept, ...] = row("dct:type", Kind.NODE, R, node="Concept")
    label: Texts = row("skos:prefLabel", Kind.TEXTS)
    scheme: ConceptScheme | None = row("skos:inScheme", Kind.NODE, one=True, node="ConceptScheme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry(Thing):
    """A shape on the map."""

    IS_A: ClassVar[tuple[str, ...]] = ("locn:Geometry",)
    wkt: str | None = row("gsp:asWKT", Kind.WKT, one=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(Thing):
    """A place: a country of the public list, a territory, a shape. WKT is longitude latitude."""

    IS_A: ClassVar[tuple[str, ...]] = ("dct:Location",)
    bbox: str | None = row("dcat:bbox", Kind.WKT, R, one=True)
    centroid: str | None = row("dcat:centroid", Kind.WKT, R, one=True)
    geometry: Geometry | None = row("locn:geometry", Kind.NODE, one=True, node="Geometry")
    label: Texts = row("skos:prefLabel", Kind.TEXTS)
    scheme: ConceptScheme | None = row("skos:inScheme", Kind.NODE, one=True, node="ConceptScheme")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOfTime(Thing):
    """From one day, month or year to another; either end may be open."""

    IS_A: ClassVar[tuple[str, ...]] = ("dct:PeriodOfTime",)
    start: str | None = row("dcat:startDate", Kind.MOMENT, R, one=True)
    end: str | None = row("dcat:endDate", Kind.MOMENT, R, one=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum(Thing):
    """The digest of a file."""

    IS_A: ClassVar[tuple[str, ...]] = ("spdx:Checksum",)
    algorithm: str | None = row(
        "spdx:algorithm", Kind.ADDRESS, M, one=True, is_a="spdx:ChecksumAlgorithm"
    )
    value: str | None = row("spdx:checksumValue", Kind.HEX, M, one=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(Thing):
    """A name of the dataset elsewhere."""

    IS_A: ClassVar[tuple[str, ...]] = ("adms:Identifier",)
    notation: str | None = row("skos:notation", Kind.STRING, M, one=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship(Thing):
    """Another resource and what it is to this one."""

    IS_A: ClassVar[tuple[str, ...]] = ("dcat:Relationship",)
    role: tuple[str, ...] = row("dcat:hadRole", Kind.ADDRESS, M, is_a="dcat:Role")
    relation: tuple[str, ...] = row("dct:relation", Kind.ADDRESS, M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution(Thing):
    """An agent and the part it had."""

    IS_A: ClassVar[tuple[str, ...]] = ("prov:Attribution",)
    agent: Agent | None = row("prov:agent", Kind.NODE, one=True, node="Agent")
    role: tuple[str, ...] = row("dcat:hadRole", Kind.ADDRESS, is_a="dcat:Role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Thing):
    """What made the data."""

    IS_A: ClassVar[tuple[str, ...]] = ("prov:Activity",)
    label: Texts = row("rdfs:label", Kind.TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Thing):
    """A form in which a dataset can be had: most often a file."""

    IS_A: ClassVar[tuple[str, ...]] = ("dcat:Distribution",)
    title: Texts = row("dct:title", Kind.TEXTS)
    description: Texts = row("dct:description", Kind.TEXTS, R)
    access_url: tuple[str, ...] = row("dcat:accessURL", Kind.ADDRESS, M)
    download_url: tuple[str, ...] = row("dcat:downloadURL", Kind.ADDRESS)
    access_service: tuple[str, ...] = row("dcat:accessService", Kind.ADDRESS)
    licence: LicenceDocument | None = row(
        "dct:license", Kind.NODE, R, one=True, node="LicenceDocument", vocabulary="licence"
    )
    rights: tuple[RightsStatement, ...] = row("dct:rights", Kind.NODE, node="RightsStatement")
    availability: Concept | None = row(
        "dcatap:availability", Kind.NODE, R, one=True, node="Concept",
        vocabulary="planned-availability", closed=True,
    )  # fmt: skip
    status: Concept | None = row(
        "adms:status", Kind.NODE, one=True, node="Concept", vocabulary="distribution-status",
        closed=True,
    )  # fmt: skip
    format: Concept | None = row(
        "dct:format", Kind.NODE, R, one=True, node="Concept", is_a="dct:MediaTypeOrExtent",
        vocabulary="file-type", closed=True,
    )  # fmt: skip
    media_type: str | None = row(
        "dcat:mediaType", Kind.ADDRESS, one=True, is_a="dct:MediaType", vocabulary="media-type"
    )
    compress_format: str | None = row(
        "dcat:compressFormat", Kind.ADDRESS, one=True, is_a="dct:MediaType",
        vocabulary="media-type",
    )  # fmt: skip
    package_format: str | None = row(
        "dcat:packageFormat", Kind.ADDRESS, one=True, is_a="dct:MediaType",
        vocabulary="media-type",
    )  # fmt: skip
    byte_size: int | None = row("dcat:byteSize", Kind.COUNT, one=True)
    checksum: Checksum | None = row("spdx:checksum", Kind.NODE, one=True, node="Checksum")
    conforms_to: tuple[Standard, ...] = row("dct:conformsTo", Kind.NODE, node="Standard")
    language: tuple[Concept, ...] = row(
        "dct:language", Kind.NODE, node="Concept", is_a="dct:LinguisticSystem",
        vocabulary="language", closed=True,
    )  # fmt: skip
    documentation: tuple[str, ...] = row("foaf:page", Kind.ADDRESS, is_a="foaf:Document")
    issued: str | None = row("dct:issued", Kind.MOMENT, one=True)
    modified: str | None = row("dct:modified", Kind.MOMENT, one=True)
    policy: str | None = row("odrl:hasPolicy", Kind.ADDRESS, one=True, is_a="odrl:Policy")
    spatial_resolution: Decimal | None = row(
        "dcat:spatialResolutionInMeters", Kind.DECIMAL, one=True
    )
    temporal_resolution: str | None = row("dcat:temporalResolution", Kind.DURATION, one=True)
    applicable_legislation: tuple[str, ...] = row(
        "dcatap:applicableLegislation", Kind.ADDRESS, is_a="eli:LegalResource"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Thing):
    """A collection of data. The licence stands with the file: DCAT-AP 3.0.1 has none here."""

    IS_A: ClassVar[tuple[str, ...]] = ("dcat:Dataset",)
    title: Texts = row("dct:title", Kind.TEXTS, M)
    description: Texts = row("dct:description", Kind.TEXTS, M)
    keyword: Words = row("dcat:keyword", Kind.WORDS, R)
    theme: tuple[Concept, ...] = row(
        "dcat:theme", Kind.NODE, R, node="Concept", vocabulary="data-theme"
    )
    publisher: Agent | None = row("dct:publisher", Kind.NODE, R, one=True, node="Agent")
    creator: tuple[Agent, ...] = row("dct:creator", Kind.NODE, node="Agent")
    contact_point: tuple[Contact, ...] = row("dcat:contactPoint", Kind.NODE, R, node="Contact")
    distribution: tuple[Distribution, ...] = row(
        "dcat:distribution", Kind.NODE, R, node="Distribution"
    )
    sample: tuple[Distribution, ...] = row("adms:sample", Kind.NODE, node="Distribution")
    spatial: tuple[Location, ...] = row(
        "dct:spatial", Kind.NODE, R, node="Location", vocabulary="country"
    )
    temporal: tuple[PeriodOfTime, ...] = row("dct:temporal", Kind.NODE, R, node="PeriodOfTime")
    spatial_resolution: tuple[Decimal, ...] = row("dcat:spatialResolutionInMeters", Kind.DECIMAL)
    temporal_resolution: str | None = row("dcat:temporalResolution", Kind.DURATION, one=True)
    frequency: Concept | None = row(
        "dct:accrualPeriodicity", Kind.NODE, one=True, node="Concept", is_a="dct:Frequency",
        vocabulary="frequency", closed=True,
    )  # fmt: skip
    language: tuple[Concept, ...] = row(
        "dct:language", Kind.NODE, node="Concept", is_a="dct:LinguisticSystem",
        vocabulary="language", closed=True,
    )  # fmt: skip
    access_rights: Concept | None = row(
        "dct:accessRights", Kind.NODE, one=True, node="Concept", is_a="dct:RightsStatement",
        vocabulary="access-right",
    )  # fmt: skip
    identifier: tuple[str, ...] = row("dct:identifier", Kind.STRING)
    other_identifier: tuple[Identifier, ...] = row("adms:identifier", Kind.NODE, node="Identifier")
    type: tuple[Concept, ...] = row(
        "dct:type", Kind.NODE, node="Concept", vocabulary="dataset-type"
    )
    conforms_to: tuple[Standard, ...] = row("dct:conformsTo", Kind.NODE, node="Standard")
    landing_page: tuple[str, ...] = row("dcat:landingPage", Kind.ADDRESS, is_a="foaf:Document")
    documentation: tuple[str, ...] = row("foaf:page", Kind.ADDRESS, is_a="foaf:Document")
    provenance: tuple[ProvenanceStatement, ...] = row(
        "dct:provenance", Kind.NODE, node="ProvenanceStatement"
    )
    qualified_attribution: tuple[Attribution, ...] = row(
        "prov:qualifiedAttribution", Kind.NODE, node="Attribution"
    )
    qualified_relation: tuple[Relationship, ...] = row(
        "dcat:qualifiedRelation", Kind.NODE, node="Relationship"
    )
    was_generated_by: tuple[Activity, ...] = row("prov:wasGeneratedBy", Kind.NODE, node="Activity")
    relation: tuple[str, ...] = row("dct:relation", Kind.ADDRESS)
    is_referenced_by: tuple[str, ...] = row("dct:isReferencedBy", Kind.ADDRESS)
    source: tuple[str, ...] = row("dct:source", Kind.ADDRESS)
    in_series: tuple[str, ...] = row("dcat:inSeries", Kind.ADDRESS)
    version: str | None = row("dcat:version", Kind.STRING, one=True)
    version_notes: Texts = row("adms:versionNotes", Kind.TEXTS)
    has_version: tuple[str, ...] = row("dcat:hasVersion", Kind.ADDRESS)
    previous_version: str | None = row("dcat:previousVersion", Kind.ADDRESS, one=True)
    current_version: str | None = row("dcat:hasCurrentVersion", Kind.ADDRESS, one=True)
    issued: str | None = row("dct:issued", Kind.MOMENT, one=True)
    modified: str | None = row("dct:modified", Kind.MOMENT, one=True)
    applicable_legislation: tuple[str, ...] = row(
        "dcatap:applicableLegislation", Kind.ADDRESS, is_a="eli:LegalResource"
    )
    hvd_category: tuple[Concept, ...] = row(
        "dcatap:hvdCategory", Kind.NODE, node="Concept", vocabulary="hvd-category"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DataService(Thing):
    """An address that answers questions about data."""

    IS_A: ClassVar[tuple[str, ...]] = ("dcat:DataService",)
    title: Texts = row("dct:title", Kind.TEXTS, M)
    description: Texts = row("dct:description", Kind.TEXTS)
    endpoint_url: tuple[str, ...] = row("dcat:endpointURL", Kind.ADDRESS, M)
    endpoint_description: tuple[str, ...] = row("dcat:endpointDescription", Kind.ADDRESS, R)
    serves_dataset: tuple[str, ...] = row("dcat:servesDataset", Kind.ADDRESS, R)
    keyword: Words = row("dcat:keyword", Kind.WORDS, R)
    theme: tuple[Concept, ...] = row(
        "dcat:theme", Kind.NODE, R, node="Concept", vocabulary="data-theme"
    )
    publisher: Agent | None = row("dct:publisher", Kind.NODE, R, one=True, node="Agent")
    contact_point: tuple[Contact, ...] = row("dcat:contactPoint", Kind.NODE, R, node="Contact")
    conforms_to: tuple[Standard, ...] = row("dct:conformsTo", Kind.NODE, R, node="Standard")
    access_rights: Concept | None = row(
        "dct:accessRights", Kind.NODE, one=True, node="Concept", is_a="dct:RightsStatement",
        vocabulary="access-right",
    )  # fmt: skip
    licence: LicenceDocument | None = row(
        "dct:license", Kind.NODE, one=True, node="LicenceDocument", vocabulary="licence"
    )
    rights: tuple[RightsStatement, ...] = row("dct:rights", Kind.NODE, node="RightsStatement")
    format: tuple[Concept, ...] = row(
        "dct:format", Kind.NODE, node="Concept", is_a="dct:MediaTypeOrExtent",
        vocabulary="file-type", closed=True,
    )  # fmt: skip
    landing_page: tuple[str, ...] = row("dcat:landingPage", Kind.ADDRESS, is_a="foaf:Document")
    documentation: tuple[str, ...] = row("foaf:page", Kind.ADDRESS, is_a="foaf:Document")
    applicable_legislation: tuple[str, ...] = row(
        "dcatap:applicableLegislation", Kind.ADDRESS, is_a="eli:LegalResource"
    )
    hvd_category: tuple[Concept, ...] = row(
        "dcatap:hvdCategory", Kind.NODE, node="Concept", vocabulary="hvd-category"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSeries(Thing):
    """Datasets that are published apart and belong together, such as the years of a budget."""

    IS_A: ClassVar[tuple[str, ...]] = ("dcat:DatasetSeries",)
    title: Texts = row("dct:title", Kind.TEXTS, M)
    description: Texts = row("dct:description", Kind.TEXTS, M)
    publisher: Agent | None = row("dct:publisher", Kind.NODE, R, one=True, node="Agent")
    contact_point: tuple[Contact, ...] = row("dcat:contactPoint", Kind.NODE, R, node="Contact")
    spatial: tuple[Location, ...] = row(
        "dct:spatial", Kind.NODE, R, node="Location", vocabulary="country"
    )
    temporal: tuple[PeriodOfTime, ...] = row("dct:temporal", Kind.NODE, node="PeriodOfTime")
    frequency: Concept | None = row(
        "dct:accrualPeriodicity", Kind.NODE, one=True, node="Concept", is_a="dct:Frequency",
        vocabulary="frequency", closed=True,
    )  # fmt: skip
    issued: str | None = row("dct:issued", Kind.MOMENT, one=True)
    modified: str | None = row("dct:modified", Kind.MOMENT, one=True)
    applicable_legislation: tuple[str, ...] = row(
        "dcatap:applicableLegislation", Kind.ADDRESS, is_a="eli:LegalResource"
    )
    hvd_category: tuple[Concept, ...] = row(
        "dcatap:hvdCategory", Kind.NODE, node="Concept", vocabulary="hvd-category"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogRecord(Thing):
    """What the catalogue says about a description, apart from what is described."""

    IS_A: ClassVar[tuple[str, ...]] = ("dcat:CatalogRecord",)
    title: Texts = row("dct:title", Kind.TEXTS)
    description: Texts = row("dct:description", Kind.TEXTS)
    primary_topic: str | None = row(
        "foaf:primaryTopic", Kind.ADDRESS, M, one=True, is_a="dcat:Resource"
    )
    conforms_to: tuple[Standard, ...] = row("dct:conformsTo", Kind.NODE, R, node="Standard")
    status: Concept | None = row("adms:status", Kind.NODE, R, one=True, node="Concept")
    language: tuple[Concept, ...] = row(
        "dct:language", Kind.NODE, node="Concept", is_a="dct:LinguisticSystem",
        vocabulary="language", closed=True,
    )  # fmt: skip
    source: str | None = row("dct:source", Kind.ADDRESS, one=True)
    issued: str | None = row("dct:issued", Kind.MOMENT, R, one=True)
    modified: str | None = row("dct:modified", Kind.MOMENT, M, one=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(Thing):
    """The catalogue itself; what is in it is referred to."""

    IS_A: ClassVar[tuple[str, ...]] = ("dcat:Catalog",)
    title: Texts = row("dct:title", Kind.TEXTS, M)
    description: Texts = row("dct:description", Kind.TEXTS, M)
    publisher: Agent | None = row("dct:publisher", Kind.NODE, M, one=True, node="Agent")
    creator: Agent | None = row("dct:creator", Kind.NODE, one=True, node="Agent")
    homepage: str | None = row("foaf:homepage", Kind.ADDRESS, R, one=True, is_a="foaf:Document")
    language: tuple[Concept, ...] = row(
        "dct:language", Kind.NODE, R, node="Concept", is_a="dct:LinguisticSystem",
        vocabulary="language", closed=True,
    )  # fmt: skip
    licence: LicenceDocument | None = row(
        "dct:license", Kind.NODE, R, one=True, node="LicenceDocument", vocabulary="licence"
    )
    rights: tuple[RightsStatement, ...] = row("dct:rights", Kind.NODE, node="RightsStatement")
    spatial: tuple[Location, ...] = row(
        "dct:spatial", Kind.NODE, R, node="Location", vocabulary="country"
    )
    temporal: tuple[PeriodOfTime, ...] = row("dct:temporal", Kind.NODE, node="PeriodOfTime")
    themes: tuple[ConceptScheme, ...] = row(
        "dcat:themeTaxonomy", Kind.NODE, R, node="ConceptScheme"
    )
    dataset: tuple[str, ...] = row("dcat:dataset", Kind.ADDRESS, R)
    service: tuple[str, ...] = row("dcat:service", Kind.ADDRESS, R)
    record: tuple[str, ...] = row("dcat:record", Kind.ADDRESS)
    catalog: tuple[str, ...] = row("dcat:catalog", Kind.ADDRESS)
    has_part: tuple[str, ...] = row("dct:hasPart", Kind.ADDRESS)
    issued: str | None = row("dct:issued", Kind.MOMENT, R, one=True)
    modified: str | None = row("dct:modified", Kind.MOMENT, R, one=True)
    applicable_legislation: tuple[str, ...] = row(
        "dcatap:applicableLegislation", Kind.ADDRESS, is_a="eli:LegalResource"
    )


TABLE: Mapping[str, type[Thing]] = {
    each.__name__: each
    for each in (
        Catalog, Dataset, Distribution, DataService, DatasetSeries, CatalogRecord, Agent, Contact,
        PeriodOfTime, Location, Geometry, Checksum, LicenceDocument, RightsStatement,
        ProvenanceStatement, Standard, Identifier, Relationship, Attribution, Activity, Concept,
        ConceptScheme,
    )
}  # fmt: skip
"""Every class, by its name here."""

NOT_OURS: Mapping[str, str] = {
    "PeriodofTime.beginning": "dcat:startDate says the same without a node of its own",
    "PeriodofTime.end": "dcat:endDate says the same without a node of its own",
}
"""The properties of the profile that no field of ours is, each with the reason."""


def rows_of(kind: type[Thing]) -> tuple[tuple[str, Row], ...]:
    """The lines of one class, by the name of the field, in their order."""
    return _ROWS[kind]


def places_of(thing: Thing, where: str = "") -> Mapping[str, str]:
    """Where in the form each node of a record stands, by its address.

    >>> places_of(Dataset(iri="urn:d", contact_point=(Contact(iri="urn:c"),)))
    {'urn:c': 'contact_point.', 'urn:d': ''}
    """
    found = {thing.iri: where}
    for name, line in rows_of(type(thing)):
        if line.kind is Kind.NODE and (value := getattr(thing, name)):
            for node in (value,) if line.is_one else value:
                found = {**places_of(node, f"{where}{name}."), **found}
    return found


_ROWS: Mapping[type[Thing], tuple[tuple[str, Row], ...]] = {
    kind: tuple((f.name, f.metadata["row"]) for f in fields(kind) if "row" in f.metadata)
    for kind in TABLE.values()
}

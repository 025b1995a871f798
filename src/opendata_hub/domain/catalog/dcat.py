"""Datasets, publishers and the catalogue as DCAT-AP 3.0.1 triples.

Every node is an IRI: ours below the base address, or a term of a public vocabulary. Whatever is
referred to also gets its type and, where the profile wants one, its label, so that a check
needs nothing but our own document (DCAT-AP 3.0.1, sections on Catalog, Dataset, Distribution).

Literals carry their language. Addresses below a dataset are fragments of its own address: who
follows them gets the document that describes them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD, Namespace
from rdflib.term import Literal, Node, URIRef

from opendata_hub.domain.catalog.dataset import Dataset, Distribution
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.site import Publisher, Site
from opendata_hub.domain.catalog.vocabulary import Term, Vocabularies
from opendata_hub.domain.texts import LANGUAGES, Texts

DCAT_VERSION = URIRef(f"{DCAT}version")  # DCAT 3; rdflib's list is older
OPENAPI = URIRef("https://spec.openapis.org/oas/v3.1.0")
DCATAP = Namespace("http://data.europa.eu/r5r/")
AVAILABILITY = DCATAP.availability
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
IANA = Namespace("https://www.iana.org/assignments/media-types/")
PREFIXES: Mapping[str, str] = {
    "dcat": str(DCAT),
    "dcatap": str(DCATAP),
    "dct": str(DCTERMS),
    "foaf": str(FOAF),
    "rdf": str(RDF),
    "skos": str(SKOS),
    "spdx": str(SPDX),
    "vcard": str(VCARD),
    "xsd": str(XSD),
}
"""The namespaces of every predicate and class used here; serialisations declare just these."""

PROFILE = "dcat-ap-3.0.1/2"
"""What the stored serialisations were written by; raise it when a triple below changes."""

Triple = tuple[URIRef, URIRef, Node]


@dataclass(frozen=True, slots=True)
class Frame:
    """What every record is described against: the address of the hub and its declarations.

    digest: of the files the declarations were read from; the same in every process.
    """

    base_url: str
    site: Site
    families: Mapping[str, Family]
    vocabularies: Vocabularies
    digest: str = ""

    def iri(self, path: str) -> URIRef:
        """The IRI of a path below the hub's address."""
        return URIRef(f"{self.base_url}/{path}")

    def term(self, vocabulary: str, code: str) -> Term:
        """An entry of a shipped list; packs were checked against the lists when read."""
        return self.vocabularies[vocabulary][code]


def catalog_triples(frame: Frame, *, modified_at: datetime) -> Iterator[Triple]:
    """Describe the catalogue itself, without the links to its datasets."""
    me, site = frame.iri("catalog"), frame.site
    homepage = frame.iri("")
    themes = frame.term("schemes", "data-theme")
    taxonomy = URIRef(themes.uri)
    yield me, RDF.type, DCAT.Catalog
    yield from _texts(me, DCTERMS.title, site.title)
    yield from _texts(me, DCTERMS.description, site.description)
    yield from publisher_link(frame, me, site.publishers[site.publisher])
    yield me, FOAF.homepage, homepage
    yield homepage, RDF.type, FOAF.Document
    yield from _languages(frame, me, LANGUAGES)
    yield from _term(frame, me, DCTERMS.license, "licence", site.licence)
    yield from _term(frame, me, DCTERMS.spatial, "country", site.country)
    yield me, DCAT.themeTaxonomy, taxonomy
    yield from _scheme(taxonomy, themes.label)
    yield me, DCTERMS.modified, _instant(modified_at)


def catalog_entry(frame: Frame, slug: str) -> Triple:
    """The link from the catalogue to one of its datasets."""
    return frame.iri("catalog"), DCAT.dataset, frame.iri(f"datasets/{slug}")


def dataset_triples(frame: Frame, dataset: Dataset) -> Iterator[Triple]:
    """Describe one dataset, its publisher and its file."""
    me, family = frame.iri(f"datasets/{dataset.slug}"), frame.families[dataset.family]
    page = frame.iri(f"fr/datasets/{dataset.slug}")
    publisher = frame.site.publishers[dataset.publisher]
    yield me, RDF.type, DCAT.Dataset
    yield me, DCTERMS.identifier, Literal(str(me))
    yield from _texts(me, DCTERMS.title, dataset.title)
    yield from _texts(me, DCTERMS.description, dataset.description)
    yield from _keywords(me, dataset.keywords)
    yield from publisher_link(frame, me, publisher)
    yield from _contact(frame, me, publisher)
    for theme in family.themes:
        yield from _term(frame, me, DCAT.theme, "data-theme", theme)
    yield from _term(frame, me, DCTERMS.accrualPeriodicity, "frequency", family.frequency)
    yield from _term(frame, me, DCTERMS.accessRights, "access-right", "PUBLIC")
    yield from _term(frame, me, DCTERMS.spatial, "country", frame.site.country)
    yield from _languages(frame, me, family.languages)
    yield me, DCTERMS.issued, _instant(dataset.issued_at)
    yield me, DCTERMS.modified, _instant(dataset.modified_at)
    yield me, DCAT_VERSION, Literal(str(dataset.version))
    yield me, DCAT.landingPage, page
    yield page, RDF.type, FOAF.Document
    yield me, DCAT.distribution, URIRef(f"{me}#distribution-1")
    yield from _distribution(frame, dataset, family)
    yield from _rows_service(frame, dataset)


def publisher_triples(frame: Frame, publisher: Publisher) -> Iterator[Triple]:
    """Describe a public body: name, kind, homepage."""
    me, homepage = frame.iri(f"publishers/{publisher.id}"), URIRef(publisher.homepage)
    yield me, RDF.type, FOAF.Agent
    yield from _texts(me, FOAF.name, publisher.name)
    yield from _term(frame, me, DCTERMS.type, "publisher-type", publisher.type)
    yield me, FOAF.homepage, homepage
    yield homepage, RDF.type, FOAF.Document


def publisher_link(frame: Frame, subject: URIRef, publisher: Publisher) -> Iterator[Triple]:
    """Say who publishes ``subject``, and who that is."""
    yield subject, DCTERMS.publisher, frame.iri(f"publishers/{publisher.id}")
    yield from publisher_triples(frame, publisher)


def _distribution(frame: Frame, dataset: Dataset, family: Family) -> Iterator[Triple]:
    """Describe the file. The licence stands here: DCAT-AP 3.0.1 has none on a dataset."""
    file, parent = dataset.distribution, frame.iri(f"datasets/{dataset.slug}")
    me = URIRef(f"{parent}#distribution-1")
    address = URIRef(f"{parent}/files/{file.file_name}")
    schema = frame.iri(f"families/{family.name}/schema.json")
    yield me, RDF.type, DCAT.Distribution
    yield from _texts(me, DCTERMS.title, dataset.title)
    yield from _texts(me, DCTERMS.description, dataset.description)
    yield me, DCAT.accessURL, address
    yield me, DCAT.downloadURL, address
    yield from _term(frame, me, DCTERMS.license, "licence", frame.site.licence)
    yield from _term(frame, me, AVAILABILITY, "planned-availability", "AVAILABLE")
    yield from _term(frame, me, DCTERMS["format"], "file-type", file.format)
    yield me, DCAT.mediaType, IANA[file.media_type]
    yield IANA[file.media_type], RDF.type, DCTERMS.MediaType
    yield me, DCAT.byteSize, Literal(str(file.size_bytes), datatype=XSD.nonNegativeInteger)
    yield from _checksum(me, file)
    yield me, DCTERMS.conformsTo, schema
    yield schema, RDF.type, DCTERMS.Standard
    yield from _texts(schema, DCTERMS.title, family.title)
    yield from _languages(frame, me, family.languages)
    yield me, DCTERMS.issued, _instant(file.issued_at)
    yield me, DCTERMS.modified, _instant(dataset.modified_at)


def _rows_service(frame: Frame, dataset: Dataset) -> Iterator[Triple]:
    """Describe the service that answers questions about the rows (``docs/rows.md``)."""
    parent = frame.iri(f"datasets/{dataset.slug}")
    me, described = URIRef(f"{parent}#rows"), frame.iri("api/openapi.json")
    yield URIRef(f"{parent}#distribution-1"), DCAT.accessService, me
    yield me, RDF.type, DCAT.DataService
    yield from _texts(me, DCTERMS.title, dataset.title)
    yield me, DCAT.endpointURL, frame.iri(f"api/v1/datasets/{dataset.slug}/rows")
    yield me, DCAT.endpointDescription, described
    yield described, RDF.type, FOAF.Document
    yield me, DCAT.servesDataset, parent
    yield me, DCTERMS.conformsTo, OPENAPI
    yield OPENAPI, RDF.type, DCTERMS.Standard
    yield OPENAPI, DCTERMS.title, Literal("OpenAPI Specification", lang="en")
    yield from _term(frame, me, DCTERMS.license, "licence", frame.site.licence)
    yield from _term(frame, me, DCTERMS.accessRights, "access-right", "PUBLIC")


def _checksum(parent: URIRef, file: Distribution) -> Iterator[Triple]:
    me = URIRef(f"{parent}-checksum")
    yield parent, SPDX.checksum, me
    yield me, RDF.type, SPDX.Checksum
    yield me, SPDX.algorithm, SPDX.checksumAlgorithm_sha256
    yield SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm
    yield me, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary)


def _contact(frame: Frame, subject: URIRef, publisher: Publisher) -> Iterator[Triple]:
    me = frame.iri(f"publishers/{publisher.id}#contact")
    yield subject, DCAT.contactPoint, me
    yield me, RDF.type, VCARD.Kind
    yield me, RDF.type, VCARD.Organization
    yield from _texts(me, VCARD.fn, publisher.name)
    yield me, VCARD.hasEmail, URIRef(f"mailto:{publisher.email}")


TYPES: Mapping[str, tuple[URIRef, ...]] = {
    "access-right": (DCTERMS.RightsStatement, SKOS.Concept),
    "country": (DCTERMS.Location, SKOS.Concept),
    "data-theme": (SKOS.Concept,),
    "file-type": (DCTERMS.MediaTypeOrExtent, SKOS.Concept),
    "frequency": (DCTERMS.Frequency, SKOS.Concept),
    "language": (DCTERMS.LinguisticSystem, SKOS.Concept),
    "licence": (DCTERMS.LicenseDocument, SKOS.Concept),
    "planned-availability": (SKOS.Concept,),
    "publisher-type": (SKOS.Concept,),
}
"""What an entry of each list is, for the profile's checks of class membership."""


def _term(
    frame: Frame, subject: URIRef, predicate: URIRef, vocabulary: str, code: str
) -> Iterator[Triple]:
    """Refer to an entry of a public list; say what it is, its labels and its list."""
    term, scheme = frame.term(vocabulary, code), frame.term("schemes", vocabulary)
    value, list_iri = URIRef(term.uri), URIRef(scheme.uri)
    yield subject, predicate, value
    for kind in TYPES[vocabulary]:
        yield value, RDF.type, kind
    yield from _texts(value, SKOS.prefLabel, term.label)
    yield value, SKOS.inScheme, list_iri
    yield from _scheme(list_iri, scheme.label)


def _scheme(me: URIRef, title: Texts) -> Iterator[Triple]:
    yield me, RDF.type, SKOS.ConceptScheme
    yield from _texts(me, DCTERMS.title, title)


def _languages(frame: Frame, subject: URIRef, isos: Sequence[str]) -> Iterator[Triple]:
    by_iso = {term.extra["iso"]: term.code for term in frame.vocabularies["language"].values()}
    for iso in isos:
        yield from _term(frame, subject, DCTERMS.language, "language", by_iso[iso])


def _keywords(subject: URIRef, keywords: Mapping[str, Sequence[str]]) -> Iterator[Triple]:
    for language, words in keywords.items():
        for word in words:
            yield subject, DCAT.keyword, Literal(word, lang=language)


def _texts(subject: URIRef, predicate: URIRef, texts: Texts) -> Iterator[Triple]:
    for language, text in texts.items():
        yield subject, predicate, Literal(text, lang=language)


def _instant(moment: datetime) -> Literal:
    return Literal(moment.isoformat(timespec="seconds"), datatype=XSD.dateTime)

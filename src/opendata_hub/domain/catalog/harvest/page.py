"""A page of the catalogue and the tombstones on it, as triples."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD, Namespace
from rdflib.term import Literal, URIRef

from opendata_hub.domain.catalog.dcat import PREFIXES as RECORD_PREFIXES
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import Tombstone
from opendata_hub.domain.catalog.record.triples import Triple
from opendata_hub.domain.texts import Texts

ADMS = Namespace("http://www.w3.org/ns/adms#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
PREFIXES: Mapping[str, str] = {**RECORD_PREFIXES, "adms": str(ADMS), "hydra": str(HYDRA)}
"""The namespaces of whole documents: those of the records, of pages and of tombstones."""

_STATUSES = URIRef("http://publications.europa.eu/resource/authority/distribution-status")
_WITHDRAWN = URIRef(f"{_STATUSES}/WITHDRAWN")
_WITHDRAWN_LABEL: Texts = {"ar": "مسحوب", "en": "withdrawn", "fr": "retiré"}
_STATUSES_LABEL: Texts = {
    "ar": "حالة التوزيعة",
    "en": "Distribution status",
    "fr": "Statut de la distribution",
}


def page_triples(
    me: str, *, first: str, following: str, total: int, limit: int
) -> Iterator[Triple]:
    """Say which page this is and where the others are; ``following`` is empty on the last one.

    Both the class of Hydra's older drafts and IRIs, not texts: harvesters follow either.
    """
    page = URIRef(me)
    yield page, RDF.type, HYDRA.PagedCollection
    yield page, HYDRA.totalItems, _number(total)
    yield page, HYDRA.itemsPerPage, _number(limit)
    for predicate, address in ((HYDRA.first, first), (HYDRA.next, following)):
        if address:
            yield page, predicate, URIRef(address)
            yield URIRef(address), RDF.type, HYDRA.PagedCollection


def tombstone_triples(frame: Frame, left: Tombstone) -> Iterator[Triple]:
    """Say that the record of a dataset was withdrawn, when, and for which reason."""
    here = frame.iri(f"datasets/{left.slug}")
    topic, me = URIRef(left.iri or here), URIRef(f"{here}#record")
    yield frame.iri("catalog"), DCAT.record, me
    yield me, RDF.type, DCAT.CatalogRecord
    yield me, FOAF.primaryTopic, topic
    yield me, DCTERMS.issued, _instant(left.issued_at)
    yield me, DCTERMS.modified, _instant(left.withdrawn_at)
    yield me, DCTERMS.description, Literal(left.reason)
    yield from _texts(me, DCTERMS.title, left.title)
    yield me, ADMS.status, _WITHDRAWN
    yield _WITHDRAWN, RDF.type, SKOS.Concept
    yield from _texts(_WITHDRAWN, SKOS.prefLabel, _WITHDRAWN_LABEL)
    yield _WITHDRAWN, SKOS.inScheme, _STATUSES
    yield _STATUSES, RDF.type, SKOS.ConceptScheme
    yield from _texts(_STATUSES, DCTERMS.title, _STATUSES_LABEL)


def _texts(subject: URIRef, predicate: URIRef, texts: Texts) -> Iterator[Triple]:
    for language, text in texts.items():
        yield subject, predicate, Literal(text, lang=language)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _instant(moment: datetime) -> Literal:
    return Literal(moment.isoformat(timespec="seconds"), datatype=XSD.dateTime)

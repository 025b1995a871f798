"""DCAT-US 1.1: one ``data.json`` with all datasets of a body.

Source: resources.data.gov/resources/dcat-us (Project Open Data Metadata Schema 1.1).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, Namespace
from rdflib.term import BNode, Literal, Node, URIRef

from opendata_hub.adapters.harvest.rdf_records import address_for
from opendata_hub.adapters.harvest.web import Got, Web
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record.parse import Reading
from opendata_hub.domain.errors import SourceUnreadable
from opendata_hub.domain.harvest.found import Found, KnownPage, Note, Page, SamePage, Told
from opendata_hub.domain.harvest.harvested import moment_of
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.source import Source
from opendata_hub.domain.harvest.wording import reworded, things_for_names

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_DATASET: Mapping[str, URIRef] = {
    "title": DCTERMS.title,
    "description": DCTERMS.description,
    "keyword": DCAT.keyword,
    "modified": DCTERMS.modified,
    "issued": DCTERMS.issued,
    "accrualPeriodicity": DCTERMS.accrualPeriodicity,
    "landingPage": DCAT.landingPage,
    "language": DCTERMS.language,
    "spatial": DCTERMS.spatial,
    "theme": DCAT.theme,
    "references": FOAF.page,
    "conformsTo": DCTERMS.conformsTo,
    "rights": DCTERMS.rights,
}
_FILE: Mapping[str, URIRef] = {
    "title": DCTERMS.title,
    "description": DCTERMS.description,
    "accessURL": DCAT.accessURL,
    "downloadURL": DCAT.downloadURL,
    "mediaType": DCAT.mediaType,
    "format": DCTERMS.format,
    "conformsTo": DCTERMS.conformsTo,
}
_ADDRESSES = frozenset({"landingPage", "references", "accessURL", "downloadURL"})
Triple = tuple[Node, Node, Node]


class DataJsonReader:
    """Reads a ``data.json``: one page, which says by its tag whether it has changed."""

    tells_changes = False

    def __init__(self, source: Source, web: Web, lists: Lists) -> None:
        self.source, self.web, self.lists = source, web, lists

    def first(self, since: datetime | None) -> str:  # noqa: ARG002  (nobody can ask that)
        """The address of the document."""
        return self.source.url

    def marker(self, page: Page, before: datetime | None) -> datetime | None:  # noqa: ARG002
        """None: such a source is always read whole."""
        return None

    def count(self) -> int | None:
        """Nobody tells."""
        return None

    def still_has(self, identifiers: Sequence[str]) -> frozenset[str]:  # noqa: ARG002
        """None: it can't be asked for one."""
        return frozenset()

    def read(self, address: str, known: KnownPage | None) -> Page | SamePage:
        """The datasets of the document; raises NotFetched."""
        got = self.web.get(address, accept="application/json, */*;q=0.1", known=known)
        if got is None and known is not None:
            return SamePage(known)
        if got is None:
            raise SourceUnreadable(f"{address[:200]} answered nothing new, and was never read")
        listed = _listed(got)
        return Page(
            address=address,
            found=tuple(self._found(each) for each in listed),
            total=len(listed),
            etag=got.etag,
            last_modified=got.last_modified,
            sha256=got.sha256,
        )

    def _found(self, given: Any) -> Found:
        said = given if isinstance(given, dict) else {}
        text = json.dumps(given, ensure_ascii=False, sort_keys=True)
        identifier = str(said.get("identifier") or "").strip()
        modified = str(said.get("modified") or "")
        return Found(
            identifier=identifier,
            title=str(said.get("title") or identifier),
            digest=sha256(text.encode("utf-8", "replace")).hexdigest(),
            tell=partial(self._tell, said, identifier),
            given=partial(text.encode, "utf-8", "replace"),
            modified_at=moment_of(modified),
        )

    def _tell(self, said: Mapping[str, Any], identifier: str) -> Told:
        is_address = identifier.startswith(("http://", "https://", "urn:"))
        iri = identifier if is_address else address_for(self.source.url, identifier)
        triples = list(dataset_triples(said, URIRef(iri), identifier))
        reading = Reading.of(things_for_names(triples, self.lists))
        told = reading.described(record.Dataset, URIRef(iri), iri)
        notes = [Note(each.name, each.reason) for each in reading.left_out]
        return reworded(told, self.lists, language=self.source.language, notes=notes)


def _listed(got: Got) -> list[Any]:
    try:
        told = json.loads(got.text)
    except (ValueError, RecursionError):
        raise SourceUnreadable(f"{got.url[:200]}: this is no JSON, or half of it") from None
    listed = told.get("dataset") if isinstance(told, dict) else told
    if not isinstance(listed, list):
        raise SourceUnreadable(f"{got.url[:200]}: there is no list of datasets in it")
    return listed


def dataset_triples(said: Mapping[str, Any], me: URIRef, identifier: str) -> Iterator[Triple]:
    """What a dataset of DCAT-US says, in the words of DCAT."""
    yield me, RDF.type, DCAT.Dataset
    yield me, DCTERMS.identifier, Literal(identifier)
    yield from _plain(said, me, _DATASET)
    yield from _period(said.get("temporal"), me)
    if said.get("accessLevel"):
        yield me, DCTERMS.accessRights, Literal(str(said["accessLevel"]))
    yield from _agent(said.get("publisher"), me)
    yield from _contact(said.get("contactPoint"), me)
    files = said.get("distribution")
    for number, file in enumerate(files if isinstance(files, list) else []):
        if isinstance(file, dict):
            yield from _file(file, me, URIRef(f"{me}{_joint(me)}distribution-{number + 1}"), said)


def _joint(me: str) -> str:
    return "-" if "#" in me else "#"


def _file(
    file: Mapping[str, Any], parent: URIRef, me: URIRef, dataset: Mapping[str, Any]
) -> Iterator[Triple]:
    """A file: the licence stands with it in DCAT-AP, and with the dataset in DCAT-US."""
    yield parent, DCAT.distribution, me
    yield me, RDF.type, DCAT.Distribution
    yield from _plain(file, me, _FILE)
    if dataset.get("license"):
        yield me, DCTERMS.license, _value("license", dataset["license"])


def _plain(said: Mapping[str, Any], me: URIRef, words: Mapping[str, URIRef]) -> Iterator[Triple]:
    for name, predicate in words.items():
        given = said.get(name)
        for each in given if isinstance(given, list) else [given]:
            if isinstance(each, str | int | float) and str(each).strip():
                yield me, predicate, _value(name, str(each))


def _value(name: str, text: Any) -> Node:
    said = str(text).strip()
    is_address = name in _ADDRESSES or (name == "license" and said.startswith("http"))
    return URIRef(said) if is_address else Literal(said)


def _period(given: Any, me: URIRef) -> Iterator[Triple]:
    """A span such as ``2020-01-01/2020-12-31``."""
    if not isinstance(given, str) or "/" not in given:
        return
    begin, _, end = given.partition("/")
    node = BNode()
    yield me, DCTERMS.temporal, node
    if begin.strip():
        yield node, DCAT.startDate, Literal(begin.strip())
    if end.strip() and not end.startswith("P"):
        yield node, DCAT.endDate, Literal(end.strip())


def _agent(given: Any, me: URIRef) -> Iterator[Triple]:
    name = given.get("name") if isinstance(given, dict) else given
    if isinstance(name, str) and name.strip():
        node = BNode()
        yield me, DCTERMS.publisher, node
        yield node, FOAF.name, Literal(name.strip())


def _contact(given: Any, me: URIRef) -> Iterator[Triple]:
    if not isinstance(given, dict):
        return
    node, email = BNode(), str(given.get("hasEmail") or "").strip()
    yield me, DCAT.contactPoint, node
    if given.get("fn"):
        yield node, VCARD.fn, Literal(str(given["fn"]))
    if email:
        address = email if email.startswith("mailto:") else f"mailto:{email}"
        yield node, VCARD.hasEmail, URIRef(address)

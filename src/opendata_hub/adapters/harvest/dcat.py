"""Catalogues in DCAT: documents with pages of Hydra, old and new, or plain lists of addresses."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from rdflib.namespace import Namespace

from opendata_hub.adapters.harvest.rdf_records import (
    ACCEPT,
    Document,
    document,
    nodes_of,
)
from opendata_hub.adapters.harvest.web import Got, Web, http_date, led_to
from opendata_hub.domain.catalog.record.values import instant
from opendata_hub.domain.errors import NotFetched, SourceUnreadable
from opendata_hub.domain.harvest.found import Found, KnownPage, Page, SamePage, Told
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.source import Source

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
NEXT = (HYDRA.next, HYDRA.nextPage)
"""How the next page is named today, and in older drafts, which CKAN still writes."""
ADDRESSES_AT_ONCE = 50
"""Of a list of addresses, so many are followed as one page."""
URI_LIST = "text/uri-list"


class DcatReader:
    """Reads documents in Turtle, RDF/XML, JSON-LD or N-Triples, and follows their pages."""

    tells_changes = False

    def __init__(self, source: Source, web: Web, lists: Lists) -> None:
        self.source, self.web, self.lists = source, web, lists
        self._listed: tuple[str, list[str]] = ("", [])

    def first(self, since: datetime | None) -> str:  # noqa: ARG002  (nobody can ask that)
        """The address of the catalogue."""
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
        """The datasets of a document; raises NotFetched."""
        place, _, rest = address.partition(_REST)
        if rest:
            return self._followed(place, int(rest))
        got = self.web.get(address, accept=f"{ACCEPT}, {URI_LIST};q=0.2", known=known)
        if got is None:
            return SamePage(_certain(known))
        if got.media_type == URI_LIST:
            self._listed = address, _addresses(got)
            return self._followed(address, 0)
        told = self._document(got)
        nodes, named = nodes_of(told)
        following = _following(told, got)
        if named and not nodes and not following:
            self._listed = address, named
            return self._followed(address, 0)
        return Page(
            address=address,
            found=(*map(told.found, nodes), *map(self._elsewhere, named)),
            following=following,
            total=_total(told),
            gone=told.gone(),
            etag=got.etag,
            last_modified=got.last_modified,
            sha256=got.sha256,
        )

    def _document(self, got: Got) -> Document:
        return document(got, home=self.source.url, language=self.source.language, lists=self.lists)

    def _followed(self, place: str, first: int) -> Page:
        """A part of a list of addresses, each of which is read by itself."""
        if self._listed[0] != place:
            self._listed = place, self._list_at(place)
        listed, last = self._listed[1], first + ADDRESSES_AT_ONCE
        return Page(
            address=f"{place}{_REST}{first}" if first else place,
            found=tuple(map(self._elsewhere, listed[first:last])),
            following=f"{place}{_REST}{last}" if last < len(listed) else "",
            total=len(listed),
        )

    def _list_at(self, place: str) -> list[str]:
        got = self.web.get(place, accept=ACCEPT)
        if got is None:
            raise SourceUnreadable(f"{place[:200]} has changed into nothing")
        return _addresses(got) if got.media_type == URI_LIST else nodes_of(self._document(got))[1]

    def _elsewhere(self, iri: str) -> Found:
        """A dataset that is described at its own address only."""
        try:
            got = self.web.get(iri, accept=ACCEPT)
            found = next(iter(self._at(iri, got)), None) if got else None
        except NotFetched as problem:
            return _unread(iri, problem)
        missing = SourceUnreadable(f"{iri[:200]} does not describe the dataset of that name")
        return found or _unread(iri, missing)

    def _at(self, iri: str, got: Got) -> Iterator[Found]:
        told = self._document(got)
        return (told.found(each) for each in told.described() if str(each) == iri)


class HubReader(DcatReader):
    """Reads a hub of this kind: everything once, and then what has changed, with tombstones."""

    tells_changes = True

    def first(self, since: datetime | None) -> str:
        """The first page of the catalogue, or of its changes since that instant."""
        asked = {"limit": str(self.source.page_size)}
        if since:
            asked["modified_since"] = instant(since)
        return f"{self.source.url.rstrip('/')}/catalog.ttl?{urlencode(asked)}"

    def marker(self, page: Page, before: datetime | None) -> datetime | None:
        """The state of the catalogue when its first page was read: what came later comes again."""
        return before or http_date(page.last_modified)


_REST = "#from-"


def _following(told: Document, got: Got) -> str:
    """The next page, by the document or by its header; empty where there is none."""
    named = sorted(
        {
            str(each)
            for said in told.reading.statements.values()
            for p in NEXT
            for each in said.get(p, ())
        }
    )
    for each in (*named, got.following):
        address = led_to(got.url, each) if each else ""
        if address and address != got.url:
            return address
    return ""


def _total(told: Document) -> int | None:
    counted = (
        str(each)
        for said in told.reading.statements.values()
        for each in said.get(HYDRA.totalItems, ())
    )
    return next((int(each) for each in counted if each.isdecimal()), None)


def _addresses(got: Got) -> list[str]:
    """The addresses of a plain list (RFC 2483): a line each, but for remarks."""
    lines = (line.strip() for line in got.text.splitlines())
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def _unread(iri: str, problem: NotFetched) -> Found:
    def refuse() -> Told:
        raise problem

    return Found(
        identifier=iri, title=iri, digest="", tell=refuse, given=partial(bytes, iri, "utf-8")
    )


def _certain(known: KnownPage | None) -> KnownPage:
    if known is None:
        raise SourceUnreadable("The source says that nothing has changed, and was never read")
    return known

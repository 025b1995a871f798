"""A dataset of another catalogue as it is kept here: its record, and where it is from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rdflib.term import URIRef

from opendata_hub.domain.catalog.dcat import PROFILE_IRI, Frame
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record.triples import Block, blocks, term
from opendata_hub.domain.catalog.record.values import instant
from opendata_hub.domain.catalog.search.entry import Entry, LocalText, Shown, years_of
from opendata_hub.domain.catalog.search.query import Facet
from opendata_hub.domain.harvest.found import Note
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.texts import LANGUAGES, Texts

SHOWN_LENGTH = 2_000
"""Letters of a description that are kept beside the record, to be shown in lists."""
MOST_CODES = 50


@dataclass(frozen=True, slots=True)
class Harvested:
    """A dataset elsewhere, as it was last read and sound.

    iri:        its address elsewhere, which is left alone. identifier: its name at the source.
    publisher:  what its publisher is called there. facets: codes of our lists that its record has.
    notes:      what is said in other words than the source's. met: indicators of quality.
    version:    1 at first, one more at each change that was read. issued_at, modified_at: when it
                was first, and last, taken in here. digest: of what came.
    run, page:  in which reading, and where, the source had it last. is_gone: it has it no more.
    """

    position: int
    source: str
    identifier: str
    slug: str
    iri: str
    title: Texts
    description: Texts
    keywords: Mapping[str, tuple[str, ...]]
    publisher: Texts
    facets: Mapping[Facet, tuple[str, ...]]
    landing_page: str
    notes: tuple[Note, ...]
    met: frozenset[str]
    version: int
    issued_at: datetime
    modified_at: datetime
    digest: str
    run: int
    page: str
    is_gone: bool = False


def entry_of_record(frame: Frame, kept: Harvested) -> record.CatalogRecord:
    """What our catalogue says of its description of a dataset elsewhere: from where and when."""
    me = frame.iri(f"datasets/{kept.slug}")
    profile = frame.shared.keep(record.Standard(iri=PROFILE_IRI, title={"en": "DCAT-AP 3.0.1"}))
    return record.CatalogRecord(
        iri=f"{me}#record",
        primary_topic=kept.iri,
        conforms_to=(profile,),
        source=kept.page or None,
        issued=instant(kept.issued_at),
        modified=instant(kept.modified_at),
    )


def harvested_blocks(frame: Frame, described: record.Dataset, kept: Harvested) -> tuple[Block, ...]:
    """All that our catalogue says of a dataset elsewhere."""
    entry = entry_of_record(frame, kept)
    link = (frame.iri("catalog"), term("dcat:record"), URIRef(entry.iri))
    return (Block((link,)), *blocks((described, entry), frame.shared))


def facets_of(lists: Lists, described: record.Dataset) -> Mapping[Facet, tuple[str, ...]]:
    """The codes of our lists by which readers filter."""
    files = described.distribution
    return {
        Facet.THEME: _codes(lists, "data-theme", (each.iri for each in described.theme)),
        Facet.FORMAT: _codes(lists, "file-type", (f.format.iri for f in files if f.format)),
        Facet.LICENCE: _codes(lists, "licence", (f.licence.iri for f in files if f.licence)),
        Facet.TERRITORY: _codes(lists, "country", (each.iri for each in described.spatial)),
    }


def _codes(lists: Lists, vocabulary: str, addresses: Iterator[str]) -> tuple[str, ...]:
    terms = (lists.find(vocabulary, each) for each in addresses)
    return tuple(dict.fromkeys(each.code for each in terms if each))[:MOST_CODES]


def landing_page_of(described: record.Dataset) -> str:
    """Where readers are led at the source; empty where no page of the web is named.

    An address of any other kind, such as ``javascript:``, would be ours to answer for.
    """
    named = (*described.landing_page, described.iri)
    return next((each for each in named if each.startswith(("http://", "https://"))), "")


def shown_texts(texts: Texts) -> Texts:
    """The texts as they are shown in lists: in the languages of this house, and not too long."""
    ours = {k: v[:SHOWN_LENGTH] for k, v in texts.items() if k in LANGUAGES}
    return ours or {k: v[:SHOWN_LENGTH] for k, v in list(texts.items())[:1]}


def search_entry(kept: Harvested) -> Entry:
    """What search knows of a dataset elsewhere."""
    formats = kept.facets.get(Facet.FORMAT, ())
    return Entry(
        shown=Shown(
            slug=kept.slug,
            title=kept.title,
            description=kept.description,
            family="",
            publisher=kept.source,
            format=formats[0] if formats else "",
            rows=0,
            version=kept.version,
            modified_at=kept.modified_at,
        ),
        about=tuple(kept.publisher.items()),
        body=tuple(_said(kept)),
        facets={
            Facet.PUBLISHER: (kept.source,),
            **kept.facets,
            Facet.YEAR: years_of(kept.title, kept.modified_at),
        },
    )


def _said(kept: Harvested) -> Iterator[LocalText]:
    yield from kept.description.items()
    for language, words in kept.keywords.items():
        yield language, " ".join(words)


def moment_of(said: str | None) -> datetime | None:
    """The instant that a record gives as its last change; None for none, and for a mere year."""
    try:
        moment = datetime.fromisoformat(said) if said else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""What search engines and feed readers take: Atom, site maps, robots.txt, schema.org."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from opendata_hub.domain.atom import AtomEntry, AtomFeed, written
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import Entry
from opendata_hub.domain.texts import LANGUAGES, in_language

ADDRESSES_IN_A_MAP = 50_000
"""The largest site map there may be (sitemaps.org, 0.9)."""
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def atom(
    frame: Frame,
    datasets: Sequence[Dataset],
    *,
    language: str,
    changed_at: datetime,
    query: str = "",
    words: str = "",
) -> str:
    """The latest datasets as an Atom feed (RFC 4287) in one language.

    query: of the search that they answer, with its question mark; empty for all there are.
    words: what was looked for, which the title of the feed then names.
    """
    title, _ = in_language(frame.site.title, language)
    author, _ = in_language(frame.site.publisher_named(frame.site.publisher).name, language)
    feed = AtomFeed(
        address=str(frame.iri(f"{language}/datasets.atom")) + query,
        title=f"{words} – {title}" if words else title,
        page=str(frame.iri(f"{language}/datasets{query}" if query else f"{language}/")),
        author=author,
        language=language,
        updated=changed_at,
        entries=[_atom_entry(frame, dataset, language) for dataset in datasets],
    )
    return written(feed)


def site_map(frame: Frame, entries: Iterable[Entry]) -> Iterator[str]:
    """Every dataset's page in every language, each with the addresses of the others."""
    yield (f'{_HEAD}<urlset xmlns="{_SITEMAPS}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n')
    for entry in entries:
        pages = {code: str(frame.iri(f"{code}/datasets/{entry.slug}")) for code in LANGUAGES}
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(page)}/>'
            for code, page in pages.items()
        )
        for page in pages.values():
            changed = _instant(entry.changed_at)
            yield f"<url><loc>{escape(page)}</loc><lastmod>{changed}</lastmod>{others}</url>\n"
    yield "</urlset>\n"


def site_map_index(frame: Frame, numbers: Iterable[int]) -> str:
    """Where the site maps are."""
    maps = "".join(
        f"<sitemap><loc>{escape(str(frame.iri(f'sitemap-{number}.xml')))}</loc></sitemap>\n"
        for number in numbers
    )
    return f'{_HEAD}<sitemapindex xmlns="{_SITEMAPS}">\n{maps}</sitemapindex>\n'


def robots(frame: Frame) -> str:
    """Robots may read what is published; what people ask is nobody's business."""
    closed = "".join(f"Disallow: /{language}/requests/\n" for language in LANGUAGES)
    return f"User-agent: *\nDisallow: /api/\n{closed}Sitemap: {frame.iri('sitemap.xml')}\n"


def schema_org(frame: Frame, dataset: Dataset, language: str) -> dict[str, Any]:
    """A dataset as schema.org says it, for the search of datasets; texts in one language."""
    me, file = str(frame.iri(f"datasets/{dataset.slug}")), dataset.distribution
    publisher = frame.site.publisher_named(dataset.publisher)
    name, real = in_language(dataset.title, language)
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": me,
        "url": str(frame.iri(f"{language}/datasets/{dataset.slug}")),
        "name": name,
        "description": in_language(dataset.description, language)[0],
        "inLanguage": real,
        "identifier": me,
        "keywords": list(dataset.keywords.get(language, ())),
        "license": frame.licence_of(dataset).uri,
        "isAccessibleForFree": True,
        "version": str(dataset.version),
        "datePublished": _instant(dataset.issued_at),
        "dateModified": _instant(dataset.modified_at),
        "publisher": {
            "@type": "GovernmentOrganization",
            "name": in_language(publisher.name, language)[0],
            "url": publisher.homepage or str(frame.iri(f"publishers/{publisher.id}")),
        },
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": str(frame.iri("catalog"))},
        "distribution": {
            "@type": "DataDownload",
            "contentUrl": f"{me}/files/{file.file_name}",
            "encodingFormat": file.media_type,
            "contentSize": f"{file.size_bytes} B",
            "sha256": file.sha256,
        },
    }


def _atom_entry(frame: Frame, dataset: Dataset, language: str) -> AtomEntry:
    return AtomEntry(
        id=str(frame.iri(f"datasets/{dataset.slug}")),
        title=in_language(dataset.title, language),
        summary=in_language(dataset.description, language),
        page=str(frame.iri(f"{language}/datasets/{dataset.slug}")),
        updated=dataset.modified_at,
        published=dataset.issued_at,
    )


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")

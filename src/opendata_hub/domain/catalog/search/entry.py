"""What search knows of a dataset: its words, what it is filtered by, what a result shows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.search.query import Facet
from opendata_hub.domain.catalog.search.words import fold
from opendata_hub.domain.texts import Texts

LocalText = tuple[str, str]
"""Language and text."""

_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\s*[-–—/]\s*((?:19|20)\d\d))?(?!\d)")
_ARABIC, _LATIN = re.compile("[\u0620-\u064a\ufb50-\ufefc]"), re.compile("[A-Za-zÀ-ÿ]")
MOST_YEARS = 30


@dataclass(frozen=True, slots=True)
class Shown:
    """What a result shows of a dataset. rows: records of the table; sizes are in its record."""

    slug: str
    title: Texts
    description: Texts
    family: str
    publisher: str
    format: str
    rows: int
    version: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A dataset as search keeps it.

    about:  what names it beside its title: keywords, family, publisher.
    body:   what else is said of it: description, titles of columns.
    text:   what its file says, where that is a document: searched, never shown.
    facets: the codes it is filtered by.
    tags, ids, issued_at: what CKAN's clients ask by (``docs/ckan.md``): the tags of its keywords,
            the ids of its package and of its resource there, when it was first published.
    """

    shown: Shown
    about: tuple[LocalText, ...]
    body: tuple[LocalText, ...]
    facets: Mapping[Facet, tuple[str, ...]]
    text: tuple[LocalText, ...] = ()
    tags: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    issued_at: datetime | None = None


def entry_of(frame: Frame, dataset: Dataset, *, text: str = "") -> Entry:
    """The entry of a published dataset, described against the hub's declarations.

    text: of its file, where that is a document.
    """
    family = frame.families[dataset.family]
    return Entry(
        shown=Shown(
            slug=dataset.slug,
            title=dataset.title,
            description=dataset.description,
            family=dataset.family,
            publisher=dataset.publisher,
            format=dataset.distribution.format,
            rows=dataset.distribution.rows,
            version=dataset.version,
            modified_at=dataset.modified_at,
        ),
        about=tuple(_about(frame, dataset, family)),
        body=(*dataset.description.items(), *_column_titles(family)),
        facets={
            Facet.FAMILY: (dataset.family,),
            Facet.PUBLISHER: (dataset.publisher,),
            Facet.THEME: _codes(dataset, "theme") or family.themes,
            Facet.FORMAT: (dataset.distribution.format,),
            Facet.LICENCE: (frame.licence_of(dataset).code,),
            Facet.TERRITORY: _codes(dataset, "spatial") or (frame.site.country,),
            Facet.YEAR: years_of(dataset.title, dataset.modified_at),
        },
        text=by_script(text),
        issued_at=dataset.issued_at,
    )


def keywords_of(dataset: Dataset) -> Mapping[str, Sequence[str]]:
    """The keywords of its record: those that its steward gives, else those of its family."""
    given = dataset.described.get("keyword")
    if not given:
        return dataset.keywords
    return {k: [words] if isinstance(words, str) else words for k, words in given.items()}


def _codes(dataset: Dataset, name: str) -> tuple[str, ...]:
    """The codes that its steward chose of a list; what is no code stands in no list."""
    given = dataset.described.get(name, ())
    values = given if isinstance(given, list) else [given]
    return tuple(each for each in values if isinstance(each, str))


def by_script(text: str) -> tuple[LocalText, ...]:
    r"""The lines of a text in Arabic letters as Arabic, the others as French.

    >>> by_script("Le conseil\nالمجلس")
    (('ar', 'المجلس'), ('fr', 'Le conseil'))
    """
    lines: dict[str, list[str]] = {"ar": [], "fr": []}
    for line in filter(None, text.splitlines()):
        arabic, latin = len(_ARABIC.findall(line)), len(_LATIN.findall(line))
        lines["ar" if arabic > latin else "fr"].append(line)
    return tuple((language, "\n".join(said)) for language, said in lines.items() if said)


def years_of(title: Texts, modified_at: datetime) -> tuple[str, ...]:
    """The years that a title names, a span with all of its years; else that of the last change.

    >>> years_of({"fr": "Budget 2024-2026"}, datetime(2027, 1, 1))
    ('2024', '2025', '2026')
    """
    named: set[int] = set()
    for text in title.values():
        for first, last in _YEARS.findall(fold(text)):
            low, high = sorted((int(first), int(last or first)))
            named.update(range(low, high + 1) if high - low < MOST_YEARS else (low, high))
    return tuple(str(year) for year in sorted(named or {modified_at.year}))


def label(frame: Frame, facet: Facet, code: str) -> Texts:
    """What readers call a value of a facet; the code itself where no list knows it."""
    if facet is Facet.FAMILY:
        return frame.families[code].title if code in frame.families else {}
    if facet is Facet.PUBLISHER:
        publisher = frame.site.publishers.get(code)
        return publisher.name if publisher else {}
    term = frame.vocabularies.get(VOCABULARIES.get(facet, ""), {}).get(code)
    return term.label if term else {}


VOCABULARIES: Mapping[Facet, str] = {
    Facet.THEME: "data-theme",
    Facet.FORMAT: "file-type",
    Facet.LICENCE: "licence",
    Facet.TERRITORY: "country",
}


def _about(frame: Frame, dataset: Dataset, family: Family) -> Iterator[LocalText]:
    yield from family.title.items()
    yield from frame.site.publishers[dataset.publisher].name.items()
    for language, keywords in dataset.keywords.items():
        yield language, " ".join(keywords)


def _column_titles(family: Family) -> Iterator[LocalText]:
    fields = cast("Sequence[Mapping[str, Any]]", family.schema["fields"])
    by_language: dict[str, list[str]] = {}
    for field in fields:
        for language, title in field.get("titles", {}).items():
            by_language.setdefault(language, []).append(str(title))
    for language, titles in by_language.items():
        yield language, " ".join(titles)

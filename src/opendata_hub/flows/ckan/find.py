"""A client of CKAN searches packages: Solr's words come to the fields of our index."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from opendata_hub.adapters.ckan.find import Slugs, find_slugs
from opendata_hub.adapters.search import SearchIndex, microseconds
from opendata_hub.domain.catalog.search.query import Facet
from opendata_hub.domain.ckan import solr
from opendata_hub.domain.ckan.licences import LICENCES, licence_of
from opendata_hub.domain.ckan.lines import SHOWN_FORMATS
from opendata_hub.domain.ckan.mapping import Package
from opendata_hub.domain.ckan.wanted import (
    NOTHING,
    TITLE,
    Among,
    Between,
    Every,
    Instant,
    Kept,
    Like,
    Order,
    Question,
    Said,
    Some,
    Values,
    Wanted,
    Without,
    Words,
)
from opendata_hub.domain.errors import BadSolr, SearchUnavailable
from opendata_hub.flows.catalog.serving.index import rebuild_if_small
from opendata_hub.flows.ckan.show import Shown, bodies_at, group_name

USUAL_SORT = "score desc, metadata_modified desc"
SORTED: Mapping[str, str] = {
    "metadata_modified": Instant.MODIFIED, "metadata_created": Instant.ISSUED,
    "name": Kept.NAME, "id": Kept.NAME, "title": TITLE, "title_string": TITLE, "score": "",
}  # fmt: skip
"""What CKAN sorts by, and our field for it. Ids are sorted by name: any order that stays does."""
COUNTED: Mapping[str, Values] = {
    "organization": Facet.PUBLISHER, "groups": Facet.THEME, "tags": Kept.TAG,
    "res_format": Facet.FORMAT, "license_id": Facet.LICENCE,
}  # fmt: skip
"""What packages are counted by; every other facet that is asked for has no values."""
ALWAYS: Mapping[str, str] = {
    "state": "active", "private": "false", "capacity": "public", "dataset_type": "dataset",
    "type": "dataset", "entity_type": "package",
}  # fmt: skip
"""What is true of everything published here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks ``package_search``. filters: ``fq`` and every part of ``fq_list``."""

    text: str = ""
    filters: tuple[str, ...] = ()
    sort: str = ""
    start: int = 0
    rows: int = 10
    facets: tuple[str, ...] = ()
    most_counted: int = 50
    least_counted: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """Packages on one page as JSON, how many there are, and counts by the names that CKAN has."""

    total: int
    bodies: tuple[bytes, ...]
    facets: Mapping[str, Mapping[str, int]]

    @property
    def packages(self) -> tuple[Package, ...]:
        """The packages, read."""
        return tuple(json.loads(each) for each in self.bodies)


def find(session: Session, shown: Shown, index: SearchIndex, asked: Asked) -> Found:
    """Answer a search. Raises BadSolr, BadSearch, and SearchUnavailable without an index."""
    question = question_of(shown, asked)
    slugs = _slugs(session, shown, index, question)
    bodies = tuple(bodies_at(session, shown, slugs.slugs))
    facets: dict[str, Mapping[str, int]] = {each: {} for each in asked.facets}
    for name in asked.facets:
        if name in COUNTED:
            counts = _named(name, slugs.counts[COUNTED[name]])
            facets[name] = {k: n for k, n in counts.items() if n >= asked.least_counted}
    return Found(slugs.total, bodies, facets)


def slug_of_id(session: Session, shown: Shown, index: SearchIndex, given: str) -> str | None:
    """The address of the dataset whose package, or whose file, has that id; None without one."""
    wanted = Question(Among(Kept.ID, (given,)), rows=1)
    return next(iter(_slugs(session, shown, index, wanted).slugs), None)


def _slugs(session: Session, shown: Shown, index: SearchIndex, question: Question) -> Slugs:
    try:
        return find_slugs(index, question)
    except SearchUnavailable:
        rebuild_if_small(session, shown.frame, index)
        return find_slugs(index, question)


def question_of(shown: Shown, asked: Asked) -> Question:
    """The same in the fields of our index."""
    solr.require_short((asked.text, *asked.filters))
    conditions = [_wanted(shown, solr.asked_in(each)) for each in asked.filters if each.strip()]
    text = _text(shown, asked.text)
    parts = tuple(part for part in (text, *conditions) if part != Every())
    return Question(
        parts[0] if len(parts) == 1 else Every(parts),
        _order(asked.sort, has_text=text != Every()),
        asked.start,
        asked.rows,
        tuple(COUNTED[name] for name in asked.facets if name in COUNTED),
        asked.most_counted,
    )


def _text(shown: Shown, text: str) -> Wanted:
    """What ``q`` asks; words without a field are words, whatever signs stand among them."""
    try:
        return _wanted(shown, solr.asked_in(text))
    except BadSolr:
        if solr.has_fields(text):
            raise
        return Said(text)


def _order(sort: str, *, has_text: bool) -> Order:
    """The first part of a sort that is known; without one, the best first, or the latest."""
    for part in (sort or USUAL_SORT).split(","):
        name, _, direction = part.strip().partition(" ")
        field = SORTED.get(name)
        if field is None or (field == "" and not has_text):
            continue
        return Order(field, direction.strip().lower() != "asc")
    return Order(Instant.MODIFIED)


def _wanted(shown: Shown, asked: solr.Asked) -> Wanted:
    match asked:
        case solr.Term():
            return _term(shown, asked)
        case solr.Range():
            return _range(asked)
        case solr.Not():
            return Without(_wanted(shown, asked.part))
        case solr.Any():
            return Some(tuple(_wanted(shown, each) for each in asked.parts))
    return _all(shown, asked)


def _all(shown: Shown, asked: solr.All) -> Wanted:
    """All of these; plain words of one field are looked for together."""
    parts: list[Wanted] = []
    for each in asked.parts:
        part = _wanted(shown, each)
        last = parts[-1] if parts else None
        if isinstance(part, Said) and isinstance(last, Said) and part.fields == last.fields:
            parts[-1] = Said(f"{last.text} {part.text}", part.fields)
        else:
            parts.append(part)
    return Every(tuple(parts))


INSTANTS = {"metadata_modified": Instant.MODIFIED, "metadata_created": Instant.ISSUED}
SAID: Mapping[str, tuple[Words, ...]] = {
    solr.TEXT: (), "title": (Words.TITLE,), "res_name": (Words.TITLE,),
    "notes": (Words.BODY,), "res_description": (Words.BODY,),
}  # fmt: skip


def _term(shown: Shown, term: solr.Term) -> Wanted:
    name, value = term.field, term.value
    if not term.is_phrase and set(value) == {"*"}:
        return Every() if name in {*SAID, *VALUES, *ALWAYS, *INSTANTS} else NOTHING
    if not term.is_phrase and ("*" in value or "?" in value):
        return _form(name, value)
    if name in SAID:
        return Said(value, SAID[name])
    if name in ALWAYS:
        return Every() if value == ALWAYS[name] else NOTHING
    if name in VALUES:
        field, codes = VALUES[name]
        return Among(field, codes(shown, value))
    return NOTHING


def _form(name: str, form: str) -> Wanted:
    """What has letters left open; of authorities, themes and formats nobody asks that."""
    if name in SAID:
        return Like(None, form)
    field = {"name": Kept.NAME, "tags": Kept.TAG}.get(name)
    return Like(field, form) if field else NOTHING


def _range(asked: solr.Range) -> Wanted:
    if asked.field not in INSTANTS:
        is_open = asked.low == asked.high == "*"
        return Every() if is_open and asked.field in {*SAID, *VALUES, *ALWAYS} else NOTHING
    low, high = _instant(asked.low), _instant(asked.high)
    return Between(INSTANTS[asked.field], low, high, asked.takes_low, asked.takes_high)


def _instant(text: str) -> int | None:
    """An instant as Solr writes it, in microseconds since 1970; None for no bound."""
    if text == "*":
        return None
    if text == "NOW":
        return microseconds(datetime.max.replace(tzinfo=UTC, year=9998))
    try:
        read = datetime.fromisoformat(text)
        return microseconds(read if read.tzinfo else read.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise BadSolr(f"{text[:40]!r} is no date such as 2026-11-22T00:00:00Z") from None


def _of_authority(shown: Shown, value: str) -> tuple[str, ...]:
    """The authority of that name or id; else a source of harvested datasets of that name."""
    return (shown.authorities.get(value, value),)


def _of_group(shown: Shown, value: str) -> tuple[str, ...]:
    return (shown.themes[value],) if value in shown.themes else ()


def _of_format(_: Shown, value: str) -> tuple[str, ...]:
    return (next((code for code, name in SHOWN_FORMATS.items() if name == value), value),)


def _of_licence(shown: Shown, value: str) -> tuple[str, ...]:
    terms = shown.frame.vocabularies["licence"].values()
    return tuple(t.code for t in terms if (known := licence_of(t.uri)) and known.id == value)


VALUES: Mapping[str, tuple[Values, Callable[[Shown, str], tuple[str, ...]]]] = {
    "name": (Kept.NAME, lambda _, value: (value,)),
    "id": (Kept.ID, lambda _, value: (value,)),
    "organization": (Facet.PUBLISHER, _of_authority),
    "owner_org": (Facet.PUBLISHER, _of_authority),
    "groups": (Facet.THEME, _of_group),
    "tags": (Kept.TAG, lambda _, value: (value,)),
    "res_format": (Facet.FORMAT, _of_format),
    "license_id": (Facet.LICENCE, _of_licence),
}
"""What packages are filtered by, and our codes for a value."""
_LICENCE_IDS = {
    each.iri.rpartition("/")[2]: each.id for each in LICENCES if each.iri
} | {"ETALAB_2_0": "other-at", "COM_REUSE": "other-at"}  # fmt: skip


def _named(facet: str, counts: Any) -> dict[str, int]:
    """Counts by the names that CKAN has for our codes."""
    names: Mapping[str, Callable[[str], str]] = {
        "groups": group_name,
        "res_format": lambda code: SHOWN_FORMATS.get(code, code),
        "license_id": lambda code: _LICENCE_IDS.get(code, "notspecified"),
    }
    name = names.get(facet, str)
    found: dict[str, int] = {}
    for code, count in counts:
        found[name(code)] = found.get(name(code), 0) + count
    return found

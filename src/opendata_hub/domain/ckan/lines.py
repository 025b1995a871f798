"""The table: what each field of a record is called in CKAN, in both directions.

A field is put under keys that CKAN's own clients and ckanext-dcat know. Where these say less than
the record does, the whole of it stands beside them in one more key, as JSON; it counts for as long
as the known keys still say the same. So nothing is lost on the way there and back, and what
somebody changes there is seen. ``docs/ckan.md`` is checked against this table.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata_hub.domain.catalog.record.classes import (
    Agent,
    Contact,
    Dataset,
    Distribution,
    Identifier,
    Location,
    PeriodOfTime,
    ProvenanceStatement,
    RightsStatement,
    Thing,
    rows_of,
)
from opendata_hub.domain.catalog.record.keyword import LONGEST, keyword_of, keywords_of
from opendata_hub.domain.catalog.record.row import PREFIXES, Row
from opendata_hub.domain.ckan.licences import licence_named, licence_of
from opendata_hub.domain.ckan.spelled import Known, read, spelled, written
from opendata_hub.domain.texts import Texts, in_language

Flat = Mapping[str, Any]
"""The keys of a package and of its extras together; or the keys of a resource."""

FIRST = "fr"
"""The language of what CKAN says in one, where it is known in several."""
IANA = "https://www.iana.org/assignments/media-types/"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
SHA256 = f"{PREFIXES['spdx']}checksumAlgorithm_sha256"
LONGEST_TAG = LONGEST
_ARABIC, _LATIN = re.compile("[\u0620-\u064a\ufb50-\ufefc]"), re.compile("[A-Za-zÀ-ÿ]")


@dataclass(frozen=True, slots=True)
class Line:
    """A field and the keys it is put under.

    put:   a value as what stands under these keys; a key that is left out says nothing.
    take:  the value that they say, or the empty one.
    exact: the key of the whole value as JSON; empty where ``put`` loses nothing.
    joined: an earlier whole value with what now stands under the keys.
    """

    field: str
    keys: tuple[str, ...]
    put: Callable[[Any, Known], dict[str, Any]]
    take: Callable[[Flat, Known], Any]
    exact: str = ""
    joined: Callable[[Any, Any], Any] = lambda _, now: now


# -- texts and words -----------------------------------------------------------------------------


def in_one(texts: Texts) -> str:
    """The text that CKAN shows: French, else Arabic, else whatever there is."""
    return _shown(texts)[0]


def _shown(texts: Texts) -> tuple[str, str]:
    return in_language(dict(sorted(texts.items())), FIRST)


def language_of(text: str) -> str:
    """The language of a text that comes without one: Arabic by its letters, else French.

    >>> language_of("ميزانية 2026"), language_of("Budget")
    ('ar', 'fr')
    """
    if text.isascii():
        return FIRST
    return "ar" if len(_ARABIC.findall(text)) > len(_LATIN.findall(text)) else FIRST


def tags_of(words: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The tags of keywords in any language, each once, in the order of their letters."""
    return tuple(sorted({tag for each in keywords_of(words).values() for tag in each}))


def _retold(before: Texts, now: Texts) -> Texts:
    """Translations of before, and what the one text now says in the place of what it said."""
    if not now:
        return now
    _, language = _shown(before)
    return {**before, language: in_one(now)}


def _retagged(
    before: Mapping[str, tuple[str, ...]], now: Mapping[str, tuple[str, ...]]
) -> Mapping[str, tuple[str, ...]]:
    """The words of before that are still tags, in their languages, and the new ones."""
    tags = {tag for words in now.values() for tag in words}
    known = {keyword_of(word) for words in before.values() for word in words}
    kept = {k: tuple(w for w in words if keyword_of(w) in tags) for k, words in before.items()}
    fresh = _by_language(sorted(tags - known))
    both = {k: (*kept.get(k, ()), *fresh.get(k, ())) for k in {**kept, **fresh}}
    return {language: words for language, words in both.items() if words}


def _by_language(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        found[language_of(word)] = (*found.get(language_of(word), ()), word)
    return found


def _text(field: str, key: str, exact: str) -> Line:
    return Line(
        field, (key,),
        lambda texts, _: {key: in_one(texts)},
        lambda flat, _: {language_of(said): said} if (said := text_in(flat, key)) else {},
        exact, _retold,
    )  # fmt: skip


def _tags(field: str) -> Line:
    return Line(
        field, ("tags",),
        lambda words, _: {"tags": tags_of(words)},
        lambda flat, _: _by_language(flat.get("tags") or ()),
        "tags_translated", _retagged,
    )  # fmt: skip


def text_in(flat: Flat, *keys: str) -> str:
    """What stands under the first of these keys that says something, as a trimmed text."""
    for key in keys:
        value = flat.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            said = str(value).strip()
            if said:
                return said
    return ""


# -- values as they are, and addresses -----------------------------------------------------------


def _same(kind: type[Thing], field: str, key: str = "") -> Line:
    """A value that CKAN keeps whole."""
    row, key = _row(kind, field), key or field
    return Line(
        field, (key,),
        lambda value, known: {key: spelled(row, value, known)},
        lambda flat, known: _read(row, flat, key, known),
    )  # fmt: skip


def _iris(kind: type[Thing], field: str, key: str = "") -> Line:
    """Things by their addresses, and whole beside."""
    row, key = _row(kind, field), key or field
    return Line(
        field, (key,),
        lambda things, _: {key: _listed([each.iri for each in things if each.iri])},
        lambda flat, known: _read(row, flat, key, known),
        f"odh_{field}",
    )  # fmt: skip


def _whole(kind: type[Thing], field: str) -> Line:
    """What no client of CKAN knows."""
    return _same(kind, field, f"odh_{field}")


def _listed(texts: Sequence[str]) -> str:
    return written(list(texts)) if texts else ""


def _read(row: Row, flat: Flat, key: str, known: Known) -> Any:
    value = flat.get(key)
    return _empty(row) if value in (None, "", [], {}) else read(row, value, known)


def _empty(row: Row) -> Any:
    return None if row.is_one else ()


def _row(kind: type[Thing], field: str) -> Row:
    return dict(rows_of(kind))[field]


def _first(
    field: str,
    keys: tuple[str, ...],
    put: Callable[[Any], dict[str, Any]],
    take: Callable[[Flat], Any],
) -> Line:
    """The first of several things in words, and all of them whole beside."""
    return Line(
        field, keys, lambda things, _: put(things) if things else {}, lambda flat, _: take(flat),
        f"odh_{field}",
    )  # fmt: skip


# -- people --------------------------------------------------------------------------------------


def _mailbox(contact: Contact) -> str:
    return contact.email[0].removeprefix("mailto:") if contact.email else ""


def _put_contact(contacts: Sequence[Contact]) -> dict[str, Any]:
    return {"maintainer": in_one(contacts[0].name), "maintainer_email": _mailbox(contacts[0])}


def _take_contact(flat: Flat) -> tuple[Contact, ...]:
    name = text_in(flat, "maintainer", "contact_name")
    email = text_in(flat, "maintainer_email", "contact_email").removeprefix("mailto:")
    if not (name or email):
        return ()
    said = {FIRST: name or email}
    return (Contact(name=said, email=(f"mailto:{email}",) if email else ()),)


def _take_creator(flat: Flat) -> tuple[Agent, ...]:
    name = text_in(flat, "author")
    return (Agent(name={FIRST: name}),) if name else ()


def _put_publisher(agent: Agent) -> dict[str, Any]:
    return {"publisher_uri": agent.iri, "publisher_name": in_one(agent.name)}


def _take_publisher(flat: Flat) -> Agent | None:
    name, iri = text_in(flat, "publisher_name"), text_in(flat, "publisher_uri")
    if not (name or iri):
        return None
    return Agent(iri=iri, name={FIRST: name} if name else {})


# -- time and place ------------------------------------------------------------------------------


def _put_period(periods: Sequence[PeriodOfTime]) -> dict[str, Any]:
    return {"temporal_start": periods[0].start or "", "temporal_end": periods[0].end or ""}


def _take_period(flat: Flat) -> tuple[PeriodOfTime, ...]:
    start, end = text_in(flat, "temporal_start"), text_in(flat, "temporal_end")
    return (PeriodOfTime(start=start or None, end=end or None),) if start or end else ()


def _place(field: str) -> Line:
    row = _row(Dataset, field)
    return Line(
        field, ("spatial_uri",),
        lambda places, _: {"spatial_uri": next((each.iri for each in places if each.iri), "")},
        lambda flat, known: _read(row, flat, "spatial_uri", known) or _named_place(flat),
        f"odh_{field}",
    )  # fmt: skip


def _named_place(flat: Flat) -> tuple[Location, ...]:
    text = text_in(flat, "spatial_text")
    return (Location(label={FIRST: text}),) if text else ()


# -- files ---------------------------------------------------------------------------------------


def _put_address(addresses: Sequence[str]) -> dict[str, Any]:
    return {"download_url": addresses[0]}


def _format(field: str) -> Line:
    """The code of the EU's list is the name that CKAN shows, but for some."""
    row = _row(Distribution, field)

    def take(flat: Flat, known: Known) -> Any:
        written = text_in(flat, "format")
        code = _SPELLED.get(written.upper(), written.upper().replace("-", "_"))
        if "://" in written:
            return read(row, written, known)
        return known("file-type", f"{FILE_TYPE}{code}") if code else None

    return Line(
        field, ("format",),
        lambda concept, _: {"format": _format_name(concept.iri)}, take, f"odh_{field}",
    )  # fmt: skip


def _format_name(iri: str) -> str:
    code = iri.removeprefix(FILE_TYPE)
    return SHOWN_FORMATS.get(code, code)


SHOWN_FORMATS: Mapping[str, str] = {
    "RDF_TURTLE": "TTL", "RDF_XML": "RDF", "JSON_LD": "JSON-LD", "GEOJSON": "GeoJSON",
}  # fmt: skip
_SPELLED: Mapping[str, str] = {
    "TTL": "RDF_TURTLE", "TURTLE": "RDF_TURTLE", "RDF": "RDF_XML", "RDF/XML": "RDF_XML",
    "JSON-LD": "JSON_LD", "JSONLD": "JSON_LD", "JPG": "JPEG", "EXCEL": "XLSX", "TEXT": "TXT",
    "ICAL": "ICS", "PLAIN TEXT": "TXT", "TEXT/CSV": "CSV", ".CSV": "CSV",
}  # fmt: skip


def _media_type(field: str, key: str) -> Line:
    return Line(
        field, (key,),
        lambda iri, _: {key: iri.removeprefix(IANA)},
        lambda flat, _: _media_iri(text_in(flat, key)) or None,
        f"odh_{field}",
    )  # fmt: skip


def _media_iri(written: str) -> str:
    is_plain = re.fullmatch(r"[a-z]+/[\w.+\-]+", written.lower())
    return f"{IANA}{written.lower()}" if is_plain else written if "://" in written else ""


def _checksum(field: str) -> Line:
    row = _row(Distribution, field)

    def take(flat: Flat, known: Known) -> Any:
        value = text_in(flat, "hash")
        algorithm = text_in(flat, "hash_algorithm")
        is_sha256 = not algorithm and len(value) == SHA256_DIGITS
        said = {"algorithm": SHA256 if is_sha256 else algorithm, "value": value}
        return read(row, {k: v for k, v in said.items() if v}, known) if value else None

    return Line(
        field, ("hash", "hash_algorithm"),
        lambda sum_, _: {"hash": sum_.value or "", "hash_algorithm": sum_.algorithm or ""},
        take, f"odh_{field}",
    )  # fmt: skip


def _licence(field: str) -> Line:
    """The licence by its address; ``license_id`` of the package speaks for files without one."""
    row = _row(Distribution, field)

    def take(flat: Flat, known: Known) -> Any:
        said = text_in(flat, "license")
        if said and "://" in said:
            return read(row, said, known)
        found = licence_named(said or text_in(flat, "license_id"))
        return read(row, found.iri, known) if found and found.iri else None

    return Line(
        field, ("license",), lambda licence, _: {"license": licence.iri}, take, f"odh_{field}"
    )


SHA256_DIGITS = 64

DATASET: tuple[Line, ...] = (
    _text("title", "title", "title_translated"),
    _text("description", "notes", "notes_translated"),
    _tags("keyword"),
    _iris(Dataset, "theme"),
    Line(
        "publisher", ("publisher_uri", "publisher_name"),
        lambda agent, _: _put_publisher(agent), lambda flat, _: _take_publisher(flat),
        "odh_publisher",
    ),
    _first("creator", ("author",), lambda them: {"author": in_one(them[0].name)}, _take_creator),
    _first("contact_point", ("maintainer", "maintainer_email"), _put_contact, _take_contact),
    _place("spatial"),
    _first("temporal", ("temporal_start", "temporal_end"), _put_period, _take_period),
    _same(Dataset, "spatial_resolution", "spatial_resolution_in_meters"),
    _same(Dataset, "temporal_resolution"),
    _same(Dataset, "frequency"),
    _iris(Dataset, "language"),
    _same(Dataset, "access_rights"),
    _same(Dataset, "identifier"),
    _first(
        "other_identifier", ("alternate_identifier",),
        lambda them: {"alternate_identifier": _listed([e.notation for e in them if e.notation])},
        lambda flat: tuple(
            Identifier(notation=each) for each in _texts(flat.get("alternate_identifier"))
        ),
    ),
    _iris(Dataset, "type", "dcat_type"),
    _iris(Dataset, "conforms_to"),
    _first(
        "landing_page", ("url",), lambda pages: {"url": pages[0]},
        lambda flat: (url,) if "://" in (url := text_in(flat, "url")) else (),
    ),
    _same(Dataset, "documentation"),
    _first(
        "provenance", ("provenance",), lambda them: {"provenance": in_one(them[0].label)},
        lambda flat: (
            (ProvenanceStatement(label={FIRST: said}),)
            if (said := text_in(flat, "provenance")) else ()
        ),
    ),
    _whole(Dataset, "qualified_attribution"),
    _whole(Dataset, "qualified_relation"),
    _whole(Dataset, "was_generated_by"),
    _same(Dataset, "relation", "related_resource"),
    _same(Dataset, "is_referenced_by"),
    _same(Dataset, "source"),
    _same(Dataset, "in_series"),
    _same(Dataset, "version"),
    _text("version_notes", "version_notes", "odh_version_notes"),
    _same(Dataset, "has_version"),
    _same(Dataset, "previous_version"),
    _same(Dataset, "current_version"),
    _same(Dataset, "issued"),
    _same(Dataset, "modified"),
    _same(Dataset, "applicable_legislation"),
    _iris(Dataset, "hvd_category"),
    _whole(Dataset, "sample"),
)  # fmt: skip
"""Every field of a dataset but ``distribution``, which is its resources."""

RESOURCE: tuple[Line, ...] = (
    _text("title", "name", "odh_name"),
    _text("description", "description", "odh_description"),
    _first(
        "access_url", ("access_url",), lambda urls: {"access_url": urls[0]},
        lambda flat: (url,) if (url := text_in(flat, "access_url", "url")) else (),
    ),
    _first(
        "download_url", ("download_url",), _put_address,
        lambda flat: (url,) if (url := _download_in(flat)) else (),
    ),
    _same(Distribution, "access_service"),
    _licence("licence"),
    _first(
        "rights", ("rights",), lambda them: {"rights": in_one(them[0].label)},
        lambda flat: (
            (RightsStatement(label={FIRST: said}),) if (said := text_in(flat, "rights")) else ()
        ),
    ),
    _same(Distribution, "availability"),
    _same(Distribution, "status"),
    _format("format"),
    _media_type("media_type", "mimetype"),
    _media_type("compress_format", "compress_format"),
    _media_type("package_format", "package_format"),
    _same(Distribution, "byte_size", "size"),
    _checksum("checksum"),
    _iris(Distribution, "conforms_to"),
    _iris(Distribution, "language"),
    _same(Distribution, "documentation"),
    _same(Distribution, "issued"),
    _same(Distribution, "modified"),
    _same(Distribution, "policy"),
    _same(Distribution, "spatial_resolution", "spatial_resolution_in_meters"),
    _same(Distribution, "temporal_resolution"),
    _same(Distribution, "applicable_legislation"),
)  # fmt: skip


def _download_in(flat: Flat) -> str:
    """The address of the file: said so, or that of an upload, or the only one there is."""
    said = text_in(flat, "download_url")
    return said or ("" if "access_url" in flat else text_in(flat, "url"))


def _texts(value: object) -> tuple[str, ...]:
    row = _row(Dataset, "identifier")
    return () if value in (None, "", []) else read(row, value, lambda *_: None)


def license_id_of(things: Iterable[Distribution]) -> str:
    """CKAN's id for the licence of the first file that has one it knows; else empty."""
    for each in things:
        found = licence_of(each.licence.iri) if each.licence else None
        if found:
            return found.id
    return ""

"""A record of somebody else in words that the profile knows; what they said themselves is noted.

Addresses elsewhere stay what they are. Codes are found again in our lists, whatever they are
called there; a text without a language gets one; what the profile asks of a thing and nobody says
is completed where that adds nothing of our own, and the thing is left out where it would.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from rdflib.namespace import DCAT, DCTERMS, FOAF, RDFS, SKOS, Namespace
from rdflib.term import BNode, Literal, Node, URIRef

from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record.classes import Thing, rows_of
from opendata_hub.domain.catalog.record.keyword import keyword_of
from opendata_hub.domain.catalog.record.row import Kind, Need, Row
from opendata_hub.domain.catalog.record.values import (
    checked_address,
    checked_duration,
    checked_moment,
)
from opendata_hub.domain.errors import Invalid, RecordOfOurs, RecordRefused, RecordTooLarge
from opendata_hub.domain.harvest.found import Note, Told
from opendata_hub.domain.harvest.lists import AUTHORITY, Lists, media_type
from opendata_hub.domain.texts import readable

ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
MOST_LETTERS = 300_000
"""Of all texts of a record together: the longest of real catalogues have a tenth of it."""
MOST_THINGS = 5_000
SHOWN = 200
"""Letters of what was given that a note keeps."""
UNSAID = "und"
_ARABIC, _LATIN = re.compile("[\u0620-\u064a\ufb50-\ufefc]"), re.compile("[A-Za-zÀ-ÿ]")
_LISTED: Mapping[Node, str] = {
    DCTERMS.format: "file-type",
    DCTERMS.license: "licence",
    DCTERMS.language: "language",
    DCTERMS.accrualPeriodicity: "frequency",
    DCTERMS.accessRights: "access-right",
    DCTERMS.spatial: "country",
    DCAT.theme: "data-theme",
    ADMS.status: "distribution-status",
    DCATAP.availability: "planned-availability",
}
"""Properties whose value is an entry of a list, though many write its name."""
_MEDIA_TYPES = frozenset({DCAT.mediaType, DCAT.compressFormat, DCAT.packageFormat})
_LABELS: Mapping[Node, URIRef] = {
    DCTERMS.license: SKOS.prefLabel,
    DCTERMS.rights: RDFS.label,
    DCTERMS.provenance: RDFS.label,
    DCTERMS.conformsTo: DCTERMS.title,
    DCTERMS.publisher: FOAF.name,
    DCTERMS.creator: FOAF.name,
    DCTERMS.spatial: SKOS.prefLabel,
}
"""Properties whose value is a thing, though many write its name: by what the thing is called."""
_CHECKS: Mapping[Kind, Callable[[str], str]] = {
    Kind.MOMENT: checked_moment,
    Kind.DURATION: checked_duration,
    Kind.ADDRESS: checked_address,
}
SomeThing = TypeVar("SomeThing", bound=Thing)
Triple = tuple[Node, Node, Node]


def things_for_names(triples: Iterable[Triple], lists: Lists) -> Iterator[Triple]:
    """The triples with a thing where a mere name stands and the profile asks for a thing."""
    for number, (subject, predicate, value) in enumerate(triples):
        if not isinstance(value, Literal):
            yield subject, predicate, value
            continue
        if predicate in _MEDIA_TYPES and (address := media_type(str(value))):
            yield subject, predicate, URIRef(address)
        elif term := lists.find(_LISTED.get(predicate, ""), str(value)):
            yield subject, predicate, URIRef(term.uri)
        elif predicate in _LABELS and not str(value).startswith(("http://", "https://")):
            named = BNode(f"named{number}")
            yield subject, predicate, named
            yield named, _LABELS[predicate], value
        elif predicate in _LABELS:
            yield subject, predicate, URIRef(str(value))
        else:
            yield subject, predicate, value


def reworded(
    dataset: record.Dataset, lists: Lists, *, language: str, notes: Iterable[Note] = ()
) -> Told:
    """The dataset as it can stand in our catalogue, and what is said otherwise than it came.

    language: of texts that do not say theirs and are not in Arabic letters. notes: what was noted
    before. Raises RecordRefused for one without a title, RecordTooLarge, and RecordOfOurs where
    it describes what this hub itself describes.
    """
    work = _Rewording(lists, language, list(notes))
    if not any(text.strip() for text in dataset.title.values()):
        raise RecordRefused("title: the record has none")
    if not dataset.description:
        work.note("description", "", "title")
        dataset = replace(dataset, description=dataset.title)
    work.landing_pages = dataset.landing_page
    return Told(work.whole(dataset), tuple(work.notes))


@dataclass(slots=True)
class _Rewording:
    lists: Lists
    language: str
    notes: list[Note]
    landing_pages: tuple[str, ...] = ()
    letters: int = 0
    things: int = 0
    _hub: str = field(init=False)

    def __post_init__(self) -> None:
        self._hub = self.lists.frame.base_url

    def note(self, name: str, given: str, kept: str = "") -> None:
        self.notes.append(Note(name, given[:SHOWN], kept[:SHOWN]))

    def whole(self, thing: SomeThing) -> SomeThing:
        """The thing and all it refers to, reworded."""
        self._count(thing)
        changed: dict[str, Any] = {}
        below = f"{thing.iri}-" if "#" in thing.iri else f"{thing.iri}#"
        for name, row in rows_of(type(thing)):
            value = getattr(thing, name)
            if value is None or value in ((), {}):
                continue
            if row.kind is Kind.NODE:
                said = self._nodes(name, row, value, below)
            elif row.kind is Kind.TEXTS:
                said = self._texts(value)
            elif row.kind is Kind.WORDS:
                said = self._words(value)
            elif row.vocabulary == "media-type":
                said = self._media_type(name, value)
            elif row.kind in _CHECKS:
                said = self._sound(name, row, value)
            else:
                continue
            if said != value:
                changed[name] = said
        return replace(thing, **changed) if changed else thing

    def _count(self, thing: Thing) -> None:
        self.things += 1
        if self.things > MOST_THINGS:
            raise RecordTooLarge(f"The record has more than {MOST_THINGS:,} parts")
        if thing.iri == self._hub or thing.iri.startswith(f"{self._hub}/"):
            raise RecordOfOurs(f"The record describes {thing.iri[:SHOWN]}, which is of this hub")

    def _nodes(self, name: str, row: Row, value: Any, below: str) -> Any:
        given = (value,) if row.is_one else value
        placed = [
            each if each.iri else replace(each, iri=f"{below}{name}-{number}")
            for number, each in enumerate(given, start=1)
        ]
        found = [self._node(name, row, each) for each in placed]
        kept = [each for each in found if each is not None]
        if row.is_one:
            return kept[0] if kept else None
        return tuple({each.iri: each for each in kept}.values())

    def _node(self, name: str, row: Row, thing: Thing) -> Thing | None:
        """The thing, an entry of ours for it, or nothing."""
        if row.vocabulary and (entry := self._entry(name, row.vocabulary, thing)):
            return entry
        if isinstance(thing, record.Concept) and not thing.label:
            label = _last_part(thing.iri)
            thing = replace(thing, label={"en": label}) if label else thing
        is_listed = thing.iri.startswith(f"{AUTHORITY}{row.vocabulary}/")
        if row.is_closed and not is_listed:
            self.note(name, _called(thing))
            return None
        return self._complete(name, self.whole(thing))

    def _entry(self, name: str, vocabulary: str, thing: Thing) -> Thing | None:
        """The entry of the list that is meant by address or label."""
        term = self.lists.find(vocabulary, thing.iri)
        labels: Mapping[str, str] = getattr(thing, "label", {})
        for label in () if term else labels.values():
            term = term or self.lists.find(vocabulary, label)
        if term is None:
            return None
        if term.uri != thing.iri:
            self.note(name, _called(thing), term.uri)
        return self.lists.thing(vocabulary, term)

    def _complete(self, name: str, thing: Thing) -> Thing | None:
        """The thing with what the profile asks of it; None where only we could say that."""
        if isinstance(thing, record.Distribution) and not thing.access_url:
            thing = self._with_access(thing)
        elif isinstance(thing, record.Agent) and not thing.name:
            thing = replace(thing, name={"en": _last_part(thing.iri)})
        elif isinstance(thing, record.Contact) and not thing.name:
            thing = replace(thing, name=_contact_name(thing))
        for lacking, row in rows_of(type(thing)):
            if row.need is Need.MANDATORY and getattr(thing, lacking) in (None, (), {}):
                self.note(name, f"{_called(thing)}: without {lacking}")
                return None
        return thing

    def _with_access(self, file: record.Distribution) -> record.Distribution:
        for name, known in (
            ("download_url", file.download_url),
            ("landing_page", self.landing_pages),
        ):
            if known:
                self.note("access_url", "", f"{name} {known[0]}")
                return replace(file, access_url=known)
        return file

    def _sound(self, name: str, row: Row, value: Any) -> Any:
        """What can be written of a value; the rest is left out."""
        kept = []
        for each in (value,) if row.is_one else value:
            try:
                kept.append(_CHECKS[row.kind](each))
            except Invalid:
                self.note(name, str(each))
        if row.is_one:
            return kept[0] if kept else None
        return tuple(kept)

    def _media_type(self, name: str, value: str) -> str | None:
        address = media_type(value)
        if address != value:
            self.note(name, value, address)
        return address or None

    def _texts(self, given: Mapping[str, str]) -> Mapping[str, str]:
        said: dict[str, str] = {}
        for language, text in given.items():
            self._read(text)
            plain = readable(text).strip()
            if plain:
                said.setdefault(self._tongue(language, plain), plain)
        return said

    def _words(self, given: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        said: dict[str, list[str]] = {}
        for language, words in given.items():
            for word in words:
                self._read(word)
                if plain := self._keyword(word):
                    said.setdefault(self._tongue(language, plain), []).append(plain)
        return {language: tuple(dict.fromkeys(words)) for language, words in said.items()}

    def _keyword(self, word: str) -> str:
        """The word in letters that every catalogue takes, noted where it was in others."""
        read = readable(word).strip()
        if read and (plain := keyword_of(read)) != read:
            self.note("keyword", read, plain)
            return plain
        return read

    def _read(self, text: str) -> None:
        self.letters += len(text)
        if self.letters > MOST_LETTERS:
            raise RecordTooLarge(f"The texts of the record have more than {MOST_LETTERS:,} letters")

    def _tongue(self, said: str, text: str) -> str:
        if said not in {UNSAID, ""}:
            return said
        return "ar" if len(_ARABIC.findall(text)) > len(_LATIN.findall(text)) else self.language


def _called(thing: Thing) -> str:
    """What a thing is called, or where it is."""
    labels = cast("Mapping[str, str]", getattr(thing, "label", {}) or getattr(thing, "name", {}))
    return next(iter(labels.values()), "") or thing.iri


def _contact_name(contact: record.Contact) -> Mapping[str, str]:
    email = next((each.removeprefix("mailto:") for each in contact.email), "")
    name = email or next(iter(contact.page), "")
    return {"en": name} if name else {}


def _last_part(address: str) -> str:
    parts = [part for part in re.split(r"[/#:]", address) if part]
    return parts[-1] if parts else ""

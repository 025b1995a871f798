"""A publication that is prepared: a checked file, and what a steward has typed of it so far."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.texts import LANGUAGES, Texts, readable

TEXTS = ("title", "description", "keywords", "provenance")
"""What is typed in each language."""
CODED: Mapping[str, tuple[str, ...]] = {
    "theme": ("theme_1", "theme_2"),
    "language": ("language_1", "language_2", "language_3"),
    "frequency": ("frequency",),
    "spatial": ("spatial",),
    "licence": ("licence",),
}
"""What is chosen from a list, and the fields of the form that show its first values."""
_ONE = frozenset({"frequency", "licence"})
"""Of these, one value is said, not several."""
OWN_TERRITORY = "own"
"""What stands in the field ``spatial`` for the territory of the body itself."""
FIELDS = (
    *(f"{name}_{language}" for name in TEXTS for language in LANGUAGES),
    *(field for fields in CODED.values() for field in fields),
    "period_from", "period_to", "contact_name", "contact_email", "slug", "day",
)  # fmt: skip
LONGEST_TYPED = 20_000
"""Characters of one field that are kept; what is longer than its record allows is told."""
CLEARED = "clear/"
"""What the names of typed reasons begin with; code and column follow."""
AGAIN = "again"
"""Where it is kept that what was withdrawn from an address comes back; no field of a form."""
DAY_OFF = "day-off"
"""The problem of a draft that was changed after its day was said: it has no day any more."""
_BREAKS = re.compile("\r\n?|\x0b|\x0c|\u2028|\u2029")
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Draft:
    """One publication that is prepared.

    person:     who began it, or has scheduled it since; None where a program began it.
    replaces:   the address of the dataset that gets a new version; empty for a new dataset.
    began_from: the version of that dataset whose words were given; None for a new dataset, and
                where it is not known: then it begins anew.
    given:      what stood in the fields at first, from that version.
    typed:      what stands in the fields, right or wrong: nothing that was typed is lost.
    publish_on: the day for which it is scheduled; None: nobody has said one.
    approved:   the state of the draft (``stamp``) that was looked at when the day was said.
    problem:    the code of what stopped it on that day, or DAY_OFF; empty where nothing did.
    slug:       the address it was published at; empty until then.
    """

    id: int
    authority: str
    person: int | None
    family: str
    submission_id: int
    replaces: str
    began_from: int | None
    given: Mapping[str, str]
    typed: Mapping[str, str]
    publish_on: date | None
    approved: str
    problem: str
    slug: str
    changed_at: datetime

    @property
    def is_published(self) -> bool:
        """Whether it has become a dataset; nothing is changed in it after that."""
        return self.slug != ""

    @property
    def stamp(self) -> str:
        """What a form carries to say which state of a draft was on the page."""
        return f"{self.submission_id}-{self.changed_at.timestamp():.6f}"

    @property
    def retyped(self) -> Mapping[str, str]:
        """The fields in which something else stands than they began with."""
        names = {*self.given, *self.typed}
        now = {name: self.typed.get(name, "") for name in sorted(names)}
        return {name: text for name, text in now.items() if text != self.given.get(name, "")}

    def changed(self, **new: Any) -> "Draft":
        """The draft with other words or another file: nobody has approved it for a day."""
        had_a_day = self.publish_on is not None or self.problem == DAY_OFF
        left = DAY_OFF if had_a_day else ""
        return replace(self, **new, publish_on=None, approved="", problem=left)

    @property
    def is_again(self) -> bool:
        """Whether a steward has said that what was withdrawn from its address comes back."""
        return self.typed.get(AGAIN, "") != "" and self.typed[AGAIN] == self.typed.get("slug", "")

    def texts(self, name: str) -> Texts:
        """What was typed of it in each language, without the languages that are empty."""
        typed = {language: self.typed.get(f"{name}_{language}", "") for language in LANGUAGES}
        return {language: text for language, text in typed.items() if text.strip()}

    @property
    def clearances(self) -> tuple[Clearance, ...]:
        """The false alarms for which a reason was typed."""
        found = []
        for name, reason in sorted(self.typed.items()):
            if name.startswith(CLEARED) and reason.strip():
                code, _, column = name.removeprefix(CLEARED).partition("/")
                found.append(Clearance(code, column or None, reason.strip()))
        return tuple(found)


def as_kept(text: str) -> str:
    r"""What was typed or pasted, as it is kept.

    Word's line breaks become line ends; what no parser may read and what turns the direction of
    the words around it is gone: nobody has typed it, and no reader would see why a page is broken.

    >>> as_kept("Budget\u202e 2026\x0bde la commune")
    'Budget 2026\nde la commune'
    """
    return readable(_UNSEEN.sub("", _BREAKS.sub("\n", text)))[:LONGEST_TYPED]


def one_line(text: str) -> str:
    r"""The same on one line, as a title is.

    >>> one_line(" Budget\n2026 ")
    'Budget 2026'
    """
    return " ".join(text.split())


def described_of(
    draft: Draft, before: Mapping[str, Any], territory: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The further fields of the record (``docs/catalogue.md``); an empty one leaves its default.

    before:    what is said of the dataset that gives way; what the form does not ask is kept.
    territory: of the body itself, as the record says it; None where it has none.
    """
    said = {
        key: value
        for key, value in before.items()
        if key not in {"keyword", "temporal", "contact_point", "provenance"}
    }
    given = _described_fields(before)
    said |= {name: _chosen(draft, before, given, name, territory) for name in CODED}
    said = {name: value for name, value in said.items() if value not in ([], "", None)}
    if words := _keywords(draft, before, given):
        said["keyword"] = words
    period = {
        "start": draft.typed.get("period_from", ""),
        "end": draft.typed.get("period_to", ""),
    }
    if any(period.values()):
        said["temporal"] = [{key: value for key, value in period.items() if value}]
    if contacts := _with_first(before, "contact_point", lambda one: _contact(draft, one, given)):
        said["contact_point"] = contacts
    if told := _with_first(before, "provenance", lambda one: _provenance(draft, one, given)):
        said["provenance"] = told
    return said


def _with_first(
    before: Mapping[str, Any], name: str, made: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> list[Any]:
    """What was said, in its order, with the first one that has fields made anew.

    The form shows that one alone; the others stay as they are. One that is empty goes.
    """
    said = _listed(before, name)
    places = [place for place, each in enumerate(said) if isinstance(each, Mapping)]
    place = places[0] if places else len(said)
    new = made(said[place] if places else {})
    return [*said[:place], *([new] if new else []), *said[place + 1 :]]


def _keywords(
    draft: Draft, before: Mapping[str, Any], given: Mapping[str, str]
) -> dict[str, list[str]]:
    """The keywords; a language in which nothing else was typed keeps its own."""
    words = dict(before.get("keyword") or {})
    for language in LANGUAGES:
        name = f"keywords_{language}"
        if _is_retyped(draft, given, name):
            lines = draft.typed.get(name, "").split("\n")
            words[language] = [one_line(line) for line in lines if line.strip()]
    return {language: listed for language, listed in words.items() if listed}


def _chosen(
    draft: Draft,
    before: Mapping[str, Any],
    given: Mapping[str, str],
    name: str,
    territory: Mapping[str, Any] | None,
) -> Any:
    """The values that were chosen, by their codes; as before where nothing else was."""
    fields = CODED[name]
    if not any(each in draft.typed and _is_retyped(draft, given, each) for each in fields):
        return before.get(name)
    typed = [one_line(draft.typed.get(each, "")) for each in fields]
    codes: list[Any] = list(dict.fromkeys(code for code in typed if code))
    if name == "spatial" and territory:
        codes = [dict(territory) if code == OWN_TERRITORY else code for code in codes]
    values = [*codes, *_listed(before, name)[len(fields) :]]
    return next(iter(values), None) if name in _ONE else values


def _contact(draft: Draft, one: Mapping[str, Any], given: Mapping[str, str]) -> Mapping[str, Any]:
    """The contact with the name and the first address that were typed; nothing without both."""
    name = one_line(draft.typed.get("contact_name", ""))
    email = one_line(draft.typed.get("contact_email", ""))
    if not name and not email and any(given.get(f) for f in ("contact_name", "contact_email")):
        return {}
    new = dict(one)
    if _is_retyped(draft, given, "contact_name"):
        names = dict(one.get("name") or {})
        language = next(iter(names), "fr")
        new["name"] = {**names, language: name} if name else {}
    if _is_retyped(draft, given, "contact_email"):
        first = [f"mailto:{email}"] if email else []
        new["email"] = [*first, *_listed(one, "email")[1:]]
    return {field: value for field, value in new.items() if value}


def _provenance(
    draft: Draft, one: Mapping[str, Any], given: Mapping[str, str]
) -> Mapping[str, Any]:
    """The statement with the labels that were typed; other languages and fields stay."""
    labels = dict(one.get("label") or {})
    for language in LANGUAGES:
        name = f"provenance_{language}"
        if _is_retyped(draft, given, name):
            labels[language] = draft.typed.get(name, "")
    kept = {language: text for language, text in labels.items() if text.strip()}
    rest = {field: value for field, value in one.items() if field != "label"}
    return {**rest, "label": kept} if kept else rest


def _is_retyped(draft: Draft, given: Mapping[str, str], name: str) -> bool:
    """Whether a field says something else than it began with; ends of lines count for nothing."""
    was, now = as_kept(given.get(name, "")), as_kept(draft.typed.get(name, ""))
    return [*map(one_line, was.strip().split("\n"))] != [*map(one_line, now.strip().split("\n"))]


def typed_of(dataset: Dataset) -> dict[str, str]:
    """What the fields of a new version begin with: what is said of the one there is."""
    typed: dict[str, str] = {}
    for name, texts in (("title", dataset.title), ("description", dataset.description)):
        typed |= {f"{name}_{language}": text for language, text in texts.items()}
    typed |= _described_fields(dataset.described)
    return {name: text for name, text in typed.items() if name in FIELDS and text}


def _described_fields(said: Mapping[str, Any]) -> dict[str, str]:
    """The same of the further fields of the record."""
    keywords = said.get("keyword") or {}
    typed = {f"keywords_{lang}": "\n".join(words) for lang, words in keywords.items()}
    for name, fields in CODED.items():
        values = [_code_of(value) for value in _listed(said, name)]
        typed |= {field: code for field, code in zip(fields, values, strict=False) if code}
    for each in _things(said, "provenance")[:1]:
        typed |= {f"provenance_{lang}": text for lang, text in each.get("label", {}).items()}
    for each in _things(said, "contact_point")[:1]:
        typed["contact_name"] = next(iter(each.get("name", {}).values()), "")
        typed["contact_email"] = next(iter(_listed(each, "email")), "").removeprefix("mailto:")
    return typed


def _code_of(value: Any) -> str:
    """What stands in the field for a value: its code, or that it is the body's own territory."""
    if isinstance(value, Mapping):
        return OWN_TERRITORY if str(value.get("iri", "")).endswith("#territory") else ""
    return str(value)


def _things(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [each for each in _listed(said, name) if isinstance(each, Mapping)]


def _listed(said: Mapping[str, Any], name: str) -> list[Any]:
    given = said.get(name, [])
    return list(given) if isinstance(given, list | tuple) else [given]

"""A publication that is prepared: a checked file, and what a steward has typed of it so far."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.texts import LANGUAGES, Texts, readable

TEXTS = ("title", "description", "keywords", "provenance")
"""What is typed in each language."""
FIELDS = (
    *(f"{name}_{language}" for name in TEXTS for language in LANGUAGES),
    "period_from", "period_to", "contact_name", "contact_email", "slug", "day",
)  # fmt: skip
LONGEST_TYPED = 20_000
"""Characters of one field that are kept; what is longer than its record allows is told."""
CLEARED = "clear/"
"""What the names of typed reasons begin with; code and column follow."""
_BREAKS = re.compile("\r\n?|\x0b|\x0c|\u2028|\u2029")
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Draft:
    """One publication that is prepared.

    person:     whose draft it is; None where a program began it.
    replaces:   the address of the dataset that gets a new version; empty for a new dataset.
    typed:      what stands in the fields, right or wrong: nothing that was typed is lost.
    publish_on: the day for which it is scheduled; None: nobody has said one.
    problem:    the code of what stopped it on that day; empty where nothing did.
    slug:       the address it was published at; empty until then.
    """

    id: int
    authority: str
    person: int | None
    family: str
    submission_id: int
    replaces: str
    typed: Mapping[str, str]
    publish_on: date | None
    problem: str
    slug: str
    changed_at: datetime

    @property
    def is_published(self) -> bool:
        """Whether it has become a dataset; nothing is changed in it after that."""
        return self.slug != ""

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


def described_of(draft: Draft, before: Mapping[str, Any]) -> dict[str, Any]:
    """The further fields of the record (``docs/catalogue.md``); an empty one leaves its default.

    before: what is said of the dataset that gives way; what the form does not ask is kept.
    """
    said = {
        key: value
        for key, value in before.items()
        if key not in {"keyword", "temporal", "contact_point", "provenance"}
    }
    words = {
        language: [one_line(word) for word in text.split("\n") if word.strip()]
        for language, text in draft.texts("keywords").items()
    }
    if words:
        said["keyword"] = words
    period = {
        "start": draft.typed.get("period_from", ""),
        "end": draft.typed.get("period_to", ""),
    }
    if any(period.values()):
        said["temporal"] = [{key: value for key, value in period.items() if value}]
    if contact := _contact(draft):
        said["contact_point"] = [contact]
    if told := draft.texts("provenance"):
        said["provenance"] = [{"label": dict(told)}]
    return said


def _contact(draft: Draft) -> dict[str, Any]:
    name = one_line(draft.typed.get("contact_name", ""))
    email = one_line(draft.typed.get("contact_email", ""))
    contact: dict[str, Any] = {"name": {"fr": name}} if name else {}
    return {**contact, "email": [f"mailto:{email}"]} if email else contact


def typed_of(dataset: Dataset) -> dict[str, str]:
    """What the fields of a new version begin with: what is said of the one there is."""
    typed: dict[str, str] = {}
    for name, texts in (("title", dataset.title), ("description", dataset.description)):
        typed |= {f"{name}_{language}": text for language, text in texts.items()}
    said = dataset.described
    keywords = said.get("keyword") or {}
    typed |= {f"keywords_{lang}": "\n".join(words) for lang, words in keywords.items()}
    for each in _things(said, "provenance")[:1]:
        typed |= {f"provenance_{lang}": text for lang, text in each.get("label", {}).items()}
    for each in _things(said, "contact_point")[:1]:
        typed["contact_name"] = next(iter(each.get("name", {}).values()), "")
        typed["contact_email"] = next(iter(each.get("email", [])), "").removeprefix("mailto:")
    return {name: text for name, text in typed.items() if name in FIELDS and text}


def _things(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    given = said.get(name, [])
    listed = given if isinstance(given, list) else [given]
    return [each for each in listed if isinstance(each, Mapping)]

"""Closed lists of codes, each with the IRI that aggregators know it by."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import Texts


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list. extra holds what only that list has, such as a media type."""

    code: str
    uri: str
    label: Texts
    extra: Mapping[str, str] = field(default_factory=dict)


Vocabulary = Mapping[str, Term]
"""Code to term."""

Vocabularies = Mapping[str, Vocabulary]
"""Name of the list, as its file under ``catalog/vocabularies/`` is called, to the list."""


class Difference(StrEnum):
    """How an entry of ours can differ from the official list."""

    GONE = "gone"
    RELABELLED = "relabelled"


@dataclass(frozen=True, slots=True)
class Finding:
    """An entry of ours that the official list no longer has, or labels otherwise.

    language, ours, theirs: empty for one that is gone.
    """

    code: str
    difference: Difference
    language: str = ""
    ours: str = ""
    theirs: str = ""


OURS = frozenset({"ar"})
"""The labels we write ourselves: an official one takes their place only where we have none."""


def compare(ours: Vocabulary, official: Mapping[str, Texts]) -> tuple[Finding, ...]:
    """What differs, by code; ``official`` is address to labels.

    Ours is a selection: what the official list has beside it is no difference.
    """
    found = []
    for term in ours.values():
        if term.uri not in official:
            found.append(Finding(term.code, Difference.GONE))
            continue
        for language, theirs in official[term.uri].items():
            mine = term.label.get(language, "")
            if language not in OURS and mine.casefold() != theirs.casefold():
                found.append(Finding(term.code, Difference.RELABELLED, language, mine, theirs))
    return tuple(found)


def refreshed(ours: Vocabulary, official: Mapping[str, Texts]) -> Vocabulary:
    """Our entries that the official list still has, with its labels in all but Arabic."""
    return {
        code: replace(
            term,
            label={
                **official[term.uri],
                **{k: v for k, v in term.label.items() if k in OURS or k not in official[term.uri]},
            },
        )
        for code, term in ours.items()
        if term.uri in official
    }


def named_by(vocabularies: Vocabularies, official: Mapping[str, Texts]) -> str:
    """Which of our lists an official one is: the one that shares most addresses.

    Raises Invalid where none shares any.
    """
    shared = {
        name: sum(term.uri in official for term in ours.values())
        for name, ours in vocabularies.items()
        if name != "schemes"
    }
    name = max(shared, key=lambda each: shared[each])
    if not shared[name]:
        raise Invalid(f"none of our lists is in it; ours: {', '.join(sorted(shared))}")
    return name

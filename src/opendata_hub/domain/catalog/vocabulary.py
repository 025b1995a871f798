"""Closed lists of codes, each with the IRI that aggregators know it by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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

"""What every dataset of one kind must be: ``catalog/families/<name>/``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opendata_hub.domain.catalog.report import Level
from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.texts import Texts


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A text that makes the data public, where it says so, and who told us."""

    text: Texts
    article: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule about a whole row, beside what the columns say.

    formula: an expression over column names, true when the row is sound.
    columns: the names it uses; one that the file does not have is empty in every row.
    """

    id: str
    formula: str
    columns: frozenset[str]
    level: Level
    message: Texts
    source: str


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of dataset.

    schema: a Frictionless Table Schema descriptor, as read; columns match by name.
    themes, frequency: codes of the EU vocabularies in ``catalog/vocabularies/``.
    languages: the languages of its tables, as ISO 639-1 codes.
    """

    name: str
    title: Texts
    description: Texts
    keywords: Mapping[str, Sequence[str]]
    languages: tuple[str, ...]
    themes: tuple[str, ...]
    frequency: str
    legal_basis: tuple[LegalBasis, ...]
    personal_data: Texts
    review: Texts
    schema: Mapping[str, object]
    rules: tuple[Rule, ...]

"""What every dataset of one kind must be: ``catalog/families/<name>/``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.catalog.report import Level
from opendata_hub.domain.catalog.rules.formula import Formula
from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.portal.chart import Chart
from opendata_hub.domain.portal.entity import EntityRule
from opendata_hub.domain.texts import Texts


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A text that makes the data public, where it says so, and who told us."""

    text: Texts
    article: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Against:
    """The other table a rule looks into.

    family: what kind of dataset it is.
    match:  pairs of what is worked out here and the column there that must be equal to it.
    """

    family: str
    match: tuple[tuple[Formula, str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule about a whole row, a group of rows, or a row and another table.

    formula: broken where it is false; kept where it is true or unknown (``docs/rules.md``).
    by:      columns whose equal values make a group; without any, every row is looked at alone.
    """

    id: str
    formula: Formula
    level: Level
    message: Texts
    source: str
    by: tuple[str, ...] = ()
    against: Against | None = None

    @property
    def columns(self) -> frozenset[str]:
        """The columns it reads; one that the file does not have is empty in every row."""
        pairs = self.against.match if self.against else ()
        return self.formula.columns.union(self.by, *(here.columns for here, _ in pairs))

    @property
    def other_columns(self) -> frozenset[str]:
        """The columns of the other table it reads."""
        pairs = self.against.match if self.against else ()
        return self.formula.other_columns | {there for _, there in pairs}


class Holds(StrEnum):
    """What the files of a family hold."""

    TABLE = "table"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of dataset.

    schema: a Frictionless Table Schema descriptor, as read; columns match by name. Documents have
            one without fields.
    themes, frequency, licence: codes of the EU vocabularies in ``catalog/vocabularies/``; licence
               is empty where it is that of the hub.
    languages: the languages of its tables, as ISO 639-1 codes.
    charts:    what is drawn of every table of the family. entities: of whom its rows speak.
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
    holds: Holds = Holds.TABLE
    charts: tuple[Chart, ...] = ()
    entities: tuple[EntityRule, ...] = ()
    licence: str = ""

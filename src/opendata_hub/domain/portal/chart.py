"""Charts of a table: what a family declares, and the bars that its rows give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from opendata_hub.domain.portal.entity import EntityKind, EntityRule, Key
from opendata_hub.domain.texts import Texts

MOST_BARS = 12
MOST_HOLDERS = 300
"""Groups that are kept of a chart whose bars may be natural persons, the largest first."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that a family declares.

    by:      the column whose values are the bars; of days and moments, their years.
    measure: the column that is summed; empty: rows are counted.
    where:   columns, and the values of which a row must have one. given: columns that must not be
             empty.
    """

    id: str
    title: Texts
    by: str
    measure: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. rows: how many rows it stands for. name: of whom it is, where its label is a key."""

    label: str
    value: Decimal
    rows: int
    name: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its figures.

    bars: years in their order, anything else the largest first; at most MOST_BARS of them, and
          MOST_HOLDERS until it is known which of these are natural persons.
    left: what all other groups have together, and left_groups how many these are.
    """

    chart: str
    bars: tuple[Bar, ...]
    left: Decimal = Decimal(0)
    left_groups: int = 0

    @property
    def most(self) -> Decimal:
        """The value of the longest bar; 1 where every bar is empty."""
        return max((bar.value for bar in self.bars), default=Decimal(0)) or Decimal(1)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page of a dataset shows of its rows.

    rows: the first ones: their number in the file, then cells by column; None where empty.
    """

    rows: tuple[Mapping[str, str | bool | None], ...]
    charts: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Holders:
    """Whom the bars of a chart stand for: entities of that kind, by their keys of that scheme."""

    kind: EntityKind
    scheme: str

    def key(self, bar: Bar) -> Key:
        """The key of the one a bar stands for."""
        return Key(self.scheme, bar.label)


def holders(chart: Chart, rules: Sequence[EntityRule]) -> Holders | None:
    """Whom the bars stand for, where these may be natural persons; None for any other chart."""
    for rule in rules:
        if rule.kind.is_never_a_person:
            continue
        for scheme, columns in rule.keys.items():
            if columns == (chart.by,):
                return Holders(rule.kind, scheme)
    return None


def names_persons(chart: Chart, rules: Sequence[EntityRule]) -> bool:
    """Whether the bars would carry names of whom nobody has said that they are no persons."""
    return any(chart.by in rule.name for rule in rules if not rule.kind.is_never_a_person)


def with_names(drawn: Drawn, names: Mapping[str, Texts]) -> Drawn:
    """The chart with bars of those who have a name only; the others are told together.

    names: by key, of those that are known to be no natural persons.
    """
    known = [replace(bar, name=names[bar.label]) for bar in drawn.bars if bar.label in names]
    bars = tuple(known[:MOST_BARS])
    whole = sum((bar.value for bar in drawn.bars), drawn.left)
    return Drawn(
        drawn.chart,
        bars,
        left=whole - sum((bar.value for bar in bars), Decimal(0)),
        left_groups=drawn.left_groups + len(drawn.bars) - len(bars),
    )

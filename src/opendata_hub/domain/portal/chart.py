"""Charts of a table: what a family declares, and the bars that its rows give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from opendata_hub.domain.texts import Texts

MOST_BARS = 12


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
    """One bar. rows: how many rows it stands for."""

    label: str
    value: Decimal
    rows: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its figures.

    bars: years in their order, anything else the largest first; at most MOST_BARS of them.
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

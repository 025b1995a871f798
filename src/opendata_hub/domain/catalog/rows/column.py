"""A column as its values are served."""

from dataclasses import dataclass
from enum import StrEnum

ROW_NUMBER = "_row"
"""The number of a row in the published file, as a spreadsheet shows it: the header is above it."""


class ColumnKind(StrEnum):
    """What the values of a column are compared as. WHOLE and NUMBER are exact."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the name of its field in the Table Schema."""

    name: str
    kind: ColumnKind

"""Small counts in a table, in the columns that its family declares."""

from collections.abc import Iterator, Mapping, Sequence

from opendata_hub.domain.catalog.privacy import SMALL_COUNT
from opendata_hub.domain.catalog.privacy.suppression import SmallCells
from opendata_hub.domain.catalog.report import Finding
from opendata_hub.domain.texts import Texts

MESSAGE: Texts = {
    "fr": "Moins de {below} personnes : on pourrait les reconnaître. Publier la copie que fait "
    "la commande suppress.",
    "ar": "أقل من {below} أشخاص: يمكن التعرف عليهم. يجب نشر النسخة التي يعدها الأمر suppress.",
    "en": "Fewer than {below} persons: they could be recognised. Publish the copy that the "
    "command suppress writes.",
}


class SmallCountScan:
    """Reads a table for small counts, row by row. The count itself is never repeated."""

    def __init__(self, columns: Sequence[str], rule: SmallCells, *, language: str) -> None:
        self._columns, self._rule = tuple(columns), rule
        self._message = MESSAGE[language].format(below=rule.below)

    def row(self, number: int, cells: Sequence[str]) -> Iterator[Finding]:
        """The counts of the record of that number that tell of too few."""
        row: Mapping[str, str] = dict(zip(self._columns, cells, strict=False))
        for column in self._rule.columns:
            if self._rule.is_small(row, column):
                yield Finding(SMALL_COUNT, self._message, number, column)

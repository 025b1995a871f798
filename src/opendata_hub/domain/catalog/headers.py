"""Which row of a sheet is the header, and which column each of its labels means.

People write titles above a table, translate its labels, change their order, and add a total line
below. Labels are compared without accents, case, tashkeel, or the marks between words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata_hub.domain.catalog.report import Finding, Level
from opendata_hub.domain.catalog.spelling import fold
from opendata_hub.domain.texts import Texts

SEARCHED_ROWS = 30
_TOTALS = frozenset(
    fold(word)
    for word in (
        "total", "totaux", "sous-total", "somme", "subtotal", "sum", "grand total",
        "المجموع", "مجموع", "الإجمالي", "إجمالي",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeaderLayout:
    """Where the header is and what it means.

    row:     its record number, from 1; what stands above is a title.
    written: the labels as they stand in the file.
    labels:  the field that each column holds; as written where it is none of the schema's, and
             made unique where two columns say the same.
    repeated: positions of columns whose label was taken already.
    """

    row: int
    written: tuple[str, ...]
    labels: tuple[str, ...]
    repeated: tuple[int, ...]


def field_names(schema: Mapping[str, Any]) -> dict[str, str]:
    """By spelling: the field it means. A spelling that two fields share means neither."""
    own = {fold(field["name"]): str(field["name"]) for field in schema["fields"]}
    others: dict[str, set[str]] = {}
    for field in schema["fields"]:
        for label in _other_labels(field):
            others.setdefault(fold(label), set()).add(field["name"])
    found = {label: names.pop() for label, names in others.items() if label and len(names) == 1}
    return {**found, **own}


def layout_of(records: Sequence[Sequence[str]], names: Mapping[str, str]) -> HeaderLayout | None:
    """The header among the first records: the first of those with the most labels we know.

    None when no record has any.
    """
    known = [len({names.get(fold(cell)) for cell in cells} - {None}) for cells in records]
    best = max(known, default=0)
    if not best:
        return None
    row = known.index(best)
    written = tuple(records[row])
    labels: list[str] = []
    repeated: list[int] = []
    for position, cell in enumerate(written):
        label = names.get(fold(cell), cell)
        if label in labels:
            repeated.append(position)
            label = _unused(label, labels)
        labels.append(label)
    return HeaderLayout(row + 1, written, tuple(labels), tuple(repeated))


def is_total_line(cells: Sequence[str]) -> bool:
    """Whether a record that is not sound looks like a sum below a table.

    >>> is_total_line(["", "Total général", "", "12 000,00"])
    True
    """
    words = next((cell for cell in cells if cell.strip()), "").split()
    return not _TOTALS.isdisjoint({fold(words[0]), fold(" ".join(words[:2]))}) if words else False


def _other_labels(field: Mapping[str, Any]) -> list[str]:
    titles = field.get("titles") or {}
    labels = [field.get("title"), *titles.values(), *(field.get("synonyms") or ())]
    return [label for label in labels if isinstance(label, str)]


def _unused(label: str, labels: Sequence[str]) -> str:
    number = 2
    while f"{label} ({number})" in labels:
        number += 1
    return f"{label} ({number})"


def remarks(
    layout: HeaderLayout,
    first: Sequence[Sequence[str]],
    names: Mapping[str, str],
    language: str,
) -> list[Finding]:
    """What to say of a header: titles above it, labels that were translated or stand twice.

    first: the first records of the file; names: as of ``field_names``.
    """
    titles = [n for n, cells in enumerate(first[: layout.row - 1], start=1) if any(cells)]
    found = [
        Finding("title-row", MESSAGES["title-row"][language], number, level=Level.WARNING)
        for number in titles
    ]
    translated = [
        written
        for written, label in zip(layout.written, layout.labels, strict=True)
        if fold(written) in names and written != label
    ]
    if translated:
        said = MESSAGES["columns-by-title"][language].format(count=len(translated))
        found.append(Finding("columns-by-title", said, layout.row, level=Level.INFORMATION))
    return found + [
        Finding(
            "duplicate-label",
            MESSAGES["duplicate-label"][language].format(position=position + 1),
            layout.row,
            layout.written[position] or None,
        )
        for position in layout.repeated
    ]


MESSAGES: Mapping[str, Texts] = {
    "title-row": {
        "fr": "Une ligne de titre au-dessus de l’en-tête : elle n’est pas lue ; la supprimer.",
        "ar": "سطر عنوان فوق رأس الجدول: لا تتم قراءته، ويستحسن حذفه.",
        "en": "A title above the header: it is not read; remove it.",
    },
    "total-line": {
        "fr": "Une ligne de total : elle fausse toute somme ; la supprimer.",
        "ar": "سطر مجموع: يفسد كل عملية جمع، ويجب حذفه.",
        "en": "A total line: it spoils every sum; remove it.",
    },
    "columns-by-title": {
        "fr": "{count} colonnes ont été reconnues à leur titre, et non à leur nom de champ.",
        "ar": "تم التعرف على {count} من الأعمدة بعنوانها وليس باسم الحقل.",
        "en": "{count} columns were recognised by their titles, not by the names of their fields.",
    },
    "duplicate-label": {
        "fr": "La colonne {position} porte le même nom qu’une autre : en garder une seule.",
        "ar": "العمود {position} يحمل اسم عمود آخر: يجب الاحتفاظ بواحد منهما فقط.",
        "en": "Column {position} has the name of another one: keep only one of them.",
    },
    "trailing-blank-rows": {
        "fr": "{count} lignes vides à la fin du fichier : elles ne comptent pas.",
        "ar": "{count} من الأسطر الفارغة في آخر الملف: لا تؤخذ بعين الاعتبار.",
        "en": "{count} blank rows at the end of the file: they do not count.",
    },
}
"""What we say ourselves of the shape of a table, by code of the finding."""

"""What Frictionless says of a table, in plain words of the reader's language.

Findings keep Frictionless' own words, in English, for programs. People who mend a spreadsheet read
these: what is wrong with the cell, and what the column's own description wants there.
"""

import re
from collections.abc import Mapping
from typing import Any

from opendata_hub.domain.catalog.report import Finding
from opendata_hub.domain.texts import Texts

LISTED = 20
"""Values of a list that are named; more help nobody."""
_CONSTRAINT = re.compile(r'conform to a constraint: constraint "(\w+)" is ')
"""Long messages are cut at their end: what the limit is, the schema says."""
_OTHER_ROW = re.compile(r'at position "?(\d+)"?$')
_LABEL = re.compile(r'[Ll]abel "(.*?)" in ', re.DOTALL)
_NUMBER = re.compile(r'at position "(\d+)"')


def plain_words(finding: Finding, schema: Mapping[str, Any], language: str) -> str:
    """What is wrong, in that language; the finding's own words where it is none of the standard's.

    schema: the Table Schema that the file was checked against.
    """
    if finding.rule:
        return finding.message
    field = _field(finding, schema)
    words, values = _words(finding, field, schema)
    if words is None:
        return finding.message
    said = words[language].format_map(values)
    wanted = (field.get("descriptions") or {}).get(language, "")
    return f"{said} {wanted}".rstrip() if finding.code in EXPLAINED else said


def _field(finding: Finding, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = schema.get("fields") or []
    return next((each for each in fields if each["name"] == finding.column), {})


def _words(
    finding: Finding, field: Mapping[str, Any], schema: Mapping[str, Any]
) -> tuple[Texts | None, Mapping[str, str]]:
    if finding.code == "type-error":
        return TYPES.get(str(field.get("type", ""))), {}
    if finding.code == "constraint-error":
        found = _CONSTRAINT.search(finding.message)
        limits = field.get("constraints") or {}
        # What a long cell breaks is cut off with the end of the message.
        name = found[1] if found else "maxLength" if "maxLength" in limits else "pattern"
        listed = limits.get("enum") or []
        shown = ", ".join(map(str, listed[:LISTED])) + (" …" if len(listed) > LISTED else "")
        return CONSTRAINTS.get(name), {"limit": str(limits.get(name, "")), "list": shown}
    other, label = _OTHER_ROW.search(finding.message), _LABEL.search(finding.message)
    if finding.code == "primary-key" and other is None:  # of a key with an empty cell
        return None, {}
    number = _NUMBER.search(finding.message)
    return WORDS.get(finding.code), {
        "key": ", ".join(_key(schema)),
        "other": other[1] if other else "",
        "label": label[1] if label else "",
        "number": number[1] if number else "",
        "column": finding.column or "",
    }


def _key(schema: Mapping[str, Any]) -> list[str]:
    key = schema.get("primaryKey") or []
    return [key] if isinstance(key, str) else list(key)


EXPLAINED = frozenset({"type-error", "constraint-error"})
"""Of which the column's description says what is wanted."""
TYPES: Mapping[str, Texts] = {
    "date": {
        "fr": "Ce n’est pas une date. L’écrire année-mois-jour : 2026-12-31.",
        "ar": "هذا ليس تاريخا. يكتب على شكل السنة-الشهر-اليوم: 2026-12-31.",
        "en": "This is no date. Write year-month-day: 2026-12-31.",
    },
    "datetime": {
        "fr": "Ce n’est pas une date avec une heure : 2026-12-31T09:00:00Z.",
        "ar": "هذا ليس تاريخا مع الساعة: 2026-12-31T09:00:00Z.",
        "en": "This is no date with a time: 2026-12-31T09:00:00Z.",
    },
    "number": {
        "fr": "Ce n’est pas un nombre : un point décimal, ni espace ni symbole, comme 12500.00.",
        "ar": "هذا ليس عددا: نقطة للأجزاء العشرية دون فراغ ولا رمز، مثلا 12500.00.",
        "en": "This is no number: a point for decimals, no space and no symbol, 12500.00.",
    },
    "integer": {
        "fr": "Ce n’est pas un nombre entier : des chiffres seuls, sans espace.",
        "ar": "هذا ليس عددا صحيحا: أرقام فقط دون فراغ.",
        "en": "This is no whole number: digits alone, no space.",
    },
    "boolean": {
        "fr": "La réponse attendue est oui ou non.",
        "ar": "الجواب المنتظر هو نعم أو لا.",
        "en": "The answer is to be yes or no.",
    },
    "year": {
        "fr": "Ce n’est pas une année en quatre chiffres.",
        "ar": "هذه ليست سنة من أربعة أرقام.",
        "en": "This is no year of four digits.",
    },
}
CONSTRAINTS: Mapping[str, Texts] = {
    "required": {
        "fr": "La cellule est vide, et elle doit être remplie.",
        "ar": "الخلية فارغة، ويجب ملؤها.",
        "en": "The cell is empty, and must be filled in.",
    },
    "pattern": {
        "fr": "La valeur n’a pas la forme attendue.",
        "ar": "القيمة ليست على الشكل المطلوب.",
        "en": "The value does not have the form that is wanted.",
    },
    "enum": {
        "fr": "La valeur n’est pas de la liste : {list}.",
        "ar": "القيمة ليست ضمن اللائحة: {list}.",
        "en": "The value is none of the list: {list}.",
    },
    "minimum": {
        "fr": "La valeur est trop petite : {limit} au moins.",
        "ar": "القيمة أصغر من اللازم: {limit} على الأقل.",
        "en": "The value is too small: {limit} at least.",
    },
    "maximum": {
        "fr": "La valeur est trop grande : {limit} au plus.",
        "ar": "القيمة أكبر من اللازم: {limit} على الأكثر.",
        "en": "The value is too large: {limit} at most.",
    },
    "minLength": {
        "fr": "Le texte est trop court : {limit} caractères au moins.",
        "ar": "النص أقصر من اللازم: {limit} حرفا على الأقل.",
        "en": "The text is too short: {limit} characters at least.",
    },
    "maxLength": {
        "fr": "Le texte est trop long : {limit} caractères au plus.",
        "ar": "النص أطول من اللازم: {limit} حرفا على الأكثر.",
        "en": "The text is too long: {limit} characters at most.",
    },
    "unique": {
        "fr": "Cette valeur se trouve déjà dans une autre ligne.",
        "ar": "هذه القيمة موجودة في سطر آخر.",
        "en": "This value stands in another row already.",
    },
}
WORDS: Mapping[str, Texts] = {
    "primary-key": {
        "fr": "Même clé ({key}) que la ligne {other} : en retirer une, ou corriger la clé.",
        "ar": "لهذا السطر نفس المفتاح ({key}) كالسطر {other}: يحذف أحدهما أو يصحح المفتاح.",
        "en": "The same key ({key}) as row {other}: take one away, or correct the key.",
    },
    "unique-error": CONSTRAINTS["unique"],
    "blank-row": {
        "fr": "La ligne est vide : la retirer.",
        "ar": "السطر فارغ: يحذف.",
        "en": "The row is empty: take it away.",
    },
    "blank-header": {
        "fr": "La première ligne est vide : elle doit porter les noms des colonnes.",
        "ar": "السطر الأول فارغ: يجب أن يتضمن أسماء الأعمدة.",
        "en": "The first row is empty: it is to hold the names of the columns.",
    },
    "blank-label": {
        "fr": "La colonne n° {number} n’a pas de nom.",
        "ar": "العمود رقم {number} بدون اسم.",
        "en": "Column {number} has no name.",
    },
    "duplicate-label": {
        "fr": "Le nom de colonne « {label} » se trouve deux fois.",
        "ar": "اسم العمود «{label}» مكرر.",
        "en": "The column name “{label}” stands twice.",
    },
    "missing-label": {
        "fr": "La colonne {column} manque.",
        "ar": "العمود {column} غير موجود.",
        "en": "The column {column} is missing.",
    },
    "extra-label": {
        "fr": "Le modèle n’a pas de colonne « {label} ».",
        "ar": "لا يتضمن النموذج عمودا باسم «{label}».",
        "en": "The template has no column “{label}”.",
    },
    "incorrect-label": {
        "fr": "La colonne « {label} » se trouve à la place de la colonne {column}.",
        "ar": "العمود «{label}» يوجد مكان العمود {column}.",
        "en": "The column “{label}” stands in the place of the column {column}.",
    },
    "extra-cell": {
        "fr": "La ligne a plus de cellules que le tableau n’a de colonnes (n° {number}).",
        "ar": "في السطر خلايا أكثر من أعمدة الجدول (رقم {number}).",
        "en": "The row has more cells than the table has columns (no. {number}).",
    },
    "missing-cell": {
        "fr": "La ligne est trop courte : la cellule de la colonne {column} manque.",
        "ar": "السطر ناقص: خلية العمود {column} غير موجودة.",
        "en": "The row is too short: the cell of the column {column} is missing.",
    },
    "unmatched-header": {
        "fr": "Aucune colonne n’a un nom du modèle : prendre le modèle à remplir.",
        "ar": "لا يطابق اسم أي عمود أسماء النموذج: يرجى استعمال النموذج.",
        "en": "No column has a name of the template: take the template.",
    },
}
"""By Frictionless' types of errors; what is not here keeps Frictionless' own words."""

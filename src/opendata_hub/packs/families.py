"""``catalog/families/<name>/`` to Family."""

import ast
import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from opendata_hub.domain.catalog.family import Family, LegalBasis, Rule
from opendata_hub.domain.catalog.report import Level
from opendata_hub.domain.catalog.vocabulary import Vocabularies
from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import PackBroken
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_sheet, read_sheets
from opendata_hub.packs.site import coded

TYPES = frozenset(
    {
        "string", "number", "integer", "boolean", "object", "array", "date", "time", "datetime",
        "year", "yearmonth", "duration", "geopoint", "geojson", "any", "list",
    }
)  # fmt: skip
"""The field types of Table Schema 2.0."""
KEYS = (
    "name", "title", "description", "languages", "keywords", "themes", "frequency",
    "legal_basis", "personal_data", "review",
)  # fmt: skip


def load_families(folders: Folders, vocabularies: Vocabularies) -> Mapping[str, Family]:
    """Every family, by name; raises PackBroken with file, line and reason."""
    names = folders.folders("families", "family.yaml")
    return {name: _load(folders, name, vocabularies) for name in names}


def sample_file(folders: Folders, family: str) -> Path:
    """The family's ``sample.csv``: small, fictional, valid."""
    return folders.file(f"families/{family}/sample.csv")


def sample_row(folders: Folders, family: str) -> Mapping[str, str]:
    """The first row of the family's sample, by column; raises PackBroken when there is none."""
    file = sample_file(folders, family)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        if row := next(csv.DictReader(stream), None):
            return row
    raise PackBroken(f"{file}: a row is needed below the header")


def _load(folders: Folders, name: str, vocabularies: Vocabularies) -> Family:
    sheet = read_sheet(folders.file(f"families/{name}/family.yaml"))
    sheet.only(*KEYS)
    if sheet.text("name") != name:
        sheet.refuse(f"name must be {name!r}, as the folder is called")
    schema = _schema(folders.file(f"families/{name}/schema.json"))
    rules_file = folders.find(f"families/{name}/checks.yaml")
    return Family(
        name=name,
        title=sheet.texts("title"),
        description=sheet.texts("description"),
        keywords=_keywords(sheet.sheet("keywords")),
        languages=_languages(sheet, vocabularies),
        themes=_themes(sheet, vocabularies),
        frequency=coded(sheet, "frequency", "frequency", vocabularies),
        legal_basis=tuple(_legal_basis(each) for each in sheet.sheets("legal_basis")),
        personal_data=sheet.texts("personal_data"),
        review=sheet.texts("review"),
        schema=schema,
        rules=_rules(read_sheets(rules_file), schema) if rules_file else (),
    )


def _schema(file: Path) -> Mapping[str, object]:
    """A Table Schema descriptor; what Frictionless thinks of it is asked where it is used."""
    try:
        descriptor = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise PackBroken(f"{file}: {problem}") from None
    except json.JSONDecodeError as problem:
        raise PackBroken(f"{file}, line {problem.lineno}: {problem.msg}") from None
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("fields"), list):
        raise PackBroken(f"{file}, line 1: a Table Schema is a mapping with a list of fields")
    for number, field in enumerate(descriptor["fields"], start=1):
        if not isinstance(field, dict) or not field.get("name") or field.get("type") not in TYPES:
            raise PackBroken(
                f"{file}: field {number}: a name and a type of Table Schema are needed"
            )
        if set(field.get("titles", {})) != set(LANGUAGES):
            raise PackBroken(
                f"{file}: {field['name']}: titles in {', '.join(LANGUAGES)} are needed"
            )
    return descriptor


def _keywords(sheet: Sheet) -> Mapping[str, tuple[str, ...]]:
    sheet.only(*LANGUAGES)
    return {language: sheet.words(language) for language in LANGUAGES}


def _languages(sheet: Sheet, vocabularies: Vocabularies) -> tuple[str, ...]:
    known = {term.extra["iso"] for term in vocabularies["language"].values()}
    languages = sheet.words("languages")
    if unknown := sorted(set(languages) - known):
        sheet.refuse(f"languages: {unknown[0]!r} is not in catalog/vocabularies/language.csv")
    return languages


def _themes(sheet: Sheet, vocabularies: Vocabularies) -> tuple[str, ...]:
    themes = sheet.words("themes")
    if unknown := sorted(set(themes) - set(vocabularies["data-theme"])):
        sheet.refuse(f"themes: {unknown[0]!r} is not in catalog/vocabularies/data-theme.csv")
    return themes


def _legal_basis(sheet: Sheet) -> LegalBasis:
    sheet.only("text", "article", "source", "confidence")
    return LegalBasis(
        text=sheet.texts("text"),
        article=sheet.text("article"),
        source=sheet.text("source"),
        confidence=sheet.choice("confidence", Confidence),
    )


def _rules(sheets: Sequence[Sheet], schema: Mapping[str, Any]) -> tuple[Rule, ...]:
    fields = {field["name"] for field in schema["fields"]}
    rules: dict[str, Rule] = {}
    for sheet in sheets:
        rule = _rule(sheet)
        # Frictionless takes an unknown name for an empty cell: a slip would never be noticed.
        if rule.columns != _names_in(rule.formula, sheet) or not rule.columns <= fields:
            sheet.refuse(f"columns of {rule.id}: must be the columns that its formula uses")
        if rule.formula in rules:
            sheet.refuse(f"{rule.id}: the same formula stands twice")
        rules[rule.formula] = rule
    return tuple(rules.values())


def _names_in(formula: str, sheet: Sheet) -> frozenset[str]:
    """The column names an expression uses."""
    try:
        tree = ast.parse(formula, mode="eval")
    except SyntaxError as problem:
        sheet.refuse(f"formula: {problem.msg}")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = (n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called)
    return frozenset(name.id for name in names)


def _rule(sheet: Sheet) -> Rule:
    sheet.only("id", "formula", "columns", "level", "message", "source")
    return Rule(
        id=sheet.text("id"),
        formula=sheet.text("formula"),
        columns=frozenset(sheet.words("columns")),
        level=sheet.choice("level", Level),
        message=sheet.texts("message"),
        source=sheet.text("source"),
    )

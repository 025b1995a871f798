"""``catalog/families/<name>/`` to Family."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from opendata_hub.domain.catalog.family import Against, Family, Holds, LegalBasis, Rule
from opendata_hub.domain.catalog.privacy.suppression import declared
from opendata_hub.domain.catalog.repair.cells import IDENTIFIERS
from opendata_hub.domain.catalog.report import Level
from opendata_hub.domain.catalog.rules.formula import Column, Formula, Scope, parse, parse_rule
from opendata_hub.domain.catalog.rules.kind import Kind, kind_of
from opendata_hub.domain.catalog.territory import TerritoryLevel
from opendata_hub.domain.catalog.vocabulary import Vocabularies
from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import BadFormula, Invalid, PackBroken
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.portal import charts_of, entities_of
from opendata_hub.packs.sheet import Sheet, read_sheet, read_sheets
from opendata_hub.packs.site import coded

Schema = Mapping[str, object]
"""A Table Schema descriptor, as read."""

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
    schemas = {name: _schema(folders.file(f"families/{name}/schema.json")) for name in names}
    for name, schema in schemas.items():
        _refuse_repair_slips(folders, folders.file(f"families/{name}/schema.json"), schema)
    return {name: _load(folders, name, vocabularies, schemas) for name in schemas}


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


def sample_described(folders: Folders, family: str) -> Mapping[str, Any]:
    """What is said of the family's sample beside its title; nothing where no file says it."""
    file = folders.find(f"families/{family}/sample.described.json")
    if file is None:
        return {}
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as problem:
        raise PackBroken(f"{file}, line {problem.lineno}: {problem.msg}") from None
    if not isinstance(said, dict):
        raise PackBroken(f"{file}, line 1: a mapping of fields is needed")
    return said


def _load(
    folders: Folders, name: str, vocabularies: Vocabularies, schemas: Mapping[str, Schema]
) -> Family:
    sheet = read_sheet(folders.file(f"families/{name}/family.yaml"))
    sheet.only(*KEYS, "licence", "charts", "entities")
    if sheet.text("name") != name:
        sheet.refuse(f"name must be {name!r}, as the folder is called")
    rules_file = folders.find(f"families/{name}/checks.yaml")
    rules = _rules(read_sheets(rules_file), name, vocabularies, schemas) if rules_file else ()
    family = family_of(sheet, vocabularies, schema=schemas[name], rules=rules, holds=Holds.TABLE)
    columns = _kinds(schemas[name])
    entities = entities_of(sheet, columns)
    return replace(family, charts=charts_of(sheet, columns, entities), entities=entities)


def family_of(
    sheet: Sheet,
    vocabularies: Vocabularies,
    *,
    schema: Schema,
    rules: tuple[Rule, ...],
    holds: Holds,
) -> Family:
    """What a sheet says of a kind of dataset, with what its files are checked against."""
    return Family(
        name=sheet.text("name"),
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
        rules=rules,
        holds=holds,
        licence=coded(sheet, "licence", "licence", vocabularies) if sheet.has("licence") else "",
    )


def _schema(file: Path) -> Schema:
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
    try:
        declared(descriptor)
    except Invalid as problem:
        raise PackBroken(f"{file}: {problem}") from None
    return descriptor


def _refuse_repair_slips(folders: Folders, file: Path, schema: Schema) -> None:
    """Raise PackBroken when a field says something that no repair knows."""
    fields: Any = schema["fields"]
    for field in fields:
        if field.get("identifier", "ice") not in IDENTIFIERS:
            raise PackBroken(
                f"{file}: {field['name']}: identifier must be one of {', '.join(IDENTIFIERS)}"
            )
        if field.get("territoryLevel", "commune") not in set(TerritoryLevel):
            raise PackBroken(
                f"{file}: {field['name']}: territoryLevel must be one of "
                f"{', '.join(TerritoryLevel)}"
            )
        territory = field.get("territory")
        if territory and not folders.find(f"territories/{territory}.csv"):
            raise PackBroken(f"{file}: {field['name']}: no catalog/territories/{territory}.csv")


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


def _rules(
    sheets: Sequence[Sheet],
    family: str,
    vocabularies: Vocabularies,
    schemas: Mapping[str, Schema],
) -> tuple[Rule, ...]:
    kinds = {name: _kinds(schema) for name, schema in schemas.items()}
    rules: dict[str, Rule] = {}
    for sheet in sheets:
        rule = _rule(sheet, Scope(kinds[family], vocabularies), kinds)
        if rule.id in rules:
            sheet.refuse(f"the id {rule.id} stands twice")
        rules[rule.id] = rule
    return tuple(rules.values())


def _kinds(schema: Schema) -> Mapping[str, Kind]:
    fields: Any = schema["fields"]
    return {field["name"]: kind_of(field["type"]) for field in fields}


def _rule(sheet: Sheet, row: Scope, kinds: Mapping[str, Mapping[str, Kind]]) -> Rule:
    """A rule whose formula is understood, for a table of which ``row`` tells the columns."""
    sheet.only("id", "formula", "by", "against", "level", "message", "source")
    by = sheet.words("by") if sheet.has("by") else ()
    if unknown := sorted(set(by) - set(row.columns)):
        sheet.refuse(f"by: no column is called {unknown[0]!r}")
    scope = replace(row, by=by)
    against = _against(sheet.sheet("against"), scope, kinds) if sheet.has("against") else None
    if against:
        scope = replace(scope, other=kinds[against.family])
    rule = Rule(
        id=sheet.matching("id", r"[a-z0-9]+(-[a-z0-9]+)*"),
        formula=_formula(sheet, sheet.text("formula"), scope, parse_rule),
        level=sheet.choice("level", Level),
        message=sheet.texts("message"),
        source=sheet.text("source"),
        by=by,
        against=against,
    )
    if against and not rule.formula.asks_other:
        sheet.refuse(f"{rule.id}: against is given, but its formula asks nothing of that table")
    return rule


def _against(sheet: Sheet, scope: Scope, kinds: Mapping[str, Mapping[str, Kind]]) -> Against:
    sheet.only("family", "match")
    family = sheet.text("family")
    if family not in kinds:
        sheet.refuse(f"against: no family is called {family!r}; known: {', '.join(kinds)}")
    match = sheet.sheet("match")
    if not match.values:
        match.refuse("match: at least one column is needed")
    pairs = ((str(here), match.text(here)) for here in match.values)
    return Against(
        family, tuple(_pair(match, here, there, scope, kinds[family]) for here, there in pairs)
    )


def _pair(
    sheet: Sheet, here: str, there: str, scope: Scope, other: Mapping[str, Kind]
) -> tuple[Formula, str]:
    """What is worked out here, and the column of the other table that it is looked up in."""
    formula = _formula(sheet, here, scope, parse)
    if there not in other:
        sheet.refuse(f"match: the other table has no column {there!r}")
    if any(not isinstance(slot, Column) for slot in formula.slots):
        sheet.refuse(f"match: {here!r} may speak of this table's columns only")
    if formula.kind is not other[there] or formula.kind is Kind.OTHER:
        sheet.refuse(f"match: {here!r} is a {formula.kind}, and {there!r} is a {other[there]}")
    return formula, there


def _formula(
    sheet: Sheet, text: str, scope: Scope, understand: Callable[[str, Scope], Formula]
) -> Formula:
    try:
        return understand(text, scope)
    except BadFormula as problem:
        sheet.refuse(f"formula: {problem}")

"""What packs say of the portal: shelves of families, words of codes, charts of a family."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from opendata_hub.domain.errors import PackBroken
from opendata_hub.domain.portal.chart import Chart, names_persons
from opendata_hub.domain.portal.entity import EntityKind, EntityRule
from opendata_hub.domain.portal.shelf import Shelf
from opendata_hub.domain.texts import LANGUAGES, Texts
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_rows, read_sheets

ID = r"[a-z]+(-[a-z]+)*"


def load_shelves(folders: Folders, families: Collection[str]) -> tuple[Shelf, ...]:
    """The shelves in their order, with every family on one of them.

    families: the names of all there are; those that no shelf names stand on the last. Raises
    PackBroken for a family that is not there, or stands twice.
    """
    sheets = read_sheets(folders.file("shelves.yaml"))
    seen: set[str] = set()
    shelves = [_shelf(sheet, families, seen) for sheet in sheets]
    left = tuple(name for name in families if name not in seen)
    return (*shelves[:-1], *(replace(last, families=last.families + left) for last in shelves[-1:]))


def _shelf(sheet: Sheet, families: Collection[str], seen: set[str]) -> Shelf:
    sheet.only("id", "title", "text", "families")
    names = sheet.words("families")
    for name in names:
        if name not in families:
            sheet.refuse(f"families: no family is called {name!r}")
        if name in seen:
            sheet.refuse(f"families: {name!r} stands twice")
        seen.add(name)
    return Shelf(
        id=sheet.matching("id", ID),
        title=sheet.texts("title"),
        text=sheet.texts("text"),
        families=names,
    )


def load_codes(folders: Folders) -> Mapping[str, Texts]:
    """What readers call the codes in the cells of tables: ``catalog/codes.csv``.

    Raises PackBroken for a code that stands twice, or lacks a language.
    """
    file = folders.file("codes.csv")
    found: dict[str, Texts] = {}
    for line, row in read_rows(file, ("code", "fr", "ar", "en")):
        if not all(row.values()) or row["code"] in found:
            raise PackBroken(f"{file}, line {line}: a code, once, in {', '.join(LANGUAGES)}")
        found[row["code"]] = {language: row[language] for language in LANGUAGES}
    return found


def charts_of(
    sheet: Sheet, columns: Collection[str], entities: Sequence[EntityRule] = ()
) -> tuple[Chart, ...]:
    """The charts that a family declares.

    Refuses one that speaks of a column that is not there, or whose bars would be the names of what
    may be natural persons.
    """
    if not sheet.has("charts"):
        return ()
    charts = [_chart(each) for each in sheet.sheets("charts")]
    for chart in charts:
        named = {chart.by, *chart.where, *chart.given} | ({chart.measure} - {""})
        if unknown := sorted(named - set(columns)):
            sheet.refuse(f"charts: {chart.id}: no column is called {unknown[0]!r}")
        if names_persons(chart, entities):
            sheet.refuse(
                f"charts: {chart.id}: {chart.by} may be a natural person's name: draw it by a key"
            )
    return tuple(charts)


def _chart(sheet: Sheet) -> Chart:
    sheet.only("id", "title", "by", "measure", "where", "given")
    where = sheet.sheet("where") if sheet.has("where") else None
    return Chart(
        id=sheet.matching("id", ID),
        title=sheet.texts("title"),
        by=sheet.text("by"),
        measure=sheet.text("measure") if sheet.has("measure") else "",
        where={str(name): where.words(name) for name in where.values} if where else {},
        given=sheet.words("given") if sheet.has("given") else (),
    )


def entities_of(sheet: Sheet, columns: Collection[str]) -> tuple[EntityRule, ...]:
    """Of whom a family's rows speak; refuses a column that is not there, and a kind twice."""
    if not sheet.has("entities"):
        return ()
    rules = [_rule(each) for each in sheet.sheets("entities")]
    for rule in rules:
        named = {*rule.columns, *rule.name, *rule.persons, *rule.legal} | ({rule.amount} - {""})
        if unknown := sorted(named - set(columns)):
            sheet.refuse(f"entities: {rule.kind}: no column is called {unknown[0]!r}")
        if rule.legal and rule.kind.is_never_a_person:
            sheet.refuse(f"entities: {rule.kind}: legal_persons is of suppliers only")
    if len({rule.kind for rule in rules}) < len(rules):
        sheet.refuse("entities: a kind stands twice")
    return tuple(rules)


def _rule(sheet: Sheet) -> EntityRule:
    sheet.only("kind", "keys", "name", "amount", "persons", "legal_persons")
    keys = sheet.sheet("keys")
    if not keys.values:
        keys.refuse("keys: at least one is needed")
    return EntityRule(
        kind=sheet.choice("kind", EntityKind),
        keys={str(scheme): keys.words(scheme) for scheme in keys.values},
        name=sheet.words("name"),
        amount=sheet.text("amount") if sheet.has("amount") else "",
        persons=_values(sheet, "persons"),
        legal=_values(sheet, "legal_persons"),
    )


def _values(sheet: Sheet, name: str) -> Mapping[str, tuple[str, ...]]:
    """Columns, each with some of its values; none where the sheet does not speak of it."""
    if not sheet.has(name):
        return {}
    inner = sheet.sheet(name)
    return {str(column): inner.words(column) for column in inner.values}

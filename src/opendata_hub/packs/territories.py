"""``catalog/territories/*.csv`` to gazetteers."""

from collections.abc import Mapping
from pathlib import Path

from opendata_hub.domain.catalog.territory import Gazetteer, Territory, TerritoryLevel
from opendata_hub.domain.errors import PackBroken
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import read_rows

COLUMNS = ("code", "fr", "ar", "level", "parent")


def load_territories(folders: Folders) -> Mapping[str, Gazetteer]:
    """Every list, by the name of its file; raises PackBroken on a list with a fault."""
    return {
        Path(name).stem: _load(folders.file(name)) for name in folders.names("territories", ".csv")
    }


def _load(file: Path) -> Gazetteer:
    found: dict[str, Territory] = {}
    lines: dict[str, int] = {}
    for line, row in read_rows(file, COLUMNS):
        code = row["code"]
        if not code or code in found:
            raise PackBroken(f"{file}, line {line}: a code is needed, and only once: {code!r}")
        if row["level"] not in set(TerritoryLevel):
            raise PackBroken(
                f"{file}, line {line}: level must be one of {', '.join(TerritoryLevel)}"
            )
        label = {language: row[language] for language in ("fr", "ar") if row[language]}
        level = TerritoryLevel(row["level"])
        found[code], lines[code] = Territory(code, label, level, row["parent"] or None), line
    for code, each in found.items():
        if each.parent and each.parent not in found:
            raise PackBroken(f"{file}, line {lines[code]}: no parent {each.parent} in this list")
    return Gazetteer(found.values())

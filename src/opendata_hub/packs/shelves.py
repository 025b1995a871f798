"""``catalog/shelves.yaml`` to shelves."""

from collections.abc import Collection
from dataclasses import replace

from opendata_hub.domain.portal.shelf import Shelf
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_sheets


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
        id=sheet.matching("id", r"[a-z]+(-[a-z]+)*"),
        title=sheet.texts("title"),
        text=sheet.texts("text"),
        families=names,
    )

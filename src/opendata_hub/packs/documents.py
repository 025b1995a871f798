"""``catalog/documents/<kind>/`` to Family: kinds of documents, which have no columns."""

from collections.abc import Mapping
from pathlib import Path

from opendata_hub.domain.catalog.document import FORMATS
from opendata_hub.domain.catalog.family import Family, Holds
from opendata_hub.domain.catalog.vocabulary import Vocabularies
from opendata_hub.packs.families import KEYS, Schema, family_of
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import read_sheet

MARKER = "document.yaml"
_NO_COLUMNS: Schema = {"fields": []}


def load_kinds(
    folders: Folders, vocabularies: Vocabularies, taken: Mapping[str, Family]
) -> Mapping[str, Family]:
    """Every kind of document, by name.

    taken: the families of tables, whose names no kind may have. Raises PackBroken with file, line
    and reason.
    """
    names = folders.folders("documents", MARKER)
    return {name: _load(folders, name, vocabularies, taken) for name in names}


def sample_document(folders: Folders, kind: str) -> Path | None:
    """The kind's sample, small and fictional, in whichever format; None where there is none."""
    found = (folders.find(f"documents/{kind}/sample{ending}") for ending in FORMATS)
    return next(filter(None, found), None)


def _load(
    folders: Folders, name: str, vocabularies: Vocabularies, taken: Mapping[str, Family]
) -> Family:
    sheet = read_sheet(folders.file(f"documents/{name}/{MARKER}"))
    sheet.only(*KEYS, "licence")
    if sheet.text("name") != name:
        sheet.refuse(f"name must be {name!r}, as the folder is called")
    if name in taken:
        sheet.refuse(f"a family of tables is called {name!r} already")
    return family_of(sheet, vocabularies, schema=_NO_COLUMNS, rules=(), holds=Holds.DOCUMENT)

"""``catalog/ocds.yaml`` to Codes."""

from collections.abc import Mapping
from typing import Any

from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.ocds.codes import (
    AWARD_STATUSES,
    CATEGORIES,
    METHODS,
    TENDER_STATUSES,
    Codes,
)
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_sheet

ORDERS = frozenset({"with_notice", "without_competition"})


def load_ocds(folders: Folders, families: Mapping[str, Family]) -> Codes:
    """How the codes of purchase tables are told; raises PackBroken where one is not."""
    sheet = read_sheet(folders.file("ocds.yaml"))
    sheet.only(
        "procurement_method", "category", "tender_status", "award_status", "purchase_order_method"
    )

    def told(key: str, ours: frozenset[str], theirs: frozenset[str]) -> Mapping[str, str]:
        return _told(sheet.sheet(key), ours, theirs)

    notices, results = families["procurement-notices"], families["procurement-results"]
    return Codes(
        procurement_method=told("procurement_method", _codes(notices, "mode_passation"), METHODS),
        category=told("category", _codes(notices, "categorie"), CATEGORIES),
        tender_status=told("tender_status", _codes(notices, "statut"), TENDER_STATUSES),
        award_status=told("award_status", _codes(results, "statut"), AWARD_STATUSES),
        purchase_order_method=told("purchase_order_method", ORDERS, METHODS),
    )


def _codes(family: Family, column: str) -> frozenset[str]:
    """The codes that a column may hold."""
    fields: Any = family.schema["fields"]
    field = next(each for each in fields if each["name"] == column)
    return frozenset(field["constraints"]["enum"])


def _told(sheet: Sheet, ours: frozenset[str], theirs: frozenset[str]) -> Mapping[str, str]:
    """Each of our codes by one of theirs: none may be missing, none may be unknown."""
    sheet.only(*sorted(ours))
    said = {code: sheet.text(code) for code in sorted(ours)}
    for code, told in said.items():
        if told not in theirs:
            sheet.refuse(f"{code}: {told!r} is not one of {', '.join(sorted(theirs))}")
    return said

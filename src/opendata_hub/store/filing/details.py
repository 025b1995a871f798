"""What the model form asks besides the question, as JSON and back; empty parts are left out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from opendata_hub.domain.filing.details import Access, Details, Source


def to_kept(details: Details) -> dict[str, Any]:
    """As it is kept.

    >>> to_kept(Details(urgency="A life", access=Access.POST))
    {'urgency': 'A life', 'access': 'post'}
    """
    said = {
        "urgency": details.urgency,
        "access": str(details.access or ""),
        "sources": [str(each) for each in details.sources],
        "from": details.period_from.isoformat() if details.period_from else "",
        "to": details.period_to.isoformat() if details.period_to else "",
    }
    return {name: value for name, value in said.items() if value}


def from_kept(kept: Mapping[str, Any]) -> Details:
    """From what is kept."""
    return Details(
        urgency=kept.get("urgency", ""),
        access=Access(kept["access"]) if "access" in kept else None,
        sources=tuple(map(Source, kept.get("sources", ()))),
        period_from=date.fromisoformat(kept["from"]) if "from" in kept else None,
        period_to=date.fromisoformat(kept["to"]) if "to" in kept else None,
    )

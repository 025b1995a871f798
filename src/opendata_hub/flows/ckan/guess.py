"""What kind of table a file is, where nobody says so: the one whose columns it has."""

from collections.abc import Mapping
from pathlib import Path

from opendata_hub.adapters.tabular.reading import headed, opened
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.headers import field_names
from opendata_hub.domain.errors import NotATable


def family_of(file: Path, file_name: str, families: Mapping[str, Family]) -> str | None:
    """The family whose every column stands in the file; None for none, and for several as wide."""
    found: dict[str, int] = {}
    try:
        with opened(file, file_name) as table:
            for name, family in families.items():
                wanted = set(field_names(family.schema).values())
                read = headed(table, family.schema)
                if read and wanted <= set(read.layout.labels):
                    found[name] = len(wanted)
    except NotATable:
        return None
    widest = [name for name, width in found.items() if width == max(found.values())]
    return widest[0] if len(widest) == 1 else None

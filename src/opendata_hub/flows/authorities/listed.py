"""A table of authorities, such as the communes of a region: a line for each."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from opendata_hub.domain.authority import Authority, prefix_of
from opendata_hub.domain.errors import Invalid

COLUMNS = (
    "id", "name_fr", "name_ar", "name_en", "type", "homepage", "email", "territory", "parent",
    "families", "law", "prefix",
)  # fmt: skip
NEEDED = ("id", "name_fr", "name_ar")
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every line that does not say otherwise."""

    type: str
    law: str
    homepage: str = ""
    email: str = ""
    territory: str = ""
    parent: str = ""
    families: frozenset[str] = frozenset()


def authorities_from(content: bytes, defaults: Defaults) -> list[Authority]:
    """The authorities of a CSV table in UTF-8, as they are written there; nothing is checked.

    Families stand in one cell with blanks between. The English name is the French one where it is
    left out, the prefix is made of the id. Raises Invalid for a table that can't be read.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        titles = reader.fieldnames or ()
        if wrong := sorted(set(titles) - set(COLUMNS)) or sorted(set(NEEDED) - set(titles)):
            raise Invalid(
                f"column {wrong[0]!r}: a table of authorities has {', '.join(NEEDED)}, and may "
                f"have {', '.join(name for name in COLUMNS if name not in NEEDED)}"
            )
        lines = list(reader)
    except (UnicodeDecodeError, csv.Error) as problem:
        raise Invalid(f"The table can't be read as CSV in UTF-8: {problem}") from None
    if not lines or len(lines) > MOST_LINES:
        raise Invalid(f"A table of authorities has between 1 and {MOST_LINES:,} lines")
    return [_authority(line, defaults) for line in lines]


def _authority(line: Mapping[str | None, str | list[str] | None], defaults: Defaults) -> Authority:
    def cell(name: str, otherwise: str = "") -> str:
        value = line.get(name)
        return (value.strip() if isinstance(value, str) else "") or otherwise

    families = frozenset(cell("families").split())
    return Authority(
        id=cell("id"),
        name={
            "fr": cell("name_fr"),
            "ar": cell("name_ar"),
            "en": cell("name_en", cell("name_fr")),
        },
        type=cell("type", defaults.type),
        homepage=cell("homepage", defaults.homepage),
        email=cell("email", defaults.email),
        law=cell("law", defaults.law),
        reference_prefix=cell("prefix", prefix_of(cell("id"))),
        territory=cell("territory", defaults.territory),
        parent=cell("parent", defaults.parent),
        families=families or defaults.families,
    )

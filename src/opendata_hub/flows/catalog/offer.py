"""A steward asks for a family's table to fill in."""

from dataclasses import dataclass

from opendata_hub.adapters.template import FORMATS
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.template import template
from opendata_hub.packs.families import sample_row
from opendata_hub.packs.folders import Folders


@dataclass(frozen=True, slots=True)
class Offered:
    """A file to fill in, and the name to save it under."""

    content: bytes
    file_name: str
    media_type: str


def offer(folders: Folders, family: Family, *, language: str, ending: str) -> Offered:
    """The family's template in one of ``FORMATS``, with the first row of its sample in it.

    The same declarations always give the same bytes. Raises PackBroken when the sample is empty.
    """
    chosen = FORMATS[ending]
    offered = template(family, sample_row(folders, family.name), language=language)
    return Offered(
        content=chosen.write(offered),
        file_name=f"{family.name}.{language}.{ending}",
        media_type=chosen.media_type,
    )

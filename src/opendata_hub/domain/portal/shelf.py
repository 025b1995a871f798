"""Families that readers look for together: ``catalog/shelves.yaml``."""

from dataclasses import dataclass

from opendata_hub.domain.texts import Texts


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part of the home page. families: names, in the order in which they are shown."""

    id: str
    title: Texts
    text: Texts
    families: tuple[str, ...]

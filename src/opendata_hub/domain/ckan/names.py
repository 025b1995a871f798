"""By which ids CKAN's clients know what is published here.

They are worked out and kept nowhere: of the catalogue's own key, which tells it from every other
and stays when the hub moves, and of the address below it, which never changes.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID, uuid5

_HUB = UUID("6f64685f-636b-516e-8261-6e6f70656e64")
"""Ours alone: a name space of ids has an id itself."""

MOST_FILES = 10
"""Files of one harvested dataset that can be asked for by their id; all of them are shown."""


@dataclass(frozen=True)
class Names:
    """The ids of one catalogue. catalog_key: what tells it from every other."""

    catalog_key: str

    @cached_property
    def _space(self) -> UUID:
        return uuid5(_HUB, self.catalog_key)

    def package(self, slug: str) -> str:
        """The id of a dataset."""
        return self._id(f"datasets/{slug}")

    def resource(self, slug: str, number: int = 1) -> str:
        """The id of a file of a dataset; our own datasets have one, whatever the version."""
        return self._id(f"datasets/{slug}#distribution-{number}")

    def resources(self, slug: str) -> tuple[str, ...]:
        """The ids of as many files of a harvested dataset as can be asked for by their id."""
        return tuple(self.resource(slug, number) for number in range(1, MOST_FILES + 1))

    def organization(self, publisher: str) -> str:
        """The id of an authority."""
        return self._id(f"publishers/{publisher}")

    def group(self, theme: str) -> str:
        """The id of a theme."""
        return self._id(f"themes/{theme}")

    def activity(self, number: int) -> str:
        """The id of a change of the catalogue."""
        return self._id(f"changes/{number}")

    def user(self, person: int) -> str:
        """The id of an account."""
        return self._id(f"people/{person}")

    def _id(self, path: str) -> str:
        return _worked_out(self._space, path)


@lru_cache(20_000)
def _worked_out(space: UUID, path: str) -> str:
    return str(uuid5(space, path))

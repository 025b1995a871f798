"""Where declarations lie: the shipped folder, with an authority's own copy laid over it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from opendata_hub.domain.errors import PackBroken


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders that are read as one; a file in an earlier one hides the same file in a later one.

    layers: existing folders, the authority's own first, the shipped one last.
    """

    layers: tuple[Path, ...]

    def find(self, name: str) -> Path | None:
        """The file of that relative name, from the first layer that has it."""
        for layer in self.layers:
            if (layer / name).is_file():
                return layer / name
        return None

    def file(self, name: str) -> Path:
        """The same, for a file that must be there; raises PackBroken."""
        if found := self.find(name):
            return found
        raise PackBroken(f"{self.layers[0] / name} is missing")

    def digest(self) -> str:
        """A digest of every declaration file, by name and content: SHA-256, 16 hex letters."""
        found = hashlib.sha256()
        names = {
            path.relative_to(layer).as_posix()
            for layer in self.layers
            for ending in ("*.yaml", "*.json", "*.csv")
            for path in layer.rglob(ending)
        }
        for name in sorted(names):
            found.update(name.encode() + b"\0" + self.file(name).read_bytes())
        return found.hexdigest()[:16]

    def names(self, folder: str, ending: str) -> Iterator[str]:
        """The relative names of the files directly in ``folder`` with that ending, sorted."""
        found = {
            f"{folder}/{path.name}"
            for layer in self.layers
            for path in (layer / folder).glob(f"*{ending}")
        }
        return iter(sorted(found))

    def folders(self, folder: str, marker: str) -> Iterator[str]:
        """The names of the folders below ``folder`` that hold a file ``marker``, sorted."""
        found = {
            path.parent.name
            for layer in self.layers
            for path in (layer / folder).glob(f"*/{marker}")
        }
        return iter(sorted(found))

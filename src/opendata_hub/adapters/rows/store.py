"""Where the rows of published files lie, and what each was made from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LAYOUT = "rows/1"
"""What a Parquet file was made by; raise it when the same source would give another one."""


@dataclass(frozen=True, slots=True)
class Source:
    """A published file. file_name tells its format; sha256 is of its bytes, lower-case hex."""

    file: Path
    file_name: str
    sha256: str
    schema: Mapping[str, object]

    @property
    def digest(self) -> str:
        """What its rows depend on: the bytes, how they are read, what the schema makes of them."""
        declared = json.dumps(dict(self.schema), sort_keys=True, ensure_ascii=False)
        said = "\n".join((LAYOUT, self.sha256, Path(self.file_name).suffix.lower(), declared))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RowStore:
    """A folder of Parquet files, each named by what it was made from. It may be emptied."""

    folder: Path

    def path(self, source: Source) -> Path:
        """Where the rows of a published file lie, or would."""
        return self.folder / source.digest[:2] / f"{source.digest}.parquet"

    def beside(self, source: Source, name: str) -> Path:
        """Where something else that was made from the same file lies; ``name`` ends it."""
        return self.folder / source.digest[:2] / f"{source.digest}.{name}"

"""Where the rows of published files lie, and what each was made from."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LAYOUT = "rows/1"
"""What a Parquet file was made by; raise it when the same source would give another one."""
DIGEST_LETTERS = 64
COMPARING = "comparing-"
"""How the folders begin in which two tables are compared."""


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
        return digest_of(self.sha256, self.file_name, declared(self.schema))


def declared(schema: Mapping[str, object]) -> str:
    """A schema as one text."""
    return json.dumps(dict(schema), sort_keys=True, ensure_ascii=False)


def digest_of(sha256: str, file_name: str, schema: str) -> str:
    """What the rows of a file are kept under; ``schema`` as ``declared`` gives it."""
    said = "\n".join((LAYOUT, sha256, Path(file_name).suffix.lower(), schema))
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

    def drop(self, digest: str) -> int:
        """Let everything be gone that was made from those rows; returns how many files."""
        found = [path for path in self.folder.glob("*/*") if digest in path.name.split(".")]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def sweep(self, wanted: AbstractSet[str], before: datetime, pairs_before: datetime) -> int:
        """Drop what was made before then from rows that are not wanted; returns how many files.

        wanted: digests. pairs_before: what was made from two of them needs both, and is dropped
        when it was made before that: readers choose the pairs, and it is made again when asked for.
        """
        swept, limit, pairs_limit = 0, before.timestamp(), pairs_before.timestamp()
        for path in self.folder.glob("*/*"):
            digests = [part for part in path.name.split(".") if len(part) == DIGEST_LETTERS]
            is_wanted = bool(digests) and all(digest in wanted for digest in digests)
            if is_wanted and len(digests) == 1:
                continue
            with suppress(FileNotFoundError):
                made_at = path.stat().st_mtime
                if path.is_file() and made_at < (pairs_limit if is_wanted else limit):
                    path.unlink()
                    swept += 1
        for left in self.folder.glob(f"{COMPARING}*"):  # by a process that was killed
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < limit:
                    shutil.rmtree(left, ignore_errors=True)
        return swept

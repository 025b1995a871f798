"""Files by content: kept once, named by the SHA-256 of their bytes."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from opendata_hub.domain.errors import TooLarge

BLOCK_BYTES = 1_048_576
UNFINISHED = "incoming-"
TRIAL_BYTES = 4096
"""What a full disk refuses; fewer may find room in what it keeps for names."""
DIGITS = 64
"""Of a SHA-256 in hex."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Where the bytes lie, their digest (lower-case hex) and their number."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder of files; nothing in it ever changes."""

    folder: Path

    def put(self, stream: BinaryIO, *, limit_bytes: int) -> StoredFile:
        """Keep what ``stream`` gives, block by block.

        The file appears whole or not at all. Raises TooLarge past ``limit_bytes``.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as target:
                sha256, size = _copy(stream, target, limit_bytes)
                target.flush()
                os.fsync(target.fileno())
            path = self.path(sha256)
            path.parent.mkdir(exist_ok=True)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return StoredFile(path, sha256, size)

    def try_writing(self) -> None:
        """Write something and take it back; raises OSError where nothing can be put."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(bytes(TRIAL_BYTES))
        finally:
            Path(name).unlink(missing_ok=True)

    def drop(self, sha256: str) -> None:
        """Let the bytes be gone; nothing happens where they are not there."""
        self.path(sha256).unlink(missing_ok=True)

    def drop_older(self, sha256: str, moment: datetime) -> bool:
        """The same, unless they were put since; whether they are gone by this."""
        path = self.path(sha256)
        if not _is_older(path, moment):
            return False
        path.unlink(missing_ok=True)
        return True

    def older(self, moment: datetime) -> Iterator[str]:
        """The digests of what was put before, a folder at a time; putting again renews."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if len(path.name) == DIGITS and _is_older(path, moment):
                    yield path.name

    def drop_unfinished(self, moment: datetime) -> int:
        """Let go what began to be put before and never came to its end; returns how many."""
        left = [path for path in self.folder.glob(f"{UNFINISHED}*") if _is_older(path, moment)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def path(self, sha256: str) -> Path:
        """Where the bytes with that digest lie, or would."""
        return self.folder / sha256[:2] / sha256


@contextmanager
def passing(stream: BinaryIO, *, limit_bytes: int) -> Iterator[Path]:
    """What ``stream`` gives as a file that is gone after the block.

    Raises TooLarge past ``limit_bytes``.
    """
    with tempfile.TemporaryDirectory(prefix="opendata-hub-") as folder:
        file = Path(folder) / "received"
        with file.open("wb") as target:
            _copy(stream, target, limit_bytes)
        yield file


def zipped(files: Sequence[Path], archive: Path) -> None:
    """Put files into a new archive, under their own names."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for file in files:
            target.write(file, file.name)


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # another process was faster
        return False


def _copy(source: BinaryIO, target: BinaryIO, limit_bytes: int) -> tuple[str, int]:
    """Copy block by block; returns digest and number of the bytes."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK_BYTES):
        size += len(block)
        if size > limit_bytes:
            raise TooLarge(f"The file is larger than {limit_bytes:,} bytes")
        digest.update(block)
        target.write(block)
    return digest.hexdigest(), size

"""Files by content: kept once, named by the SHA-256 of their bytes; in a folder, or in a bucket."""

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
from urllib.parse import quote

from opendata_hub.adapters.bucket import Bucket
from opendata_hub.domain.errors import FileDamaged, TooLarge

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
    """Files of which none ever changes: in a folder, or in a bucket of which it holds a part.

    Where there is a bucket, it is what counts: all of this raises BucketUnreachable then, and a
    file that was not used for a while is let go from the folder.
    """

    folder: Path
    bucket: Bucket | None = None

    def put(self, stream: BinaryIO, *, limit_bytes: int) -> StoredFile:
        """Keep what ``stream`` gives, block by block.

        The file appears whole or not at all. Raises TooLarge past ``limit_bytes``.
        """
        with self._arriving() as (arrived, target):
            sha256, size = _copy(stream, target, limit_bytes)
            target.flush()
            os.fsync(target.fileno())
            if self.bucket:
                self.bucket.upload(arrived, _name(sha256))
            path = self._let_in(arrived, sha256)
        return StoredFile(path, sha256, size)

    def try_writing(self) -> None:
        """Write something and take it back; raises OSError where nothing can be put.

        The bucket is asked for something only: probes come every few seconds.
        """
        with self._arriving() as (_, target):
            target.write(bytes(TRIAL_BYTES))
        if self.bucket:
            self.bucket.put_at("anything")

    def drop(self, sha256: str) -> None:
        """Let the bytes be gone; nothing happens where they are not there."""
        if self.bucket:
            self.bucket.drop(_name(sha256))
        self._place(sha256).unlink(missing_ok=True)

    def drop_older(self, sha256: str, moment: datetime) -> bool:
        """The same, unless they were put since; whether they are gone by this."""
        if not self._is_older(sha256, moment):
            return False
        self.drop(sha256)
        return True

    def older(self, moment: datetime) -> Iterator[str]:
        """The digests of what was put before, a folder at a time; putting again renews."""
        if self.bucket:
            names = (name.rpartition("/")[2] for name in self.bucket.older(moment))
            yield from (name for name in names if len(name) == DIGITS)
            return
        for path in self._held():
            if _is_older(path, moment):
                yield path.name

    def drop_unfinished(self, moment: datetime) -> int:
        """Let go what began to be put before and never came to its end; returns how many."""
        left = [path for path in self.folder.glob(f"{UNFINISHED}*") if _is_older(path, moment)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def path(self, sha256: str) -> Path:
        """Where the bytes with that digest lie, or would.

        What lies in the bucket is fetched first; raises FileDamaged where it is not what was put.
        """
        path = self._place(sha256)
        if self.bucket:
            try:
                os.utime(path)  # used now
            except FileNotFoundError:
                self._fetch(self.bucket, sha256)
        return path

    def found(self, sha256: str) -> Path:
        """Where the bytes with that digest lie; raises FileDamaged where they are lost."""
        path = self.path(sha256)
        if not path.is_file():
            raise FileDamaged(f"A stored file is not there any more: {sha256}")
        return path

    def signed_address(self, sha256: str, *, file_name: str, media_type: str, now: datetime) -> str:
        """Where a reader takes the bytes from the store itself, for minutes; empty for nowhere.

        They are saved under that name. Nobody is asked whether they are there.
        """
        if not (self.bucket and self.bucket.signer):
            return ""
        name = quote(file_name, safe="")
        said = {
            "response-content-disposition": f"attachment; filename*=UTF-8''{name}",
            "response-content-type": media_type,
        }
        return self.bucket.signer.address(_name(sha256), said, now)

    def trim(self, moment: datetime) -> int:
        """Let go from the folder what lies in the bucket and was not used since; says how many."""
        if not self.bucket:
            return 0
        unused = [path for path in self._held() if _is_older(path, moment)]
        for path in unused:
            path.unlink(missing_ok=True)
        return len(unused)

    def _fetch(self, bucket: Bucket, sha256: str) -> None:
        with self._arriving() as (arrived, target):
            digest = hashlib.sha256()
            try:
                for block in bucket.blocks(_name(sha256)):
                    digest.update(block)
                    target.write(block)
            except FileNotFoundError:
                return
            if digest.hexdigest() != sha256:
                raise FileDamaged(f"A file in the bucket is not what was put there: {sha256}")
            target.flush()
            self._let_in(arrived, sha256)

    @contextmanager
    def _arriving(self) -> Iterator[tuple[Path, BinaryIO]]:
        """A new file that is gone after the block, unless it was let in."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as target:
                yield Path(name), target
        finally:
            Path(name).unlink(missing_ok=True)

    def _let_in(self, arrived: Path, sha256: str) -> Path:
        path = self._place(sha256)
        path.parent.mkdir(exist_ok=True)
        return arrived.replace(path)

    def _is_older(self, sha256: str, moment: datetime) -> bool:
        if not self.bucket:
            return _is_older(self._place(sha256), moment)
        put_at = self.bucket.put_at(_name(sha256))
        return put_at is not None and put_at < moment

    def _held(self) -> Iterator[Path]:
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from (path for path in sorted(folder.iterdir()) if len(path.name) == DIGITS)

    def _place(self, sha256: str) -> Path:
        return self.folder / _name(sha256)


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


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


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

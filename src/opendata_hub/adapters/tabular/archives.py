"""Packed files: gzip, and zip with one table in it. Bombs are refused while they unpack."""

import gzip
import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from opendata_hub.domain.errors import NotATable

MOST_BYTES = 12 * 2**30
MOST_RATIO, FREE_BYTES = 200, 64 * 2**20
"""A member may grow to 64 MB whatever its ratio; beyond that, to 200 times its packed size."""
MOST_MEMBERS = 1000
BLOCK_BYTES = 1_048_576
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError,
    RuntimeError, KeyError,
)  # fmt: skip
"""What the library raises on archives that are damaged, or packed as it does not know."""


def unpacked(file: Path, file_name: str, folder: Path) -> tuple[Path, str]:
    """The file inside an archive and its name; a file that is none is given back as it is.

    Raises NotATable for an archive with no table or several, an encrypted or broken one, a bomb.
    """
    ending = Path(file_name).suffix.lower()
    if ending not in {".gz", ".zip"}:
        return file, file_name
    target = folder / "unpacked"
    try:
        if ending == ".gz":
            with gzip.open(file) as stream:
                _copy(stream, target, file.stat().st_size)
            return target, file_name[: -len(ending)]
        return target, _from_zip(file, target)
    except BROKEN:
        raise NotATable("broken-archive", f"This {ending} can't be unpacked") from None


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files in a zip, without folders and what macOS adds; raises NotATable for too many."""
    if len(archive.infolist()) > MOST_MEMBERS:
        raise NotATable("archive-bomb", f"The archive has more than {MOST_MEMBERS:,} files")
    return [
        each
        for each in archive.infolist()
        if not each.is_dir()
        and not each.filename.startswith("__MACOSX/")
        and not Path(each.filename).name.startswith(".")
    ]


def extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one member; raises NotATable when it is encrypted or grows beyond reason."""
    if member.flag_bits & 1:
        raise NotATable("encrypted-file", "The archive has a password; send it without one")
    with archive.open(member) as stream:
        _copy(stream, target, member.compress_size)


def _from_zip(file: Path, target: Path) -> str:
    with zipfile.ZipFile(file) as archive:
        inside = members(archive)
        if len(inside) != 1:
            raise NotATable(
                "archive-without-one-table",
                f"The archive holds {len(inside)} files; put one table in it",
            )
        extract(archive, inside[0], target)
        return Path(inside[0].filename).name


def most_unpacked(packed_bytes: int) -> int:
    """The bytes that a packed file of that size may become."""
    return min(MOST_BYTES, max(FREE_BYTES, packed_bytes * MOST_RATIO))


def _copy(stream: IO[bytes] | gzip.GzipFile, target: Path, packed_bytes: int) -> None:
    limit = most_unpacked(packed_bytes)
    written = 0
    with target.open("wb") as copy:
        while block := stream.read(BLOCK_BYTES):
            written += len(block)
            if written > limit:
                raise NotATable("archive-bomb", "The archive unpacks to far more than it is")
            copy.write(block)

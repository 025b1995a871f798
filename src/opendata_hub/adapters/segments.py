"""Gzip files joined from segments that were packed once, each when its content changed.

Members of gzip laid one behind another are no good: curl refuses them and httpx reads the first
only. So a segment is raw deflate that ends at a byte (Z_FULL_FLUSH); one head, the segments, an
empty last block and a combined CRC-32 are one member that every reader takes (RFC 1951, 1952).
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

LEVEL = 6
BLOCK_BYTES = 1_048_576
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"
_POLYNOMIAL = 0xEDB88320
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Segment:
    """A packed piece. crc: CRC-32 of what it unpacks to; size_bytes: how much that is."""

    file: Path
    crc: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class SegmentStore:
    """Segments of one document in a folder; a file's name says what is in it and how to join it."""

    folder: Path

    def find(self, index: int, tag: str) -> Segment | None:
        """The segment of that place and state, or None when it is yet to be packed."""
        for file in self.folder.glob(f"{index}-{tag}-*.z"):
            _, _, crc, size = file.stem.split("-")
            return Segment(file, int(crc, 16), int(size))
        return None

    def pack(self, index: int, tag: str, parts: Iterable[bytes]) -> Segment:
        """Pack the segment of that place, and forget those it had in earlier states."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, suffix=".new", delete=False) as new:
            crc, size = _deflate(parts, new)
        kept = self.folder / f"{index}-{tag}-{crc:08x}-{size}.z"
        Path(new.name).replace(kept)
        for file in self.folder.glob(f"{index}-*.z"):
            if file != kept:
                file.unlink(missing_ok=True)
        return Segment(kept, crc, size)

    def forget_others(self, indexes: Iterable[int]) -> None:
        """Remove the segments of all places but these."""
        kept = {str(index) for index in indexes}
        for file in self.folder.glob("*-*-*-*.z"):
            if file.stem.partition("-")[0] not in kept:
                file.unlink(missing_ok=True)

    def whole(self, tag: str) -> Path | None:
        """The joined file of that state, if there is one."""
        file = self.folder / f"whole-{tag}.gz"
        return file if file.is_file() else None

    def join(self, tag: str, head: str, segments: Sequence[Segment], foot: str) -> Path:
        """Head, segments and foot as one gzip file, and no trace of earlier ones.

        Who is still reading an earlier one reads on: an open file outlives its name.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, suffix=".new", delete=False) as new:
            new.write(_HEAD)
            crc, size = _deflate([head.encode()], new)
            for segment in segments:
                _append(segment.file, new)
                crc = _combined(crc, segment.crc, segment.size_bytes)
                size += segment.size_bytes
            last_crc, last_size = _deflate([foot.encode()], new)
            crc, size = _combined(crc, last_crc, last_size), size + last_size
            new.write(_LAST_BLOCK + struct.pack("<II", crc, size & _WORD))
        kept = self.folder / f"whole-{tag}.gz"
        Path(new.name).replace(kept)
        for file in self.folder.glob("whole-*.gz"):
            if file != kept:
                file.unlink(missing_ok=True)
        return kept


def _deflate(parts: Iterable[bytes], out: IO[bytes]) -> tuple[int, int]:
    """Write the parts as raw deflate that ends at a byte; gives CRC-32 and size unpacked."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    crc = size = 0
    for content in parts:
        crc, size = zlib.crc32(content, crc), size + len(content)
        out.write(packer.compress(content))
    out.write(packer.flush(zlib.Z_FULL_FLUSH))
    return crc, size


def _append(file: Path, out: IO[bytes]) -> None:
    with file.open("rb") as source:
        while block := source.read(BLOCK_BYTES):
            out.write(block)


def _combined(first: int, second: int, second_size: int) -> int:
    """The CRC-32 of two texts behind one another, from theirs and the size of the second.

    Zeros as many as the second is long are appended to the first: a linear map over GF(2), whose
    powers are made by squaring.
    """
    crc, bit = first, 0
    while second_size >> bit:
        if second_size >> bit & 1:
            crc = _times(_zeros(bit), crc)
        bit += 1
    return crc ^ second


@cache
def _zeros(power: int) -> tuple[int, ...]:
    """The matrix that appends 2**power zero bytes."""
    if power:
        half = _zeros(power - 1)
        return tuple(_times(half, row) for row in half)
    one_bit = (_POLYNOMIAL, *(1 << n for n in range(31)))
    for _ in range(3):
        one_bit = tuple(_times(one_bit, row) for row in one_bit)
    return one_bit


def _times(matrix: Sequence[int], vector: int) -> int:
    total = 0
    for row in matrix:
        if not vector:
            break
        if vector & 1:
            total ^= row
        vector >>= 1
    return total

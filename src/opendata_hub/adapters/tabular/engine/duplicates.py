"""Rows whose key was there before, found by hashes on disk: memory stays the same at any size."""

import ctypes
from array import array
from collections.abc import Iterator
from ctypes import CDLL, c_uint64
from typing import IO

PER_TURN = 4_194_304
"""How many hashes are held at once: 64 MB of table."""
CHUNK_ROWS = 1_048_576
_BYTES = 8


class Spool:
    """Numbers of eight bytes, one a row, in a temporary file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.count = 0

    def append(self, numbers: "ctypes.Array[c_uint64]", count: int) -> None:
        """Keep the first ``count`` of some numbers."""
        self._file.write(memoryview(numbers).cast("B")[: count * _BYTES])
        self.count += count

    def value(self, row: int) -> int:
        """The number of a row."""
        self._file.seek(row * _BYTES)
        return int.from_bytes(self._file.read(_BYTES), "little")

    def chunks(self) -> Iterator[tuple[int, "ctypes.Array[c_uint64]", int]]:
        """Row of the first number, numbers, and how many of them; the array is used again."""
        chunk = (c_uint64 * CHUNK_ROWS)()
        self._file.seek(0)
        row = 0
        while read := self._file.readinto(chunk):  # type: ignore[attr-defined]
            yield row, chunk, read // _BYTES
            row += read // _BYTES


def mark_duplicates(native: CDLL, spool: Spool, marks: bytearray) -> None:
    """Mark every row whose hash another row has too.

    Two values may share a hash by chance: a marked row is only a candidate.
    """
    repeated = _repeated(native, spool)
    if not repeated:
        return
    wanted, _ = repeated.buffer_info()
    native.hub_sort(wanted, len(repeated))
    room = (ctypes.c_uint8 * len(marks)).from_buffer(marks)
    for row, chunk, count in spool.chunks():
        native.hub_mark(chunk, count, wanted, len(repeated), ctypes.addressof(room) + row)


def _repeated(native: CDLL, spool: Spool) -> array:  # type: ignore[type-arg]
    """The hashes that stand more than once; each turn takes those of one remainder."""
    turns = max(1, -(-spool.count // PER_TURN))
    slots = 1024
    while slots < 2 * min(spool.count, PER_TURN * 5 // 4):
        slots *= 2
    table = (c_uint64 * slots)()
    found = array("Q")
    for turn in range(turns):
        found.extend(_repeated_in_turn(native, spool, turn, turns, table))
    return found


def _repeated_in_turn(
    native: CDLL, spool: Spool, turn: int, turns: int, table: "ctypes.Array[c_uint64]"
) -> array:  # type: ignore[type-arg]
    limit = 65_536
    while True:
        ctypes.memset(table, 0, ctypes.sizeof(table))
        noted = array("Q", bytes(limit * _BYTES))
        count = 0
        for _, chunk, size in spool.chunks():
            count = native.hub_duplicates(
                chunk,
                size,
                turn,
                turns,
                table,
                len(table) - 1,
                noted.buffer_info()[0],
                count,
                limit,
            )
            if count < 0:
                break
        if count >= 0:
            return noted[:count]
        limit *= 8

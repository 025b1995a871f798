"""The door to ``kernel.c``: the compiled library, its structs, and whether it is there at all.

Installing builds the library where a C compiler is at hand. Without one, or when the library was
built from another text than the ``kernel.c`` beside it, Frictionless checks every row itself.
"""

import ctypes
import hashlib
from collections.abc import Sequence
from ctypes import POINTER, Structure, c_char_p, c_int64, c_uint64, c_void_p
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("kernel.c")
LIBRARY = Path(__file__).with_name("libkernel.so")

SLACK = b"\n" * 64
"""Stands behind every buffer that is scanned."""

TEXT, INTEGER, NUMBER, LAYOUT, NOTHING = range(5)
LEAST, ABOVE, MOST, BELOW = 1, 2, 4, 8
NO_KEY, BY_VALUE, BY_BYTES = range(3)
NO_VALUE, UNKNOWN = 0, 1
"""Of the hash of a row's key."""
EMPTY_PART = 5
LARGEST_DOUBT = 65_536
MOST_DIGITS, MOST_FLOAT_DIGITS = 18, 15


class Column(Structure):
    """What proves a cell of a column valid; see ``kernel.c``."""

    _fields_ = (
        ("kind", c_int64), ("is_required", c_int64), ("key_hash", c_int64),
        ("decimal", c_int64), ("group_length", c_int64), ("bounds", c_int64),
        ("least", c_int64), ("least_scale", c_int64), ("most", c_int64), ("most_scale", c_int64),
        ("most_digits", c_int64), ("shortest", c_int64), ("longest", c_int64),
        ("layout_length", c_int64), ("layout", c_char_p), ("group", c_char_p),
        ("steps", c_void_p), ("ends", c_char_p), ("missing", c_void_p), ("proved", c_void_p),
    )  # fmt: skip


class Key(Structure):
    """Columns whose values together may stand only once."""

    _fields_ = (
        ("is_primary", c_int64), ("column_count", c_int64), ("columns", POINTER(c_int64)),
        ("hashes", POINTER(c_uint64)),
    )  # fmt: skip


class Scan(Structure):
    """One pass over a file: what is asked, and room for what is found."""

    _fields_ = (
        ("delimiter", c_int64), ("quote", c_int64), ("column_count", c_int64),
        ("key_count", c_int64), ("seed", c_uint64), ("columns", POINTER(Column)),
        ("keys", POINTER(Key)), ("row_limit", c_uint64), ("doubt_limit", c_uint64),
        ("text_limit", c_uint64), ("base", c_uint64), ("ends", c_void_p),
        ("marks", c_void_p), ("doubts", c_void_p),
        ("texts", c_void_p), ("rows", c_uint64), ("doubt_count", c_uint64),
        ("text_used", c_uint64), ("unknown_keys", c_uint64), ("row_hashes", c_void_p),
        ("cell_hashes", c_void_p),
        ("is_empty", c_void_p),
    )  # fmt: skip


def source_digest() -> str:
    """What a library built from the ``kernel.c`` beside this file says of itself."""
    return hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]


@cache
def compiled() -> ctypes.CDLL | None:
    """The compiled kernel; None where there is none that fits."""
    try:
        loaded = ctypes.CDLL(str(LIBRARY))
        loaded.hub_source.restype = c_char_p
        said = loaded.hub_source().decode()
    except (OSError, AttributeError):
        return None
    return _declared(loaded) if said == source_digest() else None


def _declared(loaded: ctypes.CDLL) -> ctypes.CDLL:
    loaded.hub_set_new.restype = c_void_p
    loaded.hub_set_free.argtypes = [c_void_p]
    loaded.hub_set_add.argtypes = [c_void_p, c_char_p, c_uint64, c_uint64]
    loaded.hub_hash.argtypes = [c_char_p, c_uint64, c_uint64]
    loaded.hub_hash.restype = c_uint64
    loaded.hub_value_hash.argtypes = [c_int64, c_int64, c_uint64]
    loaded.hub_value_hash.restype = c_uint64
    loaded.hub_key_hash.argtypes = [c_void_p, c_uint64, c_uint64]
    loaded.hub_key_hash.restype = c_uint64
    loaded.hub_scan.argtypes = [POINTER(Scan), c_void_p, c_uint64, c_int64]
    loaded.hub_scan.restype = c_int64
    loaded.hub_skip.argtypes = [c_void_p, c_uint64, c_int64, c_int64, c_int64, c_int64]
    loaded.hub_skip.restype = c_int64
    loaded.hub_duplicates.argtypes = [
        c_void_p, c_uint64, c_uint64, c_uint64, c_void_p, c_uint64, c_void_p, c_uint64, c_uint64,
    ]  # fmt: skip
    loaded.hub_duplicates.restype = c_int64
    loaded.hub_sort.argtypes = [c_void_p, c_uint64]
    loaded.hub_sort.restype = None
    loaded.hub_mark.argtypes = [c_void_p, c_uint64, c_void_p, c_uint64, c_void_p]
    loaded.hub_mark.restype = None
    return loaded


class CellSet:
    """Cells, as the bytes they are, that the kernel knows without asking."""

    MOST_CELLS, MOST_BYTES = 262_144, 16_777_216

    def __init__(self, native: ctypes.CDLL, seed: int) -> None:
        self._native, self._seed = native, seed
        self.pointer = native.hub_set_new()
        if not self.pointer:
            raise MemoryError
        self._cells = self._bytes = 0

    def add(self, cell: bytes) -> None:
        """Learn a cell, up to a bound: what is not learnt is asked again."""
        if self._cells >= self.MOST_CELLS or self._bytes + len(cell) > self.MOST_BYTES:
            return
        if not self._native.hub_set_add(self.pointer, cell, len(cell), self._seed):
            raise MemoryError
        self._cells, self._bytes = self._cells + 1, self._bytes + len(cell)

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self._native.hub_set_free(self.pointer)


class Hashes:
    """The kernel's hashes of values, for cells that only Python can read."""

    def __init__(self, native: ctypes.CDLL, seed: int) -> None:
        self._native, self._seed = native, seed

    def of_bytes(self, text: bytes) -> int:
        """The hash of a text."""
        return int(self._native.hub_hash(text, len(text), self._seed))

    def of_number(self, mantissa: int, scale: int) -> int:
        """The hash of mantissa / 10**scale in lowest terms; |mantissa| < 10**18."""
        return int(self._native.hub_value_hash(mantissa, scale, self._seed))

    def of_key(self, parts: Sequence[int]) -> int:
        """The hash of several values in their order."""
        return int(
            self._native.hub_key_hash((c_uint64 * len(parts))(*parts), len(parts), self._seed)
        )

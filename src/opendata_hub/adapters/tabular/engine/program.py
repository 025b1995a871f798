"""A Frictionless field as a program that proves its cells valid.

Each program is a sufficient condition: the plain forms that nearly every cell has. Whether a cell
of another form is valid is asked of Frictionless' own reader of that field, once for each text.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from ctypes import CDLL
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from frictionless import Field

from opendata_hub.adapters.tabular.engine import kernel
from opendata_hub.adapters.tabular.engine.kernel import CellSet, Column, Hashes
from opendata_hub.adapters.tabular.engine.pattern import automaton

Reader = Callable[[str], tuple[Any, Mapping[str, str] | None]]

LARGEST = 10**kernel.MOST_DIGITS
_LAYOUTS = {
    "date": "%Y-%m-%d",
    "datetime": "%Y-%m-%dT%H:%M:%S",
    "time": "%H:%M:%S",
    "year": "%Y",
    "yearmonth": "%Y-%m",
}
_DIRECTIVES = {"date": frozenset("Ymd"), "time": frozenset("HMS")}
_DIRECTIVE = re.compile(r"%([YmdHMS])|([^%\d\s]| )", re.ASCII)
_PROBE = {"Y": "2023", "m": "11", "d": "24", "H": "21", "M": "43", "S": "57"}
_BOUNDS = (
    ("minimum", "least", kernel.LEAST), ("exclusiveMinimum", "least", kernel.ABOVE),
    ("maximum", "most", kernel.MOST), ("exclusiveMaximum", "most", kernel.BELOW),
)  # fmt: skip
_TEXT_CONSTRAINTS = frozenset({"required", "unique", "minLength", "maxLength", "pattern"})


class _NotProvable(Exception):
    """The kernel has no program for this field; its cells are learnt one by one."""


class ColumnProgram:
    """One column: the kernel's program, and Frictionless' reader for what that can't prove.

    allowed: what a foreign key says of a value; None when the column is in none.
    """

    def __init__(
        self,
        field: Field,
        native: CDLL,
        seed: int,
        *,
        is_key: bool,
        allowed: Callable[[Any], bool] | None,
    ) -> None:
        self.field = field
        self.reader: Reader = field.create_cell_reader()
        self._allowed = allowed
        self._hashes = Hashes(native, seed)
        self._missing, self._proved = CellSet(native, seed), CellSet(native, seed)
        self._judged: dict[bytes, bool] = {}
        self.column = Column(longest=-1, missing=self._missing.pointer, proved=self._proved.pointer)
        try:
            self._compile()
        except _NotProvable:
            self.column.kind, self.column.bounds = kernel.NOTHING, 0
        self._teach()
        self._choose_key_hash(is_key=is_key)

    def is_valid(self, cell: bytes) -> bool:
        """What Frictionless says of a cell; it is asked once, and the kernel learns a yes."""
        known = self._judged.get(cell)
        if known is None:
            known = self._judge(cell.decode())
            if len(self._judged) < CellSet.MOST_CELLS:
                self._judged[cell] = known
            # A number in an odd form is valid, but the kernel could not tell its value.
            if known and self.column.key_hash != kernel.BY_VALUE:
                self._proved.add(cell)
        return known

    def key_part(self, text: str | None) -> int:
        """The hash of a cell's value as the kernel would give it; for cells it can't read."""
        if text is None:
            return kernel.EMPTY_PART
        value, notes = self.reader(text)
        if value is None or (notes and "type" in notes):
            return kernel.EMPTY_PART
        return self._value_hash(value)

    def _judge(self, text: str) -> bool:
        try:
            value, notes = self.reader(text)
            return not notes and (value is None or not self._allowed or self._allowed(value))
        except (TypeError, ValueError, ArithmeticError):
            return False  # Frictionless breaks on such a cell; so let it, in the replay

    def _compile(self) -> None:
        field = self.field
        if self._allowed or field.constraints.get("enum") is not None:
            raise _NotProvable
        if field.type == "string" and field.format == "default":
            self._compile_text()
        elif field.type == "any":
            if set(field.constraints) - {"required", "unique"}:
                raise _NotProvable
            self.column.kind = kernel.TEXT
        elif field.type in {"integer", "number"}:
            self._compile_number()
        elif field.type in _LAYOUTS:
            self._compile_layout()
        else:
            raise _NotProvable

    def _compile_text(self) -> None:
        constraints, column = self.field.constraints, self.column
        if set(constraints) - _TEXT_CONSTRAINTS:
            raise _NotProvable
        column.kind = kernel.TEXT
        column.shortest = constraints.get("minLength", 0)
        column.longest = constraints.get("maxLength", -1)
        if (pattern := constraints.get("pattern")) is not None:
            found = automaton(pattern)
            if not found:
                raise _NotProvable
            self._steps = array("H", found.steps)
            column.steps, column.ends = self._steps.buffer_info()[0], found.ends

    def _compile_number(self) -> None:
        field, column = self.field, self.column
        if not getattr(field, "bare_number", True):
            raise _NotProvable
        column.kind = kernel.INTEGER if field.type == "integer" else kernel.NUMBER
        is_float = getattr(field, "float_number", False)
        column.most_digits = kernel.MOST_FLOAT_DIGITS if is_float else kernel.MOST_DIGITS
        if column.kind == kernel.NUMBER:
            decimal = str(getattr(field, "decimal_char", "."))
            group = str(getattr(field, "group_char", ""))
            if len(decimal) != 1 or not decimal.isascii() or decimal in "0123456789+-":
                raise _NotProvable
            if set(group) & set("0123456789+-" + decimal):
                raise _NotProvable
            column.decimal = ord(decimal)
            column.group, column.group_length = group.encode(), len(group.encode())
        self._compile_bounds(_scaled)

    def _compile_layout(self) -> None:
        field, column = self.field, self.column
        layout = field.format if field.type in {"date", "datetime", "time"} else "default"
        layout = _LAYOUTS[field.type] if layout == "default" else layout
        parts = list(_DIRECTIVE.finditer(layout))
        if "".join(part.group() for part in parts) != layout or not layout.isascii():
            raise _NotProvable
        directives = [part.group(1) for part in parts if part.group(1)]
        known = _DIRECTIVES.get(field.type, frozenset(_PROBE))
        if len(set(directives)) != len(directives) or not known.issuperset(directives):
            raise _NotProvable
        self._require_reading(parts)
        items = [p.group(1) + "\0" if p.group(1) else "l" + p.group(2) for p in parts]
        column.kind = kernel.LAYOUT
        column.layout, column.layout_length = "".join(items).encode(), 2 * len(items)
        self._compile_bounds(lambda value: (self._packed(value), 0))

    def _require_reading(self, parts: Sequence[re.Match[str]]) -> None:
        """The kernel and Frictionless must agree on what a cell of this layout means."""
        said = {part.group(1): _PROBE[part.group(1)] for part in parts if part.group(1)}
        text = "".join(_PROBE[p.group(1)] if p.group(1) else p.group(2) for p in parts)
        date_part = said.get("Y", "1900"), said.get("m", "01"), said.get("d", "01")
        time_part = said.get("H", "00"), said.get("M", "00"), said.get("S", "00")
        expected = int("".join((*date_part, *time_part)))
        if self._packed(self.field.create_value_reader()(text)) != expected:
            raise _NotProvable

    def _compile_bounds(self, scaled: Callable[[Any], tuple[int, int]]) -> None:
        column, read = self.column, self.field.create_value_reader()
        for name, end, flag in _BOUNDS:
            if self.field.constraints.get(name) is None:
                continue
            if column.bounds & _same_end(flag):
                raise _NotProvable  # both an open and a closed bound at one end
            value, scale = scaled(read(self.field.constraints[name]))
            setattr(column, end, value)
            setattr(column, f"{end}_scale", scale)
            column.bounds |= flag

    def _teach(self) -> None:
        """Learn which texts mean "empty", and the valid ones among those that are listed."""
        inherited = self.field.schema.missing_values if self.field.schema else []
        for text in {*self.field.missing_values, *inherited}:
            value, notes = self.reader(text)
            if value is None and not (notes and "type" in notes):
                self._missing.add(text.encode())
                self.column.is_required |= bool(notes)
        for text in _listed(self.field):
            self.is_valid(text.encode())

    def _choose_key_hash(self, *, is_key: bool) -> None:
        if not is_key:
            self.column.key_hash = kernel.NO_KEY
        elif self.field.type in {"string", "any"}:
            self.column.key_hash = kernel.BY_BYTES
        elif self.column.kind != kernel.NOTHING:
            self.column.key_hash = kernel.BY_VALUE
        else:
            self.column.key_hash = kernel.NO_KEY  # always unknown: Python hashes each row's key

    def _value_hash(self, value: Any) -> int:
        if isinstance(value, str):
            return self._hashes.of_bytes(value.encode())
        try:
            if self.column.kind == kernel.LAYOUT:
                return self._hashes.of_number(self._packed(value), 0)
            return self._hashes.of_number(*_scaled(value))
        except _NotProvable:
            is_moment = isinstance(value, datetime) and value.tzinfo
            return self._hashes.of_bytes(
                repr(value.astimezone(UTC) if is_moment else value).encode()
            )

    def _packed(self, value: Any) -> int:
        """A day or time as the kernel numbers it: YYYYMMDDHHMMSS."""
        if isinstance(value, datetime) and not value.tzinfo and not value.microsecond:
            return int(f"{value.year:04}{value:%m%d%H%M%S}")
        if isinstance(value, date) and not isinstance(value, datetime):
            return int(f"{value.year:04}{value:%m%d}000000")
        if isinstance(value, time) and not value.tzinfo and not value.microsecond:
            return int(f"19000101{value:%H%M%S}")
        if self.field.type == "year" and isinstance(value, int):
            return int(f"{value:04}0101000000")
        if self.field.type == "yearmonth" and isinstance(value, tuple):
            return int(f"{value[0]:04}{value[1]:02}01000000")
        raise _NotProvable


def _same_end(flag: int) -> int:
    lower = kernel.LEAST | kernel.ABOVE
    return lower if flag & lower else kernel.MOST | kernel.BELOW


def _listed(field: Field) -> Iterable[str]:
    """Texts that a field names itself: its enumeration, its true and false values."""
    texts = [*(field.constraints.get("enum") or ())]
    for name in ("true_values", "false_values"):
        texts += getattr(field, name, ())
    return [text for text in texts if isinstance(text, str)]


def _scaled(value: Any) -> tuple[int, int]:
    """A number as mantissa and decimal places, in lowest terms."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _NotProvable
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise _NotProvable
    sign, digits, exponent = exact.as_tuple()
    mantissa = int("".join(map(str, digits)))
    places = -int(exponent)
    while places > 0 and mantissa % 10 == 0:
        mantissa, places = mantissa // 10, places - 1
    if places < 0:
        if -places > kernel.MOST_DIGITS:
            raise _NotProvable
        mantissa, places = mantissa * 10**-places, 0
    if mantissa >= LARGEST or places > kernel.MOST_DIGITS:
        raise _NotProvable
    return (-mantissa if sign else mantissa), places

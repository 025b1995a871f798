"""The rules of a family on the rows of a file, one row after the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from frictionless import Schema

from opendata_hub.domain.catalog.aggregate import gather, summed_up
from opendata_hub.domain.catalog.family import Against, Rule
from opendata_hub.domain.catalog.formula import (
    Aggregate,
    Column,
    Matched,
    Other,
    Slot,
    Today,
)
from opendata_hub.domain.catalog.kind import Kind, Value, kind_of
from opendata_hub.domain.catalog.report import Finding, Level

ROW, GROUP, TABLE = "row-constraint", "group-constraint", "table-constraint"
NOT_CHECKED = "rule-not-checked"
"""The codes of findings about rules; they never change."""

MAX_GROUPS = 2_000_000
"""Groups, values and rows that one rule may remember; about 300 bytes each."""
MAX_REMEMBERED = 65_536
"""Different cells of one column that are read only once."""

TOO_MANY = {
    "fr": "La règle « {rule} » n’a pas été vérifiée : le fichier a trop de groupes différents.",
    "ar": "لم يتم التحقق من القاعدة «{rule}»: يتضمن الملف عددا كبيرا جدا من المجموعات المختلفة.",
    "en": "The rule “{rule}” was not checked: the file has too many different groups.",
}
NO_TABLE = {
    "fr": "La règle « {rule} » n’a pas été vérifiée : il n’y a pas encore de tableau « {family} ».",
    "ar": "لم يتم التحقق من القاعدة «{rule}»: لا يوجد بعد جدول «{family}» للمقارنة به.",
    "en": "The rule “{rule}” was not checked: there is no table “{family}” yet to compare with.",
}

_PLAIN: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.NUMBER: (int, Decimal),
    Kind.DATE: (date,),
    Kind.DATETIME: (datetime,),
    Kind.BOOLEAN: (bool,),
}


class _Unreadable:
    """What stands in a cell that is not of its column's type."""


_UNREADABLE: Any = _Unreadable()
"""A rule that meets it says nothing: the cell has its own finding."""

Tables = Mapping[str, Iterable[Mapping[str, Value]]]
"""Rows of other tables by the name of their family, each a value by column."""


class _Cells(dict[str, Any]):
    """Text of a column's cell to its value; what was read once is not read again."""

    def __init__(self, schema: Schema, name: str) -> None:
        super().__init__()
        column = schema.get_field(name)
        self._read = column.create_cell_reader()
        self._kind = kind_of(column.type)

    def __missing__(self, text: str) -> Any:
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        value = self[text] = self._value(text)
        return value

    def _value(self, text: str) -> Any:
        try:
            value, notes = self._read(text)
        except (TypeError, ValueError, ArithmeticError):
            return _UNREADABLE  # a cell that can't even be compared with the column's bounds
        if notes and "type" in notes:
            return _UNREADABLE
        return _as_kind(value, self._kind)


def _as_kind(value: Any, kind: Kind) -> Any:
    """A value as formulas take it: numbers finite, moments in UTC, a blank text empty."""
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC).replace(tzinfo=None)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        return _UNREADABLE
    return value if kind is Kind.OTHER or type(value) in _PLAIN[kind] else _UNREADABLE


class _Reading:
    """The values of the columns that rules use, row by row.

    columns: the names of a file's columns, in its order. What the file lacks is empty.
    """

    def __init__(self, schema: Schema, columns: Sequence[str], used: Iterable[str]) -> None:
        there = [name for name in sorted(used) if name in columns]
        self._cells = [(_Cells(schema, name), columns.index(name)) for name in there]
        self._width = max((position for _, position in self._cells), default=-1) + 1
        self.places = {name: place for place, name in enumerate(there)}
        """Column to the place of its value in what `values` gives."""

    def values(self, cells: Sequence[str]) -> list[Any] | None:
        """The values of one record; None for a blank one."""
        if not any(cells):
            return None
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        return [known[cells[position]] for known, position in self._cells]


def typed_rows(
    schema: Schema, columns: Sequence[str], records: Iterable[Sequence[str]]
) -> Iterator[Mapping[str, Value]]:
    """Records of another table as `RuleRun` takes them; what can't be read is unknown.

    columns: the names of that file's columns. Blank records are left out.
    """
    reading = _Reading(schema, columns, [each.name for each in schema.fields])
    for cells in records:
        values = reading.values(cells)
        if values is not None:
            yield {
                name: None if values[place] is _UNREADABLE else values[place]
                for name, place in reading.places.items()
            }


class RuleRun:
    """The rules of a family on one file.

    columns:  the names of the file's columns, in its order, as the schema calls them.
    language: of the messages.
    today:    the day of the check; without it, what a rule says of today is unknown.
    tables:   other tables at hand. A rule that needs one that is missing says so; without any
              mapping nobody looked for other tables, and such rules are silent.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        schema: Schema,
        columns: Sequence[str],
        *,
        language: str,
        today: date | None = None,
        tables: Tables | None = None,
        max_groups: int = MAX_GROUPS,
    ) -> None:
        used = {name for rule in rules for name in rule.columns}
        self._reading = _Reading(schema, columns, used)
        self._today = today
        places = _Places(self._reading.places)
        lookups = _lookups(rules, tables or {}, places, max_groups)
        self._unchecked = [
            _not_checked(rule, Level.INFORMATION, NO_TABLE, language)
            for rule in rules
            if tables is not None and rule.against and rule.against.family not in tables
        ]
        runs = [
            _run_of(rule, places, language, lookups.get(rule.id), max_groups)
            for rule in rules
            if not rule.against or rule.id in lookups
        ]
        self._groups = [run for run in runs if isinstance(run, _GroupRun)]
        self._tables = [run for run in runs if isinstance(run, _TableRun)]
        self._rows = [
            (run.pick, run.formula.evaluate, run.finding)
            for run in runs
            if isinstance(run, _RowRun)
        ]

    def row(self, number: int, cells: Sequence[str]) -> Iterator[Finding]:
        """What is wrong with one record; ``number`` is as a spreadsheet shows it.

        To be called for each record after the header, in order. Blank records are passed over.
        """
        values = self._reading.values(cells)
        if values is None:
            return
        is_readable = _UNREADABLE not in values
        values += (self._today, None)
        for pick, evaluate, finding in self._rows:
            used = pick(values)
            if (is_readable or _UNREADABLE not in used) and evaluate(used) is False:
                yield finding(number)
        for table in self._tables:
            if table.is_broken(values):
                yield table.finding(number)
        for group in self._groups:
            group.add(number, values)

    def end(self) -> Iterator[Finding]:
        """What is wrong with groups of rows, in the order of their last rows; to be called once."""
        yield from self._unchecked
        for table in self._tables:
            yield from table.end()
        found = [finding for group in self._groups for finding in group.end()]
        yield from sorted(found, key=lambda finding: finding.row or 0)


Pick = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Gives some values of a row."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the values of a row stand: those of its columns, then today, then an empty one."""

    of: Mapping[str, int]

    @property
    def count(self) -> int:
        return len(self.of) + 2

    def place(self, slot: Slot) -> int:
        """The place of a slot's value; what is filled in otherwise is empty at first."""
        if isinstance(slot, Column):
            return self.of.get(slot.name, len(self.of) + 1)
        return len(self.of) if isinstance(slot, Today) else len(self.of) + 1

    def pick(self, slots: Sequence[Slot]) -> Pick:
        """What gives the values of these slots."""
        places = [self.place(slot) for slot in slots]
        if len(places) > 1:
            return itemgetter(*places)
        return lambda values: tuple(values[place] for place in places)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a broken rule says."""

    code: str
    rule: Rule
    language: str

    def finding(self, number: int) -> Finding:
        return Finding(
            code=self.code,
            message=self.rule.message[self.language],
            row=number,
            level=self.rule.level,
            rule=self.rule.id,
        )


class _Lookup:
    """The first row of another table for each key, with only the columns that a rule asks for."""

    def __init__(self, rule: Rule, against: Against, places: _Places, max_rows: int) -> None:
        self._there = [there for _, there in against.match]
        self._here = [(here.evaluate, places.pick(here.slots)) for here, _ in against.match]
        self._asked = sorted(rule.other_columns)
        self._rows: dict[tuple[Value, ...], Mapping[str, Value]] = {}
        self._max_rows = max_rows
        self.is_too_large = False

    def add(self, row: Mapping[str, Value]) -> None:
        """Remember a row of the other table."""
        self.is_too_large = self.is_too_large or len(self._rows) >= self._max_rows
        key = tuple(row.get(name) for name in self._there)
        if self.is_too_large:
            self._rows.clear()
        elif None not in key and key not in self._rows:
            self._rows[key] = {name: row.get(name) for name in self._asked}

    def found(self, values: Sequence[Any]) -> Mapping[str, Value] | None:
        """The row that matches, empty when none does; None when that can't be known."""
        picked = [(evaluate, pick(values)) for evaluate, pick in self._here]
        if self.is_too_large or any(_UNREADABLE in used for _, used in picked):
            return None
        key = tuple(evaluate(used) for evaluate, used in picked)
        return None if None in key else self._rows.get(key, {})


def _lookups(
    rules: Sequence[Rule], tables: Tables, places: _Places, max_rows: int
) -> Mapping[str, _Lookup]:
    """Rule to lookup, for the rules whose table is at hand; every table is read once."""
    lookups: dict[str, _Lookup] = {}
    for family, rows in tables.items():
        asking = [rule for rule in rules if rule.against and rule.against.family == family]
        of_family = {
            rule.id: _Lookup(rule, rule.against, places, max_rows)
            for rule in asking
            if rule.against
        }
        if of_family:
            for row in rows:
                for lookup in of_family.values():
                    lookup.add(row)
        lookups.update(of_family)
    return lookups


def _filled(
    slots: Sequence[Slot], used: Sequence[Any], found: Mapping[str, Value]
) -> tuple[Any, ...]:
    """The values of the slots, those of the other table filled in."""
    return tuple(
        found.get(slot.column)
        if isinstance(slot, Other)
        else bool(found)
        if isinstance(slot, Matched)
        else value
        for slot, value in zip(slots, used, strict=True)
    )


class _RowRun:
    """A rule about one row."""

    def __init__(self, rule: Rule, places: _Places, language: str) -> None:
        self.formula = rule.formula
        self.pick = places.pick(rule.formula.slots)
        self.finding = _Words(ROW, rule, language).finding


class _TableRun:
    """A rule about one row and another table."""

    def __init__(self, rule: Rule, places: _Places, language: str, lookup: _Lookup) -> None:
        self._rule, self._language, self._lookup = rule, language, lookup
        self._pick = places.pick(rule.formula.slots)
        self.finding = _Words(TABLE, rule, language).finding

    def is_broken(self, values: Sequence[Any]) -> bool:
        used, found = self._pick(values), self._lookup.found(values)
        if found is None or _UNREADABLE in used:
            return False
        formula = self._rule.formula
        return formula.evaluate(_filled(formula.slots, used, found)) is False

    def end(self) -> Iterator[Finding]:
        if self._lookup.is_too_large:
            yield _not_checked(self._rule, Level.WARNING, TOO_MANY, self._language)


@dataclass(slots=True)
class _Group:
    """What is remembered of a group: its last row, whether all of it could be read, its sums."""

    last_row: int
    is_readable: bool
    states: list[Any]


class _GroupRun:
    """A rule about the rows that have equal values in some columns."""

    def __init__(
        self,
        rule: Rule,
        places: _Places,
        language: str,
        lookup: _Lookup | None,
        max_groups: int,
    ) -> None:
        self._rule, self._language, self._lookup = rule, language, lookup
        self._places, self._by = places, [places.place(Column(name)) for name in rule.by]
        self._key = places.pick([Column(name) for name in rule.by])
        self._pick = places.pick(rule.formula.slots)
        self._words = _Words(GROUP, rule, language)
        self._sums = [
            _Sum(place, slot, places)
            for place, slot in enumerate(rule.formula.slots)
            if isinstance(slot, Aggregate)
        ]
        self._groups: dict[tuple[Any, ...], _Group] = {}
        self._room = max_groups
        self._today: Value = None

    def add(self, number: int, values: Sequence[Any]) -> None:
        """Take a row into its group; one whose group is not known belongs to none."""
        key = self._key(values)
        if self._room < 0 or None in key or _UNREADABLE in key:
            return
        self._today = values[self._places.place(Today())]
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(number, True, [None] * len(self._sums))
            self._room -= 1
        group.last_row = number
        for place, each in enumerate(self._sums):
            used = each.pick(values)
            if _UNREADABLE in used:
                group.is_readable = False
                continue
            before = group.states[place]
            size = len(before) if type(before) is set else 0
            group.states[place] = after = each.gathered(before, used)
            if type(after) is set:
                self._room -= len(after) - size
        if self._room < 0:
            self._groups.clear()

    def end(self) -> Iterator[Finding]:
        if self._room < 0 or (self._lookup and self._lookup.is_too_large):
            yield _not_checked(self._rule, Level.WARNING, TOO_MANY, self._language)
            return
        for key, group in self._groups.items():
            if group.is_readable and self._is_broken(key, group):
                yield self._words.finding(group.last_row)

    def _is_broken(self, key: tuple[Any, ...], group: _Group) -> bool:
        values: list[Any] = [None] * self._places.count
        for place, value in zip(self._by, key, strict=True):
            values[place] = value
        values[self._places.place(Today())] = self._today
        used = list(self._pick(values))
        for each, state in zip(self._sums, group.states, strict=True):
            used[each.place] = summed_up(each.summary, state)
        found = self._lookup.found(values) if self._lookup else {}
        if found is None:
            return False
        formula = self._rule.formula
        return formula.evaluate(_filled(formula.slots, used, found)) is False


class _Sum:
    """One aggregate of a group rule. place: of its value among the formula's slots."""

    def __init__(self, place: int, slot: Aggregate, places: _Places) -> None:
        self.place, self.summary = place, slot.summary
        self.pick = places.pick(slot.argument.slots if slot.argument else ())
        self._argument = slot.argument

    def gathered(self, state: Any, used: Sequence[Any]) -> Any:
        value = self._argument.evaluate(used) if self._argument else True
        return gather(self.summary, state, value)


def _run_of(
    rule: Rule, places: _Places, language: str, lookup: _Lookup | None, max_groups: int
) -> _RowRun | _TableRun | _GroupRun:
    if rule.by:
        return _GroupRun(rule, places, language, lookup, max_groups)
    return _TableRun(rule, places, language, lookup) if lookup else _RowRun(rule, places, language)


def _not_checked(rule: Rule, level: Level, words: Mapping[str, str], language: str) -> Finding:
    family = rule.against.family if rule.against else ""
    message = words[language].format(rule=rule.id, family=family)
    return Finding(NOT_CHECKED, message, level=level, rule=rule.id)

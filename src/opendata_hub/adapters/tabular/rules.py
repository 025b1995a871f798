"""The rules of a family on the rows of a file, one row after the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import getitem, itemgetter
from typing import Any

from frictionless import Schema

from opendata_hub.domain.catalog.family import Against, Rule
from opendata_hub.domain.catalog.report import Finding, Level
from opendata_hub.domain.catalog.rules.aggregate import GATHER, summed_up
from opendata_hub.domain.catalog.rules.formula import (
    Aggregate,
    Column,
    Formula,
    Matched,
    Other,
    Slot,
    Today,
)
from opendata_hub.domain.catalog.rules.kind import Kind, Tables, Value, kind_of

ROW, GROUP, TABLE = "row-constraint", "group-constraint", "table-constraint"
NOT_CHECKED = "rule-not-checked"
"""The codes of findings about rules; they never change."""

MAX_GROUPS = 1_000_000
"""Groups, values and rows that a set of rules may remember; 300 to 800 bytes each."""
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


Pick = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Gives some of the values of a row."""


class _Unreadable:
    """What stands in a cell that is not of its column's type."""


_UNREADABLE: Any = _Unreadable()
"""A rule that meets it says nothing: the cell has its own finding."""


class _Cells(dict[str, Any]):
    """Text of a column's cell to its value; what was read once is not read again.

    faults: a text is added whenever a cell is met that can't be read.
    """

    def __init__(self, schema: Schema, name: str, faults: list[str]) -> None:
        super().__init__()
        self._unreadable: set[str] = set()
        self._faults = faults
        column = schema.get_field(name)
        has_own = column.has_defined("missing_values")
        self._missing = frozenset(column.missing_values if has_own else schema.missing_values)
        # Not the reader of cells: it checks the bounds as well, which is not our business.
        self._read = column.create_value_reader()
        self._kind = kind_of(column.type)

    def __missing__(self, text: str) -> Any:
        value = _UNREADABLE if text in self._unreadable else self._value(text)
        if len(self) + len(self._unreadable) >= MAX_REMEMBERED:
            self.clear()
            self._unreadable.clear()
        if value is _UNREADABLE:
            # Kept apart, so that every such cell comes by here and sets the flag.
            self._unreadable.add(text)
            self._faults.append(text)
        else:
            self[text] = value
        return value

    def _value(self, text: str) -> Any:
        if text in self._missing or not text.strip():
            return None
        try:
            value = self._read(text)
            return _UNREADABLE if value is None else _as_kind(value, self._kind)
        except (ValueError, ArithmeticError):  # a moment that UTC has no year for
            return _UNREADABLE


def _as_kind(value: Any, kind: Kind) -> Any:
    """A value as formulas take it: numbers finite, moments without a zone, in UTC."""
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal) and not value.is_finite():
        return _UNREADABLE
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return value if kind is Kind.OTHER or type(value) in _PLAIN[kind] else _UNREADABLE


class _Reading:
    """The values of the columns that rules use, row by row.

    columns: the names of a file's columns, in its order. What the file lacks is empty.
    """

    def __init__(self, schema: Schema, columns: Sequence[str], used: Iterable[str]) -> None:
        there = [name for name in sorted(used) if name in columns]
        self.faults: list[str] = []
        """The cells of the last record that could not be read."""
        self.places = {name: place for place, name in enumerate(there)}
        """Column to the place of its value in what `values` gives."""
        self._cells = [_Cells(schema, name, self.faults) for name in there]
        positions = [columns.index(name) for name in there]
        self._width = max(positions, default=-1) + 1
        self._pick = _picker(positions)

    def values(self, cells: Sequence[str]) -> list[Any] | None:
        """The values of one record; None for a blank one."""
        if not any(cells):
            return None
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        self.faults.clear()
        return list(map(getitem, self._cells, self._pick(cells)))


def _picker(places: Sequence[int]) -> Pick:
    """What gives the values that stand at these places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[place] for place in places)


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
        checked = [rule for rule in rules if not rule.against or rule.id in lookups]
        self._rows = [
            (places.pick(rule.formula.slots), rule.formula.evaluate, _Words(ROW, rule, language))
            for rule in checked
            if not rule.by and not rule.against
        ]
        self._tables = [
            _TableRun(rule, places, language, lookups[rule.id])
            for rule in checked
            if rule.against and not rule.by
        ]
        self._groups = [
            _Grouping(by, places, language, lookups, max_groups, checked)
            for by in dict.fromkeys(rule.by for rule in checked if rule.by)
        ]

    def row(self, number: int, cells: Sequence[str]) -> Iterator[Finding]:
        """What is wrong with one record; ``number`` is as a spreadsheet shows it.

        To be called, and read to its end, for each record after the header, in order. Blank records
        are passed over.
        """
        values = self._reading.values(cells)
        if values is None:
            return
        has_faults = bool(self._reading.faults)
        values += (self._today, None)
        for pick, evaluate, words in self._rows:
            used = pick(values)
            if not (has_faults and _UNREADABLE in used) and evaluate(used) is False:
                yield words.finding(number)
        for table in self._tables:
            if table.is_broken(values):
                yield table.finding(number)
        for group in self._groups:
            group.add(number, values, has_faults=has_faults)

    def end(self) -> Iterator[Finding]:
        """What is wrong with groups of rows, in the order of their last rows; to be called once."""
        yield from self._unchecked
        for table in self._tables:
            yield from table.end()
        found = [finding for group in self._groups for finding in group.end()]
        yield from sorted(found, key=lambda finding: finding.row or 0)


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
        return _picker([self.place(slot) for slot in slots])


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


def _is_broken(formula: Formula, used: Sequence[Any], found: Mapping[str, Value]) -> bool:
    """Whether a formula is false with its values and those of the other table's row."""
    values = list(used)
    for place, slot in enumerate(formula.slots):
        if isinstance(slot, Other):
            values[place] = found.get(slot.column)
        elif isinstance(slot, Matched):
            values[place] = bool(found)
    return formula.evaluate(values) is False


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
        return _is_broken(self._rule.formula, used, found)

    def end(self) -> Iterator[Finding]:
        if self._lookup.is_too_large:
            yield _not_checked(self._rule, Level.WARNING, TOO_MANY, self._language)


@dataclass(frozen=True, slots=True)
class _Sum:
    """An aggregate that is gathered row by row. columns: the places it is worked out from."""

    value: Callable[[Sequence[Any]], Any]
    gather: Callable[[Any, Any], Any]
    columns: tuple[int, ...]


def _sum(slot: Aggregate, places: _Places) -> _Sum:
    argument, gather = slot.argument, GATHER[slot.summary]
    if argument is None:
        return _Sum(lambda _: True, gather, ())
    columns = tuple(places.place(each) for each in argument.slots)
    if argument.slots == (Column(argument.text),):
        return _Sum(itemgetter(columns[0]), gather, columns)
    pick, evaluate = places.pick(argument.slots), argument.evaluate
    return _Sum(lambda values: evaluate(pick(values)), gather, columns)


class _Grouping:
    """The rules about rows that have equal values in the same columns.

    Of a group only its last row and the states of the aggregates are remembered, and these once
    where several rules ask for the same.
    """

    def __init__(
        self,
        by: tuple[str, ...],
        places: _Places,
        language: str,
        lookups: Mapping[str, _Lookup],
        max_groups: int,
        rules: Sequence[Rule],
    ) -> None:
        self._places, self._language, self._lookups = places, language, lookups
        self._rules = [rule for rule in rules if rule.by == by]
        self._by = [places.place(Column(name)) for name in by]
        self._key = _picker(self._by)
        slots = (slot for rule in self._rules for slot in rule.formula.slots)
        self._slots = list(dict.fromkeys(slot for slot in slots if isinstance(slot, Aggregate)))
        self._sums = list(enumerate((_sum(slot, places) for slot in self._slots), start=1))
        self._groups: dict[tuple[Any, ...], list[Any]] = {}
        self._room = max_groups
        self._today: Value = None

    def add(self, number: int, values: Sequence[Any], *, has_faults: bool) -> None:
        """Take a row into its group; one whose group is not known belongs to none."""
        key = self._key(values)
        if self._room < 0 or None in key or (has_faults and _UNREADABLE in key):
            return
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = [number] + [None] * len(self._sums)
            self._room -= 1
        group[0] = number
        for place, each in self._sums:
            if has_faults and any(values[column] is _UNREADABLE for column in each.columns):
                group[place] = _UNREADABLE
            elif (before := group[place]) is not _UNREADABLE:
                value = each.value(values)
                if value is not None:
                    size = len(before) if type(before) is set else 1
                    after = group[place] = each.gather(before, value)
                    self._room -= len(after) - size if type(after) is set else 0
        self._today = values[self._places.place(Today())]
        if self._room < 0:
            self._groups.clear()

    def end(self) -> Iterator[Finding]:
        """What is wrong with the groups."""
        for rule in self._rules:
            lookup = self._lookups.get(rule.id)
            if self._room < 0 or (lookup and lookup.is_too_large):
                yield _not_checked(rule, Level.WARNING, TOO_MANY, self._language)
                continue
            words = _Words(GROUP, rule, self._language)
            for row in self._broken(rule, lookup):
                yield words.finding(row)

    def _broken(self, rule: Rule, lookup: _Lookup | None) -> Iterator[int]:
        """The last rows of the groups that break a rule."""
        formula, pick = rule.formula, self._places.pick(rule.formula.slots)
        sums = [
            (place, slot.summary, 1 + self._slots.index(slot))
            for place, slot in enumerate(formula.slots)
            if isinstance(slot, Aggregate)
        ]
        values: list[Any] = [None] * self._places.count
        values[self._places.place(Today())] = self._today
        for key, group in self._groups.items():
            for place, value in zip(self._by, key, strict=True):
                values[place] = value
            if any(group[state] is _UNREADABLE for _, _, state in sums):
                continue
            used = list(pick(values))
            for place, summary, state in sums:
                used[place] = summed_up(summary, group[state])
            found = lookup.found(values) if lookup else {}
            if found is not None and _is_broken(formula, used, found):
                yield group[0]


def _not_checked(rule: Rule, level: Level, words: Mapping[str, str], language: str) -> Finding:
    family = rule.against.family if rule.against else ""
    message = words[language].format(rule=rule.id, family=family)
    return Finding(NOT_CHECKED, message, level=level, rule=rule.id)

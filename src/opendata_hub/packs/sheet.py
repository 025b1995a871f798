"""A declaration file, read so that every complaint names file, line and reason."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml

from opendata_hub.domain.errors import PackBroken
from opendata_hub.domain.texts import LANGUAGES, Texts

Choice = TypeVar("Choice", bound=StrEnum)


# The parser in C where PyYAML was built with it: every command reads all packs at its start.
_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _LineLoader(_SafeLoader):  # type: ignore[misc, valid-type]
    """YAML 1.1 as everybody writes it, but a mapping remembers the line it starts on."""


class _Mapping(dict[Any, Any]):
    line = 1


def _construct_mapping(loader: _LineLoader, node: yaml.MappingNode) -> _Mapping:
    seen = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key.value!r} stands twice", key.start_mark
            )
        seen.add(key.value)
    mapping = _Mapping(loader.construct_mapping(node, deep=True))
    mapping.line = node.start_mark.line + 1
    return mapping


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One mapping of a YAML file, asked for what it must hold.

    Every method returns a checked value or raises PackBroken with file, line and reason.
    """

    file: Path
    values: _Mapping

    def refuse(self, reason: str) -> NoReturn:
        """Refuse the pack, at the line where this mapping starts."""
        raise PackBroken(f"{self.file}, line {self.values.line}: {reason}")

    def only(self, *keys: str) -> None:
        """Refuse keys that nobody reads: a mistyped key must not pass in silence."""
        if unknown := sorted(set(self.values) - set(keys)):
            self.refuse(f"unknown key {unknown[0]!r}; known: {', '.join(keys)}")

    def has(self, key: str) -> bool:
        """Whether an optional key is there."""
        return key in self.values

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"{key} must be a text, not {value!r}")
        return value.strip()

    def matching(self, key: str, pattern: str) -> str:
        """A text of a given form."""
        value = self.text(key)
        if not re.fullmatch(pattern, value):
            self.refuse(f"{key}: {value!r} is not of the form {pattern}")
        return value

    def texts(self, key: str) -> Texts:
        """A text in each interface language."""
        given = self.sheet(key)
        return {language: given.text(language) for language in LANGUAGES}

    def number(self, key: str) -> int:
        """A whole number above zero."""
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.refuse(f"{key} must be a whole number above zero, not {value!r}")
        return value

    def day(self, key: str) -> date:
        """A day, written 2019-03-12."""
        value = self._value(key)
        if not isinstance(value, date):
            self.refuse(f"{key} must be a day such as 2019-03-12, not {value!r}")
        return value

    def choice(self, key: str, kinds: type[Choice]) -> Choice:
        """One of a closed list."""
        value = self._value(key)
        try:
            return kinds(value)
        except ValueError:
            self.refuse(f"{key} must be one of {', '.join(kinds)}, not {value!r}")

    def choices(self, key: str, kinds: type[Choice]) -> tuple[Choice, ...]:
        """A list of entries of a closed list."""
        try:
            return tuple(kinds(word) for word in self.words(key))
        except ValueError as problem:
            self.refuse(f"{key}: {problem}; known: {', '.join(kinds)}")

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._value(key)
        if not isinstance(value, bool):
            self.refuse(f"{key} must be true or false, not {value!r}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._value(key)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.refuse(f"{key} must be a list of texts, not {value!r}")
        return tuple(value)

    def whole_numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers, also below zero."""
        value = self._value(key)
        if not isinstance(value, list) or not all(type(each) is int for each in value):
            self.refuse(f"{key} must be a list of whole numbers, not {value!r}")
        return tuple(value)

    def sheet(self, key: str) -> "Sheet":
        """A mapping inside this one."""
        value = self._value(key)
        if not isinstance(value, _Mapping):
            self.refuse(f"{key} must be a mapping, not {value!r}")
        return Sheet(self.file, value)

    def sheets(self, key: str) -> tuple["Sheet", ...]:
        """A list of mappings."""
        value = self._value(key)
        if not isinstance(value, list):
            self.refuse(f"{key} must be a list, not {value!r}")
        return tuple(self._mapping(item) for item in value)

    def _value(self, key: str) -> Any:
        if key not in self.values:
            self.refuse(f"{key} is missing")
        return self.values[key]

    def _mapping(self, item: object) -> "Sheet":
        if not isinstance(item, _Mapping):
            self.refuse(f"expected a mapping, not {item!r}")
        return Sheet(self.file, item)


def read_sheet(file: Path) -> Sheet:
    """The mapping a YAML file holds; raises PackBroken when it holds none."""
    content = _parse(file)
    if not isinstance(content, _Mapping):
        raise PackBroken(f"{file}, line 1: expected a mapping")
    return Sheet(file, content)


def read_sheets(file: Path) -> tuple[Sheet, ...]:
    """The list of mappings a YAML file holds; raises PackBroken when it holds none."""
    content = _parse(file)
    if not isinstance(content, list) or not all(isinstance(item, _Mapping) for item in content):
        raise PackBroken(f"{file}, line 1: expected a list of mappings")
    return tuple(Sheet(file, item) for item in content)


def read_rows(file: Path, columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number and cells of each row; raises PackBroken unless the header is ``columns``."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            if reader.fieldnames is None or list(reader.fieldnames) != list(columns):
                raise PackBroken(f"{file}, line 1: the columns must be {','.join(columns)}")
            for row in reader:
                if None in row or None in row.values():
                    raise PackBroken(f"{file}, line {reader.line_num}: not {len(columns)} cells")
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise PackBroken(f"{file}: {problem}") from None


def _parse(file: Path) -> Any:
    try:
        # The loader is a SafeLoader that only adds line numbers.
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_LineLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError) as problem:
        raise PackBroken(f"{file}: {problem}") from None
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise PackBroken(f"{file}, line {line}: {problem.problem}") from None

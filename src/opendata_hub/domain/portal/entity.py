"""One supplier, association, project or commitment across all tables that speak of it.

Natural persons are never entities. A supplier is one only where a row says that it is a legal
person: other rows are not indexed by name, and add to an entity that is there already. A number
that any row calls a person's is nobody's page.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from opendata_hub.domain.texts import Texts

ICE = "ice"
"""The scheme whose values have a control key: 15 digits, a multiple of 97."""
ICE_MODULUS = 97
_ARABIC = re.compile("[\u0620-\u064a]")
LONGEST_KEY, LONGEST_NAME = 300, 300


class EntityKind(StrEnum):
    """What an entity is."""

    SUPPLIER = "supplier"
    ASSOCIATION = "association"
    PROJECT = "project"
    COMMITMENT = "commitment"

    @property
    def is_never_a_person(self) -> bool:
        """Whether it can't be a natural person by its nature; of a supplier a row must say so."""
        return self is not EntityKind.SUPPLIER


@dataclass(frozen=True, slots=True)
class EntityRule:
    """How rows of a family name an entity.

    keys:    schemes and the columns that are their value together; rows of other families with the
             same scheme and value are of the same entity. The first is what its page is called by.
    name:    the columns of its name; the first that is not empty.
    amount:  the column that is summed; empty for none.
    persons: columns and the values that say a row is about a natural person.
    legal:   columns and the values that say a row is about a legal person.
    """

    kind: EntityKind
    keys: Mapping[str, tuple[str, ...]]
    name: tuple[str, ...]
    amount: str = ""
    persons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    legal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of all keys, each once."""
        return tuple(dict.fromkeys(name for names in self.keys.values() for name in names))


@dataclass(frozen=True, slots=True)
class Key:
    """What an entity is found by, such as ``ice`` and its number."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


@dataclass(frozen=True, slots=True)
class Mention:
    """That the rows of one dataset speak of an entity.

    values: of the columns of its key. others: further keys of the same rows. is_first: whether the
    key is the first of these, under which it stands in lists. is_legal: whether a row says that it
    is no natural person.
    """

    kind: EntityKind
    key: Key
    values: Mapping[str, str]
    name: Texts
    rows: int
    amount: Decimal | None
    others: tuple[Key, ...]
    is_person: bool
    is_first: bool
    is_legal: bool


@dataclass(frozen=True, slots=True)
class Combination:
    """Rows that agree in the columns of a rule: their values, and what they say together.

    name: as a row has it that is of no natural person; else empty.
    """

    values: Mapping[str, str | None]
    name: str
    rows: int
    amount: Decimal | None
    is_person: bool
    is_legal: bool


def mentions(rule: EntityRule, found: Sequence[Combination]) -> list[Mention]:
    """Who is spoken of; combinations without a whole key speak of nobody."""
    return [
        Mention(
            rule.kind,
            key,
            {name: combination.values[name] or "" for name in rule.keys[key.scheme]},
            named(combination),
            combination.rows,
            combination.amount,
            tuple(other for other in keys if other != key),
            combination.is_person,
            key == keys[0],
            combination.is_legal and not combination.is_person,
        )
        for combination in found
        for keys in [_keys(rule, combination)]
        for key in keys
    ]


def combination_of(rule: EntityRule, row: Mapping[str, str | bool | None]) -> Combination:
    """One row as a combination of its own; its amount is not told."""
    said = {name: None if row.get(name) is None else str(row[name]) for name in rule.columns}
    names = (str(row[name]) for name in rule.name if row.get(name) is not None)
    is_person = any(row.get(name) in values for name, values in rule.persons.items())
    is_legal = rule.kind.is_never_a_person or any(
        row.get(name) in values for name, values in rule.legal.items()
    )
    return Combination(said, next(names, ""), 1, None, is_person, is_legal)


def is_ice(value: str) -> bool:
    """Whether it is the number of an enterprise.

    >>> is_ice("000000000000097"), is_ice("000000000000098"), is_ice("97")
    (True, False, False)
    """
    return bool(re.fullmatch(r"[0-9]{15}", value)) and int(value) % ICE_MODULUS == 0 < int(value)


def named(combination: Combination) -> Texts:
    """The name by the language of its letters; none of what may be a natural person."""
    if combination.is_person or not combination.is_legal:
        return {}
    name = " ".join(combination.name.split())[:LONGEST_NAME]
    return {"ar" if _ARABIC.search(name) else "fr": name} if name else {}


def _keys(rule: EntityRule, combination: Combination) -> list[Key]:
    found = []
    for scheme, columns in rule.keys.items():
        values = [(combination.values[name] or "").strip() for name in columns]
        value = ":".join(values)
        is_sound = is_ice(value) if scheme == ICE else len(value) <= LONGEST_KEY
        if all(values) and is_sound:
            found.append(Key(scheme, value))
    return found

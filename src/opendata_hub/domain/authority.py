"""A public body that publishes and answers here, and what its description may hold.

The catalogue calls it a publisher, the desk an authority: it is one body with one id.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from opendata_hub.domain.errors import (
    AuthorityClosed,
    FamilyNotPublished,
    Invalid,
    UnknownPublisher,
)
from opendata_hub.domain.texts import LANGUAGES, Texts, is_readable

ID = r"[a-z0-9]+(-[a-z0-9]+)*"
HOMEPAGE = r"https?://[^\s<>\"{}|\\^`]+"
EMAIL = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+"
PREFIX = r"[A-Z0-9]{1,20}"
LONGEST_ID, LONGEST_NAME, LONGEST_ADDRESS, MOST_UNITS = 60, 200, 500, 100


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of an authority's desk. email: where its requests are told; may be empty."""

    id: str
    name: Texts
    email: str = ""


@dataclass(frozen=True, slots=True)
class Authority:
    """A public body of this hub.

    type:             a code of the ADMS publisher types.
    homepage, email:  its own, and of those who answer for its data; either may be empty.
    law:              its requests are filed under, ``ma/31-13``; its jurisdiction has the calendar.
    reference_prefix: the letters before the number of a request, of this authority alone.
    territory:        list and code below ``catalog/territories``, ``hcp:04``; may be empty.
    parent:           the authority it belongs to, such as a commune's region; may be empty.
    families:         what it publishes; empty for all families.
    units:            those of its desk.
    is_active:        whether it publishes and takes requests; a closed one keeps what it has.
    is_declared:      whether it stands in ``catalog/site.yaml``; the others are kept in the store.
    """

    id: str
    name: Texts
    type: str
    homepage: str
    email: str
    law: str
    reference_prefix: str
    territory: str = ""
    parent: str = ""
    families: frozenset[str] = frozenset()
    units: tuple[Unit, ...] = ()
    is_active: bool = True
    is_declared: bool = False

    @property
    def digest(self) -> str:
        """A digest of what its datasets' records say of it; nothing else rewrites them."""
        names = sorted(self.name.items())
        said = (self.id, names, self.type, self.homepage, self.email, self.territory)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def require_active(self) -> None:
        """Raise AuthorityClosed when nothing new is published by it and no request goes to it."""
        if not self.is_active:
            raise AuthorityClosed(f"{self.id} is closed: it takes neither tables nor requests")

    def require_publishes(self, family: str) -> None:
        """Raise AuthorityClosed, or FamilyNotPublished for a family that is not among its own."""
        self.require_active()
        if self.families and family not in self.families:
            own = ", ".join(sorted(self.families))
            raise FamilyNotPublished(f"{self.id} does not publish {family!r}; it publishes: {own}")

    def require_unit(self, unit: str) -> None:
        """Raise Invalid unless its desk has that unit, or none is named."""
        if unit and unit not in {each.id for each in self.units}:
            known = ", ".join(each.id for each in self.units) or "none"
            raise Invalid(f"unit: {self.id} has no unit {unit[:60]!r}; known: {known}")


def authority_named(authorities: Mapping[str, Authority], wanted: str) -> Authority:
    """The authority of that id; raises UnknownPublisher, which names the nearest there are."""
    if wanted in authorities:
        return authorities[wanted]
    near = get_close_matches(wanted[:LONGEST_ID], authorities, n=5) or sorted(authorities)[:5]
    raise UnknownPublisher(
        f"No authority {wanted[:LONGEST_ID]!r} in this hub; such as: {', '.join(near)}"
    )


def prefix_of(authority_id: str) -> str:
    """The letters before the number of its requests, where none were chosen.

    >>> prefix_of("commune-exemple-02")
    'COMMUNEEXEMPLE02'
    """
    return authority_id.replace("-", "").upper()[:20]


def require_sound(authority: Authority) -> None:
    """Raise Invalid for the first field that could not stand in a record or on a page."""
    if not re.fullmatch(ID, authority.id) or len(authority.id) > LONGEST_ID:
        raise Invalid(
            f"id: {authority.id[:LONGEST_ID]!r}: small letters, digits and single hyphens, "
            f"at most {LONGEST_ID}"
        )
    _require_names("name", authority.name)
    for field, value, pattern in (
        ("homepage", authority.homepage, HOMEPAGE),
        ("email", authority.email, EMAIL),
        *((f"units.{unit.id[:LONGEST_ID]}.email", unit.email, EMAIL) for unit in authority.units),
    ):
        if value and not (re.fullmatch(pattern, value) and len(value) <= LONGEST_ADDRESS):
            raise Invalid(f"{field}: {value[:80]!r} is no address of that kind")
    if not re.fullmatch(PREFIX, authority.reference_prefix):
        raise Invalid("prefix: capital letters and digits, at most 20")
    _require_units(authority.units)


def require_apart(authorities: Iterable[Authority]) -> None:
    """Raise Invalid when two have the same prefix: their requests would be called the same."""
    seen: dict[str, str] = {}
    for each in authorities:
        if (other := seen.setdefault(each.reference_prefix, each.id)) != each.id:
            raise Invalid(
                f"prefix: {each.reference_prefix} is that of {other}: give {each.id} another one"
            )


def require_no_circle(authority: Authority, others: Mapping[str, Authority]) -> None:
    """Raise Invalid for a parent that is not there, or that belongs to the authority itself."""
    above, seen = authority.parent, {authority.id}
    while above:
        if above in seen:
            raise Invalid(f"parent: {authority.id} would belong to itself")
        if above not in others:
            raise Invalid(f"parent: no authority {above[:LONGEST_ID]!r} in this hub")
        seen.add(above)
        above = others[above].parent


def _require_units(units: tuple[Unit, ...]) -> None:
    if len(units) > MOST_UNITS:
        raise Invalid(f"units: {len(units)}, at most {MOST_UNITS}")
    if len({unit.id for unit in units}) < len(units):
        raise Invalid("units: two have the same id")
    for unit in units:
        if not re.fullmatch(ID, unit.id) or len(unit.id) > LONGEST_ID:
            raise Invalid(f"units: {unit.id[:LONGEST_ID]!r}: small letters, digits, single hyphens")
        _require_names(f"units.{unit.id}.name", unit.name)


def _require_names(field: str, names: Texts) -> None:
    if set(names) != set(LANGUAGES) or not all(names.values()):
        raise Invalid(f"{field}: give it in {', '.join(LANGUAGES)}")
    for text in names.values():
        if len(text) > LONGEST_NAME or not is_readable(text) or "\n" in text:
            raise Invalid(f"{field}: one readable line of at most {LONGEST_NAME} characters")

"""What differs between two records, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opendata_hub.domain.catalog.record.classes import Thing, rows_of

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that says something else: what it said before, and what it says now."""

    field: str
    before: str
    now: str


def differences(before: Thing | None, now: Thing) -> tuple[Difference, ...]:
    """The fields in which two records of a thing differ; all of them where there was none.

    >>> from opendata_hub.domain.catalog.record.classes import Dataset
    >>> differences(Dataset(iri="urn:d", version="1"), Dataset(iri="urn:d", version="2"))
    (Difference(field='version', before='1', now='2'),)
    """
    return tuple(_differing(before, now, ""))


def _differing(before: Thing | None, now: Thing, where: str) -> Iterator[Difference]:
    for name, _ in rows_of(type(now)):
        old, new = getattr(before, name, None), getattr(now, name)
        if _are_alike(old, new):
            continue
        if isinstance(old, tuple) and isinstance(new, tuple) and _are_things(*old, *new):
            yield from _listed(old, new, f"{where}{name}")
        elif isinstance(new, Thing) and isinstance(old, Thing) and str(old.iri) == str(new.iri):
            yield from _differing(old, new, f"{where}{name}.")
        else:
            yield Difference(f"{where}{name}", shown(old), shown(new))


def _listed(old: tuple[Thing, ...], new: tuple[Thing, ...], where: str) -> Iterator[Difference]:
    """Things of a list are the same by their addresses."""
    before, now = {str(each.iri): each for each in old}, {str(each.iri): each for each in new}
    for iri in (*before, *(each for each in now if each not in before)):
        if iri in before and iri in now:
            yield from _differing(before[iri], now[iri], f"{where}.")
        else:
            yield Difference(where, iri if iri in before else "", iri if iri in now else "")


def _are_alike(old: Any, new: Any) -> bool:
    """Whether two values say the same: an address is one, whatever class of text it is."""
    if not (old or new):
        return True
    if isinstance(old, str) and isinstance(new, str):
        return str(old) == str(new)
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(map(_are_alike, old, new))
    if isinstance(old, Thing) and isinstance(new, Thing):
        return str(old.iri) == str(new.iri) and not differences(old, new)
    return bool(old == new)


def _are_things(*values: object) -> bool:
    return bool(values) and all(isinstance(each, Thing) for each in values)


def shown(value: Any) -> str:
    """A value of a record as one short line."""
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, Thing):
        return value.iri
    if isinstance(value, dict):
        text = "; ".join(f"{k}: {shown(v)}" for k, v in value.items())
    elif isinstance(value, tuple):
        text = ", ".join(map(shown, value))
    else:
        text = str(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"

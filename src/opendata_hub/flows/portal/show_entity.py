"""Anyone looks at one supplier, association, project or commitment: all rows that speak of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import UnknownEntity
from opendata_hub.domain.portal.entity import EntityKind, EntityRule, Key
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.catalog.serving import rows as serving
from opendata_hub.flows.catalog.serving import show
from opendata_hub.flows.portal.house import House
from opendata_hub.store import datasets
from opendata_hub.store.portal import entities
from opendata_hub.store.portal.entities import Spoken

HOPS = 3
"""From a notice by its reference to the results, and by their contract to the report."""
MOST = 500
SHOWN_DATASETS, SHOWN_ROWS = 8, 10
"""So many tables are asked for their rows on one page; the others are named with their figures."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one dataset says of an entity.

    asked: the filters that give its rows. rows: the first of them; None where they are not shown.
    """

    dataset: Dataset
    total: int
    amount: Decimal | None
    asked: Sequence[Mapping[str, str]]
    rows: tuple[dict[str, Any], ...] | None


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity with all that is published of it, the latest change first."""

    kind: EntityKind
    name: Texts
    keys: tuple[Key, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An entity before any table is asked for its rows.

    spoken: what is said of it. published: the datasets that say it, the latest change first.
    """

    kind: EntityKind
    name: Texts
    keys: tuple[Key, ...]
    spoken: tuple[Spoken, ...]
    published: Mapping[str, Dataset]


def find_entity(session: Session, kind: EntityKind, key: Key) -> Found:
    """Who speaks of the entity of that key; raises UnknownEntity as ``show_entity`` does."""
    spoken = _gathered(session, kind, key)
    keys = {key, *(each.mention.key for each in spoken)}
    if not entities.is_listed(session, kind, key) or entities.has_person(session, kind, keys):
        raise UnknownEntity(f"No {kind} is published under {str(key)[:100]!r}")
    slugs = list(dict.fromkeys(each.slug for each in spoken))
    names = (each.mention.name for each in spoken if each.mention.name)
    return Found(
        kind=kind,
        name=next(names, {}),
        keys=tuple(dict.fromkeys(each.mention.key for each in spoken)),
        spoken=tuple(spoken),
        published={each.slug: each for each in datasets.of_slugs(session, slugs)},
    )


def show_entity(house: House, kind: EntityKind, key: Key) -> Entity:
    """The entity of that key; raises UnknownEntity, also for what may be a natural person."""
    with house.reading() as session:
        found = find_entity(session, kind, key)
    return Entity(
        kind=kind,
        name=found.name,
        keys=found.keys,
        parts=tuple(_parts(house, kind, found.spoken, found.published)),
    )


def rows_of(frame: Frame, found: Found) -> Mapping[str, int]:
    """In how many rows each of the datasets speaks of the entity."""
    return {
        slug: sum(
            each.mention.rows
            for each in _by_one_scheme(
                _rule(frame, dataset, found.kind), [e for e in found.spoken if e.slug == slug]
            )
        )
        for slug, dataset in found.published.items()
    }


def _gathered(session: Session, kind: EntityKind, key: Key) -> list[Spoken]:
    """What is said under a key, and under the further keys of the same rows."""
    seen: set[Key] = set()
    ahead, found = {key}, []
    for _ in range(HOPS):
        found += entities.of_keys(session, kind, ahead, most=MOST)
        seen |= ahead
        ahead = {other for each in found for other in each.mention.others} - seen
        if not ahead or len(found) >= MOST:
            break
    return found


def _parts(
    house: House, kind: EntityKind, spoken: Sequence[Spoken], published: Mapping[str, Dataset]
) -> Iterator[Part]:
    for place, (slug, dataset) in enumerate(published.items()):
        rule = _rule(house.frame, dataset, kind)
        said = [each for each in spoken if each.slug == slug]
        mine = _by_one_scheme(rule, said)
        amounts = [each.mention.amount for each in mine if each.mention.amount is not None]
        asked = list({each.mention.key: each.mention.values for each in mine}.values())
        is_shown = place < SHOWN_DATASETS
        yield Part(
            dataset=dataset,
            total=sum(each.mention.rows for each in mine),
            amount=sum(amounts, Decimal(0)) if amounts else None,
            asked=asked,
            rows=tuple(_rows(house, dataset, asked)) if is_shown else None,
        )


def _rule(frame: Frame, dataset: Dataset, kind: EntityKind) -> EntityRule:
    return next(rule for rule in frame.families[dataset.family].entities if rule.kind is kind)


def _by_one_scheme(rule: EntityRule, said: Sequence[Spoken]) -> list[Spoken]:
    """The mentions by the first scheme of the rule that is there: by two, rows would be doubled."""
    for scheme in rule.keys:
        if mine := [each for each in said if each.mention.key.scheme == scheme]:
            return mine
    return []


def _rows(
    house: House, dataset: Dataset, asked: Sequence[Mapping[str, str]]
) -> Iterator[dict[str, Any]]:
    wanted, left = serving.asked(house.frame, house.files, dataset), SHOWN_ROWS
    for values in asked:
        if left <= 0:
            return
        question = [(f"{name}.eq", value) for name, value in values.items()]
        found = show.page(house.rows, wanted, [*question, ("limit", str(left))])
        yield from found.rows
        left -= len(found.rows)

"""Anyone looks at one supplier, association, project or commitment: all rows that speak of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.catalog.serving import rows as serving
from opendata_hub.flows.catalog.serving import show
from opendata_hub.flows.portal.find_entity import by_one_scheme, find_entity, rule_of
from opendata_hub.flows.portal.house import House
from opendata_hub.store.portal.entities import Spoken

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


def _parts(
    house: House, kind: EntityKind, spoken: Sequence[Spoken], published: Mapping[str, Dataset]
) -> Iterator[Part]:
    for place, (slug, dataset) in enumerate(published.items()):
        rule = rule_of(house.frame, dataset, kind)
        said = [each for each in spoken if each.slug == slug]
        mine = by_one_scheme(rule, said)
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

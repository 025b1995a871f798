"""Which entity is meant by a key, and who speaks of it; no table is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import UnknownEntity
from opendata_hub.domain.portal.entity import EntityKind, EntityRule, Key
from opendata_hub.domain.texts import Texts
from opendata_hub.store import datasets
from opendata_hub.store.portal import entities
from opendata_hub.store.portal.entities import Spoken

HOPS = 3
"""From a notice by its reference to the results, and by their contract to the report."""
MOST = 500


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


def rows_of(frame: Frame, found: Found) -> Mapping[str, int]:
    """In how many rows each of the datasets speaks of the entity."""
    return {
        slug: sum(
            each.mention.rows
            for each in by_one_scheme(
                rule_of(frame, dataset, found.kind), [e for e in found.spoken if e.slug == slug]
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


def rule_of(frame: Frame, dataset: Dataset, kind: EntityKind) -> EntityRule:
    """By what rule the tables of a dataset name entities of a kind."""
    return next(rule for rule in frame.families[dataset.family].entities if rule.kind is kind)


def by_one_scheme(rule: EntityRule, said: Sequence[Spoken]) -> list[Spoken]:
    """The mentions by the first scheme of the rule that is there: by two, rows would be doubled."""
    for scheme in rule.keys:
        if mine := [each for each in said if each.mention.key.scheme == scheme]:
            return mine
    return []

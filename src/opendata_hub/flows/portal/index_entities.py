"""After a publication: note of whom its rows speak, so that nobody scans all files to find out."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlmodel import Session

from opendata_hub.adapters.rows.ask import asking
from opendata_hub.domain import errors
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.errors import FileDamaged, NoRows, QueryTooHeavy
from opendata_hub.domain.portal.entity import Mention, mentions
from opendata_hub.flows.catalog.serving.rows import asked, ready
from opendata_hub.flows.portal.house import House
from opendata_hub.store import datasets
from opendata_hub.store.portal import entities

log = logging.getLogger(__name__)
LAYOUT = "entities/2"
AT_ONCE = 50
"""Datasets that are looked through in one go: a few seconds."""
MOST_MENTIONS = 200_000
"""Combinations of one table that are read; a table with more is indexed by the first of them."""


@dataclass(frozen=True, slots=True)
class _Found:
    dataset: Dataset
    made_for: str
    mentions: list[Mention]


def bring_up_to_date(house: House) -> int:
    """Index datasets whose version was not, the latest first; returns how many, at most AT_ONCE.

    Whoever has many waits for no more than that: the rest has its turn at the next call, a minute
    later. Files are read between transactions: a large one keeps nobody from writing. One that
    can't be read now is told in the log and has its turn again; the others go on. Raises
    BucketUnreachable, which is so of all of them.
    """
    wanted = {name: made_for(family) for name, family in _with_entities(house.frame)}
    with house.reading() as session:
        batch = datasets.of_slugs(session, entities.stale(session, wanted, most=AT_ONCE))
    indexed = 0
    for dataset in batch:
        try:
            found = _found(house, dataset, wanted[dataset.family])
        except errors.BucketUnreachable:
            raise
        except (errors.HubError, OSError) as problem:
            log.warning("%s is not looked through: %s", dataset.slug, type(problem).__name__)
            continue
        with house.writing() as session:
            _keep(session, found)
        indexed += 1
    return indexed


def made_for(family: Family) -> str:
    """A digest of what the index of a family's tables depends on beside their rows."""
    said = json.dumps([LAYOUT, *(asdict(rule) for rule in family.entities)], sort_keys=True)
    schema = json.dumps(dict(family.schema), sort_keys=True)
    return hashlib.sha256((said + schema).encode()).hexdigest()[:16]


def _with_entities(frame: Frame) -> Iterator[tuple[str, Family]]:
    return ((name, family) for name, family in frame.tables.items() if family.entities)


def _found(house: House, dataset: Dataset, made_for: str) -> _Found:
    """Of whom a dataset speaks; a table that can't be read speaks of nobody."""
    rules = house.frame.families[dataset.family].entities
    found: list[Mention] = []
    try:
        with asking(ready(house.rows, asked(house.frame, house.files, dataset))) as rows:
            for rule in rules:
                found += mentions(rule, rows.combinations(rule, most=MOST_MENTIONS))
    except (NoRows, QueryTooHeavy):
        found = []
    except FileDamaged:  # lost, or not in the backup: a hub must start all the same
        log.warning("the file of %s is missing: it is not looked through", dataset.slug)
        found = []
    return _Found(dataset, made_for, found)


def _keep(session: Session, found: _Found) -> None:
    """Keep it unless the dataset was replaced or withdrawn meanwhile."""
    entities.forget_unpublished(session)
    now = datasets.find(session, found.dataset.slug)
    if now and now.version == found.dataset.version:
        entities.replace(
            session, now.slug, version=now.version, made_for=found.made_for, found=found.mentions
        )

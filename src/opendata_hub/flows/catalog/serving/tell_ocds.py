"""Purchases that are published here, told as a release package of OCDS 1.1."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.rows.ask import asking, json_line
from opendata_hub.adapters.rows.store import RowStore
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.ocds.release import FAMILIES, Teller, Told, releases
from opendata_hub.domain.catalog.rows.query import Sizes, query_from
from opendata_hub.domain.errors import Invalid
from opendata_hub.flows.catalog.serving import rows as rows_flow
from opendata_hub.store import datasets

VERSION = "1.1"
ALL = Sizes(usual=None, most=None)


@dataclass(frozen=True, slots=True)
class Purchases:
    """The datasets that are told, and when the last of them changed; None: there are none."""

    datasets: Sequence[Dataset]
    changed_at: datetime | None


def find(session: Session, slugs: Sequence[str] = ()) -> Purchases:
    """The datasets of purchases with these addresses, or all of them.

    Raises UnknownDataset, and Invalid for a dataset of another family.
    """
    found = [datasets.get(session, slug) for slug in slugs] or [
        dataset for dataset in datasets.latest(session) if dataset.family in FAMILIES
    ]
    for dataset in found:
        if dataset.family not in FAMILIES:
            raise Invalid(f"{dataset.slug}: only {', '.join(FAMILIES)} are told in OCDS")
    return Purchases(found, max((each.modified_at for each in found), default=None))


def package(
    frame: Frame, files: FileStore, rows: RowStore, purchases: Purchases, teller: Teller
) -> Iterator[str]:
    """The release package, piece by piece; raises NoRows where a table can't be read."""
    told = _told(frame, files, rows, purchases)
    head = json.dumps(_head(frame, purchases), ensure_ascii=False).removesuffix("}")
    yield f'{head}, "releases": ['
    before = "\n"
    for release in releases(told, teller):
        yield before + json.dumps(release, ensure_ascii=False)
        before = ",\n"
    yield "\n]}\n"


def _head(frame: Frame, purchases: Purchases) -> dict[str, Any]:
    publisher = frame.site.publishers[frame.site.publisher]
    # The package has one licence or says none: each dataset may have another.
    licences = {frame.licence_of(each).uri for each in purchases.datasets}
    head = {
        "uri": f"{frame.base_url}/api/v1/ocds/releases.json",
        "version": VERSION,
        "publishedDate": purchases.changed_at.isoformat() if purchases.changed_at else None,
        "publisher": {"name": publisher.name["fr"], "uri": publisher.homepage},
        "license": licences.pop() if len(licences) == 1 else None,
    }
    return {key: value for key, value in head.items() if value is not None}


def _told(
    frame: Frame, files: FileStore, rows: RowStore, purchases: Purchases
) -> Mapping[str, list[Told]]:
    """By family: every row of every dataset."""
    told: dict[str, list[Told]] = {}
    for dataset in purchases.datasets:
        file = rows_flow.ready(rows, rows_flow.asked(frame, files, dataset))
        publisher = frame.site.publishers[dataset.publisher].name["fr"]
        with asking(file) as found:
            query = query_from((), found.columns, version="", sizes=ALL)
            told.setdefault(dataset.family, []).extend(
                Told(json.loads(line, parse_float=Decimal), publisher)
                for line in found.lines(query, json_line)
            )
    return told

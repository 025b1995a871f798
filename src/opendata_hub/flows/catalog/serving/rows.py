"""Anyone asks for rows of a published dataset; a steward's publication makes them ready."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.rows.ready import made
from opendata_hub.adapters.rows.store import RowStore, Source, declared, digest_of
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import NoRows
from opendata_hub.store import datasets
from opendata_hub.store.portal import versions


@dataclass(frozen=True, slots=True)
class Asked:
    """A dataset whose rows are asked for. version changes when any row could be another."""

    dataset: Dataset
    source: Source

    @property
    def version(self) -> str:
        """Of the rows: of the published bytes and of what its family makes of them."""
        return self.source.digest


def find(session: Session, frame: Frame, files: FileStore, slug: str) -> Asked:
    """The dataset at that address, with the file its rows are in; raises UnknownDataset, NoRows."""
    return asked(frame, files, datasets.get(session, slug))


def asked(frame: Frame, files: FileStore, dataset: Dataset) -> Asked:
    """A dataset with the file its rows are in; raises NoRows for a document."""
    file = dataset.distribution
    if dataset.family not in frame.tables:
        raise NoRows(f"{dataset.slug} is a document: it has no rows")
    schema = frame.families[dataset.family].schema
    return Asked(dataset, Source(files.found(file.sha256), file.file_name, file.sha256, schema))


def kept_digests(session: Session, frame: Frame) -> set[str]:
    """Under what the rows are kept of all tables that are published, and of earlier versions."""
    schemas = {name: declared(family.schema) for name, family in frame.tables.items()}
    return {
        digest_of(sha256, name, schemas[family])
        for family, name, sha256 in versions.files(session)
        if family in schemas
    }


def prepare(frame: Frame, files: FileStore, rows: RowStore, dataset: Dataset) -> None:
    """Make the rows of a dataset ready, once its publication stands.

    Needs no session: a large file takes its time. What can't be made is told to who asks for it;
    the publication is sound without.
    """
    with suppress(NoRows):
        made(rows, asked(frame, files, dataset).source)


def ready(rows: RowStore, wanted: Asked) -> Path:
    """The rows as Parquet, made now if they were not; raises NoRows."""
    return made(rows, wanted.source)

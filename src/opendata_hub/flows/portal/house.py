"""What the portal needs of a hub to look through tables; light, for all commands load it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.rows.store import RowStore
from opendata_hub.domain.catalog.dcat import Frame


@dataclass(frozen=True, slots=True)
class House:
    """What is needed of a hub. reading, writing: open a session each."""

    frame: Frame
    files: FileStore
    rows: RowStore
    reading: Callable[[], AbstractContextManager[Session]]
    writing: Callable[[], AbstractContextManager[Session]]

"""The queue of a hub on PostgreSQL (Procrastinate), an extra: one on SQLite needs none of it."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from opendata_hub.domain.errors import QueueNotInstalled


def queue_at(url: str) -> Any:
    """The queue in the database of that address (libpq's); raises QueueNotInstalled."""
    if not find_spec("procrastinate"):
        raise QueueNotInstalled("A hub on PostgreSQL needs its queue: opendata-hub[postgres]")
    return import_module(f"{__name__}.postgresql").ProcrastinateQueue(url)

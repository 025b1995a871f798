"""Rows as Parquet: derived, never half there, and made again when they are gone."""

from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from opendata_hub.adapters.rows.store import RowStore, Source

_MAKING = Lock()


def made(store: RowStore, source: Source) -> Path:
    """The rows of a published file; made now when they are not there.

    The file appears whole or not at all. Raises NoRows when there is no table in it.
    """
    path = store.path(source)
    if path.is_file():
        return path
    from opendata_hub.adapters.rows.make import make

    # One at a time: making takes a core, and two of the same would be one too many.
    with _MAKING:
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=store.folder, prefix="making-") as aside:
                make(source, Path(aside)).replace(path)
    return path

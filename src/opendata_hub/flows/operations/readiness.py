"""Whether a hub can take calls now."""

import logging
from collections.abc import Mapping

from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.errors import BucketUnreachable
from opendata_hub.store.operations import readiness
from opendata_hub.store.operations.readiness import Reading

log = logging.getLogger(__name__)


def ready_parts(reading: Reading, files: FileStore) -> Mapping[str, bool]:
    """Whether each part that every call needs does its work, by its name."""
    return {
        "database": readiness.answers(reading),
        "migrations": readiness.is_migrated(reading),
        "files": _is_writable(files),
    }


def _is_writable(files: FileStore) -> bool:
    try:
        files.try_writing()
    except OSError as problem:
        log.warning("files can't be written: %s", problem.strerror)
        return False
    except BucketUnreachable as problem:
        log.warning("files can't be written: %s", problem)
        return False
    return True

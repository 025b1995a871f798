"""Limits that a reader's process sets for itself and the system keeps."""

import resource
import sys


def live_within(*, seconds: int, memory_bytes: int, copy_bytes: int) -> None:
    """Going beyond ends the process, is a MemoryError, or an OSError while a file is written.

    Python keeps no module it reads from now on: kept up to a limit, it would be cut in two, and
    be what every process after this one starts from.
    """
    sys.dont_write_bytecode = True
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CPU, seconds, grace=1)
    _limit(resource.RLIMIT_FSIZE, copy_bytes)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, wanted: int, *, grace: int = 0) -> None:
    """Set it as wanted, or as low as the system holds it already: it can't be raised."""
    _, most = resource.getrlimit(what)
    if most == resource.RLIM_INFINITY:
        most = wanted + grace
    resource.setrlimit(what, (min(wanted, most), min(wanted + grace, most)))

"""Limits that a reader's process sets for itself and the system keeps."""

import resource


def live_within(*, seconds: int, memory_bytes: int, copy_bytes: int) -> None:
    """Going beyond ends the process, is a MemoryError, or an OSError while a file is written."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory_bytes if most == resource.RLIM_INFINITY else min(memory_bytes, most)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (copy_bytes, copy_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

"""A demo hub of its own process, met over HTTP as by a stranger."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loopback import serving_hub


@contextmanager
def serving_demo(home: Path) -> Iterator[tuple[str, str]]:
    """The address of a demo hub that listens on loopback, and a steward's key."""
    hub = (sys.executable, "-m", "opendata_hub")
    environment = {**os.environ, "OPENDATA_HUB_HOME": str(home)}
    subprocess.run([*hub, "demo"], env=environment, check=True, timeout=60)
    key = subprocess.run(
        [*hub, "token", "create", "script"],
        env=environment, check=True, timeout=60, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    with serving_hub(home) as address:
        yield address, key

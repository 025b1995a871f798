"""The commands of ckanapi, as its users give them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BESIDE = Path(sys.executable).parent


@dataclass(frozen=True)
class Site:
    """A CKAN, or what stands for one, and a key to it."""

    url: str
    key: str

    def __call__(self, *words: str, given: str = "", key: bool = True) -> "Told":
        """Give a command. key: whether it is shown."""
        shown = ("-a", self.key) if key else ()
        done = subprocess.run(
            [BESIDE / "ckanapi", *words, "-r", self.url, *shown],
            # ckanapi starts its workers by name.
            env={**os.environ, "PATH": f"{BESIDE}{os.pathsep}{os.environ['PATH']}"},
            input=given, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return Told(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, object]]:
        """Its lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    @property
    def value(self) -> dict[str, object]:
        """What it said as one value."""
        found: dict[str, object] = json.loads(self.out)
        return found

    def replies(self, command: str) -> list[tuple[str, ...]]:
        """What became of each thing: the act of a ``load``, and the error or None."""
        first, last = (3, 5) if command == "load" else (3, 4)
        return [tuple(line.split()[first:last]) for line in self.err.splitlines() if "[" in line]

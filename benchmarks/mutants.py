"""Does a fault in the kernel show? Changes one operator of ``kernel.c`` at a time and runs the tests.

A mutant that proves too much is wrong, and the comparison with Frictionless has to find it. One
that proves too little is only slower: Frictionless reads what was not proved. Survivors are listed
with their line, for somebody to say which of the two they are.
Run: .venv/bin/python benchmarks/mutants.py [how many] [seed]
"""

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = Path("src/opendata_hub/adapters/tabular/engine")
TESTS = "tests/adapters/test_engine.py"
COPIED = ("src", "tests", "catalog", "requests", "pyproject.toml")
SECONDS = 240
OTHERS = {
    "<=": "<", ">=": ">", "<": "<=", ">": ">=", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
    "+ 1": "+ 0", "- 1": "- 0", "+=": "-=", "++": "--",
}  # fmt: skip
_OPERATOR = re.compile(r"(?<![-<>=!&|+])(<=|>=|==|!=|&&|\|\||\+ 1\b|- 1\b|\+=|\+\+| < | > )")
_IN_WORDS = re.compile(r"^\s*(//|\*|/\*|#)|//")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One operator of one line, and what takes its place."""

    line: int
    before: str
    after: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of the source, in the order of its lines; comments and directives are left."""
    found = []
    for number, line in enumerate(source.split("\n")):
        if _IN_WORDS.search(line):
            continue
        for match in _OPERATOR.finditer(line):
            operator = match[1]
            other = (
                f" {OTHERS[operator.strip()]} "
                if operator != operator.strip()
                else OTHERS[operator]
            )
            found.append(
                Mutant(number, line, line[: match.start(1)] + other + line[match.end(1) :])
            )
    return found


def is_killed(house: Path, mutant: Mutant, source: str) -> str:
    """How a mutant ended: ``killed``, ``survived``, ``not-compiled`` or ``no-end``."""
    lines = source.split("\n")
    lines[mutant.line] = mutant.after
    text = "\n".join(lines).encode()
    kernel = house / PLACE / "kernel.c"
    kernel.write_bytes(text)
    digest = hashlib.sha256(text).hexdigest()[:16]
    library = str(kernel.with_name("libkernel.so"))
    command = [
        "cc",
        "-O3",
        "-w",
        "-shared",
        "-fPIC",
        f'-DSOURCE="{digest}"',
        str(kernel),
        "-o",
        library,
    ]
    if subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603
        return "not-compiled"
    environment = {**os.environ, "PYTHONPATH": str(house / "src")}
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", TESTS]
    try:
        done = subprocess.run(  # noqa: S603  (our own tests)
            words, cwd=house, env=environment, check=False, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return "no-end"
    return "killed" if done.returncode else "survived"


def main() -> None:
    """Draw some mutants, run the tests on each, and print what became of them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    source = (ROOT / PLACE / "kernel.c").read_text(encoding="utf-8")
    every = mutants(source)
    chance = random.Random(seed)  # noqa: S311  (a draw that can be repeated)
    drawn = sorted(chance.sample(every, min(count, len(every))), key=lambda m: m.line)
    ends: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder)
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, house / name)
        for mutant in drawn:
            start = time.monotonic()
            end = is_killed(house, mutant, source)
            ends[end] = ends.get(end, 0) + 1
            if end == "survived":
                print(f"survived, line {mutant.line + 1}: {mutant.after.strip()}")
            print(f"  {end} in {time.monotonic() - start:.0f} s", file=sys.stderr)
    told = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    print(f"{len(drawn)} of {len(every)} mutants: {told}")


if __name__ == "__main__":
    main()

"""How well the gate finds personal data: precision and recall on the labelled cases beside it.

Run: .venv/bin/python benchmarks/privacy.py
"""

import csv
import time
from collections import Counter
from pathlib import Path

from opendata_hub.domain.catalog.privacy import Kind, traces

CASES = Path(__file__).parent / "privacy_cases.csv"


def cases() -> list[tuple[str, str, frozenset[str]]]:
    """Text, column and the kinds that a person found in it."""
    with CASES.open(encoding="utf-8", newline="") as stream:
        return [
            (row["text"], row["column"], frozenset(row["kinds"].split()))
            for row in csv.DictReader(stream)
        ]


def main() -> None:
    """Print a row for each kind, and what was missed or wrong."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    labelled = cases()
    for text, column, expected in labelled:
        found = {str(kind) for kind in traces(text, column=column)}
        right.update(found & expected)
        wrong.update(found - expected)
        missed.update(expected - found)
        if found != expected:
            print(f"! {text!r} in {column}: {sorted(found)}, labelled {sorted(expected)}")
    print(f"{len(labelled)} labelled cells\nkind | precision | recall")
    for kind in [*Kind, None]:
        hits, false, gone = (
            sum(c.values()) if kind is None else c[kind] for c in (right, wrong, missed)
        )
        precision = hits / (hits + false) if hits + false else 1
        recall = hits / (hits + gone) if hits + gone else 1
        print(f"{kind or 'all'} | {precision:.2f} | {recall:.2f}")
    started = time.process_time()
    for _ in range(200):
        for text, column, _ in labelled:
            traces(text, column=column)
    each = (time.process_time() - started) / (200 * len(labelled)) * 1e6
    print(f"{each:.1f} µs CPU a cell of this set, which is far worse than a table")


if __name__ == "__main__":
    main()

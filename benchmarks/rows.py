"""What the rows of a million-row table cost: made once, then asked. CPU seconds, medians of five.

Run: .venv/bin/python benchmarks/rows.py [ROWS]

The yardstick of the same run is Python's own csv module reading the same file once.
"""

import csv
import hashlib
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from opendata_hub.adapters.rows.ask import Rows, asking, csv_line, json_line
from opendata_hub.adapters.rows.ready import made as make_rows
from opendata_hub.adapters.rows.store import RowStore, Source
from opendata_hub.domain.catalog.rows.query import RowQuery, Sizes, query_from

SCHEMA = json.loads(
    (Path(__file__).parent.parent / "catalog/families/purchase-orders/schema.json").read_bytes()
)
RUNS = 5


def write_table(file: Path, rows: int) -> None:
    """A made-up table of purchase orders: 16 columns, as a town would write them."""
    chance = random.Random(5)  # noqa: S311  (the same table each time)
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow([field["name"] for field in SCHEMA["fields"]])
        for number in range(rows):
            year, kind = chance.randrange(2020, 2027), chance.randrange(3)
            day = f"{year}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            writer.writerow(
                [
                    f"01.000.00.{chance.randrange(100):02}", year, f"BC-{number}/{year}",
                    f"Fournitures, lot {number % 977}", "" if kind else "لوازم",
                    ("fournitures", "travaux", "services")[kind], "Fournitures de bureau",
                    f"{day}T09:00", f"{day}T18:00", "Non", "", chance.randrange(3, 9),
                    f"Société Exemple {number % 5003}", f"{chance.randrange(10**9):015}",
                    f"{chance.randrange(100, 50_000_000) / 100:.2f}", day,
                ]
            )  # fmt: skip


def cpu(act: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """CPU and wall seconds of an act, medians."""
    taken = []
    for _ in range(runs):
        started, wall = time.process_time(), time.perf_counter()
        act()
        taken.append((time.process_time() - started, time.perf_counter() - wall))
    return statistics.median(t for t, _ in taken), statistics.median(w for _, w in taken)


def asked(file: Path, act: Callable[[Rows, RowQuery], object], *said: tuple[str, str]) -> object:
    """One whole question: connection, lock, question, answer."""
    with asking(file) as rows:
        return act(rows, query_from(said, rows.columns, version="", sizes=Sizes(None, None)))


def page(rows: Rows, query: RowQuery) -> object:
    """A page of JSON with its total."""
    return rows.total(query), list(rows.lines(query, json_line))


def whole(rows: Rows, query: RowQuery) -> int:
    """All rows as CSV; gives how many bytes they are."""
    return sum(len(line.encode()) + 2 for line in rows.lines(query, csv_line))


def main() -> None:
    """Print a line for each figure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with TemporaryDirectory() as folder:
        file, store = Path(folder) / "t.csv", RowStore(Path(folder) / "rows")
        write_table(file, count)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()

        def read() -> int:
            with file.open(encoding="utf-8", newline="") as text:
                return sum(1 for _ in csv.reader(text))

        def make() -> Path:
            path = make_rows(store, Source(file, "t.csv", digest, SCHEMA))
            made.append(path.replace(Path(folder) / "made.parquet"))
            return path

        made: list[Path] = []
        figures = {"yardstick: csv.reader": cpu(read, 3), "make the Parquet": cpu(make, 3)}
        rows = made[-1]
        print(f"{count:,} rows: CSV {file.stat().st_size:,} bytes, Parquet {rows.stat().st_size:,}")
        questions: dict[str, list[tuple[str, str]]] = {
            "page of 100": [("limit", "100")],
            "page of 100 at offset 90 %": [("limit", "100"), ("offset", str(count * 9 // 10))],
            "filter, sort, page of 100": [
                ("categorie", "travaux"), ("montant_ttc_dh.gte", "250000"),
                ("sort", "-montant_ttc_dh"),
                ("limit", "100"),
            ],
            "text search, page of 100": [("titulaire_nom.contains", "le 42"), ("limit", "100")],
        }  # fmt: skip
        for name, said in questions.items():
            figures[name] = cpu(lambda said=said: asked(rows, page, *said))
        figures["CSV of all rows"] = cpu(lambda: asked(rows, whole), 3)
        figures["CSV of all rows, sorted"] = cpu(
            lambda: asked(rows, whole, ("sort", "-montant_ttc_dh")), 1
        )
        for name, (used, wall) in figures.items():
            print(f"{name:<28} {used:8.3f} s CPU  {wall:8.3f} s")


if __name__ == "__main__":
    main()

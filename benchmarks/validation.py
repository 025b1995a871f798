"""What a check costs beside Frictionless itself: CPU seconds of whole processes, medians.

    python benchmarks/validation.py [--rows 100 100000 1000000] [--runs 3] [--formats] [--huge]

Both sides check the same file in one run, taking turns, each in a process of its own (start and
imports included). Ours also hashes the file (SHA-256), as `validate` does. `scan` reads the file
once and does nothing: the physical limit beside us. --huge checks 10 and 50 million rows with ours
alone (Frictionless would take hours) and prints time per million rows and peak memory.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SCHEMA = {
    "fields": [
        {"name": "id", "type": "integer", "constraints": {"required": True}},
        {"name": "reference", "type": "string",
         "constraints": {"required": True, "unique": True, "pattern": "^AO-\\d{2}/\\d{9}/\\d{4}$"}},
        {"name": "buyer", "type": "string", "constraints": {"required": True, "pattern": "B\\d{5}"}},
        {"name": "title", "type": "string", "constraints": {"minLength": 5}},
        {"name": "category", "type": "string",
         "constraints": {"enum": ["travaux", "fournitures", "services"]}},
        {"name": "published", "type": "date", "constraints": {"minimum": "2020-01-01"}},
        {"name": "deadline", "type": "date", "format": "%d/%m/%Y"},
        {"name": "estimate", "type": "number", "decimalChar": ",", "constraints": {"minimum": 0}},
        {"name": "award", "type": "number", "decimalChar": ","},
        {"name": "bids", "type": "integer", "constraints": {"minimum": 1, "maximum": 500}},
        {"name": "place", "type": "string"},
        {"name": "notes", "type": "string"},
    ],
    "primaryKey": ["id"],
    "missingValues": ["", "-"],
}  # fmt: skip
NAMES = [field["name"] for field in SCHEMA["fields"]]
FAULTS = {
    0: "1", 1: "bad", 4: "divers", 5: "2026-13-01", 6: "31/02/2026", 7: "douze", 9: "0", 11: None,
}  # fmt: skip

OURS = """
import hashlib, json, sys
from pathlib import Path
from opendata_hub.adapters.tabular.checking import How, check
file = Path(sys.argv[1])
report = check(file, json.loads(sys.argv[2]), file_name=file.name, how=How(max_findings=0, seconds=36000))
with file.open("rb") as stream:
    hashlib.file_digest(stream, "sha256")
print(json.dumps([report.rows, sum(report.counts.values()), report.slow_because]))
"""
THEIRS = """
import json, sys
from frictionless import Schema
from frictionless.resources import TableResource
path = sys.argv[1]
resource = TableResource(path=path.rsplit("/", 1)[1], basepath=path.rsplit("/", 1)[0])
resource.schema = Schema.from_descriptor(json.loads(sys.argv[2]))
report = resource.validate(limit_errors=0)
print(json.dumps([report.tasks[0].stats["rows"], report.stats["errors"], ""]))
"""
SCAN = "import sys\nwith open(sys.argv[1], 'rb') as f:\n    while f.read(1 << 22): pass\nprint('[0, 0, \"\"]')"


def table(rows, share_of_faults=0.0):
    """Rows as lists of texts, the header first; the same for the same arguments."""
    pick = random.Random(rows)  # noqa: S311
    yield NAMES
    for number in range(1, rows + 1):
        row = [
            str(number), f"AO-{pick.randrange(10, 99)}/{number:09}/2026", f"B{pick.randrange(5000):05}",
            _title(pick, number), pick.choice(("travaux", "fournitures", "services")),
            f"2026-{pick.randrange(1, 13):02}-{pick.randrange(1, 29):02}",
            f"{pick.randrange(1, 29):02}/{pick.randrange(1, 13):02}/2026",
            f"{pick.randrange(10_000, 9_999_999) / 100:.2f}".replace(".", ","),
            f"{pick.randrange(10_000, 9_999_999) / 100:.2f}".replace(".", ",") if number % 5 else "",
            str(pick.randrange(1, 20)), pick.choice(("Commune d’exemple", "جماعة المثال")),
            "" if number % 2 else "RAS",
        ]  # fmt: skip
        if number > 1 and pick.random() < share_of_faults:
            column = pick.choice(tuple(FAULTS))
            fault = FAULTS[column]
            row = row[:column] if fault is None else [*row[:column], fault, *row[column + 1 :]]
        yield row


def _title(pick, number):
    title = f"Travaux d'entretien de la voirie communale, lot {pick.randrange(100)}, tranche {number % 7}"
    return f'{title} ; phase "deux"' if pick.random() < 0.04 else title


def write_csv(file, rows, share_of_faults=0.0):
    """By hand: csv.writer would take longer than the check."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        for row in table(rows, share_of_faults):
            cells = ('"' + c.replace('"', '""') + '"' if ";" in c or '"' in c else c for c in row)
            stream.write(";".join(cells) + "\n")


def write_huge(file, rows):
    """Every key is another one; the rest of a row is one of ten thousand."""
    rests = [
        ";".join('"' + c.replace('"', '""') + '"' if ";" in c or '"' in c else c for c in row[2:])
        for row in list(table(10_000))[1:]
    ]
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.write(";".join(NAMES) + "\n")
        for start in range(1, rows + 1, len(rests)):
            numbers = range(start, min(start + len(rests), rows + 1))
            stream.writelines(
                f"{n};AO-26/{n:09}/2026;{rest}\n" for n, rest in zip(numbers, rests, strict=False)
            )


def write_xlsx(file, rows):
    """A workbook of texts; what both sides make of typed cells differs, see docs/validation.md."""
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("table")
    for row in table(rows):
        sheet.append(row)
    book.save(file)


def cost(program, file):
    """CPU seconds, peak memory in MB and what was said, of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/env", sys.executable, "-c", program, str(file), json.dumps(SCHEMA)],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "src"},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, json.loads(done.stdout.splitlines()[-1])


def peak_memory(program, file):
    """In MB, of a process that has no other children before it."""
    measured = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    command = [sys.executable, "-c", measured, sys.executable, "-c", program, str(file)]
    done = subprocess.run(  # noqa: S603
        [*command, json.dumps(SCHEMA)], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": "src"},
    )  # fmt: skip
    return int(done.stdout)


def compare(label, file, runs):
    """Print the medians of both sides and the scan, and their ratio; both must say the same."""
    taken = {name: [] for name in ("ours", "theirs", "scan")}
    said = {}
    for _ in range(runs):
        for name, program in (("ours", OURS), ("theirs", THEIRS), ("scan", SCAN)):
            seconds, said[name] = cost(program, file)
            taken[name].append(seconds)
    ours, theirs, scan = (statistics.median(taken[name]) for name in ("ours", "theirs", "scan"))
    same = "same findings" if said["ours"][:2] == said["theirs"][:2] else f"DIFFER: {said}"
    print(
        f"{label:28} ours {ours:7.2f} s   frictionless {theirs:7.2f} s   ratio {theirs / ours:5.1f}"
        f"   scan {scan:5.2f} s   {same} ({said['ours'][1]})",
        flush=True,
    )


def huge(folder, rows):
    """Ours alone: time a million rows and peak memory."""
    file = folder / f"{rows}.csv"
    write_huge(file, rows)
    seconds, said = cost(OURS, file)
    memory = peak_memory(OURS, file)
    print(f"{rows:>12,} rows   ours {seconds:7.2f} s   {seconds / rows * 1e6:.2f} s a million"
          f"   {memory} MB   {file.stat().st_size / 1e9:.1f} GB   {said}", flush=True)  # fmt: skip
    file.unlink()


def main():
    """Run what was asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="*", default=[100, 100_000, 1_000_000])
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--formats", action="store_true", help="XLSX with 100,000 rows as well")
    asked.add_argument(
        "--huge", type=int, nargs="*", default=[], help="for example 10000000 50000000"
    )
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in given.rows:
            write_csv(folder / "table.csv", rows)
            compare(f"{rows:,} rows", folder / "table.csv", given.runs)
        if given.rows and max(given.rows) >= 1_000_000:
            write_csv(folder / "table.csv", 1_000_000, 0.01)
            compare("1,000,000 rows, 1 % faults", folder / "table.csv", given.runs)
        if given.formats:
            write_xlsx(folder / "table.xlsx", 100_000)
            compare("XLSX, 100,000 rows", folder / "table.xlsx", given.runs)
        for rows in given.huge:
            huge(folder, rows)


if __name__ == "__main__":
    main()

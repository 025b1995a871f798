"""How well the gate finds personal data, and what it costs.

Precision and recall on the cells written beside the rules (privacy_cases.csv: a fit) and on both
halves of the cells written from the documented forms (privacy_labelled.csv, see privacy_forms.py):
only failures of the half ``dev`` are shown and were looked at while the rules were mended.

Run: .venv/bin/python benchmarks/privacy.py
"""

import csv
import io
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from opendata_hub.adapters.tabular.personal import PersonalScan
from opendata_hub.domain.catalog.privacy import Kind, traces

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "catalog" / "families" / "association-subsidies" / "sample.csv"
ROWS = 100_000


def cases(name: str) -> list[dict[str, str]]:
    """Text, column and the kinds that a person found in it; half where there are halves."""
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def score(title: str, labelled: list[dict[str, str]], *, is_shown: bool) -> None:
    """Print a line for each kind, and what was missed or wrong."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for case in labelled:
        found = {str(kind) for kind in traces(case["text"], column=case["column"])}
        expected = set(case["kinds"].split())
        right.update(found & expected)
        wrong.update(found - expected)
        missed.update(expected - found)
        if found != expected and is_shown:
            print(
                f"! {case['text']!r} in {case['column']}: {sorted(found)}, not {sorted(expected)}"
            )
    print(f"\n{title}: {len(labelled)} labelled cells\nkind | precision | recall")
    for kind in [*Kind, None]:
        hits, false, gone = (c.total() if kind is None else c[kind] for c in (right, wrong, missed))
        precision = hits / (hits + false) if hits + false else 1
        recall = hits / (hits + gone) if hits + gone else 1
        print(f"{kind or 'all'} | {precision:.3f} | {recall:.3f}")


def clean_table() -> str:
    """A table of aid to associations in which most cells are like no other; nobody is in it."""
    chance = random.Random(1)  # noqa: S311  (no secret)
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        header, *body = csv.reader(stream)
    words = [word for row in body for cell in row for word in cell.split() if word.isalpha()]
    columns = {name: place for place, name in enumerate(header)}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for number in range(ROWS):
        row = list(chance.choice(body))
        row[columns["id_subvention"]] = f"2026-SUB-{number:06d}"
        row[columns["association_ice"]] = f"00{chance.randrange(10**12, 10**13)}"
        for name in ("association_nom_fr", "association_nom_ar", "objet", "realisations"):
            row[columns[name]] = " ".join(chance.choices(words, k=6))
        for name in ("montant_demande_dh", "montant_accorde_dh", "montant_verse_dh"):
            row[columns[name]] = f"{chance.randrange(1000, 1_000_000)}.{chance.randrange(100):02d}"
        for name in ("deliberation_date", "date_visa", "date_versement"):
            month, day = chance.randint(1, 12), chance.randint(1, 28)
            row[columns[name]] = f"{chance.randint(2015, 2026)}-{month:02d}-{day:02d}"
        writer.writerow(row)
    return text.getvalue()


def scanned(text: str) -> Iterator[None]:
    """Reads the table for personal data; gives an item for each finding."""
    records = csv.reader(io.StringIO(text))
    scan = PersonalScan("table.csv", next(records), language="fr")
    for number, cells in enumerate(records, start=2):
        yield from (None for _ in scan.row(number, cells))


def cost() -> None:
    """Print what reading a clean table costs, plain and with the gate."""
    text = clean_table()
    started = time.process_time()
    cells = sum(len(record) for record in csv.reader(io.StringIO(text)))
    reading = time.process_time() - started
    started = time.process_time()
    findings = sum(1 for _ in scanned(text))
    both = time.process_time() - started
    print(f"\n{ROWS:,} rows, {cells / 1e6:.1f} million cells, {findings} findings; CPU seconds")
    print("what | all | a million cells")
    for what, seconds in [("csv", reading), ("csv and gate", both), ("gate", both - reading)]:
        print(f"{what} | {seconds:.2f} | {seconds / cells * 1e6:.2f}")


def main() -> None:
    """Print the scores and the cost."""
    score("Written beside the rules", cases("privacy_cases.csv"), is_shown=True)
    for half in ("dev", "held-out"):
        labelled = [case for case in cases("privacy_labelled.csv") if case["half"] == half]
        score(f"Written from the forms, {half}", labelled, is_shown=half == "dev")
    cost()


if __name__ == "__main__":
    main()

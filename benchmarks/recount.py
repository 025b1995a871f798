"""How long it takes to count every open request anew after an announced holiday.

Promise: 100,000 open requests under 10 s on one core, and cost that grows linearly.
Run: .venv/bin/python benchmarks/recount.py [rows ...]
"""

import resource
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert

from opendata_hub import clock
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.requests.calendar import Announcement, Holiday, HolidayStatus
from opendata_hub.domain.requests.deadline import deadline
from opendata_hub.flows.requests.announce import announce
from opendata_hub.settings import Settings
from opendata_hub.store.tables import EventRow, InfoRequestRow

ROWS = (1_000, 10_000, 100_000)
REPEATS = 3
LAW, CODE = "ma/31-13", "ma"
LAST_DAY = date(2026, 11, 27)
SPREADS = {
    "received over fourteen months": date(2025, 10, 1),
    "all of one month, so that every due day moves": date(2026, 11, 2),
}


def filled(folder: Path, rows: int, first_day: date):
    """A hub with so many open requests received since a day; every tenth was extended."""
    hub = open_hub(Settings(home=folder))
    law, calendar = hub.laws[LAW], hub.calendars[CODE]
    days = [first_day + timedelta(n) for n in range((LAST_DAY - first_day).days + 1)]
    terms = {day: deadline(law.step("reply"), day, calendar) for day in days}
    received = [days[n % len(days)] for n in range(rows)]
    requests = [
        {
            "id": n, "reference": f"AI-2026-{n:06d}", "tracking_sha256": str(n), "law": LAW,
            "subject": "s", "text": "t", "language": "fr", "is_urgent": False, "is_open": True,
            "due_on": terms[day].due, "answer_due_on": terms[day].due, "safe_on": terms[day].safe,
        }
        for n, day in enumerate(received, start=1)
    ]  # fmt: skip
    events = [
        {"info_request_id": n, "act": "receive", "happened_on": day, "recorded_at": clock.now(),
         "ground": "", "reasons": ""}
        for n, day in enumerate(received, start=1)
    ]  # fmt: skip
    events += [
        {"info_request_id": n, "act": "extend", "happened_on": day + timedelta(7),
         "recorded_at": clock.now(), "ground": "many-items", "reasons": "r"}
        for n, day in enumerate(received, start=1) if n % 10 == 0
    ]  # fmt: skip
    with hub.writing() as session:
        session.connection().execute(insert(InfoRequestRow), requests)
        session.connection().execute(insert(EventRow), events)
    return hub


def announced(hub, day: date) -> tuple[float, float, int]:
    """CPU and wall seconds of announcing one day, and how many due days moved."""
    name = {"ar": "يوم", "fr": "Jour", "en": "Day"}
    holiday = Holiday(day, name, HolidayStatus.EXCEPTIONAL, "benchmark", day)
    cpu, wall = time.process_time(), time.perf_counter()
    with hub.writing() as session:
        moved = announce(
            session,
            Announcement(holiday),
            calendar=hub.calendars[CODE],
            laws={LAW: hub.laws[LAW]},
            today=LAST_DAY,
            now=clock.now(),
        )
    return time.process_time() - cpu, time.perf_counter() - wall, moved


def main() -> None:
    """Print a row for each size: medians over three announced days."""
    sizes = tuple(map(int, sys.argv[1:])) or ROWS
    for spread, first_day in SPREADS.items():
        print(f"{spread}\nrows | CPU s | wall s | µs CPU a request | moved")
        for rows in sizes:
            with tempfile.TemporaryDirectory() as folder:
                hub = filled(Path(folder), rows, first_day)
                days = [date(2026, 12, 1) + timedelta(n) for n in range(REPEATS)]
                runs = [announced(hub, day) for day in days]
                hub.engine.dispose()
            cpu, wall, moved = (statistics.median(column) for column in zip(*runs, strict=True))
            each = cpu / rows * 1e6
            print(f"{rows:>7,} | {cpu:.2f} | {wall:.2f} | {each:.0f} | {moved:,.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB (with the sample rows of the filling)")


if __name__ == "__main__":
    main()

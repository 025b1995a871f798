"""The register and its figures as files: CSV for spreadsheets, JSON for programs."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.register.figure import (
    BY_GROUND,
    DAYS,
    FIGURES,
    HIGH_PERCENT,
    MEDIAN_PERCENT,
    Group,
    Measure,
    share,
)
from opendata_hub.domain.register.yearly import YearlyReport, lines_of
from opendata_hub.store.register.rows import NO_GROUND
from opendata_hub.web.register.asked import AskedFigures

BOM = "\ufeff"
"""Without it, a spreadsheet reads Arabic as something else."""
_RUNS = ("=", "+", "-", "@", "\t")
COLUMNS = [each.name for each in fields(Entry)]
FIGURE_COLUMNS = (
    "group", "imported", "figure", "title", "numerator", "denominator", "percent", "cut_off",
    "formula", "rows",
)  # fmt: skip


def csv_line(values: Iterable[object]) -> str:
    """A line of CSV (RFC 4180); a text that a spreadsheet would run gets an apostrophe."""
    return ",".join(_cell(value) for value in values) + "\r\n"


def csv_of(entries: Iterable[Entry], base_url: str) -> Iterator[str]:
    """The entries as CSV, line by line, with the address of each."""
    yield BOM + csv_line([*COLUMNS, "address"])
    for entry in entries:
        values = [getattr(entry, name) for name in COLUMNS]
        yield csv_line([*values, f"{base_url}/fr/register/{entry.reference}"])


def json_of(entries: Iterable[Entry], until: date) -> Iterator[str]:
    """The entries as one JSON document, entry by entry."""
    yield f'{{"cut_off": "{until.isoformat()}", "requests": ['
    before = "\n"
    for entry in entries:
        yield before + json.dumps(asdict(entry), ensure_ascii=False, default=str)
        before = ",\n"
    yield "\n]}\n"


def figures_of(
    groups: Iterable[Group], asked: AskedFigures, until: date, *, language: str, base_url: str
) -> Iterator[dict[str, Any]]:
    """Every figure of every group: what it counts, out of what, by when, and where its rows are."""
    for group in groups:
        head = {"group": group.key, "imported": group.is_imported}
        tail = {"cut_off": until.isoformat()}

        def rows(group: Group = group, **also: object) -> str:
            chosen = {**of_group(asked, group), "until": until.isoformat(), **also}
            return f"{base_url}/{language}/register?{asked.address(**chosen)}"

        for each in FIGURES:
            count, of = group.counts[each.measure], group.counts[each.of]
            yield {
                **head, "figure": f"{each.measure}/{each.of}", "title": each.title[language],
                "numerator": count, "denominator": of, "percent": share(count, of), **tail,
                "formula": each.words[language], "rows": rows(figure=each.measure.value),
            }  # fmt: skip
        refused = group.counts[Measure.REFUSED_AT_ALL]
        for ground, count in sorted(group.grounds.items()):
            yield {
                **head, "figure": f"ground/{ground}", "title": ground, "numerator": count,
                "denominator": refused, "percent": share(count, refused), **tail,
                "formula": BY_GROUND[language], "rows": rows(ground=ground or NO_GROUND),
            }  # fmt: skip
        for percent in (MEDIAN_PERCENT, HIGH_PERCENT):
            yield {
                **head, "figure": f"days/{percent}", "title": f"{percent} %",
                "numerator": group.days_within(percent),
                "denominator": group.counts[Measure.ANSWERED], "percent": None, **tail,
                "formula": DAYS[language], "rows": rows(figure=Measure.ANSWERED.value),
            }  # fmt: skip


def report_csv(reports: Sequence[YearlyReport]) -> bytes:
    """A yearly report in several languages as one CSV file."""
    return (BOM + "".join(csv_line(line) for line in lines_of(reports))).encode()


def of_group(asked: AskedFigures, group: Group) -> dict[str, object]:
    """What an address asks for beside, to mean the requests of a group."""
    chosen: dict[str, object] = {"imported": group.is_imported}
    if asked.by == "month":
        year, _, month = group.key.partition("-")
        return {**chosen, "year": int(year), "month": int(month)}
    return {**chosen, asked.by: group.key} if asked.by else chosen


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    if isinstance(value, str) and text.startswith(_RUNS):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in '",\r\n') else text

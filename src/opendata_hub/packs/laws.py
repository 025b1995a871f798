"""``requests/<jurisdiction>/`` to calendars and laws."""

import hashlib
import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import PackBroken, UnknownLaw
from opendata_hub.domain.requests.calendar import Calendar, Holiday, HolidayStatus
from opendata_hub.domain.requests.law import DayZero, End, Law, Reading, Step, Unit
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_rows, read_sheet

HOLIDAY_COLUMNS = ("day", "name_fr", "name_ar", "name_en", "status", "source", "known_on")
STEP_KEYS = (
    "title", "actor", "starts_on", "article", "term", "count", "safe", "source", "confidence",
    "note",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAW_NAME = re.compile(r"[a-z]{2,10}/[a-z0-9-]{1,40}")


def load_law(folders: Folders, name: str) -> Law:
    """The law ``<jurisdiction>/<law>``; raises UnknownLaw, which lists those there are."""
    if not _LAW_NAME.fullmatch(name) or not (file := folders.find(f"{name}/law.yaml")):
        known = ", ".join(law_names(folders))
        raise UnknownLaw(f"No law {name[:60]!r} under requests/; known: {known}")
    sheet = read_sheet(file)
    sheet.only(
        "code", "jurisdiction", "title", "in_force_from", "version", "source", "disclaimer",
        "filing", "steps", "refusal_grounds", "exceptions",
    )  # fmt: skip
    steps, filing = sheet.sheet("steps"), sheet.sheet("filing")
    filing.only("required", "optional", "article", "source", "confidence", "note")
    return Law(
        name=name,
        title=sheet.texts("title"),
        version=sheet.text("version"),
        in_force_from=sheet.day("in_force_from"),
        source=sheet.text("source"),
        disclaimer=sheet.texts("disclaimer"),
        needed_identity=frozenset(filing.words("required")),
        steps={step: _step(step, steps.sheet(step)) for step in steps.values},
    )


def law_names(folders: Folders) -> list[str]:
    """The names of all laws there are, such as ``ma/31-13``, sorted."""
    jurisdictions = folders.folders(".", "jurisdiction.yaml")
    return [f"{code}/{law}" for code in jurisdictions for law in folders.folders(code, "law.yaml")]


def load_calendar(folders: Folders, jurisdiction: str) -> Calendar:
    """The working days of a jurisdiction; raises PackBroken with file, line and reason."""
    sheet = read_sheet(folders.file(f"{jurisdiction}/jurisdiction.yaml"))
    sheet.only("code", "name", "timezone", "weekend", "sources")
    files = {
        _year(folders.file(name)): folders.file(name)
        for name in folders.names(f"{jurisdiction}/holidays", ".csv")
    }
    holidays: dict[date, Holiday] = {}
    for year, file in files.items():
        for holiday in _holidays(file, year):
            holidays[holiday.day] = holiday
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files.values()))
    return Calendar(
        jurisdiction=jurisdiction,
        timezone=_timezone(sheet),
        weekend=_weekend(sheet),
        holidays=holidays,
        years=frozenset(files),
        version=digest.hexdigest()[:12],
    )


def _year(file: Path) -> int:
    if re.fullmatch(r"\d{4}", file.stem):
        return int(file.stem)
    raise PackBroken(f"{file}: a list of holidays is called by its year, such as 2026.csv")


def _holidays(file: Path, year: int) -> list[Holiday]:
    found: list[Holiday] = []
    for line, row in read_rows(file, HOLIDAY_COLUMNS):
        try:
            holiday = Holiday(
                day=date.fromisoformat(row["day"]),
                name={language: row[f"name_{language}"] for language in ("fr", "ar", "en")},
                status=HolidayStatus(row["status"]),
                source=row["source"],
                known_on=date.fromisoformat(row["known_on"]),
            )
        except ValueError as problem:
            raise PackBroken(f"{file}, line {line}: {problem}") from None
        if holiday.day.year != year or (found and holiday.day <= found[-1].day):
            raise PackBroken(f"{file}, line {line}: days of {year} only, in order, each once")
        found.append(holiday)
    return found


def _timezone(sheet: Sheet) -> str:
    name = sheet.text("timezone")
    try:
        return ZoneInfo(name).key
    except (ValueError, KeyError, OSError):
        sheet.refuse(f"timezone: {name!r} is not an IANA time zone")


def _weekend(sheet: Sheet) -> frozenset[int]:
    days = sheet.words("weekend")
    if unknown := sorted(set(days) - set(WEEKDAYS)):
        sheet.refuse(f"weekend: {unknown[0]!r} is not one of {', '.join(WEEKDAYS)}")
    return frozenset(map(WEEKDAYS.index, days))


def _step(name: str, sheet: Sheet) -> Step:
    sheet.only(*STEP_KEYS)
    term = sheet.sheet("term")
    term.only("length", "unit")
    return Step(
        name=name,
        title=sheet.texts("title"),
        actor=sheet.text("actor"),
        starts_on=sheet.texts("starts_on"),
        length=term.number("length"),
        unit=term.choice("unit", Unit),
        legal=_reading(sheet.sheet("count")),
        safe=_reading(sheet.sheet("safe")),
        article=sheet.text("article"),
        source=sheet.text("source"),
        confidence=sheet.choice("confidence", Confidence),
        note=sheet.texts("note"),
    )


def _reading(sheet: Sheet) -> Reading:
    sheet.only("day_zero", "end", "uncertain_days")
    uncertain = sheet.text("uncertain_days")
    if uncertain not in {"off", "counted"}:
        sheet.refuse(f"uncertain_days must be 'off' or 'counted', not {uncertain!r}")
    return Reading(
        day_zero=sheet.choice("day_zero", DayZero),
        end=sheet.choice("end", End),
        uncertain_off=uncertain == "off",
    )

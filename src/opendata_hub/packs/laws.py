"""``requests/<jurisdiction>/`` to calendars and laws."""

import hashlib
import re
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import PackBroken, UnknownLaw
from opendata_hub.domain.requests.acts import Act, State
from opendata_hub.domain.requests.calendar import Calendar, Holiday, HolidayStatus, Suspended
from opendata_hub.domain.requests.law import ClosedDay, Ground, Law, Receipt, Weighing
from opendata_hub.domain.requests.retention import RetentionClass
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_rows, read_sheet
from opendata_hub.packs.steps import load_steps, require_known_steps

HOLIDAY_COLUMNS = ("day", "name_fr", "name_ar", "name_en", "status", "source", "known_on")
LAW_KEYS = (
    "code", "jurisdiction", "title", "in_force_from", "version", "source", "disclaimer", "filing",
    "receipt", "acts", "steps", "refusal_grounds", "exceptions", "mentions",
    "retention",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAW_NAME = re.compile(r"[a-z]{2,10}/[a-z0-9-]{1,40}")


def load_law(folders: Folders, name: str) -> Law:
    """The law ``<jurisdiction>/<law>``; raises UnknownLaw, which lists those there are."""
    if not _LAW_NAME.fullmatch(name) or not (file := folders.find(f"{name}/law.yaml")):
        known = ", ".join(law_names(folders))
        raise UnknownLaw(f"No law {name[:60]!r} under requests/; known: {known}")
    sheet = read_sheet(file)
    sheet.only(*LAW_KEYS)
    law = Law(
        name=name,
        title=sheet.texts("title"),
        version=sheet.text("version"),
        in_force_from=sheet.day("in_force_from"),
        source=sheet.text("source"),
        disclaimer=sheet.texts("disclaimer"),
        needed_identity=_needed_identity(sheet),
        receipt=_receipt(sheet),
        acts=_acts(sheet),
        steps=load_steps(sheet.sheet("steps")),
        refusal_grounds=_grounds(sheet, "refusal_grounds"),
        exceptions=_grounds(sheet, "exceptions"),
        mentions=_grounds(sheet, "mentions"),
        retention=_retention(sheet),
    )
    require_known_steps(sheet, law)
    return law


def law_names(folders: Folders) -> list[str]:
    """The names of all laws there are, such as ``ma/31-13``, sorted."""
    jurisdictions = folders.folders(".", "jurisdiction.yaml")
    return [f"{code}/{law}" for code in jurisdictions for law in folders.folders(code, "law.yaml")]


def load_calendar(folders: Folders, jurisdiction: str) -> Calendar:
    """The working days of a jurisdiction; raises PackBroken with file, line and reason."""
    sheet = read_sheet(folders.file(f"{jurisdiction}/jurisdiction.yaml"))
    sheet.only("code", "name", "timezone", "weekend", "sources", "suspended")
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
        suspended=tuple(map(_suspended, sheet.sheets("suspended")))
        if sheet.has("suspended")
        else (),
    )


def _suspended(sheet: Sheet) -> Suspended:
    sheet.only("from", "to", "reason", "source", "confidence")
    sheet.text("source")
    sheet.choice("confidence", Confidence)
    suspended = Suspended(sheet.day("from"), sheet.day("to"), sheet.texts("reason"))
    if suspended.end < suspended.start:
        sheet.refuse("to must not be before from")
    return suspended


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


def _retention(sheet: Sheet) -> tuple[RetentionClass, ...]:
    """How long who asked is kept, class by class; no state is in two of them."""
    if not sheet.has("retention"):
        return ()
    found: list[RetentionClass] = []
    for each in sheet.sheets("retention"):
        each.only("code", "title", "states", "months", "source", "confidence", "note")
        made = RetentionClass(
            code=each.matching("code", r"[a-z][a-z-]{1,30}"),
            title=each.texts("title"),
            states=frozenset(each.choices("states", State)),
            months=each.number("months"),
            source=each.text("source"),
            confidence=each.choice("confidence", Confidence),
        )
        if any(made.states & other.states or made.code == other.code for other in found):
            each.refuse("a state, or a code, stands in two classes of retention")
        if made.months < 1:
            each.refuse("months: one at least")
        found.append(made)
    return tuple(found)


def _needed_identity(sheet: Sheet) -> frozenset[str]:
    if not sheet.has("filing"):
        return frozenset()
    filing = sheet.sheet("filing")
    filing.only("required", "optional", "article", "source", "confidence", "note")
    return frozenset(filing.words("required"))


def _grounds(sheet: Sheet, key: str) -> tuple[Ground, ...]:
    """A list of reasons, each by its own code."""
    grounds: dict[str, Ground] = {}
    for each in sheet.sheets(key) if sheet.has(key) else ():
        each.only("code", "text", "article", "type")
        weighing = each.choice("type", Weighing) if each.has("type") else None
        ground = Ground(each.text("code"), each.texts("text"), each.text("article"), weighing)
        if ground.code in grounds:
            each.refuse(f"{key}: the code {ground.code} stands twice")
        grounds[ground.code] = ground
    return tuple(grounds.values())


def _receipt(sheet: Sheet) -> Receipt:
    if not sheet.has("receipt"):
        return Receipt()
    receipt = sheet.sheet("receipt")
    receipt.only("closed_day", "cut_off", "article", "confidence")
    cut_off = receipt.text("cut_off")
    try:
        hour = None if cut_off == "none" else time.fromisoformat(cut_off)
    except ValueError:
        receipt.refuse(f'cut_off must be an hour such as "16:30" or none, not {cut_off!r}')
    return Receipt(receipt.choice("closed_day", ClosedDay), hour)


def _acts(sheet: Sheet) -> frozenset[Act] | None:
    """What may be done under the law; a request is always received and may always be closed."""
    if not sheet.has("acts"):
        return None
    return frozenset({*sheet.choices("acts", Act), Act.RECEIVE, Act.CLOSE})

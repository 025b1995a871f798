"""Which days are working days in one jurisdiction, and why a day is not one."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from opendata_hub.domain.errors import CalendarGap
from opendata_hub.domain.texts import Texts

ONE_DAY = timedelta(days=1)
WEEKEND: Texts = {"fr": "fin de semaine", "ar": "عطلة نهاية الأسبوع", "en": "weekend"}


class HolidayStatus(StrEnum):
    """How we know a holiday.

    OFFICIAL is fixed by a text or announced; EXPECTED is an estimate of a lunar feast;
    EXCEPTIONAL is a one-off closure by a communiqué, whose effect on terms is disputed.
    """

    OFFICIAL = "official"
    EXPECTED = "expected"
    EXCEPTIONAL = "exceptional"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off that is no weekend, with who said so and when we learned it."""

    day: date
    name: Texts
    status: HolidayStatus
    source: str
    known_on: date

    @property
    def is_certain(self) -> bool:
        """Whether nobody disputes that this day is off."""
        return self.status is HolidayStatus.OFFICIAL


@dataclass(frozen=True, slots=True)
class Announcement:
    """A day that was announced to be off; instead_of is a listed day that is an ordinary one."""

    holiday: Holiday
    instead_of: date | None = None


@dataclass(frozen=True, slots=True)
class Suspended:
    """A time in which a text stopped every legal term of a jurisdiction, both days included."""

    start: date
    end: date
    reason: Texts


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day that a count passed over. status is None for a plain weekend."""

    day: date
    reason: Texts
    status: HolidayStatus | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a jurisdiction, as declared in ``requests/<code>/``.

    timezone: where its days begin and end, as an IANA name.
    weekend:  weekday numbers, Monday = 0.
    years:    the years whose holidays are known; counting outside them raises.
    version:  a short digest of the files, so that an old count can say what it knew.
    suspended: the times in which no term ran, such as a health emergency.
    """

    jurisdiction: str
    timezone: str
    weekend: frozenset[int]
    holidays: Mapping[date, Holiday]
    years: Container[int]
    version: str
    suspended: tuple[Suspended, ...] = ()

    def with_announced(self, announced: Sequence[Announcement]) -> "Calendar":
        """The calendar as it is known after these announcements, in their order.

        Announced days do not make a year known: one day is no list.
        """
        holidays = dict(self.holidays)
        for each in announced:
            if each.instead_of:
                holidays.pop(each.instead_of, None)
            holidays[each.holiday.day] = each.holiday
        version = f"{self.version}+{len(announced)}" if announced else self.version
        return replace(self, holidays=holidays, version=version)

    def with_closures(self, closed: Sequence[Holiday]) -> "Calendar":
        """The calendar of an authority whose doors are closed on these days besides.

        A day that is off for everybody is never made less certain by its own closure.
        """
        if not closed:
            return self
        holidays = {each.day: each for each in closed} | dict(self.holidays)
        return replace(self, holidays=holidays, version=f"{self.version}/{len(closed)}")

    def last_known_day(self) -> date:
        """The last day that can be counted over; raises ValueError for a calendar without years."""
        year = max(year for year in range(1900, 2200) if year in self.years)
        return date(year, 12, 31)

    def require_known(self, day: date) -> None:
        """Raise CalendarGap when the holidays of that day's year aren't known."""
        if day.year not in self.years:
            raise CalendarGap(
                f"No holidays listed for {day.year} in {self.jurisdiction}: "
                f"add requests/{self.jurisdiction}/holidays/{day.year}.csv"
            )

    def day_off(self, day: date, *, uncertain_off: bool = True) -> DayOff | None:
        """Why ``day`` is not a working day; None when it is one.

        uncertain_off: whether expected and exceptional holidays count as days off.
        Raises CalendarGap when the year's holidays aren't known: a missing list must stop
        the count, never shorten a term.
        """
        self.require_known(day)
        holiday = self.holidays.get(day)
        if holiday and (uncertain_off or holiday.is_certain):
            return DayOff(day, holiday.name, holiday.status)
        return DayOff(day, WEEKEND) if day.weekday() in self.weekend else None

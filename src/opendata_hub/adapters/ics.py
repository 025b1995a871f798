"""icalendar, in our words: days to keep in a calendar that any program can read (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Day:
    """A whole day to keep. uid never changes, so that a moved day replaces the one before."""

    uid: str
    day: date
    title: str
    details: str


def calendar(days: Iterable[Day], *, now: datetime) -> bytes:
    """The days as an iCalendar file."""
    from icalendar import Calendar, Event

    file = Calendar()
    file.add("prodid", "-//opendata_hub//deadlines//")
    file.add("version", "2.0")
    for each in days:
        event = Event()
        event.add("uid", each.uid)
        event.add("dtstamp", now)
        event.add("dtstart", each.day)
        event.add("summary", each.title)
        event.add("description", each.details)
        event.add("transp", "TRANSPARENT")
        file.add_component(event)
    return bytes(file.to_ical())

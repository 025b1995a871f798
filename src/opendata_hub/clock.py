"""The only place that asks what time it is."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant, aware, in UTC, in whole seconds."""
    return datetime.now(tz=UTC).replace(microsecond=0)


def ticks() -> float:
    """Seconds of a clock that only goes forward; for how long something takes, or lies back."""
    return time.monotonic()


def today(zone: str) -> date:
    """The calendar day it is now in the IANA time zone ``zone``."""
    return now().astimezone(ZoneInfo(zone)).date()

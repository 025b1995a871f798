"""What runs when. Inside ``serve`` while one process is the whole hub."""

import logging
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.flows.requests.announce import warn_of_end

log = logging.getLogger(__name__)
MISFIRE_SECONDS = 12 * 3600


def check_calendars(hub: Hub) -> list[str]:
    """Warn of the calendars that run out within 90 days; returns their jurisdictions."""
    ending = []
    for code, calendar in hub.calendars.items():
        today = clock.today(calendar.timezone)
        with hub.writing() as session:
            if warn_of_end(session, calendar, today=today, now=clock.now()):
                ending.append(code)
    if ending:
        log.warning("lists of holidays run out within 90 days: %s", ", ".join(ending))
    return ending


DAILY: tuple[tuple[int, Callable[[Hub], object]], ...] = ((5, check_calendars),)
"""Hour of the day (UTC) and what is done then."""


def start(hub: Hub) -> BackgroundScheduler:
    """Start the schedule in threads of this process; whoever starts it shuts it down.

    A machine that slept through an hour does its work when it wakes, once.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    for hour, job in DAILY:
        scheduler.add_job(
            job,
            trigger="cron",
            hour=hour,
            args=[hub],
            id=job.__name__,
            coalesce=True,
            misfire_grace_time=MISFIRE_SECONDS,
        )
    scheduler.start()
    return scheduler

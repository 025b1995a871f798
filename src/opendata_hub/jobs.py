"""What runs when. Inside ``serve`` while one process is the whole hub."""

import logging
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.flows.catalog.index import bring_up_to_date
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


def check_search(hub: Hub) -> None:
    """Make search equal to what is published, datasets counted."""
    with hub.reading() as session:
        bring_up_to_date(session, hub.frame, hub.search)


def follow_changes(hub: Hub) -> None:
    """Index what another machine, or a process that ended too early, has published."""
    hub.index_changes()


DAILY: tuple[tuple[int, Callable[[Hub], object]], ...] = ((4, check_search), (5, check_calendars))
"""Hour of the day (UTC) and what is done then."""

EVERY_MINUTE: tuple[Callable[[Hub], object], ...] = (follow_changes,)


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
    for each in EVERY_MINUTE:
        scheduler.add_job(
            each, trigger="interval", minutes=1, args=[hub], id=each.__name__, coalesce=True
        )
    scheduler.start()
    return scheduler

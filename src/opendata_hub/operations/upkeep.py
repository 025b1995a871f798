"""What each web process does for the folder of its own machine, whoever leads the schedule."""

import logging
import math
from threading import Event, Thread

from opendata_hub import clock, jobs
from opendata_hub.bootstrap import Hub

log = logging.getLogger(__name__)
EVERY_SECONDS = 30
SWEPT_EVERY_SECONDS = 3600


class Upkeep:
    """A thread that keeps search up to date here, and lets go of copies nobody needs."""

    def __init__(self, hub: Hub, *, every_seconds: float = EVERY_SECONDS) -> None:
        self._hub, self._every = hub, every_seconds
        self._is_over = Event()
        self._thread = Thread(target=self._keep, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin; whoever starts it shuts it down."""
        self._thread.start()

    def shutdown(self) -> None:
        """Begin nothing more, and wait for what is being done."""
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        swept_at = -math.inf
        while not self._is_over.wait(self._every):
            try:
                jobs.follow_changes(self._hub)
                self._hub.files.trim(clock.now() - jobs.FILES_WAIT_FOR)
                if clock.ticks() - swept_at >= SWEPT_EVERY_SECONDS:
                    jobs.sweep_rows(self._hub)
                    swept_at = clock.ticks()
            except Exception as problem:  # noqa: BLE001  (the outermost door of a thread)
                log.warning("this machine's folder is not kept up: %s", type(problem).__name__)

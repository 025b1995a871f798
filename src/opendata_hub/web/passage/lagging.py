"""The state of a database that is a server, a moment ago: who is served never waits for it."""

import logging
from collections.abc import Callable
from threading import Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from opendata_hub import clock

ASKED_EVERY_SECONDS = 0.5
TRUSTED_SECONDS = 2.0
log = logging.getLogger(__name__)


class LaggingStamp:
    """Asks while it is asked, in a thread of its own.

    ask: gives a text that is another after every commit.
    """

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask, self._asking = ask, Lock()
        self._told: tuple[float, str] | None = None

    def stamp(self) -> str | None:
        """That of two seconds ago at most; None where the database has not answered since."""
        now, told = clock.ticks(), self._told
        is_due = told is None or now - told[0] > ASKED_EVERY_SECONDS
        if is_due and self._asking.acquire(blocking=False):
            self._begin()
        return told[1] if told and now - told[0] <= TRUSTED_SECONDS else None

    def _begin(self) -> None:
        try:
            Thread(target=self._look, name="stamp", daemon=True).start()
        except RuntimeError:  # the machine has no thread left: the next reader tries again
            self._asking.release()

    def _look(self) -> None:
        asked_at = clock.ticks()
        try:
            self._told = (asked_at, self._ask())
        except SQLAlchemyError as problem:
            log.warning("the database does not tell its state: %s", type(problem).__name__)
        finally:
            self._asking.release()

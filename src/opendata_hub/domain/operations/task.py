"""Work that waits in a queue: what it is, who may take it, when it is tried again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Lane(StrEnum):
    """A queue of its own: a worker takes from one, some or all."""

    VALIDATION = "validation"
    HARVEST = "harvest"
    LETTERS = "letters"
    SEARCH = "search"
    LINKS = "links"


class Task(StrEnum):
    """A function that may be asked for. It does no harm twice: what is killed is done again."""

    SEND_LETTERS = "send-letters"
    READ_SOURCE = "read-source"
    KEEP_PACKAGES = "keep-packages"
    CHECK_LINKS = "check-links"
    PUBLISH_REGISTER = "publish-register"


LANES: Mapping[Task, Lane] = {
    Task.SEND_LETTERS: Lane.LETTERS,
    Task.READ_SOURCE: Lane.HARVEST,
    Task.KEEP_PACKAGES: Lane.SEARCH,
    Task.CHECK_LINKS: Lane.LINKS,
    Task.PUBLISH_REGISTER: Lane.VALIDATION,
}
SHARED = frozenset({Task.SEND_LETTERS})
"""Those that several workers may do at once: each takes what no other has."""
RETRIES = (
    timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1),
)  # fmt: skip
"""How long after each failure it is tried again; after the last nobody tries any more."""
MOST_ATTEMPTS = len(RETRIES) + 1


@dataclass(frozen=True, slots=True)
class Work:
    """A task with what it is to be done to; names of things, never of people."""

    task: Task
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def lane(self) -> Lane:
        """The queue it waits in."""
        return LANES[self.task]

    @property
    def key(self) -> str:
        """The same for the same work, written anywhere: what is asked for twice is done once."""
        return key_of(self.task, self.args)

    @property
    def lock(self) -> str:
        """Of two with the same lock one waits for the other; empty where both may go on."""
        return "" if self.task in SHARED else self.key


def key_of(task: str, args: Mapping[str, str]) -> str:
    """The key of work, also of a task that this version does not know."""
    return json.dumps([task, dict(args)], sort_keys=True)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Work that nobody tries any more. problem: a code or a kind of error; empty if unknown.

    task: its name, which may be one of a newer version that this one does not know.
    """

    number: int
    task: str
    args: Mapping[str, str]
    attempts: int
    problem: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is due and not done in each queue, and how much was given up.

    since: since when the oldest is due that nobody has begun.
    """

    depth: Mapping[Lane, int]
    since: Mapping[Lane, datetime]
    given_up: int


def again_after(attempts: int) -> timedelta | None:
    """How long to wait after that many attempts; None when they were enough.

    >>> again_after(1), again_after(5)
    (datetime.timedelta(seconds=30), None)
    """
    return RETRIES[attempts - 1] if attempts < MOST_ATTEMPTS else None

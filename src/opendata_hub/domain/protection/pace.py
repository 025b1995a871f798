"""How often one caller may come: so many calls in a span, all at once if need be, no more."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_PACE = re.compile(r"([1-9]\d{0,6})/([1-9]\d{0,4})?([smhd])")
OFF = "off"


class Traffic(StrEnum):
    """What callers come for, as far as it is counted apart."""

    SIGN_IN = "sign-in"
    SIGN_UP = "sign-up"
    RESET = "reset"
    FILE = "file"
    FOLLOW = "follow"
    WRITE = "write"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Pace:
    """So many calls are taken in so many seconds."""

    calls: int
    seconds: int


DEFAULTS: Mapping[Traffic, Pace] = {
    Traffic.SIGN_IN: Pace(30, 15 * 60),
    Traffic.SIGN_UP: Pace(10, 3600),
    Traffic.RESET: Pace(10, 3600),
    Traffic.FILE: Pace(30, 3600),
    Traffic.FOLLOW: Pace(60, 15 * 60),
    Traffic.WRITE: Pace(600, 60),
    Traffic.READ: Pace(1200, 60),
}
"""For one network: an office, or a whole operator's customers, may share one address."""


def parsed(text: str) -> dict[Traffic, Pace | None]:
    """The paces of ``sign-in=10/15m, read=off``; None where nothing is counted.

    Raises ValueError, which says what is wrong.
    """
    paces: dict[Traffic, Pace | None] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, given = (piece.strip() for piece in part.partition("="))
        if name not in set(Traffic):
            raise ValueError(f"{name[:20]!r} is none of {', '.join(Traffic)}")
        paces[Traffic(name)] = None if given == OFF else _pace(name, given)
    return paces


def _pace(name: str, given: str) -> Pace:
    read = _PACE.fullmatch(given)
    if read is None:
        raise ValueError(f"{name}: write a number of calls in a time, such as 20/15m, or off")
    return Pace(int(read[1]), int(read[2] or 1) * SECONDS[read[3]])


def after_call(pace: Pace, free_at: float, now: float) -> tuple[float, float]:
    """When all calls are free again after one more, and the seconds to wait before it is taken.

    free_at: as it was given back last, 0 at first; a call that has to wait changes nothing.
    The generic cell rate algorithm: one number for each caller is all that is kept.
    Source: ITU-T I.371, annex A.
    """
    every = pace.seconds / pace.calls
    then = max(free_at, now) + every
    wait = then - now - pace.seconds
    # Sums of fractions: the last call of a full span may be a billionth of a second early.
    if wait > every / 1000:
        return free_at, wait
    return then, 0.0

"""When a form was opened: sealed into it, so that a program that fills it at once is known.

The word is not anybody's: it tells when, and nothing of whom.
"""

import hmac
from datetime import UTC, datetime, timedelta

from opendata_hub.domain.errors import LooksAutomatic, TooQuick
from opendata_hub.domain.secret import derived

LEAST, LONGEST = timedelta(seconds=3), timedelta(days=2)
LEAST_IN_A_RUSH = timedelta(seconds=90)
RUSH = 60
"""More requests by the form than this within an hour, in the whole hub, are a rush."""
_DIGITS = 32


def opened_at(key: bytes, now: datetime) -> str:
    """What the form carries. key: the hub's own."""
    second = str(int(now.timestamp()))
    return f"{second}.{_seal(key, second)}"


def require_person(
    key: bytes, *, opened: str, trap: str, now: datetime, is_rush: bool = False
) -> None:
    """Raise LooksAutomatic where the trap was filled, TooQuick where nobody types so fast.

    Nothing is dropped: the form comes back with all that was typed, and can be sent again.
    """
    if trap:
        raise LooksAutomatic("website: leave this field empty; it is there for programs")
    second, _, seal = opened.partition(".")
    least = LEAST_IN_A_RUSH if is_rush else LEAST
    if not hmac.compare_digest(seal.encode(), _seal(key, second).encode()):
        raise TooQuick("The form was not opened here; look over what you wrote and send it again")
    age = now - datetime.fromtimestamp(int(second), UTC)
    if age < least:
        wait = int((least - age).total_seconds()) + 1
        raise TooQuick(f"Look over what you wrote, and send it again in {wait} seconds")
    if age > LONGEST:
        raise TooQuick("The form was opened days ago; look over what you wrote and send it again")


def _seal(key: bytes, second: str) -> str:
    return derived(key, "form opened", second).hex()[:_DIGITS]

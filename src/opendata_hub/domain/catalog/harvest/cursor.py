"""Which page of the catalogue is asked for, and the words by which the next one is."""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from opendata_hub.domain.errors import BadCursor, BadPaging

DEFAULT_LIMIT, LARGEST_LIMIT = 100, 1000
KNOWN = ("limit", "modified_since", "cursor")
LAST_POSITION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of the catalogue: at most ``limit`` datasets behind a position.

    since: only what changed at that instant or later, withdrawn or not. Aware, in UTC.
    """

    limit: int = DEFAULT_LIMIT
    after: int = 0
    since: datetime | None = None


def asked(parameters: Iterable[tuple[str, str]], key: str) -> Asked:
    """The page that an address asks for; ``key`` is the catalogue's own.

    Raises BadPaging for a parameter that is unknown, repeated or wrong, and BadCursor.
    """
    given: dict[str, str] = {}
    for name, value in parameters:
        if name not in KNOWN:
            raise BadPaging(f"{name[:40]!r} is no parameter of pages; known: {', '.join(KNOWN)}")
        if name in given:
            raise BadPaging(f"{name} is given twice")
        given[name] = value
    since = _instant(given["modified_since"]) if "modified_since" in given else None
    after = _position(given["cursor"], key, since) if "cursor" in given else 0
    limit = _limit(given["limit"]) if "limit" in given else DEFAULT_LIMIT
    return Asked(limit, after, since)


def query(page: Asked, key: str) -> str:
    """The address of a page behind its ``?``.

    The limit is always said: a page is not the catalogue, and must not have its address.
    """
    words: dict[str, str] = {}
    if page.since is not None:
        words["modified_since"] = instant_text(page.since)
    words["limit"] = str(page.limit)
    if page.after:
        words["cursor"] = cursor(page.after, key, page.since)
    return urlencode(words)


def address(path: str, page: Asked, key: str) -> str:
    """Path and query of a page of the catalogue at ``path``, such as ``/catalog.ttl``.

    A further page of the usual size, in the syntax that an ending names, has a path of its own: a
    web server that knows nothing but files ignores queries, and would give the first one again.
    """
    stem, dot, ending = path.rpartition(".")
    if dot and page.after and page.since is None and page.limit == DEFAULT_LIMIT:
        return f"{stem}/pages/{cursor(page.after, key, None)}.{ending}"
    return f"{path}?{query(page, key)}"


def cursor(after: int, key: str, since: datetime | None) -> str:
    """A position in words that only this catalogue gives, for this question."""
    return base64.urlsafe_b64encode(f"{after}.{_seal(after, key, since)}".encode()).decode()


def instant_text(moment: datetime) -> str:
    """An instant as it stands in addresses: in UTC, without a plus sign to be escaped."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def _position(given: str, key: str, since: datetime | None) -> int:
    again = "; begin again without it"
    try:
        text = base64.b64decode(given.encode("ascii"), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (UnicodeError, binascii.Error):
        raise BadCursor(f"cursor: damaged{again}") from None
    digits, _, seal = text.partition(".")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(LAST_POSITION))):
        raise BadCursor(f"cursor: damaged{again}")
    after = int(digits)
    if after > LAST_POSITION or seal != _seal(after, key, since):
        raise BadCursor(f"cursor: of another catalogue or another modified_since{again}")
    return after


def _seal(after: int, key: str, since: datetime | None) -> str:
    asked_since = instant_text(since) if since else ""
    return hashlib.sha256(f"{key} {after} {asked_since}".encode()).hexdigest()[:16]


def _limit(given: str) -> int:
    is_number = given.isascii() and given.isdecimal() and len(given) <= len(str(LARGEST_LIMIT))
    if is_number and 1 <= int(given) <= LARGEST_LIMIT:
        return int(given)
    raise BadPaging(f"limit: a number from 1 to {LARGEST_LIMIT}")


def _instant(given: str) -> datetime:
    """A day or an instant; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(given)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadPaging(
            "modified_since: a day or an instant, such as 2026-11-22 or 2026-11-22T09:30:00Z "
            "(a plus sign in an address is written %2B)"
        ) from None

"""Pages as they were shown to the last stranger, for as long as nothing in the hub has changed.

At one address every stranger is shown the same. Whether anything was committed since is asked
before each answer, and costs a hundredth of a page; of PostgreSQL it is known two seconds later. A
door says for how long at most, for a page also tells of the day, of the index of search, or of a
file that could not be fetched.
"""

from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from fastapi import Request, Response

from opendata_hub import clock
from opendata_hub.web import negotiation

MOST_BYTES = 16_777_216
Address = tuple[str, bytes, bool]
"""Path and query as routes are given them, and whether the page is packed.

The address that Starlette puts together of them is read once more, and ends before a ``#``: one
stranger's words would be shown to another.
"""


Stamp = int | str


class Stamped(Protocol):
    """Tells one state of the database from the next."""

    def stamp(self) -> Stamp | None:
        """Another one after every commit; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it was given. stamp: of the database before it was made; ticks: the clock's."""

    stamp: Stamp
    ticks: float
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    size_bytes: int


class ShownPages:
    """Those that were asked for last. Used by the event loop alone, so nothing is locked."""

    def __init__(self, watch: Stamped, *, most_bytes: int = MOST_BYTES) -> None:
        self._watch, self._most_bytes = watch, most_bytes
        self._pages: OrderedDict[Address, Shown] = OrderedDict()
        self.size_bytes = 0

    def stamp(self) -> Stamp | None:
        """What ``find`` and ``keep`` are given: taken before a page is made, never after."""
        return self._watch.stamp()

    def find(self, stamp: Stamp | None, request: Request, *, seconds: float) -> Response | None:
        """The page of that address in that state of the hub, made so many seconds ago at most."""
        shown = self._pages.get(_address(request))
        if shown is None or shown.stamp != stamp or clock.ticks() - shown.ticks > seconds:
            return None
        self._pages.move_to_end(_address(request))
        answer = Response(shown.body)
        answer.raw_headers = list(shown.headers)
        return answer

    def keep(self, stamp: Stamp | None, request: Request, answer: Response) -> Response:
        """The same answer, kept for the next stranger where it is a page for everybody."""
        if stamp is None or not _is_for_everybody(answer):
            return answer
        address, body = _address(request), bytes(answer.body)
        size = len(body) + len(address[0]) + len(address[1])
        self._forget(address)
        self._pages[address] = Shown(stamp, clock.ticks(), tuple(answer.raw_headers), body, size)
        self.size_bytes += size
        while self.size_bytes > self._most_bytes:
            self._forget(next(iter(self._pages)))
        return answer

    def _forget(self, address: Address) -> None:
        if gone := self._pages.pop(address, None):
            self.size_bytes -= gone.size_bytes


def is_from_stranger(request: Request) -> bool:
    """Whether it shows nothing by which one reader differs from another."""
    shows = ("cookie", "authorization")
    return request.method == "GET" and not any(name in request.headers for name in shows)


def _address(request: Request) -> Address:
    scope = request.scope
    return scope["path"], scope["query_string"], negotiation.takes_gzip(request)


def _is_for_everybody(answer: Response) -> bool:
    return (
        answer.status_code == HTTPStatus.OK
        and hasattr(answer, "body")
        and "set-cookie" not in answer.headers
        and "no-store" not in answer.headers.get("cache-control", "")
    )

"""Pages of the catalogue as they were last given, for as long as nothing has changed.

Whether something has is asked before every answer, and costs a hundredth of a page. A page that
is kept is therefore never old, whichever process or command has changed the catalogue.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from opendata_hub.flows.catalog.serving.serve import State
from opendata_hub.store.engine import Watch

MOST_BYTES = 33_554_432
"""Of all pages that are kept in a process: thirty of a hundred datasets as Turtle."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page depends on beside the catalogue: its address, its syntax, how it is packed."""

    path: str
    query: bytes
    syntax: str
    is_packed: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A page ready to be sent. headers: those of its own, such as where the next page is."""

    headers: dict[str, str]
    body: bytes


class KeptPages:
    """The pages that were asked for last, of the latest state of the catalogue that was seen."""

    def __init__(self, watch: Watch, *, most_bytes: int = MOST_BYTES) -> None:
        self._watch, self._most_bytes = watch, most_bytes
        self._lock = Lock()
        self._seen: tuple[int | None, State] | None = None
        self._tag = ""
        self._pages: OrderedDict[Asked, Kept] = OrderedDict()
        self.size_bytes = 0

    def stamp(self) -> int | None:
        """What to give ``saw``: taken before the session that reads the state, never after."""
        return self._watch.stamp()

    def saw(self, stamp: int | None, state: State) -> None:
        """Note that the catalogue was in that state at the stamp or later."""
        self._seen = (stamp, state)

    def current(self) -> State | None:
        """The state of the catalogue now; None where only a question to the database can tell."""
        stamp, seen = self._watch.stamp(), self._seen
        return seen[1] if stamp is not None and seen and seen[0] == stamp else None

    def find(self, state: State, asked: Asked) -> Kept | None:
        """The page in that state of the catalogue, if it is kept."""
        with self._lock:
            if state.tag != self._tag or asked not in self._pages:
                return None
            self._pages.move_to_end(asked)
            return self._pages[asked]

    def keep(self, state: State, asked: Asked, page: Kept) -> None:
        """Keep a page of that state, and let go of what is of another, or was asked longest ago."""
        with self._lock:
            if state.tag != self._tag:
                self._pages.clear()
                self._tag, self.size_bytes = state.tag, 0
            if before := self._pages.pop(asked, None):
                self.size_bytes -= len(before.body)
            self._pages[asked] = page
            self.size_bytes += len(page.body)
            while self.size_bytes > self._most_bytes:
                _, gone = self._pages.popitem(last=False)
                self.size_bytes -= len(gone.body)

"""Counts who comes how often, and keeps no more of it than fits."""

import math
from collections import OrderedDict
from collections.abc import Mapping

from opendata_hub.domain.errors import TooOften
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.protection.network import network_of
from opendata_hub.domain.protection.pace import Pace, Traffic, after_call
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.web.protection.crossing import SAFE_METHODS

CALLERS_KEPT = 50_000
"""About 13 MB. Who has more networks than that has more than any limit for each of them."""
OF_DEEDS = {
    Deed.SIGN_IN: Traffic.SIGN_IN,
    Deed.FILE_REQUEST: Traffic.FILE,
    Deed.FOLLOW_WITH_CODE: Traffic.FOLLOW,
}
COUNTED_READING = frozenset({"api", *LANGUAGES})
"""What is read for people and by programs. The catalogue is made to be harvested: it isn't."""


class Meter:
    """The calls of one process, counted for each network and kind of traffic.

    The library ``limits`` was tried: its memory grows without bound, and one timer goes through
    all callers again and again (100,000 of them: 5 ms for each call).
    """

    def __init__(self, paces: Mapping[Traffic, Pace | None]) -> None:
        self.paces = paces
        self._free_at: OrderedDict[tuple[Traffic, str], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._free_at)

    def count(self, traffic: Traffic, address: str, now: float) -> None:
        """Count one call; raises TooOften, which says when to come again.

        now: seconds of a clock that only goes forward.
        """
        pace = self.paces.get(traffic)
        if pace is None:
            return
        caller = (traffic, network_of(address))
        free_at, wait = after_call(pace, self._free_at.get(caller, 0.0), now)
        self._free_at[caller] = free_at
        self._free_at.move_to_end(caller)
        if len(self._free_at) > CALLERS_KEPT:
            self._free_at.popitem(last=False)
        if wait:
            seconds = math.ceil(wait)
            raise TooOften(f"Too many calls; come again in {seconds} s", seconds=seconds)


def traffic_of(deed: Deed, method: str, path: str) -> Traffic | None:
    """What a call is counted as; None for what is free."""
    if method not in SAFE_METHODS:
        return OF_DEEDS.get(deed, Traffic.WRITE)
    first = path.split("/", 2)[1]
    if first not in COUNTED_READING:
        return None
    # Programs show a tracking code in the head of a GET: guessing is guessing.
    is_code = deed is Deed.FOLLOW_WITH_CODE and first == "api"
    return Traffic.FOLLOW if is_code else Traffic.READ

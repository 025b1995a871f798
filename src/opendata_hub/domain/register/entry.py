"""An entry of the public register: what anybody may read of a request."""

from dataclasses import dataclass
from datetime import date

from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.requests.acts import State


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register tells of a request. Nobody is named in it.

    subject: as it is shown; empty where it is withheld.
    """

    reference: str
    authority: str
    channel: str
    language: str
    is_urgent: bool
    subject: str
    state: State
    received_on: date
    due_on: date
    extended_on: date | None
    extension_ground: str
    answered_on: date | None
    settled_on: date | None
    outcome: Outcome
    ground: str
    net_days: int | None
    complained_on: date | None
    head_decided_on: date | None
    commission_on: date | None
    commission_decided_on: date | None
    commission_ground: str
    sued_on: date | None

    def is_late(self, today: date) -> bool:
        """Whether the answer came, or is awaited, after the last day."""
        if self.settled_on and not self.answered_on:
            return False
        return (self.answered_on or today) > self.due_on

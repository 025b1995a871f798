"""An entry of the public register: what anybody may read of a request."""

from dataclasses import dataclass
from datetime import date

from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.requests.acts import State


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register tells of a request. Nobody is named in it.

    subject: as it is shown; empty where it is withheld. first_due_on: the last day that ran when
    the first answer came, where the request was reopened since; else None, and it is ``due_on``.
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
    first_due_on: date | None = None
    reopened_on: date | None = None

    def is_late(self, today: date) -> bool:
        """Whether the first answer came, or one is awaited, after its last day."""
        if self.answered_on and self.answered_on > (self.first_due_on or self.due_on):
            return True
        return self.settled_on is None and today > self.due_on

"""Whose hub this is and who publishes in it: ``catalog/site.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opendata_hub.domain.authority import Authority, authority_named
from opendata_hub.domain.catalog.ocds.codes import UNREGISTERED_PREFIX
from opendata_hub.domain.texts import Texts

REMINDERS = (-7, -2, 0, 1, 7)
"""Working days from the last day of a request at which officers are reminded by default."""


@dataclass(frozen=True, slots=True)
class Site:
    """The hub as a catalogue: who runs it and what holds for all it publishes.

    publisher:        id of the body that runs the hub and answers requests.
    licence, country: codes of the EU vocabularies.
    law, reference_prefix: of the body that runs the hub; the law also of who names none.
    publishers:       every authority by id: those declared, and those kept in the store.
    rights:           what one may do with what is published, in words; may be empty.
    reminders:        working days from a last day, below 0 before it, at which officers are told.
    ocds_prefix:      before the ocid of a purchase; the default is not registered, and says so.
    """

    title: Texts
    description: Texts
    publisher: str
    licence: str
    country: str
    law: str
    reference_prefix: str
    publishers: Mapping[str, Authority]
    rights: Texts = field(default_factory=dict)
    ocds_prefix: str = UNREGISTERED_PREFIX
    reminders: tuple[int, ...] = REMINDERS

    def publisher_named(self, publisher_id: str) -> Authority:
        """The authority of that id; raises UnknownPublisher, which names the nearest there are."""
        return authority_named(self.publishers, publisher_id)

    def members_of(self, authority_id: str) -> list[Authority]:
        """The authorities that belong to one and are active, in the order of their ids."""
        found = (each for each in self.publishers.values() if each.parent == authority_id)
        return sorted((each for each in found if each.is_active), key=lambda each: each.id)

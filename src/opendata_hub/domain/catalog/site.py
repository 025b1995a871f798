"""Whose hub this is and who publishes in it: ``catalog/site.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opendata_hub.domain.catalog.ocds.codes import UNREGISTERED_PREFIX
from opendata_hub.domain.errors import UnknownPublisher
from opendata_hub.domain.texts import Texts


@dataclass(frozen=True, slots=True)
class Publisher:
    """A public body that publishes here.

    type: a code of the ADMS publisher types; email reaches those who answer for the data.
    """

    id: str
    name: Texts
    type: str
    homepage: str
    email: str


@dataclass(frozen=True, slots=True)
class Site:
    """The hub as a catalogue: who runs it and what holds for all it publishes.

    publisher:        id of the body that runs the hub and answers requests.
    licence, country: codes of the EU vocabularies.
    law:              the access-to-information law requests are filed under, ``ma/31-13``.
    reference_prefix: the letters before the number of a request.
    rights:           what one may do with what is published, in words; may be empty.
    ocds_prefix:      before the ocid of a purchase; the default is not registered, and says so.
    """

    title: Texts
    description: Texts
    publisher: str
    licence: str
    country: str
    law: str
    reference_prefix: str
    publishers: Mapping[str, Publisher]
    rights: Texts = field(default_factory=dict)
    ocds_prefix: str = UNREGISTERED_PREFIX

    def publisher_named(self, publisher_id: str) -> Publisher:
        """The publisher of that id; raises UnknownPublisher, which lists those there are."""
        if publisher_id in self.publishers:
            return self.publishers[publisher_id]
        known = ", ".join(sorted(self.publishers))
        raise UnknownPublisher(
            f"No publisher {publisher_id!r} in catalog/site.yaml; known: {known}"
        )

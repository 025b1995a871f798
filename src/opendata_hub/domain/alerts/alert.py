"""An alert: who wants to be told by e-mail of what is new of a thing."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import parse_qs, quote, urlencode

from opendata_hub.domain.catalog.search.query import Facet, Query
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.domain.secret import derived
from opendata_hub.domain.texts import readable

CONFIRMED_WITHIN = timedelta(days=7)
"""How long a link that confirms is good; who has not used it is forgotten then."""
ONCE_IN = timedelta(hours=20)
"""A mail a day for each alert; four hours less, for a day's job may be early or late."""
MOST_ASKED_IN_A_DAY = 10
"""Of one address: nobody shall fill the mailbox of another."""
MOST_OF_ADDRESS = 100
LONGEST_SEARCH = 2_000
KEY_BYTES = 15


class AlertKind(StrEnum):
    """What is followed."""

    DATASET = "dataset"
    SEARCH = "search"
    ENTITY = "entity"


class Link(StrEnum):
    """What a link in a mail is for."""

    CONFIRM = "confirm"
    STOP = "stop"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Topic:
    """What an alert is about.

    about: the name of a dataset, the query of a search, or kind/scheme/value of an entity.
    label: what its reader calls it, in their language.
    """

    kind: AlertKind
    about: str
    label: str

    @property
    def digest(self) -> str:
        """The same for the same thing, whatever it is called."""
        return hashlib.sha256(f"{self.kind}\0{self.about}".encode()).hexdigest()

    def path(self, language: str) -> str:
        """Where its page is, below the hub's address."""
        match self.kind:
            case AlertKind.DATASET:
                return f"/{language}/datasets/{self.about}"
            case AlertKind.ENTITY:
                return f"/{language}/entities/{quote(self.about, safe='/:')}"
            case AlertKind.SEARCH:
                return f"/{language}/datasets" + (f"?{self.about}" if self.about else "")


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it is kept, without the address. confirmed_at: None until it is confirmed.

    salt: what its links are worked out from. since: the change after which it tells.
    """

    id: int
    topic: Topic
    language: str
    salt: str
    asked_at: datetime
    confirmed_at: datetime | None
    since: int


def link_key(link: Link, salt: str, key: bytes) -> str:
    """What stands at the end of a link; only who has the hub's key can work it out."""
    sealed = derived(key, f"alert {link}", salt)[:KEY_BYTES]
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def is_link_key(shown: str, link: Link, salt: str, key: bytes) -> bool:
    """Whether that is the end of this link."""
    return hmac.compare_digest(shown.encode(), link_key(link, salt, key).encode())


def search_words(text: str, filters: Mapping[Facet, Sequence[str]]) -> str:
    """A search in one form, so that the same search is the same topic; raises Invalid if long."""
    said: list[tuple[str, str]] = [("q", text)] if (text := " ".join(text.split())) else []
    said += [(facet.value, code) for facet in Facet for code in sorted(set(filters.get(facet, ())))]
    words = urlencode(said)
    if len(words) > LONGEST_SEARCH:
        raise Invalid("This search is too long to be followed by e-mail; use fewer filters")
    return words


def search_query(about: str) -> Query:
    """The search that a topic is about; raises BadSearch, and Invalid for what is far too long."""
    if len(about) > 4 * LONGEST_SEARCH:
        raise Invalid("This search is too long to be followed by e-mail; use fewer filters")
    said = parse_qs(about)
    return Query(
        text=readable(said.get("q", [""])[0]),
        filters={facet: said[facet.value] for facet in Facet if facet.value in said},
    )


def entity_words(kind: EntityKind, key: Key) -> str:
    """An entity as a topic names it."""
    return f"{kind}/{key.scheme}/{key.value}"


def entity_of(about: str) -> tuple[EntityKind, Key]:
    """The entity that a topic names; raises Invalid where it names none."""
    kind, _, rest = about.partition("/")
    scheme, _, value = rest.partition("/")
    if kind not in set(EntityKind) or not scheme or not value:
        raise Invalid("about: name an entity as kind/scheme/value")
    return EntityKind(kind), Key(scheme, value)

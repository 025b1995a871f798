"""What reads a source, by its kind."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from opendata_hub.adapters.fetch import Fetcher
from opendata_hub.adapters.harvest.ckan import CkanReader, DkanReader
from opendata_hub.adapters.harvest.data_json import DataJsonReader
from opendata_hub.adapters.harvest.dcat import DcatReader, HubReader
from opendata_hub.adapters.harvest.feed import FeedReader
from opendata_hub.adapters.harvest.web import Web
from opendata_hub.domain.harvest.found import KnownPage, Page, SamePage
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.source import Source, SourceKind


class Reader(Protocol):
    """Reads a source page by page; where it is in it, its addresses tell."""

    @property
    def tells_changes(self) -> bool:
        """Whether it can be asked for what has changed since an instant."""
        ...

    def first(self, since: datetime | None) -> str:
        """The address of the first page of everything, or of what changed since."""
        ...

    def count(self) -> int | None:
        """How many records there are in all; None where nobody tells. Raises NotFetched."""
        ...

    def still_has(self, identifiers: Sequence[str]) -> frozenset[str]:
        """Those of these, missed on its pages, that it has all the same. Raises NotFetched."""
        ...

    def read(self, address: str, known: KnownPage | None) -> Page | SamePage:
        """The page at that address; raises NotFetched."""
        ...

    def marker(self, page: Page, before: datetime | None) -> datetime | None:
        """The instant, by the source's clock, up to which its changes are known after a page."""
        ...


_KINDS: Mapping[SourceKind, Callable[[Source, Web, Lists], Reader]] = {
    SourceKind.CKAN: CkanReader,
    SourceKind.DKAN: DkanReader,
    SourceKind.DCAT: DcatReader,
    SourceKind.HUB: HubReader,
    SourceKind.FEED: FeedReader,
    SourceKind.DATA_JSON: DataJsonReader,
}


def reader_of(source: Source, fetcher: Fetcher, lists: Lists) -> Reader:
    """What reads that source through the hub's fetcher."""
    web = Web.to(source.url, fetcher, is_private=source.is_private)
    return _KINDS[source.kind](source, web, lists)

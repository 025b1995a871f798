"""A catalogue elsewhere that is read again and again."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from opendata_hub.domain.catalog.record.values import checked_address, checked_language
from opendata_hub.domain.errors import Invalid

ID_LENGTH = 40
MOST_HOURS = 24 * 31
MOST_ON_A_PAGE = 1000
WHOLE_EVERY = timedelta(days=7)
"""So often a source is read from its beginning, whatever it says has changed."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class SourceKind(StrEnum):
    """In which words a source answers."""

    CKAN = "ckan"
    DKAN = "dkan"
    DCAT = "dcat"
    HUB = "hub"
    FEED = "feed"
    DATA_JSON = "data-json"


@dataclass(frozen=True, slots=True)
class Source:
    """Where to read, whose it is, and how often.

    url:       of the site for CKAN and DKAN; of the document or the feed for all others.
    authority: who answers for it here. language: of texts that do not say theirs.
    filter:    of CKAN (fq), such as ``organization:ville``; empty for everything.
    most_gone: per cent of what is known that may vanish in a run before somebody is asked.
    is_private: whether it may be in a private network; only who runs the hub says so.
    marker:    instant, by the source's clock, up to which its changes are known.
    """

    id: str
    kind: SourceKind
    url: str
    authority: str
    added_at: datetime
    due_at: datetime
    language: str = "fr"
    filter: str = ""
    hours: int = 24
    most_gone: int = 20
    page_size: int = 200
    is_private: bool = False
    is_active: bool = True
    marker: datetime | None = None
    read_whole_at: datetime | None = None

    @property
    def resumes(self) -> bool:
        """Whether a reading can be taken up in the middle: older pages of a feed can't."""
        return self.kind is not SourceKind.FEED

    def is_to_be_read_whole(self, now: datetime) -> bool:
        """Whether its changes alone would not do."""
        if self.marker is None or self.read_whole_at is None:
            return True
        return now - self.read_whole_at >= WHOLE_EVERY

    def next_due(self, now: datetime) -> datetime:
        """When to read it again."""
        return now + timedelta(hours=self.hours)


def checked_source(source: Source) -> Source:
    """The same source; raises Invalid, which names the field that is wrong."""
    if not _ID.fullmatch(source.id) or len(source.id) > ID_LENGTH:
        raise Invalid(f"id: {source.id[:ID_LENGTH]!r}: a-z, 0-9, single hyphens, at most 40")
    if not source.url.startswith(("http://", "https://")):
        raise Invalid(f"url: {source.url[:80]!r}: only http and https are read")
    checked_address(source.url)
    checked_language(source.language)
    for name, value, least, most in (
        ("hours", source.hours, 1, MOST_HOURS),
        ("most_gone", source.most_gone, 0, 100),
        ("page_size", source.page_size, 1, MOST_ON_A_PAGE),
    ):
        if not least <= value <= most:
            raise Invalid(f"{name}: {value} is not between {least} and {most}")
    if source.filter and source.kind is not SourceKind.CKAN:
        raise Invalid("filter: only a CKAN can be asked for a part of its datasets")
    if not source.filter.isprintable():
        raise Invalid("filter: one line of plain text")
    return source

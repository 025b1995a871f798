"""Atom feeds (RFC 4287), as this house writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from opendata_hub.domain.texts import readable

MEDIA_TYPE = "application/atom+xml"


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """One thing that is told.

    id:    an IRI that is never given to another thing. page: where a reader finds it.
    title, summary: with the language that each is really in.
    """

    id: str
    title: tuple[str, str]
    summary: tuple[str, str]
    page: str
    updated: datetime
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class AtomFeed:
    """A feed in one language. address: its own. page: of what it tells. author: who tells it."""

    address: str
    title: str
    page: str
    author: str
    language: str
    updated: datetime
    entries: Sequence[AtomEntry]


def written(feed: AtomFeed) -> str:
    """The feed as XML."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.language}">\n'
        f"<id>{_text(feed.address)}</id>\n<title>{_text(feed.title)}</title>\n"
        f"<updated>{_instant(feed.updated)}</updated>\n"
        f"<author><name>{_text(feed.author)}</name></author>\n"
        f'<link rel="self" type="{MEDIA_TYPE}" href={_attribute(feed.address)}/>\n'
        f'<link rel="alternate" type="text/html" href={_attribute(feed.page)}/>\n'
        + "".join(map(_entry, feed.entries))
        + "</feed>\n"
    )


def _entry(entry: AtomEntry) -> str:
    title, title_language = entry.title
    summary, summary_language = entry.summary
    published = entry.published
    return (
        f"<entry>\n<id>{_text(entry.id)}</id>\n"
        f'<title xml:lang="{title_language}">{_text(title)}</title>\n'
        f"<updated>{_instant(entry.updated)}</updated>\n"
        + (f"<published>{_instant(published)}</published>\n" if published else "")
        + f'<link rel="alternate" type="text/html" href={_attribute(entry.page)}/>\n'
        f'<summary xml:lang="{summary_language}">{_text(summary)}</summary>\n</entry>\n'
    )


def _text(words: str) -> str:
    return escape(readable(words))


def _attribute(words: str) -> str:
    return quoteattr(readable(words))


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")

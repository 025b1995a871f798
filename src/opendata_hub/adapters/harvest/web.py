"""Documents of a source, asked for again only where they may have changed."""

import codecs
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from opendata_hub.adapters.fetch import Answer, Fetcher, Limits
from opendata_hub.domain.errors import AnswerTooLate, SourceUnreadable, Unreachable
from opendata_hub.domain.harvest.found import KnownPage
from opendata_hub.domain.texts import readable

LIMITS = Limits(seconds=180, silence_seconds=30, size_bytes=64_000_000)
"""Of one document: a catalogue in one file is larger than a page, and slower to come."""
PAUSES_SECONDS = (1.0, 5.0)
"""Before an address is tried again that was busy, silent or gone for a moment."""
MOMENTARY = frozenset({429, 502, 503, 504})
NOTHING = frozenset({403, 404, 410})
"""What a catalogue answers of what was deleted, or is not public any more."""
_XML_HEAD = re.compile(r"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>""")
_HTML = re.compile(rb"^\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel\s*=\s*"?next"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Got:
    """A document as it came. sha256: of its bytes. at: the source's own clock, if it tells."""

    url: str
    body: bytes
    media_type: str
    charset: str
    etag: str
    last_modified: str
    sha256: str
    following: str
    at: datetime | None

    @property
    def text(self) -> str:
        """The document as text, without what no parser may read; raises SourceUnreadable.

        UTF-8 wherever it is: what is valid UTF-8 was hardly meant as anything else. Only then
        what its header or its first line says.
        """
        try:
            return readable(self.body.decode("utf-8-sig"))
        except UnicodeDecodeError:
            pass
        head = _XML_HEAD.match(self.body[:200].decode("latin-1"))
        declared = head[1] if head else self.charset
        try:
            return _XML_HEAD.sub("", readable(self.body.decode(codecs.lookup(declared).name)))
        except (LookupError, UnicodeDecodeError):
            raise SourceUnreadable(
                f"{self.url[:200]} is neither UTF-8 nor what it says ({declared[:20] or 'nothing'})"
            ) from None


@dataclass(frozen=True, slots=True)
class Web:
    """The way to one source. Others, to which it leads, are read as anybody's."""

    home: str
    fetcher: Fetcher
    others: Fetcher
    pause: Callable[[float], None] = field(default=time.sleep)

    @classmethod
    def to(cls, home: str, fetcher: Fetcher, *, is_private: bool) -> "Web":
        """A way with limits that suit a catalogue; ``fetcher`` is the hub's own.

        What may be in a private network is read where somebody has said that it is, and leads on
        nowhere: else it could lead to any machine of the house.
        """
        others = replace(fetcher, limits=LIMITS)
        if not is_private:
            return cls(home, others, others)
        limits = replace(LIMITS, redirects=0)
        return cls(home, replace(fetcher, limits=limits, is_private_read=True), others)

    def get(self, url: str, *, accept: str, known: KnownPage | None = None) -> Got | None:
        """The document at that address; None where it is what is known of it.

        Raises NotFetched, as SourceUnreadable where the answer is none of 200 and 304 or a page
        for readers.
        """
        answer = self._patiently(url.partition("#")[0], accept, _conditions(known))
        if answer.status == HTTPStatus.NOT_MODIFIED and known:
            return None
        if answer.status != HTTPStatus.OK:
            raise SourceUnreadable(f"{url[:200]} answered {answer.status}")
        if not answer.body.strip():
            raise SourceUnreadable(f"{url[:200]} answered nothing")
        if _HTML.match(answer.body[:1000]):
            raise SourceUnreadable(f"{url[:200]} answered a page for readers, and no catalogue")
        got = _got(answer)
        return None if known and got.sha256 == known.sha256 else got

    def find(self, url: str, *, accept: str) -> Got | None:
        """The document at that address; None where there is none, or nobody may see it.

        Raises NotFetched, as SourceUnreadable for any other answer.
        """
        answer = self._patiently(url, accept, {})
        if answer.status in NOTHING:
            return None
        if answer.status != HTTPStatus.OK:
            raise SourceUnreadable(f"{url[:200]} answered {answer.status}")
        return _got(answer)

    def _patiently(self, url: str, accept: str, headers: dict[str, str]) -> Answer:
        fetcher = self.fetcher if _origin(url) == _origin(self.home) else self.others
        for seconds in PAUSES_SECONDS:
            try:
                answer = fetcher.get(url, accept=accept, headers=headers)
            except (AnswerTooLate, Unreachable):
                self.pause(seconds)
                continue
            if answer.status not in MOMENTARY:
                return answer
            self.pause(_asked_to_wait(answer, seconds))
        return fetcher.get(url, accept=accept, headers=headers)


def _conditions(known: KnownPage | None) -> dict[str, str]:
    if known is None:
        return {}
    if known.etag:
        return {"If-None-Match": known.etag}
    return {"If-Modified-Since": known.last_modified} if known.last_modified else {}


def _asked_to_wait(answer: Answer, seconds: float) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), 60.0) if asked.isdecimal() else seconds


def _got(answer: Answer) -> Got:
    kind, _, rest = answer.headers.get("content-type", "").partition(";")
    charset = re.search(r"charset\s*=\s*\"?([A-Za-z0-9._-]+)", rest)
    following = _NEXT.search(answer.headers.get("link", ""))
    return Got(
        url=answer.url,
        body=answer.body,
        media_type=kind.strip().lower(),
        charset=charset[1] if charset else "",
        etag=answer.headers.get("etag", "")[:500],
        last_modified=answer.headers.get("last-modified", "")[:100],
        sha256=sha256(answer.body).hexdigest(),
        following=following[1] if following else "",
        at=http_date(answer.headers.get("date", "")),
    )


def http_date(said: str) -> datetime | None:
    """The instant of a header; None for none."""
    try:
        return parsedate_to_datetime(said).astimezone(UTC) if said else None
    except ValueError:
        return None


def led_to(place: str, said: str) -> str:
    """The address to which a document leads; raises SourceUnreadable for what is none."""
    try:
        address = urljoin(place, said)
    except ValueError:
        address = ""
    if not address.isprintable() or not address:
        raise SourceUnreadable(f"{place[:200]} leads to {said[:100]!r}, which is no address")
    return address


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SourceUnreadable(f"{url[:200]!r} is no address") from None
    return parts.scheme, parts.netloc.lower()

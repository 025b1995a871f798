"""Look whether the addresses in records answer: elsewhere politely, our own without a call."""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from rdflib.namespace import DCAT, FOAF
from rdflib.term import URIRef
from sqlmodel import Session

from opendata_hub.adapters.fetch import Answer, Fetcher
from opendata_hub.adapters.rdf import SYNTAXES
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import AnswerBroken, NotFetched
from opendata_hub.domain.link import FOUND, LinkCheck, LinkState
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.store import datasets, links

WATCHED = frozenset(
    {
        DCAT.accessURL,
        DCAT.downloadURL,
        DCAT.endpointURL,
        DCAT.endpointDescription,
        DCAT.landingPage,
        FOAF.homepage,
        FOAF.page,
    }
)
"""The properties whose addresses somebody will follow."""

MOST_IN_A_RUN = 500
SECONDS_BETWEEN = 1.0
PATIENCE = 3
"""Looks without an answer after which a host is left alone until the next run."""
BUSY = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a record. state: of one elsewhere, None where nobody has looked yet."""

    url: str
    is_own: bool
    is_reachable: bool | None
    state: LinkState | None


def addresses(frame: Frame, dataset: Dataset) -> list[str]:
    """The web addresses in a dataset's record that somebody will follow, sorted."""
    found = {
        str(value)
        for _, predicate, value in dcat.dataset_triples(frame, dataset)
        if predicate in WATCHED and isinstance(value, URIRef)
    }
    return sorted(url for url in found if url.startswith(("http://", "https://")))


def of_dataset(session: Session, frame: Frame, dataset: Dataset) -> tuple[Link, ...]:
    """The addresses in a dataset's record and what is known of them."""
    urls = addresses(frame, dataset)
    known = links.states(session, _foreign(frame, urls))
    return tuple(
        Link(url, is_own=True, is_reachable=_answers_here(session, frame, url), state=None)
        if _is_own(frame, url)
        else _elsewhere(url, known.get(url))
        for url in urls
    )


def looked_at(session: Session, frame: Frame, dataset: Dataset) -> list[LinkState]:
    """What is known of the addresses elsewhere in a dataset's record, sorted by address."""
    known = links.states(session, _foreign(frame, addresses(frame, dataset)))
    return [known[url] for url in sorted(known)]


def reachable(session: Session, frame: Frame) -> Callable[[str], bool | None]:
    """Whether an address answers, as far as is known; None where nobody has looked.

    For the quality score. Our own addresses are known without a call.
    """

    def answers(url: str) -> bool | None:
        if _is_own(frame, url):
            return _answers_here(session, frame, url)
        state = links.find(session, url)
        return state.is_reachable if state else None

    return answers


def elsewhere(session: Session, frame: Frame) -> set[str]:
    """The addresses in all records that are not our own."""
    return {
        url
        for dataset in datasets.latest(session)
        for url in _foreign(frame, addresses(frame, dataset))
    }


def due(session: Session, urls: Iterable[str], *, now: datetime, most: int) -> list[str]:
    """Those to be looked at now: first who never was, then who waits longest; at most ``most``."""
    wanted = set(urls)
    known = links.states(session, wanted)
    waiting = sorted((known[url].due_at, url) for url in known if known[url].due_at <= now)
    return [*sorted(wanted - set(known)), *(url for _, url in waiting)][:most]


def look(
    fetcher: Fetcher,
    urls: Iterable[str],
    *,
    now: datetime,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[LinkCheck]:
    """Look at each address, one host after another, and never at one host without a pause.

    Who is busy (429, 503), or silent ``PATIENCE`` times in a row, is left alone: the rest of its
    addresses stay due.
    """
    waiting: dict[str, deque[str]] = defaultdict(deque)
    for url in urls:
        waiting[urlsplit(url).netloc].append(url)
    asked_at: dict[str, float] = {}
    silent: dict[str, int] = defaultdict(int)
    while waiting:
        for host in list(waiting):
            pause(max(0.0, asked_at.get(host, 0.0) + SECONDS_BETWEEN - time.monotonic()))
            check = check_one(fetcher, waiting[host].popleft(), now=now)
            asked_at[host] = time.monotonic()
            silent[host] = 0 if check.status else silent[host] + 1
            if not waiting[host] or check.status in BUSY or silent[host] >= PATIENCE:
                del waiting[host]
            yield check


def check_one(fetcher: Fetcher, url: str, *, now: datetime) -> LinkCheck:
    """Look at one address by HEAD; who does not understand that is asked for one byte."""
    began = time.monotonic()
    try:
        answer = _answer(fetcher, url)
    except NotFetched as problem:
        return LinkCheck(url, now, 0, problem.code, _milliseconds(began))
    led_to = answer.url if answer.hops else ""
    return LinkCheck(url, now, answer.status, "", _milliseconds(began), led_to)


def _answer(fetcher: Fetcher, url: str) -> Answer:
    """Many servers answer HEAD by 403, 404, 405 or by nothing, and GET as they should."""
    try:
        answer = fetcher.head(url)
    except AnswerBroken:
        return fetcher.peek(url)
    if answer.status in FOUND or answer.status in BUSY:
        return answer
    return fetcher.peek(url)


def _elsewhere(url: str, state: LinkState | None) -> Link:
    is_reachable = state.is_reachable if state else None
    return Link(url, is_own=False, is_reachable=is_reachable, state=state)


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _foreign(frame: Frame, urls: Iterable[str]) -> list[str]:
    return [url for url in urls if not _is_own(frame, url)]


def _is_own(frame: Frame, url: str) -> bool:
    return url == frame.base_url or url.startswith(f"{frame.base_url}/")


def _answers_here(session: Session, frame: Frame, url: str) -> bool | None:  # noqa: PLR0911  (a line an address)
    """Whether the hub itself has something at one of its addresses; None for one it can't tell."""
    path = [unquote(part) for part in urlsplit(url).path.strip("/").split("/")]
    match path[1:] if path[0] in LANGUAGES else path:
        case [] | [""] | ["catalog"]:
            return True
        case ["datasets", name]:
            slug, _, ending = name.partition(".")
            is_known = not ending or ending in SYNTAXES
            return is_known and datasets.find(session, slug) is not None
        case ["datasets", slug, "files", file_name]:
            found = datasets.find(session, slug)
            return found is not None and found.distribution.file_name == file_name
        case ["publishers", publisher]:
            return publisher in frame.site.publishers
        case ["api", "openapi.json"]:
            return True
        case ["api", "v1", "datasets", slug, "rows"]:
            return datasets.find(session, slug) is not None
        case ["families", family, "schema.json"]:
            return family in frame.tables
        case _:
            return None

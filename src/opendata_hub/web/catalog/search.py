"""Search, for programs and for readers."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.alerts.alert import search_words
from opendata_hub.domain.atom import MEDIA_TYPE
from opendata_hub.domain.catalog.harvest import news
from opendata_hub.domain.catalog.search.query import DEEPEST, Facet, Sort
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.texts import in_language
from opendata_hub.flows.catalog.serving import serve
from opendata_hub.flows.catalog.serving.find import Answer, Count, find
from opendata_hub.store import datasets
from opendata_hub.web.catalog.documents import Document
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import API, Door, needs
from opendata_hub.web.rendering import marked, page
from opendata_hub.web.shapes import CountOut, FoundDatasetOut, Problem, SearchIn, SearchOut

SHOWN_VALUES = 8
"""Values of a facet on the page, beside those that are chosen."""
LATEST = 50
"""Entries of an Atom feed."""
ANY_SITE_MAY_READ = {"Access-Control-Allow-Origin": "*"}

AT_ONCE = 2
"""Searches that are answered at once. More would share the same core, and all be late together;
the others wait in the order in which they came."""

_SEARCHERS = ThreadPoolExecutor(AT_ONCE, "search")
api_router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["catalogue"],
    responses={status: {"model": Problem} for status in (422, 503)},
)
page_router = APIRouter(route_class=Door, include_in_schema=False)


@api_router.get("/datasets", response_model=SearchOut)
@needs(Deed.READ_PUBLISHED)
async def search(hub: HubDep, asked: Annotated[SearchIn, Query()]) -> Response:
    """Find datasets by words, filters and counts."""
    return await _in_turn(_search, hub, asked)


def _search(hub: Hub, asked: SearchIn) -> Response:
    answer = _answer(hub, asked)
    said = SearchOut(
        total=answer.total,
        page=asked.page,
        limit=asked.limit,
        guessed=list(answer.guessed),
        results=[
            FoundDatasetOut.of(hit, hub.frame.base_url, excerpt=str(marked(hit.excerpt)))
            for hit in answer.hits
        ],
        facets={
            facet: [
                CountOut(
                    value=each.code,
                    label=in_language(each.label, asked.lang)[0] or each.code,
                    count=each.count,
                )
                for each in counts
            ]
            for facet, counts in answer.facets.items()
        },
    )
    # Written here: FastAPI would validate anew what has just been made.
    return Response(
        said.model_dump_json(), headers=ANY_SITE_MAY_READ, media_type="application/json"
    )


@page_router.api_route("/{language}/datasets", methods=["GET", "HEAD"])
@needs(Deed.READ_PUBLISHED, shown_for=5)
async def search_page(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    asked: Annotated[SearchIn, Query()],
) -> Response:
    """A form, the results, and what they can be narrowed by; needs no script."""
    return await _in_turn(_search_page, request, hub, language, asked)


def _search_page(request: Request, hub: Hub, language: str, asked: SearchIn) -> Response:
    asked = asked.model_copy(update={"lang": language, "facet": list(Facet)})
    answer = _answer(hub, asked)
    chosen = {facet: set(getattr(asked, facet)) for facet in Facet}
    last = -(-min(answer.total, DEEPEST) // asked.limit)
    return page(
        request,
        "search.html",
        language,
        asked=asked,
        answer=answer,
        facets={
            facet: [
                each
                for rank, each in enumerate(counts)
                if rank < SHOWN_VALUES or each.code in chosen[facet]
            ]
            for facet, counts in answer.facets.items()
        },
        chosen=chosen,
        sorts=list(Sort),
        families=hub.frame.families,
        filters=list(_filters(asked, answer)),
        words=urlencode({"q": asked.q}),
        query=_query(asked),
        feed=f"/{language}/datasets.atom{_query(asked)}",
        about=_about(asked),
        last=last,
        before=_address(asked, asked.page - 1) if asked.page > 1 else "",
        after=_address(asked, asked.page + 1) if asked.page < last else "",
    )


@page_router.api_route("/{language}/datasets.atom", methods=["GET", "HEAD"])
@needs(Deed.READ_PUBLISHED)
async def atom(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    asked: Annotated[SearchIn, Query()],
) -> Response:
    """What a search finds, the latest change first, for readers of feeds."""
    return await _in_turn(_atom, request, hub, language, asked)


def _atom(request: Request, hub: Hub, language: str, asked: SearchIn) -> Response:
    """Without a question it is the catalogue's own feed, which needs no index."""
    query = _query(asked.model_copy(update={"sort": None, "limit": 20}))
    wanted = asked.model_copy(
        update={"sort": Sort.MODIFIED, "page": 1, "limit": LATEST, "lang": language, "facet": []}
    )
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        if query:
            hits = find(session, hub.frame, hub.search, wanted.value()).hits
            latest = datasets.of_slugs(session, [hit.shown.slug for hit in hits])
        else:
            latest = list(datasets.latest(session, most=LATEST))
    body = news.atom(
        hub.frame, latest,
        language=language, changed_at=state.changed_at, query=query, words=asked.q,
    )  # fmt: skip
    digest = hashlib.sha256(query.encode()).hexdigest()[:12]
    return Document(state, f"atom-{language}-{digest}", MEDIA_TYPE).answer(request, [body])


async def _in_turn(answer: Callable[..., Response], *words: object) -> Response:
    return await asyncio.get_running_loop().run_in_executor(_SEARCHERS, answer, *words)


def _answer(hub: Hub, asked: SearchIn) -> Answer:
    query = asked.value()
    with hub.reading() as session:
        return find(session, hub.frame, hub.search, query)


def _filters(asked: SearchIn, answer: Answer) -> Iterator[tuple[Facet, Count, str]]:
    """What results are filtered by, each with the address of the search without it."""
    for facet in Facet:
        known = {each.code: each for each in answer.facets.get(facet, ())}
        chosen: list[str] = getattr(asked, facet)
        for code in chosen:
            left = [each for each in chosen if each != code]
            without = asked.model_copy(update={facet.value: left})
            yield facet, known.get(code, Count(code, {}, 0)), _query(without) or "?"


def _about(asked: SearchIn) -> str | None:
    """The search as it can be followed by e-mail; None where it is too long for that."""
    try:
        return search_words(asked.q, {facet: getattr(asked, facet) for facet in Facet})
    except Invalid:
        return None


def _query(asked: SearchIn) -> str:
    """The question of a search, from its first page; empty where everything is asked for."""
    kept = asked.model_dump(exclude_defaults=True, exclude={"facet", "lang", "page"}, mode="json")
    return f"?{urlencode(kept, doseq=True)}" if kept else ""


def _address(asked: SearchIn, number: int) -> str:
    """The query of another page of the same results."""
    kept = asked.model_dump(exclude_defaults=True, exclude={"facet", "lang", "page"}, mode="json")
    return "?" + urlencode({**kept, "page": number}, doseq=True)

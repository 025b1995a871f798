"""The rows of a table for readers: paged, sorted and filtered by links and forms, one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.rows.query import Operator
from opendata_hub.domain.errors import BadRowQuery, HubError
from opendata_hub.domain.filing.opened import opened_at
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.portal.entity import Mention, combination_of, mentions
from opendata_hub.flows.catalog.serving import rows as flow
from opendata_hub.flows.catalog.serving import show
from opendata_hub.flows.catalog.serving.rows import Asked
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.store.portal.entities import is_listed
from opendata_hub.web.catalog.pages import columns_of
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.portal.entities import address_of
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
WORDS, COLUMN, HOW, VALUE = "q", "column", "how", "value"
"""What the form of this page asks by, beside the columns of the table."""
OWN = frozenset({"sort", "limit", "offset", "cursor", "select"})
router = APIRouter(route_class=Door, include_in_schema=False)

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Address:
    """The question of a page, and the addresses of questions near it."""

    asked: Pairs

    def having(self, **changed: str) -> str:
        """The same question with these parameters instead; from its first page on."""
        dropped = {"offset", "cursor", *changed}
        kept = [pair for pair in self.asked if pair[0] not in dropped]
        return f"?{urlencode([*kept, *((k, v) for k, v in changed.items() if v)])}"

    def without(self, pair: tuple[str, str]) -> str:
        """The same question without one of its filters."""
        kept = [each for each in self.asked if each != pair and each[0] not in {"offset", "cursor"}]
        return f"?{urlencode(kept)}"

    @property
    def filters(self) -> list[tuple[str, str]]:
        """What rows are filtered by."""
        return [pair for pair in self.asked if pair[0] not in OWN | {WORDS}]

    @property
    def api(self) -> str:
        """The same question to the API, which gives all of the answer."""
        said = [p for p in self.asked if p[0] not in {"limit", "offset", "cursor", WORDS}]
        return f"?{urlencode(said)}" if said else ""


@router.api_route("/{language}/datasets/{slug}/rows", methods=READ)
@needs(Deed.READ_PUBLISHED, shown_for=60)
def rows_page(request: Request, hub: HubDep, language: PageLanguage, slug: str) -> Response:
    """A page of the rows that are asked for, and the form that asks."""
    asked = request.query_params.multi_items()
    if COLUMN in request.query_params:
        return RedirectResponse(f"{request.url.path}?{urlencode(_said(asked))}", 303)
    wanted = published_rows(hub, slug)
    address, words = Address(asked), request.query_params.get(WORDS, "").strip()
    question = [pair for pair in asked if pair[0] != WORDS]
    problem = ""
    try:
        shown = show.page(hub.rows, wanted, question, words=words)
    except BadRowQuery as fault:
        problem, shown = str(fault), show.page(hub.rows, wanted, [])
    end = shown.query.offset + len(shown.rows)
    return page(
        request,
        "rows.html",
        language,
        status=400 if problem else 200,
        problem=problem,
        shown=shown,
        words=words,
        address=address,
        operators=[each for each in Operator if each is not Operator.IN],
        sorted_by={key.column.name: key.is_descending for key in shown.query.sort},
        before=_before(address, shown) if shown.query.offset else "",
        after=address.having(offset=str(end)) if end < shown.total else "",
        **_of(hub, wanted),
    )


@router.api_route("/{language}/datasets/{slug}/rows/{number}", methods=READ)
@needs(Deed.READ_PUBLISHED)
def row_page(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    slug: str,
    number: Annotated[int, InPath(ge=1, le=10**9)],
) -> Response:
    """One row with all its columns, at an address of its own."""
    return shown_row(request, hub, language, published_rows(hub, slug), number, typed={})


def shown_row(
    request: Request,
    hub: Hub,
    language: str,
    wanted: Asked,
    number: int,
    *,
    typed: Mapping[str, Any],
) -> Response:
    """The page of a row. typed: what a report held that came back, with its problem."""
    row = show.one(hub.rows, wanted, number)
    problem: HubError | None = typed.get("problem")
    return page(
        request,
        "row.html",
        language,
        status=422 if problem else 200,
        number=number,
        row=row,
        spoken=_spoken(hub, wanted, row),
        address_of=address_of,
        opened=opened_at(hub.key, clock.now()),
        typed=typed,
        problem=str(problem or ""),
        code=problem.code if problem else "",
        is_reported="reported" in request.query_params and not problem,
        **_of(hub, wanted),
    )


def _spoken(hub: Hub, wanted: Asked, row: Mapping[str, Any]) -> list[Mention]:
    """Of whom the row speaks, each by its first key; nobody whom the index does not list."""
    rules = hub.frame.families[wanted.dataset.family].entities
    with hub.reading() as session:
        return [
            each
            for rule in rules
            for each in mentions(rule, [combination_of(rule, row)])
            if each.is_first and is_listed(session, each.kind, each.key)
        ]


def published_rows(hub: Hub, slug: str) -> Asked:
    """The table at that address; raises Withdrawn, UnknownDataset, NoRows."""
    with hub.reading() as session:
        require_published(session, slug)
        return flow.find(session, hub.frame, hub.files, slug)


def _of(hub: Hub, wanted: Asked) -> Mapping[str, Any]:
    family = hub.frame.families[wanted.dataset.family]
    return {
        "dataset": wanted.dataset,
        "family": family,
        "fields": columns_of(family),
        "codes": hub.frame.codes,
    }


def _before(address: Address, shown: show.Shown) -> str:
    size = shown.query.limit or show.PAGE.usual or 1
    first = max(0, shown.query.offset - size)
    return address.having(offset=str(first) if first else "")


def _said(asked: Pairs) -> list[tuple[str, str]]:
    """What the form says, as the question that the API understands."""
    form = dict(asked)
    kept = [p for p in asked if p[0] not in {COLUMN, HOW, VALUE, "offset", "cursor"} and p[1]]
    column, how = form[COLUMN].strip(), form.get(HOW, Operator.EQ)
    value = form.get(VALUE, "").strip()
    if how == Operator.EMPTY:
        value = "true" if value != "false" else value
    return [*kept, (f"{column}.{how}", value)] if column and value else kept

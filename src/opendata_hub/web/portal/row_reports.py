"""A reader reports an error in a row; stewards see the reports and settle them."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.privacy import MESSAGES, require_impersonal, traces
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.filing.opened import require_person
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import reach
from opendata_hub.domain.portal.row_report import checked_words, require_column
from opendata_hub.flows.catalog.serving import show
from opendata_hub.store import datasets
from opendata_hub.store.portal import row_reports
from opendata_hub.web.catalog.pages import columns_of
from opendata_hub.web.deps import HubDep, Number, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.portal.rows import published_rows, shown_row
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
SHOWN = 100
router = APIRouter(route_class=Door, include_in_schema=False)


@router.post("/{language}/datasets/{slug}/rows/{number}/reports")
@needs(Deed.FILE_REQUEST)
def report_row(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    slug: str,
    number: Annotated[int, InPath(ge=1, le=10**9)],
    words: Annotated[str, Form()] = "",
    column: Annotated[str, Form()] = "",
    opened: Annotated[str, Form()] = "",
    website: Annotated[str, Form()] = "",
) -> Response:
    """Take a report; a fault brings the form back with all that was typed."""
    wanted = published_rows(hub, slug)
    show.one(hub.rows, wanted, number)
    now, fields = clock.now(), columns_of(hub.frame.families[wanted.dataset.family])
    try:
        require_person(hub.key, opened=opened, trap=website, now=now)
        said = checked_words(words)
        require_impersonal(said, what="words")
        require_column(column, fields)
    except Invalid as problem:
        found = [MESSAGES[kind] for kind in sorted(traces(words))]
        typed: dict[str, Any] = {
            "words": words, "column": column, "problem": problem, "found": found,
        }  # fmt: skip
        return shown_row(request, hub, language, wanted, number, typed=typed)
    with hub.writing() as session:
        row_reports.add(
            session, slug=slug, authority=wanted.dataset.publisher,
            version=wanted.dataset.version, row_number=number, column=column, words=said,
            language=language, now=now,
        )  # fmt: skip
    return RedirectResponse(f"/{language}/datasets/{slug}/rows/{number}?reported=yes", 303)


@router.api_route("/{language}/row-reports", methods=READ)
@needs(Deed.READ_SUBMISSION)
def waiting_reports(
    request: Request, hub: HubDep, language: PageLanguage, visitor: VisitorDep
) -> Response:
    """The reports that wait, of the bodies one works for."""
    within = reach(visitor, Deed.READ_SUBMISSION)
    with hub.reading() as session:
        found = row_reports.waiting(session, within, most=SHOWN)
        total = row_reports.count_waiting(session, within)
        slugs = list(dict.fromkeys(each.slug for each in found))
        published = {each.slug: each for each in datasets.of_slugs(session, slugs)}
    return page(
        request,
        "row_reports.html",
        language,
        reports=found,
        total=total,
        published=published,
        fields={slug: _fields(hub, each.family) for slug, each in published.items()},
        may_settle=reach(visitor, Deed.PUBLISH),
    )


@router.post("/{language}/row-reports/{number}")
@needs(Deed.PUBLISH)
def settle_report(
    hub: HubDep,
    language: PageLanguage,
    visitor: VisitorDep,
    number: Number,
) -> Response:
    """Note that the report was looked at."""
    with hub.writing() as session:
        within = reach(visitor, Deed.PUBLISH)
        row_reports.settle(session, number, within, by=visitor.person, now=clock.now())
    return RedirectResponse(f"/{language}/row-reports", 303)


def _fields(hub: Hub, family: str) -> Any:
    return columns_of(hub.frame.families[family])

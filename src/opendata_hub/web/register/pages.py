"""The register and its statistics as anybody reads them."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.register import news
from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.register.figure import (
    BY_GROUND,
    DAYS,
    FIGURES,
    HIGH_PERCENT,
    MEDIAN_PERCENT,
    Figure,
    Measure,
    share,
    together,
)
from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.texts import Texts, in_language
from opendata_hub.flows.register import read_entry as flow
from opendata_hub.flows.requests.announce import current
from opendata_hub.store.register import rows
from opendata_hub.store.register.rows import By
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.register.asked import (
    AskedFiguresQuery,
    AskedPageQuery,
    AskedQuery,
)
from opendata_hub.web.register.files import of_group
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import today_under

READ = ["GET", "HEAD"]
ON_A_PAGE, LATEST = 50, 50
router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/{language}/register", methods=READ)
@needs(Deed.READ_PUBLISHED)
def read_register(
    request: Request, hub: HubDep, language: PageLanguage, asked: AskedPageQuery
) -> Response:
    """The entries that are asked for, the latest receipt first."""
    chosen = asked.chosen(hub)
    with hub.reading() as session:
        found = rows.page(session, chosen, after=asked.place(), most=ON_A_PAGE + 1)
        total = rows.count(session, chosen)
        years = rows.years(session)
    shown = found[:ON_A_PAGE]
    return page(
        request, "register.html", language,
        entries=shown, total=total, years=years, asked=asked, until=chosen.until,
        bodies=hub.frame.site.publishers, outcomes=news.OUTCOMES, withheld=news.WITHHELD,
        figure=_figure_of(chosen.measure), by_ground=BY_GROUND, grounds=_grounds(hub),
        following=_place(shown[-1]) if len(found) > ON_A_PAGE else "",
    )  # fmt: skip


@router.api_route("/{language}/register.atom", methods=READ)
@needs(Deed.READ_PUBLISHED)
def atom(hub: HubDep, language: PageLanguage, asked: AskedQuery) -> Response:
    """The latest entries that are asked for, for readers of feeds."""
    with hub.reading() as session:
        latest = rows.page(session, asked.chosen(hub), most=LATEST)
    author, _ = in_language(hub.authority().name, language)
    body = news.atom(latest, base_url=hub.frame.base_url, language=language, author=author)
    return Response(body, media_type="application/atom+xml")


@router.api_route("/{language}/register/{reference}", methods=READ)
@needs(Deed.READ_PUBLISHED)
def read_entry(request: Request, hub: HubDep, language: PageLanguage, reference: str) -> Response:
    """What is public of a request: its days, its acts, its clocks, its outcome."""
    with hub.reading() as session:
        entry, named = flow.find(session, reference)
        law = hub.law_named(named)
        calendar = current(session, hub.calendar_of(law), authority=entry.authority)
        today = today_under(hub, law)
        told = flow.read(session, entry, law=law, calendar=calendar, today=today)
    return page(
        request, "register_entry.html", language,
        entry=entry, told=told, law=law, body=hub.frame.site.publishers.get(entry.authority),
        outcomes=news.OUTCOMES, withheld=news.WITHHELD,
        grounds={each.code: each.text for each in law.every_ground},
        is_late=entry.is_late(today), is_pending=entry.outcome is Outcome.PENDING,
    )  # fmt: skip


@router.api_route("/{language}/statistics", methods=READ)
@needs(Deed.READ_PUBLISHED)
def statistics(
    request: Request, hub: HubDep, language: PageLanguage, asked: AskedFiguresQuery
) -> Response:
    """Every figure, counted from the entries; those of old registers apart."""
    chosen = asked.chosen(hub)
    with hub.reading() as session:
        groups = rows.groups(session, chosen, asked.by or None)
        years = rows.years(session)
    return page(
        request, "statistics.html", language,
        whole=together(groups) if asked.by else groups,
        parts=[(each, asked.address(**of_group(asked, each))) for each in groups if asked.by],
        asked=asked, until=chosen.until, years=years, figures=FIGURES,
        bodies=hub.frame.site.publishers,
        by_ground=BY_GROUND, days=DAYS, percents=(MEDIAN_PERCENT, HIGH_PERCENT), share=share,
        m=Measure, ways=list(By), grounds=_grounds(hub),
    )  # fmt: skip


def _place(entry: Entry) -> str:
    """What the page after that entry asks for."""
    return f"{entry.received_on.isoformat()}.{entry.reference}"


def _figure_of(measure: Measure | None) -> Figure | None:
    return next((each for each in FIGURES if each.measure is measure), None)


def _grounds(hub: Hub) -> Mapping[str, Texts]:
    """The words of every ground that a law here knows, by its code; the hub's own law first."""
    own = hub.laws[hub.frame.site.law]
    known: dict[str, Texts] = {}
    for law in (own, *hub.laws.values()):
        for each in law.every_ground:
            known.setdefault(each.code, each.text)
    return known

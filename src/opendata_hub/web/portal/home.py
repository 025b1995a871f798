"""The first page: search, shelves of families, latest changes, the request door, figures."""

from dataclasses import dataclass
from datetime import date
from threading import Lock

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.register.figure import Measure
from opendata_hub.store import datasets
from opendata_hub.store.register import rows as register
from opendata_hub.store.register.rows import Chosen
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.rendering import page

LATEST = 6
FRESH_SECONDS = 60
"""So old figures may be, and as long as they are counted: that goes over all there is."""
COUNTED = (Measure.RECEIVED, Measure.ANSWERED, Measure.IN_TIME, Measure.PENDING)

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """How much is published, and how requests stand.

    by_family: how many datasets each family has. requests: how many each measure counts.
    """

    datasets: int
    rows: int
    by_family: dict[str, int]
    requests: dict[Measure, int]

    @property
    def in_time_percent(self) -> int | None:
        """Of the answers, how many came in time, rounded down; None where there is none."""
        answered = self.requests[Measure.ANSWERED]
        return self.requests[Measure.IN_TIME] * 100 // answered if answered else None


class Lately:
    """The figures as they were counted last, for a minute. One reader counts for all."""

    def __init__(self) -> None:
        self._counting = Lock()
        self._kept: tuple[float, date, Figures] | None = None

    def figures(self, hub: Hub, *, ticks: float, today: date) -> Figures:
        """The figures of today; while somebody counts them anew, those before, when there are."""
        kept = self._kept
        if kept is None:
            with self._counting:
                return self._kept[2] if self._kept else self._count(hub, ticks, today)
        counted_at, day, figures = kept
        is_old = ticks - counted_at > FRESH_SECONDS or day != today
        if is_old and self._counting.acquire(blocking=False):
            try:
                return self._count(hub, ticks, today)
            finally:
                self._counting.release()
        return figures

    def _count(self, hub: Hub, ticks: float, today: date) -> Figures:
        with hub.reading() as session:
            figures = _counted(session, today)
        self._kept = (ticks, today, figures)
        return figures


def install(app: FastAPI) -> None:
    """Give the application a place for its figures."""
    app.state.lately = Lately()


def _counted(session: Session, today: date) -> Figures:
    groups = register.groups(session, Chosen(until=today))
    totals = datasets.totals_of_families(session)
    return Figures(
        datasets=sum(each.datasets for each in totals.values()),
        rows=sum(each.rows for each in totals.values()),
        by_family={family: each.datasets for family, each in totals.items()},
        requests={each: sum(group.counts[each] for group in groups) for each in COUNTED},
    )


@router.api_route("/", methods=READ)
@needs(Deed.READ_PUBLISHED)
def choose_language(request: Request) -> Response:
    """Lead to the home page in the reader's language."""
    return negotiation.to_language(request, "")


@router.api_route("/{language}/", methods=READ)
@needs(Deed.READ_PUBLISHED, shown_for=60)
def home(request: Request, hub: HubDep, language: PageLanguage) -> Response:
    """Search first; then what is published, what has changed, and how to ask for the rest."""
    lately: Lately = request.app.state.lately
    with hub.reading() as session:
        listed = list(datasets.latest(session, most=LATEST))
    return page(
        request,
        "home.html",
        language,
        latest=listed,
        figures=lately.figures(hub, ticks=clock.ticks(), today=clock.today(hub.timezone)),
        measures=Measure,
        shelves=hub.frame.shelves,
        families=hub.frame.families,
    )


@router.api_route("/{language}", methods=READ)
@needs(Deed.READ_PUBLISHED)
def home_without_slash(language: PageLanguage) -> Response:
    """One address for one page."""
    return RedirectResponse(f"/{language}/", 308)

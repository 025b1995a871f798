"""Before a request is sent: what may already answer it; and how often that was so."""

from datetime import date, timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import HubError, Invalid, NotKnown
from opendata_hub.domain.filing.opened import opened_at
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import reach
from opendata_hub.domain.protection.pace import Traffic
from opendata_hub.domain.requests.info_request import checked_question, checked_requester
from opendata_hub.domain.texts import in_language
from opendata_hub.flows.filing.suggest import Looking, SuggestionKind, suggest, words_of
from opendata_hub.store.filing import counts
from opendata_hub.store.filing.counts import What
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.filing.form import Typed, TypedDep
from opendata_hub.web.filing.form_pages import READ, AskedDep, code_of, form_page
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import law_for, today_under

router = APIRouter(route_class=Door, include_in_schema=False)
NOT_CARRIED = frozenset({"opened", "website", "shown", "step"})
SHOWN_MONTHS = timedelta(days=366)
LEADS_TO = {
    SuggestionKind.DATASET: "datasets/{}",
    SuggestionKind.ANSWER: "register/{}",
    SuggestionKind.DUTY: "datasets?q={}",
}


@router.post("/{language}/requests/before")
@router.post("/{language}/authorities/{authority}/requests/before")
@needs(Deed.FILE_REQUEST, counted=Traffic.WRITE)
def look(
    request: Request, hub: HubDep, language: PageLanguage, asked: AskedDep, typed: TypedDep
) -> Response:
    """What may already answer, the request as it will be sent, and the button that sends it."""
    asked.require_active()
    if typed["step"] == "again":
        return form_page(request, hub, language, asked, typed)
    try:
        checked_question(typed.question(language))
        checked_requester(typed.requester(), law_for(hub, asked, None))
    except Invalid as problem:
        return form_page(request, hub, language, asked, typed, problem=problem)
    return before_page(request, hub, language, asked, typed)


def before_page(
    request: Request,
    hub: Hub,
    language: str,
    asked: Authority,
    typed: Typed,
    *,
    problem: HubError | None = None,
) -> Response:
    """The page before sending; with a problem where sending failed for what stands on it."""
    today = _today(hub, asked)
    looking = Looking(words_of(typed["subject"], typed["text"]), asked.id)
    with hub.reading() as session:
        found = suggest(session, hub.frame, hub.search, looking, today=today)
    if found and problem is None:
        _count(hub, What.SHOWN, asked.id, today)
    base = f"/{language}" if asked.id == hub.frame.site.publisher else (
        f"/{language}/authorities/{asked.id}"
    )  # fmt: skip
    is_fresh = problem is not None or not typed["opened"]
    return page(
        request, "request_before.html", language,
        status=422 if problem else 200, authority=asked, found=found, kinds=list(SuggestionKind),
        values=typed.values, sources=typed.sources, chosen=typed.sources,
        carried={k: v for k, v in typed.values.items() if k not in NOT_CARRIED},
        problem=str(problem or ""), had_files=bool(typed.files),
        code=code_of(problem),
        opened=opened_at(hub.key, clock.now()) if is_fresh else typed["opened"],
        base=base, shown="yes" if found else "",
    )  # fmt: skip


@router.api_route("/{language}/requests/suggested/{kind}/{name}", methods=READ)
@needs(Deed.FILE_REQUEST, counted=Traffic.READ)
def lead_there(
    request: Request, hub: HubDep, language: PageLanguage, kind: str, name: str, at: str = ""
) -> Response:
    """Count that a suggestion was opened, and lead to it; whose it was is not known."""
    if kind not in set(SuggestionKind) or not name.replace("-", "").replace("_", "").isalnum():
        raise NotKnown("There is no suggestion at this address")
    authority = hub.authority(at if at in hub.frame.site.publishers else "")
    if request.method == "GET":
        _count(hub, What.CLICKED, authority.id, _today(hub, authority))
    named = name
    if kind == SuggestionKind.DUTY:
        named = quote(in_language(hub.family(name).title, language)[0])
    return RedirectResponse(f"/{language}/{LEADS_TO[SuggestionKind(kind)].format(named)}", 303)


@router.api_route("/{language}/filing", methods=READ)
@needs(Deed.READ_REQUEST)
def figures(request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage) -> Response:
    """How often something was suggested, opened, and nothing filed after, month by month."""
    today = clock.today(hub.timezone)
    with hub.reading() as session:
        months = counts.by_month(
            session, reach(visitor, Deed.READ_REQUEST), since=today - SHOWN_MONTHS
        )
    answer = page(
        request, "filing_figures.html", language,
        months=months, names=hub.frame.site.publishers, today=today,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def count_filed(hub: Hub, authority: str, today: date) -> None:
    """Count that a request was filed after something had been suggested."""
    _count(hub, What.FILED, authority, today)


def _count(hub: Hub, what: What, authority: str, day: date) -> None:
    with hub.writing() as session:
        counts.add(session, what, authority, day)


def _today(hub: Hub, asked: Authority) -> date:
    return today_under(hub, law_for(hub, asked, None))

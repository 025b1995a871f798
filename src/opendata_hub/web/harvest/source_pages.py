"""Who answers for catalogues elsewhere sees how they are read, and has them read, stopped, rest."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from opendata_hub import clock
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import reach
from opendata_hub.flows.harvest import declare
from opendata_hub.store.harvest import quarantine, runs
from opendata_hub.store.remote_ckan import plans, targets
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.people.browser import lead
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
MOST_RUNS = 10
APART_ON_A_PAGE = 20
SHOWN_LETTERS = 2_000
"""Of what came and could not be taken."""
router = APIRouter(route_class=Door, include_in_schema=False)


class SourceForm(BaseModel):
    """What is wanted of a source. do: read, stop, rest or wake."""

    do: str = ""


@router.api_route("/{language}/sources", methods=READ)
@needs(Deed.HARVEST)
def list_sources(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage
) -> Response:
    """The sources in reach and how each stands; the CKANs that our datasets are brought to."""
    with hub.reading() as session:
        sources = declare.listed(session, by=visitor)
        known = targets.listed(session, reach(visitor, Deed.HARVEST))
    return _not_kept(page(request, "sources.html", language, sources=sources, targets=known))


@router.api_route("/{language}/sources/{source}", methods=READ)
@needs(Deed.HARVEST)
def show_source(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    source: str,
    after: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """How a source is read: the reading that goes on, the last ones, what could not be taken."""
    with hub.reading() as session:
        shown = declare.show(session, declare.get(session, source, by=visitor))
        last = runs.listed(session, shown.source.id, MOST_RUNS)
        apart = quarantine.listed(session, shown.source.id, after=after, most=APART_ON_A_PAGE + 1)
    found = apart[:APART_ON_A_PAGE]
    answer = page(
        request, "source.html", language,
        shown=shown, source=shown.source, runs=last,
        apart=[(each, _beginning(each.given)) for each in found],
        following=found[-1].identifier if len(apart) > APART_ON_A_PAGE else "",
    )  # fmt: skip
    return _not_kept(answer)


@router.api_route("/{language}/targets/{target}", methods=READ)
@needs(Deed.HARVEST)
def show_target(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, target: str
) -> Response:
    """A CKAN that our datasets are brought to: the last plan, and what is in conflict."""
    with hub.reading() as session:
        known = targets.get(session, target, reach(visitor, Deed.HARVEST))
        there = len(targets.slugs_sent(session, known.id))
        plan = plans.last(session, known.id)
    return _not_kept(page(request, "target.html", language, target=known, there=there, plan=plan))


@router.post("/{language}/sources/{source}")
@needs(Deed.HARVEST)
def steer(
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    source: str,
    form: Annotated[SourceForm, Form()],
) -> Response:
    """Have a source read at once, its reading stopped, or let it rest."""
    now = clock.now()
    with hub.writing() as session:
        if form.do == "read":
            declare.ask_to_read(session, source, by=visitor, now=now)
        elif form.do == "stop":
            declare.ask_to_stop(session, source, by=visitor)
        elif form.do in {"rest", "wake"}:
            changes = {"is_active": form.do == "wake"}
            declare.change(session, source, changes, by=visitor, now=now)
        else:
            raise Invalid("do: say what is wanted of the source")
    return lead(hub, f"/{language}/sources/{source}")


def _beginning(given: bytes) -> str:
    return given[:SHOWN_LETTERS].decode("utf-8", "replace")


def _not_kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""Whoever gets notices can stop them: by a link in each, or one click of their own program."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.correspondence import send_code as code_flow
from opendata_hub.flows.correspondence import stop_notices as flow
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.people.browser import send_after
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/{language}/notices/{reference}/{key}", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def ask(
    request: Request, hub: HubDep, language: PageLanguage, reference: str, key: str
) -> Response:
    """Ask whether to stop: a scanner of mail that opens every link must stop nothing."""
    return _page(request, hub, language, reference, key)


@router.post("/{language}/notices/{reference}/{key}")
@needs(Deed.FOLLOW_WITH_CODE)
def stop(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    reference: str,
    key: str,
    again: bool = False,
) -> Response:
    """Stop the notices (RFC 8058 posts here, too), or let them come again."""
    with hub.writing() as session:
        flow.stop(session, reference, key, is_wanted=again, hub_key=hub.key, now=clock.now())
    return _page(request, hub, language, reference, key)


@router.post("/{language}/requests/{reference}/code")
@needs(Deed.FOLLOW_WITH_CODE)
def send_code(request: Request, hub: HubDep, language: PageLanguage, reference: str) -> Response:
    """Send a lost code to the address that was given; whoever asks is told the same."""
    with hub.writing() as session:
        code_flow.send_code(session, reference, now=clock.now())
    answer = page(request, "code_sent.html", language, reference=reference.strip().upper()[:60])
    answer.background = send_after(hub)
    return answer


def _page(request: Request, hub: Hub, language: str, reference: str, key: str) -> Response:
    with hub.reading() as session:
        are_stopped = flow.are_stopped(session, reference, key, hub_key=hub.key)
    answer = page(
        request, "notices.html", language,
        reference=reference, are_stopped=are_stopped, here=request.url.path,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer

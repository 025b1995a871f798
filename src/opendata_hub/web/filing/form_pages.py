"""The page of the form, for whoever shows it: empty, or with what was typed."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import HubError
from opendata_hub.domain.filing.details import Access, Source
from opendata_hub.domain.filing.opened import opened_at
from opendata_hub.web.deps import HubDep
from opendata_hub.web.filing.form import BadFile, Typed
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import law_for

READ = ["GET", "HEAD"]
NOTHING = Typed({})


def asked_authority(request: Request, hub: HubDep) -> Authority:
    """The authority of the address, or the hub's own body; raises UnknownPublisher."""
    return hub.authority(request.path_params.get("authority", ""))


AskedDep = Annotated[Authority, Depends(asked_authority)]


def form_page(
    request: Request,
    hub: Hub,
    language: str,
    asked: Authority,
    typed: Typed,
    *,
    problem: HubError | None = None,
) -> Response:
    """The form with what was typed, and what is wrong with it."""
    return page(
        request, "request_new.html", language,
        status=422 if problem else 200, authority=asked, law=law_for(hub, asked, None),
        values=typed.values, chosen=typed.sources, problem=str(problem or ""),
        code=code_of(problem), accesses=list(Access), sources=list(Source),
        had_files=bool(typed.files), opened=opened_at(hub.key, clock.now()),
        action=f"{request.url.path.rpartition('/')[0]}/before",
    )  # fmt: skip


def code_of(problem: HubError | None) -> str:
    """The code of a problem, or of the reason that a file was not taken for; empty without one."""
    if problem is None:
        return ""
    return problem.because if isinstance(problem, BadFile) else problem.code

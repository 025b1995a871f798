"""Officers take over an old register, and fetch the yearly report."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.adapters.tabular.old_registers import old_table
from opendata_hub.adapters.typeset.letters import MEDIA_TYPE
from opendata_hub.adapters.typeset.reports import typeset_report
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import HubError, Invalid, TooLarge
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.domain.register.old_register import REASONS, SCHEMA
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.register.import_old import OldTable, Report, import_old
from opendata_hub.flows.register.report_year import report_year
from opendata_hub.flows.requests.announce import current
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.register import files
from opendata_hub.web.register.asked import AskedQuery
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import today_under

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/{language}/old-registers", methods=READ)
@needs(Deed.HANDLE_REQUEST)
def ask_file(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage
) -> Response:
    """A form for the file of an old register, and which columns are read."""
    return _import_page(request, hub, visitor, language)


@router.post("/{language}/old-registers")
@needs(Deed.HANDLE_REQUEST)
def take_over(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    file: UploadFile,
    authority: Annotated[str, Form(max_length=100)] = "",
    act: Annotated[str, Form(pattern="^(check|import)$")] = "check",
    only_sound: Annotated[bool, Form()] = False,
) -> Response:
    """Say what would be taken over, row by row, or take it over."""
    body = hub.authority(authority)
    require(visitor, Deed.HANDLE_REQUEST, Place(body.id))
    try:
        report = _imported(
            hub, visitor, body, file, may_write=act == "import", only_sound=only_sound
        )
    except (Invalid, TooLarge) as problem:
        return _import_page(request, hub, visitor, language, problem=problem, chosen=body.id)
    return _import_page(request, hub, visitor, language, report=report, chosen=body.id)


@router.api_route("/{language}/statistics/report.{ending}", methods=READ)
@needs(Deed.READ_REQUEST)
def yearly_report(
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    ending: str,
    asked: AskedQuery,
    lang: Annotated[str, Query(pattern="^(ar|fr|en|)$")] = "",
) -> Response:
    """The yearly report for the commission: a PDF in one language, or a CSV in fr and ar."""
    if ending not in {"pdf", "csv"} or not asked.year:
        raise Invalid("report: ask for report.pdf or report.csv, and name a year")
    body = hub.authority(asked.authority)
    require(visitor, Deed.READ_REQUEST, Place(body.id))
    until = asked.chosen(hub).until
    languages = (lang or language,) if ending == "pdf" else ("fr", "ar")
    with hub.reading() as session:
        reports = [
            report_year(
                session, body, hub.law_named(body.law), year=asked.year, language=each,
                until=until, base_url=hub.frame.base_url,
            )
            for each in languages
        ]  # fmt: skip
    is_pdf = ending == "pdf"
    made = typeset_report(reports[0]) if is_pdf else files.report_csv(reports)
    name = f"{body.id}-{asked.year}-{'-'.join(languages)}.{ending}"
    return Response(
        made,
        media_type=MEDIA_TYPE if is_pdf else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _imported(
    hub: Hub,
    visitor: Visitor,
    body: Authority,
    file: UploadFile,
    *,
    may_write: bool,
    only_sound: bool,
) -> Report:
    """What became of the file; it is gone afterwards, with the names that stood in it."""
    law = hub.law_named(body.law)
    with tempfile.TemporaryDirectory(prefix="register-") as folder:
        kept = Path(folder) / "upload"
        with kept.open("wb") as copy:
            shutil.copyfileobj(file.file, copy)
        with old_table(kept, file.filename or "", SCHEMA) as table, hub.writing() as session:
            return import_old(
                session, OldTable(table.labels, table.ignored, table.records),
                authority=body, law=law, by=visitor, may_write=may_write, only_sound=only_sound,
                calendar=current(session, hub.calendar_of(law), authority=body.id),
                today=today_under(hub, law), now=clock.now(),
            )  # fmt: skip


def _import_page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    *,
    report: Report | None = None,
    problem: HubError | None = None,
    chosen: str = "",
) -> Response:
    answer = page(
        request, "old_registers.html", language, status=422 if problem else 200,
        report=report, problem=problem, chosen=chosen, bodies=_bodies(hub, visitor),
        fields=SCHEMA["fields"], reasons=REASONS, languages=LANGUAGES,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _bodies(hub: Hub, visitor: Visitor) -> Mapping[str, Authority]:
    """Those in whose name the visitor may take over a register."""
    within = reach(visitor, Deed.HANDLE_REQUEST)
    return {k: v for k, v in hub.frame.site.publishers.items() if within.covers(Place(k))}

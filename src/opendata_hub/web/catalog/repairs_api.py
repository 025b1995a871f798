"""The stewards' door for programs: what can be repaired in a file, and the repaired copy.

Nothing is kept between the two: the file is sent again with what is accepted.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, UploadFile
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from opendata_hub.adapters.files import passing, zipped
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.repair.proposal import acceptance_from
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.catalog import repair as flow
from opendata_hub.web.catalog.datasets_api import (
    REFUSALS,
    MessageLanguage,
    TableFile,
    require_language,
    sender_name,
)
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, bearer, needs
from opendata_hub.web.shapes import RepairsOut

ZIP = "application/zip"

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["publishing"],
    dependencies=[Depends(bearer)],
    responses=REFUSALS,
)

OfFamily = Annotated[str, Query(description="For example association-subsidies.")]
DayFirst = Annotated[
    list[str] | None, Form(description="A column whose ambiguous dates are DD/MM/YYYY.")
]
MonthFirst = Annotated[
    list[str] | None, Form(description="A column whose ambiguous dates are MM/DD/YYYY.")
]
Accepted = Annotated[
    list[str],
    Form(
        min_length=1,
        description="all, proved, a kind of proposal, or the place of one (7:titulaire_ice).",
    ),
]


@router.post("/repairs")
@needs(Deed.CHECK_FILE)
def propose(
    hub: HubDep,
    file: TableFile,
    family: OfFamily,
    day_first: DayFirst = None,
    month_first: MonthFirst = None,
    language: MessageLanguage = "fr",
) -> RepairsOut:
    """Say what can be repaired in a file, cell by cell with its proof. Nothing is kept."""
    require_language(language)
    with _question(hub, file, family, day_first, month_first) as question:
        survey = flow.propose(question)
    return RepairsOut.of(
        survey, file_name=question.file_name, family=question.family.name, language=language
    )


@router.post(
    "/repairs/copy",
    response_class=FileResponse,
    responses={
        200: {"description": "The repaired copy and its list of changes.", "content": {ZIP: {}}}
    },
)
@needs(Deed.CHECK_FILE)
def repaired_copy(
    hub: HubDep,
    file: TableFile,
    family: OfFamily,
    accept: Accepted,
    day_first: DayFirst = None,
    month_first: MonthFirst = None,
    language: MessageLanguage = "fr",
) -> FileResponse:
    """Make the accepted repairs: an archive with the copy and the list of changes, both CSV."""
    require_language(language)
    acceptance = acceptance_from(accept)
    with ExitStack() as cleared:
        folder = Path(cleared.enter_context(TemporaryDirectory(prefix="opendata-hub-")))
        archive = folder / "repaired.zip"
        with _question(hub, file, family, day_first, month_first) as question:
            copy, changes = (folder / name for name in flow.names_beside(question.file_name))
            flow.repair(question, acceptance, copy=copy, changes=changes, language=language)
        zipped((copy, changes), archive)
        return FileResponse(
            archive,
            media_type=ZIP,
            filename=f"{copy.stem}.zip",
            background=BackgroundTask(cleared.pop_all().close),
        )


@contextmanager
def _question(
    hub: Hub,
    file: UploadFile,
    family: str,
    day_first: list[str] | None,
    month_first: list[str] | None,
) -> Iterator[flow.Question]:
    """The file as it was sent, for as long as it is looked at."""
    orders = flow.orders_from(day_first or [], month_first or [])
    declared = hub.table(family)
    with passing(file.file, limit_bytes=hub.settings.upload_limit_bytes) as received:
        yield flow.Question(received, sender_name(file), declared, hub.territories, orders)

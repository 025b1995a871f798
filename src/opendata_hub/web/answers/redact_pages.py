"""Blacking out with a browser: boxes on the pictures of pages, or by fields and words."""

import tempfile
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub.adapters import documents
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.answers.case_file import CaseFile
from opendata_hub.domain.answers.redaction import MOST_MARKS, Box, Marks, Phrase
from opendata_hub.domain.errors import HubError, Invalid, NotADocument, NotRedacted
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.flows.answers.add_file import source
from opendata_hub.store.requests.cases import Case
from opendata_hub.web.answers.files_api import redacted
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
ONE = "/{language}/desk/{reference}/files/{file_id}"
SHOWN_PAGES = 20
"""Pictures of pages on one page of ours; a longer document is gone through in parts."""
EMPTY_ROWS = 3
"""Boxes that can be filled in without JavaScript, beyond those that are."""
MOST_FIELDS = 2 * 6 * MOST_MARKS
"""Six for each box; twice, so that who drew too many is told so and finds all of them again."""
router = APIRouter(route_class=Door, include_in_schema=False)
FileId = Annotated[int, Path(ge=1, le=2_147_483_647)]
PageNumber = Annotated[int, Path(ge=1, le=100_000)]
FirstPage = Annotated[int, Form(ge=1, le=100_000)]
NextPage = Annotated[int | None, Form(ge=1, le=100_000)]
Typed = Annotated[str, Form()]
Column = Annotated[list[str] | None, Form()]


@dataclass(frozen=True, slots=True)
class Row:
    """A box as it was typed, in percent of the page: its left and top edge, width and height."""

    page: str = ""
    left: str = ""
    top: str = ""
    width: str = ""
    height: str = ""
    code: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nobody has said where it is."""
        return not any((self.left, self.top, self.width, self.height))

    def box(self) -> Box:
        """The box; raises Invalid for what is no number."""
        try:
            left, top, width, height = (
                float(each.replace(",", ".")) / 100
                for each in (self.left, self.top, self.width, self.height)
            )
            right, bottom = min(left + width, 1), min(top + height, 1)
            return Box(int(self.page), left, top, right, bottom, self.code)
        except ValueError:
            raise Invalid(
                "boxes: page, left, top, width and height are numbers, in percent of the page"
            ) from None


@dataclass(frozen=True, slots=True)
class Sent:
    """What was typed, to be shown again on a fault."""

    rows: tuple[Row, ...] = ()
    phrases: str = ""
    exception: str = ""

    @property
    def marks(self) -> Marks:
        """What is to be blacked out."""
        return Marks(
            tuple(row.box() for row in self.rows),
            tuple(
                Phrase(line, self.exception) for line in self.phrases.splitlines() if line.strip()
            ),
        )


@router.api_route(ONE + "/black-out", methods=READ)
@needs(Deed.HANDLE_REQUEST)
def show(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    file_id: FileId,
    first: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The pages as pictures to draw on, and the fields that do the same."""
    return _page(request, hub, visitor, language, reference, file_id, Sent(), first=first)


@router.post(ONE + "/black-out")
@needs(Deed.HANDLE_REQUEST, most_fields=MOST_FIELDS)
def black_out(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    file_id: FileId,
    page_number: Column = None,
    left: Column = None,
    top: Column = None,
    width: Column = None,
    height: Column = None,
    code: Column = None,
    phrases: Typed = "",
    exception: Typed = "",
    first: FirstPage = 1,
    part: NextPage = None,
) -> Response:
    """Make the copy; on a fault all that was drawn and typed stands there again.

    part: nothing is made, the pages from that one are shown with all that was drawn and typed.
    first: from which page they were shown.
    """
    columns = [each or [] for each in (page_number, left, top, width, height, code)]
    rows = (Row(*map(str.strip, cells)) for cells in zip(*columns, strict=False))
    sent = Sent(tuple(row for row in rows if not row.is_empty), phrases, exception)
    if part:
        return _page(request, hub, visitor, language, reference, file_id, sent, first=part)
    try:
        _, done = redacted(hub, visitor, reference, file_id, sent.marks, language)
    except (Invalid, NotRedacted, NotADocument) as problem:
        return _page(
            request, hub, visitor, language, reference, file_id, sent, first=first, problem=problem
        )
    told = f"?missing={len(done.missing)}" if done.missing else ""
    return RedirectResponse(f"/{language}/desk/{reference}/files{told}", 303)


@router.api_route(ONE + "/pages/{page_number}.png", methods=READ)
@needs(Deed.HANDLE_REQUEST)
def picture(
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    file_id: FileId,
    page_number: PageNumber,
) -> Response:
    """A page as a picture, for who handles the case only."""
    del language
    _, file = _source(hub, visitor, reference, file_id)
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        target = FilePath(folder) / "page.png"
        documents.write_picture(
            hub.files.path(file.sha256), target, page_number, file_name=file.name
        )
        content = target.read_bytes()
    return Response(content, media_type="image/png", headers={"Cache-Control": "no-store"})


def _source(hub: Hub, visitor: Visitor, reference: str, file_id: int) -> tuple[Case, CaseFile]:
    with hub.reading() as session:
        return source(session, reference, file_id, by=visitor)


def _page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    reference: str,
    file_id: int,
    sent: Sent,
    *,
    first: int = 1,
    problem: HubError | None = None,
) -> Response:
    case, file = _source(hub, visitor, reference, file_id)
    law = hub.law_named(case.request.law)
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        sizes = documents.page_sizes(
            hub.files.path(file.sha256), FilePath(folder) / "pages", file_name=file.name
        )
    empty = (Row(page=str(first)),) * EMPTY_ROWS
    answer = page(
        request, "desk_black_out.html", language,
        status=422 if problem else 200, case=case, file=file, first=first, pages=len(sizes),
        sizes=sizes, last=min(len(sizes), first + SHOWN_PAGES - 1), shown=SHOWN_PAGES,
        sent=sent, problem=problem,
        rows=(*sent.rows, *empty), exceptions=(*law.exceptions, *law.refusal_grounds),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""The journal, for auditors: as a page, for programs, and who asked, which leaves an entry."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from opendata_hub import clock
from opendata_hub.domain.journal import Entry, Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import reach
from opendata_hub.flows.requests.read_identity import read_identity
from opendata_hub.store import journal
from opendata_hub.store.journal import Asked
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, needs
from opendata_hub.web.rendering import page
from opendata_hub.web.shapes import Problem

ON_A_PAGE, MOST = 50, 500
LARGEST = 2_147_483_647
"""Of the numbers that a database gives."""
router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["people"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 422)},
)
page_router = APIRouter(route_class=Door, include_in_schema=False)


class Wanted(BaseModel):
    """Which entries are asked for."""

    kind: Kind | Literal[""] | None = None
    person: int | None = Field(
        default=None, ge=1, le=LARGEST, description="The account that did it."
    )
    subject: str = Field(default="", max_length=200, description="A reference, an address, a name.")
    before: int | None = Field(
        default=None, ge=1, le=LARGEST, description="Entries below this number."
    )

    def value(self) -> Asked:
        """The same for the store."""
        return Asked(Kind(self.kind) if self.kind else None, self.person, self.subject.strip())


class EntryOut(BaseModel):
    """One thing that was done. ``said`` is null once its words were erased."""

    number: int
    at: AwareDatetime
    kind: str
    person: int | None = Field(description="Null for a stranger, and for commands.")
    authority: str
    subject: str
    said: dict[str, str] | None
    digest: str = Field(description="SHA-256 of what was said.")
    seal: str = Field(description="Joins the entry to the one before it.")

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        """From what the store keeps."""
        return cls(
            number=entry.number, at=entry.at, kind=entry.kind, person=entry.person,
            authority=entry.authority, subject=entry.subject,
            said=None if entry.said is None else dict(entry.said),
            digest=entry.digest, seal=entry.seal,
        )  # fmt: skip


class JournalOut(BaseModel):
    """Entries, latest first; ``next`` is the ``before`` of the following page, null at the end."""

    entries: list[EntryOut]
    next: int | None


class RequesterOut(BaseModel):
    """Who filed a request; that this was read is in the journal."""

    name: str
    email: str
    address: str
    id_number: str
    phone: str
    document: str


@router.get("/journal")
@needs(Deed.READ_LOG)
def read(
    hub: HubDep,
    visitor: VisitorDep,
    wanted: Annotated[Wanted, Query()],
    limit: Annotated[int, Query(ge=1, le=MOST)] = ON_A_PAGE,
) -> JournalOut:
    """The journal, latest entry first."""
    within = reach(visitor, Deed.READ_LOG)
    with hub.reading() as session:
        found = journal.latest(
            session, wanted.value(), within, before=wanted.before, most=limit + 1
        )
    shown = found[:limit]
    return JournalOut(
        entries=[EntryOut.of(each) for each in shown],
        next=shown[-1].number if len(found) > limit else None,
    )


@router.get("/requests/{reference}/requester")
@needs(Deed.READ_IDENTITY)
def requester(hub: HubDep, visitor: VisitorDep, reference: str) -> RequesterOut:
    """Who asked. Reading it is written into the journal."""
    with hub.writing() as session:
        person = read_identity(session, reference, by=visitor, now=clock.now())
    return RequesterOut(
        name=person.name, email=person.email, address=person.address,
        id_number=person.id_number, phone=person.phone, document=person.document,
    )  # fmt: skip


@page_router.api_route("/{language}/journal", methods=["GET", "HEAD"])
@needs(Deed.READ_LOG)
def show(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """The journal as an auditor reads it, latest entry first."""
    within = reach(visitor, Deed.READ_LOG)
    with hub.reading() as session:
        number, seal = journal.head(session)
        found = journal.latest(
            session, wanted.value(), within, before=wanted.before, most=ON_A_PAGE + 1
        )
    shown = found[:ON_A_PAGE]
    answer = page(
        request, "journal.html", language,
        entries=shown, wanted=wanted, kinds=list(Kind), last=number, seal=seal,
        following=shown[-1].number if len(found) > ON_A_PAGE else None,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer

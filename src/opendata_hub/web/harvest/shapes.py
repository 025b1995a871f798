"""Sources and their runs, as they go in and out."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from opendata_hub.domain.harvest.run import Run, RunState
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.flows.harvest.declare import Shown
from opendata_hub.store.harvest.quarantine import Apart


class SourceIn(BaseModel):
    """A catalogue to be read again and again. authority answers for it here."""

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: SourceKind
    url: str
    authority: str
    language: str = "fr"
    filter: str = ""
    hours: int = 24
    most_gone: int = 20
    page_size: int = 200
    private_network: bool = False

    def value(self, now: datetime) -> Source:
        """The source, to be read at once."""
        return Source(
            id=self.id,
            kind=self.kind,
            url=self.url,
            authority=self.authority,
            added_at=now,
            due_at=now,
            language=self.language,
            filter=self.filter,
            hours=self.hours,
            most_gone=self.most_gone,
            page_size=self.page_size,
            is_private=self.private_network,
        )


class SourceChangeIn(BaseModel):
    """What is to change in a source; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = None
    language: str | None = None
    filter: str | None = None
    hours: int | None = None
    most_gone: int | None = None
    page_size: int | None = None
    active: bool | None = None

    def changes(self) -> dict[str, object]:
        """By the names of the source's own fields."""
        said = self.model_dump(exclude_none=True)
        return {"is_active" if name == "active" else name: value for name, value in said.items()}


class RunOut(BaseModel):
    """One reading of a source. cursor: the page to go on with, where it was broken off."""

    id: int
    state: RunState
    whole: bool
    read: int
    total: int | None
    pages: int
    counts: dict[str, int]
    started_at: datetime
    ended_at: datetime | None
    cursor: str
    code: str
    problem: str

    @classmethod
    def of(cls, run: Run) -> Self:
        """From the domain's value."""
        return cls(
            id=run.id,
            state=run.state,
            whole=run.is_whole,
            read=run.read,
            total=run.total,
            pages=run.pages,
            counts=dict(run.counts),
            started_at=run.started_at,
            ended_at=run.ended_at,
            cursor=run.cursor,
            code=run.code,
            problem=run.problem,
        )


class SourceOut(SourceIn):
    """A source and how it stands: records in the catalogue, records apart, its last run."""

    active: bool
    due_at: datetime
    kept: int
    apart: int
    last_run: RunOut | None

    @classmethod
    def of(cls, shown: Shown) -> Self:
        """From what a flow shows."""
        source = shown.source
        return cls(
            id=source.id,
            kind=source.kind,
            url=source.url,
            authority=source.authority,
            language=source.language,
            filter=source.filter,
            hours=source.hours,
            most_gone=source.most_gone,
            page_size=source.page_size,
            private_network=source.is_private,
            active=source.is_active,
            due_at=source.due_at,
            kept=shown.kept,
            apart=shown.apart,
            last_run=RunOut.of(shown.last) if shown.last else None,
        )


class SourceListOut(BaseModel):
    """The sources in reach of who asks."""

    results: list[SourceOut]


class RunListOut(BaseModel):
    """The last runs of a source, the latest first."""

    results: list[RunOut]


class ApartOut(BaseModel):
    """A record that could not be taken. given: the beginning of what came."""

    identifier: str
    title: str
    code: str
    reason: str
    page: str
    first_at: datetime
    last_at: datetime
    given: str = Field(description="The beginning of what came.")

    @classmethod
    def of(cls, apart: Apart) -> Self:
        """From what is kept."""
        return cls(
            identifier=apart.identifier,
            title=apart.title,
            code=apart.code,
            reason=apart.reason,
            page=apart.page,
            first_at=apart.first_at,
            last_at=apart.last_at,
            given=apart.given.decode("utf-8", "replace"),
        )


class QuarantineOut(BaseModel):
    """A page of what is kept apart; following is the ``after`` of the next one."""

    total: int
    results: list[ApartOut]
    following: str | None


class RemovedOut(BaseModel):
    """How many records left the catalogue with their source."""

    gone: int


class StoppingOut(BaseModel):
    """Whether there was a reading to stop."""

    stopping: bool

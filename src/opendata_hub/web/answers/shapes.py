"""Bodies in and out of the doors to files of a case."""

from datetime import date
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from opendata_hub.domain.answers.case_file import CaseFile, Origin, Release
from opendata_hub.domain.answers.redaction import Box, Marks, Phrase, Redacted
from opendata_hub.domain.catalog.report import clearances_from
from opendata_hub.flows.answers.release import Wanted
from opendata_hub.web.shapes import Day, FindingOut

MOST_CLEARED = 200


class HandedOverOut(BaseModel):
    """A file as who may have it, but handles nothing, sees it."""

    id: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    url: str = Field(description="Where its bytes are.")

    @classmethod
    def of(cls, file: CaseFile, url: str) -> Self:
        """From a file of a case."""
        return cls(
            id=file.id, name=file.name, media_type=file.media_type, size_bytes=file.size_bytes,
            sha256=file.sha256, url=url,
        )  # fmt: skip


class CaseFileOut(BaseModel):
    """A file of a case as those who handle it see it.

    findings: what a reading of it has found. blocking: those that stand in the way of a release.
    """

    id: int
    origin: Origin
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    added_at: AwareDatetime
    findings: list[FindingOut]
    blocking: list[str] = Field(description="code/column of what stands in the way.")
    release: Release
    public_from: date | None
    made_from: int | None
    exceptions: list[str]
    dataset: str

    @classmethod
    def of(cls, file: CaseFile) -> Self:
        """From a file of a case."""
        return cls(
            id=file.id, origin=file.origin, name=file.name, media_type=file.media_type,
            size_bytes=file.size_bytes, sha256=file.sha256, added_at=file.added_at,
            findings=[
                FindingOut(
                    code=each.code, row=each.row, column=each.column, rule=each.rule,
                    level=each.level, message=each.message,
                )
                for each in file.findings
            ],
            blocking=file.standing_in_the_way(),
            release=file.release, public_from=file.public_from, made_from=file.made_from,
            exceptions=list(file.exceptions), dataset=file.dataset,
        )  # fmt: skip


class BoxIn(BaseModel):
    """A part of a page: parts of its width and height, 0 to 1, from the left and the top."""

    model_config = ConfigDict(extra="forbid")

    page: int
    left: float
    top: float
    right: float
    bottom: float
    exception: str = Field(max_length=100, description="Code of the law.")


class PhraseIn(BaseModel):
    """Words that are blacked out wherever they stand."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=1000)
    exception: str = Field(max_length=100, description="Code of the law.")


class MarksIn(BaseModel):
    """What is to be blacked out."""

    model_config = ConfigDict(extra="forbid")

    boxes: list[BoxIn] = []
    phrases: list[PhraseIn] = []

    def value(self) -> Marks:
        """As the domain's value, not yet checked."""
        return Marks(
            tuple(Box(**each.model_dump()) for each in self.boxes),
            tuple(Phrase(each.text, each.exception) for each in self.phrases),
        )


class RedactedOut(BaseModel):
    """The copy, what was blacked out in it, and the words that stand nowhere as text."""

    file: CaseFileOut
    boxes: list[BoxIn]
    missing: list[str]
    pictures: list[int] = Field(description="The pages that are pictures now.")

    @classmethod
    def of(cls, file: CaseFile, done: Redacted) -> Self:
        """From the copy and what was done."""
        return cls(
            file=CaseFileOut.of(file),
            boxes=[
                BoxIn(
                    page=each.page, left=each.left, top=each.top, right=each.right,
                    bottom=each.bottom, exception=each.exception,
                )
                for each in done.boxes
            ],
            missing=list(done.missing),
            pictures=list(done.pictures),
        )  # fmt: skip


class ReleaseIn(BaseModel):
    """Who may have a file: private, the requester with the answer, everybody from a day on."""

    model_config = ConfigDict(extra="forbid")

    release: Release
    public_from: Day | None = None
    clear: list[str] = Field(
        default=[], max_length=MOST_CLEARED, description="code/column=why it may pass."
    )

    def value(self) -> Wanted:
        """As the flow's value; raises Invalid for a clearance in another form."""
        return Wanted(self.release, self.public_from, clearances_from(self.clear))

"""Bodies in and out, as Pydantic models; the OpenAPI document is made from them."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.report import Level, Report
from opendata_hub.domain.requests.calendar import DayOff
from opendata_hub.domain.requests.deadline import Deadline
from opendata_hub.domain.requests.info_request import Question, Requester
from opendata_hub.store.submissions import Submission


class FindingOut(BaseModel):
    """One thing that is wrong in a file. row counts the header as 1."""

    code: str
    row: int | None
    column: str | None
    level: Level
    message: str


class ReportOut(BaseModel):
    """The verdict on a file. complete is false when checking stopped at the limit of findings."""

    valid: bool
    readable: bool
    complete: bool
    rows: int
    encoding: str | None
    total_findings: int
    findings: list[FindingOut]

    @classmethod
    def of(cls, report: Report) -> Self:
        """From the domain's report."""
        return cls(
            valid=report.is_valid,
            readable=report.is_readable,
            complete=report.is_complete,
            rows=report.rows,
            encoding=report.encoding,
            total_findings=report.total_findings,
            findings=[
                FindingOut(
                    code=f.code, row=f.row, column=f.column, level=f.level, message=f.message
                )
                for f in report.findings
            ],
        )


class SubmissionOut(ReportOut):
    """A report as the hub keeps it, with the file it is about."""

    submission: int
    family: str
    file_name: str
    size_bytes: int
    sha256: str

    @classmethod
    def of_submission(cls, submission: Submission) -> Self:
        """From what the store keeps."""
        return cls(
            **ReportOut.of(submission.report).model_dump(),
            submission=submission.id,
            family=submission.family,
            file_name=submission.file_name,
            size_bytes=submission.size_bytes,
            sha256=submission.sha256,
        )


class DatasetOut(BaseModel):
    """A published dataset; its full record is the RDF at ``url``."""

    slug: str
    url: str
    download_url: str
    family: str
    publisher: str
    version: int
    title: dict[str, str]
    rows: int
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, dataset: Dataset, base_url: str) -> Self:
        """From the domain's dataset."""
        url, file = f"{base_url}/datasets/{dataset.slug}", dataset.distribution
        return cls(
            slug=dataset.slug,
            url=url,
            download_url=f"{url}/files/{file.file_name}",
            family=dataset.family,
            publisher=dataset.publisher,
            version=dataset.version,
            title=dict(dataset.title),
            rows=file.rows,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
        )


class SkippedOut(BaseModel):
    """A day that was not counted. status is weekend, official, expected or exceptional."""

    day: date
    reason: str
    status: str

    @classmethod
    def of(cls, off: DayOff, language: str) -> Self:
        """From the domain's day off."""
        return cls(day=off.day, reason=off.reason[language], status=off.status or "weekend")


class DeadlineOut(BaseModel):
    """A term and how it was counted. due is the legal reading, safe the careful one."""

    model_config = ConfigDict(populate_by_name=True)

    law: str
    step: str
    start: date = Field(serialization_alias="from")
    due: date
    safe: date
    length: int
    unit: str
    article: str
    confidence: str
    skipped: list[SkippedOut]
    note: str
    calendar_version: str

    @classmethod
    def of(cls, term: Deadline, law: str, language: str) -> Self:
        """From the domain's deadline; texts in one language."""
        return cls(
            law=law,
            step=term.step.name,
            start=term.start,
            due=term.due,
            safe=term.safe,
            length=term.step.length,
            unit=term.step.unit,
            article=term.step.article,
            confidence=term.step.confidence,
            skipped=[SkippedOut.of(off, language) for off in term.skipped],
            note=term.step.note[language],
            calendar_version=term.calendar_version,
        )


class _Strict(BaseModel):
    """Takes what it names and nothing else; a text is no number and no truth value."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RequesterIn(_Strict):
    """Who asks (law 31-13, art. 14): shown to nobody but those who answer."""

    name: str
    email: str = ""
    address: str
    id_number: str

    def value(self) -> Requester:
        """As the domain's value, not yet checked against a law."""
        return Requester(self.name, self.email, self.address, self.id_number)


class InfoRequestIn(_Strict):
    """A request for information as it is filed."""

    subject: str
    text: str
    language: str = Field(description="Of the request and its answer: ar, fr or en.")
    requester: RequesterIn
    law: str | None = Field(
        default=None, description="For example ma/31-13; the hub's own if absent."
    )
    urgent: bool = Field(
        default=False, description="Life, safety or liberty is at stake (art. 17)."
    )
    received_on: str | None = Field(
        default=None,
        description="Day of receipt of a paper request, entered by an officer: needs an API token.",
    )

    def question(self) -> Question:
        """As the domain's value, not yet checked."""
        return Question(self.subject, self.text, self.language, self.urgent)


class InfoRequestOut(DeadlineOut):
    """A filed request as its holder may read it, with the term that runs. Nobody is named."""

    reference: str
    subject: str
    received_on: date

    @classmethod
    def of_request(
        cls, term: Deadline, language: str, *, law: str, reference: str, subject: str
    ) -> Self:
        """From the request's words and its running term."""
        return cls(
            **DeadlineOut.of(term, law, language).model_dump(),
            reference=reference,
            subject=subject,
            received_on=term.start,
        )


class ReceiptOut(InfoRequestOut):
    """What the requester keeps. tracking_code is shown this once."""

    tracking_code: str = ""


class Problem(BaseModel):
    """An RFC 9457 problem document; code is stable, detail is for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str

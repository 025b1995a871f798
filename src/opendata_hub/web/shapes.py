"""Bodies in and out, as Pydantic models; the OpenAPI document is made from them."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from opendata_hub.adapters.search import Hit
from opendata_hub.domain.authority import Authority, prefix_of
from opendata_hub.domain.authority import Unit as DeskUnit
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.document import Document
from opendata_hub.domain.catalog.harvest.change import Tombstone
from opendata_hub.domain.catalog.repair.proposal import Certainty, Kind, Proposal, Survey
from opendata_hub.domain.catalog.report import Clearance, Level, Report
from opendata_hub.domain.catalog.search.query import Facet, Query, Sort
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.filing.details import details_in
from opendata_hub.domain.link import LinkState
from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.requests.calendar import Announcement, DayOff, Holiday, HolidayStatus
from opendata_hub.domain.requests.deadline import Deadline
from opendata_hub.domain.requests.info_request import Channel, Question, Requester
from opendata_hub.domain.requests.law import Effect
from opendata_hub.domain.requests.term import AfterStop, DayZero, End, Span, StopDays, Unit
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.catalog.check_links import Link
from opendata_hub.flows.requests.follow import Followed
from opendata_hub.store.submissions import Submission


def _written_day(given: object) -> date:
    """A day as the OpenAPI document has it; Pydantic takes a number for seconds since 1970."""
    if isinstance(given, date):
        return given
    if not isinstance(given, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given, re.ASCII):
        raise PydanticCustomError("day", "Write the day as 2026-11-30")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise PydanticCustomError("day", "There is no such day") from None


Day = Annotated[date, BeforeValidator(_written_day)]
"""A day that is sent to us."""


class FindingOut(BaseModel):
    """One thing that is wrong in a file. row counts the header as 1; rule is the family's."""

    code: str
    row: int | None
    column: str | None
    rule: str | None
    level: Level
    message: str


class ReportOut(BaseModel):
    """The verdict on a file.

    complete is false when time ran out; counts are exact, findings an excerpt when there are many.
    slow_because says why every row was read by Frictionless, when it was.
    """

    valid: bool
    readable: bool
    complete: bool
    rows: int
    encoding: str | None
    total_findings: int
    counts: dict[str, int]
    slow_because: str
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
            counts=dict(report.counts),
            slow_because=report.slow_because,
            findings=[
                FindingOut(
                    code=f.code,
                    row=f.row,
                    column=f.column,
                    rule=f.rule,
                    level=f.level,
                    message=f.message,
                )
                for f in report.findings
            ],
        )


class ClearanceOut(BaseModel):
    """What a steward let pass, why and when."""

    code: str
    column: str | None
    reason: str
    cleared_at: datetime | None


class SubmissionOut(ReportOut):
    """A report as the hub keeps it, with the file it is about."""

    submission: int
    family: str
    file_name: str
    size_bytes: int
    sha256: str
    clearances: list[ClearanceOut] = Field(description="What a steward let pass, oldest first.")

    @classmethod
    def of_submission(cls, submission: Submission, clearances: Iterable[Clearance] = ()) -> Self:
        """From what the store keeps."""
        return cls(
            **ReportOut.of(submission.report).model_dump(),
            submission=submission.id,
            family=submission.family,
            file_name=submission.file_name,
            size_bytes=submission.size_bytes,
            sha256=submission.sha256,
            clearances=[
                ClearanceOut(
                    code=each.code,
                    column=each.column,
                    reason=each.reason,
                    cleared_at=each.cleared_at,
                )
                for each in clearances
            ],
        )


class ProposalOut(BaseModel):
    """One repair of one cell or line, or the reason why there is none (after is null then).

    place is what ``accept`` takes. A line that is to go has no column and no after either;
    repair says whether accepting it changes the table.
    """

    place: str
    row: int
    column: str | None
    before: str
    after: str | None
    repair: bool
    kind: Kind
    certainty: Certainty
    proof: str

    @classmethod
    def of(cls, proposal: Proposal, language: str) -> Self:
        """From the domain's proposal; its proof in one language."""
        return cls(
            place=proposal.place,
            row=proposal.row,
            column=proposal.column,
            before=proposal.before,
            after=proposal.after,
            repair=proposal.is_repair,
            kind=proposal.kind,
            certainty=proposal.certainty,
            proof=proposal.proof(language),
        )


class RepairsOut(BaseModel):
    """What can be repaired in a file. total and counts are exact, proposals may be fewer."""

    file_name: str
    family: str
    total: int
    repairs: int
    counts: dict[Kind, int]
    proposals: list[ProposalOut]

    @classmethod
    def of(cls, survey: Survey, *, file_name: str, family: str, language: str) -> Self:
        """From what the file was found to need."""
        return cls(
            file_name=file_name,
            family=family,
            total=survey.total,
            repairs=survey.repairs,
            counts=dict(survey.counts),
            proposals=[ProposalOut.of(each, language) for each in survey.proposals],
        )


class LinkOut(BaseModel):
    """An address in a record. reachable: null where nobody has looked yet.

    status is 0 when nothing answered; problem is then a code of ``docs/errors.md``.
    """

    url: str
    reachable: bool | None
    checked_at: datetime | None = None
    status: int | None = None
    problem: str = ""
    took_ms: int | None = None
    led_to: str = ""
    fails_since: datetime | None = None

    @classmethod
    def of(cls, link: Link) -> Self:
        """From an address of a dataset; our own are not looked at, they are known."""
        if link.state:
            return cls.of_state(link.state)
        return cls(url=link.url, reachable=link.is_reachable)

    @classmethod
    def of_state(cls, state: LinkState) -> Self:
        """From what is known of an address elsewhere."""
        last = state.last
        return cls(
            url=last.url,
            reachable=last.is_reachable,
            checked_at=last.checked_at,
            status=last.status,
            problem=last.problem,
            took_ms=last.took_ms,
            led_to=last.led_to,
            fails_since=state.fails_since,
        )


class DocumentOut(BaseModel):
    """What was read in a document. pages: 0 where its format does not tell."""

    pages: int
    silent_pages: int
    searchable: bool

    @classmethod
    def of(cls, document: Document) -> Self:
        """From what the store keeps; its text is searched, never given."""
        return cls(
            pages=document.pages,
            silent_pages=document.silent_pages,
            searchable=document.is_searchable,
        )


class DatasetOut(BaseModel):
    """A published dataset; its full record is the RDF at ``url``.

    document: what was read in its file, where that is no table.
    links: the addresses in its record, when one dataset is asked for.
    """

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
    document: DocumentOut | None = None
    links: list[LinkOut] = []

    @classmethod
    def of(cls, dataset: Dataset, base_url: str, document: Document | None = None) -> Self:
        """From the domain's dataset, and what was read in its document."""
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
            document=DocumentOut.of(document) if document else None,
        )


class SearchIn(BaseModel):
    """A search: words, filters (alternatives within one, all of them required), what to count."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(default="", description="Words of French, Arabic or English.")
    family: list[str] = Field(default=[], description="Names of families: petitions …")
    publisher: list[str] = Field(default=[], description="Ids of publishers.")
    theme: list[str] = Field(default=[], description="Codes of the EU data themes: ECON …")
    format: list[str] = Field(default=[], description="Codes of the EU file types: CSV …")
    licence: list[str] = Field(default=[], description="Codes of the EU licences: CC_BY_4_0 …")
    territory: list[str] = Field(default=[], description="Codes of territories: MAR …")
    year: list[str] = Field(default=[], description="Years that titles name: 2026 …")
    facet: list[Facet] = Field(default=[], description="What to count the results by.")
    sort: Sort | None = Field(
        default=None, description="Without it: the best first if there is a text, else the latest."
    )
    page: int = Field(default=1, description="From 1; only the first 10,000 results have pages.")
    limit: int = Field(default=20, description="Results on a page, 1 to 100.")
    lang: Literal["ar", "fr", "en"] = Field(default="fr", description="Of labels and excerpts.")

    def value(self) -> Query:
        """As the domain's value; raises BadSearch."""
        return Query(
            text=self.q,
            filters={each: getattr(self, each) for each in Facet if getattr(self, each)},
            facets=tuple(dict.fromkeys(self.facet)),
            sort=self.sort,
            page=self.page,
            limit=self.limit,
            language=self.lang,
        )


class FoundDatasetOut(BaseModel):
    """A dataset that was found. excerpt is HTML: escaped text, what was looked for in <mark>."""

    slug: str
    url: str
    title: dict[str, str]
    excerpt: str
    excerpt_language: str
    family: str
    publisher: str
    format: str
    rows: int
    version: int
    modified_at: datetime

    @classmethod
    def of(cls, hit: Hit, base_url: str, *, excerpt: str) -> Self:
        """From a hit; ``excerpt`` is its escaped text."""
        shown = hit.shown
        return cls(
            slug=shown.slug,
            url=f"{base_url}/datasets/{shown.slug}",
            title=dict(shown.title),
            excerpt=excerpt,
            excerpt_language=hit.excerpt_language,
            family=shown.family,
            publisher=shown.publisher,
            format=shown.format,
            rows=shown.rows,
            version=shown.version,
            modified_at=shown.modified_at,
        )


class CountOut(BaseModel):
    """How many results have a value of a facet; label is what readers call it."""

    value: str
    label: str
    count: int


class SearchOut(BaseModel):
    """What was found. guessed are words that no dataset has: similar ones were looked for.

    facets has the 100 most frequent values of each facet that was asked for. A filter by a facet
    does not touch the counts of that facet: they show the alternatives to it.
    """

    total: int
    page: int
    limit: int
    guessed: list[str]
    results: list[FoundDatasetOut]
    facets: dict[Facet, list[CountOut]]


class WithdrawnOut(BaseModel):
    """A dataset that was withdrawn; its tombstone is at ``url``."""

    slug: str
    url: str
    withdrawn_at: datetime
    reason: str

    @classmethod
    def of(cls, left: Tombstone, base_url: str) -> Self:
        """From what is left of it."""
        url = f"{base_url}/datasets/{left.slug}"
        return cls(slug=left.slug, url=url, withdrawn_at=left.withdrawn_at, reason=left.reason)


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

    law: str | None
    step: str | None
    start: date = Field(serialization_alias="from")
    due: date
    safe: date
    length: int | None
    unit: str | None
    article: str
    confidence: str
    skipped: list[SkippedOut]
    on_expiry: Effect | None = Field(
        description="What silence means: opens_remedy, deemed_refusal …"
    )
    opens: list[str] = Field(description="The steps that expiry opens.")
    optional: bool = Field(description="Whether the next remedy is open without this one.")
    note: str
    calendar_version: str

    @classmethod
    def of(cls, term: Deadline, law: str | None, language: str) -> Self:
        """From the domain's deadline; texts in one language."""
        span = term.step.term if isinstance(term.step.term, Span) else None
        return cls(
            law=law,
            step=term.step.name or None,
            start=term.start,
            due=term.due,
            safe=term.safe,
            length=span.length if span else None,
            unit=span.unit if span else None,
            article=term.step.article,
            confidence=term.step.confidence,
            skipped=[SkippedOut.of(off, language) for off in term.skipped],
            on_expiry=term.step.expiry.effect if term.step.expiry else None,
            opens=list(term.step.expiry.opens) if term.step.expiry else [],
            optional=term.step.is_optional,
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
    phone: str = ""
    document: str = Field(default="", description="national-card or residence; of id_number.")

    def value(self) -> Requester:
        """As the domain's value, not yet checked against a law."""
        return Requester(
            self.name, self.email, self.address, self.id_number, self.phone, self.document
        )


class DeadlineCase(BaseModel):
    """A term to count: a step of a law, or a rule of one's own.

    start is a day, or an instant with its offset. holidays, where given, is the whole list.
    suspensions are pairs of days; suspension_days says whether both are taken out, or only those
    after the first. extensions are lengths, each counted from the last day of the one before.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    id: str | int | None = Field(default=None, description="Given back with the answer.")
    law: str | None = None
    step: str | None = None
    unit: Unit | None = None
    length: int | None = Field(default=None, ge=1, le=20_000)
    start: str = Field(alias="from")
    weekend: list[str] | None = None
    holidays: list[Day] | None = None
    day_zero: DayZero | None = None
    end: End | None = None
    suspensions: list[tuple[Day, Day]] = Field(default=[], max_length=100)
    suspension_days: StopDays = StopDays.AFTER_STOP
    after_suspension: AfterStop = AfterStop.REMAINING
    extensions: list[int] = Field(default=[], max_length=20)
    lang: Literal["ar", "fr", "en"] = "fr"


class DeskUnitShape(_Strict):
    """A unit of an authority's desk."""

    id: str
    name: dict[str, str] = Field(description="In Arabic, French and English.")
    email: str = ""


class AuthorityIn(_Strict):
    """An authority to add to the hub."""

    id: str = Field(description="Small letters, digits, hyphens: commune-exemple.")
    name: dict[str, str] = Field(description="In Arabic, French and English.")
    type: str = Field(default="LocalAuthority", description="A code of the publisher types.")
    homepage: str = ""
    email: str = ""
    territory: str = Field(default="", description="LIST:CODE, such as hcp:04.")
    parent: str = Field(default="", description="The authority it belongs to.")
    families: list[str] = Field(default=[], description="What it publishes; all if empty.")
    law: str = Field(default="", description="For example ma/31-13; the hub's own if empty.")
    prefix: str = Field(default="", description="Before the number of its requests.")
    units: list[DeskUnitShape] = Field(default=[], max_length=100)

    def value(self, *, law: str) -> Authority:
        """As the domain's value, not yet checked. law: where none is named."""
        return Authority(
            id=self.id,
            name=self.name,
            type=self.type,
            homepage=self.homepage,
            email=self.email,
            law=self.law or law,
            reference_prefix=self.prefix or prefix_of(self.id),
            territory=self.territory,
            parent=self.parent,
            families=frozenset(self.families),
            units=tuple(DeskUnit(each.id, each.name, each.email) for each in self.units),
        )


class AuthorityOut(AuthorityIn):
    """An authority of the hub. active: whether it publishes and takes requests."""

    active: bool
    url: str

    @classmethod
    def of(cls, authority: Authority, base_url: str) -> Self:
        """From the domain's value."""
        return cls(
            id=authority.id,
            name=dict(authority.name),
            type=authority.type,
            homepage=authority.homepage,
            email=authority.email,
            territory=authority.territory,
            parent=authority.parent,
            families=sorted(authority.families),
            law=authority.law,
            prefix=authority.reference_prefix,
            units=[
                DeskUnitShape(id=unit.id, name=dict(unit.name), email=unit.email)
                for unit in authority.units
            ],
            active=authority.is_active,
            url=f"{base_url}/publishers/{authority.id}",
        )


class AuthorityListOut(BaseModel):
    """A page of authorities; following is the ``after`` of the next one."""

    total: int
    results: list[AuthorityOut]
    following: str | None


class InfoRequestIn(_Strict):
    """A request for information as it is filed."""

    subject: str
    text: str
    language: str = Field(description="Of the request and its answer: ar, fr or en.")
    requester: RequesterIn
    authority: str = Field(default="", description="Who is asked; the hub's own body if empty.")
    unit: str = Field(default="", description="Of the authority's desk, if it is known.")
    law: str | None = Field(
        default=None, description="For example ma/31-13; the authority's own if absent."
    )
    urgent: bool = Field(
        default=False, description="Life, safety or liberty is at stake (art. 17)."
    )
    urgency: str = Field(default="", description="Why it is; needed where it is urgent.")
    access: str = Field(
        default="", description="How it is wanted: on-site, collection, email, post or fax."
    )
    sources: list[str] = Field(
        default=[], max_length=20, description="In what it is held: report, database …"
    )
    period_from: str = Field(default="", description="The first day it is about.")
    period_to: str = Field(default="", description="The last day it is about.")
    received_on: str | None = Field(
        default=None,
        description="Day of receipt of a paper request, entered by an officer: needs an API token.",
    )
    channel: Channel | None = Field(
        default=None,
        strict=False,
        description="The way it came in, said by an officer; else api, or paper with received_on.",
    )

    def question(self) -> Question:
        """As the domain's value, not yet checked; raises Invalid for what can't be read."""
        details = details_in(
            urgency=self.urgency, access=self.access, sources=self.sources,
            period_from=self.period_from, period_to=self.period_to,
        )  # fmt: skip
        return Question(self.subject, self.text, self.language, self.urgent, details)


class InfoRequestOut(DeadlineOut):
    """A filed request as its holder may read it: the term of the answer, and the remedies.

    remedies are the terms that the answer, or its absence, has opened. Nobody is named.
    """

    reference: str
    subject: str
    received_on: date
    state: State
    is_late: bool
    remedies: list[DeadlineOut]

    @classmethod
    def of_request(cls, followed: Followed, language: str) -> Self:
        """From a request as its holder follows it; texts in one language."""
        request, first = followed.request, followed.first
        others = [clock for clock in followed.clocks.values() if clock is not first]
        return cls(
            **DeadlineOut.of(first.deadline, request.law, language).model_dump(),
            reference=request.reference,
            subject=request.question.subject,
            received_on=request.received_on,
            state=followed.state,
            is_late=followed.is_late,
            remedies=[DeadlineOut.of(c.deadline, request.law, language) for c in others],
        )


class ReceiptOut(InfoRequestOut):
    """What the requester keeps. tracking_code is shown this once."""

    tracking_code: str = ""


class AnnouncementIn(_Strict):
    """A day that is announced to be off; instead_of is a listed day that is an ordinary one."""

    day: str
    name: dict[str, str] = Field(description="In Arabic, French and English.")
    status: str = Field(default="official", description="official, expected or exceptional.")
    source: str
    instead_of: str | None = None
    authority: str = Field(
        default="", description="Whose doors alone are closed; empty for all of them."
    )

    def value(self, *, known_on: date) -> Announcement:
        """As the domain's value; raises Invalid for a day or a status that is none."""
        if set(self.name) != set(LANGUAGES) or not all(self.name.values()):
            raise Invalid(f"name: give it in {', '.join(LANGUAGES)}")
        if not self.source.strip():
            raise Invalid("source: who announced the day?")
        try:
            instead = date.fromisoformat(self.instead_of) if self.instead_of else None
            status = HolidayStatus(self.status)
            day = date.fromisoformat(self.day)
        except ValueError as problem:
            raise Invalid(str(problem)) from None
        return Announcement(Holiday(day, self.name, status, self.source, known_on), instead)


class AnnouncementOut(BaseModel):
    """How many open requests got another due day."""

    recounted: int


class Problem(BaseModel):
    """An RFC 9457 problem document; code is stable, detail is for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str

"""A publication that is prepared, in three steps: the file, its words, its publication."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.adapters.tabular.cells import cells_at
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.document import day_from
from opendata_hub.domain.catalog.family import Family, Holds
from opendata_hub.domain.catalog.privacy import CLEARABLE
from opendata_hub.domain.catalog.record.mqa import MOST, Quality
from opendata_hub.domain.catalog.repair.proposal import Kind, Proposal, Survey, acceptance_from
from opendata_hub.domain.errors import (
    ChangedMeanwhile,
    HubError,
    Invalid,
    InvalidRecord,
    NotATable,
    NotKnown,
    Refused,
    TooLarge,
    UnknownUpload,
    Withdrawn,
)
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.publishing.merge import LONGEST_MARKS, Merge, marks_of
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.catalog import repair as repairs
from opendata_hub.flows.catalog.publish import Assessed
from opendata_hub.flows.catalog.serving import rows as rows_flow
from opendata_hub.flows.publishing import prepare
from opendata_hub.flows.publishing.prepare import Opened
from opendata_hub.store import datasets
from opendata_hub.web.catalog.datasets_api import submitted, submitted_as
from opendata_hub.web.catalog.pages import columns_of
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.publishing.my_data import SentFile
from opendata_hub.web.publishing.sent import Sent, sent_file
from opendata_hub.web.publishing.typed import TypedDep
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
ONE = "/{language}/my-data/{number}"
SHOWN = 200
"""Findings and proposals on a page."""
LOOKED_AT_UNASKED = 5_000_000
"""Bytes of a file in which repairs are looked for whenever its page is opened."""
ASKED_AT = {
    "keywordAvailability": "keywords_fr", "temporalAvailability": "period_from",
    "contactPointAvailability": "contact_email", "categoryAvailability": "theme_1",
    "spatialAvailability": "spatial", "licenceAvailability": "licence", "knownLicence": "licence",
}  # fmt: skip
"""Where the form asks for what an indicator of quality misses."""
LISTS = ("data-theme", "language", "frequency", "country", "licence")
"""From which words are chosen."""
router = APIRouter(route_class=Door, include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]
Typed = Annotated[str, Form()]
FileSeen = Annotated[int, Form(ge=0, le=2_147_483_647)]
"""The number of the file that stood on the page."""
Marks = Annotated[str, Form(max_length=LONGEST_MARKS)]
"""What stood in the fields of the form."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the words make of it: the dataset with its quality, or why there is none."""

    assessed: Assessed | None
    problem: HubError | None

    @property
    def faults(self) -> Mapping[str, object]:
        """What the profile holds against a field, in three languages."""
        broken = self.assessed.broken if self.assessed else self.problem
        return dict(broken.faults) if isinstance(broken, InvalidRecord) else {}


@router.api_route(ONE, methods=READ)
@needs(Deed.PUBLISH)
def show_file(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: Number,
    repairs: Annotated[bool, Query()] = False,
    made: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Response:
    """The report on the file, row by row with the cells, and what can be repaired."""
    return _file_page(request, hub, visitor, language, number, is_looked_through=repairs, made=made)


@router.post(ONE + "/file")
@needs(Deed.PUBLISH)
def change_file(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: Number,
    file: SentFile = None,
    upload: Typed = "",
    instead_of: FileSeen = 0,
) -> Response:
    """Go on with another file; what was typed stays.

    upload: the key of a file that came in pieces, in place of one in the form.
    """
    held = _opened(hub, visitor, number)
    try:
        sent = sent_file(hub, visitor, file, upload)
        if sent.used_for != number:
            _change_file(hub, visitor, held, sent, language, instead_of)
    except (Invalid, NotKnown, Refused, TooLarge) as problem:
        return _file_page(request, hub, visitor, language, number, problem=problem)
    return RedirectResponse(f"/{language}/my-data/{number}", 303)


@router.post(ONE + "/repairs")
@needs(Deed.PUBLISH)
def make_repairs(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: Number,
    accept: Annotated[list[str] | None, Form()] = None,
    day_first: Annotated[list[str] | None, Form()] = None,
    month_first: Annotated[list[str] | None, Form()] = None,
    instead_of: FileSeen = 0,
) -> Response:
    """Go on with a copy in which the accepted repairs are made; the file that came stays."""
    held = _opened(hub, visitor, number)
    try:
        prepare.require_same_file(held.draft, instead_of)
        question = _question(hub, held, day_first or [], month_first or [])
        made = _repaired(hub, visitor, held, question, accept or [], language)
    except (Invalid, Refused) as problem:
        return _file_page(request, hub, visitor, language, number, problem=problem)
    return RedirectResponse(f"/{language}/my-data/{number}?made={made}", 303)


@router.post(ONE + "/cleared")
@needs(Deed.PUBLISH)
def clear(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: Number,
    typed: TypedDep,
    was: Marks = "",
) -> Response:
    """Keep the reasons for which what looks like personal data may pass."""
    with hub.writing() as session:
        kept = prepare.keep_words(session, number, typed, was=was, by=visitor, now=clock.now())
    if kept.merge.clashes:
        return _file_page(request, hub, visitor, language, number, merge=kept.merge)
    return RedirectResponse(f"/{language}/my-data/{number}", 303)


@router.api_route(ONE + "/words", methods=READ)
@needs(Deed.PUBLISH)
def show_words(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, number: Number
) -> Response:
    """The form of what is said of the data, with the quality it has now."""
    return _words_page(request, hub, visitor, language, _opened(hub, visitor, number))


@router.post(ONE + "/words")
@needs(Deed.PUBLISH)
def keep_words(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: Number,
    typed: TypedDep,
    was: Marks = "",
    then: Typed = "",
) -> Response:
    """Keep what was typed, right or wrong; go on where nothing stands in the way.

    What a colleague has written meanwhile is not overwritten: both stand on the page.
    """
    with hub.writing() as session:
        kept = prepare.keep_words(session, number, typed, was=was, by=visitor, now=clock.now())
    held, merge = kept.held, kept.merge
    if merge.clashes:
        return _words_page(request, hub, visitor, language, held, merge=merge)
    looked = _looked(hub, visitor, held)
    if then == "publish" and not looked.problem and not looked.faults:
        return RedirectResponse(f"/{language}/my-data/{number}/publish", 303)
    return _words_page(
        request, hub, visitor, language, held, looked=looked, is_told=True, merge=merge
    )


@router.post(ONE + "/quality")
@needs(Deed.PUBLISH)
def quality_of(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: Number,
    typed: TypedDep,
    was: Marks = "",
) -> Response:
    """What the words would gain, while they are typed; they are kept as well.

    Nothing is kept where a colleague has written in the same field meanwhile: the form that is
    sent shows both.
    """
    with hub.writing() as session:
        kept = prepare.keep_words(session, number, typed, was=was, by=visitor, now=clock.now())
    looked = _looked(hub, visitor, kept.held)
    return page(
        request, "_draft_quality.html", language, quality=_quality(looked), most=MOST,
        asked_at=ASKED_AT, looked=looked, is_clash=bool(kept.merge.clashes),
        was=was if kept.merge.clashes else marks_of(typed),
    )  # fmt: skip


@router.api_route(ONE + "/publish", methods=READ)
@needs(Deed.PUBLISH)
def show_publication(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, number: Number
) -> Response:
    """How the page and the record will be, what stands in the way, and the button."""
    return _publication_page(request, hub, visitor, language, number)


@router.post(ONE + "/publish")
@needs(Deed.PUBLISH)
def publish(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: Number,
    seen: Typed = "",
    when: Typed = "now",
    publish_on: Typed = "",
    slug: Typed = "",
) -> Response:
    """Publish it, once; have it published on a day, or on none; or begin it anew.

    slug: the address to which what was withdrawn from there comes back, when that is asked.
    """
    try:
        if when == "later":
            return _scheduled(hub, visitor, language, number, publish_on, seen)
        if when == "never":
            with hub.writing() as session:
                prepare.unschedule(session, number, by=visitor, now=clock.now())
            return RedirectResponse(f"/{language}/my-data/{number}/publish", 303)
        if when == "again":
            with hub.writing() as session:
                prepare.bring_back(session, number, slug, seen=seen, by=visitor, now=clock.now())
            return RedirectResponse(f"/{language}/my-data/{number}/publish", 303)
        if when == "anew":
            with hub.writing() as session:
                prepare.begin_anew(session, number, by=visitor, now=clock.now())
            return RedirectResponse(f"/{language}/my-data/{number}/words", 303)
        with hub.writing() as session:
            out = prepare.send(session, hub.frame, number, seen=seen, by=visitor, now=clock.now())
    except (Invalid, NotKnown, Refused, Withdrawn) as problem:
        return _publication_page(
            request, hub, visitor, language, number, problem=problem, publish_on=publish_on
        )
    if out.is_new:
        hub.index_changes()
        with hub.reading() as session:
            dataset = datasets.get(session, out.slug)
        rows_flow.prepare(hub.frame, hub.files, hub.rows, dataset)
    return RedirectResponse(f"/{language}/my-data/{number}/publish", 303)


@router.post(ONE + "/discard")
@needs(Deed.PUBLISH)
def discard(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: Number,
    seen: Typed = "",
) -> Response:
    """Throw the draft away, as it stood on the page."""
    try:
        with hub.writing() as session:
            prepare.discard(session, number, seen=seen, by=visitor)
    except ChangedMeanwhile as problem:
        return _file_page(request, hub, visitor, language, number, problem=problem)
    return RedirectResponse(f"/{language}/my-data", 303)


def _scheduled(
    hub: Hub, visitor: Visitor, language: str, number: int, publish_on: str, seen: str
) -> Response:
    day, today = day_from(publish_on.strip()), clock.today(hub.timezone)
    if day is None:
        raise Invalid("publish_on: choose a day")
    with hub.writing() as session:
        prepare.schedule(
            session, hub.frame, number, day, seen=seen, by=visitor, today=today, now=clock.now()
        )
    return RedirectResponse(f"/{language}/my-data/{number}/publish", 303)


def _opened(hub: Hub, visitor: Visitor, number: int) -> Opened:
    with hub.reading() as session:
        return prepare.opened(session, number, by=visitor)


def _looked(hub: Hub, visitor: Visitor, held: Opened) -> Looked:
    try:
        with hub.reading() as session:
            return Looked(
                prepare.preview(session, hub.frame, held, by=visitor, now=clock.now()), None
            )
    except (Invalid, NotKnown, Refused, Withdrawn) as problem:
        return Looked(None, problem)


def _quality(looked: Looked) -> Quality | None:
    return Quality(looked.assessed.dataset.met) if looked.assessed else None


def _file_page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    number: int,
    *,
    problem: HubError | None = None,
    merge: Merge | None = None,
    is_looked_through: bool = False,
    made: int = 0,
) -> Response:
    """merge: of reasons that were not kept, since a colleague has given others meanwhile."""
    held = _opened(hub, visitor, number)
    submission, family = held.submission, hub.family(held.draft.family)
    report, is_table = submission.report, family.holds is Holds.TABLE
    shown = report.findings[:SHOWN]
    file = hub.files.path(submission.sha256)
    places = {(each.row, each.column) for each in shown if each.row and each.column}
    cells = cells_at(file, family.schema, places, file_name=submission.file_name)
    is_small = submission.size_bytes <= LOOKED_AT_UNASKED
    wants = is_table and not held.draft.is_published and (is_small or is_looked_through)
    survey = _survey(hub, held) if wants else None
    return page(
        request, "draft_file.html", language,
        status=_status(problem, merge), draft=held.draft, submission=submission, report=report,
        typed=merge.typed if merge else held.draft.typed, merge=merge or Merge(held.draft.typed),
        was=marks_of(held.draft.typed),
        family=family, body=hub.authority(held.draft.authority), shown=shown,
        cells=cells if is_table else {}, problem=problem, made=made, is_table=is_table,
        survey=survey, proposals=_shown(survey), ambiguous=_ambiguous(survey),
        is_unasked=is_table and not is_small and not is_looked_through,
        blocking=report.blocking(held.draft.clearances), clearable=CLEARABLE,
        alarms=_alarms(held), limit_mb=hub.settings.upload_limit_mb,
        titles=_titles(family, language),
    )  # fmt: skip


def _status(problem: HubError | None, merge: Merge | None) -> int:
    if merge or isinstance(problem, ChangedMeanwhile):
        return 409
    return 422 if problem else 200


def _titles(family: Family, language: str) -> dict[str, str]:
    """What the columns are called, by their names; none of a document."""
    fields = columns_of(family) if family.holds is Holds.TABLE else {}
    return {name: each["titles"][language] for name, each in fields.items()}


def _change_file(
    hub: Hub, visitor: Visitor, held: Opened, sent: Sent, language: str, instead_of: int
) -> None:
    """Check the file and go on with it, once: unless the same call has come before."""
    draft, file = held.draft, sent.chosen()
    prepare.require_same_file(draft, instead_of)
    submission = submitted(hub, visitor, file, draft.family, language, draft.authority)
    now = clock.now()
    with hub.writing() as session:
        used_for = sent.still_unused(session, visitor, now)
        if used_for == draft.id:
            return
        if used_for is not None:
            raise UnknownUpload("The file was taken for another draft meanwhile: send it anew")
        prepare.change_file(
            session, draft.id, submission, instead_of=instead_of, by=visitor, now=now
        )
        sent.use(session, draft.id, submission.id)


def _survey(hub: Hub, held: Opened) -> Survey | None:
    try:
        return repairs.propose(_question(hub, held, [], []))
    except NotATable:
        return None


def _shown(survey: Survey | None) -> list[Proposal]:
    """What can be repaired first; what can't be follows."""
    if survey is None:
        return []
    return sorted(survey.proposals, key=lambda each: not each.is_repair)[:SHOWN]


def _ambiguous(survey: Survey | None) -> list[str]:
    """The columns whose dates can be read in two ways."""
    found = survey.proposals if survey else ()
    return sorted({p.column for p in found if p.kind is Kind.AMBIGUOUS_DATE and p.column})


def _alarms(held: Opened) -> list[tuple[str, str, str]]:
    """What looks like personal data: code, column and what is said of it, each once."""
    found: dict[tuple[str, str], str] = {}
    for each in held.submission.report.findings:
        if each.code in CLEARABLE:
            found.setdefault((each.code, each.column or ""), each.message)
    return [(code, column, said) for (code, column), said in found.items()]


def _question(
    hub: Hub, held: Opened, day_first: list[str], month_first: list[str]
) -> repairs.Question:
    return repairs.Question(
        hub.files.path(held.submission.sha256),
        held.submission.file_name,
        hub.table(held.draft.family),
        hub.territories,
        repairs.orders_from(day_first, month_first),
    )


def _repaired(
    hub: Hub,
    visitor: Visitor,
    held: Opened,
    question: repairs.Question,
    accept: list[str],
    language: str,
) -> int:
    """Make the repairs, check the copy, go on with it; gives how many were made."""
    if not accept:
        raise Invalid("accept: choose what is to be repaired")
    acceptance = acceptance_from(accept)
    with TemporaryDirectory(prefix="opendata-hub-") as folder:
        copy, changes = FilePath(folder) / "copy.csv", FilePath(folder) / "changes.csv"
        done = repairs.repair(question, acceptance, copy=copy, changes=changes, language=language)
        name = f"{FilePath(held.submission.file_name).stem}.csv"
        with copy.open("rb") as stream:
            submission = submitted_as(
                hub, visitor, stream, name, held.draft.family, language, held.draft.authority
            )
    with hub.writing() as session:
        prepare.change_file(
            session, held.draft.id, submission, instead_of=held.submission.id, by=visitor,
            now=clock.now(),
        )  # fmt: skip
    return done.made


def _words_page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    held: Opened,
    *,
    looked: Looked | None = None,
    is_told: bool = False,
    merge: Merge | None = None,
) -> Response:
    """The form. is_told: whether what is wrong is told; nobody is blamed for an empty form."""
    looked = looked or _looked(hub, visitor, held)
    family = hub.family(held.draft.family)
    merge = merge or Merge(held.draft.typed)
    is_wrong = is_told and (looked.problem or looked.faults)
    return page(
        request, "draft_words.html", language,
        status=409 if merge.clashes else 422 if is_wrong else 200,
        merge=merge, typed=merge.typed, was=marks_of(held.draft.typed), is_clash=False,
        draft=held.draft, submission=held.submission, family=family,
        body=hub.authority(held.draft.authority), looked=looked, is_told=is_told,
        quality=_quality(looked), most=MOST, asked_at=ASKED_AT,
        is_table=family.holds is Holds.TABLE, before=held.before,
        lists={name: hub.frame.vocabularies[name].values() for name in LISTS},
        usual=_usual(hub, family), home=hub.frame.territory(hub.authority(held.draft.authority)),
    )  # fmt: skip


def _usual(hub: Hub, family: Family) -> dict[str, list[Texts]]:
    """What is said of it where nothing is chosen, by the name of the field."""
    frame = hub.frame
    return {
        "theme": [frame.term("data-theme", code).label for code in family.themes],
        "language": [each.label for each in frame.languages(family.languages)],
        "frequency": [frame.term("frequency", family.frequency).label],
        "spatial": [frame.term("country", frame.site.country).label],
        "licence": [frame.term("licence", frame.usual_licence(family)).label],
    }


def _publication_page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    number: int,
    *,
    problem: HubError | None = None,
    publish_on: str = "",
) -> Response:
    held = _opened(hub, visitor, number)
    family = hub.family(held.draft.family)
    looked = Looked(None, None) if held.draft.is_published else _looked(hub, visitor, held)
    report = held.submission.report
    blocking = report.blocking(held.draft.clearances)
    is_sound = report.is_readable and report.is_complete and not blocking
    return page(
        request, "draft_publish.html", language,
        status=409 if problem else 200, draft=held.draft, submission=held.submission,
        family=family, body=hub.authority(held.draft.authority), looked=looked,
        quality=_quality(looked), most=MOST, problem=problem, publish_on=publish_on,
        is_sound=is_sound, blocking=blocking, seen=held.draft.stamp,
        is_table=family.holds is Holds.TABLE, today=clock.today(hub.timezone),
        is_ready=is_sound and looked.assessed is not None and not looked.faults,
    )  # fmt: skip

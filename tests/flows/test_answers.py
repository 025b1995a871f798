"""From a file of a case to what the requester, and then everybody, may read."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

import build
import documents
from opendata_hub.domain.answers.case_file import Origin, Pass, Release
from opendata_hub.domain.answers.redaction import Box, Marks, Phrase, checked
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.errors import (
    Forbidden,
    Invalid,
    NotReleasable,
    UnknownFile,
    UnknownRequest,
    WrongMoment,
)
from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.people.roles import Grant, Role, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import InfoRequest, Question, Requester
from opendata_hub.domain.secret import tracking_code_digest
from opendata_hub.flows.answers import read_file
from opendata_hub.flows.answers.add_file import add_file, clean_copy, redacted_copy, source
from opendata_hub.flows.answers.disclose import disclose
from opendata_hub.flows.answers.release import (
    Wanted,
    enclosed_in,
    exceptions_of,
    release,
    remove,
)
from opendata_hub.flows.catalog import submit
from opendata_hub.flows.catalog.publish import Words
from opendata_hub.flows.requests.attach import attach, examine
from opendata_hub.flows.verify import verify
from opendata_hub.store import datasets, info_requests, journal
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.journal import Asked

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
REFERENCE, CODE = "AI-2026-000001", "code"
PHONE = f"Le dossier de Personne Fictive, {documents.PHONE}."


def filed(hub, *events):
    request = InfoRequest(
        REFERENCE, hub.frame.site.publisher, "ma/31-13",
        Question("Budget 2026", "Les annexes.", "fr", is_urgent=False),
        (build.event(Act.RECEIVE, "2026-11-02"), *events),
    )  # fmt: skip
    with hub.writing() as session:
        info_requests.add(
            session, request, Requester("Personne Fictive", "", "1, rue de l’Exemple", "XX000000"),
            owner=None, by=None, tracking_sha256=tracking_code_digest(CODE), due_on=TODAY,
            safe_on=TODAY,
        )  # fmt: skip
    return request


def officer(hub, *roles):
    held = frozenset(Grant(role, hub.frame.site.publisher) for role in (Role.OFFICER, *roles))
    return Visitor(None, held)


def examined(hub, content, name="plan.pdf"):
    return examine(hub.files, io.BytesIO(content), file_name=name)


def added(hub, content, name="plan.pdf", **changes):
    with hub.writing() as session:
        return add_file(
            session, REFERENCE, examined(hub, content, name), by=officer(hub), now=NOW, **changes
        )


def given(hub, file, to, *, by=None, **changes):
    with hub.writing() as session:
        return release(
            session, REFERENCE, file.id, Wanted(to, **changes),
            by=by or officer(hub), today=TODAY, now=NOW,
        )  # fmt: skip


def seen(hub, today=TODAY):
    with hub.reading() as session:
        theirs = read_file.for_requester(session, REFERENCE, CODE)
        public = read_file.for_everybody(session, REFERENCE, today=today)
    return [each.name for each in theirs], [each.name for each in public]


def test_a_file_reaches_the_requester_only_once_released_and_answered(hub):
    filed(hub)
    file = added(hub, documents.pdf())
    given(hub, file, Release.REQUESTER)
    assert seen(hub) == ([], [])


def test_with_the_answer_it_is_theirs_and_public_from_its_day(hub):
    filed(hub, build.event(Act.GRANT, "2026-11-20"))
    file = added(hub, documents.pdf())
    assert seen(hub) == ([], [])
    given(hub, file, Release.PUBLIC, public_from=date(2026, 12, 1))
    assert seen(hub) == (["plan.pdf"], [])
    assert seen(hub, date(2026, 12, 1)) == (["plan.pdf"], ["plan.pdf"])
    given(hub, file, Release.PRIVATE)
    assert seen(hub, date(2026, 12, 1)) == ([], [])


def test_personal_data_and_what_hides_stop_a_release(hub):
    filed(hub)
    for content in (documents.pdf(texts=(PHONE,)), documents.pdf(documents.with_author)):
        with pytest.raises(NotReleasable) as told:
            given(hub, added(hub, content), Release.REQUESTER)
        assert told.value.findings


def test_a_false_alarm_is_cleared_with_a_reason_that_is_kept(hub):
    filed(hub)
    file = added(hub, documents.pdf(texts=(PHONE,)))
    alarm = Clearance("personal-phone", "document:text", "the line of the desk")
    kept = given(hub, file, Release.REQUESTER, clearances=(alarm,))
    with hub.reading() as session:
        assert case_files.get(session, REFERENCE, file.id) == kept
        (told,) = journal.latest(
            session, Asked(kind=Kind.FILE_RELEASED), EVERYWHERE, before=None, most=9
        )
        assert verify(session).faults == ()
    assert told.said["reasons"] == text_digest("the line of the desk")
    assert told.said["name"] == text_digest("plan.pdf")
    assert kept.cleared == (Pass(alarm, Release.REQUESTER),)
    with pytest.raises(NotReleasable):
        given(hub, file, Release.PUBLIC)
    with pytest.raises(Invalid):
        given(hub, file, Release.PUBLIC, clearances=(replace(alarm, reason=""),))


def test_a_page_that_no_program_read_is_looked_at_by_somebody_first(hub):
    filed(hub)
    scan = documents.png(width=9, height=9, rows=(b"\0" + b"\x7f" * 9) * 9)
    file = added(hub, scan, "scan.png")
    with pytest.raises(NotReleasable, match="text-not-searchable"):
        given(hub, file, Release.REQUESTER)
    looked = Clearance("text-not-searchable", None, "seen: nobody is named")
    assert given(hub, file, Release.REQUESTER, clearances=(looked,))


def test_a_redacted_copy_carries_its_exceptions_to_the_letter(hub):
    filed(hub)
    file = added(hub, documents.pdf(texts=(PHONE, "Une autre page.")))
    marks = Marks(phrases=(Phrase("Personne Fictive", "7.1-c"), Phrase(documents.PHONE, "7.1-c")))
    copy, done = redacted_copy(hub.files, file, marks, language="fr")
    assert not done.missing
    with hub.writing() as session:
        kept = add_file(
            session, REFERENCE, copy,
            by=officer(hub), now=NOW, made_from=file, exceptions=("7.1-c",),
        )  # fmt: skip
    assert (kept.name, kept.made_from) == ("plan.redacted.pdf", file.id)
    released = given(hub, kept, Release.REQUESTER)
    assert exceptions_of([file, released]) == ("7.1-c",)
    assert enclosed_in([file, released]) == "plan.redacted.pdf"


def test_a_clean_copy_may_go_where_its_source_may_not(hub):
    filed(hub)
    file = added(hub, documents.pdf(documents.with_author))
    copy = clean_copy(hub.files, file, language="fr")
    with hub.writing() as session:
        kept = add_file(session, REFERENCE, copy, by=officer(hub), now=NOW, made_from=file)
    assert given(hub, kept, Release.REQUESTER).name == "plan.clean.pdf"
    with pytest.raises(Invalid, match="nothing beside"):
        clean_copy(hub.files, added(hub, b"a\n1\n", "t.csv"), language="fr")


@pytest.mark.parametrize(
    "marks",
    [
        Marks(),
        Marks(boxes=(Box(1, 0.5, 0, 0.4, 1, "7.1-c"),)),
        Marks(boxes=(Box(0, 0, 0, 1, 1, "7.1-c"),)),
        Marks(phrases=(Phrase("x", "7.1-c"),)),
        Marks(phrases=(Phrase("Personne", "never-heard-of"),)),
        Marks(phrases=(Phrase("Personne", "7.1-c"),) * 2001),
    ],
)
def test_marks_that_can_not_be_drawn_are_refused(marks):
    with pytest.raises(Invalid):
        checked(marks, {"7.1-c"})


def test_what_the_requester_brought_is_neither_released_nor_removed(hub):
    request = filed(hub)
    with hub.writing() as session:
        own = attach(
            session, request, examined(hub, documents.pdf()),
            origin=Origin.REQUESTER, person=None, now=NOW,
        )  # fmt: skip
    assert seen(hub) == (["plan.pdf"], [])
    with pytest.raises(WrongMoment):
        given(hub, own, Release.PUBLIC)
    with hub.writing() as session, pytest.raises(WrongMoment):
        remove(session, REFERENCE, own.id, by=officer(hub), now=NOW)


def test_a_released_file_is_taken_back_before_it_is_removed(hub):
    filed(hub)
    file = added(hub, documents.pdf())
    given(hub, file, Release.REQUESTER)
    with hub.writing() as session, pytest.raises(WrongMoment, match="take it back"):
        remove(session, REFERENCE, file.id, by=officer(hub), now=NOW)
    given(hub, file, Release.PRIVATE)
    with hub.writing() as session:
        remove(session, REFERENCE, file.id, by=officer(hub), now=NOW)
    with hub.reading() as session, pytest.raises(UnknownFile):
        case_files.get(session, REFERENCE, file.id)
    with hub.reading() as session:
        assert verify(session).faults == ()


def test_what_was_handed_over_stays_in_the_case(hub):
    filed(hub, build.event(Act.GRANT, "2026-11-20"))
    file = added(hub, documents.pdf())
    given(hub, file, Release.REQUESTER)
    given(hub, file, Release.PRIVATE)
    with hub.writing() as session, pytest.raises(WrongMoment, match="handed over"):
        remove(session, REFERENCE, file.id, by=officer(hub), now=NOW)


def test_no_copy_is_made_of_what_the_requester_brought(hub):
    request = filed(hub)
    with hub.writing() as session:
        own = attach(
            session, request, examined(hub, documents.pdf(documents.with_author)),
            origin=Origin.REQUESTER, person=None, now=NOW,
        )  # fmt: skip
    with hub.reading() as session, pytest.raises(WrongMoment):
        source(session, REFERENCE, own.id, by=officer(hub))


def test_only_who_handles_the_case_touches_its_files(hub):
    filed(hub)
    file = added(hub, documents.pdf())
    auditor = Visitor(None, frozenset({Grant(Role.AUDITOR)}))
    stranger = Visitor(1, frozenset({Grant(Role.OFFICER, "another-body")}))
    with pytest.raises(Forbidden):
        given(hub, file, Release.PUBLIC, by=auditor)
    with pytest.raises(UnknownRequest):
        given(hub, file, Release.PUBLIC, by=stranger)
    with hub.reading() as session:
        assert read_file.for_officer(session, REFERENCE, by=auditor)
        with pytest.raises(UnknownRequest):
            read_file.for_officer(session, REFERENCE, by=stranger)


def published(hub, file, by, family="petitions", content=None):
    family = hub.family(family)
    stream = io.BytesIO(content or hub.files.path(file.sha256).read_bytes())
    report = submit.examine(
        hub.files, stream, family, file_name=file.name, limit_bytes=10**7, today=TODAY
    )
    with hub.writing() as session:
        submission = submit.submit(
            session, report, family, authority=hub.frame.site.publisher, by=by, now=NOW
        )
    words = Words(hub.frame.site.publisher, {"fr": "Pétitions"}, {})
    with hub.writing() as session:
        return disclose(
            session, hub.frame, submission, words,
            reference=REFERENCE, file_id=file.id, by=by, today=TODAY, now=NOW,
        )  # fmt: skip


def test_an_answer_becomes_a_dataset_that_says_what_it_answered(hub):
    filed(hub, build.event(Act.GRANT, "2026-11-20"))
    file = added(hub, build.sample(hub, "petitions"), "petitions.csv")
    both = officer(hub, Role.STEWARD)
    with pytest.raises(WrongMoment, match="public"):
        published(hub, file, both)
    given(hub, file, Release.PUBLIC)
    with pytest.raises(Forbidden):
        published(hub, file, officer(hub))
    dataset = published(hub, file, both)
    with hub.reading() as session:
        assert case_files.get(session, REFERENCE, file.id).dataset == dataset.slug
        record = datasets.get(session, dataset.slug).described
    assert REFERENCE in str(record["provenance"])
    with pytest.raises(WrongMoment, match="published already"):
        published(hub, file, both)


def test_another_file_is_not_published_in_its_place(hub):
    filed(hub, build.event(Act.GRANT, "2026-11-20"))
    file = added(hub, build.sample(hub, "petitions"), "petitions.csv")
    given(hub, file, Release.PUBLIC)
    other = build.sample(hub, "petitions") + b"\n"
    with pytest.raises(Invalid, match="not this file"):
        published(hub, file, officer(hub, Role.STEWARD), content=other)

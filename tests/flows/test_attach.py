"""A file is kept with a request, when it is what its name says."""

import io
from datetime import UTC, datetime

import pytest

import build
import documents
from opendata_hub.domain.answers.case_file import MOST_FROM_REQUESTER, Origin
from opendata_hub.domain.errors import Invalid, NotADocument, NotATable, TooLarge, UnknownFile
from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import InfoRequest, Question
from opendata_hub.flows.requests.attach import attach, examine
from opendata_hub.flows.verify import verify
from opendata_hub.store import journal
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.journal import Asked

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SHEET = b"objet,date\nplan,2026-01-01\n"


def examined(hub, content, name):
    return examine(hub.files, io.BytesIO(content), file_name=name)


@pytest.fixture
def request_(hub):
    with hub.writing() as session:
        build.kept_request(session, 1, authority=hub.frame.site.publisher, received_on="2026-11-02")
    return InfoRequest(
        "AI-2026-000001", hub.frame.site.publisher, "xx/1",
        Question("Budget", "Les annexes", "fr", is_urgent=False),
        (build.event(Act.RECEIVE, "2026-11-02"),),
    )  # fmt: skip


def test_a_file_is_kept_with_its_digest_and_told_in_the_journal(hub, request_):
    sent = examined(hub, documents.pdf(), "dossiers/plan.pdf")
    with hub.writing() as session:
        kept = attach(session, request_, sent, origin=Origin.REQUESTER, person=None, now=NOW)
    assert (kept.name, kept.media_type) == ("plan.pdf", "application/pdf")
    assert hub.files.path(kept.sha256).read_bytes() == documents.pdf()
    with hub.reading() as session:
        assert case_files.of_request(session, request_.reference) == [kept]
        assert verify(session).faults == ()
        (told,) = journal.latest(
            session, Asked(kind=Kind.FILE_ADDED), EVERYWHERE, before=None, most=9
        )
    # The requester's name for it goes with them, and a digest of a name can be guessed.
    assert "name" not in told.said


def test_the_chain_holds_what_the_authority_calls_a_file_and_what_was_blacked_out(hub, request_):
    sent = examined(hub, documents.pdf(), "plan.pdf")
    with hub.writing() as session:
        attach(
            session, request_, sent,
            origin=Origin.AUTHORITY, person=None, now=NOW, exceptions=("7.1-c", "7.2"),
        )  # fmt: skip
        (told,) = journal.latest(
            session, Asked(kind=Kind.FILE_ADDED), EVERYWHERE, before=None, most=9
        )
    assert (told.said["name"], told.said["exceptions"]) == (text_digest("plan.pdf"), "7.1-c,7.2")


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"MZ\x90\x00" + b"\0" * 99, "plan.pdf", NotADocument),
        (b"MZ\x90\x00" + b"\0" * 99, "plan.csv", NotATable),
        (b"MZ\x90\x00" + b"\0" * 99, "plan.xlsx", NotATable),
        (b"MZ\x90\x00" + b"\0" * 99, "plan.exe", NotADocument),
        (b"<script>alert(1)</script>", "page.html", NotADocument),
        (b"", "plan.csv", NotATable),
        (documents.encrypted_pdf(), "plan.pdf", NotADocument),
        (documents.pdf()[:200], "plan.pdf", NotADocument),
    ],
)
def test_what_is_not_what_its_name_says_is_not_taken(hub, content, name, problem):
    with pytest.raises((problem, NotADocument)):
        examined(hub, content, name)


def test_a_file_past_the_limit_is_refused(hub):
    with pytest.raises(TooLarge):
        examine(hub.files, io.BytesIO(b"x" * 101), file_name="a.csv", limit_bytes=100)


def test_a_table_without_a_schema_is_read_for_personal_data(hub):
    content = "nom,téléphone\nPersonne Fictive,06 12 34 56 78\n".encode()
    codes = {each.code for each in examined(hub, content, "liste.csv").findings}
    assert codes == {"personal-phone"}
    assert examined(hub, SHEET, "plans.csv").findings == ()


def test_a_requester_sends_so_many_files_and_no_more(hub, request_):
    sent = examined(hub, SHEET, "plans.csv")
    with hub.writing() as session:
        for _ in range(MOST_FROM_REQUESTER):
            attach(session, request_, sent, origin=Origin.REQUESTER, person=None, now=NOW)
        with pytest.raises(Invalid, match="at most"):
            attach(session, request_, sent, origin=Origin.REQUESTER, person=None, now=NOW)
        attach(session, request_, sent, origin=Origin.AUTHORITY, person=None, now=NOW)


def test_a_removed_file_is_shown_to_nobody(hub, request_):
    sent = examined(hub, SHEET, "plans.csv")
    with hub.writing() as session:
        kept = attach(session, request_, sent, origin=Origin.AUTHORITY, person=None, now=NOW)
        case_files.remove(session, kept, NOW)
        assert case_files.of_request(session, request_.reference) == []
        with pytest.raises(UnknownFile):
            case_files.get(session, request_.reference, kept.id)


def test_bytes_are_given_up_only_when_nothing_else_needs_them(hub, request_):
    own, shared = examined(hub, SHEET, "a.csv"), examined(hub, documents.pdf(), "b.pdf")
    with hub.writing() as session:
        for sent, origin in (
            (own, Origin.REQUESTER), (shared, Origin.REQUESTER), (shared, Origin.AUTHORITY),
        ):  # fmt: skip
            attach(session, request_, sent, origin=origin, person=None, now=NOW)
        dropped = case_files.forget_names(session, request_.reference, {Origin.REQUESTER})
        left = case_files.of_request(session, request_.reference)
    assert dropped == {own.stored.sha256}
    assert [each.origin for each in left] == [Origin.AUTHORITY]

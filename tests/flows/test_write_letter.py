"""A letter is looked at, then kept once under its digest, with its entry in the journal."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest

import build
import letters
from opendata_hub.domain.errors import (
    ExtensionVoid,
    Forbidden,
    LetterIncomplete,
    NotInLaw,
    SignInNeeded,
    UnknownRequest,
    WrongMoment,
)
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.roles import OPERATOR, STRANGER, Grant, Role, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import InfoRequest, Question, Requester
from opendata_hub.domain.requests.letter import Particulars
from opendata_hub.flows.requests.write_letter import Wanted, find, keep, preview
from opendata_hub.flows.verify import verify
from opendata_hub.store import info_requests, journal
from opendata_hub.store.journal import Asked
from opendata_hub.store.requests import letters as kept_letters

TODAY = date(2026, 11, 23)
REFUSAL = Wanted("refusal", "fr", letters.REFUSED["refusal"])


def filed(hub, *events):
    """The reference of a request that was received on 2 November 2026, with what happened since."""
    request = InfoRequest(
        reference="AI-2026-000001",
        authority=hub.frame.site.publisher,
        law="ma/31-13",
        question=Question("Budget 2026", "Les annexes.", "fr", is_urgent=False),
        events=(build.event(Act.RECEIVE, "2026-11-02"), *events),
    )
    requester = Requester("Personne\u202e Fictive", "p@requester.example", "1, rue\nExemple", "X1")
    with hub.writing() as session:
        info_requests.add(
            session, request, requester,
            owner=None, by=None, tracking_sha256="0", due_on=TODAY, safe_on=TODAY,
        )  # fmt: skip
    return request.reference


@pytest.fixture
def reference(hub):
    return filed(hub)


def asked(hub, reference):
    with hub.reading() as session:
        return find(session, reference, by=OPERATOR)


def kept(hub, reference, wanted=REFUSAL, by=OPERATOR):
    request = asked(hub, reference)
    with hub.writing() as session:
        return keep(
            session, hub.files, request, letters.office(), wanted, by=by, today=TODAY, now=build.NOW
        )


def shown(hub, reference, wanted, today=TODAY):
    request = asked(hub, reference)
    return preview(request, letters.office(), wanted, today=today, now=build.NOW)


def test_a_preview_keeps_nothing_and_names_nobody(hub, reference):
    pdf = shown(hub, reference, REFUSAL)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"Fictive" not in pdf
    with hub.reading() as session:
        assert kept_letters.of_request(session, reference) == []
        assert journal.head(session)[0] == 1
    assert not (hub.files.folder).exists()


@pytest.mark.parametrize(
    ("name", "said", "day", "error"),
    [
        ("extension", Particulars("many-items", reasons="x"), "2026-12-03", ExtensionVoid),
        ("extension", Particulars("because", reasons="x"), "2026-11-23", ExtensionVoid),
        ("complaint-decision", Particulars(), "2026-11-23", WrongMoment),
        ("refusal", Particulars("exception", reasons="x"), "2026-11-23", LetterIncomplete),
        ("grant", Particulars(enclosed="x"), "2026-11-01", WrongMoment),
    ],
)
def test_a_preview_refuses_what_the_act_would_refuse(hub, reference, name, said, day, error):
    with pytest.raises(error):
        shown(hub, reference, Wanted(name, "fr", said), today=date.fromisoformat(day))


def test_an_act_the_law_does_not_know_is_refused_in_a_preview(hub, reference):
    law = letters.office().law
    office = replace(letters.office(), law=replace(law, acts=law.acts - {Act.GRANT}))
    wanted = Wanted("grant", "fr", Particulars(enclosed="x"))
    with pytest.raises(NotInLaw):
        preview(asked(hub, reference), office, wanted, today=TODAY, now=build.NOW)


def test_a_letter_is_kept_under_its_digest_with_its_entry(hub):
    reasons = {"ground": "exception", "reasons": "Des comptes bancaires."}
    reference = filed(hub, build.event(Act.REFUSE, "2026-11-23", **reasons))
    letter = kept(hub, reference)
    content = hub.files.path(letter.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == letter.sha256
    assert len(content) == letter.size_bytes
    assert (letter.event, letter.name, letter.language) == (2, "refusal", "fr")
    with hub.reading() as session:
        assert kept_letters.of_request(session, reference) == [letter]
        entries = journal.latest(session, Asked(subject=reference), EVERYWHERE, before=None, most=9)
        assert [each.kind for each in entries] == [
            Kind.LETTER_WRITTEN, Kind.IDENTITY_READ, Kind.REQUEST_EVENT, Kind.REQUEST_EVENT,
        ]  # fmt: skip
        assert entries[0].said == {
            "letter": "1", "event": "2", "name": "refusal", "language": "fr",
            "sha256": letter.sha256,
        }  # fmt: skip
        assert list(verify(session).faults) == []


def test_a_letter_that_tells_of_no_act_is_kept_without_one(hub, reference):
    question = Wanted("clarification", "ar", Particulars(question="أية سنة؟"))
    assert kept(hub, reference, question).event is None
    reminder = kept(hub, reference, Wanted("reminder", "fr"))
    with hub.reading() as session:
        assert [each.name for each in kept_letters.of_request(session, reference)] == [
            "clarification", "reminder",
        ]  # fmt: skip
        read = Asked(kind=Kind.IDENTITY_READ)
        assert len(journal.latest(session, read, EVERYWHERE, before=None, most=9)) == 1
    assert reminder.id == 2


def test_a_letter_waits_for_the_act_it_tells_of(hub, reference):
    with pytest.raises(WrongMoment, match="first record"):
        kept(hub, reference)


def test_only_who_handles_the_request_writes(hub, reference):
    with pytest.raises(SignInNeeded):
        kept(hub, reference, by=STRANGER)
    with pytest.raises(Forbidden):
        kept(hub, reference, by=Visitor(1, frozenset({Grant(Role.STEWARD)})))
    elsewhere = Visitor(1, frozenset({Grant(Role.OFFICER, "another-body")}))
    with pytest.raises(UnknownRequest):
        kept(hub, reference, by=elsewhere)

"""Mails to who asked: every act told or kept silent on purpose, in three languages."""

import re
from dataclasses import replace

import pytest

from opendata_hub.domain.correspondence import notices
from opendata_hub.domain.correspondence.mail import Enclosure
from opendata_hub.domain.correspondence.notices import ACTS, SILENT, STILL_DUE, Envelope
from opendata_hub.domain.correspondence.tags import is_stop_key, stop_key, subject_of, tagged
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.texts import LANGUAGES

KEY = b"a hub's own key"
ENVELOPE = Envelope(
    to="personne@requester.example", id="a1", language="fr", reference="AI-2026-000001",
    authority="Commune {exemple}", follow_at="http://hub.example/fr/requests/AI-2026-000001",
    stop_at="http://hub.example/stop",
)  # fmt: skip
PDF = Enclosure("x.pdf", "application/pdf", b"%PDF")


def test_every_act_is_told_or_silent_on_purpose():
    assert set(ACTS) | SILENT == set(Act)
    assert not set(ACTS) & SILENT
    assert set(ACTS) >= STILL_DUE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_is_whole_in_each_language_and_its_subject_tells_nothing(language):
    envelope = replace(ENVELOPE, language=language)
    mails = [
        notices.receipt_mail(
            envelope, received_on="D1", due_on="D2", code="ABCDE", enclosed=(PDF,)
        ),
        notices.letter_mail(envelope, "refusal", PDF),
        notices.letter_mail(envelope, "a letter of another law", PDF),
        notices.moved_mail(envelope, before="D1", due_on="D2"),
        notices.code_mail(envelope, "ABCDE"),
        *(notices.notice_mail(envelope, act, day="D1", due_on="D2") for act in ACTS),
    ]
    assert {each.subject for each in mails} == {mails[0].subject}
    assert "AI-2026-000001" in mails[0].subject
    for each in mails:
        assert "Commune {exemple}" in each.body
        assert not re.search(r"\{(?!exemple)", each.body)
        assert envelope.follow_at in each.body
        assert (each.id, each.to, each.unsubscribe) == ("a1", envelope.to, envelope.stop_at)
    assert "ABCDE" in mails[0].body


def test_who_can_answer_is_told_how_and_who_cannot_is_told_that():
    mail = notices.notice_mail(ENVELOPE, Act.EXTEND, day="D1", due_on="D2")
    assert "personne ne lit les réponses" in mail.body
    answered = replace(ENVELOPE, reply_to="demandes+x@commune.example", stop_at="")
    mail = notices.notice_mail(answered, Act.GRANT, day="D1", due_on="")
    assert "répondez simplement" in mail.body
    assert "Ne plus recevoir" not in mail.body
    assert "au plus tard" not in mail.body


def test_a_tag_tells_its_request_and_is_not_forged():
    address = tagged("demandes@commune.example", "AI-2026-000001", KEY)
    assert subject_of(f"Commune <{address.upper()}>", KEY) == "AI-2026-000001"
    assert subject_of(address, b"another key") == ""
    assert subject_of(address.replace("000001", "000002"), KEY) == ""
    assert subject_of("demandes@commune.example", KEY) == ""
    assert len(address.partition("@")[0]) <= 64


def test_a_link_that_stops_notices_is_of_one_request():
    assert is_stop_key(stop_key("AI-2026-000001", KEY), "AI-2026-000001", KEY)
    assert not is_stop_key(stop_key("AI-2026-000001", KEY), "AI-2026-000002", KEY)
    assert not is_stop_key("é", "AI-2026-000001", KEY)

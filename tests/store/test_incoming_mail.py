"""Mails that came in, as they are kept: sealed, sealed anew, erased; on both databases."""

import pytest

import build
from opendata_hub.adapters.people.vault import AesVault
from opendata_hub.domain.correspondence.incoming import Content, Fetched, IncomingState, Why
from opendata_hub.domain.correspondence.replies import ReplyKind
from opendata_hub.domain.errors import IdentityErased
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.correspondence import incoming, outbox
from opendata_hub.store.correspondence.incoming import KeptFile
from opendata_hub.store.engine import writing

OLD, NEW = b"o" * 32, b"n" * 32
SAID = Content("personne@requester.example", "Personne Fictive", "Objet", "Texte", "<1@x.example>")
FILE = KeptFile("passeport-de-personne.pdf", "application/pdf", "f" * 64, 9, "")


def with_keys(engine, *keys):
    return engine.execution_options(vault=AesVault(keys))


def kept(session, number=1, **changes):
    fetched = Fetched("box", 1, number, build.NOW, 900, f"{number:064}")
    given = {"authority": "commune", "state": IncomingState.HELD, "why": Why.INCOMPLETE}
    return incoming.add(session, fetched, SAID, language="fr", files=[FILE], **{**given, **changes})


def test_a_mail_is_sealed_anew_with_the_first_key_and_its_sender_still_counted(engine):
    with writing(with_keys(engine, OLD)) as session:
        numbers = [kept(session, each) for each in (1, 2, 3)]
    with writing(with_keys(engine, NEW, OLD)) as session:
        assert incoming.count_of_sender(session, SAID.sender, build.NOW) == 3
        assert incoming.reseal(session, after=0, most=2) == (numbers[1], [])
        assert incoming.reseal(session, after=numbers[1], most=2) == (numbers[2], [])
        assert incoming.reseal(session, after=0, most=2) == (None, [])
    with writing(with_keys(engine, NEW)) as session:
        assert incoming.content(session, numbers[0]) == SAID
        assert incoming.count_of_sender(session, SAID.sender, build.NOW) == 3


def test_what_no_key_opens_is_told_and_left(engine):
    with writing(with_keys(engine, OLD)) as session:
        number = kept(session)
    with writing(with_keys(engine, NEW)) as session:
        last, unread = incoming.reseal(session, after=0, most=9)
    assert last == number
    assert unread[0].startswith(f"mail {number}: ")


def test_the_mails_of_a_request_are_erased_with_who_asked(engine):
    with writing(with_keys(engine, OLD)) as session:
        number = kept(session, state=IncomingState.ATTACHED, reference="AI-2026-000001")
        other = kept(session, 2, state=IncomingState.ATTACHED, reference="AI-2026-000002")
        left = incoming.erase_of(session, ["AI-2026-000001"])
        assert (left.numbers, left.files) == ({number}, {FILE.sha256})
        assert case_files.in_use(session, left.files) == left.files, "the other mail has it too"
        assert incoming.erase_of(session, ["AI-2026-000001"]).files == frozenset()
        reply = outbox.add(
            session, ReplyKind.INCOMPLETE, language="fr", said={"mail": str(number)}, now=build.NOW
        )
        outbox.add(session, ReplyKind.INCOMPLETE, language="fr", said={"mail": "99"}, now=build.NOW)
        own = outbox.add(session, "notice", language="fr", reference="A-1", now=build.NOW)
        outbox.add(
            session,
            "case-bounce",
            email="x@hub.example",
            language="fr",
            reference="A-1",
            now=build.NOW,
        )
        named = outbox.tokens_of_replies(session, left.numbers)
        named |= outbox.tokens_to_requesters(session, ["A-1"])
        assert {outbox.by_token(session, each).id for each in named} == {reply, own}
    with writing(with_keys(engine, OLD)) as session:
        with pytest.raises(IdentityErased):
            incoming.content(session, number)
        assert incoming.content(session, other) == SAID
        (file,) = incoming.files_of(session, number)
        assert (file.name, file.problem, file.sha256, file.size_bytes) == ("", "", "", 9)
        assert incoming.get(session, number, EVERYWHERE).reference == "AI-2026-000001"


def test_a_mail_that_waits_is_counted_where_it_is_in_reach(engine):
    with writing(with_keys(engine, OLD)) as session:
        kept(session)
        kept(session, 2, state=IncomingState.IGNORED)
        assert incoming.count_held(session, EVERYWHERE) == 1
        assert [each.id for each in incoming.held(session, EVERYWHERE, most=9)] == [1]
        assert incoming.held(session, EVERYWHERE, after=1, most=9) == []

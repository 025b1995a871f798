"""Who asked is kept sealed, changes its key batch by batch, and is erased for good."""

import pytest
from sqlalchemy import text

import build
from opendata_hub.adapters.people.vault import AesVault
from opendata_hub.domain.errors import IdentityErased, IdentityUnreadable
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.info_request import Requester
from opendata_hub.store import migrate
from opendata_hub.store.engine import open_engine, reading, writing
from opendata_hub.store.identities import requesters

PERSON = Requester("Personne Fictive", "Personne@requester.example", "1, rue", "XX000000")
NEW, OLD = bytes(range(32)), bytes(32)


def filed(engine, count=1):
    with writing(engine) as session:
        for number in range(1, count + 1):
            build.kept_request(session, number, requester=PERSON)


def opened(engine, *keys):
    """The same store, opened with other keys."""
    return engine.execution_options(vault=AesVault(keys))


def test_nothing_can_be_kept_without_a_key(empty_engine):
    migrate.upgrade(empty_engine)
    with pytest.raises(IdentityUnreadable, match="without the keys"):
        filed(empty_engine.execution_options(vault=None))


def test_the_table_holds_no_word_of_it(engine):
    filed(engine)
    with reading(engine) as session:
        row = session.connection().execute(text("SELECT * FROM requester")).one()
        assert requesters.read(session, "AI-2026-000001", EVERYWHERE)[1] == PERSON
    assert b"Fictive" not in bytes(row.sealed)
    assert "requester.example" not in str(row)


def test_rows_that_were_swapped_open_no_more(engine):
    filed(engine, 2)
    with writing(engine) as session:
        session.connection().execute(
            text(
                "UPDATE requester SET sealed = (SELECT other.sealed FROM requester other "
                "WHERE other.info_request_id = 2) WHERE info_request_id = 1"
            )
        )
    with reading(engine) as session:
        assert requesters.unreadable(session, after=0, most=10)[1] == [
            "AI-2026-000001: what is kept was altered, or belongs to something else"
        ]


def test_a_key_is_changed_batch_by_batch_and_goes_on_where_it_was_stopped(engine):
    filed(engine, 5)
    with reading(engine) as session:
        assert requesters.count(session).current == 5
    both = opened(engine, NEW, OLD)
    with writing(both) as session:
        assert requesters.reseal(session, after=0, most=2) == (2, [])
    with reading(both) as session:
        assert (requesters.count(session).current, requesters.count(session).earlier) == (2, 3)
    with writing(both) as session:
        assert requesters.reseal(session, after=0, most=10) == (5, [])
    with writing(both) as session:
        assert requesters.reseal(session, after=0, most=10) == (None, [])
    with reading(opened(engine, NEW)) as session:
        assert requesters.read(session, "AI-2026-000004", EVERYWHERE)[1] == PERSON
    with writing(opened(engine, bytes([7]) * 32)) as session:
        last, unread = requesters.reseal(session, after=0, most=10)
        assert (last, len(unread)) == (5, 5)
    with reading(opened(engine, NEW)) as session:
        assert requesters.unreadable(session, after=0, most=10) == (5, [])


def test_what_was_erased_stays_erased_and_says_so(engine):
    filed(engine, 2)
    with writing(engine) as session:
        requesters.erase(session, [1], "asked", build.NOW)
    with reading(engine) as session:
        with pytest.raises(IdentityErased, match="AI-2026-000001"):
            requesters.read(session, "AI-2026-000001", EVERYWHERE)
        assert requesters.read(session, "AI-2026-000002", EVERYWHERE)[1] == PERSON
        assert requesters.count(session) == requesters.Kept(1, 0, 1)
        row = session.connection().execute(
            text("SELECT sealed, email_mark FROM requester WHERE info_request_id = 1")
        )
        assert tuple(row.one()) == (None, "")


def test_what_lay_in_the_clear_is_sealed_whole(empty_engine):
    """As it is found after an upgrade from before there was a vault."""
    migrate.upgrade(empty_engine)
    filed(empty_engine)
    words = "'Personne Fictive', 'Personne@requester.example', '1, rue', 'XX000000'"
    with writing(empty_engine) as session:
        session.connection().execute(text("DELETE FROM requester"))
    migrate.downgrade(empty_engine, "0024")
    with empty_engine.begin() as connection:
        connection.execute(text(f"INSERT INTO requester VALUES (1, {words})"))
    migrate.upgrade(empty_engine)
    with writing(empty_engine) as session:
        assert requesters.has_unsealed(session)
        assert requesters.seal_unsealed(session) == 1
    with reading(empty_engine) as session:
        assert not requesters.has_unsealed(session)
        assert requesters.read(session, "AI-2026-000001", EVERYWHERE)[1] == PERSON
    with pytest.raises(RuntimeError, match="1 identities are sealed"):
        migrate.downgrade(empty_engine, "0024")


def test_a_file_opened_with_another_key_reads_all_but_who_asked(tmp_path):
    address = f"sqlite:///{tmp_path / 'hub.sqlite3'}"
    first = open_engine(address, AesVault([OLD]))
    migrate.upgrade(first)
    filed(first)
    first.dispose()
    second = open_engine(address, AesVault([NEW]))
    with reading(second) as session:
        assert requesters.count(session).earlier == 1
        with pytest.raises(IdentityUnreadable, match="AI-2026-000001: sealed with the key"):
            requesters.read(session, "AI-2026-000001", EVERYWHERE)
    second.dispose()

"""What the store keeps of authorities; on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import build
from opendata_hub.domain.requests.calendar import Announcement
from opendata_hub.store import calendars, datasets, migrate
from opendata_hub.store.datasets import Written
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.people import authorities
from opendata_hub.store.people.authorities import Logo

NORTH = build.authority("commune-nord", units=(build.unit("urbanisme"),))


def test_an_authority_is_read_as_it_was_kept(engine):
    with writing(engine) as session:
        authorities.add(session, [NORTH], build.NOW)
    with reading(engine) as session:
        assert authorities.everyone(session) == {"commune-nord": NORTH}
    closed = replace(NORTH, is_active=False, families=frozenset({"petitions"}), units=())
    with writing(engine) as session:
        authorities.change(session, closed, build.NOW)
    with reading(engine) as session:
        assert authorities.everyone(session) == {"commune-nord": closed}


def test_the_version_grows_with_every_change_and_not_without_one(engine):
    with reading(engine) as session:
        assert authorities.version(session) == 0
    for expected in (1, 2):
        with writing(engine) as session:
            authorities.lock(session)
        with reading(engine) as session:
            assert authorities.version(session) == expected


def test_no_two_have_the_same_prefix(engine):
    twin = replace(NORTH, id="commune-sud")
    with pytest.raises(IntegrityError), writing(engine) as session:
        authorities.add(session, [NORTH, twin], build.NOW)


def test_the_latest_logo_is_kept(engine):
    for kind in ("image/png", "image/svg+xml"):
        with writing(engine) as session:
            authorities.put_logo(session, "commune-nord", Logo("ab" * 32, kind))
    with reading(engine) as session:
        assert authorities.logo(session, "commune-nord") == Logo("ab" * 32, "image/svg+xml")
        assert authorities.logo(session, "commune-sud") is None


def test_a_closure_of_one_authority_is_not_a_day_off_for_all(engine):
    day = build.holiday(date(2026, 12, 10))
    with writing(engine) as session:
        calendars.announce(session, "ma", Announcement(day), build.NOW, authority="commune-nord")
    with reading(engine) as session:
        assert calendars.announced(session, "ma") == []
        assert calendars.closures(session, "ma") == {"commune-nord": [day]}
        assert calendars.closures(session, "ma", authority="commune-sud") == {}
        assert calendars.closures(session, "tn") == {}


def test_only_the_records_of_a_publisher_that_changed_are_stale(engine):
    wanted = {"commune-exemple": "one", "commune-nord": "one"}
    with writing(engine) as session:
        number = build.kept_submission(session).id
        for slug, publisher in (("a", "commune-exemple"), ("b", "commune-nord")):
            datasets.save(session, build.dataset(number, slug, publisher=publisher))
            datasets.put_fragments(session, slug, Written({"ttl": slug}), written_for="one")
        datasets.save(session, build.dataset(number, "c", publisher="commune-nord"))
    with reading(engine) as session:
        assert datasets.slugs_not_written_for(session, wanted.__getitem__) == ["c"]
        wanted["commune-nord"] = "two"
        assert datasets.slugs_not_written_for(session, wanted.__getitem__) == ["b", "c"]
        only = datasets.slugs_not_written_for(
            session, wanted.__getitem__, publisher="commune-exemple"
        )
        assert only == []


def test_numbers_go_on_in_a_series_for_each_prefix(engine):
    migrate.downgrade(engine, "0008")
    with engine.begin() as connection:
        for reference in ("AI-2026-000007", "AI-2025-000002", "OLD-2026-000003"):
            connection.execute(
                sa.text(
                    "INSERT INTO info_request (reference, tracking_sha256, law, subject, text, "
                    "language, is_urgent, due_on, safe_on, is_open) VALUES (:reference, 'x', "
                    "'ma/31-13', 's', 't', 'fr', :no, :day, :day, :no)"
                ),
                {"reference": reference, "no": False, "day": date(2026, 1, 2)},
            )
        connection.execute(sa.text("INSERT INTO counter VALUES ('request-2026', 7)"))
    migrate.upgrade(engine)
    assert numbers(engine) == {
        "request-AI-2026": 7, "request-AI-2025": 2, "request-OLD-2026": 3,
    }  # fmt: skip
    migrate.downgrade(engine, "0008")
    assert numbers(engine) == {"request-2025": 2, "request-2026": 7}


def numbers(engine):
    with engine.connect() as connection:
        return dict(connection.execute(sa.text("SELECT series, last FROM counter")).all())

"""What waits in a hub, and what is late."""

from datetime import timedelta
from functools import partial

import build
from opendata_hub.domain.correspondence.mail import CLAIMED_FOR
from opendata_hub.domain.operations.standing import Queue, Waiting
from opendata_hub.store import engine as engines
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.operations import readiness
from opendata_hub.store.operations.standing import standing
from opendata_hub.store.tables import HarvestRunRow, HarvestSourceRow, InfoRequestRow

TODAY = build.NOW.date()


def test_an_empty_hub_owes_nothing(engine):
    with engines.reading(engine) as session:
        found = standing(session, today=TODAY, now=build.NOW)
    assert set(found.queues.values()) == {Waiting(0)}
    assert (found.overdue, found.open_requests, found.mails_failed, found.sources) == (0, 0, 0, {})


def test_mail_waits_since_it_was_due_and_failed_mail_waits_for_a_person(engine):
    with engines.writing(engine) as session:
        for _ in range(3):
            outbox.add(session, "link", email="a@commune.example", language="fr", now=build.NOW)
    with engines.writing(engine) as session:
        failing = outbox.claim(session, build.NOW)
        outbox.mark_failed(session, failing, "no such box", due_at=None, now=build.NOW)
        doubtful = outbox.claim(session, build.NOW)
        assert outbox.begin_handing_over(session, doubtful, build.NOW)
    later = build.NOW + CLAIMED_FOR + timedelta(minutes=5)
    with engines.reading(engine) as session:
        found = standing(session, today=TODAY, now=later)
    assert found.queues[Queue.MAIL] == Waiting(1, build.NOW)
    assert found.queues[Queue.MAIL].age_seconds(later) == (later - build.NOW).total_seconds()
    assert (found.mails_failed, found.mails_in_doubt) == (1, 1)


def test_a_request_is_overdue_from_the_day_after_its_last(engine):
    with engines.writing(engine) as session:
        build.kept_request(session, 1)
        row = session.get(InfoRequestRow, 1)
        row.due_on, row.is_open = TODAY, True
    with engines.reading(engine) as session:
        on_the_day = standing(session, today=TODAY, now=build.NOW)
        after = standing(session, today=TODAY + timedelta(days=1), now=build.NOW)
    assert (on_the_day.overdue, after.overdue, after.open_requests) == (0, 1, 1)


def test_sources_count_by_their_last_run(engine):
    with engines.writing(engine) as session:
        for name, is_active in (("a", True), ("b", True), ("old", False)):
            session.add(
                HarvestSourceRow(
                    id=name, kind="dcat", url="https://a.example", authority="x", language="fr",
                    filter="", hours=24, most_gone=10, page_size=100, is_private=False,
                    is_active=is_active, added_at=build.NOW, due_at=build.NOW, marker=None,
                    read_whole_at=None,
                )
            )  # fmt: skip
        session.flush()
        for name, state in (("a", "failed"), ("a", "done"), ("b", "failed"), ("old", "failed")):
            session.add(
                HarvestRunRow(
                    source=name, state=state, is_whole=True, since=None, cursor="", pages=0,
                    total=None, counts={}, marker=None, started_at=build.NOW, seen_at=build.NOW,
                    ended_at=build.NOW, code="", problem="",
                )
            )  # fmt: skip
            session.flush()
    with engines.reading(engine) as session:
        found = standing(session, today=TODAY, now=build.NOW)
    assert found.sources == {"done": 1, "failed": 1}
    assert found.queues[Queue.HARVEST] == Waiting(2, build.NOW)


def test_a_database_without_tables_answers_and_is_not_migrated(empty_engine):
    reading = partial(engines.reading, empty_engine)
    assert readiness.answers(reading)
    assert not readiness.is_migrated(reading)


def test_a_database_that_is_away_does_not_answer():
    away = partial(engines.reading, engines.open_engine("sqlite:////nowhere/at/all.sqlite3"))
    assert not readiness.answers(away)
    assert not readiness.is_migrated(away)

"""What is kept comes back as it was given, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

import build
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.report import Finding, Level, Report
from opendata_hub.domain.errors import (
    Refused,
    UnknownDataset,
    UnknownPerson,
    UnknownRequest,
    UnknownSubmission,
)
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE, Reach
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import (
    InfoRequest,
    Question,
    Requester,
)
from opendata_hub.store import changes, datasets, info_requests, migrate, submissions
from opendata_hub.store.datasets import Written
from opendata_hub.store.engine import reading, snapshot, writing
from opendata_hub.store.people import accounts, tokens

REPORT = Report(
    rows=3,
    findings=(Finding("type-error", "مبلغ غير صحيح", 2, "amount", Level.WARNING),),
    total_findings=1,
    encoding="utf-8",
)


def test_a_submission_and_its_report_come_back(engine):
    with writing(engine) as session:
        kept = build.kept_submission(session, REPORT)
    with reading(engine) as session:
        assert submissions.get(session, kept.id, EVERYWHERE) == kept
        assert submissions.get(session, kept.id, Reach(authorities={kept.authority})) == kept
        assert kept.report == REPORT
        with pytest.raises(UnknownSubmission):
            submissions.get(session, kept.id + 1, EVERYWHERE)
        with pytest.raises(UnknownSubmission):
            submissions.get(session, kept.id, Reach(authorities={"another"}, owner=1))


def test_a_dataset_comes_back_and_is_replaced_in_place(engine):
    with writing(engine) as session:
        first = build.dataset(build.kept_submission(session, REPORT).id)
        datasets.save(session, first)
    with writing(engine) as session:
        second = replace(first, title={"fr": "Budget 2026"}, version=2)
        datasets.save(session, second)
    with reading(engine) as session:
        assert datasets.get(session, "budget") == second
        assert list(datasets.latest(session)) == [second]
        assert list(datasets.latest(session, publisher="another")) == []
        with pytest.raises(UnknownDataset):
            datasets.get(session, "none")


def test_fragments_are_replaced_together_and_read_in_order(engine):
    with writing(engine) as session:
        number = build.kept_submission(session, REPORT).id
        for slug in ("b", "a"):
            datasets.save(session, build.dataset(number, slug))
            datasets.put_fragments(
                session, slug, Written({"ttl": f"old {slug}"}), written_for="old"
            )
        datasets.put_fragments(
            session, "b", Written({"ttl": "new b", "nt": "n"}), written_for="new"
        )
    with reading(engine) as session:
        assert list(datasets.fragments(session, "ttl")) == ["new b", "old a"]
        assert list(datasets.fragments(session, "ttl", slug="a")) == ["old a"]
        assert list(datasets.slugs(session)) == ["b", "a"]
        assert datasets.slugs_not_written_for(session, lambda _: "new") == ["a"]
        assert datasets.slugs_not_written_for(session, lambda _: "newer") == ["b", "a"]


def test_many_rows_come_back_as_they_were_whatever_stands_in_them(engine):
    said = ["tab\tand\nline\r", "\\N", "\\.", '"quoted", é ا 🜁', "", "\x01"]
    with writing(engine) as session:
        number = build.kept_submission(session, REPORT).id
        for place, text in enumerate(said):
            slug = f"d-{place}"
            datasets.save(session, build.dataset(number, slug))
            written = {"ttl": text, "rdf": f"{text}x"}
            datasets.put_fragments(session, slug, Written(written), written_for=text)
            changes.append(
                session, slug, ChangeKind.CREATED, build.NOW, base_url="http://h", record=text
            )
    with reading(engine) as session:
        assert list(datasets.fragments(session, "ttl")) == said
        assert list(datasets.fragments(session, "rdf")) == [f"{text}x" for text in said]
        told = changes.log(session, after=0, most=10)
        assert [each.record for each in told] == said
        assert changes.entry(session, "d-1").position == 2


def test_what_fails_is_not_half_written(engine):
    def fail_half_way():
        with writing(engine) as session:
            datasets.save(session, build.dataset(build.kept_submission(session, REPORT).id))
            datasets.put_fragments(session, "none", Written({}), written_for="x")

    with pytest.raises(UnknownDataset):
        fail_half_way()
    with reading(engine) as session:
        assert list(datasets.slugs(session)) == []


def test_a_reader_sees_one_state_while_others_write(engine):
    with writing(engine) as session:
        number = build.kept_submission(session, REPORT).id
        datasets.save(session, build.dataset(number, "first"))
    with reading(engine) as session:
        assert list(datasets.slugs(session)) == ["first"]
        with writing(engine) as other:
            datasets.save(other, build.dataset(number, "second"))
        assert list(datasets.slugs(session)) == ["first"]


def test_a_server_tells_one_state_from_the_next_after_every_commit(engine):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite counts its commits itself")
    seen = [snapshot(engine)]
    assert snapshot(engine) == seen[0]
    with writing(engine) as first:
        first.connection().execute(text("UPDATE dataset SET version = 1"))
        first.connection().execute(text("CREATE TABLE written (number INTEGER)"))
        with writing(engine) as second:  # the later one ends before the earlier one
            second.connection().execute(text("CREATE TABLE other (number INTEGER)"))
            seen.append(snapshot(engine))
        seen.append(snapshot(engine))
    seen.append(snapshot(engine))
    with reading(engine) as session:
        session.connection().execute(text("SELECT * FROM written"))
    assert snapshot(engine) == seen[-1]
    assert seen[0] == seen[1]  # what is not committed is nobody's
    assert len(set(seen)) == 3


def test_a_request_opens_with_its_code_only_and_names_nobody(engine):
    request = InfoRequest(
        reference="AI-2026-000001",
        authority="commune-exemple",
        law="ma/31-13",
        question=Question("Budget", "Les annexes", "fr", True),
        events=(build.event(Act.RECEIVE, "2026-11-02"),),
    )
    person = Requester("Personne Fictive", "", "1, rue de l’Exemple", "XX000000")
    with writing(engine) as session:
        info_requests.add(
            session,
            request,
            person,
            owner=None,
            by=None,
            tracking_sha256="right",
            due_on=date(2026, 12, 2),
            safe_on=date(2026, 12, 1),
        )
    with reading(engine) as session:
        assert info_requests.get(session, request.reference, "right") == request
        for reference, code in [(request.reference, "wrong"), ("AI-2026-000002", "right")]:
            with pytest.raises(UnknownRequest, match="this reference and this tracking code"):
                info_requests.get(session, reference, code)


def test_numbers_are_given_once_even_to_those_who_come_together(engine):
    def take(_turn):
        with writing(engine) as session:
            return info_requests.next_number(session, "request-2026")

    with ThreadPoolExecutor(8) as crowd:
        numbers = list(crowd.map(take, range(40)))
    assert sorted(numbers) == list(range(1, 41))


def test_a_token_is_known_until_it_is_revoked(engine):
    with writing(engine) as session:
        person = accounts.add(session, name="script", email=None, language="fr", now=build.NOW).id
        tokens.add(session, name="script", sha256="digest", person=person, now=build.NOW)
        tokens.mark_used(session, "digest", build.NOW)
        token, visitor = tokens.holder(session, "digest", build.NOW)
        assert (token.last_used_at, visitor.person, visitor.deeds) == (build.NOW, person, None)
        assert tokens.holder(session, "other", build.NOW) is None
        with pytest.raises(Refused, match="already a token named"):
            tokens.add(session, name="script", sha256="another", person=person, now=build.NOW)
        tokens.revoke(session, "script", build.NOW)
        assert tokens.holder(session, "digest", build.NOW) is None
        assert [token.name for token in tokens.all_of(session)] == ["script"]


def test_a_token_opens_nothing_after_its_last_day_or_without_its_account(engine):
    last = build.NOW + timedelta(days=1)
    with writing(engine) as session:
        person = accounts.add(session, name="script", email=None, language="fr", now=build.NOW).id
        only = frozenset({Deed.PUBLISH})
        tokens.add(
            session, name="script", sha256="digest", person=person, deeds=only, expires_at=last,
            now=build.NOW,
        )  # fmt: skip
    with reading(engine) as session:
        assert tokens.holder(session, "digest", last) is None
        assert tokens.holder(session, "digest", build.NOW)[1].deeds == only
    with writing(engine) as session:
        accounts.disable(session, person, build.NOW)
    with reading(engine) as session:
        assert tokens.holder(session, "digest", build.NOW) is None


def test_roles_are_given_once_and_taken_away(engine):
    here, there = Grant(Role.OFFICER, "commune", "urbanisme"), Grant(Role.AUDITOR)
    with writing(engine) as session:
        person = accounts.add(
            session, name="Personne Fictive", email="personne@commune.example", language="ar",
            now=build.NOW,
        ).id  # fmt: skip
        for each in (here, here, there):
            accounts.grant(session, person, each)
        assert accounts.by_email(session, "personne@commune.example").grants == {here, there}
        assert accounts.take(session, person, here)
        assert not accounts.take(session, person, here)
        assert accounts.get(session, person).grants == {there}
        with pytest.raises(Refused, match="already an account"):
            accounts.add(
                session, name="Autre", email="personne@commune.example", language="fr",
                now=build.NOW,
            )  # fmt: skip
        with pytest.raises(UnknownPerson):
            accounts.get(session, person + 1)


def test_who_reads_and_then_writes_waits_for_its_turn(engine):
    """Without it, two who read the same count would both write the next one."""
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has row locks; what needs one asks for it")
    with writing(engine) as session:
        info_requests.next_number(session, "read-modify-write")

    def add_one(_turn):
        with writing(engine) as session:
            connection = session.connection()
            seen = connection.exec_driver_sql("SELECT last FROM counter").scalar_one()
            connection.execute(text("UPDATE counter SET last = :next"), {"next": seen + 1})

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(add_one, range(40)))
    with reading(engine) as session:
        assert session.connection().exec_driver_sql("SELECT last FROM counter").scalar_one() == 41


def test_migrations_of_a_parent_keep_its_children(engine):
    """A batch migration rebuilds a table; with foreign keys on it would take its children along."""
    with writing(engine) as session:
        datasets.save(session, build.dataset(build.kept_submission(session, REPORT).id))
    migrate.downgrade(engine, "0002")
    migrate.upgrade(engine)
    with reading(engine) as session:
        assert list(datasets.slugs(session)) == ["budget"]

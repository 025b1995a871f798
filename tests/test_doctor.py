"""What an examination finds, and what it advises."""

import json
import re
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import build
from opendata_hub import cli, clock
from opendata_hub.domain.errors import MailboxAway
from opendata_hub.domain.operations.finding import CODES, Finding, Weight, needs_a_person
from opendata_hub.domain.operations.task import MOST_ATTEMPTS, Lane, Task
from opendata_hub.operations import doctor
from opendata_hub.settings import Settings
from opendata_hub.store import migrate
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.operations import job_runs
from opendata_hub.store.queue import waiting as queue

ROOT = Path(__file__).parent.parent


@pytest.fixture
def found(hub):
    """Examines the hub; gives the findings by their code."""

    def examined(**settings):
        named = {"home": hub.settings.home, "base_url": "https://hub.example", **settings}
        return {each.code: each for each in doctor.examine(Settings(**named))}

    hub.index_changes()
    return examined


def wrong(findings):
    return {each.code for each in findings.values() if each.weight is Weight.WRONG}


def test_every_code_is_documented_with_its_weight():
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    section = text.partition("## Examination")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([a-z-]+)` \| (note|wrong) \|", section, flags=re.MULTILINE)
    assert dict(told) == {code: weight for code, weight in CODES.items() if code != "fine"}


def test_only_what_is_wrong_needs_a_person():
    assert not needs_a_person([Finding("mail", "mail-not-set", ""), Finding("disk", "fine", "")])
    assert needs_a_person([Finding("disk", "disk-low", "")])


def test_a_demo_hub_without_mail_is_sound(demo_hub, monkeypatch):
    demo_hub.index_changes()
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(demo_hub.settings.home))
    ended = CliRunner().invoke(cli.app, ["doctor", "--json"], standalone_mode=False)
    rows = json.loads(ended.output)
    assert ended.return_value == 0, rows
    assert {row["code"] for row in rows} <= {"fine", "mail-not-set", "jobs-never", "home-readable"}
    parts = {"home", "database", "migrations", "clock", "files", "disk", "secrets", "address"}
    assert {row["part"] for row in rows} == parts | set(doctor.PARTS)
    assert all(row["advice"] for row in rows if row["code"] != "fine")
    assert "- mail\tmail-not-set" in CliRunner().invoke(cli.app, ["doctor"]).output


def test_where_there_is_no_hub_none_is_made(tmp_path):
    home = tmp_path / "nothing"
    (only,) = doctor.examine(Settings(home=home))
    assert (only.code, home.exists()) == ("no-hub", False)


def test_tables_that_are_behind_or_ahead_are_told_apart_and_left_alone(hub, found):
    migrate.downgrade(hub.engine, "0027")
    assert wrong(found()) == {"migrations-behind"}
    assert "migrate" in found()["migrations-behind"].advice
    with hub.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert wrong(found()) == {"migrations-ahead"}


def test_a_database_that_is_broken_is_found(hub, found):
    hub.engine.dispose()
    for log in hub.settings.home.glob("hub.sqlite3-*"):
        log.unlink()
    (hub.settings.home / "hub.sqlite3").write_bytes(b"no database" * 1000)
    assert wrong(found()) == {"database-away"}


def test_a_broken_declaration_is_found(found, tmp_path):
    (tmp_path / "site.yaml").write_text("law: [", encoding="utf-8")
    assert wrong(found(catalog_dir=tmp_path)) == {"hub-broken"}


def test_a_key_that_others_can_read_and_an_address_without_tls_are_found(hub, found):
    (hub.settings.home / "secret.key").chmod(0o644)
    assert wrong(found(base_url="http://hub.example")) == {"secret-readable", "address-plain"}
    assert "address-plain" not in found(base_url="http://127.0.0.1:8000")


def test_a_home_that_everybody_can_read_is_noted(hub, found):
    hub.settings.home.chmod(0o755)
    assert "home-readable" in found()
    hub.settings.home.chmod(0o700)
    assert "home-readable" not in found()


def test_a_disk_that_is_nearly_full_is_found(found, monkeypatch):
    usage = type("Usage", (), {"free": 10**8, "total": 10**10})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    assert wrong(found()) == {"disk-low"}


def test_files_that_cannot_be_put_are_found(hub, found):
    (hub.settings.home / "files").write_text("no folder", encoding="utf-8")
    assert wrong(found()) == {"files-not-writable"}


def test_mail_that_waits_fails_or_is_in_doubt_is_found(hub, found):
    old = clock.now() - timedelta(hours=2)
    with hub.writing() as session:
        for _ in range(3):
            outbox.add(session, "link", email="a@commune.example", language="fr", now=old)
    with hub.writing() as session:
        outbox.mark_failed(session, outbox.claim(session, old), "no", due_at=None, now=old)
        outbox.begin_handing_over(session, outbox.claim(session, old), old)
    assert wrong(found()) == {"queue-lags", "work-lags", "mail-failed", "mail-in-doubt"}


def test_work_that_was_given_up_is_found(hub, found):
    with hub.writing() as session:
        queue.enqueue(session, Task.CHECK_LINKS, now=clock.now())
    with hub.writing() as session:
        given = {"holder": "x", "now": clock.now(), "lease": timedelta(0)}
        for _ in range(MOST_ATTEMPTS):
            queue.take(session, tuple(Lane), **given)
        assert queue.take(session, tuple(Lane), **given) is None
        (lost,) = hub.queue.given_up(session)
        assert (lost.task, lost.problem) == (Task.CHECK_LINKS, queue.ENDED_WITH_IT)
    assert wrong(found()) == {"work-given-up"}


@pytest.mark.enable_socket
def test_servers_of_mail_that_are_away_are_found(found, monkeypatch):
    def away(_):
        raise MailboxAway("TimeoutError")

    monkeypatch.setattr(doctor, "opened", away)
    settings = {"smtp_url": "smtp://127.0.0.1:9", "imap_url": "imap://a:b@127.0.0.1:9/INBOX"}
    assert wrong(found(**settings)) == {"mail-server-away", "mailbox-away"}


def test_search_that_is_behind_is_found(hub, found):
    build.publish_sample(hub, "association-subsidies")
    assert wrong(found()) == {"search-behind"}


def test_a_hub_that_was_never_served_is_sound(hub, found):
    shutil.rmtree(hub.settings.home / "search")
    seen = found()
    assert wrong(seen) == set()
    assert "serve" in seen["search-never"].advice


def test_a_clock_that_is_behind_is_found(hub, found):
    build.publish_sample(hub, "association-subsidies", now=clock.now() + timedelta(days=1))
    hub.index_changes()
    assert wrong(found()) == {"clock-behind"}


def test_calendars_that_run_out_are_found(hub, found, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda _: build.NOW.date().replace(year=2028, month=12))
    assert wrong(found()) == {"calendar-runs-out"}
    assert len(hub.calendars) > 0


def test_jobs_that_fail_are_late_or_were_interrupted_are_found(hub, found):
    assert "jobs-never" in found()
    now = clock.now()
    with hub.writing() as session:
        ended = {"took_ms": 1, "now": now}
        job_runs.end(session, "check-links", problem="busy", due_at=now, **ended)
        session.connection().execute(text("UPDATE job_run SET began_at = ended_at"))
        job_runs.begin(session, "sweep-files", now=now, due_at=now)
        job_runs.plan(session, "send-letters", now - timedelta(hours=1))
    seen = found()
    assert wrong(seen) == {"jobs-late", "job-failed"}
    assert "sweep-files" in seen["job-interrupted"].said
    assert "send-letters" in seen["jobs-late"].said
    assert "busy" in seen["job-failed"].said


def test_an_examination_changes_nothing(hub, found):
    def rows():
        with sqlite3.connect(hub.settings.home / "hub.sqlite3") as database:
            return list(database.iterdump())

    before = rows()
    found()
    assert rows() == before


def test_migrate_says_where_the_tables_are(hub, monkeypatch):
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(hub.settings.home))
    migrate.downgrade(hub.engine, "0027")
    assert "The tables are at 0" in CliRunner().invoke(cli.app, ["migrate"]).output
    with hub.reading() as session:
        assert migrate.revisions(session.connection()) == migrate.heads()

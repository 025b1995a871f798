"""What runs by itself."""

import io
import os
from datetime import timedelta

import pytest
from sqlalchemy import JSON, Boolean, Integer, insert

import build
from loopback import serving
from opendata_hub import clock, jobs
from opendata_hub.domain.harvest.run import RunState
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.store import calendars
from opendata_hub.store.answers import stored
from opendata_hub.store.harvest import records, sources
from opendata_hub.store.publishing import uploads
from opendata_hub.store.tables import metadata
from sources import TURTLE, catalogue, turtle


def test_ending_calendars_are_found_by_the_daily_job(hub, monkeypatch):
    assert jobs.check_calendars(hub) == []
    monkeypatch.setattr(clock, "now", lambda: build.NOW.replace(year=2028, month=12, day=1))
    assert set(jobs.check_calendars(hub)) == set(hub.calendars)
    with hub.reading() as session:
        assert len(calendars.unsent(session, "calendar-runs-out")) == len(hub.calendars)


@pytest.mark.enable_socket
def test_sources_that_are_due_are_read_by_themselves(hub, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW)
    body = catalogue(turtle("eau"))
    with serving(lambda *_: (200, TURTLE, body)) as server:
        source = Source(
            "ville", SourceKind.DCAT, server.url("/catalog"), "commune-exemple", build.NOW,
            build.NOW, is_private=True,
        )  # fmt: skip
        with hub.writing() as session:
            sources.add(session, source)
        assert [run.state for run in jobs.harvest_due(hub)] == [RunState.DONE]
        assert jobs.harvest_due(hub) == []
        monkeypatch.setattr(clock, "now", lambda: build.NOW + timedelta(days=1))
        assert [run.counts for run in jobs.harvest_due(hub)] == [{"unchanged": 1}]
    with hub.reading() as session:
        assert records.count(session, "ville") == 1


NO_FILES = {
    "api_token", "recovery_code", "web_session", "one_time_link", "calendar_feed", "incoming_mail",
    "harvest_page",
}  # fmt: skip
"""The tables whose digests are of keys, or of what lies nowhere."""


def some_value(column):
    if isinstance(column.type, JSON):
        return []
    if isinstance(column.type, Integer | Boolean):
        return 1
    return build.NOW if column.name.endswith("_at") else "x"


def some_row(name, **given):
    """A row of a table with something in every column that needs it."""
    needed = [each for each in metadata.tables[name].c if not each.nullable and each.name != "id"]
    return insert(metadata.tables[name]).values(
        {each.name: given.get(each.name, some_value(each)) for each in needed}
    )


def kept_since(hub, content, *, days):
    file = hub.files.put(io.BytesIO(content), limit_bytes=100)
    moment = (clock.now() - timedelta(days=days)).timestamp()
    os.utime(file.path, (moment, moment))
    return file


def test_every_digest_is_known_as_that_of_a_file_or_of_something_else():
    there = {name for name, table in metadata.tables.items() if "sha256" in table.c}
    assert there == NO_FILES | set(stored.REFERRING)


@pytest.mark.parametrize("name", stored.REFERRING)
def test_a_stored_file_that_a_row_refers_to_is_never_swept(hub, name):
    file, orphan = kept_since(hub, b"kept", days=9), kept_since(hub, b"orphan", days=9)
    with hub.writing() as session:
        build.kept_request(session, 1)
        if name == "incoming_file":
            session.connection().execute(some_row("incoming_mail"))
        if name == "upload_piece":
            session.connection().execute(some_row("person"))
            now = clock.now()
            uploads.add(session, key="k", person=1, file_name="f", size_bytes=1, now=now)
        session.connection().execute(some_row(name, sha256=file.sha256))
    assert jobs.sweep_files(hub) == 1
    assert (file.path.is_file(), orphan.path.is_file()) == (True, False)


def test_what_nothing_refers_to_is_swept_after_a_day_and_not_before(hub, monkeypatch):
    monkeypatch.setattr(jobs, "FILES_AT_ONCE", 2)
    old = [kept_since(hub, bytes([n]), days=2) for n in range(5)]
    fresh = kept_since(hub, b"fresh", days=0.5)
    again = kept_since(hub, b"again", days=9)
    hub.files.put(io.BytesIO(b"again"), limit_bytes=100)
    cut_off = hub.files.folder / "incoming-abc"
    cut_off.write_bytes(b"half a fi")
    os.utime(cut_off, (0, 0))
    assert jobs.sweep_files(hub) == len(old) + 1
    assert not any(each.path.exists() for each in old)
    assert not cut_off.exists()
    assert fresh.path.is_file()
    assert again.path.is_file()
    assert jobs.sweep_files(hub) == 0


def test_a_hub_without_files_has_nothing_to_sweep(hub):
    assert jobs.sweep_files(hub) == 0

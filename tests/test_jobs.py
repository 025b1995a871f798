"""What runs by itself."""

from datetime import timedelta

import pytest

import build
from loopback import serving
from opendata_hub import clock, jobs
from opendata_hub.domain.harvest.run import RunState
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.store import calendars
from opendata_hub.store.harvest import records, sources
from sources import TURTLE, catalogue, turtle


def test_ending_calendars_are_found_by_the_daily_job(hub, monkeypatch):
    assert jobs.check_calendars(hub) == []
    monkeypatch.setattr(clock, "now", lambda: build.NOW.replace(year=2028, month=12, day=1))
    assert set(jobs.check_calendars(hub)) == set(hub.calendars)
    with hub.reading() as session:
        assert len(calendars.unsent(session, "calendar-runs-out")) == len(hub.calendars)


@pytest.mark.enable_socket
def test_a_job_works_with_the_authorities_as_they_are_when_it_runs(hub, monkeypatch):
    seen = []
    monkeypatch.setattr(jobs, "EVERY_MINUTE", (seen.append,))
    scheduler = jobs.start(hub)
    try:
        build.with_authorities(hub, build.authority())
        (job,) = [each for each in scheduler.get_jobs() if each.id == "append"]
        job.func(*job.args)
    finally:
        scheduler.shutdown()
    assert "commune-nord" in seen[0].frame.site.publishers


@pytest.mark.enable_socket
def test_every_job_is_on_the_schedule(hub):
    scheduler = jobs.start(hub)
    try:
        declared = [*(job for _, job in jobs.DAILY), *jobs.EVERY_MINUTE]
        assert {job.id for job in scheduler.get_jobs()} == {job.__name__ for job in declared}
        assert all(job.next_run_time for job in scheduler.get_jobs())
    finally:
        scheduler.shutdown()


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

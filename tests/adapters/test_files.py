"""Files are kept whole or not at all."""

import hashlib
import io
import zipfile

import pytest

from opendata_hub.adapters.files import FileStore, passing, zipped
from opendata_hub.domain.errors import TooLarge


def kept(store):
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


def test_the_same_bytes_are_kept_once(tmp_path):
    store = FileStore(tmp_path)
    first = store.put(io.BytesIO(b"year\n2024\n"), limit_bytes=100)
    second = store.put(io.BytesIO(b"year\n2024\n"), limit_bytes=100)
    assert first == second
    assert first.path.read_bytes() == b"year\n2024\n"
    assert kept(store) == [hashlib.sha256(b"year\n2024\n").hexdigest()] == [first.sha256]


def test_too_large_a_file_leaves_nothing(tmp_path):
    store = FileStore(tmp_path)
    with pytest.raises(TooLarge):
        store.put(io.BytesIO(b"x" * 101), limit_bytes=100)
    assert kept(store) == []


def test_a_broken_upload_leaves_nothing(tmp_path):
    class Broken(io.BytesIO):
        def read(self, _size):
            raise ConnectionError

    store = FileStore(tmp_path)
    with pytest.raises(ConnectionError):
        store.put(Broken(), limit_bytes=100)
    assert kept(store) == []


def test_what_passes_is_gone_afterwards():
    with passing(io.BytesIO(b"table"), limit_bytes=5) as file:
        assert file.read_bytes() == b"table"
    assert not file.parent.exists()
    with pytest.raises(TooLarge), passing(io.BytesIO(b"tables"), limit_bytes=5):
        pass


def test_files_are_packed_under_their_own_names(tmp_path):
    for name in ("a.csv", "é.csv"):
        (tmp_path / name).write_text(name)
    zipped([tmp_path / "a.csv", tmp_path / "é.csv"], tmp_path / "both.zip")
    with zipfile.ZipFile(tmp_path / "both.zip") as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "a.csv": "a.csv",
            "é.csv": "é.csv",
        }

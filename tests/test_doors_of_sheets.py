"""Whatever bytes come in as a workbook or as Parquet are a table or refused in time.

Each is read by a process of its own, which is told here what it is told in the hub; the cases are
the same at every run, and ``FUZZ_EXAMPLES`` asks for more of them.
"""

import io
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from openpyxl import Workbook

from apart import Reader
from breaking import MOST_CPU_SECONDS, broken, broken_files, many
from opendata_hub.adapters.tabular import formats, sheets
from opendata_hub.adapters.tabular.sheets import columns
from opendata_hub.domain.errors import NotATable
from workbook97 import workbook97

ROWS = (("code", "nombre", "objet"), ("007", 1.0, "Eau"), ("008", -2.5, "الماء"))
CSV = "code,nombre,objet\n007,1,Eau\n008,-2.5,الماء\n"
MOST_KIB = sheets.LIMITS.memory_bytes // 1024
REFUSALS = {
    "broken-workbook", "empty-file", "encrypted-file", "archive-bomb", "broken-parquet",
    "nested-column",
}  # fmt: skip


def workbook():
    book, content = Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def parquet(**columns):
    content = io.BytesIO()
    frame = pl.DataFrame(columns or {name: [row[n] for row in ROWS[1:]] for n, name in NAMED})
    frame.write_parquet(content)
    return content.getvalue()


NAMED = tuple(enumerate(ROWS[0]))
BOOKS = {".xls": workbook97(*ROWS), ".xlsx": workbook()}
PARQUETS = (
    parquet(),
    parquet(a=[None, 1, 2**40] * 40, b=["x", None, "الماء"] * 40, c=[True, False, None] * 40),
    parquet(a=[date(2026, 1, 2), None], b=[1.5, float("nan")], c=["a" * 300, ""]),
)


@contextmanager
def forking(name, folder):
    """A reader that forks, each time in time and within its limits of memory."""
    with Reader(f"{sheets.__name__}.{name}", folder).started() as started:
        yield started
    assert max(seconds for _, seconds, _ in started.ended) < MOST_CPU_SECONDS
    assert max(kib for _, _, kib in started.ended) < MOST_KIB


@pytest.fixture(scope="module")
def of_books(tmp_path_factory):
    with forking("worker", tmp_path_factory.mktemp("books")) as started:
        yield started


@pytest.fixture(scope="module")
def of_columns(tmp_path_factory):
    with forking("columns", tmp_path_factory.mktemp("columns")) as started:
        yield started


def is_table_or_refused(folder, content, ending):
    """Whether the copy is text, or there is a finding that is known."""
    file, copy = folder / "file", folder / "copy"
    file.write_bytes(content)
    try:
        formats.CONVERTERS[ending](file, copy, "")
    except NotATable as refusal:
        return refusal.finding in REFUSALS
    return copy.read_text(encoding="utf-8") is not None


@many(2)
@given(broken_files(BOOKS))
def test_any_bytes_sent_as_a_workbook_are_a_table_or_refused(
    of_books, tmp_path, monkeypatch, given_file
):
    monkeypatch.setattr(sheets.subprocess, "run", of_books.run)
    ending, content = given_file
    assert is_table_or_refused(tmp_path, content, ending)


@many(2)
@given(broken(*PARQUETS))
def test_any_bytes_sent_as_parquet_are_a_table_or_refused(
    of_columns, tmp_path, monkeypatch, content
):
    monkeypatch.setattr(sheets.subprocess, "run", of_columns.run)
    assert is_table_or_refused(tmp_path, content, ".parquet")


@pytest.mark.parametrize(("ending", "content"), [*BOOKS.items(), (".parquet", PARQUETS[0])])
def test_the_samples_are_tables(tmp_path, ending, content):
    (tmp_path / "file").write_bytes(content)
    formats.CONVERTERS[ending](tmp_path / "file", tmp_path / "copy", "")
    said = (tmp_path / "copy").read_text(encoding="utf-8").replace("1.0", "1")
    assert said == CSV


def test_parquet_that_stands_for_far_more_than_it_is_is_refused(tmp_path):
    """Seven kilobytes; without a limit, the copy filled the disk."""
    file = tmp_path / "file"
    rows = pl.select(pl.repeat("x" * 1000, 200_000).alias("a"))
    rows.write_parquet(file)
    with pytest.raises(NotATable, match="archive-bomb"):
        formats.CONVERTERS[".parquet"](file, tmp_path / "copy", "")


def test_one_byte_of_parquet_ends_its_reader_and_not_the_hub(tmp_path):
    """A page of minus three values; the library asked for two exabytes, and ended the process."""
    content = PARQUETS[0].replace(b",\x15\x04\x15\x10", b",\x15\x05\x15\x10", 1)
    assert content != PARQUETS[0]
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(NotATable, match="archive-bomb"):
        formats.CONVERTERS[".parquet"](tmp_path / "file", tmp_path / "copy", "")


def test_a_workbook_whose_copy_is_larger_than_it_may_be_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(workbook())
    with pytest.raises(NotATable, match="archive-bomb"):
        sheets.write_csv(
            tmp_path / "file", tmp_path / "copy", "", limits=sheets.Limits(copy_bytes=20)
        )


def test_a_panic_of_the_reader_of_parquet_is_a_broken_file(tmp_path, monkeypatch):
    def panic(_file):
        raise columns.pl.exceptions.PanicException

    monkeypatch.setattr(columns.pl, "scan_parquet", panic)
    assert columns.told(tmp_path / "file", tmp_path / "copy")["finding"] == "broken-parquet"


def test_a_lower_limit_of_the_system_stays_and_is_no_fault_of_the_file():
    said = (
        "import resource as r;"
        "from opendata_hub.adapters.tabular.sheets.limits import live_within;"
        "r.setrlimit(r.RLIMIT_FSIZE, (4096, 4096));"
        "live_within(seconds=5, memory_bytes=2**32, copy_bytes=2**33);"
        "print(r.getrlimit(r.RLIMIT_FSIZE), r.getrlimit(r.RLIMIT_CPU))"
    )
    assert _python(said) == "(4096, 4096) (5, 6)"


def test_no_module_is_kept_half_by_a_process_that_may_write_little(tmp_path):
    module = tmp_path / "long_one.py"
    module.write_text(f"TEXT = {'x' * 10_000!r}\n", "utf-8")
    said = (
        "from opendata_hub.adapters.tabular.sheets.limits import live_within;"
        "live_within(seconds=5, memory_bytes=2**32, copy_bytes=4096);"
        f"import sys; sys.path.append({str(tmp_path)!r}); import long_one; print(long_one.__name__)"
    )
    assert _python(said) == "long_one"
    assert not (tmp_path / "__pycache__").exists()


def _python(said):
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    told = subprocess.run(
        [sys.executable, "-c", said], env=environment, check=True, capture_output=True, text=True
    )
    return told.stdout.strip()

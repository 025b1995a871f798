"""An office file is stopped by what it carries, until it is clean or cleared."""

import gzip
import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

import build
from opendata_hub.domain.catalog.privacy import HIDDEN_CARRIER
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.flows.catalog.submit import examine

COMMENT, AUTHOR = (HIDDEN_CARRIER, "office:comment"), (HIDDEN_CARRIER, "office:author")


@pytest.fixture
def workbook():
    book = Workbook()
    book.active.append(["code"])
    book.active.append(["007"])
    book.active["A1"].comment = Comment("à revoir", "Personne Fictive")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def blocking(hub, content, file_name, clearances=()):
    """What the office file's carriers stop; the table's own faults are another matter."""
    family = hub.family("association-subsidies")
    examined = examine(
        hub.files,
        io.BytesIO(content),
        family,
        file_name=file_name,
        limit_bytes=1_000_000,
        today=build.TODAY,
    )
    assert examined.report.is_readable
    found = examined.report.blocking(clearances)
    return {(f.code, f.column) for f in found if (f.column or "").startswith("office:")}


def zipped(content, name="table.xlsx", **others):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as parts:
        parts.writestr(name, content)
        for other, text in others.items():
            parts.writestr(other.replace("_", "."), text)
    return target.getvalue()


def test_what_a_workbook_carries_stops_its_table(hub, workbook):
    assert blocking(hub, workbook, "table.xlsx") == {COMMENT, AUTHOR}


def test_a_steward_can_clear_it(hub, workbook):
    cleared = [
        Clearance(*COMMENT, "a note for readers"),
        Clearance(*AUTHOR, "the spokesperson, with consent"),
    ]
    assert blocking(hub, workbook, "table.xlsx", cleared) == set()


def test_packing_it_hides_nothing(hub, workbook):
    assert blocking(hub, zipped(workbook), "table.zip") == {COMMENT, AUTHOR}
    assert blocking(hub, gzip.compress(workbook), "table.xlsx.gz") == {COMMENT, AUTHOR}


def test_a_packed_table_carries_its_name_and_what_was_packed_beside_it(hub):
    assert blocking(hub, zipped("code\n1\n", "table.csv"), "table.zip") == set()
    with_name = zipped("code\n1\n", "liste 0600001234.csv")
    assert blocking(hub, with_name, "table.zip") == {("personal-phone", "office:packed-name")}
    beside = zipped("code\n1\n", "table.csv", _hidden="0600001234")
    assert blocking(hub, beside, "table.zip") == {(HIDDEN_CARRIER, "office:embedded-file")}

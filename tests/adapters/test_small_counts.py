"""A declared count that tells of too few stops publication."""

import pytest

from opendata_hub.adapters.tabular.checking import How, check
from opendata_hub.adapters.tabular.readings import for_small_counts
from opendata_hub.domain.catalog.privacy import SMALL_COUNT
from opendata_hub.domain.catalog.report import Clearance

SCHEMA = {
    "fieldsMatch": "superset",
    "missingValues": ["", "s"],
    "fields": [{"name": "function", "type": "string"}, {"name": "late", "type": "integer"}],
    "smallCells": {
        "below": 5,
        "mark": "s",
        "columns": ["late"],
        "unless": {"function": ["president"]},
    },
}


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "stored"
    file.write_text("function,late\nx,0\nx,4\nx,5\npresident,1\nx,s\n,3\n", encoding="utf-8")
    return file


def test_only_small_counts_of_declared_columns_are_told(table):
    also = [for_small_counts(SCHEMA)]
    how = How(language="en")
    report = check(table, SCHEMA, file_name="table.csv", how=how, also=also)
    found = [(f.code, f.row, f.column) for f in report.findings]
    assert found == [(SMALL_COUNT, 3, "late"), (SMALL_COUNT, 7, "late")]
    assert "Fewer than 5 persons" in report.findings[0].message
    assert not report.is_valid
    assert report.blocking([Clearance(SMALL_COUNT, "late", "a public function")]) == ()
    says_nothing = {key: value for key, value in SCHEMA.items() if key != "smallCells"}
    also = [for_small_counts(says_nothing)]
    assert check(table, says_nothing, file_name="table.csv", also=also).is_valid

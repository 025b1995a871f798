"""Real files of the subsidies family get the verdict that their publishers declared."""

import json
import sys
from collections import Counter

import pytest

from opendata_hub import cli
from opendata_hub.adapters.tabular.checking import check
from opendata_hub.adapters.tabular.formats import FORMATS

SCHEMA = "data/b_subsidies/dev/scdl/schema-2.1.1.json"
# Files whose verdict against the French subsidies schema (SCDL 2.1.1) is stated beside them.
DECLARED = {
    "scdl/exemple_valide.csv": 0,
    "scdl/exemple_invalide_erreurs_cellules.csv": 1,
    "toulouse/subventions-toulouse_2022.csv": 1,
    "data_subvention/test-csv-valid.csv": 1,
}
# Left out: etalab/exemple.csv is declared against an order of 2017 that has no Table Schema;
# 360Giving files follow a JSON standard.
BASELINE = "data/baseline_frictionless_5.21_dev.json"
BASELINE_SCHEMAS = {
    "SCDL 2.1.1": SCHEMA,
    "decp flat schema": "data/a_procurement/dev/decp_flat/schema.json",
    "spend-publishing-schema": "data/a_procurement/dev/uk_spend/spend-publishing-schema.json",
}
# Frictionless takes the brackets of this name for a pattern and looks for another file.
OTHERWISE = {"h_csv_robustness/dev/frictionless/[table].csv"}
ENDINGS = {*FORMATS, ".gz", ".zip"}


def test_the_verdict_by_position_is_that_of_frictionless(shared):
    said = json.loads((shared / BASELINE).read_text(encoding="utf-8"))
    differing = set()
    for name, verdict in said.items():
        table, _, schema = name.partition(" + ")
        file = shared / "data" / table
        descriptor = json.loads((shared / BASELINE_SCHEMAS[schema]).read_text()) if schema else None
        report = check(file, descriptor, file_name=file.name)
        if report.is_valid is not verdict["valid"]:
            differing.add(name)
    assert (len(said), differing) == (187, OTHERWISE)


@pytest.mark.parametrize(("name", "verdict"), DECLARED.items())
def test_a_real_file_gets_its_declared_verdict(shared, monkeypatch, capsys, name, verdict):
    file = shared / "data/b_subsidies/dev" / name
    words = ["opendata-hub", "validate", file, "--schema", shared / SCHEMA, "--json"]
    monkeypatch.setattr(sys, "argv", list(map(str, words)))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    report = json.loads(capsys.readouterr().out)
    assert (ended.value.code, report["valid"]) == (verdict, verdict == 0)
    if verdict:
        assert any(f["row"] and f["column"] for f in report["findings"])


def test_every_file_of_the_reference_data_gets_a_report(shared):
    files = [f for f in shared.glob("data/**/*") if f.suffix.lower() in ENDINGS]
    assert len(files) > 700
    readable = Counter()
    for file in files:
        report = check(file, None, file_name=file.name)
        assert report.is_readable or report.findings, file
        readable[file.suffix.lower()] += report.is_readable
    assert readable[".xlsx"] > 15
    assert readable[".ods"] > 5
    assert readable[".csv"] > 300

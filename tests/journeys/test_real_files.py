"""Real files of the subsidies family get the verdict that their publishers declared."""

import json
import sys

import pytest

from opendata_hub import cli

SCHEMA = "data/b_subsidies/dev/scdl/schema-2.1.1.json"
# Files whose verdict against the French subsidies schema (SCDL 2.1.1) is stated beside them.
DECLARED = {
    "scdl/exemple_valide.csv": 0,
    "scdl/exemple_invalide_erreurs_cellules.csv": 1,
    "toulouse/subventions-toulouse_2022.csv": 1,
    "data_subvention/test-csv-valid.csv": 1,
}
# Left out: .xlsx files are declared against their importer's own layout (a title sheet, headers
# below it), and are read by another issue; etalab/exemple.csv is declared against an order of
# 2017 that has no Table Schema; 360Giving files follow a JSON standard.


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


def test_every_table_of_the_reference_data_gets_a_report(shared, monkeypatch, capsys, tmp_path):
    schema = tmp_path / "schema.json"
    schema.write_text('{"fields": [{"name": "a", "type": "any"}]}')
    tables = [*shared.glob("data/**/*.csv"), *shared.glob("data/**/*.tsv")]
    small = [file for file in tables if file.stat().st_size < 200_000]
    assert len(small) > 50
    for file in small:
        words = [
            "opendata-hub",
            "validate",
            file,
            "--schema",
            schema,
            "--json",
            "--max-findings",
            5,
        ]
        monkeypatch.setattr(sys, "argv", list(map(str, words)))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code in {0, 1, 2}, file
        assert "findings" in json.loads(capsys.readouterr().out), file

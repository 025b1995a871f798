"""The commands that make a file publishable."""

import json
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from opendata_hub import cli


@pytest.fixture
def run(monkeypatch, capsys, pytestconfig):
    monkeypatch.chdir(pytestconfig.rootpath)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["opendata-hub", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def workbook(tmp_path):
    book = Workbook()
    book.active.append(["code", "montant"])
    book.active.append(["007", 1500])
    book.active["A1"].comment = Comment("Appeler 0600001234", "Personne Fictive")
    file = tmp_path / "table.xlsx"
    book.save(file)
    return file


def test_clean_writes_a_copy_and_tells_what_it_left_behind(run, workbook):
    before = workbook.read_bytes()
    code, out, err = run("clean", workbook, "--lang", "en")
    copy = workbook.with_name("table.clean.csv")
    assert (code, err, copy.read_text("utf-8")) == (0, "", "code,montant\n007,1500\n")
    assert out.startswith(f"Wrote {copy} (2 rows)\n")
    assert "left behind: the comments\n" in out
    assert "left behind: the name of an author\n" in out
    assert "0600" not in out
    assert workbook.read_bytes() == before


def test_clean_writes_a_workbook_on_request(run, workbook):
    assert run("clean", workbook, "--xlsx")[0] == 0
    copy = load_workbook(workbook.with_name("table.clean.xlsx"))
    assert (copy.sheetnames, copy.active["A1"].comment) == (["table"], None)


def test_clean_refuses_what_is_no_office_file(run, tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("a\n1\n")
    code, _, err = run("clean", file)
    assert (code, err.startswith("error: invalid-input: ")) == (2, True)
    broken = tmp_path / "table.xlsx"
    broken.write_bytes(b"no zip")
    code, _, err = run("clean", broken)
    assert (code, err.startswith("error: broken-office: ")) == (2, True)


COUNTS = "fonction,nb_assujettis,nb_deposees_delai,nb_deposees_retard,nb_non_deposees\n"


@pytest.fixture
def own_family(tmp_path, monkeypatch):
    """The asset declarations as an authority that blanks small counts declares them."""
    shipped = Path("catalog/families/asset-declarations/schema.json")
    schema = json.loads(shipped.read_text(encoding="utf-8"))
    parts = ["nb_deposees_delai", "nb_deposees_retard", "nb_non_deposees"]
    for each in schema["fields"]:
        each.get("constraints", {}).pop("required", None)
    schema["missingValues"] = ["", "s"]
    schema["smallCells"] = {
        "below": 5,
        "mark": "s",
        "columns": ["nb_assujettis", *parts],
        "sums": [{"total": "nb_assujettis", "parts": parts}],
    }
    file = tmp_path / "own/families/asset-declarations/schema.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(schema), encoding="utf-8")
    monkeypatch.setenv("OPENDATA_HUB_CATALOG_DIR", str(tmp_path / "own"))


@pytest.mark.usefixtures("own_family")
def test_suppress_writes_a_copy_that_can_be_published_and_lists_its_blanks(run, tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text(f"{COUNTS}autre_elu,24,20,3,1\nautre_elu,20,12,8,0\n", encoding="utf-8")
    words = ("suppress", file, "--family", "asset-declarations")
    code, out, err = run(*words)
    copy, places = tmp_path / "counts.suppressed.csv", tmp_path / "counts.suppressed.places.csv"
    assert (code, err) == (0, "")
    assert "2 cells blanked" in out
    assert copy.read_text("utf-8") == f"{COUNTS}autre_elu,24,20,s,s\nautre_elu,20,12,8,0\n"
    assert places.read_text("utf-8") == "row,column\n2,nb_deposees_retard\n2,nb_non_deposees\n"
    assert run(*words)[2].startswith("error: refused: ")
    assert run(*words, "--force")[0] == 0
    before = run("validate", file, "--family", "asset-declarations")[1]
    after = run("validate", copy, "--family", "asset-declarations")[1]
    assert ("small-count" in before, "small-count" in after) == (True, False)
    assert "nb_deposees_retard" not in after


def test_suppress_needs_a_family_that_declares_small_counts(run, tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    code, _, err = run("suppress", file, "--family", "association-subsidies")
    assert (code, err.startswith("error: invalid-input: ")) == (2, True)

"""The commands that make a file publishable."""

import sys

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

"""The register as operators handle it by commands."""

import sys

import pytest
from sqlalchemy import text

import build
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


def test_a_register_is_proved_equal_to_its_events_and_mended(run, hub):
    with hub.writing() as session:
        build.kept_request(session, 1, authority="commune-exemple", received_on="2026-11-02")
        session.connection().execute(text("UPDATE info_request SET law = 'ma/31-13'"))
    assert run("register", "rebuild", "--check")[:2] == (0, "Wrong: 0\n")
    with hub.writing() as session:
        session.connection().execute(text("UPDATE register_entry SET outcome = 'refused'"))
    assert run("register", "rebuild", "--check")[:2] == (1, "AI-2026-000001\nWrong: 1\n")
    assert run("register", "rebuild")[0] == 1
    assert run("register", "rebuild")[:2] == (0, "Mended: 0\n")


OLD = "numero,date_reception,objet,statut,date_reponse\n1,2024-01-05,Budget,satisfaite,2024-01-20\n"


def test_an_old_register_is_imported_by_a_command(run, tmp_path):
    file = tmp_path / "old.csv"
    file.write_text(OLD)
    assert run("register", "import", file, "--dry-run")[1].splitlines() == [
        "row 2: 1 accepted",
        "Accepted: 1, here already: 0, refused: 0. Nothing was taken over.",
    ]
    assert "row 2: 1 AI-2024-000001" in run("register", "import", file)[1]
    assert "is here already as AI-2024-000001" in run("register", "import", file)[1]
    file.write_text(f"{OLD}2,hier,Budget,satisfaite,2024-01-20,\n")
    code, out, _ = run("register", "import", file)
    assert (code, "row 3: refused: date_reception: This is no date" in out) == (1, True)
    assert '"reason": "no-date"' in run("register", "import", file, "--json")[1]
    assert run("register", "import", tmp_path / "none.csv")[0] == 2


def test_the_yearly_report_is_written_by_a_command(run, tmp_path):
    pdf, table = tmp_path / "report.pdf", tmp_path / "report.csv"
    assert run("register", "report", 2025, "--output", pdf, "--lang", "ar")[0] == 0
    assert run("register", "report", 2025, "--output", table, "--until", "2026-01-31")[0] == 0
    assert pdf.read_bytes().startswith(b"%PDF")
    said = table.read_text(encoding="utf-8-sig")
    assert "Rapport annuel" in said
    assert "التقرير السنوي" in said
    for wrong in (("--until", "x"), ("--until", "2999-01-01"), ("--lang", "xx")):
        assert run("register", "report", 2025, "--output", pdf, *wrong)[0] == 2
    assert run("register", "report", 2025, "--output", tmp_path / "report.txt")[0] == 2


def test_registers_are_published_by_a_command(run):
    assert run("register", "publish")[1] == "Nothing to publish\n"
    code, _, said = run("register", "publish", "commune-exemple")
    assert (code, "territory" in said) == (2, True)

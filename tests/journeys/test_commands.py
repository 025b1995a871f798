"""The commands as stewards, officers and operators type them."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from opendata_hub import cli
from opendata_hub.domain.catalog.search.query import Query

SAMPLE = "catalog/families/association-subsidies/sample.csv"
BROKEN = "catalog/families/association-subsidies/broken.csv"
FAMILY = ("--family", "association-subsidies")
REPLY = ("deadline", "--law", "ma/31-13", "--step", "reply")
WORDS = ("--title", "fr=Subventions", "--title", "ar=الإعانات", "--publisher", "commune-exemple")


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
def schema(tmp_path):
    file = tmp_path / "schema.json"
    file.write_text(json.dumps({"fields": [{"name": "year", "type": "integer"}]}))
    return file


def table(tmp_path, content, name="table.csv"):
    file = tmp_path / name
    file.write_bytes(content)
    return file


def test_validate_against_a_family(run):
    assert run("validate", SAMPLE, *FAMILY) == (0, "sound: 16 rows, 0 findings\n", "")
    code, out, err = run("validate", BROKEN, *FAMILY, "--json", "--lang", "ar")
    report = json.loads(out)
    assert (code, err) == (1, "")
    assert (report["valid"], report["rows"], report["total_findings"]) == (False, 28, 24)
    assert set(report["findings"][0]) == {"code", "row", "column", "rule", "level", "message"}


def test_validate_against_a_schema_needs_no_hub(run, tmp_path, schema, monkeypatch):
    home = tmp_path / "none"
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(home))
    code, out, _ = run(
        "validate", table(tmp_path, b"year\n2024\nx\n"), "--schema", schema, "--json"
    )
    finding = json.loads(out)["findings"][0]
    assert (code, finding["code"], finding["row"], finding["column"]) == (
        1,
        "type-error",
        3,
        "year",
    )
    assert run("validate", table(tmp_path, b"year\n2024\n"), "--schema", schema)[0] == 0
    assert not home.exists()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.csv", "empty-file"),
        (b"\x00\x01", "x.csv", "binary-file"),
        ("é\n".encode() + b"\xff\n", "x.csv", "broken-encoding"),
        (b"PK\x03\x04", "x.xlsx", "broken-workbook"),
    ],
)
def test_an_unreadable_file_is_one_line_and_exit_2(run, tmp_path, schema, content, name, code):
    file = table(tmp_path, content, name)
    exit_code, out, err = run("validate", file, "--schema", schema)
    assert (exit_code, out) == (2, "")
    assert re.fullmatch(rf"error: {code}: [^\n]+\n", err)
    exit_code, out, _ = run("validate", file, "--schema", schema, "--json")
    assert (exit_code, json.loads(out)["findings"][0]["code"]) == (2, code)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("validate", SAMPLE, *FAMILY, "--schema", "x.json"), "invalid-input"),
        (("validate", SAMPLE, "--family", "none"), "unknown-family"),
        (("validate", "none.csv", *FAMILY), "invalid-input"),
        (("validate", SAMPLE, "--schema", "none.json"), "unreadable-file"),
        (("validate", SAMPLE, "--schema", SAMPLE), "bad-table-schema"),
        (("validate", SAMPLE, *FAMILY, "--lang", "xx"), "usage"),
        (("publish", SAMPLE, *FAMILY, *WORDS[:-1], "none"), "unknown-publisher"),
        (("publish", SAMPLE, *FAMILY, "--publisher", "commune-exemple"), "usage"),
        (("publish", SAMPLE, *FAMILY, *WORDS, "--slug", "A b"), "invalid-input"),
        ((*REPLY, "--from", "soon"), "invalid-input"),
        (("deadline", "--law", "xx/1", "--step", "reply", "--from", "2026-11-02"), "unknown-law"),
        (("deadline", "--law", "ma/31-13", "--step", "x", "--from", "2026-11-02"), "unknown-step"),
        ((*REPLY, "--from", "2028-12-20"), "calendar-gap"),
        (("token", "revoke", "none"), "unknown-token"),
        (("template", "none"), "unknown-family"),
        (("template", "asset-declarations", "--format", "ods"), "usage"),
        (("none",), "usage"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line_and_exit_2(run, words, code):
    exit_code, _, err = run(*words)
    assert exit_code == 2
    assert re.fullmatch(rf"error: {code}: [^\n]+\n", err)


def test_a_bad_setting_is_one_line_and_exit_2(run, monkeypatch):
    monkeypatch.setenv("OPENDATA_HUB_UPLOAD_LIMIT_MB", "much")
    code, _, err = run("demo")
    assert (code, err.startswith("error: bad-setting: OPENDATA_HUB_UPLOAD_LIMIT_MB: ")) == (2, True)


def test_publish_replace_and_refuse(run, tmp_path):
    code, out, _ = run("publish", SAMPLE, *FAMILY, *WORDS, "--json")
    assert (code, json.loads(out)["slug"]) == (0, "subventions")
    code, _, err = run("publish", SAMPLE, *FAMILY, *WORDS)
    assert (code, err.startswith("error: slug-taken: ")) == (2, True)
    code, out, _ = run("publish", SAMPLE, *FAMILY, *WORDS, "--replace")
    assert (code, "version 2" in out) == (0, True)
    code, out, _ = run("publish", BROKEN, *FAMILY, *WORDS, "--slug", "other", "--json")
    report = json.loads(out)
    assert (code, report["valid"], report["submission"]) == (1, False, 4)
    with sqlite3.connect(tmp_path / "var" / "hub.sqlite3") as store:
        assert store.execute("SELECT count(*) FROM submission").fetchone() == (4,)
        assert store.execute("SELECT count(*), max(version) FROM dataset").fetchone() == (1, 2)


def test_what_is_withdrawn_leaves_search_with_the_command(run, hub):
    run("publish", SAMPLE, *FAMILY, *WORDS)
    assert hub.search.search(Query("subventions")).total == 1
    assert run("withdraw", "subventions", "--reason", "Publié par erreur")[0] == 0
    assert hub.search.search(Query("subventions")).total == 0


def test_a_deadline_for_machines_and_for_people(run):
    words = ("deadline", "--law", "ma/31-13", "--step", "reply", "--from", "2026-11-02")
    code, out, _ = run(*words, "--json")
    said = json.loads(out)
    assert (code, said["due"], said["safe"]) == (0, "2026-12-02", "2026-12-01")
    assert {"day": "2026-11-06", "status": "official"}.items() <= said["skipped"][0].items()
    for language, reason in [("fr", "Marche Verte"), ("ar", "المسيرة"), ("en", "Green March")]:
        _, out, _ = run(*words, "--lang", language)
        assert reason in out
        assert "art. 16" in out


def test_the_demo_does_no_harm_twice(run):
    first, again = run("demo"), run("demo")
    assert (first[0], again[0]) == (0, 0)
    tables = list(Path("catalog/families").iterdir())
    documents = list(Path("catalog/documents").glob("*/sample.*"))
    assert first[1].count("Published") == len(tables) + len(documents)
    assert "Published" not in again[1]


def test_search_is_made_anew_by_a_command_and_kept_by_a_publication(run):
    assert run("search", "rebuild")[1] == "Indexed 0 datasets\n"
    assert run("publish", SAMPLE, *FAMILY, *WORDS)[0] == 0
    home = Path(os.environ["OPENDATA_HUB_HOME"])
    assert json.loads((home / "search" / "current.json").read_bytes())["position"] == 1
    assert run("search", "rebuild")[1] == "Indexed 1 datasets\n"


def test_a_token_is_shown_once_and_can_be_revoked(run):
    code, key, _ = run("token", "create", "a script")
    assert (code, key.startswith("odh_")) == (0, True)
    assert run("token", "create", "a script")[0] == 2
    assert run("token", "list")[1] == (
        "a script\tactive\tlast used never\texpires never\tonly all\n"
    )
    run("token", "revoke", "a script")
    assert "revoked" in run("token", "list")[1]
    assert key.strip() not in run("token", "list")[1]


def test_the_journal_is_proved_by_a_command(run, tmp_path):
    run("token", "create", "a script")
    code, out, _ = run("register", "verify")
    noted = out.rpartition(" ")[2].strip()
    assert (code, out) == (0, f"Entries: 1. Note elsewhere: {noted}\n")
    run("token", "revoke", "a script")
    assert run("register", "verify", "--noted", noted)[0] == 0
    with sqlite3.connect(tmp_path / "var" / "hub.sqlite3") as database:
        database.execute("UPDATE journal SET subject = 'another' WHERE number = 2")
    code, out, _ = run("register", "verify", "--noted", noted)
    assert (code, out.splitlines()[0]) == (1, "2: seal-broken")
    told = json.loads(run("register", "verify", "--json")[1])
    assert told["faults"] == [{"kind": "seal-broken", "number": 2, "detail": ""}]
    assert run("register", "verify", "--noted", "x")[0] == 2


def test_a_key_is_limited_and_ends(run):
    made = run("token", "create", "a", "--role", "steward", "--only", "publish", "--days", "2")
    assert made[0] == 0
    assert run("token", "create", "b", "--person", "nobody@commune.example")[0] == 2
    assert run("token", "create", "c", "--authority", "none")[0] == 2
    assert run("token", "create", "d", "--person", "x@commune.example", "--role", "head")[0] == 2


def test_a_token_needs_no_name(run):
    first, second = run("token", "create"), run("token", "create")
    assert (first[0], second[0]) == (0, 0)
    assert run("token", "list")[1].count("token-") == 2


def test_version_and_help(run):
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run("--version")[1])
    code, out, _ = run("--help")
    assert code == 0
    for command in ("validate", "publish", "deadline", "token", "demo", "serve"):
        assert command in out


@pytest.mark.parametrize(("words", "ending"), [((), "xlsx"), (("--format", "csv"), "csv")])
def test_a_template_is_written_once_and_never_over_another_file(
    run, tmp_path, monkeypatch, words, ending
):
    home = tmp_path / "none"
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(home))
    asked = ("template", "asset-declarations", "--lang", "ar", *words)
    file = tmp_path / f"asset-declarations.ar.{ending}"
    assert run(*asked, "--output", file) == (0, f"Wrote {file}\n", "")
    content = file.read_bytes()
    file.write_bytes(b"filled in")
    code, _, err = run(*asked, "--output", file)
    assert (code, err.startswith("error: refused: "), file.read_bytes()) == (2, True, b"filled in")
    assert run(*asked, "--output", file, "--force")[0] == 0
    assert file.read_bytes() == content
    assert not home.exists()


def test_a_template_is_named_after_family_and_language_or_printed(run, tmp_path, monkeypatch):
    code, out, _ = run("template", "asset-declarations", "--format", "csv", "--output", "-")
    assert (code, out.startswith("\ufeffCode de la collectivité;")) == (0, True)
    monkeypatch.chdir(tmp_path)
    assert run("template", "asset-declarations")[1] == "Wrote asset-declarations.fr.xlsx\n"
    assert (tmp_path / "asset-declarations.fr.xlsx").is_file()


def test_purchases_are_exported_in_ocds_with_a_word_on_the_prefix(run, tmp_path):
    results = "catalog/families/procurement-results/sample.csv"
    words = ("--title", "fr=R", "--publisher", "commune-exemple", "--slug", "resultats")
    assert run("publish", results, "--family", "procurement-results", *words)[0] == 0
    assert list((tmp_path / "var" / "rows").rglob("*.parquet"))
    code, out, err = run("ocds", "export")
    assert (code, json.loads(out)["version"]) == (0, "1.1")
    assert "ocds-000000 is not registered" in err
    file = tmp_path / "releases.json"
    assert run("ocds", "export", "resultats", "--output", file)[:2] == (0, f"Wrote {file}\n")
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(out)
    assert run("ocds", "export", "--output", file)[2].endswith("--force writes over it\n")
    assert run("ocds", "export", "nowhere")[2].startswith("error: unknown-dataset")
    words = ("--title", "fr=S", "--publisher", "commune-exemple", "--slug", "subventions")
    assert run("publish", SAMPLE, *FAMILY, *words)[0] == 0
    assert run("ocds", "export", "subventions")[2].startswith("error: invalid-input: subventions")


def test_no_command_loads_a_heavy_part_before_it_needs_it(pytestconfig):
    asked = "import sys, opendata_hub.cli; print({'duckdb', 'frictionless'} & set(sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "PYTHONPATH": str(pytestconfig.rootpath / "src")},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert said.stdout == "set()\n"


def test_a_jurist_looks_at_a_letter_without_a_hub(run, tmp_path):
    code, out, err = run("letter", "list")
    assert (code, err) == (0, "")
    assert "refusal: requester: refuse, not_held, already_published" in out
    file = tmp_path / "letter.pdf"
    for language in ("ar", "fr", "en"):
        wanted = ("letter", "preview", "transfer", "--lang", language, "--output", file)
        code, out, err = run(*wanted)
        assert (code, err) == (0, "")
        assert file.read_bytes().startswith(b"%PDF-1.7")
        assert "unverified: Loi n° 31-13, art. 12" in out
    assert not (tmp_path / "var").exists()


def test_a_letter_that_is_not_there_is_an_error_in_one_line(run, tmp_path):
    file = tmp_path / "letter.png"
    assert run("letter", "preview", "grant", "--output", file)[0] == 0
    assert file.read_bytes().startswith(b"\x89PNG")
    for words, said in (
        (("invoice", "--output", file), "error: unknown-letter: ma/31-13 has no letter"),
        (("grant", "--output", file, "--law", "gb/foia-2000"), "error: unknown-letter: gb/foia"),
        (("grant", "--output", file, "--lang", "xx"), "error: invalid-input: language"),
        (("grant", "--output", file, "--ground", "exception"), "error: invalid-input: ground"),
        (("refusal", "--output", file, "--ground", "none"), "error: invalid-input: ground"),
        (("grant", "--output", tmp_path / "x.docx"), "error: invalid-input: x.docx"),
    ):
        code, _, err = run("letter", "preview", *words)
        assert (code, err[: len(said)]) == (2, said)

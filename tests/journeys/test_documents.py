"""A steward with a document at the command line: refused, cleaned, published, found, withdrawn."""

import json
import sys
from pathlib import Path

import pytest

import documents as made
from opendata_hub import cli
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.catalog.search.query import Query
from opendata_hub.settings import Settings

WORDS = ("--family", "minutes", "--title", "fr=Séance", "--publisher", "commune-exemple")


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


def found(words):
    hub = open_hub(Settings())
    hits = hub.search.search(Query(text=words)).hits
    hub.engine.dispose()
    return [hit.shown.slug for hit in hits]


def test_a_document_is_refused_cleaned_published_found_and_withdrawn(run, tmp_path):
    file = tmp_path / "seance.pdf"
    file.write_bytes(made.pdf(made.with_author))
    code, out, _ = run("publish", file, *WORDS, "--day", "2026-10-06")
    assert (code, "hidden-carrier" in out, "Personne" in out) == (1, True, False)
    code, out, _ = run("clean", file, "--lang", "en")
    copy = tmp_path / "seance.clean.pdf"
    assert (code, out) == (0, f"Wrote {copy}\nleft behind: the name of an author\n")
    code, out, err = run("publish", copy, *WORDS, "--day", "2026-10-06", "--slug", "seance")
    assert (code, err) == (0, "")
    assert found("fontaines") == ["seance"]
    assert run("withdraw", "seance", "--reason", "Erreur")[0] == 0
    assert found("fontaines") == []


def test_clean_never_writes_over_a_file_unasked(run, tmp_path):
    file = tmp_path / "a.odt"
    file.write_bytes(made.odt())
    assert run("clean", file)[0] == 0
    assert run("clean", file)[2].startswith("error: refused: ")
    assert run("clean", file, "--force")[0] == 0


def test_clean_says_why_a_document_can_not_be_read(run, tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(made.encrypted_pdf())
    code, _, err = run("clean", file)
    assert (code, err.startswith("error: not-a-document: encrypted-document")) == (2, True)
    assert not Path(tmp_path / "a.clean.pdf").exists()


def test_validate_ends_with_two_for_what_is_no_document(run, tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(b"MZ" + bytes(100))
    code, out, err = run("validate", file, "--family", "reports", "--json", "--lang", "en")
    assert (code, json.loads(out)["counts"]) == (2, {"wrong-type": 1})
    assert err.startswith("error: wrong-type: The content is not")


def test_commands_about_columns_know_no_kind_of_documents(run):
    for words in (("template", "minutes"), ("suppress", "pyproject.toml", "--family", "plans")):
        code, _, err = run(*words)
        assert (code, err.startswith("error: unknown-family: ")) == (2, True)

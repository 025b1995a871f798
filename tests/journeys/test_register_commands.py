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

"""An operator reads another catalogue into this one, and brings datasets to a CKAN, by commands."""

import io
import json
import sys

import pytest

import build
from loopback import serving
from opendata_hub import cli
from opendata_hub.bootstrap import open_hub
from opendata_hub.settings import Settings
from remote_ckan import KEY, remote_ckan
from sources import TURTLE, catalogue, turtle

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def run(monkeypatch, capsys, pytestconfig):
    monkeypatch.chdir(pytestconfig.rootpath)

    def run(*words, stdin=""):
        monkeypatch.setattr(sys, "argv", ["opendata-hub", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def test_a_source_from_its_first_reading_to_its_end(run):
    bad = turtle("b").replace('dct:title "Jeu b" ;', "")
    answers = {"/c": catalogue(turtle("a"), bad)}
    with serving(lambda _, path: (200, TURTLE, answers[path])) as server:
        added = run(
            "harvest", "add", "ville", server.url("/c"), "--kind", "dcat", "--private-network"
        )
        assert added[0] == 0
        code, out, _ = run("harvest", "run", "ville", "--dry-run")
        assert code == 0
        assert "created http://ville.example/dataset/a «Jeu a»" in out
        assert "refused http://ville.example/dataset/b" in out
        assert "nothing was changed; 1 created" in out
        code, out, _ = run("harvest", "run", "ville")
        assert (code, out) == (
            0, "done: 2 read; 1 created, 0 changed, 0 unchanged, 1 refused, 0 gone\n"
        )  # fmt: skip
        assert "record-refused" in run("harvest", "quarantine", "ville")[1]
        seen = run(
            "harvest", "quarantine", "ville", "--identifier", "http://ville.example/dataset/b"
        )
        assert "Tout sur b" in seen[1]
        assert run("harvest", "list")[1].startswith("ville\tdcat\t1\t1\tdone")
        shown = run("harvest", "show", "ville")[1]
        assert '"kept": 1' in shown
        answers["/c"] = catalogue(turtle("x"), turtle("y"))
        code, out, _ = run("harvest", "run", "ville")
        assert (code, "[deletions-wait]" in out) == (1, True)
        code, out, _ = run("harvest", "run", "ville", "--yes", "--json")
        assert json.loads(out.splitlines()[-1])["counts"] == {"unchanged": 2, "gone": 1}
        answers["/c"] = b"<!doctype html><p>We moved"
        code, out, _ = run("harvest", "run", "ville")
        assert (code, "[source-unreadable]" in out) == (1, True)
    assert "changed: hours" in run("harvest", "edit", "ville", "--hours", "6")[1]
    assert run("harvest", "stop", "ville")[1] == "ville is not being read\n"
    assert run("harvest", "remove", "ville")[0] == 2
    assert "2 records left" in run("harvest", "remove", "ville", "--yes")[1]
    code, _, err = run("harvest", "show", "ville")
    assert (code, err.startswith("error: unknown-source")) == (2, True)


def test_datasets_are_planned_pushed_and_pulled(run, tmp_path):
    hub = open_hub(Settings())
    build.publish_samples(hub)
    with remote_ckan() as site:
        url = f"http://127.0.0.1:{site.port}"
        named = ("national", url, "--organization", "city", "--key-file", "-")
        far = (*named, "--per-minute", "6000", "--private-network")
        assert run("ckan", "target", "add", *far, stdin=f"{KEY}\n")[0] == 0
        assert run("ckan", "target", "add", *far, stdin=f"{KEY}\n")[0] == 2
        code, out, _ = run("ckan", "plan", "national")
        assert (code, "create demo-petitions" in out, site.packages) == (0, True, {})
        code, out, _ = run("ckan", "push", "national")
        assert (code, ", 0 conflict" in out) == (0, True)
        code, out, _ = run("ckan", "push", "national")
        assert out.startswith("0 create, 0 change, 0 delete")
        file = tmp_path / "there.jsonl"
        code, out, _ = run("ckan", "pull", "national", "--output", file)
        assert (code, out) == (0, f"{len(site.packages)} read there, 0 differ\n")
        assert len(file.read_text(encoding="utf-8").splitlines()) == len(site.packages)
        site.named("demo-petitions")["title"] = "Autre"
        code, out, _ = run("ckan", "plan", "national")
        assert (code, "conflict demo-petitions somebody has changed it there" in out) == (1, True)
        assert run("ckan", "target", "key", "national", "--key-file", "-", stdin="x")[0] == 0
        assert f"national\t{len(site.packages)}" in run("ckan", "target", "list")[1]
    assert run("ckan", "target", "remove", "national")[0] == 0
    code, _, err = run("ckan", "plan", "national")
    assert (code, err.startswith("error: unknown-target")) == (2, True)

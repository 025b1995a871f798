"""A secret that somebody commits is found before it is anybody else's."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INIT = ["git", "init", "-q"]
PLANTED = hashlib.sha256(b"nobody's").hexdigest()
"""Looks like a key; worked out here, so that this file has none."""
SCAN = [sys.executable, ROOT / ".ci/secrets"]


@pytest.fixture
def project(tmp_path):
    """A repository of one file in which nothing is secret."""
    subprocess.run(INIT, cwd=tmp_path, check=True)
    (tmp_path / "settings.py").write_text('NAME = "hub"\n', encoding="utf-8")
    return tmp_path


def scanned(project):
    return subprocess.run([*SCAN, project], check=False, capture_output=True, text=True)


def test_where_there_is_no_secret_none_is_found(project):
    ended = scanned(project)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "Private Key"),
        (f'KEY = "{PLANTED}"', "Hex High Entropy String"),
        (f'URL = "postgresql://hub:{PLANTED[:16]}@database/hub"', "Basic Auth"),
    ],
)
def test_a_planted_secret_is_found_where_it_lies(project, line, kind):
    (project / "settings.py").write_text(f'NAME = "hub"\n{line}\n', encoding="utf-8")
    ended = scanned(project)
    assert ended.returncode == 1
    assert f"settings.py:2: {kind}" in ended.stderr


@pytest.mark.parametrize(
    "name", ["hub.key", "a.pem", "a.ini", "a.cfg", "a.conf", ".env.production"]
)
def test_a_key_is_found_whatever_its_file_is_called(project, name):
    (project / name).write_text("-----BEGIN " + "PRIVATE KEY-----\n", encoding="utf-8")
    ended = scanned(project)
    assert (ended.returncode, f"{name}:1: Private Key" in ended.stderr) == (1, True)


def test_an_audit_that_no_service_answers_says_that_nothing_was_looked_through(tmp_path):
    module = tmp_path / "pip_audit.py"
    module.write_text('print(\'{"dependencies": [{"name": "a", "skip_reason": "?"}]}\')\n')
    ended = audited(tmp_path)
    assert (ended.returncode, "SKIPPED" in ended.stderr) == (0, True)


@pytest.mark.parametrize(
    ("says", "code", "is_skipped"),
    [
        ("ConnectionError: no such host", 1, True),
        ("No module named pip_audit", 1, False),
        ("error: unrecognized arguments", 2, False),
        ("could not parse requirements: ConnectionError", 2, False),
    ],
)
def test_an_audit_that_can_not_be_made_fails_unless_the_network_is_why(
    tmp_path, says, code, is_skipped
):
    text = f"import sys\nprint({says!r}, file=sys.stderr)\nsys.exit({code})\n"
    (tmp_path / "pip_audit.py").write_text(text)
    ended = audited(tmp_path)
    assert (ended.returncode, "SKIPPED" in ended.stderr) == (int(not is_skipped), is_skipped)
    assert is_skipped or says in ended.stderr


def test_an_audit_names_the_packages_that_are_weak(tmp_path):
    weak = '{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-0"}]}'
    (tmp_path / "pip_audit.py").write_text(f"print('{{\"dependencies\": [{weak}]}}')\n")
    ended = audited(tmp_path)
    assert (ended.returncode, ended.stderr) == (1, "a 1: PYSEC-0\n")


def audited(tools):
    return subprocess.run(
        [sys.executable, ROOT / ".ci/audit"], check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tools)},
    )  # fmt: skip

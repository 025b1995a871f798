"""A release is made of a tag, or not at all; what it is made of is told whole."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GIT = ["git", "-c", "user.name=Nobody", "-c", "user.email=nobody@release.example"]


@pytest.fixture
def project(tmp_path):
    """A small repository with what a release looks at first."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci/release").write_bytes((ROOT / ".ci/release").read_bytes())
    (tmp_path / ".ci/release").chmod(0o755)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "First."]):
        subprocess.run([*GIT, *words], cwd=tmp_path, check=True)
    return tmp_path


def released(project):
    return subprocess.run(
        [project / ".ci/release"], check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHON": "/bin/false"},
    )  # fmt: skip


def tag(project, name):
    subprocess.run([*GIT, "tag", name], cwd=project, check=True)


def test_without_a_tag_nothing_is_released(project):
    ended = released(project)
    assert (ended.returncode, "no tag here: git tag v1.2.3" in ended.stderr) == (2, True)


def test_a_tag_of_another_version_is_refused(project):
    tag(project, "v9")
    assert "the tag is v9" in released(project).stderr


def test_what_was_changed_since_is_not_released(project):
    tag(project, "v1.2.3")
    (project / "more").touch()
    assert "something was changed" in released(project).stderr


def test_a_version_without_its_changes_is_not_released(project):
    tag(project, "v1.2.3")
    ended = released(project)
    assert "CHANGELOG.md has no section 1.2.3" in ended.stderr
    assert not (project / "dist").exists()


def test_the_bill_of_materials_names_every_package_of_the_image(tmp_path):
    bill = tmp_path / "bill.json"
    subprocess.run(
        [
            sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements",
            ROOT / "requirements-postgres.lock", "--pyproject", ROOT / "pyproject.toml",
            "--output-reproducible", "--output-format", "JSON", "--output-file", bill,
        ],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    told = json.loads(bill.read_text(encoding="utf-8"))
    lock = (ROOT / "requirements-postgres.lock").read_text(encoding="utf-8")
    named = {(each["name"], each["version"]) for each in told["components"]}
    assert named == set(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", lock, flags=re.MULTILINE))
    assert told["metadata"]["component"]["name"] == "opendata-hub"

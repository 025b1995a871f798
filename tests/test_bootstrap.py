"""A hub finds itself as it was left, or says what is missing."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import build
from opendata_hub.bootstrap import load_frame, open_hub, remember_address
from opendata_hub.cli import app
from opendata_hub.domain.errors import PackBroken
from opendata_hub.flows.catalog.publish import refresh_fragments
from opendata_hub.settings import Settings

DIGEST = """
from opendata_hub.bootstrap import load_frame
from opendata_hub.settings import Settings
print(load_frame(Settings(), base_url="http://hub.example").state)
"""


HEAVY = ("alembic", "frictionless", "icalendar", "openpyxl", "pypdf", "typst")
WAITING = """
import sys
import opendata_hub.__main__
from opendata_hub.bootstrap import open_hub
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app
create_app(open_hub(Settings()))
print(*sys.modules)
"""


def test_a_hub_that_waits_holds_nothing_that_only_some_work_needs(demo_hub):
    home = {"OPENDATA_HUB_HOME": str(demo_hub.settings.home)}
    held = subprocess.run(
        [sys.executable, "-c", WAITING],
        env={**os.environ, **home}, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert "opendata_hub.web.app" in held
    assert not set(HEAVY) & set(held)


def test_every_process_writes_records_for_the_same_digest():
    said = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


def test_a_changed_declaration_changes_the_digest(tmp_path):
    frame = load_frame(Settings(), base_url="http://hub.example")
    (tmp_path / "vocabularies").mkdir()
    (tmp_path / "vocabularies" / "licence.csv").write_text(
        "code,uri,fr,ar,en\nCC_BY_4_0,https://licence.example/,x,x,x\n"
    )
    changed = load_frame(Settings(catalog_dir=tmp_path), base_url="http://hub.example")
    assert frame.state != changed.state


def test_an_unchanged_hub_rewrites_nothing(demo_hub):
    again = open_hub(demo_hub.settings)
    with again.writing() as session:
        assert refresh_fragments(session, again.frame, now=build.NOW) == 0
    again.engine.dispose()


def test_commands_publish_under_the_address_that_serve_listens_on(tmp_path):
    settings = Settings(home=tmp_path / "hub")
    served = open_hub(settings, base_url="http://127.0.0.1:8391")
    remember_address(settings, served.frame.base_url)
    beside = open_hub(settings)
    assert beside.frame.base_url == "http://127.0.0.1:8391"
    named = open_hub(Settings(home=tmp_path / "hub", base_url="https://data.commune.example"))
    assert named.frame.base_url == "https://data.commune.example"
    for hub in (served, beside, named):
        hub.engine.dispose()


def test_a_declaration_that_is_still_used_cannot_vanish(demo_hub, tmp_path):
    shipped = Path(__file__).parents[1] / "catalog" / "site.yaml"
    site = shipped.read_text(encoding="utf-8").replace("commune-exemple", "autre-commune")
    (tmp_path / "site.yaml").write_text(site, encoding="utf-8")
    settings = demo_hub.settings.model_copy(update={"catalog_dir": tmp_path})
    with pytest.raises(PackBroken, match="publisher 'commune-exemple' is used"):
        open_hub(settings)


@pytest.mark.parametrize(
    "value",
    ["hub.example", "http://hub.example/a b", "http://h.example/?x=1", "http://u@h.example",
     "https://h.example/opendata"],
)  # fmt: skip
def test_a_base_address_is_scheme_and_host(value):
    with pytest.raises(ValueError, match="base_url"):
        Settings(base_url=value)


def test_moving_the_hub_moves_its_records(demo_hub):
    moved = replace(demo_hub.frame, base_url="https://data.commune.example")
    assert moved.state != demo_hub.frame.state
    assert build.BASE_URL in demo_hub.frame.state


def test_a_hub_keeps_the_time_of_the_jurisdiction_of_its_law(tmp_path):
    assert open_hub(Settings(home=tmp_path)).timezone == "Africa/Casablanca"


@pytest.mark.parametrize(
    ("files_url", "public"),
    [
        ("", "https://s3.example"),
        ("https://k:s@s3.example/hub-files", "s3.example"),
        ("https://k:s@s3.example/hub-files", "ftp://s3.example"),
        ("https://k:s@s3.example/hub-files", "https://s3.example/folder"),
    ],
)
def test_a_store_for_readers_is_a_plain_address_beside_a_bucket(files_url, public):
    with pytest.raises(ValueError, match="FILES_PUBLIC_URL"):
        Settings(files_url=files_url, files_public_url=public)


def test_who_writes_all_records_anew_is_told_how_far_it_is(demo_hub, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(demo_hub.settings.home))
    monkeypatch.setenv("OPENDATA_HUB_BASE_URL", "http://moved.example")
    monkeypatch.setattr("opendata_hub.flows.catalog.publish.AT_ONCE", 5)
    monkeypatch.setattr("opendata_hub.cli.TOLD_EVERY", 10)
    commands, folder = CliRunner(), str(tmp_path / "www")
    first = commands.invoke(app, ["catalog", "export", folder])
    assert first.stderr.splitlines() == [
        "13 records are written anew: http://moved.example or the profile is new",
        "10 of 13 are written",
    ]
    assert commands.invoke(app, ["catalog", "export", folder]).stderr == ""

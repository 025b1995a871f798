"""What is deployed names only what there is: commands, settings, files, services."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
import yaml
from typer.core import TyperGroup

from opendata_hub import cli
from opendata_hub.settings import Settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SETTINGS = [f"OPENDATA_HUB_{name.upper()}" for name in Settings.model_fields]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"] == "opendata-hub"}
SYSTEMD = shutil.which("systemd-analyze")
BINARY = "/opt/opendata-hub/bin/opendata-hub"


def require_command(words):
    """Read the words as the command would; raises where one is not known or is missing."""
    command, words = typer.main.get_command(cli.app), list(words)
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.commands[name]
    command.make_context(command.name, words)


@pytest.mark.parametrize(
    "words", [["nothing"], ["serve", "--nothing"], ["backup"], ["serve", "--port", "x"]]
)
def test_a_wrong_command_would_be_found(words):
    with pytest.raises((KeyError, typer.TyperException)):
        require_command(words)


def env_example():
    return (DEPLOY / "env.example").read_text(encoding="utf-8")


def test_the_example_of_an_environment_names_every_setting_in_its_order_and_no_other():
    named = re.findall(r"^#? ?(OPENDATA_HUB_[A-Z_]+)=", env_example(), flags=re.MULTILINE)
    assert named == SETTINGS


def test_the_example_of_an_environment_is_read_as_it_is():
    lines = re.findall(r"^#? ?OPENDATA_HUB_([A-Z_]+)=(.*)$", env_example(), flags=re.MULTILINE)
    given = {name.lower(): value for name, value in lines if value}
    assert Settings(**given)


def test_what_the_composition_asks_of_its_environment_is_in_the_example():
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert asked == {"POSTGRES_PASSWORD", "HUB_DOMAIN"}
    assert all(re.search(rf"^{name}=", env_example(), flags=re.MULTILINE) for name in asked)


def test_the_composition_runs_commands_that_there_are():
    assert set(OURS) == {"migrate", "web-1", "web-2", "jobs", "worker"}
    for each in OURS.values():
        require_command(each["command"])
    assert "--no-jobs" in OURS["web-1"]["command"]


def test_the_composition_sets_settings_that_there_are():
    for each in OURS.values():
        assert set(each["environment"]) <= set(SETTINGS)
        filled = {
            name.removeprefix("OPENDATA_HUB_").lower(): re.sub(r"\$\{[^}]+\}", "a.example", value)
            for name, value in each["environment"].items()
        }
        assert Settings(**filled)


def test_every_process_of_ours_writes_into_its_home_only():
    for each in OURS.values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert each["volumes"] == ["home:/var/lib/opendata-hub"]


def test_networks_volumes_and_services_of_the_composition_are_declared():
    services = COMPOSE["services"]
    for name, each in services.items():
        assert set(each["networks"]) <= set(COMPOSE["networks"]), name
        assert set(each.get("depends_on", {})) <= set(services), name
        for volume in each.get("volumes", []):
            source = volume.partition(":")[0]
            is_file = source.startswith("./")
            assert (DEPLOY / source).exists() if is_file else source in COMPOSE["volumes"], volume


def test_only_the_proxy_meets_the_web_processes_where_proxies_are_believed():
    trusted = OURS["web-1"]["environment"]["OPENDATA_HUB_TRUSTED_PROXIES"]
    assert COMPOSE["networks"]["front"]["ipam"]["config"] == [{"subnet": trusted}]
    there = {name for name, each in COMPOSE["services"].items() if "front" in each["networks"]}
    assert there == {"caddy", "web-1", "web-2"}
    assert not set(COMPOSE["services"]["caddy"]["networks"]) & {"back", "outbound"}
    published = {name for name, each in COMPOSE["services"].items() if each.get("ports")}
    assert published == {"caddy"}


def test_the_proxy_leads_to_the_web_processes_and_shows_no_figures():
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    (upstreams,) = re.findall(r"reverse_proxy (.+) \{", text)
    assert upstreams.split() == ["web-1:8000", "web-2:8000"]
    allowed = OURS["web-1"]["environment"]["OPENDATA_HUB_ALLOWED_HOSTS"]
    assert allowed.replace(",", "").split() == upstreams.split()
    assert "@inside path /metrics /healthz /readyz\n\trespond @inside 404" in text
    limit = int(re.search(r"max_size (\d+)MB", text)[1])
    assert limit > Settings().upload_limit_mb
    assert not re.search(r"^\s*log\b", text, flags=re.MULTILINE)


def test_the_image_is_made_of_files_that_are_there_and_runs_as_nobody_in_particular():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for words in re.findall(r"^COPY (?!--from)(.+)$", text, flags=re.MULTILINE):
        for source in words.split()[:-1]:
            assert (ROOT / source).exists(), source
    assert text.index("\nUSER 10001\n") < text.index("\nENTRYPOINT ")
    assert "--require-hashes" in text
    (command,) = re.findall(r"^CMD (\[.+\])$", text, flags=re.MULTILINE)
    require_command(yaml.safe_load(command))


def test_what_is_not_needed_is_kept_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    copied = {"src", "catalog", "requests", "pyproject.toml", "hatch_build.py"}
    assert {f"!{each}" for each in copied} <= set(ignored)


def test_the_lock_of_the_image_has_the_same_versions_and_the_driver_of_postgresql():
    def versions(name):
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, flags=re.MULTILINE))

    plain, image = versions("requirements.lock"), versions("requirements-postgres.lock")
    assert plain.items() <= image.items()
    assert set(image) - set(plain) >= {"procrastinate", "psycopg", "psycopg-binary"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_run_commands_that_there_are(unit):
    text = unit.read_text(encoding="utf-8")
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS
        return
    commands = re.findall(rf"{BINARY} ([^'\n]+)", text)
    assert commands
    for each in commands:
        require_command(each.replace("%i", "8001").replace("$$(date +%%F)", "today").split())
    for needed in re.findall(r"^(?:Requires|Conflicts)=(.+)$", text, flags=re.MULTILINE):
        for name in needed.split():
            assert DEPLOY / "systemd" / re.sub(r"@\d+", "@", name) in UNITS
    for line in ("User=opendata-hub", "ProtectSystem=strict", "NoNewPrivileges=yes", "UMask=0077"):
        assert line in text.splitlines()


@pytest.mark.skipif(not SYSTEMD, reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(BINARY, sys.executable)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    names = [each.name.replace("@.", "@8001.") for each in UNITS]
    checked = subprocess.run(
        [SYSTEMD, "verify", "--man=no", *(str(tmp_path / name) for name in names)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    ours = [line for line in checked.stderr.splitlines() if "opendata-hub" in line]
    assert ours == []
    assert checked.returncode == 0, checked.stderr


def test_every_file_of_a_deployment_is_documented():
    text = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
    assert all(each.name in text for each in [*UNITS, *DEPLOY.iterdir()])

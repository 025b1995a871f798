"""What tests share: a hub of their own, a client at its door, and where the reference data lies."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub import bootstrap
from opendata_hub.bootstrap import Hub, open_hub
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app

ROOT = Path(__file__).parent.parent


def loaded_once(load):
    """The same for what the project itself declares, which no test changes: read once for all.

    Half of what it costs to open a hub, and most tests open one.
    """
    kept = {}

    def loaded(folders, of="", *more):
        if any(layer.parent != ROOT for layer in folders.layers):
            return load(folders, *(of, *more) if of else more)
        key = of if isinstance(of, str) else getattr(of, "name", "")
        if key not in kept:
            kept[key] = load(folders, *(of, *more) if of else more)
        return kept[key]

    return loaded


for loader in (
    "load_vocabularies", "load_territories", "load_families", "load_kinds", "load_ocds",
    "load_law", "load_calendar", "load_letters",
):  # fmt: skip
    setattr(bootstrap, loader, loaded_once(getattr(bootstrap, loader)))
for name in [name for name in os.environ if name.startswith("OPENDATA_HUB_")]:
    del os.environ[name]  # a developer's own hub is neither read nor written by a test


@pytest.fixture(autouse=True)
def _home_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(tmp_path / "var"))


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> Path:
    """The home of a hub with one dataset of each family: made once, copied for each test."""
    home = tmp_path_factory.mktemp("samples") / "var"
    made = open_hub(Settings(home=home, base_url=build.BASE_URL))
    build.publish_samples(made)
    made.engine.dispose()
    return home


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Path:
    """The home of a hub with nothing in it: its tables are made once, and copied for each test."""
    home = tmp_path_factory.mktemp("bare") / "var"
    open_hub(Settings(home=home, base_url=build.BASE_URL)).engine.dispose()
    return home


@pytest.fixture
def hub(request, tmp_path) -> Hub:
    """A hub on SQLite, empty unless the test asks for a demo."""
    home = tmp_path / "var"
    is_demo = "demo_hub" in request.fixturenames
    shutil.copytree(request.getfixturevalue("samples" if is_demo else "bare"), home)
    opened = replace(
        open_hub(Settings(home=home, base_url=build.BASE_URL)), passwords=build.cheap_passwords()
    )
    yield opened
    opened.engine.dispose()


@pytest.fixture
def demo_hub(hub) -> Hub:
    """A hub with one dataset of each family."""
    return hub


@pytest.fixture
def client(hub) -> TestClient:
    """A browser or a program at the door of the empty hub."""
    return TestClient(create_app(hub), base_url=build.BASE_URL, follow_redirects=False)


@pytest.fixture
def demo_client(demo_hub) -> TestClient:
    """A browser or a program at the door of the hub with the samples."""
    return TestClient(create_app(demo_hub), base_url=build.BASE_URL, follow_redirects=False)


@pytest.fixture
def token(hub) -> dict[str, str]:
    """The header of a steward's program."""
    return build.token(hub)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference data beside the project; whoever has only the project skips what needs it."""
    folder = ROOT.parent / "shared"
    if not (folder / "shapes").is_dir():
        pytest.skip("the reference data is not beside this checkout (../shared)")
    return folder

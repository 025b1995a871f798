"""A browser in front of a hub that is really served: one hub for every process of tests.

Skipped with the reason where Chromium or playwright is not installed.
"""

import shutil
from collections.abc import Iterator

import pytest

from loopback import free_port, serving_hub
from opendata_hub.bootstrap import open_hub, remember_demo
from opendata_hub.settings import Settings
from surfing import FLAGS, OPEN, House

HERE = __file__.rpartition("/")[0]


def pytest_collection_modifyitems(items):
    """Each test of this folder needs loopback, and takes longer than one without a browser."""
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.enable_socket)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def program() -> str:
    """Where Debian's browser is; nothing is downloaded."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    return found


@pytest.fixture(scope="module")
def chromium(program):
    """The browser, headless. Gone after each module: its event loop holds the whole thread,
    and a later test of the same process could not run one of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house(samples, tmp_path_factory, program) -> Iterator[House]:
    """A served hub with samples, an account for each role, and one request with a file."""
    del program  # without a browser no hub is served
    home = tmp_path_factory.mktemp("browsed") / "var"
    shutil.copytree(samples, home)
    port = free_port()
    hub = open_hub(Settings(home=home, base_url=f"http://127.0.0.1:{port}", rate_limits=OPEN))
    remember_demo(hub.settings)
    with serving_hub(home, port=port, rate_limits=OPEN) as address:
        made = House(address, hub)
        made.reference, made.code = made.file_a_request()
        yield made
    hub.engine.dispose()

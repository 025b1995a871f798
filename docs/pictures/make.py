"""Makes the pictures of the documentation: a demo hub is served on loopback, and looked at.

make pictures            # into docs/pictures
python docs/pictures/make.py FOLDER
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import build
from loopback import free_port, serving_hub
from opendata_hub.bootstrap import catalog_folders, open_hub
from opendata_hub.domain.people.roles import Role
from opendata_hub.settings import Settings
from surfing import FLAGS, OPEN, House, window

HERE = Path(__file__).parent
LANGUAGES = ("ar", "fr", "en")
SIZE = {"width": 1100, "height": 760}
PAGES: tuple[tuple[str, Role | None, str], ...] = (
    ("home", None, ""),
    ("dataset", None, "datasets/demo-association-subsidies"),
    ("search", None, "datasets?q=subventions"),
    ("register", None, "register"),
    ("ask", None, "requests/new"),
    ("desk", Role.OFFICER, "desk"),
    ("my-data", Role.STEWARD, "my-data"),
    ("report", Role.STEWARD, "my-data/{draft}"),
    ("words", Role.STEWARD, "my-data/{draft}/words"),
)


def hand_in_broken(house: House, page: Page) -> str:
    """The number of a draft with a file full of faults."""
    family = "association-subsidies"
    file = catalog_folders(house.hub.settings).find(f"families/{family}/broken.csv")
    page.goto("/fr/my-data")
    page.select_option("#family", family)
    page.set_input_files("#file", file)
    page.locator("form[data-upload] button[type=submit]").click()
    page.wait_for_url("**/my-data/*")
    return page.url.rpartition("/")[2]


def main(folder: Path) -> None:
    """Make every picture in every language."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is not installed: apt-get install chromium")
    port = free_port()
    with tempfile.TemporaryDirectory() as made:
        home = Path(made) / "var"
        hub = open_hub(Settings(home=home, base_url=f"http://127.0.0.1:{port}"))
        build.publish_samples(hub)
        with serving_hub(home, port=port, rate_limits=OPEN) as address, sync_playwright() as start:
            browser = start.chromium.launch(executable_path=chromium, args=FLAGS)
            house = House(address, hub)
            house.file_a_request()
            with window(browser, house, role=Role.STEWARD) as page:
                draft = hand_in_broken(house, page)
            for name, role, path in PAGES:
                with window(browser, house, role=role, viewport=SIZE) as page:
                    for language in LANGUAGES:
                        page.goto(f"/{language}/{path.format(draft=draft)}")
                        page.screenshot(path=folder / f"{name}-{language}.png")
            browser.close()
        hub.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)

"""What readers wait for: paint of the largest part at a slow phone, CPU of a page, with many datasets.

python benchmarks/portal.py [DATASETS]

Chromium is slowed down four times and gets 1.6 Mbit/s with 150 ms there and back, each page with an empty
cache, medians of five. CPU is that of the whole call in this process, medians of fifty: made for
this reader, who shows a cookie, and as shown to the stranger before. Everything
is made up: the demo's tables, and as many copies of their records as are asked for.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from fastapi.responses import Response
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from opendata_hub.bootstrap import Hub, open_hub
from opendata_hub.flows.catalog.serving import index
from opendata_hub.settings import Settings
from opendata_hub.store.tables import metadata
from opendata_hub.web.app import create_app
from opendata_hub.web.catalog import pages

DATASETS = 100_000
RUNS, LOADS, BATCH = 50, 5, 5_000
PORT = 8437
ORIGIN = f"http://127.0.0.1:{PORT}"
SLUG = "demo-procurement-results"
PAGES = {
    "home": "/ar/",
    "search": "/ar/datasets?q=الصفقات",
    "dataset": f"/ar/datasets/{SLUG}",
    "rows": f"/ar/datasets/{SLUG}/rows?sort=-montant_ttc_dh",
    "entity": "/ar/entities/supplier/ice/000000000001164",
    "request": "/ar/requests/new",
}
FAMILIES = ("petitions", "budget-lines", "public-consultations")
"""Of the copies: families that name no supplier, whose tables need not be looked through."""
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SLOW_LINE = {
    "offline": False, "latency": 150,
    "downloadThroughput": 200_000, "uploadThroughput": 96_000,
}  # fmt: skip
LARGEST = """() => new Promise(done => {
    new PerformanceObserver(seen => done(seen.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true});
    setTimeout(() => done(null), 3000);
})"""
LCP_LIMIT_MS, HTML_LIMIT_MS = 1_000, 10


def fill(hub: Hub, many: int) -> None:
    """Copies of the records that are there, under other addresses, until there are so many."""
    table, fragment = metadata.tables["dataset"], metadata.tables["fragment"]
    with hub.writing() as session:
        found = session.connection().execute(select(table)).mappings()
        rows = [dict(row) for row in found]
        some = select(fragment).where(fragment.c.dataset_id == rows[0]["id"])
        fragments = [dict(row) for row in session.connection().execute(some).mappings()]
        last = max(row["id"] for row in rows)
        rows = [row for row in rows if row["family"] in FAMILIES]
        for first in range(last + 1, many + 1, BATCH):
            copies = [
                {**rows[n % len(rows)], "id": n, "slug": f"copy-{n}"}
                for n in range(first, min(first + BATCH, many + 1))
            ]
            session.connection().execute(insert(table), copies)
            # Whoever serves writes records that are missing anew; what is in them is not asked.
            records = [
                {**record, "dataset_id": copy["id"], "body": ""}
                for copy in copies
                for record in fragments
            ]
            session.connection().execute(insert(fragment), records)


PACKED = {"Accept-Encoding": "gzip"}
MADE = {**PACKED, "Cookie": "reader=somebody"}
"""Headers of a reader for whom a page is made: what strangers are shown may be kept."""


def cpu_ms(client: TestClient, path: str, headers: dict[str, str]) -> tuple[float, int]:
    """CPU milliseconds of a call, and the bytes that go over the wire."""
    taken, size = [], 0
    for _ in range(RUNS):
        before = time.process_time()
        answer = client.get(path, headers=headers)
        taken.append((time.process_time() - before) * 1000)
        size = int(answer.headers["content-length"])
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return statistics.median(taken), size


def html_ms(client: TestClient) -> float:
    """CPU milliseconds of the HTML of a dataset's page, packed: without what the database costs."""
    taken: list[float] = []
    made = pages.page

    def timed(*words: Any, **values: Any) -> Response:
        before = time.thread_time()
        answer = made(*words, **values)
        taken.append((time.thread_time() - before) * 1000)
        return answer

    pages.page = timed  # type: ignore[assignment]
    for _ in range(RUNS):
        client.get(PAGES["dataset"], headers=MADE)
    pages.page = made
    return statistics.median(taken)


def lcp_ms(browser: Browser, path: str) -> float:
    """Milliseconds until the largest part of a page is painted, with an empty cache."""
    taken = []
    for _ in range(LOADS):
        context = browser.new_context(viewport={"width": 360, "height": 740})
        surface = context.new_page()
        wires = context.new_cdp_session(surface)
        wires.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        wires.send("Network.enable")
        wires.send("Network.emulateNetworkConditions", SLOW_LINE)
        surface.goto(ORIGIN + path)
        taken.append(float(surface.evaluate(LARGEST) or "nan"))
        context.close()
    return statistics.median(taken)


def wait_for_server() -> None:
    """Return once the hub answers."""
    for _ in range(100):
        try:
            urlopen(f"{ORIGIN}/robots.txt", timeout=2).close()  # noqa: S310
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise SystemExit("The hub did not start")


def main(many: int) -> int:
    """Measure, print, and say whether all is within its limit."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        command = [sys.executable, "-m", "opendata_hub"]
        environment = {
            "OPENDATA_HUB_HOME": str(home),
            "OPENDATA_HUB_BASE_URL": ORIGIN,
            "OPENDATA_HUB_RATE_LIMITS": "read=off",
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": ":".join(sys.path),
        }
        subprocess.run(  # noqa: S603
            [*command, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        hub = open_hub(Settings(home=home, base_url=ORIGIN))
        fill(hub, many)
        with hub.reading() as session:
            index.rebuild(session, hub.frame, hub.search)
        hub.index_changes()
        client = TestClient(create_app(hub), base_url=ORIGIN)
        html = html_ms(client)
        costs = {name: cpu_ms(client, path, MADE) for name, path in PAGES.items()}
        shown = {name: cpu_ms(client, path, PACKED)[0] for name, path in PAGES.items()}
        server = subprocess.Popen(  # noqa: S603
            [*command, "serve", "--port", str(PORT)],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for_server()
            with sync_playwright() as player:
                browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
                painted = {name: lcp_ms(browser, path) for name, path in PAGES.items()}
                browser.close()
        finally:
            server.terminate()
            server.wait(20)
    print(f"{many} datasets\n{'page':10} {'LCP ms':>8} {'CPU ms':>8} {'shown':>8} {'bytes':>8}")
    for name, (cpu, size) in costs.items():
        print(f"{name:10} {painted[name]:8.0f} {cpu:8.1f} {shown[name]:8.1f} {size:8}")
    print(f"HTML of the dataset's page: {html:.1f} ms CPU")
    is_slow = any(painted[name] > LCP_LIMIT_MS for name in ("home", "search", "dataset", "request"))
    return int(is_slow or html > HTML_LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else DATASETS))

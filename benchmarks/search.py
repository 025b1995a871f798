"""How fast search answers with facets, and how fast its index is made.

Promise: 100,000 datasets, 8 clients over HTTP, every facet counted: p99 under 80 ms (reach for
50); 1,000,000 datasets: p99 of the CPU time of one search under 100 ms.
Run: .venv/bin/python benchmarks/search.py [--direct] [datasets ...]       (default: 20000)

With --direct texts come from pools of 5,000 for each length and language, each analysed once: a
million datasets are indexed in minutes. How fast an index is made is measured without it.

The records are made up: three languages, words drawn by Zipf's law from the packs' own texts and
from 30,000 syllable words, 400 publishers, 15 years. A sixth of the queries has a typing error.
"""

import argparse
import itertools
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from opendata_hub.adapters import search as adapter
from opendata_hub.adapters.search import STEMMERS, SearchIndex
from opendata_hub.bootstrap import DEFAULT_BASE_URL, load_frame
from opendata_hub.domain.catalog.search.entry import Entry, Shown
from opendata_hub.domain.catalog.search.query import Facet, Query
from opendata_hub.domain.catalog.search.words import stems, words
from opendata_hub.settings import Settings

SIZES = (20_000,)
POOL = 5_000
QUERIES, CLIENTS, HTTP_SECONDS = 400, 8, 15
THEMES = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "JUST", "REGI", "SOCI", "TRAN")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SERVER = """
import sys, uvicorn
from opendata_hub.bootstrap import open_hub
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app
hub = open_hub(Settings(home=sys.argv[1], rate_limits="read=off"))
uvicorn.run(create_app(hub), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


class Speech:
    """Words of a language, the frequent ones first, and texts made of them."""

    def __init__(self, texts: list[str], syllables: str, chance: random.Random) -> None:
        parts = syllables.split()
        made = {"".join(chance.choices(parts, k=chance.randint(2, 4))) for _ in range(30_000)}
        self.words = [*dict.fromkeys(w for t in texts for w in t.split()), *sorted(made)]
        weights = (1 / (rank + 3) for rank in range(len(self.words)))
        self.weights = list(itertools.accumulate(weights))
        self.chance = chance

    def text(self, length: int) -> str:
        """So many words by Zipf's law."""
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=length))


class Country:
    """What the records and the queries of one run are drawn from."""

    def __init__(self, *, is_direct: bool = False) -> None:
        self.is_direct = is_direct
        self.pools: dict[tuple[str, int], list[str]] = {}
        self.chance = random.Random(20261122)  # noqa: S311  (reproducible, not secret)
        self.frame = load_frame(Settings(), base_url=DEFAULT_BASE_URL)
        families = list(self.frame.families.values())
        said = {
            code: [t for f in families for t in (f.title[code], f.description[code])]
            for code in ("fr", "ar", "en")
        }
        latin = "ba co di fe gu la mi no pa re si tu ver lon tion ment eau ois ins tra"
        arabic = "با كو دي في غر لا مي نو را سي تو عا حم قر شو صف طل يم ون ات"
        self.speech = {
            code: Speech(texts, arabic if code == "ar" else latin, self.chance)
            for code, texts in said.items()
        }
        self.families = families

    def said(self, code: str, length: int) -> str:
        """A text of so many words of a language; from the pool where there is one."""
        if not self.is_direct:
            return self.speech[code].text(length)
        if (code, length) not in self.pools:
            texts = [self.speech[code].text(length) for _ in range(POOL)]
            self.pools[code, length] = texts
        return self.chance.choice(self.pools[code, length])

    def entries(self, number: int) -> Iterator[Entry]:
        """Made-up datasets."""
        for n in range(number):
            family, chance = self.chance.choice(self.families), self.chance
            title = {code: self.said(code, 8) for code in ("fr", "ar")}
            described = {code: self.said(code, 40) for code in ("fr", "ar")}
            if n % 3 == 0:
                title["en"], described["en"] = (self.said("en", k) for k in (8, 40))
            publisher, year = f"p{int(chance.paretovariate(0.6)) % 400}", chance.randint(2012, 2026)
            shown = Shown(
                f"dataset-{n}", title, described, family.name, publisher, "CSV", 100, 1,
                NOON - timedelta(minutes=n),
            )  # fmt: skip
            facets = {
                Facet.PUBLISHER: (publisher,), Facet.THEME: tuple(chance.sample(THEMES, 2)),
                Facet.FORMAT: (chance.choice(["CSV", "CSV", "XLSX", "ODS", "PDF"]),),
                Facet.LICENCE: (chance.choice(["CC_BY_4_0", "CC0"]),),
                Facet.TERRITORY: (f"{chance.randint(1, 12):02d}",), Facet.YEAR: (str(year),),
            }  # fmt: skip
            about = (*family.title.items(), *((c, " ".join(k)) for c, k in family.keywords.items()))
            yield Entry(shown, about, tuple(described.items()), facets)

    def queries(self, number: int) -> list[Query]:
        """One to three words, a third filtered by a theme, every facet counted, pages 1 to 5."""
        asked = []
        for n in range(number):
            speech = self.speech[self.chance.choice(["fr", "ar"])]
            text = speech.text(self.chance.choice([1, 1, 2, 2, 3]))
            if n % 6 == 0:
                text = wrong(text, self.chance)
            if n % 20 == 0:
                text = ""
            filters = {Facet.THEME: [self.chance.choice(THEMES)]} if n % 3 == 0 else {}
            page = self.chance.randint(1, 5)
            asked.append(Query(text, filters, tuple(Facet), page=page))
        return asked


def wrong(text: str, chance: random.Random) -> str:
    """The text with two letters of it changed for one another."""
    at = chance.randrange(max(1, len(text) - 1))
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def quantiles(values: list[float]) -> str:
    """p50, p95, p99 and the greatest, in milliseconds."""
    cuts = statistics.quantiles(values, n=100)
    return "p50 {:.1f}, p95 {:.1f}, p99 {:.1f}, max {:.1f} ms".format(
        *(value * 1000 for value in (cuts[49], cuts[94], cuts[98], max(values)))
    )


def memory_mb() -> float:
    """The most this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(folder: Path, number: int, *, is_direct: bool) -> None:
    """Make an index of so many datasets, ask it here and over HTTP."""
    country = Country(is_direct=is_direct)
    index = SearchIndex(folder / "search")
    drawn = time.process_time()
    for _ in country.entries(min(number, 20_000)):
        pass
    drawing = (time.process_time() - drawn) / min(number, 20_000) * number
    started, cpu = time.perf_counter(), time.process_time()
    with index.writing():
        index.rebuild(country.frame.digest, position=0, entries=country.entries(number))
    cpu = time.process_time() - cpu - drawing
    size = sum(f.stat().st_size for f in folder.glob("search/**/*") if f.is_file())
    wall = time.perf_counter() - started
    print(f"\n{number:,} datasets")
    print(f"  made: {number / cpu:,.0f} a CPU second, {size / 1e6:.0f} MB on disk")
    print(f"  made: {wall:.0f} s wall with drawing them, {memory_mb():.0f} MB at most")
    commits = [timed(lambda n=n: replaced(index, country, n)) for n in range(10)]
    print(f"  one replaced and committed: {statistics.median(commits) * 1000:.0f} ms CPU (median)")
    asked = country.queries(QUERIES)
    spent = [timed(lambda query=query: index.search(query)) for query in [*asked[:20], *asked]]
    print(f"  asked: {quantiles(spent[20:])} (CPU; {QUERIES} queries, six facets, 20 results)")
    bare = [timed(lambda q=q: index.search(Query(q.text, q.filters, page=q.page))) for q in asked]
    print(f"  without facets: {quantiles(bare)}")
    over_http(folder, asked)


def replaced(index: SearchIndex, country: Country, number: int) -> None:
    """Replace one dataset."""
    with index.writing():
        entry = next(country.entries(1))
        index.update(country.frame.digest, position=0, changes=[(f"dataset-{number}", entry)])


def timed(act) -> float:
    """The CPU seconds of an act, of all threads of this process."""
    started = time.process_time()
    act()
    return time.process_time() - started


def over_http(folder: Path, asked: list[Query]) -> None:
    """Ask one worker by 8 clients for some seconds; clients share the machine with it."""
    port = 18_400 + random.randrange(500)  # noqa: S311
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(folder), str(port)])  # noqa: S603
    paths = [
        "/api/v1/datasets?" + urlencode(
            {"q": q.text, "page": q.page, "facet": list(Facet),
             **{str(f): codes for f, codes in q.filters.items()}}, doseq=True)
        for q in asked
    ]  # fmt: skip
    try:
        wait_for(port)
        for clients in (1, CLIENTS):
            before = cpu_seconds(server.pid)
            spent = load(port, paths, clients)
            cpu = (cpu_seconds(server.pid) - before) / len(spent)
            rate = len(spent) / HTTP_SECONDS
            print(f"  HTTP, {clients} clients: {rate:.0f} a second, {quantiles(spent)}")
            print(f"    CPU of the server: {cpu * 1000:.1f} ms for each search")
        status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
        rss = next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon"))
        print(f"  server:  {int(rss) / 1024:.0f} MB of its own memory")
    finally:
        server.terminate()
        server.wait()


def cpu_seconds(pid: int) -> float:
    """What a process has used until now."""
    used = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    for _ in range(120):
        try:
            ask(HTTPConnection("127.0.0.1", port, timeout=5), "/api/v1/datasets")
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the server does not answer")


def ask(connection: HTTPConnection, path: str) -> None:
    """One search over HTTP; anything but 200 ends the run."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {json.loads(body)}")


def load(port: int, paths: list[str], clients: int) -> list[float]:
    """The wall seconds of each answer to clients that ask one question after another."""
    spent: list[float] = []
    until = time.perf_counter() + HTTP_SECONDS

    def client(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for path in itertools.cycle(paths[number * 37 :] + paths[: number * 37]):
            started = time.perf_counter()
            if started > until:
                return
            ask(connection, path)
            spent.append(time.perf_counter() - started)

    threads = [threading.Thread(target=client, args=[number]) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent


def analysis() -> None:
    """Say what folding and stemming cost."""
    country = Country()
    for code, name in (("fr", "French"), ("ar", "Arabic")):
        texts = [country.speech[code].text(40) for _ in range(2_000)]
        count = sum(len(words(text)) for text in texts)
        spent = timed(
            lambda texts=texts, code=code: [stems(words(t), code, STEMMERS) for t in texts]
        )
        print(f"{name}: {count / spent:,.0f} words folded and stemmed a CPU second")


def main() -> None:
    """Measure each size in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--direct", action="store_true", help="Texts from pools.")
    given = parser.parse_args()
    if given.direct:
        # Each text of a pool is analysed once and remembered.
        adapter._analysed = lru_cache(None)(adapter._analyse)  # noqa: SLF001
    else:
        analysis()
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as temporary:
            measure(Path(temporary), size, is_direct=given.direct)


if __name__ == "__main__":
    main()

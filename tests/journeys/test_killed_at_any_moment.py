"""A hub that is killed while requests are filed and mails leave: nothing is lost, or sent twice.

Slow: whole processes are started and killed, at moments that nobody has chosen. ``KILLS`` in the
environment says how many (3; the promise is kept with 200 by ``make slow``).
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from threading import Timer

import httpx2
import pytest

import build
from mail_servers import Inbox, free_port, smtp_server
from opendata_hub import clock
from opendata_hub.adapters.mail.sending import Mailer, server_at
from opendata_hub.domain.correspondence.mail import CLAIMED_FOR
from opendata_hub.flows.requests import follow
from opendata_hub.flows.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
KILLS = int(os.environ.get("KILLS", "3"))
LONGEST_LIFE = 1.0
"""Seconds of filing before a kill, at most."""


def serving(hub, port, smtp):
    environment = {
        **os.environ,
        "OPENDATA_HUB_HOME": str(hub.settings.home),
        "OPENDATA_HUB_SMTP_URL": smtp,
        "OPENDATA_HUB_RATE_LIMITS": "file=off, read=off",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "opendata_hub", "serve", "--port", str(port)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def answers(address, server):
    for _ in range(300):
        with suppress(httpx2.TransportError):
            if httpx2.get(f"{address}/robots.txt", timeout=2).status_code < 500:
                return
        assert server.poll() is None, "the server has ended"
        time.sleep(0.05)
    raise AssertionError("the server did not answer within 15 seconds")


def file_until(address, end, accepted):
    """File one request after another; note the reference of each that was accepted."""
    with httpx2.Client(base_url=address, timeout=5) as citizen:
        while time.monotonic() < end:
            number = len(accepted)
            body = build.filing(subject=f"Demande {number}")
            body["requester"] = {**body["requester"], "email": f"p{number}@requester.example"}
            with suppress(httpx2.TransportError):
                answer = citizen.post("/api/v1/requests", json=body)
                if answer.status_code == 201:
                    accepted[answer.json()["reference"]] = answer.json()["tracking_code"]


def test_no_accepted_request_is_lost_and_no_mail_goes_twice(hub):
    inbox, moments = Inbox(), random.Random(11)  # noqa: S311  (no secret)
    accepted: dict[str, str] = {}
    with smtp_server(inbox) as smtp:
        for _ in range(KILLS):
            port = free_port()
            server, address = serving(hub, port, smtp), f"http://127.0.0.1:{port}"
            try:
                answers(address, server)
                life = moments.uniform(0, LONGEST_LIFE)
                killer = Timer(life, server.kill)
                killer.start()
                file_until(address, time.monotonic() + life + 0.2, accepted)
                killer.join()
            finally:
                server.kill()
                server.wait()
        assert accepted
        last = replace(hub, mailer=Mailer("hub@hub.example", hub.mailer.folder, server_at(smtp)))
        last.send_letters(clock.now() + CLAIMED_FOR)
    sent = Counter((mail["To"], mail["Subject"]) for mail in inbox.taken)
    assert {each for each, times in sent.items() if times > 1} == set()
    with hub.reading() as session:
        assert verify(session).faults == ()
        for reference, code in accepted.items():
            assert follow.find(session, reference, code).reference == reference

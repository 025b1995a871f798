"""Mail against a real SMTP server that goes away, and a process that is killed while it sends."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

import build
from mail_servers import Inbox, free_port, smtp_server
from opendata_hub import clock
from opendata_hub.adapters.mail.sending import Mailer, server_at
from opendata_hub.domain.correspondence.mail import CLAIMED_FOR, MailState
from opendata_hub.store.correspondence import outbox

pytestmark = pytest.mark.enable_socket
HOUR = timedelta(hours=1)


def written(hub, count):
    with hub.writing() as session:
        return [
            outbox.add(
                session, "password-changed", email=f"p{each}@hub.example", language="fr",
                now=build.NOW,
            )
            for each in range(count)
        ]  # fmt: skip


def over(hub, url):
    return replace(hub, mailer=Mailer("hub@hub.example", hub.mailer.folder, server_at(url)))


def states(hub, numbers, now):
    with hub.reading() as session:
        return [outbox.get(session, each).stamps.state(now) for each in numbers]


def test_a_server_that_is_down_for_a_day_loses_nothing_and_gets_each_mail_once(hub):
    port, inbox = free_port(), Inbox()
    away = over(hub, f"smtp://127.0.0.1:{port}")
    numbers = written(hub, 5)
    for minutes in range(0, 24 * 60, 7):
        away.send_letters(build.NOW + timedelta(minutes=minutes))
    assert set(states(hub, numbers, build.NOW)) == {MailState.WAITING}
    with smtp_server(inbox, port) as url:
        back = over(hub, url)
        for minute in range(61):
            back.send_letters(build.NOW + timedelta(days=1, minutes=minute))
    assert Counter(each["To"] for each in inbox.taken) == {f"p{n}@hub.example": 1 for n in range(5)}
    assert set(states(hub, numbers, build.NOW + timedelta(days=2))) == {MailState.SENT}


class Dropping(Inbox):
    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await super().handle_DATA(server, session, envelope)
        server.transport.abort()
        return "250 OK"


def test_a_mail_in_doubt_waits_for_somebody_and_is_shown(hub):
    inbox = Dropping()
    numbers = written(hub, 1)
    with smtp_server(inbox) as url:
        for hours in range(72):
            over(hub, url).send_letters(build.NOW + hours * HOUR)
    assert len(inbox.taken) == 1
    assert states(hub, numbers, build.NOW + CLAIMED_FOR) == [MailState.IN_DOUBT]


class Slow(Inbox):
    """Takes its time before it says that it took a mail."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.01)
        return answer


SENDING = """
from opendata_hub import bootstrap, clock
from opendata_hub.settings import Settings
bootstrap.open_hub(Settings()).send_letters(clock.now())
"""


def test_a_process_that_is_killed_while_it_sends_sends_nothing_twice_and_loses_nothing(hub):
    """Slow: whole processes are started, and killed at moments nobody has chosen."""
    numbers, inbox = written(hub, 60), Slow()
    moments = random.Random(7)  # noqa: S311  (no secret)
    with smtp_server(inbox) as url:
        environment = {
            **os.environ, "OPENDATA_HUB_HOME": str(hub.settings.home), "OPENDATA_HUB_SMTP_URL": url,
        }  # fmt: skip
        for _ in range(4):
            so_far = len(inbox.taken)
            child = subprocess.Popen([sys.executable, "-c", SENDING], env=environment)
            while child.poll() is None and len(inbox.taken) == so_far:
                time.sleep(0.005)
            time.sleep(moments.uniform(0, 0.25))
            child.send_signal(signal.SIGKILL)
            child.wait()
        over(hub, url).send_letters(clock.now() + CLAIMED_FOR)
    delivered = Counter(each["To"] for each in inbox.taken)
    assert set(delivered.values()) == {1}
    known = dict(
        zip((f"p{n}@hub.example" for n in range(60)),
            states(hub, numbers, clock.now() + 2 * CLAIMED_FOR), strict=True)
    )  # fmt: skip
    in_doubt = {who for who, state in known.items() if state is MailState.IN_DOUBT}
    assert len(in_doubt) <= 4
    assert {who for who, state in known.items() if state is MailState.SENT} <= set(delivered)
    assert set(delivered) | in_doubt == set(known)
    assert set(known.values()) <= {MailState.SENT, MailState.IN_DOUBT}


def test_without_a_server_a_killed_process_leaves_one_file_for_each_mail(hub, monkeypatch):
    numbers = written(hub, 3)

    def killed(*_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "mark_sent", killed)
        with pytest.raises(KeyboardInterrupt):
            hub.send_letters(build.NOW)
    hub.send_letters(build.NOW + CLAIMED_FOR)
    assert len(list(hub.mailer.folder.iterdir())) == len(numbers)
    assert set(states(hub, numbers, build.NOW)) == {MailState.SENT}

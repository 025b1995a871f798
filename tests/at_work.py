"""A worker on a queue: in this process, or in one of its own that can be killed."""

import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from opendata_hub.adapters.people.vault import AesVault
from opendata_hub.adapters.queue import queue_at
from opendata_hub.adapters.queue.postgresql import Pulse
from opendata_hub.operations.worker import TableWorker
from opendata_hub.store.engine import open_engine, reading, writing
from opendata_hub.store.queue.waiting import TableQueue

PULSE = Pulse(every=0.5, lost_after=2, looks_every=0.2)
HELD_FOR = timedelta(seconds=2)


def opened(url):
    """The store at that address with its queue, as a hub opens it."""
    is_table = url.startswith("sqlite")
    queue = TableQueue() if is_table else queue_at(url.replace("+psycopg", "", 1))
    return open_engine(url, AesVault([bytes(32)]), queue), queue


def worker(url, do, lanes, *, at_once=2):
    """A worker that is soon taken for dead, for a test that can't wait."""
    engine, queue = opened(url)
    if not isinstance(queue, TableQueue):
        return queue.worker(do, lanes, at_once=at_once, pulse=PULSE)
    hub = SimpleNamespace(reading=partial(reading, engine), writing=partial(writing, engine))
    return TableWorker(hub, queue, do, lanes, at_once=at_once, held_for=HELD_FOR)


def _hang(file, work):
    Path(file).write_text(work.key, encoding="utf-8")
    time.sleep(600)


if __name__ == "__main__":
    worker(sys.argv[1], partial(_hang, sys.argv[2]), sys.argv[3].split(","), at_once=1).start()
    time.sleep(600)

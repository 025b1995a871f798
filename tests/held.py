"""A database that somebody else writes to, for as long as a test needs it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from opendata_hub.store.engine import writing

MOST_SECONDS = 20


@contextmanager
def held(engine):
    """Another thread is in the middle of a transaction that writes."""
    holds, is_over = threading.Event(), threading.Event()

    def hold():
        with writing(engine) as session:
            session.connection()
            holds.set()
            is_over.wait(MOST_SECONDS)

    with ThreadPoolExecutor() as holders:
        held = holders.submit(hold)
        try:
            assert holds.wait(MOST_SECONDS)
            yield
        finally:
            is_over.set()
        held.result()

"""What is done once, before the server takes its first call."""

import gc

import uvicorn

from opendata_hub.web.protection import server


def test_what_was_read_at_the_start_is_left_alone_by_the_collector(monkeypatch):
    """To look through it takes a tenth of a second, in which nobody is answered."""
    seen = []
    monkeypatch.setattr(uvicorn, "run", lambda *_, **__: seen.append(gc.get_freeze_count()))
    try:
        server.run(lambda *_: None, host="127.0.0.1", port=0)
    finally:
        gc.unfreeze()
    assert seen[0] > 0

"""CPU that protection adds to a request: gate, count and form token. Run by hand."""

import asyncio
import tempfile
import time
from pathlib import Path

from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.protection.form_token import form_token, is_form_token
from opendata_hub.settings import Settings
from opendata_hub.web.gate import Gate
from opendata_hub.web.protection.arrival import Premises
from opendata_hub.web.protection.headers import SecureHeaders
from opendata_hub.web.protection.rates import Meter, traffic_of

CALLS = 50_000
BROWSER = [
    (b"host", b"hub.example"), (b"user-agent", b"Mozilla/5.0" * 8), (b"accept", b"text/html" * 8),
    (b"accept-language", b"fr-MA,fr;q=0.9"), (b"accept-encoding", b"gzip, deflate, br"),
    (b"cookie", b"odh=0123456789012345678901234567890123456789"), (b"sec-fetch-site", b"same-origin"),
    (b"sec-fetch-mode", b"navigate"), (b"origin", b"http://hub.example"), (b"dnt", b"1"),
]  # fmt: skip


async def nothing(_scope, _receive, send):
    """An application that costs next to nothing."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


def measured(app):
    """CPU microseconds of one call."""
    scope = {
        "type": "http", "method": "POST", "path": "/fr/requests/new", "scheme": "http",
        "headers": BROWSER, "client": ("192.0.2.1", 1), "query_string": b"",
    }  # fmt: skip

    async def send(_message):
        pass

    async def run():
        for _ in range(CALLS):
            await app(scope, None, send)

    started = time.process_time()
    asyncio.run(run())
    return (time.process_time() - started) / CALLS * 1e6


def main():
    """Print the table."""
    base = measured(nothing)
    gate = Gate(nothing, premises=Premises("http://hub.example"))
    print(f"gate                 {measured(gate) - base:6.1f} µs")
    headers = SecureHeaders(nothing, base_url="http://hub.example")
    print(f"headers of answers   {measured(headers) - base:6.1f} µs")
    with tempfile.TemporaryDirectory() as folder:
        hub = open_hub(Settings(home=Path(folder)))
        meter = Meter(hub.settings.paces)
        started = time.process_time()
        for number in range(CALLS):
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            meter.count(traffic_of(Deed.READ_PUBLISHED, "GET", "/fr/"), address, float(number))
        print(f"count                {(time.process_time() - started) / CALLS * 1e6:6.1f} µs")
        started = time.process_time()
        for _ in range(CALLS):
            is_form_token(form_token(hub.key, "key"), hub.key, "key")
        print(f"form token, both     {(time.process_time() - started) / CALLS * 1e6:6.1f} µs")


if __name__ == "__main__":
    main()

"""A real S3 store on loopback (SeaweedFS), as a bucket's address."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from mail_servers import free_port

KEY, SECRET = "hub", "a/secret+of nobody"
WEED = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
SECONDS_TO_START = 40


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Serve a store whose bytes lie in ``folder``; gives the address of a bucket in it."""
    folder.mkdir(parents=True)
    who = {"name": "hub", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
           "actions": ["Admin", "Read", "Write", "List"]}  # fmt: skip
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [who]}), encoding="utf-8")
    port = free_port()
    options = {
        "dir": folder, "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "master.port": free_port(),
        "volume.port": free_port(), "filer.port": free_port(), "s3.port": port,
        "s3.config": config, "s3.iam": "false", "s3.port.iceberg": 0, "s3.port.lance": 0,
        "volume.max": 4, "master.volumeSizeLimitMB": 64,
        "master.telemetry": "false",
    }  # fmt: skip
    for each in ("master", "volume", "filer", "s3"):
        options[f"{each}.port.grpc"] = free_port()
    said = [f"-{name}={value}" for name, value in options.items()]
    log = (folder / "log").open("wb")
    server = subprocess.Popen([WEED, "server", "-filer", "-s3", *said], stdout=log, stderr=log)
    try:
        _wait_for(port, server, folder / "log")
        yield f"http://{KEY}:{quote(SECRET, safe='')}@127.0.0.1:{port}/hub-files"
    finally:
        server.kill()
        server.wait()
        log.close()


def _wait_for(port: int, server: subprocess.Popen, log: Path) -> None:
    """Until it takes what is put there: its parts find one another some time after it listens."""
    import obstore  # noqa: PLC0415  (only where there is a server)
    from obstore.exceptions import BaseError  # noqa: PLC0415
    from obstore.store import S3Store  # noqa: PLC0415

    store = S3Store(
        "hub-files", endpoint=f"http://127.0.0.1:{port}", access_key_id=KEY,
        secret_access_key=SECRET, region="us-east-1", client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )  # fmt: skip
    end = time.monotonic() + SECONDS_TO_START
    while True:
        assert server.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            obstore.put(store, "ready", b"1")
            obstore.delete(store, "ready")
        except BaseError:
            assert time.monotonic() < end, "the store did not start"
            time.sleep(0.2)
        else:
            return

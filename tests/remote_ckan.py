"""A CKAN elsewhere that takes packages, as far as a push needs it; it fails where a test wants."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "a-key-of-a-test"
WRITES = ("package_create", "package_patch", "package_delete")


@dataclass
class RemoteCkan:
    """Its packages by id, what was asked, and what befalls an action: status to answer, and when.

    befalls: called with the action's name before and after it was done; a number is the status
    that is answered instead.
    """

    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    befalls: Callable[[str, bool], int] = lambda _action, _is_done: 0
    port: int = 0

    @property
    def writes(self) -> list[str]:
        return [action for action in self.asked if action in WRITES]

    def named(self, name: str) -> dict[str, Any]:
        return next(each for each in self.packages.values() if each["name"] == name)

    def act(self, action: str, said: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        self.asked.append(action)
        if status := self.befalls(action, False):
            return status, {}
        if action in WRITES and key != KEY:
            return 403, _error("Authorization Error", message="Access denied")
        answer = getattr(self, action)(said)
        if status := self.befalls(action, True):
            return status, {}
        return answer

    def organization_show(self, said):
        if said["id"] != "city":
            return 404, _error("Not Found Error", message="Not found")
        return _result({"id": "org-1", "name": "city"})

    def package_show(self, said):
        for each in self.packages.values():
            if said["id"] in {each["id"], each["name"]} and each["state"] == "active":
                return _result(each)
        return 404, _error("Not Found Error", message="Not found")

    def package_create(self, said):
        if any(
            p["name"] == said["name"] and p["state"] == "active" for p in self.packages.values()
        ):
            return 409, _error("Validation Error", name=["That URL is already in use."])
        number = f"id-{len(self.packages) + 1}"
        self.packages[number] = self._kept({**said, "id": number, "state": "active"})
        return _result(self.packages[number])

    def package_patch(self, said):
        before = self.packages[said["id"]]
        self.packages[said["id"]] = self._kept({**before, **said})
        return _result(self.packages[said["id"]])

    def package_delete(self, said):
        self.packages[said["id"]]["state"] = "deleted"
        return _result(None)

    def _kept(self, said):
        """As CKAN does: tags sorted, an id for each resource, a day of the last change."""
        kept = deepcopy(said)
        kept["tags"] = sorted(kept["tags"], key=lambda tag: tag["name"])
        for place, each in enumerate(kept["resources"]):
            each.setdefault("id", f"{kept['id']}-r{place}-{len(self.asked)}")
            each["position"] = place
        kept["metadata_modified"] = f"2026-01-01T00:00:{len(self.asked):02}"
        return kept


def _result(value: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"success": True, "result": deepcopy(value)}


def _error(kind: str, **said: Any) -> dict[str, Any]:
    return {"success": False, "error": {"__type": kind, **said}}


@contextmanager
def remote_ckan() -> Iterator[RemoteCkan]:
    """One that listens on loopback."""
    site = RemoteCkan()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            action = self.path.rpartition("/")[2]
            key = self.headers.get("Authorization", "")
            status, answer = site.act(action, json.loads(body), key)
            said = json.dumps(answer).encode() if answer else b"<html>busy</html>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield site
        server.shutdown()
        thread.join()

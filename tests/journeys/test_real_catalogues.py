"""Catalogues of others as they are: whatever parses gives records, or refusals that name why."""

import json
from urllib.parse import unquote

import pytest

from loopback import serving
from opendata_hub.adapters.harvest import web
from opendata_hub.domain.harvest.run import Fate, RunState
from opendata_hub.domain.harvest.source import SourceKind
from sources import JSON, Here, envelope

pytestmark = pytest.mark.enable_socket
TYPES = {
    ".ttl": "text/turtle", ".rdf": "application/rdf+xml", ".xml": "application/rdf+xml",
    ".jsonld": "application/ld+json", ".nt": "application/n-triples",
}  # fmt: skip
REFUSALS = {
    "record-refused", "record-too-large", "record-twice", "record-of-another-source",
    "invalid-record", "source-unreadable", "unreachable", "address-refused",
}  # fmt: skip


def test_every_catalogue_of_others_gives_records_or_named_refusals(hub, shared, monkeypatch):
    """Each file is a source. Their pages and addresses lead to the internet, which is shut here."""
    monkeypatch.setattr(web, "PAUSES_SECONDS", ())
    folder = shared / "fixtures/dcat"
    files = sorted(file for file in folder.rglob("*") if file.suffix in TYPES)

    def answer(_, path):
        file = folder / unquote(path.lstrip("/"))
        if not file.is_file():
            return 404, {}, b"nothing"
        return 200, {"Content-Type": TYPES[file.suffix]}, file.read_bytes()

    ended, codes = {}, set()
    with serving(answer) as server:
        here = Here(hub, server)
        for number, file in enumerate(files):
            name = str(file.relative_to(folder))
            here.declare(SourceKind.DCAT, f"/{name}", id=f"s{number}")
            run = here.run(source=f"s{number}")
            ended[name] = run
            codes |= {each.code for each in here.apart(f"s{number}").values()}
    assert {run.state for run in ended.values()} <= {RunState.DONE, RunState.FAILED}
    failed = {name: run.code for name, run in ended.items() if run.state is RunState.FAILED}
    assert set(failed.values()) <= {"source-unreadable", "unreachable"}
    assert codes <= REFUSALS
    # The same examples stand in several syntaxes: what one source has brought, no other brings.
    assert sum(run.count(Fate.CREATED) for run in ended.values()) > 30


def test_every_package_of_others_is_read(hub, shared):
    files = sorted((shared / "fixtures/dcat/ckanext-dcat/ckan").glob("*.json"))
    packages = []
    for number, file in enumerate(files):
        package = json.loads(file.read_text(encoding="utf-8"))
        packages.append({"id": f"p{number}", "name": f"p{number}", **package})
    body = envelope({"count": len(packages), "results": packages})
    with serving(lambda *_: (200, JSON, body)) as server:
        here = Here(hub, server)
        here.declare(SourceKind.CKAN, "")
        run = here.run()
        assert run.state is RunState.DONE
        assert run.read == len(packages)
        assert {each.code for each in here.apart().values()} <= REFUSALS
        assert run.count(Fate.CREATED) >= len(packages) - 2

"""A hub that an older version made is taken over whole, and everything in it is read."""

import gzip
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.operations.job_run import Outcome
from opendata_hub.flows.catalog.publish import refresh_fragments
from opendata_hub.flows.verify import verify
from opendata_hub.operations import doctor, schedule
from opendata_hub.settings import Settings
from opendata_hub.store import migrate
from opendata_hub.store.operations.turns import Turns
from opendata_hub.web.app import create_app

OLD = Path(__file__).parent / "hub-0016.sql.gz"
"""A hub at migration 0016: two samples published, three requests filed; nothing was sealed yet."""
CODE = "3XWN3-JVJFW-XSG7Q-PME83"
ADDRESS = "https://hub.example"


@pytest.fixture(scope="session")
def taken_over(tmp_path_factory):
    """The home that the older version left, opened once by this one."""
    home = tmp_path_factory.mktemp("old") / "var"
    home.mkdir()
    (home / "secret.key").write_bytes(bytes(range(32)))
    (home / "secret.key").chmod(0o600)
    for file in (OLD.parent / "files").iterdir():
        place = home / "files" / file.name[:2]
        place.mkdir(parents=True)
        (place / file.name).write_bytes(file.read_bytes())
    with closing(sqlite3.connect(home / "hub.sqlite3")) as database:
        database.executescript(gzip.decompress(OLD.read_bytes()).decode())
    opened = open_hub(Settings(home=home, base_url=ADDRESS))
    with opened.writing() as session:
        refresh_fragments(session, opened.frame, now=build.NOW)
    opened.index_changes()
    opened.engine.dispose()
    return home


@pytest.fixture
def old(taken_over, tmp_path):
    """The settings of a hub of its own for each test."""
    shutil.copytree(taken_over, tmp_path / "var")
    return Settings(home=tmp_path / "var", base_url=ADDRESS)


@pytest.fixture
def hub(old):
    """The same, opened."""
    opened = open_hub(old)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def client(hub):
    """A reader of the hub."""
    return TestClient(create_app(hub), base_url=ADDRESS, follow_redirects=False)


def test_the_tables_come_to_this_version_and_nothing_is_lost(old, hub):
    with hub.reading() as session:
        assert migrate.revisions(session.connection()) == migrate.heads()
        proof = verify(session)
    assert (proof.faults, proof.entries >= 5) == ((), True)
    with closing(sqlite3.connect(old.home / "hub.sqlite3")) as database:
        kept = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("dataset", "info_request", "event", "submission", "register_entry")
        }
    assert kept == {
        "dataset": 2, "info_request": 3, "event": 3, "submission": 2, "register_entry": 3,
    }  # fmt: skip


def test_who_asked_is_sealed_from_then_on(old, hub):
    hub.engine.dispose()
    for file in old.home.rglob("hub.sqlite3*"):
        assert b"requester.example" not in file.read_bytes(), file.name


def test_what_was_published_is_served_and_found(client):
    catalogue = client.get("/catalog.ttl").text
    assert catalogue.count("a dcat:Dataset") == 2
    found = client.get("/api/v1/datasets?q=subventions")
    assert "association-subsidies" in found.text
    for page in ("/fr/", "/ar/", "/en/", "/fr/register", "/fr/statistics"):
        assert client.get(page).status_code == 200, page


def test_who_asked_follows_with_their_code_as_before(client):
    answer = client.get("/api/v1/requests/AI-2026-000001", headers={"X-Tracking-Code": CODE})
    assert (answer.status_code, answer.json()["subject"]) == (200, "Budget 1")
    assert answer.json()["due"] == "2026-12-18"


def test_the_next_request_has_the_next_number(client):
    filed = client.post("/api/v1/requests", json=build.filing())
    assert filed.json()["reference"] == "AI-2026-000004"


def test_every_job_is_done_in_it(hub):
    """But for the one that calls addresses elsewhere."""
    turns = Turns(hub.engine)
    for name in set(schedule.entries()) - {"check-links"}:
        ended = schedule.run(hub, schedule.entry_named(name), turns)
        assert (ended.outcome, ended.problem) == (Outcome.DONE, ""), name


@pytest.mark.usefixtures("hub")
def test_an_examination_finds_nothing_that_needs_a_person(old):
    wrong = [each for each in doctor.examine(old) if each.weight == "wrong"]
    assert wrong == []

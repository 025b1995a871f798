"""Nobody who has the files of a hub, or its log, learns who asked."""

import logging

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from typer.testing import CliRunner

import build
from opendata_hub.bootstrap import open_hub
from opendata_hub.cli import app
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.remote_ckan.target import Target
from opendata_hub.settings import Settings
from opendata_hub.store import engine as store_engine
from opendata_hub.store import migrate
from opendata_hub.store.remote_ckan import targets

WORDS = ("Zahra Inventee", "zahra@requester.example", "12, impasse du Secret", "ZZ987654")
IDENTITY = dict(zip(("name", "email", "address", "id_number"), WORDS, strict=True))
OFFICER = (Grant(Role.OFFICER, "commune-exemple"),)


def found_in(home):
    """The words of the identity that stand in any file below the home folder, its log included."""
    return {
        (word, file.name)
        for file in home.rglob("*")
        if file.is_file()
        for word in WORDS
        if word.encode() in file.read_bytes() or word.encode("utf-16-le") in file.read_bytes()
    }


def test_no_file_and_no_log_names_who_asked(hub, client, caplog):
    caplog.set_level(logging.DEBUG)
    key = build.token(hub, "officer", grants=OFFICER)
    made = client.post("/api/v1/requests", json=build.filing(requester=IDENTITY)).json()
    build.sent(client, "/fr/requests/new", build.typed(**IDENTITY))
    build.sent(client, "/fr/requests/new", build.typed(**{**IDENTITY, "id_number": ""}))
    client.post("/api/v1/requests", json=build.filing(requester={**IDENTITY, "address": ""}))
    address = f"/api/v1/requests/{made['reference']}"
    assert client.get(f"{address}/requester", headers=key).json()["name"] == WORDS[0]
    client.get(address, headers={"X-Tracking-Code": made["tracking_code"]})
    assert (hub.settings.home / "hub.sqlite3-wal").stat().st_size > 0
    # Without a mail server mails lie in a folder, as they would go out: with an address, no more.
    found = found_in(hub.settings.home)
    assert {word for word, file in found if file.endswith(".eml")} <= {WORDS[1]}
    assert {(word, file) for word, file in found if not file.endswith(".eml")} == set()
    assert not [word for word in WORDS if word in caplog.text]


def test_a_hub_from_before_seals_what_lay_in_the_clear_when_it_is_opened(hub, client):
    home = hub.settings.home
    client.post("/api/v1/requests", json=build.filing())
    with hub.writing() as session:
        session.connection().execute(text("DELETE FROM requester"))
    migrate.downgrade(hub.engine, "0024")
    words = ", ".join(f"'{word}'" for word in WORDS)
    with hub.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO requester VALUES (1, {words})"))
    assert found_in(home)
    again = open_hub(hub.settings)
    assert found_in(home) == set()
    key = build.token(again, "officer", grants=OFFICER)
    told = client.get("/api/v1/requests/AI-2026-000001/requester", headers=key).json()
    assert told["id_number"] == WORDS[3]
    again.engine.dispose()


def test_keys_change_by_commands_while_the_hub_serves(hub, client, monkeypatch):
    def said(*words, ends=0):
        done = CliRunner().invoke(app, ["identities", *words])
        assert done.exit_code == ends, done.output
        return done.output

    for _ in range(3):
        client.post("/api/v1/requests", json=build.filing(requester=IDENTITY))
    target = Target("national", "http://pays.example", "commune-exemple", "city", build.NOW)
    with hub.writing() as session:
        targets.add(session, target, "a key to a CKAN")
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(hub.settings.home))
    first, second = said("new-key").strip(), said("new-key").strip()
    monkeypatch.setenv("OPENDATA_HUB_IDENTITY_KEYS", first)
    assert "0 identities are sealed with the first key, 3 with others" in said("check")
    assert "3 identities are sealed with the first key, 0 with others" in said("rotate")
    monkeypatch.setenv("OPENDATA_HUB_IDENTITY_KEYS", f"{second}, {first}")
    assert "0 identities are sealed with the first key, 3 with others" in said("check")
    assert "0 keys of CKANs are sealed with the first key, 1 with others" in said("check")
    assert "3 identities are sealed with the first key" in said("rotate")
    monkeypatch.setenv("OPENDATA_HUB_IDENTITY_KEYS", second)
    assert "1 keys of CKANs are sealed with the first key, 0 with others" in said("check")
    monkeypatch.setenv("OPENDATA_HUB_IDENTITY_KEYS", first)
    told = said("check", ends=1)
    assert "unreadable: ckan target national" in told
    assert told.count("unreadable: AI-2026-00000") == 3
    served = client.get(
        "/api/v1/requests/AI-2026-000001/requester",
        headers=build.token(hub, "officer", grants=OFFICER),
    )
    assert (served.status_code, served.json()["code"]) == (500, "identity-unreadable")


@pytest.mark.parametrize("value", ["short", "AAAA", "AAAA,", "not base64 at all!", ","])
def test_what_is_no_key_is_refused_without_being_repeated(value):
    with pytest.raises(ValidationError) as refused:
        Settings(identity_keys=value)
    told = refused.value.errors()[0]["msg"]  # all that a command prints of it
    assert "identities new-key" in told
    assert value not in told.removesuffix(",") or value == ","


def test_erasing_leaves_nothing_in_the_file(hub, client):
    client.post("/api/v1/requests", json=build.filing(requester=IDENTITY))
    with hub.reading() as session:
        sealed = session.connection().execute(text("SELECT sealed FROM requester")).scalar_one()
    with hub.writing() as session:
        session.connection().execute(text("UPDATE requester SET sealed = NULL"))
    store_engine.forget_erased(hub.engine)
    kept = b"".join(f.read_bytes() for f in hub.settings.home.glob("hub.sqlite3*"))
    assert bytes(sealed) not in kept

"""A hub is copied while it runs, lost, and made again of the copy: on SQLite and PostgreSQL."""

import hashlib
import io
import json
import os
import shutil
import threading
from base64 import b64encode
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient
from typer.testing import CliRunner

import build
from opendata_hub import cli
from opendata_hub.adapters.archive import envelope
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.errors import BackupBroken, BackupMisplaced, BucketUnreachable
from opendata_hub.flows.portal import index_entities
from opendata_hub.flows.verify import verify as verify_journal
from opendata_hub.operations import backup
from opendata_hub.settings import Settings
from opendata_hub.store.answers import stored
from opendata_hub.store.tables import metadata
from opendata_hub.web.app import create_app

LAW = "ma/31-13"
KEY, OTHER_KEY = bytes(range(32)), bytes(32)
LARGE = envelope.BLOCK_BYTES * 2


def counts(hub):
    with hub.reading() as session:
        connection = session.connection()
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar()
            for table in metadata.sorted_tables
        }


def proved(hub):
    with hub.reading() as session:
        return verify_journal(session)


def every_file(hub):
    """The content of each file that a row refers to, by its digest."""
    with hub.reading() as session:
        digests = set()
        for name in stored.REFERRING:
            found = session.connection().execute(select(metadata.tables[name].c.sha256))
            digests.update(found.scalars())
    return {digest: hub.files.path(digest).read_bytes() for digest in digests}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def databases(request, new_database):
    """Makes addresses of empty databases: of SQLite that in the home, of PostgreSQL new ones."""
    return new_database if request.param == "postgresql" else lambda: ""


@pytest.fixture
def lived(databases, tmp_path):
    """A hub with datasets, requests and a journal."""
    settings = Settings(
        home=tmp_path / "lived", database_url=databases(), base_url=build.BASE_URL
    )  # fmt: skip
    hub = replace(open_hub(settings), passwords=build.cheap_passwords())
    build.publish_sample(hub, "association-subsidies")
    build.person(hub)
    with hub.writing() as session:
        for number in range(1, 6):
            build.kept_request(session, number, law=LAW)
    yield hub
    hub.engine.dispose()


def home_for(databases, tmp_path, name="again"):
    return Settings(home=tmp_path / name, database_url=databases(), base_url=build.BASE_URL)


@pytest.mark.parametrize("key", [None, KEY], ids=["unsealed", "sealed"])
def test_a_hub_is_copied_under_writes_lost_and_made_again(lived, databases, tmp_path, key):
    """The drill: what was copied is whole, of one moment, and all of it comes back."""
    before, is_over = counts(lived), threading.Event()

    def write():
        number = 100
        while not is_over.is_set():
            build.submitted(lived, f"a,b\n{number},2\n".encode(), family="association-subsidies")
            with lived.writing() as session:
                build.kept_request(session, number, law=LAW)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = backup.back_up(lived, tmp_path / "copy", key=key, with_key=True)
    finally:
        is_over.set()
        writer.join()
    assert (made.erased, made.missing, made.has_key, made.is_sealed) == (
        0,
        0,
        True,
        key is not None,
    )
    assert all(made.tables[name] >= count for name, count in before.items())
    files = every_file(lived)
    lived.engine.dispose()
    shutil.rmtree(lived.settings.home)

    assert backup.verify(tmp_path / "copy", key=key) == made
    settings = home_for(databases, tmp_path)
    assert backup.restore(settings, tmp_path / "copy", key=key) == made
    again = open_hub(settings)
    try:
        assert counts(again) == made.tables
        assert (proved(again).entries, proved(again).seal) == (made.entries, made.seal)
        assert not proved(again).faults
        assert every_file(again).items() <= files.items()
        assert again.key == lived.key
        with again.writing() as session:  # numbers go on behind the last
            build.kept_request(session, 5000, law=LAW)
            build.kept_submission(session)
    finally:
        again.engine.dispose()


def test_a_file_that_was_erased_meanwhile_is_counted_and_one_that_is_lost_as_well(lived, tmp_path):
    submission = build.submitted(lived, b"a,b\n1,2\n", family="association-subsidies")
    lived.files.drop(submission.sha256)
    made = backup.back_up(lived, tmp_path / "copy")
    assert (made.erased, made.missing) == (0, 1)
    assert backup.verify(tmp_path / "copy") == made


def test_a_hub_with_a_lost_file_is_served_all_the_same(hub):
    published = build.publish_sample(hub, "association-subsidies")
    hub.files.drop(published.distribution.sha256)
    hub.index_changes()
    client = TestClient(create_app(hub), base_url=build.BASE_URL)
    assert client.get("/fr/").status_code == 200
    assert published.slug in client.get("/catalog.ttl").text


def test_a_bucket_that_is_away_stops_no_start(hub, monkeypatch):
    def away(_):
        raise BucketUnreachable("nobody answers")

    monkeypatch.setattr(index_entities, "bring_up_to_date", away)
    assert hub.index_entities() == 0


@pytest.fixture
def copy(hub, tmp_path):
    """An unsealed copy of a hub on SQLite."""
    build.publish_sample(hub, "association-subsidies")
    backup.back_up(hub, tmp_path / "copy", with_key=True)
    return tmp_path / "copy"


def one_file(folder):
    return next(each for each in (folder / "files").rglob("*") if each.is_file())


def cut(folder):
    file = one_file(folder)
    file.write_bytes(file.read_bytes()[:-1])


def drop(folder):
    one_file(folder).unlink()


def alter_database(folder):
    content = bytearray((folder / "database.sqlite3").read_bytes())
    content[-10] ^= 1
    (folder / "database.sqlite3").write_bytes(content)


def lead_out(folder):
    sums = folder / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("  address", "  ../../etc/passwd"))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sums"] = hashlib.sha256(sums.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def cut_list(folder):
    sums = folder / "SHA256SUMS"
    sums.write_text("\n".join(sums.read_text().split("\n")[1:]))


def another_format(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": "tar"}))


def no_manifest(folder):
    (folder / "manifest.json").unlink()


def broken_manifest(folder):
    (folder / "manifest.json").write_text("{}")


def fewer_rows(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["tables"]["dataset"] += 1
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "damage",
    [
        cut, drop, alter_database, lead_out, cut_list, another_format, no_manifest,
        broken_manifest, fewer_rows,
    ],
)  # fmt: skip
def test_a_damaged_copy_is_found_and_never_becomes_a_hub(hub, copy, tmp_path, damage):
    (hub.settings.home / "address").write_text("x")
    if damage is lead_out:
        shutil.rmtree(copy)
        backup.back_up(hub, copy)
    damage(copy)
    with pytest.raises(BackupBroken):
        backup.verify(copy)
    settings = Settings(home=tmp_path / "again")
    with pytest.raises(BackupBroken):
        backup.restore(settings, copy)
    assert not (tmp_path / "again/hub.sqlite3").exists()


def test_a_sealed_copy_shows_nothing_and_opens_with_its_key_alone(hub, tmp_path):
    build.submitted(hub, b"secret,of\nsomebody,here\n", family="association-subsidies")
    backup.back_up(hub, tmp_path / "copy", key=KEY)
    for file in (tmp_path / "copy").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert b"somebody" not in content
        assert b"SQLite format" not in content
    for key in (None, OTHER_KEY):
        with pytest.raises(BackupBroken):
            backup.verify(tmp_path / "copy", key=key)
    assert backup.verify(tmp_path / "copy", key=KEY).is_sealed


def test_a_sealed_manifest_cannot_be_rewritten(hub, tmp_path):
    backup.back_up(hub, tmp_path / "copy", key=KEY)
    fewer_rows(tmp_path / "copy")
    with pytest.raises(BackupBroken, match="altered"):
        backup.verify(tmp_path / "copy", key=KEY)


def test_an_unsealed_copy_in_the_place_of_a_sealed_one_is_refused(hub, copy, tmp_path):
    sealed, settings = tmp_path / "sealed", Settings(home=tmp_path / "again")
    backup.back_up(hub, sealed, key=KEY)
    shutil.rmtree(sealed)
    shutil.copytree(copy, sealed)
    with pytest.raises(BackupBroken, match="not sealed"):
        backup.verify(sealed, key=KEY)
    with pytest.raises(BackupBroken, match="not sealed"):
        backup.restore(settings, sealed, key=KEY)
    assert not settings.home.exists()
    assert not backup.verify(copy).is_sealed


@pytest.mark.parametrize("size", [0, 1, envelope.BLOCK_BYTES, envelope.BLOCK_BYTES + 1, LARGE])
def test_what_is_sealed_comes_back(tmp_path, size):
    file, content = tmp_path / "sealed", os.urandom(size)
    with file.open("wb") as target:
        sealing = envelope.Sealing(target, key=KEY, name="a")
        for begin in range(0, size, 700_000):
            sealing.write(content[begin : begin + 700_000])
        sealing.end()
    opened = io.BytesIO()
    envelope.unseal(file, opened, key=KEY, name="a")
    assert opened.getvalue() == content
    with pytest.raises(BackupBroken):
        envelope.unseal(file, io.BytesIO(), key=KEY, name="b")


@pytest.mark.parametrize("left", [60, envelope.BLOCK_BYTES + 70, LARGE // 2 + 70])
def test_what_is_sealed_cannot_be_cut_off(tmp_path, left):
    file = tmp_path / "sealed"
    with file.open("wb") as target:
        sealing = envelope.Sealing(target, key=KEY, name="a")
        sealing.write(bytes(LARGE))
        sealing.end()
    file.write_bytes(file.read_bytes()[:left])
    with pytest.raises(BackupBroken):
        envelope.unseal(file, io.BytesIO(), key=KEY, name="a")


def test_nothing_is_written_over(hub, copy, tmp_path):
    with pytest.raises(BackupMisplaced):
        backup.back_up(hub, copy)
    with pytest.raises(BackupMisplaced):
        backup.restore(hub.settings, copy)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/hub.sqlite3").touch()
    url = f"sqlite:///{tmp_path / 'elsewhere/hub.sqlite3'}"
    with pytest.raises(BackupMisplaced):
        backup.restore(Settings(home=tmp_path / "again", database_url=url), copy)


def test_a_copy_of_one_database_is_not_put_into_another(copy, tmp_path):
    settings = Settings(home=tmp_path / "again", database_url="postgresql+psycopg://nowhere/hub")
    with pytest.raises(BackupMisplaced, match="sqlite"):
        backup.restore(settings, copy)


def test_the_commands_say_what_is_kept_elsewhere(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(hub.settings.home))
    run = CliRunner()
    made = run.invoke(cli.app, ["backup", str(tmp_path / "copy")])
    assert "secret.key. Keep it elsewhere" in made.output
    assert not (tmp_path / "copy/secret.key").exists()
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(tmp_path / "again"))
    restored = run.invoke(cli.app, ["restore", str(tmp_path / "copy")])
    assert "Put the hub's own key into" in restored.output
    (tmp_path / "again/secret.key").write_bytes(hub.key)
    assert "database" in run.invoke(cli.app, ["doctor"]).output


def test_the_commands_seal_with_a_key_that_is_printed_by_the_hub(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(hub.settings.home))
    key, copy = tmp_path / "key", str(tmp_path / "copy")
    key.write_text(f"{b64encode(KEY).decode()}\n")
    run = CliRunner()
    assert "journal 0:" in run.invoke(cli.app, ["backup", copy, "--key-file", str(key)]).output
    assert "Whole: " in run.invoke(cli.app, ["verify", copy, "--key-file", str(key)]).output
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(tmp_path / "again"))
    restored = run.invoke(cli.app, ["restore", copy, "--key-file", str(key)])
    assert "Restored as of" in restored.output
    key.write_text("no key")
    assert (
        run.invoke(cli.app, ["verify", copy, "--key-file", str(key)]).exception.code
        == "invalid-input"
    )

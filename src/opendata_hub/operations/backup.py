"""Copies a whole hub into a folder while it runs, proves such a copy, and makes a hub of it again.

In the copy: the database at one moment, every file that it refers to, mails that lie as files, and
the hub's own key where the copy is sealed. What is worked out (search, rows) is made anew.
"""

import hashlib
import hmac
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from opendata_hub import bootstrap, clock
from opendata_hub.adapters.archive import envelope
from opendata_hub.adapters.bucket import bucket_at
from opendata_hub.adapters.files import FileStore
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import BackupBroken, BackupMisplaced
from opendata_hub.flows.verify import verify as verify_journal
from opendata_hub.settings import Settings
from opendata_hub.store import engine as engines
from opendata_hub.store.answers import stored
from opendata_hub.store.operations import copies
from opendata_hub.store.operations.copies import Target

FORMAT = "opendata-hub backup 1"
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
BESIDE = (bootstrap.ADDRESS_FILE, bootstrap.DEMO_FILE)
MAILS = "outbox-mail"
KNOWN = re.compile(
    r"files/[0-9a-f]{2}/[0-9a-f]{64}|tables/[a-z_]+|database\.sqlite3|address|demo|secret\.key"
    r"|outbox-mail/[0-9a-z-]+\.eml"
)
"""The names that a backup may hold: none leads out of the folder."""
BLOCK_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy holds.

    database: the kind it is of. tables: how many rows each has. entries, seal: the journal's.
    files: how many are in the copy. sums: digest of the list of their digests.
    erased: files whose rows were in the copied moment and which were erased before they were read.
    missing: files that a row refers to still, and that the hub itself has not.
    mac: of all else, by the key, where the copy is sealed.
    """

    format: str
    made_at: str
    version: str
    database: str
    migrations: tuple[str, ...]
    tables: Mapping[str, int]
    entries: int
    seal: str
    files: int
    sums: str
    erased: int
    missing: int
    is_sealed: bool
    has_key: bool
    mac: str = ""

    def told(self) -> bytes:
        """What ``mac`` is of."""
        parts = {name: value for name, value in asdict(self).items() if name != "mac"}
        return json.dumps(parts, sort_keys=True).encode()


class _Writer:
    """Puts files into a folder, sealed where there is a key, and keeps their digests."""

    def __init__(self, folder: Path, key: bytes | None) -> None:
        self.folder, self.key, self.files = folder, key, 0
        self._sums = (folder / SUMS).open("w", encoding="utf-8")

    def keep(self, name: str, write: Callable[[Target], None]) -> None:
        """Put what ``write`` writes under that name."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            if self.key is None:
                write(out)
            else:
                sealing = envelope.Sealing(out, key=self.key, name=name)
                write(sealing)
                sealing.end()
            out.flush()
            os.fsync(out.fileno())
        self._sums.write(f"{_digest(target)}  {name}\n")
        self.files += 1

    def keep_file(self, name: str, source: Path) -> None:
        """Put a file under that name; raises FileNotFoundError where it is not there."""
        with source.open("rb") as stream:
            self.keep(name, lambda out: _pour(stream, out))

    def close(self) -> str:
        """End the list of digests; returns its own."""
        self._sums.close()
        return _digest(self.folder / SUMS)


def back_up(
    hub: Hub, folder: Path, *, key: bytes | None = None, with_key: bool = False
) -> Manifest:
    """Copy the hub into a new or empty folder; returns what is in it.

    with_key: also the hub's own key into a copy that is not sealed. Raises BackupMisplaced.
    """
    _require_empty_folder(folder)
    writer = _Writer(folder, key)
    home = hub.settings.home
    own_key = home / bootstrap.KEY_FILE
    has_key = own_key.is_file() and (key is not None or with_key)
    with (
        tempfile.TemporaryDirectory(dir=home, prefix=".copy-") as scratch,
        copies.copied(hub.engine, writer.keep, Path(scratch)) as moment,
    ):
        proof = verify_journal(moment.session)
        gone = _keep_files(writer, hub.files, moment)
        migrations, tables, kind = moment.migrations, moment.tables, moment.kind
    with hub.reading() as session:
        missing = len(stored.referred(session, gone)) if gone else 0
    for source in _beside(home, has_key=has_key):
        writer.keep_file(str(source.relative_to(home)), source)
    manifest = Manifest(
        format=FORMAT, made_at=clock.now().isoformat(), version=version("opendata-hub"),
        database=kind, migrations=migrations, tables=tables,
        entries=proof.entries, seal=proof.seal, files=writer.files, sums=writer.close(),
        erased=len(gone) - missing, missing=missing, is_sealed=key is not None, has_key=has_key,
    )  # fmt: skip
    said = {**asdict(manifest), "mac": _mac(manifest, key)}
    # Last: a folder without it is no backup, whatever ended before.
    _write_durably(folder / MANIFEST, json.dumps(said, indent=2).encode())
    return read_manifest(folder, key=key)


def _beside(home: Path, *, has_key: bool) -> Iterator[Path]:
    names = [*BESIDE, bootstrap.KEY_FILE] if has_key else BESIDE
    yield from (home / name for name in names if (home / name).is_file())
    yield from sorted((home / MAILS).glob("*.eml"))


def _keep_files(writer: _Writer, files: FileStore, moment: copies.Moment) -> set[str]:
    """Put every file that the moment refers to; returns those that are not there any more."""
    kept: set[bytes] = set()
    gone = set()
    for digest in moment.digests():
        if bytes.fromhex(digest) in kept:
            continue
        kept.add(bytes.fromhex(digest))
        try:
            writer.keep_file(f"files/{digest[:2]}/{digest}", files.path(digest))
        except FileNotFoundError:
            gone.add(digest)
    return gone


def read_manifest(folder: Path, *, key: bytes | None = None) -> Manifest:
    """What the copy in the folder says of itself; raises BackupBroken.

    Whoever gives a key asks for what that key has sealed: anybody can write an unsealed copy.
    """
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**{**said, "migrations": tuple(said["migrations"])})
    except FileNotFoundError:
        raise BackupBroken(f"{folder} holds no backup that came to its end") from None
    except (ValueError, TypeError, KeyError):
        raise BackupBroken(f"{folder / MANIFEST} can't be read") from None
    if manifest.format != FORMAT:
        raise BackupBroken(f"{manifest.format!r} is not known to this version")
    if manifest.is_sealed and key is None:
        raise BackupBroken("this backup is sealed; give --key-file")
    if key is not None and not manifest.is_sealed:
        raise BackupBroken("this backup is not sealed: no key proves who made it; give no key-file")
    if manifest.is_sealed and not hmac.compare_digest(manifest.mac, _mac(manifest, key)):
        raise BackupBroken("the manifest was altered, or the key is another")
    return manifest


def verify(folder: Path, *, key: bytes | None = None) -> Manifest:
    """Read all of a copy and compare it with what it says of itself; raises BackupBroken.

    A copy of SQLite is opened as well: its rows are counted and its journal is proved.
    """
    manifest = read_manifest(folder, key=key)
    for name, digest in _listed(folder, manifest):
        if _digest(folder / name) != digest:
            raise BackupBroken(f"{name} is not what was put there")
        if name.startswith("files/") and not manifest.is_sealed and name[-64:] != digest:
            raise BackupBroken(f"{name} does not hold what its name says")
    if manifest.database == "sqlite":
        with tempfile.TemporaryDirectory() as scratch:
            plain = Path(scratch) / copies.FILE
            _take(folder, copies.FILE, plain, key=key if manifest.is_sealed else None)
            _prove(plain, manifest)
    return manifest


def _prove(database: Path, manifest: Manifest) -> None:
    with copies.opened(database) as moment:
        proof = verify_journal(moment.session)
        if dict(moment.tables) != dict(manifest.tables):
            raise BackupBroken("the rows of the copy are not as many as it says")
    if proof.faults or (proof.entries, proof.seal) != (manifest.entries, manifest.seal):
        raise BackupBroken("the journal in the copy is not the one that was copied")


def restore(settings: Settings, folder: Path, *, key: bytes | None = None) -> Manifest:
    """Make a hub of a copy, where there is none; returns what was in it.

    Everything is compared while it is read; the database comes last, so that what was cut off is
    no hub. Raises BackupBroken, and BackupMisplaced where something is there already.
    """
    manifest = read_manifest(folder, key=key)
    opens = key if manifest.is_sealed else None
    file = engines.file_of(settings.database)
    if (file is not None) != (manifest.database == "sqlite"):
        raise BackupMisplaced(f"this is a backup of {manifest.database}; restore it into one")
    settings.home.mkdir(parents=True, exist_ok=True)
    _require_empty_folder(settings.home)
    copies.require_empty(settings.database)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".restored-") as scratch:
        place = Path(scratch)
        files = FileStore(settings.home / "files", bucket_at(settings.files_url))
        for name, digest in _listed(folder, manifest):
            if _digest(folder / name) != digest:
                raise BackupBroken(f"{name} is not what was put there")
            _take(folder, name, place / name, key=opens)
            if name.startswith("files/"):
                _put(files, place / name)
            elif not name.startswith((copies.FILE, f"{copies.FOLDER}/")):
                _move(place / name, settings.home / name)
        if file is None:
            tables = place / copies.FOLDER
            rows = copies.restore(settings.database, tables, manifest.migrations)
            if dict(rows) != dict(manifest.tables):
                raise BackupBroken("not every row was restored")
        else:
            _prove(place / copies.FILE, manifest)
            _move(place / copies.FILE, file)
    return manifest


def _put(files: FileStore, plain: Path) -> None:
    with plain.open("rb") as stream:
        stored = files.put(stream, limit_bytes=plain.stat().st_size)
    if stored.sha256 != plain.name:
        raise BackupBroken(f"{plain.name} does not hold what its name says")
    plain.unlink()


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.chmod(0o600)
    source.replace(target)


def _take(folder: Path, name: str, target: Path, *, key: bytes | None) -> None:
    """Write a file of the copy in the clear."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as out:
        if key is not None:
            envelope.unseal(folder / name, out, key=key, name=name)
            return
        with (folder / name).open("rb") as source:
            _pour(source, out)


def _listed(folder: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Name and digest of every file of the copy; raises BackupBroken where the list is another."""
    sums = folder / SUMS
    if not sums.is_file() or _digest(sums) != manifest.sums:
        raise BackupBroken(f"{SUMS} is not what was put there")
    found = 0
    with sums.open(encoding="utf-8") as lines:
        for line in lines:
            digest, _, name = line.rstrip("\n").partition("  ")
            if not KNOWN.fullmatch(name):
                raise BackupBroken(f"{name!r} is no file of a backup")
            if not (folder / name).is_file():
                raise BackupBroken(f"{name} is missing")
            found += 1
            yield name, digest
    if found != manifest.files:
        raise BackupBroken(f"{found} files are listed, not {manifest.files}")


def _require_empty_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BackupMisplaced(f"{folder} is not empty; name one that is, or is not there yet")


def _mac(manifest: Manifest, key: bytes | None) -> str:
    return hmac.new(key, manifest.told(), hashlib.sha256).hexdigest() if key else ""


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pour(source: BinaryIO, target: Target) -> None:
    while block := source.read(BLOCK_BYTES):
        target.write(block)


def _write_durably(file: Path, content: bytes) -> None:
    with file.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())

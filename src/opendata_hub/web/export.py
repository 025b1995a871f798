"""The whole catalogue as files that any web server can serve at the same addresses.

The application itself is asked for each address, in this process: a file says what the hub would
have answered. The new tree is made beside the old one and put in its place when it is whole; a
file that has not changed is taken over as it is, with its date.
"""

import asyncio
import fcntl
import filecmp
import os
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp

from opendata_hub.adapters.rdf import SYNTAXES
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import NotKnown, Refused
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.store import datasets
from opendata_hub.store.harvest import records
from opendata_hub.web.languages import HERE
from opendata_hub.web.negotiation import DEFAULT_LANGUAGE

MARK = ".opendata-hub-export"
OPTIONAL = ("/robots.txt", "/sitemap.xml", "/catalog/feed", "/feed.atom")
"""What is taken along where the hub has it."""
NOT_FOUND = "/404"
_FOLLOWING = re.compile(r'<([^<>?]+)>; rel="next"')


@dataclass(frozen=True, slots=True)
class Exported:
    """How many files there are now, and how many of them are new or say something else."""

    files: int
    written: int
    removed: int


@dataclass(frozen=True, slots=True)
class Page:
    """An address, where its file stands in the tree, and whether it may be missing."""

    address: str
    file: PurePosixPath
    status: int = 200
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer, and the address of the page that follows, if one does."""

    status: int
    following: str


def export(app: ASGIApp, hub: Hub, folder: Path) -> Exported:
    """Make ``folder`` say what the hub says now.

    Raises Refused for a folder with other things in it, or when another export is at work.
    """
    with _alone(folder):
        _restore(folder)
        if folder.exists() and not (folder / MARK).is_file() and any(folder.iterdir()):
            raise Refused(f"{folder} holds other things; give a folder of its own")
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        try:
            made = _fill(app, hub, aside, before=folder)
            aside.chmod(0o755)
            _exchange(folder, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return made


def pages(hub: Hub) -> Iterator[Page]:
    """Every address of the catalogue that is a file; forms and searches need the hub itself."""
    yield Page(f"/{DEFAULT_LANGUAGE}/", PurePosixPath("index.html"))
    yield Page(f"/{DEFAULT_LANGUAGE}{NOT_FOUND}", PurePosixPath("404.html"), status=404)
    for language in LANGUAGES:
        yield _readable(f"/{language}/", f"{language}")
    for ending in SYNTAXES:
        yield _as_it_is(f"/catalog.{ending}")
        yield _as_it_is(f"/catalog/dump.{ending}.gz")
    for address in OPTIONAL:
        yield Page(address, _path(address), is_optional=True)
    for publisher in hub.frame.site.publishers:
        yield from _readable_in_all(f"publishers/{publisher}")
        logo = f"/publishers/{publisher}/logo"
        yield Page(logo, _path(logo), is_optional=True)
    for family in hub.frame.tables:
        yield _as_it_is(f"/families/{family}/schema.json")
        for language in LANGUAGES:
            for ending in ("csv", "xlsx"):
                yield _as_it_is(f"/{language}/families/{family}/template.{ending}")
    yield from _datasets(hub)


def _datasets(hub: Hub) -> Iterator[Page]:
    """The addresses of all datasets, those of other catalogues as well."""
    with hub.reading() as session:
        for dataset in datasets.latest(session):
            path = f"datasets/{dataset.slug}"
            yield from _readable_in_all(path)
            yield _as_it_is(f"/{path}/files/{quote(dataset.distribution.file_name)}")
            for ending in SYNTAXES:
                yield _as_it_is(f"/{path}.{ending}")
        for kept in records.everything(session):
            yield from _readable_in_all(f"datasets/{kept.slug}")
            for ending in SYNTAXES:
                yield _as_it_is(f"/datasets/{kept.slug}.{ending}")


def _readable_in_all(path: str) -> Iterator[Page]:
    """A page in each language, and the first of them at the address without a language."""
    yield _readable(f"/{DEFAULT_LANGUAGE}/{path}", path)
    for language in LANGUAGES:
        yield _readable(f"/{language}/{path}", f"{language}/{path}")


def _readable(address: str, folder: str) -> Page:
    return Page(address, PurePosixPath(folder) / "index.html")


def _as_it_is(address: str) -> Page:
    return Page(address, _path(address))


def _path(address: str) -> PurePosixPath:
    return PurePosixPath(unquote(urlsplit(address).path).lstrip("/"))


def _fill(app: ASGIApp, hub: Hub, target: Path, *, before: Path) -> Exported:
    """Lay every file down, taking over from ``before`` what is the same."""
    files = written = 0
    part = target / ".part"
    part.write_text("Made by opendata-hub catalog export; replaced as a whole.\n")
    _put(part, PurePosixPath(MARK), target, before)
    with asyncio.Runner() as runner:
        wanted = deque(pages(hub))
        while wanted:
            page = wanted.popleft()
            with part.open("wb") as body:
                answer = runner.run(_asked(app, page.address, hub.frame.base_url, body))
            if answer.status == page.status:
                files += 1
                written += _put(part, page.file, target, before)
            elif not page.is_optional:
                raise NotKnown(f"{page.address} answers {answer.status}: nothing was exported")
            if answer.following:
                wanted.appendleft(_as_it_is(answer.following.removeprefix(hub.frame.base_url)))
    part.unlink(missing_ok=True)
    for source in sorted((HERE / "static").rglob("*")):
        if source.is_file():
            name = PurePosixPath("static") / source.relative_to(HERE / "static").as_posix()
            files += 1
            written += _put(Path(shutil.copy(source, part)), name, target, before)
    now = {each.relative_to(target) for each in target.rglob("*")}
    gone = (e for e in before.rglob("*") if e.is_file() and e.relative_to(before) not in now)
    return Exported(files, written, sum(1 for _ in gone))


def _put(part: Path, name: PurePosixPath, target: Path, before: Path) -> bool:
    """Put one file in its place; whether it is new or says something else than before."""
    file, old = target / name, before / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if old.is_file() and not old.is_symlink() and filecmp.cmp(old, part, shallow=False):
        os.link(old, file)
        part.unlink()
        return False
    part.rename(file)
    return True


async def _asked(app: ASGIApp, address: str, base_url: str, body: BinaryIO) -> Answer:
    """What the application answers at an address; its bytes go to ``body``."""
    parts = urlsplit(address)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": urlsplit(base_url).scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", urlsplit(base_url).netloc.encode()), (b"accept", b"*/*")],
        "client": None,
        "server": None,
    }
    status, has_asked, headers = 0, False, Headers()

    async def receive() -> MutableMapping[str, Any]:
        nonlocal has_asked
        if has_asked:
            await asyncio.Event().wait()  # nobody hangs up here
        has_asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], Headers(raw=message["headers"])
        body.write(message.get("body", b""))

    await app(scope, receive, send)
    following = _FOLLOWING.fullmatch(headers.get("link", ""))
    return Answer(status, following[1] if following else "")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Raise Refused when another export writes the same folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"Another export is writing {folder}") from None
        yield


def _before(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.before"


def _exchange(folder: Path, aside: Path) -> None:
    """Put the new tree in the place of the old one: two renames, and each tree is whole."""
    if folder.exists():
        folder.rename(_before(folder))
    aside.rename(folder)
    shutil.rmtree(_before(folder), ignore_errors=True)


def _restore(folder: Path) -> None:
    """Undo half an exchange that was stopped between its two renames."""
    before = _before(folder)
    if before.exists() and not folder.exists():
        before.rename(folder)
    shutil.rmtree(before, ignore_errors=True)

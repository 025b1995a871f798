"""Questions in SPARQL to a copy of the catalogue: bounded in number, time, memory and size.

Each question is answered by a process of its own (``worker``) that is killed when its time is
over: Oxigraph can't be told to stop. The copy is built beside and renamed when it is whole.
"""

import json
import logging
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from opendata_hub.adapters.sparql import worker
from opendata_hub.adapters.sparql.worker import Ended
from opendata_hub.domain.errors import BadQuery, Busy, QueryTooCostly, ResultNotOffered

log = logging.getLogger(__name__)
QUERY_LENGTH = 20_000
BUILD_SECONDS = 3600
QUICK_SECONDS = 2.0
"""A copy that is built faster than this is built while the question waits."""
FAILED_SECONDS = 6.0
"""What a copy that failed counts as, so that it is not tried again at once."""
REST = 10
"""A copy that took n seconds is not built anew for n times as many."""

_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r"""
      \"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
    | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
    | <[^<>"{}|^`\\\x00-\x20]*> | \#[^\n\r]*
    | [?$:]\w+ | (?P<word>\w+) | .
    """,
    re.VERBOSE | re.DOTALL,
)
_CALLS = frozenset({"service", "load"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one question may cost. answer_bytes: of the answer as it is written out."""

    seconds: float = 10
    memory_bytes: int = 2_000_000_000
    answer_bytes: int = 50_000_000
    at_once: int = 2


@dataclass(frozen=True, slots=True)
class Result:
    """An answer: what it is and its bytes, in a file that is gone when it is closed."""

    media_type: str
    body: BinaryIO


@dataclass(slots=True)
class Endpoint:
    """Copies of the catalogue under ``folder``, each named by the state that it shows."""

    folder: Path
    bounds: Bounds = field(default_factory=Bounds)
    _places: threading.BoundedSemaphore = field(init=False)
    _building: threading.Lock = field(default_factory=threading.Lock, init=False)
    _took: float = field(default=0.0, init=False)
    _built_at: float = field(default=float("-inf"), init=False)
    _wanted: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._places = threading.BoundedSemaphore(self.bounds.at_once)

    def ask(self, query: str, *, results: str, graphs: str) -> Result:
        """Answer from the latest copy, in one of these media types, whichever fits the query.

        Raises BadQuery, QueryTooCostly, ResultNotOffered, and Busy when all places are taken or
        there is no copy yet.
        """
        require_harmless(query)
        copy = self._latest()
        if copy is None:
            raise Busy("The catalogue is being made ready for questions; ask again in a minute")
        if not self._places.acquire(blocking=False):
            raise Busy(f"{self.bounds.at_once} questions are being answered; ask again in a moment")
        try:
            return self._answered(copy, query, results, graphs)
        finally:
            self._places.release()

    def refresh(self, state: str, document: Callable[[], Iterable[str]]) -> None:
        """See to it that a copy of that state is there, soon if not now.

        document: gives the catalogue as Turtle, piece by piece. A first copy, or one that is made
        in a moment, is waited for; others are made beside, while the one before answers. One
        that fails is noted in the log, and the one before goes on answering.
        """
        self._wanted = state
        if (self.folder / state).is_dir() or self._is_resting():
            return
        if not self._building.acquire(blocking=False):
            return
        if self._latest() and self._took > QUICK_SECONDS:
            threading.Thread(target=self._build, args=(state, document), daemon=True).start()
        else:
            self._build(state, document)

    def _is_resting(self) -> bool:
        is_quick = self._took <= QUICK_SECONDS
        return not is_quick and time.monotonic() - self._built_at < self._took * REST

    def _build(self, state: str, document: Callable[[], Iterable[str]]) -> None:
        """Build aside, rename, and let go of all copies but the one before, which may be in use."""
        began = time.monotonic()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=".") as aside:
                source, copy = Path(aside) / "catalogue.ttl", Path(aside) / "copy"
                with source.open("w", encoding="utf-8") as target:
                    target.writelines(document())
                subprocess.run(  # noqa: S603  (our own module)
                    [*_WORKER, "build", str(copy), str(source)], check=True, timeout=BUILD_SECONDS
                )
                shutil.rmtree(self.folder / state, ignore_errors=True)
                copy.rename(self.folder / state)
            for old in [each for each in self._copies() if each.name != state][:-1]:
                shutil.rmtree(old, ignore_errors=True)
            self._took = time.monotonic() - began
        except (subprocess.SubprocessError, OSError):
            log.exception("no copy of the catalogue could be made for questions")
            self._took = max(FAILED_SECONDS, time.monotonic() - began)
        finally:
            self._built_at = time.monotonic()
            self._building.release()

    def _latest(self) -> Path | None:
        """The copy that shows the state asked for last, or the newest there is."""
        wanted = self.folder / self._wanted
        if self._wanted and wanted.is_dir():
            return wanted
        return next(reversed(self._copies()), None)

    def _copies(self) -> list[Path]:
        """The copies that are whole, oldest first."""
        if not self.folder.is_dir():
            return []
        whole = (each for each in self.folder.iterdir() if not each.name.startswith("."))
        return sorted(whole, key=lambda each: each.stat().st_ctime_ns)

    def _answered(self, copy: Path, query: str, results: str, graphs: str) -> Result:
        limits = {
            "memory_bytes": self.bounds.memory_bytes,
            "seconds": max(1, round(self.bounds.seconds)),
            "answer_bytes": self.bounds.answer_bytes,
        }
        body: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
        command = [*_WORKER, "ask", str(copy), json.dumps(limits), results, graphs]
        with _killed_in_the_end(
            subprocess.Popen(  # noqa: S603  (our own module; the query goes to its input)
                command, stdin=subprocess.PIPE, stdout=body, stderr=subprocess.PIPE
            )
        ) as process:
            try:
                _, said = process.communicate(query.encode(), timeout=self.bounds.seconds)
            except subprocess.TimeoutExpired:
                body.close()
                raise QueryTooCostly(
                    f"No answer within {self.bounds.seconds:g} seconds; ask for less"
                ) from None
        return _result(process.returncode, said.decode(errors="replace"), body)


_WORKER = (sys.executable, "-m", worker.__name__)


@contextmanager
def _killed_in_the_end(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stderr):
            if pipe:
                pipe.close()


def _result(code: int, said: str, body: BinaryIO) -> Result:
    if code == Ended.WELL:
        body.seek(0)
        return Result(body.readline().decode().strip(), body)
    body.close()
    if code == Ended.BAD_QUERY:
        raise BadQuery(f"The query can't be read: {said}")
    if code == Ended.NOT_ACCEPTABLE:
        raise ResultNotOffered(
            f"Questions for rows are answered as {', '.join(worker.RESULTS)}; "
            f"those for a graph as {', '.join(worker.GRAPHS)}"
        )
    raise QueryTooCostly("The answer takes more memory, time or bytes than allowed; ask for less")


def require_harmless(query: str) -> None:
    """Raise BadQuery for a query that is too long or would call another address.

    The word is looked for as the query stands and as it reads with its escapes undone: either
    may be what the parser sees. Should one slip through, the worker still has no socket.
    """
    if not query.strip():
        raise BadQuery("Give a query")
    if len(query) > QUERY_LENGTH:
        raise BadQuery(f"The query has {len(query):,} characters, at most {QUERY_LENGTH:,}")
    for text in (query, _ESCAPED.sub(_character, query)):
        words = {found["word"].lower() for found in _TOKEN.finditer(text) if found["word"]}
        if calls := words & _CALLS:
            raise BadQuery(f"{calls.pop().upper()} is refused: this endpoint calls nobody")


def _character(escape: re.Match[str]) -> str:
    number = int(escape[1] or escape[2], 16)
    return chr(number) if number <= sys.maxunicode else " "

"""Documents without a table: read for what they say and carry, and copied without the latter.

Each is read by a process of its own (``worker``), within limits of time and memory.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any

from opendata_hub.domain.answers.redaction import Box, Marks, Redacted
from opendata_hub.domain.catalog.document import FORMATS, Document, Limits, Reading, Refusal, Trace
from opendata_hub.domain.catalog.document.carriers import Carrier
from opendata_hub.domain.catalog.privacy import Kind
from opendata_hub.domain.errors import NotADocument, NotRedacted

_PAGES = frozenset({".pdf", ".png", ".jpg", ".jpeg"})
_WORKER = (sys.executable, "-m", f"{__name__}.worker")


def is_document(file_name: str) -> bool:
    """Whether the name is that of a document that is read."""
    return PurePath(file_name).suffix.lower() in FORMATS


def read(file: Path, *, file_name: str, limits: Limits | None = None) -> Reading:
    """All that the document says and carries.

    file_name: its sender's; its ending says the format. Raises NotADocument.
    """
    told = _asked("read", file, file_name, limits or Limits())
    return Reading(
        document=Document(told["pages"], told["silent_pages"], told["text"]),
        carriers=frozenset(Carrier(each) for each in told["carriers"]),
        traces=tuple(Trace(Kind(kind), Carrier(each), page) for kind, each, page in told["traces"]),
    )


def write_clean(file: Path, target: Path, *, file_name: str, limits: Limits | None = None) -> None:
    """Write a copy that shows the same, and carries nothing else; raises NotADocument."""
    _asked("clean", file, file_name, limits or Limits(), str(target))


def may_be_redacted(file_name: str) -> bool:
    """Whether parts of such a document can be blacked out here."""
    return PurePath(file_name).suffix.lower() in _PAGES


def write_redacted(
    file: Path, target: Path, marks: Marks, *, file_name: str, limits: Limits | None = None
) -> Redacted:
    """Write the document as a PDF in which what is marked is gone.

    target: in a folder of its own, which is written into. Raises NotADocument, and NotRedacted
    where nothing is found or something would stay readable.
    """
    _require_pages(file_name)
    said = json.dumps(asdict(marks))
    told = _asked("redact", file, file_name, limits or Limits(), str(target), said=said)
    return Redacted(
        tuple(Box(**each) for each in told["boxes"]),
        tuple(told["missing"]),
        tuple(told["pictures"]),
    )


def page_sizes(
    file: Path, target: Path, *, file_name: str, limits: Limits | None = None
) -> list[tuple[int, int]]:
    """Width and height of each page as ``write_picture`` writes it, in pixels.

    target: in a folder that is written into. Raises NotADocument, and NotRedacted for what has no
    pages to be shown.
    """
    _require_pages(file_name)
    told = _asked("sizes", file, file_name, limits or Limits(), str(target))
    return [(width, height) for width, height in told["sizes"]]


def write_picture(
    file: Path, target: Path, number: int, *, file_name: str, limits: Limits | None = None
) -> None:
    """Write a page, from 1, as PNG to look at; raises as ``page_sizes`` does."""
    _require_pages(file_name)
    _asked("picture", file, file_name, limits or Limits(), str(target), said=str(number))


def _require_pages(file_name: str) -> None:
    if not may_be_redacted(file_name):
        raise NotRedacted("Only PDF, PNG and JPEG are blacked out here: save it as PDF first")


def _asked(
    act: str, file: Path, file_name: str, limits: Limits, *target: str, said: str = ""
) -> dict[str, Any]:
    """said: what nobody who lists processes should read, or is too long for an argument."""
    arguments = (act, str(file), file_name, json.dumps(asdict(limits)), *target)
    try:
        done = subprocess.run(  # noqa: S603  (our own module)
            [*_WORKER, *arguments],
            capture_output=True,
            check=False,
            input=said.encode(),
            timeout=2 * limits.seconds,
        )
    except subprocess.TimeoutExpired:
        raise NotADocument(Refusal.TOO_SLOW, f"Not read within {limits.seconds:g} s") from None
    if done.returncode:
        # The system has ended it: by the limit of time, or for want of memory.
        is_slow = done.returncode in _OUT_OF_TIME
        why = Refusal.TOO_SLOW if is_slow else Refusal.BOMB
        raise NotADocument(why, "Reading it took more time or memory than it may")
    told: dict[str, Any] = json.loads(done.stdout)
    if "not_redacted" in told:
        raise NotRedacted(told["not_redacted"])
    if "refusal" in told:
        raise NotADocument(told["refusal"], told["reason"])
    return told


_OUT_OF_TIME = frozenset({-24, -9})
"""SIGXCPU, and SIGKILL a second later."""

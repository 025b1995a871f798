"""The process that reads one document, or writes a copy: ``worker.py ACT FILE …``.

A document may be made to keep its reader busy for days or to fill its memory, and none of the
libraries can be told to stop: so it is read here, within limits that the system keeps. Gives JSON
on stdout: what was read, or why it was not.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any

from pypdf.errors import LimitReachedError

from opendata_hub.adapters.documents import opendocument, pages, pictures, shown, word
from opendata_hub.adapters.documents.contents import Contents, format_of
from opendata_hub.adapters.documents.redaction import write_redacted
from opendata_hub.adapters.typeset.page_picture import write_around
from opendata_hub.domain.answers.redaction import Box, Marks, Phrase
from opendata_hub.domain.catalog import privacy
from opendata_hub.domain.catalog.document import Limits, Refusal
from opendata_hub.domain.catalog.document.carriers import Carried, Carrier
from opendata_hub.domain.errors import NotADocument, NotRedacted
from opendata_hub.domain.texts import readable

READERS: Mapping[str, Callable[[Path, Limits], Contents]] = {
    "PDF": pages.read,
    "ODT": opendocument.read,
    "DOCX": word.read,
    "PNG": lambda file, limits: pictures.png(file.read_bytes(), limits),
    "JPEG": lambda file, limits: pictures.jpeg(file.read_bytes(), limits),
}
WRITERS: Mapping[str, Callable[[Path, Path, Limits], None]] = {
    "PDF": pages.write_alone,
    "ODT": opendocument.write_alone,
    "DOCX": word.write_alone,
    "PNG": lambda file, target, _: _put(target, pictures.png_alone(file.read_bytes())),
    "JPEG": lambda file, target, _: _put(target, pictures.jpeg_alone(file.read_bytes())),
}


def main(arguments: list[str]) -> None:
    """Do what the arguments say, within their limits."""
    act, file, file_name, said, *target = arguments
    limits = Limits(**json.loads(said))
    _live_within(limits)
    try:
        told = read(Path(file), file_name, limits) if act == "read" else {}
        if act == "clean":
            _write_clean(Path(file), file_name, Path(target[0]), limits)
        elif act == "redact":
            told = _redact(Path(file), file_name, Path(target[0]), sys.stdin.read(), limits)
        elif act in {"sizes", "picture"}:
            told = _show(Path(file), file_name, Path(target[0]), sys.stdin.read(), limits)
    except NotRedacted as problem:
        told = {"not_redacted": str(problem)}
    except NotADocument as problem:
        told = {"refusal": problem.finding, "reason": problem.reason}
    except (LimitReachedError, MemoryError):
        told = {"refusal": Refusal.BOMB, "reason": "It unpacks into too much"}
    except Exception as problem:  # noqa: BLE001  (the outermost door of this process)
        told = {"refusal": Refusal.BROKEN, "reason": f"It can't be read: {type(problem).__name__}"}
    sys.stdout.write(json.dumps(told))


def _live_within(limits: Limits) -> None:
    """Going beyond ends the process, or is a MemoryError."""
    sys.dont_write_bytecode = True  # kept up to a limit of size, a module would be cut in two
    seconds = max(1, round(limits.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * limits.size_bytes, 2 * limits.size_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write_clean(file: Path, file_name: str, target: Path, limits: Limits) -> None:
    WRITERS[format_of(file, PurePath(file_name).suffix.lower())](file, target, limits)


def _redact(file: Path, file_name: str, target: Path, said: str, limits: Limits) -> dict[str, Any]:
    """Write the document as a PDF without what is marked; a picture becomes a page first."""
    marked = json.loads(said)
    marks = Marks(
        tuple(Box(**each) for each in marked["boxes"]),
        tuple(Phrase(**each) for each in marked["phrases"]),
    )
    pdf = _as_pdf(file, file_name, target, limits)
    return asdict(write_redacted(pdf, target, marks, limits))


def _show(file: Path, file_name: str, target: Path, number: str, limits: Limits) -> dict[str, Any]:
    """The sizes of pages as pictures; with a number, that page is written as one."""
    pdf = _as_pdf(file, file_name, target, limits)
    if number:
        shown.write_picture(pdf, target, int(number))
        return {}
    return {"sizes": shown.sizes(pdf)}


def _as_pdf(file: Path, file_name: str, target: Path, limits: Limits) -> Path:
    """The document itself, or a picture as the only page of one; written beside the target."""
    ending = PurePath(file_name).suffix.lower()
    if format_of(file, ending) == "PDF":
        return file
    alone = target.with_name(f"picture{ending}")
    _write_clean(file, file_name, alone, limits)
    around = target.with_name("around.pdf")
    around.write_bytes(write_around(alone))
    return around


def read(file: Path, file_name: str, limits: Limits) -> dict[str, Any]:
    """What the document says, carries and gives away; raises NotADocument."""
    if file.stat().st_size > limits.size_bytes:
        raise NotADocument(Refusal.TOO_LARGE, f"More than {limits.size_bytes:,} bytes")
    contents = READERS[format_of(file, PurePath(file_name).suffix.lower())](file, limits)
    name = file_name.replace("_", " ")
    carriers: set[str] = set()
    traces: set[tuple[str, str, int]] = set()
    kept, room, silent = [], limits.text_bytes, 0
    for each in (Carried(Carrier.FILE_NAME, name), *contents.carried):
        carriers.add(each.carrier)
        traces |= {(kind, each.carrier, each.page) for kind in _traces(each.text)}
        if each.carrier is Carrier.TEXT:
            text = readable(each.text).strip()
            silent += each.page > 0 and not text
            kept.append(text.encode()[: max(room, 0)].decode(errors="ignore"))
            room -= len(kept[-1].encode()) + 1
    said = "\n".join(filter(None, kept))
    if Carrier.TEXT not in carriers or (not said and not silent):
        silent = max(contents.pages, 1)
    return {
        "pages": contents.pages,
        "silent_pages": silent,
        "text": said,
        "carriers": sorted(carriers),
        "traces": sorted(traces),
    }


def _traces(text: str) -> frozenset[privacy.Kind]:
    """What a text gives away, two lines at a time: a word and its number may stand on two."""
    found: frozenset[privacy.Kind] = frozenset()
    for lines in _windows(text):
        found |= _traces_of(lines)
    return found


def _windows(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    yield from lines[:1]
    for before, line in pairwise(lines):
        yield f"{before} {line}"


@lru_cache(maxsize=65_536)
def _traces_of(text: str) -> frozenset[privacy.Kind]:
    return privacy.traces(text)


def _put(target: Path, content: bytes) -> None:
    target.write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])

"""How what the hub says of itself is written: a line each, as text or as JSON.

An error is told by its kind and by where it came from, never by its words: those may repeat what
somebody typed. Libraries are heard from warnings on: below, some tell what they carry.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from opendata_hub.settings import LogFormat, Settings
from opendata_hub.web.passage.trace import request_id

OURS = "opendata_hub"
NEAREST_FRAMES = 12
"""Of an error: the last ones, in which it happened."""
FIELDS = "fields"
"""Under which a record carries named values for machines."""


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Let every log line of this process go to stderr, in the form that the settings name."""
    is_json = settings.log_format is LogFormat.JSON
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if is_json else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(settings.log_level.upper())


class TextLines(logging.Formatter):
    """A line for people: when, how grave, in which request, what; of an error, where."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = request_id()
        parts = [_moment(record), record.levelname, *([f"[{at}]"] if at else []), _said(record)]
        parts += [f"{name}={value}" for name, value in _fields(record).items()]
        lines = [" ".join(parts)]
        if error := _error(record):
            lines += [f"  {error['kind']}", *(f"    {frame}" for frame in error["frames"])]
        return "\n".join(lines)


class JsonLines(logging.Formatter):
    """A line for machines: one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": _said(record),
            **({"request": request_id()} if request_id() else {}),
            **_fields(record),
        }
        if error := _error(record):
            said["error"] = error
        return json.dumps(said, ensure_ascii=False, default=str)


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _said(record: logging.LogRecord) -> str:
    """What was said, in one line: nobody can write a second one into the log."""
    return record.getMessage().replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, FIELDS, {})
    return found


def _error(record: logging.LogRecord) -> dict[str, Any]:
    """The kind of an error and of what caused it, and where; nothing of its words."""
    info = record.exc_info
    if not info or info[1] is None:
        return {}
    problem: BaseException | None = info[1]
    kinds: list[str] = []
    frames: list[str] = []
    while problem is not None and len(kinds) < NEAREST_FRAMES:
        kinds.append(type(problem).__name__)
        found = traceback.extract_tb(problem.__traceback__)[-NEAREST_FRAMES:]
        frames += [f"{each.filename}:{each.lineno} in {each.name}" for each in found]
        context = None if problem.__suppress_context__ else problem.__context__
        problem = problem.__cause__ or context
    return {"kind": " from ".join(kinds), "frames": frames}

"""typst, in our words: a report of figures in, a PDF out. Nothing of it is ever read as markup."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from opendata_hub.adapters.typeset.fonts import written_out
from opendata_hub.adapters.typeset.letters import STANDARDS, compiled
from opendata_hub.domain.register.yearly import YearlyReport

_TEMPLATE = (Path(__file__).parent / "report.typ").read_bytes()


def typeset_report(report: YearlyReport) -> bytes:
    """The report as PDF/A-2a and PDF/UA-1; the same report gives the same bytes.

    Raises NotTypeset where typst refuses or warns.
    """
    told = json.dumps(_shown(asdict(report)), ensure_ascii=False, default=str).encode()
    stamp = datetime.combine(report.until, time(), UTC)
    files = {"main": _TEMPLATE, "report.json": told}
    return compiled(files, "pdf", pdf_standards=list(STANDARDS), timestamp=stamp)[0]


def _shown(value: Any) -> Any:
    """The same with each character that no font has told by its name."""
    if isinstance(value, str):
        return written_out(value)
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value

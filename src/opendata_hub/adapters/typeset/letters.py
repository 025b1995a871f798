"""typst, in our words: a letter in, a PDF out. Nothing of a letter is ever read as markup."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import segno

from opendata_hub.adapters.typeset.fonts import FOLDERS, written_out
from opendata_hub.domain.errors import NotTypeset
from opendata_hub.domain.requests.letter import Letter, Line, Run

STANDARDS = ("a-2a", "ua-1")
"""PDF/A-2a for the archive, PDF/UA-1 for who reads by ear: every letter is both."""
MEDIA_TYPE = "application/pdf"
_TEMPLATE = (Path(__file__).parent / "letter.typ").read_bytes()
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_LONGEST_WORD = 50
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD}}}(?=\S)")
# What French never parts at the end of a line; nobody should have to write it into a pack.
_BOUND = re.compile(r" (?=[:;?!»])|(?<=«) |(?<=n°) |(?<=article) (?=\d|$)")


def typeset(letter: Letter, *, logo: str | None = None) -> bytes:
    """The letter as PDF/A-2a and PDF/UA-1; the same letter gives the same bytes.

    logo: of the authority, as SVG. Raises NotTypeset where typst refuses or warns: a
    character that no font has, a picture that is none.
    """
    stamp = datetime.combine(letter.written_on, time(), UTC)
    return compiled(_files(letter, logo), "pdf", pdf_standards=list(STANDARDS), timestamp=stamp)[0]


def pictures(letter: Letter, *, logo: str | None = None, dots_per_inch: int = 100) -> list[bytes]:
    """The pages of the same letter as PNG, to look at."""
    return compiled(_files(letter, logo), "png", ppi=dots_per_inch)


def compiled(files: Mapping[str, bytes], kind: str, **options: Any) -> list[bytes]:
    """What typst makes of ``main`` and the files beside it; raises NotTypeset."""
    import typst

    try:
        # The stubs know one file; the compiler takes a mapping of them, and reads no other.
        made, warnings = typst.compile_with_warnings(  # type: ignore[call-overload]
            dict(files), font_paths=_fonts(), format=kind, **options
        )
    except typst.TypstError as problem:
        raise NotTypeset(f"The letter can't be set: {problem.message}") from None
    if warnings:
        raise NotTypeset(f"The letter can't be set: {warnings[0].message}")
    return [made] if isinstance(made, bytes) else made


@cache
def _fonts() -> Any:
    """No font of the machine: the same letter is the same everywhere."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FOLDERS)
    )


def _files(letter: Letter, logo: str | None) -> Mapping[str, bytes]:
    told = json.dumps(_told(letter, logo), ensure_ascii=False).encode()
    return {"main": _TEMPLATE, "letter.json": told}


def _told(letter: Letter, logo: str | None) -> dict[str, Any]:
    """The letter as the template reads it: texts and numbers only."""
    return {
        "language": letter.language,
        "title": "".join(run.text for run in _runs(letter.subject)),
        "letterhead": [
            {"language": each, "name": _shown(name)} for each, name in letter.letterhead
        ],
        "logo": logo,
        "contact": [_value(each) for each in letter.contact],
        "dated": _line(letter.dated, letter.language),
        "addressee": [_value(each) for each in letter.addressee],
        "labels": [{"label": label, "value": _value(value)} for label, value in letter.labels],
        "subject": _line(letter.subject, letter.language),
        "greeting": letter.greeting,
        "paragraphs": [
            {
                "words": _line(each.words, letter.language),
                "items": [_line(item, letter.language) for item in each.items],
            }
            for each in letter.paragraphs
        ],
        "closing": letter.closing,
        "signature": [_value(each) for each in letter.signature],
        "page": letter.page,
        "follow": letter.follow,
        "follow_at": _value(letter.follow_at),
        "follow_code": letter.follow_code,
        "square": _square(letter.follow_at) if letter.follow_at else None,
    }


def _line(line: Line, language: str) -> list[dict[str, str | None]]:
    return [_value(run.text) if run.is_value else _words(run.text, language) for run in line]


def _runs(line: Line) -> Sequence[Run]:
    return [Run(_shown(run.text)) if run.is_value else run for run in line]


def _words(text: str, language: str) -> dict[str, str | None]:
    """Words of the pack: a character no font has is the pack's fault, and told so."""
    bound = _BOUND.sub("\u00a0", text) if language == "fr" else text
    return {"text": bound, "direction": None}


def _value(text: str) -> dict[str, str | None]:
    """What was put in, in the direction of its first letter, in words that can be broken."""
    shown = _shown(text)
    first = (_DIRECTIONS.get(unicodedata.bidirectional(letter)) for letter in shown)
    return {"text": shown, "direction": next(filter(None, first), None)}


def _shown(text: str) -> str:
    return _LONG_WORD.sub(lambda found: found[0] + "\u200b", written_out(text))


def _square(address: str) -> str:
    """A QR code as SVG, with the quiet zone of four that ISO/IEC 18004 wants."""
    drawn = BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None
    )
    return drawn.getvalue().decode()

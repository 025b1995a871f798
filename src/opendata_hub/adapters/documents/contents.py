"""What a reader of one format gives: how many pages there are, and all that they carry."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from opendata_hub.domain.catalog.document import FORMATS, Refusal
from opendata_hub.domain.catalog.document.carriers import Carried
from opendata_hub.domain.errors import NotADocument

_FIRST_BYTES = {
    "PDF": b"%PDF-",
    "ODT": b"PK\x03\x04",
    "DOCX": b"PK\x03\x04",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "JPEG": b"\xff\xd8\xff",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """A document while it is read. pages: 0 where the format does not tell."""

    pages: int
    carried: Iterator[Carried]


def format_of(file: Path, ending: str) -> str:
    """The format that a file's name promises and its first bytes keep.

    The bytes are looked at by ourselves: puremagic 1.30 takes an .odt for a .docx, and a program
    for any of forty things. Raises NotADocument.
    """
    if ending not in FORMATS:
        raise NotADocument(Refusal.UNKNOWN, f"{ending or 'no ending'} is none of {list(FORMATS)}")
    code, _ = FORMATS[ending]
    with file.open("rb") as stream:
        if not stream.read(8).startswith(_FIRST_BYTES[code]):
            raise NotADocument(Refusal.WRONG_TYPE, f"The content is no {code}")
    return code

"""A page as a picture, with the words that may still be read laid over it unseen."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typst

from opendata_hub.adapters.typeset.fonts import FOLDERS, written_out
from opendata_hub.domain.errors import NotTypeset

_TEMPLATE = (Path(__file__).parent / "page_picture.typ").read_bytes()


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a page, in points from its left and top edge, and the words there."""

    left: float
    top: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page that is a picture now.

    width, height: in points. columns, rows: of its pixels, three bytes each, from the top left.
    words: what may be read. marks: what was blacked out, each with the words that stand on it.
    """

    width: float
    height: float
    columns: int
    rows: int
    pixels: bytes
    words: Sequence[Place]
    marks: Sequence[Place]


_AROUND = """#set document(date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image("{}")"""


def write_around(picture: Path) -> bytes:
    """A PDF of one page, as large as the picture that is all there is on it."""
    source = picture.with_name("around.typ")
    source.write_text(_AROUND.format(picture.name), encoding="utf-8")
    return _set(source)


def write_page(page: PagePicture, folder: Path) -> bytes:
    """The page as a PDF of its own; ``folder`` is written into. Raises NotTypeset."""
    told = {
        "width": page.width, "height": page.height, "columns": page.columns, "rows": page.rows,
        "words": [_told(each) for each in page.words],
        "marks": [{**_told(each), "label": each.text} for each in page.marks],
    }  # fmt: skip
    (folder / "page.typ").write_bytes(_TEMPLATE)
    (folder / "page.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / "page.rgb").write_bytes(page.pixels)
    return _set(folder / "page.typ")


def _set(source: Path) -> bytes:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FOLDERS)
    )
    try:
        return typst.compile(source, root=source.parent, font_paths=fonts)
    except typst.TypstError as problem:
        raise NotTypeset(f"The page can't be set: {problem.message}") from None


def _told(place: Place) -> dict[str, float | str]:
    return {**asdict(place), "text": written_out(place.text)}

"""A PDF in which something is blacked out: gone from the page, not covered on it.

The only module that speaks with PDFium. A page with something on it to be blacked out becomes a
picture, made after the black was painted; the words that may be read are laid over it anew, from
the letters that stand outside the black. Other pages are copied without what they carry, unless
they hold anything that a blacked out page holds, too: pages may share drawings and pictures, and a
copy takes along what a page could show, whether it does or not.
"""

import ctypes
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from opendata_hub.adapters.documents import pages
from opendata_hub.adapters.typeset.page_picture import PagePicture, Place, write_page
from opendata_hub.domain.answers.redaction import Box, Marks, Redacted
from opendata_hub.domain.catalog.document import Limits, Refusal
from opendata_hub.domain.errors import NotADocument, NotRedacted

DOTS_PER_INCH = 200
MOST_PIXELS = 25_000_000
"""Of one page: an A0 plan is drawn coarser than a letter."""
_POINTS_PER_INCH = 72
_MARGIN = 0.002
"""Of a page, around words that were found: no serif stays."""
_SLIVER = 0.05
_LABEL_POINTS, _LETTER_WIDTH = 9, 0.6
_TATWEEL = "\u0640"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a page, and where it stands, as parts of the page; a space stands nowhere."""

    text: str
    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0

    @property
    def is_placed(self) -> bool:
        """Whether it takes room on the page."""
        return self.right > self.left and self.bottom > self.top

    def is_under(self, box: Box) -> bool:
        """Whether more than a sliver of it lies under the box."""
        across = min(self.right, box.right) - max(self.left, box.left)
        down = min(self.bottom, box.bottom) - max(self.top, box.top)
        if across <= 0 or down <= 0:
            return False
        return across * down > _SLIVER * (self.right - self.left) * (self.bottom - self.top)

    def stands_in(self, box: Box) -> bool:
        """Whether its middle lies in the box."""
        across, down = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        return box.left < across < box.right and box.top < down < box.bottom


def write_redacted(file: Path, target: Path, marks: Marks, limits: Limits) -> Redacted:
    """Write the PDF without what is marked; raises NotADocument, and NotRedacted.

    Where pages hide something that a clean copy would keep, all of them become pictures without
    any text: what nobody saw is neither shown nor told.
    """
    folder = target.parent
    clean, hides = folder / "clean.pdf", False
    try:
        pages.write_alone(file, clean, limits)
    except NotADocument as problem:
        if problem.finding != Refusal.UNSAFE:
            raise
        clean, hides = file, True
    document = pdfium.PdfDocument(clean)
    letters = [list(_letters(page)) for page in document]
    boxes, missing = _all_boxes(letters, marks)
    parts = pages.parts_of_pages(clean)
    marked = {box.page for box in boxes}
    taken = frozenset[str]().union(*(parts[number - 1] for number in marked))
    made = pdfium.PdfDocument.new()
    pictures = []
    for number, page in enumerate(document, start=1):
        if number not in marked and not hides and not parts[number - 1] & taken:
            made.import_pages(document, [number - 1])
            continue
        here = [box for box in boxes if box.page == number]
        seen = [] if hides else letters[number - 1]
        picture = write_page(_picture(page, seen, here), folder)
        made.import_pages(pdfium.PdfDocument(picture))
        pictures.append(number)
    made.save(target)
    _require_gone(target, boxes, marks)
    _require_no_part_of(target, taken)
    return Redacted(tuple(boxes), missing, tuple(pictures))


def _all_boxes(
    letters: Sequence[Sequence[Letter]], marks: Marks
) -> tuple[list[Box], tuple[str, ...]]:
    """Every box, drawn or found by its words, and the words that stand nowhere."""
    for box in marks.boxes:
        if box.page > len(letters):
            raise NotRedacted(f"boxes: the document has {len(letters)} pages, not {box.page}")
    boxes, missing = list(marks.boxes), []
    for phrase in marks.phrases:
        found = [
            box
            for number, here in enumerate(letters, start=1)
            for box in _boxes_of(phrase.text, phrase.exception, here, number)
        ]
        boxes += found
        if not found:
            missing.append(phrase.text)
    if not boxes:
        raise NotRedacted("None of these words stands in the document as text; draw boxes instead")
    return boxes, tuple(missing)


def _boxes_of(words: str, exception: str, letters: Sequence[Letter], page: int) -> Iterator[Box]:
    """Where the words stand, a box for each line they run over."""
    wanted = "".join(text for text, _ in _plain([Letter(each) for each in words]))
    plain = list(_plain(letters))
    text = "".join(letter for letter, _ in plain)
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        hit = [letters[at] for _, at in plain[start:end] if letters[at].is_placed]
        for line in _lines(hit):
            yield _around(line, page, exception)
        start = text.find(wanted, end)


def _lines(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """The letters by the line they stand on: those that have some height in common."""
    line: list[Letter] = []
    for letter in letters:
        is_below = line and letter.top >= max(map(_bottom, line))
        is_above = line and letter.bottom <= min(map(_top, line))
        if is_below or is_above:
            yield line
            line = []
        line.append(letter)
    if line:
        yield line


def _top(letter: Letter) -> float:
    return letter.top


def _bottom(letter: Letter) -> float:
    return letter.bottom


def _around(letters: Sequence[Letter], page: int, exception: str) -> Box:
    return Box(
        page,
        max(0, min(each.left for each in letters) - _MARGIN),
        max(0, min(each.top for each in letters) - _MARGIN),
        min(1, max(each.right for each in letters) + _MARGIN),
        min(1, max(each.bottom for each in letters) + _MARGIN),
        exception,
    )


def _plain(letters: Sequence[Letter]) -> Iterator[tuple[str, int]]:
    """The letters and digits as they are compared, each with its place.

    No case, no accents or vowel signs, nothing between words: a word may be parted at the end of a
    line, a number written with points, an apostrophe in one of four ways.
    """
    for at, letter in enumerate(letters):
        for each in unicodedata.normalize("NFKD", letter.text).casefold():
            if each.isalnum() and each != _TATWEEL:
                yield each, at


def _letters(page: pdfium.PdfPage) -> Iterator[Letter]:
    """The letters of a page in the order in which they are read."""
    text = page.get_textpage()
    size = _Grid(page)
    for at in range(text.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(text, at)
        letter = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""  # noqa: PLR2004
        if letter in "\r\n":
            yield Letter("\n")
        elif letter:
            yield Letter(letter, *size.placed(*text.get_charbox(at)))


class _Grid:
    """Turns the coordinates of a page into parts of what one sees: turned, cut, from the top."""

    _STEPS = 100_000

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page

    def placed(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of it."""
        (a, b), (c, d) = self._seen(left, bottom), self._seen(right, top)
        return min(a, c), min(b, d), max(a, c), max(b, d)

    def _seen(self, x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(
            self._page, 0, 0, self._STEPS, self._STEPS, 0, x, y,
            ctypes.byref(across), ctypes.byref(down),
        )  # fmt: skip
        return across.value / self._STEPS, down.value / self._STEPS


def _picture(page: pdfium.PdfPage, letters: Sequence[Letter], boxes: Sequence[Box]) -> PagePicture:
    """The page as it is seen with the boxes painted on it, and the words that are left."""
    width, height = page.get_size()
    scale = DOTS_PER_INCH / _POINTS_PER_INCH
    scale *= min(1, sqrt(MOST_PIXELS / (width * height * scale * scale)))
    drawn = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False)
    for box in boxes:
        _paint(drawn, box)
    row = drawn.width * 3
    raw = bytes(drawn.buffer)
    pixels = b"".join(raw[at : at + row] for at in range(0, len(raw), drawn.stride))
    seen = [each for each in letters if not any(each.is_under(box) for box in boxes)]
    return PagePicture(
        width=width,
        height=height,
        columns=drawn.width,
        rows=drawn.height,
        pixels=pixels,
        words=[_place(words, width, height) for words in _runs(letters, frozenset(seen))],
        marks=[
            Place(
                box.left * width, box.top * height,
                (box.right - box.left) * width, (box.bottom - box.top) * height, box.exception,
            )
            for box in _labelled(boxes, width, height)
        ],
    )  # fmt: skip


def _labelled(boxes: Sequence[Box], width: float, height: float) -> Iterator[Box]:
    """The boxes that have room for the code of their exception, and lie under no other."""
    for box in boxes:
        is_free = not any(_overlap(box, other) for other in boxes if other is not box)
        needed = _LABEL_POINTS * _LETTER_WIDTH * len(box.exception)
        has_room = (box.right - box.left) * width >= needed
        if is_free and has_room and (box.bottom - box.top) * height >= _LABEL_POINTS:
            yield box


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.right and other.left < one.right
        and one.top < other.bottom and other.top < one.bottom
    )  # fmt: skip


def _paint(drawn: pdfium.PdfBitmap, box: Box) -> None:
    left, top = floor(box.left * drawn.width), floor(box.top * drawn.height)
    right, bottom = ceil(box.right * drawn.width), ceil(box.bottom * drawn.height)
    drawn.fill_rect((0, 0, 0, 255), left, top, right - left, bottom - top)


def _runs(letters: Sequence[Letter], seen: frozenset[Letter]) -> Iterator[list[Letter]]:
    """The letters that are left, line by line; what was blacked out parts them."""
    run: list[Letter] = []
    for letter in letters:
        is_space = letter.text.isspace() and letter.text != "\n"
        if letter in seen and (letter.is_placed or is_space):
            run.append(letter)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _place(run: Sequence[Letter], width: float, height: float) -> Place:
    placed = [each for each in run if each.is_placed] or run
    left, top = min(each.left for each in placed), min(each.top for each in placed)
    right, bottom = max(each.right for each in placed), max(each.bottom for each in placed)
    return Place(
        left * width, top * height, (right - left) * width, (bottom - top) * height,
        "".join(each.text for each in run),
    )  # fmt: skip


def _require_no_part_of(target: Path, taken: frozenset[str]) -> None:
    """Raise NotRedacted where a drawing or picture of a blacked out page is still in the file."""
    if pages.every_part(target) & taken:
        raise NotRedacted("A part of a blacked out page stayed in the file; nothing was kept")


def _require_gone(target: Path, boxes: Sequence[Box], marks: Marks) -> None:
    """Read what was written: raise NotRedacted where anything under a box can still be read."""
    written = [list(_letters(page)) for page in pdfium.PdfDocument(target)]
    for box in boxes:
        under = "".join(each.text for each in written[box.page - 1] if each.stands_in(box))
        if "".join(under.split()) not in {"", box.exception}:
            raise NotRedacted(f"Page {box.page}: words stayed under a box; nothing was kept")
    for phrase in marks.phrases:
        for number, letters in enumerate(written, start=1):
            if any(True for _ in _boxes_of(phrase.text, phrase.exception, letters, number)):
                raise NotRedacted(f"Page {number}: words stayed readable; nothing was kept")

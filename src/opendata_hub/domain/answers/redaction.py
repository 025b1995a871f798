"""What is to be blacked out in a document, and under which exception of the law."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from opendata_hub.domain.errors import Invalid

MOST_MARKS = 2_000
PHRASE_LENGTH = 300
SHORTEST_PHRASE = 2


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a page, as parts of its width and height from the left and the top edge.

    page: from 1. exception: code of the law; stands on the box.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float
    exception: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words to be blacked out wherever they stand; capital letters make no difference."""

    text: str
    exception: str


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is to be blacked out in one document."""

    boxes: tuple[Box, ...] = ()
    phrases: tuple[Phrase, ...] = ()

    @property
    def exceptions(self) -> tuple[str, ...]:
        """The codes of the law they carry, each once, in order."""
        boxes = {box.exception for box in self.boxes}
        return tuple(sorted(boxes | {phrase.exception for phrase in self.phrases}))


@dataclass(frozen=True, slots=True)
class Redacted:
    """What was done. boxes: all that was blacked out, those found by their words among them.

    missing: phrases that stand on no page as text; they may stand in a picture.
    pictures: the pages that are pictures now, from 1.
    """

    boxes: tuple[Box, ...]
    missing: tuple[str, ...]
    pictures: tuple[int, ...]


def checked(marks: Marks, exceptions: Collection[str]) -> Marks:
    """The same, with phrases trimmed; raises Invalid for what can't be drawn or is no exception.

    exceptions: codes that the law of the request knows.
    """
    if not marks.boxes and not marks.phrases:
        raise Invalid("marks: say what is to be blacked out: boxes, or words")
    if len(marks.boxes) + len(marks.phrases) > MOST_MARKS:
        raise Invalid(f"marks: at most {MOST_MARKS} at once")
    for code in marks.exceptions:
        if code not in exceptions:
            known = ", ".join(sorted(exceptions)) or "none"
            raise Invalid(f"exception: {code[:60]!r} is none of the law's: {known}")
    for number, box in enumerate(marks.boxes, start=1):
        _require_drawable(box, number)
    return Marks(marks.boxes, tuple(_trimmed(marks.phrases)))


def _require_drawable(box: Box, number: int) -> None:
    is_inside = 0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1
    if box.page < 1 or not is_inside:
        raise Invalid(f"boxes: number {number} is not inside a page (parts from 0 to 1)")


def _trimmed(phrases: Iterable[Phrase]) -> Iterable[Phrase]:
    for phrase in phrases:
        text = " ".join(phrase.text.split())
        if not SHORTEST_PHRASE <= len(text) <= PHRASE_LENGTH:
            raise Invalid(f"phrases: each has {SHORTEST_PHRASE} to {PHRASE_LENGTH} characters")
        yield Phrase(text, phrase.exception)

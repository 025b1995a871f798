"""XML of office documents: the texts in it by what carries them, and elements cut out of it.

Bytes are cut out where they stand and nothing is written anew: what stays is what was there, with
its prefixes and spaces, which other programs may be particular about.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from xml.etree import ElementTree as ET
from xml.parsers import expat

from opendata_hub.adapters.office.archive import local
from opendata_hub.domain.catalog.document.carriers import Carried, Carrier, is_somebody

CarrierOf = Callable[[ET.Element], Carrier | None]
"""What an element carries its text as; None where it is as its parent's."""


class Cut(Enum):
    """What becomes of an element: gone with all below, or only its own tags."""

    WHOLE = "whole"
    TAGS = "tags"


def told(root: ET.Element, carrier_of: CarrierOf, *, gaps: Mapping[str, str]) -> Iterator[Carried]:
    """The texts below ``root``, those of one carrier together.

    gaps: what an element's end stands for in a text, by its name: a new line after a paragraph.
    """
    aside: list[Carried] = []
    yield Carried(Carrier.TEXT, _told(root, Carrier.TEXT, carrier_of, gaps, aside))
    yield from aside


def cut(content: bytes, fates: Mapping[int, Cut]) -> bytes:
    """The XML without the elements of these numbers, in the order in which they begin, from 0."""
    measured = _measured(content)
    spans = [span for number, fate in fates.items() for span in measured[number].cut(fate)]
    kept, place = [], 0
    for start, end in sorted(spans):
        if start >= place:
            kept.append(content[place:start])
        place = max(place, end)
    return b"".join([*kept, content[place:]])


def chosen(root: ET.Element, fate_of: Callable[[ET.Element], Cut | None]) -> dict[int, Cut]:
    """The numbers of the elements that are to be cut, by what ``fate_of`` says of each."""
    fates = ((number, fate_of(each)) for number, each in enumerate(root.iter()))
    return {number: fate for number, fate in fates if fate}


class _Span:
    """Where an element stands: its first tag, and its last, which may be the same."""

    def __init__(self, start: int, head: int) -> None:
        self.start, self.head = start, head
        self.tail = self.end = head

    def cut(self, fate: Cut) -> list[tuple[int, int]]:
        """The bytes to leave out."""
        if fate is Cut.WHOLE:
            return [(self.start, self.end)]
        return [(self.start, self.head), (self.tail, self.end)]


def _told(
    element: ET.Element,
    carrier: Carrier,
    carrier_of: CarrierOf,
    gaps: Mapping[str, str],
    aside: list[Carried],
) -> str:
    """The text of an element; what is carried otherwise goes ``aside``, as one text each."""
    parts = [element.text or ""]
    for each in element:
        own = carrier_of(each) or carrier
        text = _told(each, own, carrier_of, gaps, aside)
        if own is carrier:
            parts.append(text)
        elif text.strip() and (own is not Carrier.AUTHOR or is_somebody(text)):
            aside.append(Carried(own, text))
        parts += [gaps.get(local(each), ""), each.tail or ""]
    return "".join(parts)


def _measured(content: bytes) -> list[_Span]:
    parser = expat.ParserCreate()
    spans: list[_Span] = []
    inside: list[_Span] = []

    def begin(_name: str, _attributes: object) -> None:
        start = parser.CurrentByteIndex
        inside.append(_Span(start, _end_of_tag(content, start)))
        spans.append(inside[-1])

    def end(_name: str) -> None:
        span = inside.pop()
        if content[span.head - 2 : span.head] != b"/>":
            span.tail = parser.CurrentByteIndex
            span.end = _end_of_tag(content, span.tail)

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(content, True)
    return spans


def _end_of_tag(content: bytes, start: int) -> int:
    """Behind the bracket that closes the tag; one within quotes closes nothing."""
    quote = 0
    for place in range(start, len(content)):
        byte = content[place]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == ord(">"):
            return place + 1
    return len(content)

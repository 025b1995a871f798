"""What programs write about a document as XMP (ISO 16684-1): a packet of RDF/XML."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from opendata_hub.adapters.office.archive import local
from opendata_hub.domain.catalog.document.carriers import Carried, Carrier, is_somebody

_AUTHORS = frozenset(
    {"creator", "author", "authors", "artist", "lastmodifiedby", "ownername", "manager", "byline"}
)
_SERIALS = frozenset({"serialnumber", "lensserialnumber", "bodyserialnumber"})
_THUMBNAILS = frozenset({"thumbnails"})
_LONGEST = 4_194_304


def carried(packet: bytes) -> Iterator[Carried]:
    """All that a packet says; one that is no XML is taken as one text."""
    packet = packet[:_LONGEST]
    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet or b"\0" in packet:
        yield Carried(Carrier.PROPERTY, packet.replace(b"\0", b"").decode("utf-8", "replace"))
        return
    try:
        # No declarations are left that could do harm: see above.
        root = ET.fromstring(packet.strip(b"\0 \r\n\t"))  # noqa: S314
    except (ET.ParseError, LookupError, ValueError):
        yield Carried(Carrier.PROPERTY, packet.decode("utf-8", "replace"))
        return
    yield from _below(root, Carrier.PROPERTY)


def _below(element: ET.Element, carrier: Carrier) -> Iterator[Carried]:
    own = _carrier_of(local(element), carrier)
    if own is Carrier.LOCATION or own is Carrier.LEFTOVER:
        yield Carried(own)
    for name, value in element.attrib.items():
        yield from _said(_carrier_of(name.rpartition("}")[2], own), value)
    yield from _said(own, element.text or "")
    for each in element:
        yield from _below(each, own)


def _said(carrier: Carrier, text: str) -> Iterator[Carried]:
    if text.strip() and (carrier is not Carrier.AUTHOR or is_somebody(text)):
        yield Carried(carrier, text)


def _carrier_of(name: str, inherited: Carrier) -> Carrier:
    lower = name.lower()
    if lower in _AUTHORS:
        return Carrier.AUTHOR
    if lower in _SERIALS:
        return Carrier.DEVICE
    if lower in _THUMBNAILS:
        return Carrier.LEFTOVER
    return Carrier.LOCATION if lower.startswith("gps") else inherited

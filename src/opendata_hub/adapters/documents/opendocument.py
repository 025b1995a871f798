"""OpenDocument texts (.odt): what they say, what they carry beside it, and a copy without that.

Source: OASIS OpenDocument 1.3, part 3.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from opendata_hub.adapters.documents import parts as files
from opendata_hub.adapters.documents import pictures
from opendata_hub.adapters.documents.contents import Contents
from opendata_hub.adapters.documents.markup import Cut, chosen, cut, told
from opendata_hub.adapters.office.archive import Archive, attribute, local, words
from opendata_hub.domain.catalog.document import Limits, Refusal
from opendata_hub.domain.catalog.document.carriers import Carried, Carrier, is_somebody
from opendata_hub.domain.errors import NotADocument

CONTENT, STYLES, META, SETTINGS = "content.xml", "styles.xml", "meta.xml", "settings.xml"
MANIFEST = "META-INF/manifest.xml"
MEDIA_TYPE = b"application/vnd.oasis.opendocument.text"
GAPS: Mapping[str, str] = {
    "p": "\n", "h": "\n", "line-break": "\n", "tab": " ", "s": " ", "table-cell": "\n",
}  # fmt: skip
_CARRIERS: Mapping[str, Carrier] = {
    "annotation": Carrier.COMMENT,
    "tracked-changes": Carrier.REVISION,
    "hidden-text": Carrier.HIDDEN_TEXT,
    "hidden-paragraph": Carrier.HIDDEN_TEXT,
    "event-listener": Carrier.SCRIPT,
    "script": Carrier.SCRIPT,
    "form": Carrier.FORM,
    "object": Carrier.EMBEDDED,
    "object-ole": Carrier.EMBEDDED,
    "plugin": Carrier.EMBEDDED,
    "applet": Carrier.EMBEDDED,
    "variable-decls": Carrier.PROPERTY,
    "user-field-decls": Carrier.PROPERTY,
    "title": Carrier.PROPERTY,
    "desc": Carrier.PROPERTY,
}
_IN_NOTES = frozenset({"creator", "initials", "sender-initials"})
_AUTHORS = frozenset({"creator", "initial-creator", "printed-by"})
_MARKS = frozenset({"change", "change-start", "change-end", "annotation-end"})
_PLAIN = ("manifest.rdf", "layout-cache", "thumbnails/", "configurations2/")
_PARTS: Mapping[str, Carrier] = {
    "basic/": Carrier.SCRIPT,
    "scripts/": Carrier.SCRIPT,
    "object": Carrier.EMBEDDED,
    "database": Carrier.EMBEDDED,
    "meta-inf/documentsignatures": Carrier.FORM,
    "meta-inf/macrosignatures": Carrier.FORM,
}
_TELLING = frozenset({"PrinterName", "PrinterSetup", "PrintFaxName", "Rsid", "RsidRoot"})
"""Settings that tell of those who wrote, not of how it looks."""
_KEPT = ("pictures/", "fonts/", "objectreplacements/")


def read(file: Path, limits: Limits) -> Contents:
    """The text and all that the document carries; raises NotADocument."""
    with files.opened(file, limits) as parts:
        _require_text(parts)
        # All of it now: the archive is closed when this is left.
        return Contents(_pages(parts), iter(list(_carried(parts, limits))))


def write_alone(file: Path, target: Path, limits: Limits) -> None:
    """Write a copy that shows the same, and carries nothing else; raises NotADocument."""
    with files.opened(file, limits) as parts:
        _require_text(parts)
        kept = {"mimetype": MEDIA_TYPE}
        for name in (CONTENT, STYLES):
            if name in parts.names:
                root = parts.tree(name)
                fates = chosen(root, _fate_of(_hidden_styles(parts)))
                kept[name] = cut(parts.read(name), fates)
        if SETTINGS in parts.names:
            fates = chosen(parts.tree(SETTINGS), _fate_of_setting)
            kept[SETTINGS] = cut(parts.read(SETTINGS), fates)
        for name in parts.names:
            if name.lower().startswith(_KEPT) and not name.endswith("/"):
                kept[name] = pictures.alone(parts.read(name))
        kept[MANIFEST] = _manifest(parts, kept)
    files.write(kept, target)


def _require_text(parts: Archive) -> None:
    if CONTENT not in parts.names or "mimetype" not in parts.names:
        raise NotADocument(Refusal.WRONG_TYPE, "This is no OpenDocument")
    if parts.read("mimetype").strip() != MEDIA_TYPE:
        raise NotADocument(Refusal.WRONG_TYPE, "This OpenDocument is no text")
    if MANIFEST in parts.names and b"encryption-data" in parts.read(MANIFEST):
        raise NotADocument(Refusal.ENCRYPTED, "The text has a password")


def _pages(parts: Archive) -> int:
    """As many as the program that wrote the text has counted."""
    if META not in parts.names:
        return 0
    for each in parts.tree(META).iter():
        count = attribute(each, "page-count")
        if count.isdecimal():
            return int(count[:6])
    return 0


def _carried(parts: Archive, limits: Limits) -> Iterator[Carried]:
    hidden = _hidden_styles(parts)
    for name in (CONTENT, STYLES):
        if name in parts.names:
            root = parts.tree(name)
            yield from told(root, _carrier_of(hidden), gaps=GAPS)
            yield from _marked(root, hidden)
    for name in parts.names:
        if name not in {CONTENT, STYLES, "mimetype", MANIFEST} and not name.endswith("/"):
            yield from _part(parts, name, limits)


def _carrier_of(hidden: frozenset[str]) -> Callable[[ET.Element], Carrier | None]:
    def carrier_of(element: ET.Element) -> Carrier | None:
        name = local(element)
        if name in _IN_NOTES:
            return Carrier.AUTHOR
        if _is_hidden(element, hidden):
            return Carrier.HIDDEN_TEXT
        return _CARRIERS.get(name)

    return carrier_of


def _is_hidden(element: ET.Element, hidden: frozenset[str]) -> bool:
    if local(element) == "section" and attribute(element, "display") in {"none", "condition"}:
        return True
    return local(element) in {"span", "p", "h"} and attribute(element, "style-name") in hidden


def _marked(root: ET.Element, hidden: frozenset[str]) -> Iterator[Carried]:
    """What is carried without a text of its own, and addresses."""
    for each in root.iter():
        carrier = _carrier_of(hidden)(each)
        if carrier and carrier not in {Carrier.PROPERTY, Carrier.AUTHOR}:
            yield Carried(carrier, attribute(each, "string-value"))
        if href := attribute(each, "href"):
            yield Carried(Carrier.LINK, href)


def _hidden_styles(parts: Archive) -> frozenset[str]:
    """The names of styles whose text is not shown, and of those made after them."""
    styles = [
        style
        for name in (CONTENT, STYLES)
        if name in parts.names
        for style in parts.tree(name).iter()
        if local(style) == "style"
    ]
    hidden: set[str] = set()
    for _ in range(3):  # heirs of heirs of heirs
        for style in styles:
            is_none = any(
                local(each) == "text-properties" and attribute(each, "display") == "none"
                for each in style
            )
            if is_none or attribute(style, "parent-style-name") in hidden:
                hidden.add(attribute(style, "name"))
    return frozenset(hidden - {""})


def _part(parts: Archive, name: str, limits: Limits) -> Iterator[Carried]:
    lower = name.lower()
    if lower == META:
        yield from _meta(parts.tree(name))
    elif lower == SETTINGS:
        for each in parts.tree(name).iter():
            if attribute(each, "name") in _TELLING and each.text:
                yield Carried(Carrier.PROPERTY, each.text)
    elif lower.startswith("pictures/"):
        yield from pictures.carried(parts.read(name), limits)
    elif not lower.startswith((*_PLAIN, *_KEPT)):
        carrier = next((c for start, c in _PARTS.items() if lower.startswith(start)), None)
        yield Carried(carrier or Carrier.LEFTOVER)
        if lower.endswith((".xml", ".rdf")):
            for text in words(parts.tree(name)):
                yield Carried(carrier or Carrier.LEFTOVER, text)


def _meta(root: ET.Element) -> Iterator[Carried]:
    for each in root.iter():
        text = each.text or ""
        is_author = local(each) in _AUTHORS
        if text.strip() and (not is_author or is_somebody(text)):
            yield Carried(Carrier.AUTHOR if is_author else Carrier.PROPERTY, text)


def _fate_of(hidden: frozenset[str]) -> Callable[[ET.Element], Cut | None]:
    gone = {name for name, carrier in _CARRIERS.items() if carrier is not Carrier.PROPERTY}

    def fate_of(element: ET.Element) -> Cut | None:
        name = local(element)
        if name in gone or name in _MARKS or _is_hidden(element, hidden):
            return Cut.WHOLE
        return None

    return fate_of


def _fate_of_setting(element: ET.Element) -> Cut | None:
    return Cut.WHOLE if attribute(element, "name") in _TELLING else None


def _manifest(parts: Archive, kept: Mapping[str, bytes]) -> bytes:
    """The list of parts without those that are gone."""
    if MANIFEST not in parts.names:
        raise NotADocument(Refusal.BROKEN, "The OpenDocument has no list of its parts")

    def fate_of(element: ET.Element) -> Cut | None:
        if local(element) != "file-entry":
            return None
        path = attribute(element, "full-path")
        return None if path == "/" or path in kept else Cut.WHOLE

    return cut(parts.read(MANIFEST), chosen(parts.tree(MANIFEST), fate_of))

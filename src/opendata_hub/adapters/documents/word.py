"""Word documents (.docx): what they say, what they carry beside it, and a copy without that.

Source: ECMA-376, parts 1 (WordprocessingML) and 2 (packages).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

from opendata_hub.adapters.documents import parts as files
from opendata_hub.adapters.documents import pictures
from opendata_hub.adapters.documents.contents import Contents
from opendata_hub.adapters.documents.markup import Cut, chosen, cut, told
from opendata_hub.adapters.office.archive import Archive, attribute, local, words
from opendata_hub.domain.catalog.document import Limits, Refusal
from opendata_hub.domain.catalog.document.carriers import Carried, Carrier, is_somebody
from opendata_hub.domain.errors import NotADocument

DOCUMENT, STYLES, SETTINGS = "word/document.xml", "word/styles.xml", "word/settings.xml"
TYPES = "[Content_Types].xml"
GAPS: Mapping[str, str] = {"p": "\n", "br": "\n", "cr": "\n", "tab": " ", "tc": "\n"}
_TOLD = ("word/header", "word/footer", "word/footnotes", "word/endnotes", DOCUMENT)
_PLAIN = (
    "word/theme/", "word/fonttable.xml", "word/numbering.xml", "word/styles",
    "word/websettings.xml", "word/fonts/", "word/charts/", "word/diagrams/", "word/drawings/",
    "word/ink/", SETTINGS,
)  # fmt: skip
_PARTS: Mapping[str, Carrier] = {
    "word/comments": Carrier.COMMENT,
    "word/people": Carrier.AUTHOR,
    "word/vbaproject": Carrier.SCRIPT,
    "word/vbadata": Carrier.SCRIPT,
    "word/activex/": Carrier.SCRIPT,
    "word/embeddings/": Carrier.EMBEDDED,
    "word/attachedtoolbars": Carrier.SCRIPT,
    "_xmlsignatures/": Carrier.FORM,
}
_KEPT = (*_TOLD, *_PLAIN, "word/media/", "word/_rels/", "_rels/", TYPES.lower())
"""What a copy is made of."""
_TAKEN_BACK = frozenset({"del", "moveFrom", "cellDel"})
_ADDED = frozenset({"ins", "moveTo", "cellIns"})
_FORMATTED = frozenset(
    {
        "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tcPrChange", "trPrChange",
        "tblGridChange", "tblPrExChange", "numberingChange",
    }
)  # fmt: skip
_MARKS = frozenset(
    {
        "commentRangeStart", "commentRangeEnd", "commentReference", "moveFromRangeStart",
        "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd", "proofErr", "permStart",
        "permEnd",
    }
)  # fmt: skip
_AUTHORS = frozenset({"creator", "lastModifiedBy", "Manager"})
_EMBEDDING = frozenset({"OLEObject", "control", "externalData"})
_SET = frozenset({"docVars", "rsids", "mailMerge", "attachedTemplate", "docId", "trackRevisions"})
"""Settings that tell of those who wrote, not of how it looks."""


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
        hidden, kept = _hidden_styles(parts), {}
        names = frozenset(name for name in parts.names if name.lower().startswith(_KEPT))
        for name in (each for each in parts.names if each in names and _source(each) in names):
            kept[name] = _alone(parts, name, hidden, names)
    files.write(kept, target)


def _require_text(parts: Archive) -> None:
    if TYPES not in parts.names or DOCUMENT not in parts.names:
        raise NotADocument(Refusal.WRONG_TYPE, "This is no Word document")


def _pages(parts: Archive) -> int:
    """As many as Word has counted."""
    if "docProps/app.xml" not in parts.names:
        return 0
    counts = (e.text or "" for e in parts.tree("docProps/app.xml").iter() if local(e) == "Pages")
    return next((int(each[:6]) for each in counts if each.isdecimal()), 0)


def _carried(parts: Archive, limits: Limits) -> Iterator[Carried]:
    hidden = _hidden_styles(parts)
    for name in parts.names:
        lower = name.lower()
        if lower.startswith(_TOLD) and lower.endswith(".xml"):
            root = parts.tree(name)
            yield from told(root, _carrier_of(hidden), gaps=GAPS)
            yield from _marked(root, hidden)
        elif not lower.endswith("/") and name != TYPES:
            yield from _part(parts, name, limits)


def _carrier_of(hidden: frozenset[str]) -> Callable[[ET.Element], Carrier | None]:
    def carrier_of(element: ET.Element) -> Carrier | None:
        name = local(element)
        if name in _TAKEN_BACK:
            return Carrier.REVISION
        if name in {"instrText", "docPr"}:
            return Carrier.PROPERTY
        return Carrier.HIDDEN_TEXT if _is_hidden(element, hidden) else None

    return carrier_of


def _marked(root: ET.Element, hidden: frozenset[str]) -> Iterator[Carried]:
    """What is carried without a text of its own, who changed something, and alternative texts."""
    for each in root.iter():
        name = local(each)
        if name in _TAKEN_BACK | _ADDED | _FORMATTED:
            yield Carried(Carrier.REVISION)
        elif name in _EMBEDDING:
            yield Carried(Carrier.EMBEDDED)
        elif _is_hidden(each, hidden) and any(local(below) == "t" for below in each.iter()):
            yield Carried(Carrier.HIDDEN_TEXT)
        if is_somebody(author := attribute(each, "author")):
            yield Carried(Carrier.AUTHOR, author)
        if name in {"docPr", "cNvPr"}:
            yield Carried(Carrier.PROPERTY, attribute(each, "descr"))


def _is_hidden(element: ET.Element, hidden: frozenset[str]) -> bool:
    """Whether a run or a paragraph is not shown, by itself or by its style."""
    name = local(element)
    if name not in {"r", "p"}:
        return False
    for properties in element:
        if local(properties) == f"{name}Pr":
            return _says_hidden(properties, hidden)
    return False


def _says_hidden(properties: ET.Element, hidden: frozenset[str]) -> bool:
    for each in properties:
        name, value = local(each), attribute(each, "val")
        if name == "vanish":
            return value not in {"0", "false", "off"}
        if name in {"rStyle", "pStyle"} and value in hidden:
            return True
    return False


def _hidden_styles(parts: Archive) -> frozenset[str]:
    """The ids of styles whose text is not shown, and of those made after them."""
    if STYLES not in parts.names:
        return frozenset()
    styles = [each for each in parts.tree(STYLES).iter() if local(each) == "style"]
    hidden: set[str] = set()
    for _ in range(3):  # heirs of heirs of heirs
        for style in styles:
            based = {attribute(each, "val") for each in style if local(each) == "basedOn"}
            runs = [each for each in style if local(each) == "rPr"]
            if based & hidden or any(_says_hidden(each, frozenset()) for each in runs):
                hidden.add(attribute(style, "styleId"))
    return frozenset(hidden - {""})


def _part(parts: Archive, name: str, limits: Limits) -> Iterator[Carried]:
    lower = name.lower()
    if lower.endswith(".rels"):
        for each in parts.tree(name).iter():
            if attribute(each, "TargetMode") == "External":
                yield Carried(Carrier.LINK, attribute(each, "Target"))
    elif lower.startswith("word/media/"):
        yield from pictures.carried(parts.read(name), limits)
    elif lower.startswith("docprops/"):
        yield from _properties(parts, name)
    elif lower.startswith(_PLAIN):
        if lower.endswith(".xml") and not lower.startswith("word/theme/"):
            root = parts.tree(name)
            yield from (Carried(Carrier.EMBEDDED) for e in root.iter() if local(e) in _EMBEDDING)
            yield from (Carried(Carrier.PROPERTY, text) for text in words(root))
    else:
        yield from _otherwise(parts, name)


def _otherwise(parts: Archive, name: str) -> Iterator[Carried]:
    """A part that no page shows; people.xml is a list of those who changed something."""
    lower = name.lower()
    found = next((c for start, c in _PARTS.items() if lower.startswith(start)), None)
    carrier = found or Carrier.LEFTOVER
    yield Carried(carrier)
    if lower.endswith(".xml"):
        root = parts.tree(name)
        yield from (Carried(carrier, each.text) for each in told(root, _nothing, gaps=GAPS))
        authors = (attribute(each, "author") for each in root.iter())
        yield from (Carried(Carrier.AUTHOR, each) for each in authors if is_somebody(each))


def _nothing(_element: ET.Element) -> None:
    """All below is as its parent."""


def _properties(parts: Archive, name: str) -> Iterator[Carried]:
    if not name.lower().endswith(".xml"):
        return
    for each in parts.tree(name).iter():
        text, is_author = each.text or "", local(each) in _AUTHORS
        if text.strip() and (not is_author or is_somebody(text)):
            yield Carried(Carrier.AUTHOR if is_author else Carrier.PROPERTY, text)


def _alone(parts: Archive, name: str, hidden: frozenset[str], kept: frozenset[str]) -> bytes:
    """A part of the copy."""
    content, lower = parts.read(name), name.lower()
    if lower.startswith("word/media/"):
        return pictures.alone(content)
    if name == TYPES:
        return cut(content, chosen(parts.tree(name), _gone_types(kept)))
    if lower.endswith(".rels"):
        return cut(content, chosen(parts.tree(name), _gone_relations(name, kept)))
    if lower.endswith(".xml") and lower.startswith((*_TOLD, "word/charts/", SETTINGS)):
        return cut(content, chosen(parts.tree(name), _fate_of(hidden)))
    return content


def _fate_of(hidden: frozenset[str]) -> Callable[[ET.Element], Cut | None]:
    gone = _TAKEN_BACK | _FORMATTED | _MARKS | _EMBEDDING | _SET

    def fate_of(element: ET.Element) -> Cut | None:
        name = local(element)
        if name in _ADDED:
            return Cut.TAGS if len(element) else Cut.WHOLE
        if name in gone or (name == "r" and _is_hidden(element, hidden)):
            return Cut.WHOLE
        return None

    return fate_of


def _source(name: str) -> str:
    """The part whose relations a part tells; itself where it tells none, or those of the whole."""
    path = PurePosixPath(name)
    if path.suffix != ".rels" or path.parent == PurePosixPath("_rels"):
        return name
    return str(path.parent.parent / path.stem)


def _gone_types(kept: frozenset[str]) -> Callable[[ET.Element], Cut | None]:
    def fate_of(element: ET.Element) -> Cut | None:
        is_gone = attribute(element, "PartName").lstrip("/") not in kept
        return Cut.WHOLE if local(element) == "Override" and is_gone else None

    return fate_of


def _gone_relations(name: str, kept: frozenset[str]) -> Callable[[ET.Element], Cut | None]:
    """Relations to parts that are gone, and to templates and data elsewhere."""
    folder = PurePosixPath(name).parent.parent

    def fate_of(element: ET.Element) -> Cut | None:
        if local(element) != "Relationship":
            return None
        target = attribute(element, "Target")
        if attribute(element, "TargetMode") == "External":
            is_link = attribute(element, "Type").endswith(("/hyperlink", "/image"))
            return None if is_link else Cut.WHOLE
        inside = target.lstrip("/") if target.startswith("/") else str(folder / target)
        return None if _plain_path(inside) in kept else Cut.WHOLE

    return fate_of


def _plain_path(path: str) -> str:
    """A path without steps back: ``word/charts/../media/a.png`` is ``word/media/a.png``."""
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)

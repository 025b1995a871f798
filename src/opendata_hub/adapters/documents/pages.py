"""PDF: what its pages say, what it carries beside them, and a copy with the pages alone.

The only module that speaks with pypdf. Every object that can be reached from the document is
looked at, whatever it hangs on: what is hidden is hidden in places that no list foresees.
Source: ISO 32000-2.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from opendata_hub.adapters.documents import pictures, xmp
from opendata_hub.adapters.documents.contents import Contents
from opendata_hub.domain.catalog.document import Limits, Refusal
from opendata_hub.domain.catalog.document.carriers import Carried, Carrier, is_somebody
from opendata_hub.domain.errors import NotADocument

_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition",
        "/Movie", "/Sound", "/RichMediaExecute", "/ResetForm", "/Hide", "/SetOCGState", "/Trans",
        "/GoTo3DView",
    }
)  # fmt: skip
_LINKS = frozenset({"/URI", "/GoTo", "/Named"})
_EMBEDDED = frozenset({"/EF", "/RF"})
_PRIVATE = frozenset({"/PieceInfo", "/Thumb", "/Collection", "/SpiderInfo", "/LastModified"})
_FONT = frozenset({"/Font", "/FontDescriptor", "/Encoding", "/CMap"})
_EMBEDDING = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
_STORED = "/EmbeddedFile"
_TAKEN_OUT = frozenset({"/Page", "/Annot", "/Filespec", _STORED})
_TECHNICAL = frozenset(
    {"/Registry", "/Ordering", "/Lang", "/CharSet", "/FontFamily", "/OutputConditionIdentifier"}
)
_ELSEWHERE = frozenset({"/Parent", "/ColorSpace", "/P", "/StructParent"})
"""What leads away from what a page shows."""
_DROPPED = (
    "/Metadata", "/AA", "/PieceInfo", "/Thumb", "/Collection", "/AcroForm", "/SpiderInfo",
    "/EmbeddedFiles", "/JavaScript", "/EF", "/RF", "/AF", "/LastModified", "/Perms", "/DSS",
)  # fmt: skip
_START = re.compile(rb"(?:^|[\r\n])startxref\s")
_INVISIBLE = 3
_UNREADABLE = (
    PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError,
    AssertionError, OverflowError, ZeroDivisionError, RecursionError,
)  # fmt: skip
"""What pypdf raises over a page that it can't read."""


def read(file: Path, limits: Limits) -> Contents:
    """The PDF's pages and all that it carries; raises NotADocument."""
    content = file.read_bytes()
    reader = _opened(file, content, limits)
    return Contents(len(reader.pages), _carried(reader, content, limits))


def write_alone(file: Path, target: Path, limits: Limits) -> None:
    """Write the pages as they are seen, with links and outline, and nothing else.

    Raises NotADocument, also for what is hidden on the pages themselves, a layer or invisible text:
    a copy without the layers would show it, and to cut it out is to draw the page anew.
    """
    reader = _opened(file, file.read_bytes(), limits)
    pages = (_of_page(page, number) for number, page in enumerate(reader.pages, start=1))
    for carried in (*_of_layers(_root(reader)), *chain.from_iterable(pages)):
        if carried.carrier is not Carrier.TEXT:
            raise NotADocument(Refusal.UNSAFE, "What is hidden on a page stays: print it anew")
    writer = PdfWriter()
    writer.clone_document_from_reader(reader)
    for each in list(_dictionaries(writer.root_object, set())):
        _strip(each)
    writer.metadata = None
    _sweep(writer)
    with target.open("wb") as stream:
        writer.write(stream)


def parts_of_pages(file: Path) -> list[frozenset[str]]:
    """For each page the digests of all that it could show: its contents, drawings and pictures.

    Fonts are left out but those that are drawn anew for each letter, and so are colour profiles.
    """
    known: dict[int, str] = {}
    return [frozenset(_parts(page, known)) for page in PdfReader(file).pages]


def every_part(file: Path) -> frozenset[str]:
    """The digests of everything in the file that could show something, referred to or not."""
    reader = PdfReader(file)
    numbers = {*reader.xref_objStm, *(number for part in reader.xref.values() for number in part)}
    found = (reader.get_object(number) for number in sorted(numbers))
    return frozenset(_digest(each) for each in found if isinstance(each, StreamObject))


def _parts(page: DictionaryObject, known: dict[int, str]) -> Iterator[str]:
    seen: set[int] = set()
    ahead: list[Any] = [page.get("/Contents"), page.get("/Resources")]
    while ahead:
        each = ahead.pop()
        if isinstance(each, IndirectObject):
            if each.idnum in seen:
                continue
            seen.add(each.idnum)
            found = each.get_object()
            if isinstance(found, StreamObject):
                yield known.setdefault(each.idnum, _digest(found))
            each = found
        if isinstance(each, DictionaryObject):
            is_font = _name(each, "/Type") == "/Font" and _name(each, "/Subtype") != "/Type3"
            if not is_font:
                ahead.extend(value for key, value in dict.items(each) if key not in _ELSEWHERE)
        elif isinstance(each, ArrayObject):
            ahead.extend(list.__iter__(each))


def _digest(stream: StreamObject) -> str:
    return hashlib.sha256(stream._data).hexdigest()  # noqa: SLF001  (as it is stored)


def _sweep(writer: PdfWriter) -> None:
    """Let go of every object that the document no longer leads to.

    pypdf 7.1 keeps those that refer to one another: an attachment without its name, for one.
    """
    root = writer.root_object
    reached = {root.indirect_reference.idnum} if root.indirect_reference else set[int]()
    for _ in _dictionaries(root, reached):
        pass
    objects = writer._objects  # noqa: SLF001  (there is no other way)
    for number in range(1, len(objects) + 1):
        if number not in reached:
            objects[number - 1] = None


def _opened(file: Path, content: bytes, limits: Limits) -> PdfReader:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells strangers' words to the log
    if b"%%EOF" not in content:
        raise NotADocument(Refusal.BROKEN, "The PDF is cut off: its end is missing")
    reader = PdfReader(file)
    if reader.is_encrypted:
        raise NotADocument(Refusal.ENCRYPTED, "The PDF is encrypted")
    if len(reader.pages) > limits.pages:
        raise NotADocument(Refusal.TOO_LARGE, f"The PDF has {len(reader.pages):,} pages")
    if not reader.pages:
        raise NotADocument(Refusal.BROKEN, "The PDF has no page")
    return reader


def _root(reader: PdfReader) -> DictionaryObject:
    root = reader.trailer["/Root"].get_object()
    if not isinstance(root, DictionaryObject):
        raise NotADocument(Refusal.BROKEN, "The PDF has no catalogue")
    return root


def _carried(reader: PdfReader, content: bytes, limits: Limits) -> Iterator[Carried]:
    yield from _of_file(content)
    yield from _of_properties(reader)
    root = _root(reader)
    yield from _of_layers(root)
    for number, page in enumerate(reader.pages, start=1):
        yield from _of_page(page, number)
    reached: set[int] = set()
    for each in _dictionaries(root, reached):
        yield from _of_dictionary(each, limits)
    yield from _of_orphans(reader, reached)


def _of_file(content: bytes) -> Iterator[Carried]:
    """Earlier versions, which every save may leave in front, and what follows the end."""
    is_linear = b"/Linearized" in content[:2048]
    if len(_START.findall(content)) > (2 if is_linear else 1):
        yield Carried(Carrier.REVISION)
    after = content.rpartition(b"%%EOF")[2].strip(b"\0\r\n \t")
    if after:
        yield Carried(Carrier.LEFTOVER, after[:65_536].decode("latin-1"))


def _of_properties(reader: PdfReader) -> Iterator[Carried]:
    info = reader.trailer.get("/Info")
    info = info.get_object() if info is not None else None
    if not isinstance(info, DictionaryObject):
        return
    for key, value in info.items():
        text = str(value.get_object())
        if key not in {"/Author", "/Manager"}:
            yield Carried(Carrier.PROPERTY, text)
        elif is_somebody(text):
            yield Carried(Carrier.AUTHOR, text)


def _of_layers(root: DictionaryObject) -> Iterator[Carried]:
    """Layers that are off at first, in whichever configuration."""
    layers = _dictionary(root.get("/OCProperties"))
    configurations = [layers.get("/D"), *_array(layers.get("/Configs"))]
    for each in configurations:
        chosen = _dictionary(each)
        if _array(chosen.get("/OFF")) or chosen.get("/BaseState") == "/OFF":
            yield Carried(Carrier.HIDDEN_LAYER)


def _of_page(page: Any, number: int) -> Iterator[Carried]:
    """The text of a page; what is invisible is a scan's where there is a picture, else hidden."""
    seen: set[str] = set()

    def note(operator: bytes, operands: list[Any], *_: object) -> None:
        if operator == b"Tr" and operands and operands[0] == _INVISIBLE:
            seen.add("invisible")
        elif operator in {b"Do", b"INLINE IMAGE"}:
            seen.add("picture")

    try:
        text = page.extract_text(visitor_operand_before=note)
    except (LimitReachedError, MemoryError):
        raise
    except _UNREADABLE:
        text = ""
    if seen == {"invisible"}:
        yield Carried(Carrier.HIDDEN_TEXT, "", number)
    yield Carried(Carrier.TEXT, text, number)


def _of_orphans(reader: PdfReader, reached: set[int]) -> Iterator[Carried]:
    """Pages, notes and files that were taken out of the document and not out of its file."""
    listed = {*reader.xref_objStm, *(number for part in reader.xref.values() for number in part)}
    for number in sorted(listed - reached):
        try:
            each = reader.get_object(number)
        except _UNREADABLE:
            continue
        if isinstance(each, DictionaryObject) and _name(each, "/Type") in _TAKEN_OUT:
            yield Carried(Carrier.LEFTOVER)


def _dictionaries(root: DictionaryObject, seen: set[int]) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached, once, with those of streams; ``seen`` gets numbers."""
    ahead: list[Any] = [root]
    while ahead:
        each = ahead.pop()
        if isinstance(each, IndirectObject):
            if each.idnum in seen:
                continue
            seen.add(each.idnum)
            each = each.get_object()
        if isinstance(each, DictionaryObject):
            yield each
            ahead.extend(dict.values(each))
        elif isinstance(each, ArrayObject):
            ahead.extend(list.__iter__(each))


def _of_dictionary(each: DictionaryObject, limits: Limits) -> Iterator[Carried]:
    type_, subtype = _name(each, "/Type"), _name(each, "/Subtype")
    if type_ == "/Metadata" and isinstance(each, StreamObject):
        yield from xmp.carried(each.get_data())
    elif subtype == "/Image" and isinstance(each, StreamObject):
        if _is_jpeg(each):
            yield from pictures.carried(each._data, limits)  # noqa: SLF001  (as it is stored)
    elif type_ not in _FONT:
        yield from _of_strings(each, _carrier_of(each))


def _of_strings(each: DictionaryObject, carrier: Carrier) -> Iterator[Carried]:
    """A dictionary as what it is, and its strings."""
    if carrier not in {Carrier.PROPERTY, Carrier.LINK}:
        yield Carried(carrier)
    if _PRIVATE.intersection(each):
        yield Carried(Carrier.LEFTOVER)
    for key, text in _strings(each):
        is_author = key == "/T" and carrier is Carrier.COMMENT
        if is_author and is_somebody(text):
            yield Carried(Carrier.AUTHOR, text)
        elif not is_author and key not in _TECHNICAL:
            yield Carried(carrier, text)


def _carrier_of(each: DictionaryObject) -> Carrier:
    """What a dictionary is, by its marks."""
    subtype, action = _name(each, "/Subtype"), _name(each, "/S")
    if _EMBEDDED.intersection(each) or subtype in _EMBEDDING or _name(each, "/Type") == _STORED:
        return Carrier.EMBEDDED
    if action in _ACTIONS or "/JS" in each:
        return Carrier.SCRIPT
    if action in _LINKS:
        return Carrier.LINK
    if _is_filled_in(each) or "/XFA" in each:
        return Carrier.FORM
    is_note = "/Rect" in each and subtype not in {"", "/Link", "/Popup", "/Widget"}
    return Carrier.COMMENT if is_note else Carrier.PROPERTY


def _is_filled_in(each: DictionaryObject) -> bool:
    """Whether it is a field of a form with a value; a box without a tick is none."""
    if _name(each, "/Subtype") != "/Widget" and "/FT" not in each:
        return False
    value = each.get("/V")
    return value is not None and str(value.get_object()) not in {"", "/Off"}


def _strings(each: DictionaryObject) -> Iterator[tuple[str, str]]:
    for key, value in dict.items(each):
        found = value.get_object() if isinstance(value, IndirectObject) else value
        listed = list.__iter__(found) if isinstance(found, ArrayObject) else (found,)
        for one in listed:
            if isinstance(one, str) and not isinstance(one, NameObject):
                yield str(key), str(one)
            elif isinstance(one, bytes):
                yield str(key), one.decode("latin-1")
        if key in {"/RC", "/JS", "/XFA"} and isinstance(found, StreamObject):
            yield str(key), found.get_data().decode("utf-8", "replace")


def _strip(each: DictionaryObject) -> None:
    """Take away what is not seen; links to addresses and pages stay."""
    for key in _DROPPED:
        each.pop(NameObject(key), None)
    if _name(_dictionary(each.get("/OpenAction")), "/S") not in {"", *_LINKS}:
        each.pop(NameObject("/OpenAction"))
    if _name(_dictionary(each.get("/A")), "/S") not in {"", *_LINKS}:
        each.pop(NameObject("/A"))
    if "/Annots" in each:
        links = [note for note in _array(each["/Annots"]) if _is_link(note)]
        each[NameObject("/Annots")] = ArrayObject(links)
    if isinstance(each, StreamObject) and _is_jpeg(each):
        each._data = pictures.alone(each._data)  # noqa: SLF001  (as it is stored)


def _is_link(note: Any) -> bool:
    found = _dictionary(note)
    found.pop(NameObject("/Contents"), None)
    action = _name(_dictionary(found.get("/A")), "/S")
    return _name(found, "/Subtype") == "/Link" and action in {"", *_LINKS}


def _is_jpeg(stream: StreamObject) -> bool:
    """Whether its bytes are a JPEG as they are stored; one filter may stand alone or in a list."""
    filters = _array(stream.get("/Filter")) or [_name(stream, "/Filter")]
    return [str(each) for each in filters] == ["/DCTDecode"]


def _name(each: DictionaryObject, key: str) -> str:
    """The name that stands there; empty for anything else."""
    value = each.get(key)
    value = value.get_object() if value is not None else None
    return str(value) if isinstance(value, NameObject) else ""


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _array(value: Any) -> list[Any]:
    found = value.get_object() if value is not None else None
    return list(list.__iter__(found)) if isinstance(found, ArrayObject) else []

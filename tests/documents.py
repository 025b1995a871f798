"""Documents made for tests, byte by byte or with pypdf: fictional, small, each with its carrier."""

# ruff: noqa: SLF001  (pypdf adds objects of our own making by a method it does not show)

import io
import struct
import zipfile
import zlib

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

TEXT = "Le conseil communal approuve le budget de la fontaine."
PHONE = "06 12 34 56 78"
RECT = ArrayObject([FloatObject(each) for each in (10, 10, 100, 40)])


def names(**values):
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in values.items()})


def page(writer, text=TEXT, *, operators="BT /F1 12 Tf 72 720 Td ({}) Tj ET"):
    """A page with one line, in a font that every reader has."""
    made = writer.add_blank_page(595, 842)
    content = DecodedStreamObject()
    content.set_data(operators.format(text).encode("latin-1"))
    font = names(
        Type=NameObject("/Font"), Subtype=NameObject("/Type1"), BaseFont=NameObject("/Helvetica"),
        Encoding=NameObject("/WinAnsiEncoding"),
    )  # fmt: skip
    made[NameObject("/Resources")] = names(Font=names(F1=font))
    made[NameObject("/Contents")] = writer._add_object(content)
    return made


def written(writer):
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def pdf(change=lambda _: None, *, texts=(TEXT,)):
    """A PDF of a page for each text; ``change`` puts a carrier into it."""
    writer = PdfWriter()
    writer.metadata = None
    for text in texts:
        page(writer, text)
    change(writer)
    return written(writer)


def shared_drawing(name):
    """Two pages with the same resources; what one of them draws hangs on the other as well."""
    writer = PdfWriter()
    writer.metadata = None
    first, second = page(writer, "rien"), page(writer, "La page deux.")
    font = first["/Resources"]["/Font"]
    form = DecodedStreamObject()
    form.set_data(f"BT /F1 12 Tf 72 600 Td (Dossier de {name}) Tj ET".encode())
    form.update(
        names(
            Type=NameObject("/XObject"), Subtype=NameObject("/Form"),
            BBox=ArrayObject([FloatObject(each) for each in (0, 0, 595, 842)]),
            Resources=names(Font=font),
        )
    )  # fmt: skip
    drawing = writer._add_object(form)
    resources = writer._add_object(names(Font=font, XObject=names(Fm1=drawing)))
    drawn = DecodedStreamObject()
    drawn.set_data(b"q /Fm1 Do Q")
    first[NameObject("/Contents")] = writer._add_object(drawn)
    first[NameObject("/Resources")] = second[NameObject("/Resources")] = resources
    return written(writer)


def with_author(writer):
    writer.add_metadata({"/Author": "Personne Fictive"})


def with_subject(writer):
    writer.add_metadata({"/Subject": f"tel {PHONE}"})


def with_xmp(writer):
    stream = StreamObject()
    stream._data = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Personne '
        b"Fictive</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    stream.update(names(Type=NameObject("/Metadata"), Subtype=NameObject("/XML")))
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)


def with_note(writer):
    writer.add_annotation(0, FreeText(text=f"Appeler {PHONE}", rect=(50, 50, 200, 100)))


def with_attachment(writer):
    writer.add_attachment("noms.csv", b"nom,telephone\n")


def with_script(writer):
    action = names(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert('bonjour');"))
    tree = names(Names=ArrayObject([TextStringObject("debut"), writer._add_object(action)]))
    writer.root_object[NameObject("/Names")] = names(JavaScript=tree)


def with_launch(writer):
    action = names(S=NameObject("/Launch"), F=TextStringObject("calc.exe"))
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def with_field(writer):
    field = names(
        Type=NameObject("/Annot"), Subtype=NameObject("/Widget"), FT=NameObject("/Tx"),
        T=TextStringObject("telephone"), V=TextStringObject(PHONE), Rect=RECT,
    )  # fmt: skip
    added = writer._add_object(field)
    writer.pages[0][NameObject("/Annots")] = ArrayObject([added])
    writer.root_object[NameObject("/AcroForm")] = names(Fields=ArrayObject([added]))


def with_hidden_layer(writer):
    layer = writer._add_object(names(Type=NameObject("/OCG"), Name=TextStringObject("brouillon")))
    writer.root_object[NameObject("/OCProperties")] = names(
        OCGs=ArrayObject([layer]), D=names(OFF=ArrayObject([layer]))
    )


def with_invisible_text(writer):
    page(writer, "note interne", operators="BT /F1 12 Tf 3 Tr 72 720 Td ({}) Tj ET")


def with_private_data(writer):
    writer.pages[0][NameObject("/PieceInfo")] = names(
        Programme=names(Private=TextStringObject("brouillon"))
    )


def with_a_page_taken_out(writer):
    writer._add_object(names(Type=NameObject("/Page"), Old=TextStringObject("brouillon")))


def with_picture_of_a_place(writer):
    image = StreamObject()
    image._data = jpeg(exif(gps=True))
    image.update(
        names(
            Type=NameObject("/XObject"), Subtype=NameObject("/Image"),
            Filter=ArrayObject([NameObject("/DCTDecode")]),
            Width=NumberObject(1), Height=NumberObject(1),
            ColorSpace=NameObject("/DeviceRGB"), BitsPerComponent=NumberObject(8),
        )
    )  # fmt: skip
    writer.pages[0][NameObject("/Resources")][NameObject("/XObject")] = names(
        I1=writer._add_object(image)
    )


def with_link(writer):
    writer.add_annotation(0, Link(rect=(50, 50, 200, 100), url="https://commune.example/"))


PDF_CARRIERS = {
    "document:author": with_author,
    "document:comment": with_note,
    "document:embedded-file": with_attachment,
    "document:script": with_script,
    "document:form": with_field,
    "document:hidden-layer": with_hidden_layer,
    "document:hidden-text": with_invisible_text,
    "document:leftover": with_private_data,
    "document:location": with_picture_of_a_place,
}


def with_an_earlier_version(content=None):
    """What a program appends when it saves a PDF without writing it anew."""
    reader = PdfReader(io.BytesIO(content or pdf()))
    writer = PdfWriter(reader, incremental=True)
    page(writer, "Une page de plus")
    return written(writer)


def encrypted_pdf():
    writer = PdfWriter()
    page(writer)
    writer.encrypt("", "secret", algorithm="RC4-128")
    return written(writer)


def pdf_bomb(size=400_000_000):
    """A page whose content unpacks from some hundred kilobytes into as many bytes."""
    packer = zlib.compressobj(9)
    packed = [packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)]
    writer = PdfWriter()
    made = page(writer)
    content = StreamObject()
    content._data = b"".join([*packed, packer.flush()])
    content[NameObject("/Filter")] = NameObject("/FlateDecode")
    made[NameObject("/Contents")] = writer._add_object(content)
    return written(writer)


def slow_pdf():
    """A small file whose one page draws itself thousands of times."""
    writer = PdfWriter()
    made = page(writer)
    content = DecodedStreamObject()
    content.set_data(b"BT /F1 12 Tf (" + b"a" * 60 + b") Tj ET\n")
    below = writer._add_object(content)
    for _ in range(8):
        content = DecodedStreamObject()
        content.set_data(b"/X Do " * 40)
        content.update(
            names(
                Type=NameObject("/XObject"), Subtype=NameObject("/Form"), BBox=RECT,
                Resources=names(XObject=names(X=below)),
            )
        )  # fmt: skip
        below = writer._add_object(content)
    made[NameObject("/Resources")][NameObject("/XObject")] = names(X=below)
    start = DecodedStreamObject()
    start.set_data(b"/X Do")
    made[NameObject("/Contents")] = writer._add_object(start)
    return written(writer)


# -- pictures ------------------------------------------------------------------------------------


def exif(*, gps=False, owner="", serial="", turned=1):
    """A TIFF of one folder, big-endian."""
    entries = [(0x0112, 3, 1, struct.pack(">HH", turned, 0))]
    body, place = b"", 8 + 2 + 12 * (1 + gps + bool(owner) + bool(serial)) + 4
    for tag, text in ((0xA430, owner), (0xA431, serial)):
        if text:
            value = text.encode() + b"\0\0\0\0"
            entries.append((tag, 2, len(value), struct.pack(">I", place + len(body))))
            body += value
    if gps:
        entries.append((0x8825, 4, 1, struct.pack(">I", 8)))
    folder = b"".join(struct.pack(">HHI", *each[:3]) + each[3] for each in sorted(entries))
    head = b"MM\0*" + struct.pack(">IH", 8, len(entries))
    return head + folder + bytes(4) + body


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(tiff=b"", *, comment=b"", extra=b"", end=b"\xff\xd9"):
    """A JPEG that is one as far as its segments go."""
    parts = [b"\xff\xd8", segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    if tiff:
        parts.append(segment(0xE1, b"Exif\0\0" + tiff))
    if comment:
        parts.append(segment(0xFE, comment))
    parts += [
        extra, segment(0xDB, bytes(65)), segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
        segment(0xC4, bytes(17)), segment(0xDA, b"\x01\x01\0\0\x3f\0"), b"\x12\xff\0\x34", end,
    ]  # fmt: skip
    return b"".join(parts)


def chunk(name, data):
    crc = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + crc


def png(*chunks, width=1, height=1, end=True, rows=b"\0\x7f"):
    """A PNG of one grey pixel with further chunks."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows))
    tail = chunk(b"IEND", b"") if end else b""
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + body + tail


# -- archives ------------------------------------------------------------------------------------

ODF = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("style", "style"), ("meta", "meta"),
        ("script", "script"), ("draw", "drawing"), ("manifest", "manifest"),
    )
) + (
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)  # fmt: skip
ODT_TYPE = "application/vnd.oasis.opendocument.text"


def archive(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


def odt(body=f"<text:p>{TEXT}</text:p>", *, head="", more=None, meta=""):
    """An OpenDocument text; ``more`` are parts beside its content."""
    content = (
        f"<office:document-content {ODF}>{head}<office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    parts = {"mimetype": ODT_TYPE, "content.xml": content, **(more or {})}
    if meta:
        parts["meta.xml"] = (
            f"<office:document-meta {ODF}><office:meta>{meta}</office:meta></office:document-meta>"
        )
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}"/>'
        for name in parts
        if name != "mimetype"
    )
    parts["META-INF/manifest.xml"] = (
        f'<manifest:manifest {ODF}><manifest:file-entry manifest:full-path="/"/>{entries}'
        "</manifest:manifest>"
    )
    return archive(parts)


HIDDEN_STYLE = (
    '<office:automatic-styles><style:style style:name="T1"><style:text-properties '
    'text:display="none"/></style:style></office:automatic-styles>'
)
ODT_CARRIERS = {
    "document:author": {"meta": "<dc:creator>Personne Fictive</dc:creator>"},
    "document:comment": {
        "body": f"<text:p>{TEXT}<office:annotation><dc:creator>Personne Fictive</dc:creator>"
        f"<text:p>Appeler {PHONE}</text:p></office:annotation></text:p>"
    },
    "document:revision": {
        "body": "<text:tracked-changes><text:changed-region><text:deletion><text:p>ancien montant"
        f"</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>{TEXT}"
        "</text:p>"
    },
    "document:hidden-text": {
        "head": HIDDEN_STYLE,
        "body": f'<text:p>{TEXT}<text:span text:style-name="T1">à ne pas lire</text:span></text:p>',
    },
    "document:script": {"more": {"Basic/Standard/Module1.xml": "<script/>"}},
    "document:embedded-file": {
        "body": f'<text:p>{TEXT}<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>'
        "</text:p>",
        "more": {"Object 1/content.xml": "<a>tableau</a>"},
    },
    "document:leftover": {"more": {"reste.bin": "oublié"}},
    "document:location": {"more": {"Pictures/1.jpg": jpeg(exif(gps=True))}},
}

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def docx(body=f"<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>", *, more=None, relations=""):
    """A Word document; ``more`` are parts beside its text."""
    parts = {
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}'
        "</Relationships>",
        **(more or {}),
    }
    overrides = "".join(f'<Override PartName="/{name}" ContentType="x"/>' for name in parts)
    return archive({"[Content_Types].xml": f'<Types xmlns="{TYPES}">{overrides}</Types>', **parts})


def run(text, properties=""):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


DOCX_CARRIERS = {
    "document:author": {
        "more": {"docProps/core.xml": "<c><lastModifiedBy>Personne Fictive</lastModifiedBy></c>"}
    },
    "document:comment": {
        "more": {
            "word/comments.xml": f'<w:comments {W}><w:comment w:author="Personne Fictive"><w:p>'
            f"{run(PHONE)}</w:p></w:comment></w:comments>"
        },
        "relations": '<Relationship Id="r1" Type="t/comments" Target="comments.xml"/>',
    },
    "document:revision": {
        "body": f'<w:p>{run(TEXT)}<w:del w:author="Personne Fictive"><w:r><w:delText>ancien'
        "</w:delText></w:r></w:del><w:ins>" + run(" et le vote") + "</w:ins></w:p>"
    },
    "document:hidden-text": {
        "body": f"<w:p>{run(TEXT)}{run('à ne pas lire', '<w:vanish/>')}</w:p>"
    },
    "document:script": {"more": {"word/vbaProject.bin": "macro"}},
    "document:embedded-file": {"more": {"word/embeddings/1.xlsx": "tableau"}},
    "document:leftover": {"more": {"customXml/item1.xml": "<a>reste</a>"}},
    "document:location": {"more": {"word/media/1.jpg": jpeg(exif(gps=True))}},
}

JPEG_CARRIERS = {
    "document:location": {"tiff": exif(gps=True)},
    "document:author": {"tiff": exif(owner="Personne Fictive")},
    "document:device": {"tiff": exif(serial="SN-0000-1")},
    "document:comment": {"comment": b"note interne"},
    "document:leftover": {"end": b"\xff\xd9PK\x03\x04autre fichier"},
}
PNG_CARRIERS = {
    "document:location": chunk(b"eXIf", exif(gps=True)),
    "document:author": chunk(b"tEXt", b"Author\0Personne Fictive"),
    "document:comment": chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"note interne")),
    "document:leftover": chunk(b"prVt", b"brouillon"),
}

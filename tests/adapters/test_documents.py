"""What documents carry beside their pages is found, and is gone from a clean copy."""

import io
import zipfile

import pytest
from pypdf import PdfReader

import documents as made
from opendata_hub.adapters import documents
from opendata_hub.adapters.documents import exif, pictures, worker
from opendata_hub.domain.catalog.document import FORMATS, Limits, Refusal, findings
from opendata_hub.domain.errors import NotADocument

CASES = [
    *(("a.pdf", made.pdf(change), code) for code, change in made.PDF_CARRIERS.items()),
    ("a.pdf", made.pdf(made.with_xmp), "document:author"),
    ("a.pdf", made.pdf(made.with_launch), "document:script"),
    ("a.pdf", made.pdf(made.with_a_page_taken_out), "document:leftover"),
    ("a.docx", made.docx(more={"word/unknown.bin": "x"}), "document:leftover"),
    ("a.pdf", made.with_an_earlier_version(), "document:revision"),
    ("a.pdf", made.pdf() + b"PK\x03\x04", "document:leftover"),
    *(("a.odt", made.odt(**given), code) for code, given in made.ODT_CARRIERS.items()),
    *(("a.docx", made.docx(**given), code) for code, given in made.DOCX_CARRIERS.items()),
    *(("a.jpg", made.jpeg(**given), code) for code, given in made.JPEG_CARRIERS.items()),
    *(("a.png", made.png(given), code) for code, given in made.PNG_CARRIERS.items()),
    ("a.png", made.png() + b"PK", "document:leftover"),
    (
        "a.odt",
        made.odt(
            "<text:p>Texte</text:p>",
            head="<office:scripts><office:event-listeners><script:event-listener/>"
            "</office:event-listeners></office:scripts>",
        ),
        "document:script",
    ),
]
PLAIN = {
    "a.pdf": made.pdf(),
    "b.pdf": made.pdf(made.with_link),
    "a.odt": made.odt(),
    # As LibreOffice writes a text without macros, forms and listeners.
    "b.odt": made.odt(
        "<office:forms/><text:p>Texte</text:p>",
        head="<office:scripts><office:event-listeners/></office:scripts>",
        meta="<meta:generator>LibreOffice/7.4</meta:generator>",
    ),
    "a.docx": made.docx(),
    "a.jpg": made.jpeg(exif.only_orientation(6)),
    "a.png": made.png(made.chunk(b"tEXt", b"Software\0Un programme")),
}


def read(content, name, folder, **limits):
    """What is read in this process, as the worker does it in its own."""
    file = folder / "given"
    file.write_bytes(content)
    return worker.read(file, name, Limits(**limits))


def refusal(content, name, folder, **limits):
    file = folder / "given"
    file.write_bytes(content)
    with pytest.raises(NotADocument) as refused:
        documents.read(file, file_name=name, limits=Limits(**limits))
    return refused.value.finding


@pytest.mark.parametrize(("name", "content", "carrier"), CASES)
def test_a_carrier_is_found_and_gone_from_the_copy(tmp_path, name, content, carrier):
    assert carrier in read(content, name, tmp_path)["carriers"]
    copy = tmp_path / "copy"
    write = worker.WRITERS[FORMATS[f".{name[2:]}"][0]]
    if carrier in {"document:hidden-layer", "document:hidden-text"} and name == "a.pdf":
        with pytest.raises(NotADocument, match="unsafe-document"):
            write(tmp_path / "given", copy, Limits())
        return
    write(tmp_path / "given", copy, Limits())
    left = read(copy.read_bytes(), name, tmp_path)
    assert set(left["carriers"]) <= {"document:text", "document:file-name", "document:property"}
    assert left["traces"] == []


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_document_carries_nothing_that_stops_it(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(PLAIN[name])
    found = findings(documents.read(file, file_name=name), "fr")
    is_picture = name in {"a.jpg", "a.png"}
    assert [each.code for each in found] == (["text-not-searchable"] if is_picture else [])


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", made.pdf()), ("a.odt", made.odt()), ("a.docx", made.docx())],
)
def test_the_text_of_a_document_is_read_and_stays_in_its_copy(tmp_path, name, content):
    file, copy = tmp_path / name, tmp_path / f"copy-{name}"
    file.write_bytes(content)
    documents.write_clean(file, copy, file_name=name)
    for each in (file, copy):
        assert documents.read(each, file_name=name).document.text == made.TEXT


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.pdf", made.pdf(texts=(made.TEXT, f"Tel. {made.PHONE}")), ["document:text", 2]),
        ("a.pdf", made.pdf(made.with_subject), ["document:property", 0]),
        ("a.pdf", made.pdf(made.with_note), ["document:comment", 0]),
        ("a.pdf", made.pdf(made.with_field), ["document:form", 0]),
        ("a.odt", made.odt(f"<text:p>Tel. {made.PHONE}</text:p>"), ["document:text", 0]),
        ("a.odt", made.odt(**made.ODT_CARRIERS["document:comment"]), ["document:comment", 0]),
        ("a.docx", made.docx(f"<w:p>{made.run(made.PHONE)}</w:p>"), ["document:text", 0]),
        ("a.docx", made.docx(**made.DOCX_CARRIERS["document:comment"]), ["document:comment", 0]),
        ("a.jpg", made.jpeg(comment=made.PHONE.encode()), ["document:comment", 0]),
        (
            "a.png",
            made.png(made.chunk(b"tEXt", b"Title\0" + made.PHONE.encode())),
            ["document:property", 0],
        ),
        (f"{made.PHONE.replace(' ', '_')}.pdf", made.pdf(), ["document:file-name", 0]),
    ],
)
def test_personal_data_is_found_wherever_it_stands(tmp_path, name, content, place):
    traces = read(content, name, tmp_path)["traces"]
    assert ["personal-phone", *place] in [list(trace) for trace in traces]


def test_a_word_and_its_number_on_two_lines_belong_together(tmp_path):
    body = "<text:p>Carte nationale d'identité</text:p><text:p>AB123456</text:p>"
    traces = read(made.odt(body), "a.odt", tmp_path)["traces"]
    assert traces == [("personal-cin", "document:text", 0)]


def test_a_scan_is_told_to_be_without_text(tmp_path):
    scan = made.pdf(texts=(made.TEXT, ""))
    told = read(scan, "a.pdf", tmp_path)
    assert (told["pages"], told["silent_pages"], told["text"]) == (2, 1, made.TEXT)


def test_invisible_text_over_a_picture_is_a_scan_that_was_read(tmp_path):
    def scanned(writer):
        made.page(writer, "page lue", operators="/I1 Do BT /F1 12 Tf 3 Tr ({}) Tj ET")

    told = read(made.pdf(scanned), "a.pdf", tmp_path)
    assert "document:hidden-text" not in told["carriers"]
    assert "page lue" in told["text"]


@pytest.mark.parametrize(
    ("name", "content", "finding"),
    [
        ("a.exe", b"MZ\x90\0", Refusal.UNKNOWN),
        ("programme.pdf", b"MZ\x90\0" + bytes(500), Refusal.WRONG_TYPE),
        ("a.png", made.jpeg(), Refusal.WRONG_TYPE),
        ("a.odt", made.docx(), Refusal.WRONG_TYPE),
        ("a.docx", made.odt(), Refusal.WRONG_TYPE),
        ("a.pdf", b"", Refusal.WRONG_TYPE),
        ("a.pdf", made.pdf()[:-60], Refusal.BROKEN),
        ("a.pdf", b"%PDF-1.7\nrien\n%%EOF\n", Refusal.BROKEN),
        ("a.odt", made.odt()[:-40], Refusal.BROKEN),
        ("a.odt", made.odt("<text:p>"), Refusal.BROKEN),
        ("a.jpg", made.jpeg(end=b""), Refusal.BROKEN),
        ("a.png", made.png(end=False), Refusal.BROKEN),
        ("a.png", made.png().replace(b"IDAT", b"IDAX"), Refusal.BROKEN),
        ("a.pdf", made.encrypted_pdf(), Refusal.ENCRYPTED),
        ("a.odt", made.archive({"mimetype": made.ODT_TYPE, "content.xml": "<!DOCTYPE a><a/>"}),
         Refusal.UNSAFE),
        ("a.odt", made.odt(more={"x.xml": b" " * 40_000_000}), Refusal.BOMB),
        ("a.png", made.png(width=60_000, height=60_000), Refusal.TOO_LARGE),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_with_its_code(tmp_path, name, content, finding):
    assert refusal(content, name, tmp_path) == finding


def test_a_document_past_a_limit_is_refused(tmp_path):
    assert refusal(made.pdf(), "a.pdf", tmp_path, size_bytes=100) == Refusal.TOO_LARGE
    assert refusal(made.pdf(texts="ab"), "a.pdf", tmp_path, pages=1) == Refusal.TOO_LARGE


def test_a_pdf_that_unpacks_into_too_much_is_refused(tmp_path):
    assert refusal(made.pdf_bomb(), "a.pdf", tmp_path) == Refusal.BOMB


def test_a_pdf_that_keeps_its_reader_busy_is_given_up(tmp_path):
    assert refusal(made.slow_pdf(), "a.pdf", tmp_path, seconds=1) == Refusal.TOO_SLOW


def test_a_clean_copy_of_a_picture_keeps_its_pixels_and_how_it_is_turned():
    original = made.jpeg(made.exif(gps=True, owner="Personne Fictive", turned=6))
    copy = pictures.jpeg_alone(original)
    assert exif.orientation(copy[copy.index(b"MM\0*") :]) == 6
    picture = original[original.index(b"\xff\xdb") :]
    assert copy.endswith(picture)
    assert pictures.png_alone(made.png(made.PNG_CARRIERS["document:author"])) == made.png()


def test_a_clean_copy_of_a_pdf_keeps_links_to_addresses(tmp_path):
    (tmp_path / "given").write_bytes(made.pdf(made.with_link))
    worker.WRITERS["PDF"](tmp_path / "given", tmp_path / "copy", Limits())
    notes = PdfReader(tmp_path / "copy").pages[0]["/Annots"]
    assert notes[0].get_object()["/A"]["/URI"] == "https://commune.example/"


def test_the_bytes_of_an_attachment_are_not_left_in_a_clean_pdf(tmp_path):
    (tmp_path / "given").write_bytes(made.pdf(made.with_attachment))
    worker.WRITERS["PDF"](tmp_path / "given", tmp_path / "copy", Limits())
    assert b"nom,telephone" in (tmp_path / "given").read_bytes()
    assert b"noms" not in (tmp_path / "copy").read_bytes()
    assert b"nom,telephone" not in (tmp_path / "copy").read_bytes()


def test_a_clean_copy_of_a_word_document_keeps_what_was_added_and_drops_what_was_taken(tmp_path):
    given = made.docx(**made.DOCX_CARRIERS["document:revision"])
    (tmp_path / "given").write_bytes(given)
    worker.WRITERS["DOCX"](tmp_path / "given", tmp_path / "copy", Limits())
    told = read((tmp_path / "copy").read_bytes(), "a.docx", tmp_path)
    assert told["text"] == f"{made.TEXT} et le vote"


def test_a_clean_word_document_names_no_part_that_is_gone(tmp_path):
    (tmp_path / "given").write_bytes(made.docx(**made.DOCX_CARRIERS["document:comment"]))
    worker.WRITERS["DOCX"](tmp_path / "given", tmp_path / "copy", Limits())
    with zipfile.ZipFile(io.BytesIO((tmp_path / "copy").read_bytes())) as parts:
        assert not [name for name in parts.namelist() if b"comments" in parts.read(name)]


def test_settings_stay_in_a_copy_without_what_they_tell_of_people(tmp_path):
    item = '<c:config-item xmlns:c="c" c:name="{}">{}</c:config-item>'
    kept = item.format("AddParaTableSpacing", "true")
    settings = f"<s>{item.format('PrinterName', made.PHONE)}{kept}</s>"
    word = f"<w:settings {made.W}><w:docVars><w:docVar w:val='{made.PHONE}'/></w:docVars>{{}}"
    even = "<w:evenAndOddHeaders/></w:settings>"
    for name, content, part, left in (
        ("a.odt", made.odt(more={"settings.xml": settings}), "settings.xml", f"<s>{kept}</s>"),
        (
            "a.docx",
            made.docx(more={"word/settings.xml": word.format(even)}),
            "word/settings.xml",
            f"<w:settings {made.W}>{even}",
        ),
    ):
        traces = read(content, name, tmp_path)["traces"]
        assert traces == [("personal-phone", "document:property", 0)]
        worker.WRITERS[name[2:].upper()](tmp_path / "given", tmp_path / "copy", Limits())
        with zipfile.ZipFile(tmp_path / "copy") as parts:
            assert parts.read(part).decode() == left


def test_the_text_that_is_kept_has_a_limit(tmp_path):
    long = made.odt(f"<text:p>{'é' * 1000}</text:p>")
    assert len(read(long, "a.odt", tmp_path, text_bytes=101)["text"].encode()) == 100

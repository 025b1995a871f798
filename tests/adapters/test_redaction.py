"""What is blacked out is gone from the file, and the rest can still be read."""

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
import typst
from pypdf import PdfReader
from pypdf.generic import StreamObject

import documents
from opendata_hub.adapters import documents as adapter
from opendata_hub.adapters.typeset.fonts import FOLDERS
from opendata_hub.domain.answers.redaction import Box, Marks, Phrase
from opendata_hub.domain.catalog.document import Refusal
from opendata_hub.domain.errors import NotADocument, NotRedacted

NAME = "Personne Fictive"
LINE = f"Le dossier de {NAME}, habitant la rue du Puits, est complet."


def redacted(tmp_path, content, marks, name="plan.pdf"):
    file, target = tmp_path / "source", tmp_path / "out" / "redacted.pdf"
    target.parent.mkdir()
    file.write_bytes(content)
    told = adapter.write_redacted(file, target, marks, file_name=name)
    return told, target


def arabic_pdf(text):
    source = f'#set text(lang: "ar", font: "Amiri")\n{text}'.encode()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=list(FOLDERS))
    return typst.compile({"main": source}, font_paths=fonts)


def text_of(file):
    return [" ".join(page.extract_text().split()) for page in PdfReader(file).pages]


def test_words_are_gone_from_text_and_picture_and_the_rest_stays(tmp_path):
    content = documents.pdf(texts=(LINE, "Une autre page."))
    told, file = redacted(tmp_path, content, Marks(phrases=(Phrase(NAME.upper(), "privacy"),)))
    first, second = text_of(file)
    assert NAME not in first
    assert first.startswith("Le dossier de")
    assert first.endswith("rue du Puits, est complet.") or "rue du Puits" in first
    assert second == "Une autre page."
    assert told.pictures == (1,)
    assert [box.page for box in told.boxes] == [1]
    assert NAME.encode() not in file.read_bytes()


def test_the_page_with_black_on_it_is_a_picture_and_the_black_is_black(tmp_path):
    told, file = redacted(
        tmp_path, documents.pdf(texts=(LINE,)), Marks(phrases=(Phrase(NAME, "x"),))
    )
    page = pdfium.PdfDocument(file)[0]
    drawn = page.render(scale=2)
    (box,) = told.boxes
    row = int((box.top + box.bottom) / 2 * drawn.height)
    at = row * drawn.stride + int((box.left + 0.002) * drawn.width) * drawn.n_channels
    assert bytes(drawn.buffer)[at : at + 3] == b"\0\0\0"
    kinds = {each.type for each in page.get_objects(max_depth=5)}
    assert pdfium_c.FPDF_PAGEOBJ_IMAGE in kinds


def test_a_box_takes_what_stands_under_it(tmp_path):
    told, file = redacted(
        tmp_path, documents.pdf(texts=(LINE,)), Marks(boxes=(Box(1, 0, 0, 1, 0.5, "privacy"),))
    )
    assert text_of(file) == ["privacy"]
    assert told.missing == ()


def test_words_that_run_over_two_lines_are_found(tmp_path):
    operators = "BT /F1 12 Tf 72 720 Td (Le dossier de Personne) Tj 0 -20 Td (Fictive, {}) Tj ET"
    content = documents.pdf(lambda writer: documents.page(writer, "rue", operators=operators))
    told, file = redacted(tmp_path, content, Marks(phrases=(Phrase(NAME, "privacy"),)))
    assert len(told.boxes) == 2
    assert "Fictive" not in text_of(file)[1]


def test_words_that_stand_nowhere_are_told_and_alone_they_are_refused(tmp_path):
    marks = Marks(phrases=(Phrase(NAME, "privacy"), Phrase("Inconnu", "privacy")))
    told, _ = redacted(tmp_path, documents.pdf(texts=(LINE,)), marks)
    assert told.missing == ("Inconnu",)
    (tmp_path / "again").mkdir()
    with pytest.raises(NotRedacted, match="draw boxes"):
        redacted(tmp_path / "again", documents.pdf(), Marks(phrases=(Phrase("Inconnu", "x"),)))


def test_a_box_on_a_page_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotRedacted, match="1 pages"):
        redacted(tmp_path, documents.pdf(), Marks(boxes=(Box(2, 0, 0, 1, 1, "x"),)))


def test_what_the_file_carries_goes_with_it(tmp_path):
    for number, change in enumerate(
        (documents.with_author, documents.with_note, documents.with_attachment)
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        content = documents.pdf(change, texts=(LINE, "Deux."))
        _, file = redacted(folder, content, Marks(phrases=(Phrase(NAME, "privacy"),)))
        reading = adapter.read(file, file_name="plan.pdf")
        assert {each.value for each in reading.carriers} <= {
            "document:text", "document:file-name", "document:property",
        }  # fmt: skip


def test_hidden_text_is_neither_shown_nor_told(tmp_path):
    content = documents.pdf(documents.with_invisible_text, texts=(LINE,))
    told, file = redacted(tmp_path, content, Marks(boxes=(Box(1, 0, 0, 0.1, 0.1, "x"),)))
    assert all(page in {"", "x"} for page in text_of(file))
    assert len(told.pictures) == len(PdfReader(file).pages)


def test_a_turned_page_is_blacked_out_where_it_is_seen(tmp_path):
    content = documents.pdf(lambda writer: writer.pages[0].rotate(90), texts=(LINE,))
    told, file = redacted(tmp_path, content, Marks(phrases=(Phrase(NAME, "privacy"),)))
    page = PdfReader(file).pages[0]
    assert page.mediabox.width > page.mediabox.height
    assert NAME not in " ".join(text_of(file))
    assert told.boxes[0].bottom - told.boxes[0].top > told.boxes[0].right - told.boxes[0].left


def test_arabic_is_found_without_its_vowel_signs_and_stays_arabic(tmp_path):
    content = arabic_pdf("ملف السيد فلان الفلاني القاطن بزنقة البئر")
    told, file = redacted(tmp_path, content, Marks(phrases=(Phrase("فُلان الفُلاني", "x"),)))
    (text,) = text_of(file)
    assert "فلان" not in text
    assert "القاطن" in text
    assert told.missing == ()


def test_a_picture_becomes_a_page(tmp_path):
    content = documents.png(width=60, height=40, rows=(b"\0" + b"\x7f" * 60) * 40)
    _, file = redacted(tmp_path, content, Marks(boxes=(Box(1, 0, 0, 0.5, 1, "x"),)), "scan.png")
    (page,) = pdfium.PdfDocument(file)
    drawn = page.render()
    assert bytes(drawn.buffer)[:3] == b"\0\0\0"
    assert bytes(drawn.buffer)[drawn.stride - 3 : drawn.stride] != b"\0\0\0"


def test_an_office_text_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(NotRedacted, match="PDF first"):
        redacted(tmp_path, documents.odt(), Marks(boxes=(Box(1, 0, 0, 1, 1, "x"),)), "a.odt")


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(NotADocument) as told:
        redacted(tmp_path, b"%PDF-1.7 nothing", Marks(boxes=(Box(1, 0, 0, 1, 1, "x"),)))
    assert told.value.finding == Refusal.BROKEN


def test_what_pages_share_does_not_stay_behind_with_the_other_page(tmp_path):
    told, file = redacted(
        tmp_path, documents.shared_drawing(NAME), Marks(phrases=(Phrase(NAME, "x"),))
    )
    assert told.pictures == (1, 2)
    reader = PdfReader(file)
    streams = [reader.get_object(number) for number in range(1, len(reader.xref_objStm) + 60)
               if number in {*reader.xref_objStm, *reader.xref.get(0, {})}]  # fmt: skip
    said = b"".join(each.get_data() for each in streams if isinstance(each, StreamObject))
    assert b"Fictive" not in said
    assert "La page deux." in text_of(file)[1]


@pytest.mark.parametrize(
    ("operators", "phrase", "boxes"),
    [
        ("(Monsieur Ima-) Tj 0 -14 Td (ginaire et Imaginaire) Tj", "Imaginaire", 3),
        ("(Said d'Exemple, Said d\x92Exemple) Tj", "d'Exemple", 2),
        ("(06.12.34.56.78 ou 06 12 34 56 78) Tj", "06 12 34 56 78", 2),
        ("(Personne-Fictive, PERSONNE FICTIVE) Tj", NAME, 2),
    ],
)
def test_words_are_found_however_they_are_parted(tmp_path, operators, phrase, boxes):
    content = documents.pdf(
        lambda writer: documents.page(writer, operators=f"BT /F1 12 Tf 72 720 Td {operators} ET"),
        texts=(),
    )
    told, file = redacted(tmp_path, content, Marks(phrases=(Phrase(phrase, "x"),)))
    assert len(told.boxes) == boxes
    left = "".join(c for c in text_of(file)[0].casefold() if c.isalnum())
    assert "".join(c for c in phrase.casefold() if c.isalnum()) not in left


def test_as_many_boxes_as_are_taken_can_be_drawn(tmp_path):
    many = tuple(Box(1, 0.1, 0.1, 0.1 + each / 9000, 0.2, "7.1-c") for each in range(1, 2001))
    told, _ = redacted(tmp_path, documents.pdf(), Marks(boxes=many))
    assert len(told.boxes) == len(many)


def test_a_page_is_shown_as_a_picture_of_the_size_that_was_told(tmp_path):
    file = tmp_path / "plan.pdf"
    file.write_bytes(documents.pdf(texts=("un", "deux")))
    sizes = adapter.page_sizes(file, tmp_path / "sizes", file_name="plan.pdf")
    adapter.write_picture(file, tmp_path / "page.png", 2, file_name="plan.pdf")
    head = (tmp_path / "page.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(sizes) == 2
    assert sizes[1] == (int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))


@pytest.mark.parametrize(("name", "number"), [("plan.pdf", 3), ("plan.odt", 1)])
def test_a_page_that_is_not_there_is_not_shown(tmp_path, name, number):
    file = tmp_path / name
    file.write_bytes(documents.pdf(texts=("un", "deux")))
    with pytest.raises(NotRedacted):
        adapter.write_picture(file, tmp_path / "page.png", number, file_name=name)

"""A letter as PDF: readable by ear and in forty years, in both directions, and always the same."""

import hashlib
import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

import letters
from opendata_hub.adapters.typeset.fonts import written_out
from opendata_hub.adapters.typeset.letters import pictures, typeset
from opendata_hub.domain.errors import NotTypeset
from opendata_hub.domain.requests.letter import Paragraph, Run
from opendata_hub.domain.texts import LANGUAGES

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'
HOSTILE = '#read("/etc/passwd") *gras* $x$ <b> \\ @ref `code` // /* [x] {y} "z" _i_ = Titre'


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in reader(pdf).pages)
    return " ".join(text.replace("\u00a0", " ").replace("\u200b", "").split())


def saying(text: str, name: str = "grant", language: str = "fr"):
    """A letter with a paragraph of that text."""
    written = letters.sample(name, language)
    return replace(written, paragraphs=(Paragraph((Run(text, is_value=True),)),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_is_pdf_a_and_pdf_ua_with_title_and_language(language):
    pdf = reader(typeset(letters.sample("refusal", language)))
    xmp = pdf.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part\W+1\b", xmp)
    assert re.search(r"pdfaid:part\W+2\b", xmp)
    assert re.search(r"pdfaid:conformance\W+A\b", xmp)
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.trailer["/Root"]["/Lang"].startswith(language)
    assert pdf.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title


def test_its_words_can_be_read_in_their_order():
    read = words(typeset(letters.sample("refusal", "fr", "exception")))
    order = [
        "Commune d’exemple", "Référence : AI-2026-000123", "Le 23 novembre 2026",
        "Personne Fictive", "Objet : réponse", "Madame, Monsieur,", "l’article 7",
        "Vie privée", "En voici les raisons", "21 décembre 2026", "Veuillez agréer",
        "Agent Imaginaire", "http://hub.example/fr/requests/AI-2026-000123", "Page 1 / 1",
    ]  # fmt: skip
    found = [read.index(each) for each in order]
    assert found == sorted(found)


def test_arabic_is_kept_as_letters_not_as_shapes():
    """pypdf gives Arabic in visual order at times; the words themselves are whole."""
    read = words(typeset(letters.sample("refusal", "ar", "exception")))
    for word in ("المعلومات", "شكاية", "للأفراد", "نونبر", "AI-2026-000123"):
        assert word in read or word[::-1] in read, word


def test_the_same_letter_is_the_same_file():
    first, again = (typeset(letters.sample("partial", "ar")) for _ in range(2))
    assert hashlib.sha256(first).digest() == hashlib.sha256(again).digest()
    assert typeset(letters.sample("partial", "fr")) != first


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_markup_comes_out_as_text(language):
    read = words(typeset(saying(HOSTILE, language=language)))
    assert '#read("/etc/passwd") *gras* $x$ <b>' in read
    assert "root:" not in read


def test_a_very_long_text_and_a_very_long_word_go_on_over_pages():
    pdf = typeset(saying("x" * 20_000))
    assert len(reader(pdf).pages) > 3
    assert words(pdf).replace(" ", "").count("x") >= 20_000
    assert f"Page 1 / {len(reader(pdf).pages)}" in words(pdf)


def test_a_character_without_a_glyph_is_told_by_its_name():
    assert (
        written_out("a😀\u0301\ue000 ⵜ") == "a[grinning face]\u0301[u+e000] [tifinagh letter yat]"
    )
    assert "[grinning face]" in words(typeset(saying("Merci 😀 👩‍👩‍👧 \ufffe 漢")))


def test_words_of_a_pack_without_a_glyph_are_an_error():
    written = letters.sample("grant", "fr")
    with pytest.raises(NotTypeset, match="could not be displayed"):
        typeset(replace(written, closing="漢"))


def test_a_logo_stands_on_it_and_a_broken_one_is_an_error():
    written = letters.sample("grant", "fr")
    assert typeset(written, logo=LOGO) != typeset(written)
    for broken in ("<svg", "no picture"):
        with pytest.raises(NotTypeset):
            typeset(written, logo=broken)


def test_a_letter_can_be_looked_at():
    (page,) = pictures(letters.sample("receipt", "ar"), dots_per_inch=40)
    assert page.startswith(b"\x89PNG")

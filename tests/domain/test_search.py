"""Words are compared as readers mean them; what can't be answered is refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata_hub.domain.catalog.search import arabic
from opendata_hub.domain.catalog.search.entry import years_of
from opendata_hub.domain.catalog.search.excerpt import LENGTH, Part, excerpt
from opendata_hub.domain.catalog.search.query import Facet, Query, Sort
from opendata_hub.domain.catalog.search.words import (
    STOP_WORDS,
    asked_words,
    fold,
    stems,
    words,
    written_stems,
)
from opendata_hub.domain.errors import BadSearch

AS_IS = {"fr": lambda words: words, "en": lambda words: words}


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("Marchés", "MARCHES"),
        ("cœur", "coeur"),
        ("ﬁnances", "finances"),
        ("إعانة", "اعانة"),
        ("أملاك", "املاك"),
        ("آجال", "اجال"),
        ("مسؤول", "مسوول"),
        ("إجراءات", "اجراات"),
        ("مُشْتَرَيَات", "مشتريات"),
        ("جمـــاعة", "جماعة"),
        ("جهة", "جهه"),
        ("مستشفى", "مستشفي"),
        ("ﻻ", "لا"),
        ("أگادير", "اكادير"),
        ("٢٠٢٦", "2026"),
        ("۲۰۲۶", "2026"),
        ("data\u00adset", "dataset"),
        ("\u200fالميزانية\u200e", "الميزانيه"),
    ],
)
def test_two_ways_of_writing_one_word_are_one(written, also):
    assert fold(written) == fold(also)


def test_a_vocalised_word_stays_one_word():
    assert words("مِيزَانِيَّةُ الجَمَاعَةِ") == ["ميزانيه", "الجماعه"]


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_stop_words_are_folded_as_words_are():
    assert {fold(word) for word in STOP_WORDS} == STOP_WORDS


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("الصفقات", "صفقة"),
        ("صفقة", "والصفقات"),
        ("صفقات", "بالصفقة"),
        ("الجمعيات", "جمعية"),
        ("جمعية", "للجمعيات"),
        ("الإعانات", "إعانة"),
        ("اعانة", "والإعانات"),
        ("ميزانية", "الميزانيات"),
        ("الميزانية", "وميزانيات"),
        ("بلدية", "البلديات"),
        ("جماعة", "لجماعات"),
        ("الجماعات", "فبالجماعة"),
        ("وزارة", "الوزارات"),
        ("جهة", "الجهات"),
        ("عمومية", "العمومي"),
        ("التزام", "الالتزامات"),
        ("إلكترونية", "الالكتروني"),
        ("الكترونية", "والإلكترونية"),
        ("تصريح", "والتصريحات"),
        ("ممتلكات", "بالممتلكات"),
        ("مشروع", "كمشروع"),
    ],
)
def test_two_forms_of_an_arabic_word_meet_in_a_stem(asked, written):
    assert set(arabic.stems(fold(asked))) & set(arabic.stems(fold(written)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("صفقة", "صدقة"),
        ("جماعة", "جمعية"),
        ("ميزانية", "ميزان"),
        ("لجنة", "جنة"),
        ("بلدية", "ولادة"),
        ("تصريح", "تسريح"),
    ],
)
def test_two_arabic_words_do_not_meet(one, other):
    assert not set(arabic.stems(fold(one))) & set(arabic.stems(fold(other)))


@given(st.text(alphabet="ابتجحدرسشصعفقكلمنهوي", min_size=1, max_size=12))
def test_every_arabic_word_keeps_a_stem_of_its_own_letters(word):
    for stem in arabic.stems(word):
        assert stem
        assert stem in word


def test_arabic_words_in_a_french_text_are_stemmed_as_arabic():
    assert "صفق" in stems(words("Marchés (الصفقات)"), "fr", AS_IS)


def test_the_feminine_in_ique_is_the_word_without_it():
    assert stems(words("publique publiques"), "fr", AS_IS) == ["public", "public"]


def test_a_query_of_stop_words_alone_looks_for_them():
    assert [word.text for word in asked_words("de la", AS_IS)] == ["de", "la"]
    assert asked_words('"" -- *?', AS_IS) == ()


@given(st.text(max_size=500))
def test_no_text_breaks_the_words_of_a_query(text):
    for word in asked_words(text, AS_IS):
        assert word.stems
        assert word.spellings
        assert not any(letter.isspace() for letter in word.text)


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ({"fr": "Subventions 2026"}, ("2026",)),
        ({"ar": "إعانات ٢٠٢٥"}, ("2025",)),
        ({"fr": "Budget 2024-2026"}, ("2024", "2025", "2026")),
        ({"fr": "De 1900-2099"}, ("1900", "2099")),
        ({"fr": "Marché n° 12026"}, ("2027",)),
        ({"fr": "Sans date"}, ("2027",)),
        ({"fr": "2025", "ar": "2024"}, ("2024", "2025")),
        ({"fr": "2026-2024"}, ("2024", "2025", "2026")),
    ],
)
def test_years_are_those_that_the_title_names(title, years):
    assert years_of(title, datetime(2027, 3, 1, tzinfo=UTC)) == years


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "x" * 10_000},
        {"page": 0},
        {"page": -1},
        {"limit": 0},
        {"limit": 101},
        {"page": 1001, "limit": 10},
        {"filters": {Facet.THEME: ["x"] * 51}},
        {"filters": {Facet.THEME: ["x" * 201]}},
        {"filters": {Facet.YEAR: ["\x00"]}},
        {"filters": {Facet.YEAR: ["\ud800"]}},
    ],
)
def test_what_can_not_be_answered_is_refused(wrong):
    with pytest.raises(BadSearch):
        Query(**wrong)


def test_the_order_suits_the_question():
    assert Query().order is Sort.MODIFIED
    assert Query(text=" ").order is Sort.MODIFIED
    assert Query(text="budget").order is Sort.RELEVANCE
    assert Query(text="budget", sort=Sort.TITLE).order is Sort.TITLE


def one_of(*wanted):
    return lambda written: not written_stems(written, "fr", AS_IS).isdisjoint(wanted)


def test_an_excerpt_shows_what_was_looked_for():
    parts = excerpt("Le budget, <b>voté</b> en 2026.", one_of("budget", "vote"))
    assert [part.text for part in parts if part.is_hit] == ["budget", "voté"]
    assert "".join(part.text for part in parts) == "Le budget, <b>voté</b> en 2026."


def test_an_excerpt_of_a_long_text_begins_near_what_was_found():
    text = " ".join(["mot"] * 400 + ["budget"] + ["mot"] * 400)
    parts = excerpt(text, one_of("budget"))
    assert Part("budget", is_hit=True) in parts
    assert (parts[0].text, parts[-1].text) == ("… ", " …")
    assert sum(len(part.text) for part in parts) <= LENGTH + 4


def test_where_nothing_was_looked_for_an_excerpt_is_the_beginning():
    assert excerpt("Le budget", None) == (Part("Le budget"),)


@given(st.text(alphabet="ab é\n", max_size=900), st.sampled_from(["", "a", "ab"]))
def test_an_excerpt_is_a_piece_of_its_text(text, wanted):
    parts = excerpt(text, one_of(wanted))
    joined = "".join(part.text for part in parts)
    assert joined.removeprefix("… ").removesuffix(" …") in " ".join(text.split())
    assert len(joined) <= LENGTH + 4

"""What a template takes from a family, column by column."""

from datetime import date
from decimal import Decimal

import pytest

import build
from opendata_hub.domain.catalog.family import Family, LegalBasis, Rule
from opendata_hub.domain.catalog.report import Level
from opendata_hub.domain.catalog.rules.formula import Scope, parse_rule
from opendata_hub.domain.catalog.template import Kind, template
from opendata_hub.domain.catalog.template_words import WORDS, said
from opendata_hub.domain.confidence import Confidence

ANSWERS = {"trueValues": ["Oui", "نعم"], "falseValues": ["Non", "لا"]}

TRUE = parse_rule("1 == 1", Scope({}))


def field(kind, **more):
    return {"name": "column", "type": kind, "titles": build.texts("Column"), **more}


def family(*fields, **schema):
    return Family(
        name="made-up",
        title=build.texts("Family"),
        description=build.texts("description"),
        keywords={},
        languages=("fr",),
        themes=(),
        frequency="ANNUAL",
        legal_basis=(
            LegalBasis(build.texts("law"), "art. 1", "made up", Confidence.VERIFIED),
            LegalBasis(build.texts("custom"), "art. 2", "made up", Confidence.UNVERIFIED),
        ),
        personal_data=build.texts("no names"),
        review=build.texts("review"),
        schema={"fields": list(fields), **schema},
        rules=(Rule("r", TRUE, Level.ERROR, build.texts("contradiction"), "made up"),),
    )


def column(given, language="en"):
    return template(family(given), {}, language=language).columns[0]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (field("string"), Kind.TEXT),
        (field("integer"), Kind.INTEGER),
        (field("integer", bareNumber=False), Kind.TEXT),
        (field("year"), Kind.INTEGER),
        (field("yearmonth"), Kind.TEXT),
        (field("number"), Kind.NUMBER),
        (field("number", decimalChar=","), Kind.TEXT),
        (field("date"), Kind.DATE),
        (field("date", format="%d/%m/%Y"), Kind.TEXT),
        (field("datetime"), Kind.TEXT),
        (field("boolean"), Kind.TEXT),
    ],
)
def test_what_a_spreadsheet_would_give_back_otherwise_is_text(given, kind):
    assert column(given).kind is kind


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "007", "007"),
        ("integer", "42", 42),
        ("integer", "-", "-"),
        ("number", "12.50", Decimal("12.50")),
        ("number", "NaN", "NaN"),
        ("date", "2026-02-05", date(2026, 2, 5)),
        ("date", "", None),
    ],
)
def test_an_example_is_typed_where_it_can_be(kind, text, value):
    assert template(family(field(kind)), {"column": text}, language="fr").example == (value,)


@pytest.mark.parametrize(
    ("language", "more", "choices", "example"),
    [
        ("fr", ANSWERS, ("Oui", "Non"), "Non"),
        ("ar", ANSWERS, ("نعم", "لا"), "لا"),
        ("ar", {}, ("true", "false"), "false"),
    ],
)
def test_yes_and_no_are_offered_in_the_letters_of_the_language(language, more, choices, example):
    given = family(field("boolean", **more))
    offered = template(given, {"column": "Non" if more else "0"}, language=language)
    assert offered.columns[0].choices == choices
    assert offered.example == (example,)
    assert offered.columns[0].example == example


@pytest.mark.parametrize(
    ("given", "form"),
    [
        (field("string"), "Text"),
        (field("string", constraints={"maxLength": 60}), "Text; most characters: 60"),
        (
            field("integer", constraints={"minimum": 2000, "maximum": 2100}),
            "Whole number; minimum: 2000; maximum: 2100",
        ),
        (field("number", constraints={"minimum": "0.5"}), "Number; minimum: 0.5"),
        (
            field("date", constraints={"minimum": "2024-01-01"}),
            "Date (year-month-day); minimum: 2024-01-01",
        ),
        (field("string", constraints={"enum": ["a", "b"]}), "A value of the list"),
    ],
)
def test_the_form_of_a_column_is_said_in_words(given, form):
    assert column(given).form == form


def test_the_instructions_name_law_key_privacy_and_rules():
    key = {"primaryKey": ["column"]}
    sections = template(family(field("string"), **key), {}, language="en").sections
    lines = [line for section in sections for line in section.lines]
    assert "law en (art. 1)" in lines
    assert "custom en (art. 2) — not confirmed by a jurist" in lines
    assert any(line.endswith("columns: Column en.") for line in lines)
    assert {"no names en", "contradiction en"} <= set(lines)


def test_every_word_is_said_in_each_language():
    for word, texts in WORDS.items():
        assert set(texts) == {"ar", "fr", "en"}, word
        assert all(texts.values()), word
        values = {"bound": 1, "form": "x", "columns": "y"}
        assert "{" not in "".join(said(word, language, **values) for language in texts)

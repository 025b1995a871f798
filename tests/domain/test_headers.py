"""A header is found by what it says, in any language, order and spelling."""

import pytest

from opendata_hub.domain.catalog.headers import field_names, is_total_line, layout_of, remarks
from opendata_hub.domain.catalog.report import Level

NAMES = field_names(
    {
        "fields": [
            {"name": "montant", "titles": {"fr": "Montant (DH)", "ar": "المبلغ", "en": "Amount"}},
            {"name": "objet", "titles": {"fr": "Objet", "ar": "الموضوع"}, "synonyms": ["Intitulé"]},
            {"name": "date_debut", "title": "Date"},
            {"name": "date_fin", "title": "Date"},
        ]
    }
)


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        (["MONTANT (dh)", "الموضوع"], ("montant", "objet")),
        (["Amount", "objet", "autre"], ("montant", "objet", "autre")),
        (["المَبْلغ", "INTITULE"], ("montant", "objet")),
        (["Date", "objet"], ("Date", "objet")),
        (["montant", "Montant (DH)"], ("montant", "montant (2)")),
        (["objet", "", ""], ("objet", "", " (2)")),
    ],
)
def test_a_title_means_its_field_when_it_can_mean_one_only(header, labels):
    assert layout_of([header], NAMES).labels == labels


def test_the_header_is_the_first_line_that_names_most_columns():
    records = [["Aides 2026"], [], ["Objet", "Montant (DH)"], ["objet", "montant"], ["a", "1"]]
    assert layout_of(records, NAMES).row == 3
    assert layout_of([["x", "y"], ["a", "1"]], NAMES) is None


def test_titles_translated_labels_and_repeated_ones_are_told():
    records = [["Aides 2026"], [""], ["Amount", "objet", "Objet"]]
    found = remarks(layout_of(records, NAMES), records, NAMES, "en")
    assert [(f.code, f.row, f.column, f.level) for f in found] == [
        ("title-row", 1, None, Level.WARNING),
        ("columns-by-title", 3, None, Level.INFORMATION),
        ("duplicate-label", 3, "Objet", Level.ERROR),
    ]


@pytest.mark.parametrize(
    ("cells", "is_total"),
    [
        (["TOTAL", "", "12"], True),
        (["", "المجموع", "12"], True),
        (["المجموع العام", "12"], True),
        (["Sous-total 2026", "12"], True),
        (["Grand total", "12"], True),
        (["Totalement", "12"], False),
        (["Association Total", "12"], False),
        (["", " "], False),
        ([], False),
    ],
)
def test_a_total_line_says_so_first(cells, is_total):
    assert is_total_line(cells) is is_total

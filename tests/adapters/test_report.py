"""The yearly report is set in both languages, for the archive and for who reads by ear."""

from datetime import date

import pytest

from opendata_hub.adapters.typeset.reports import typeset_report
from opendata_hub.domain.register.figure import Group, Measure
from opendata_hub.domain.register.yearly import WORDS, Subject, lines_of, yearly_report
from opendata_hub.domain.texts import LANGUAGES

COUNTS = dict.fromkeys(Measure, 3)
MONTHS = [
    Group("2026-01", False, COUNTS, {"unclear": 1, "": 2}, {4: 2, 40: 1}),
    Group("2026-02", True, COUNTS, {}, {}),
]
SUBJECT = Subject(
    authority={"fr": "Commune fictive", "ar": "جماعة خيالية", "en": "Fictional commune"},
    law={"fr": "Loi 31-13", "ar": "القانون رقم 31.13", "en": "Law 31-13"},
    year=2026,
    until=date(2026, 12, 31),
    register="http://127.0.0.1:8000/fr/statistics?year=2026",
    grounds={"unclear": {"fr": "Demande imprécise 😀", "ar": "طلب غير واضح", "en": "Unclear"}},
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_tells_every_figure_with_its_parts_and_its_formula(language):
    report = yearly_report(SUBJECT, MONTHS, language=language, day="31 XII 2026")
    figures, imported, grounds, months = report.tables
    assert "2026" in report.title
    assert "31 XII 2026" in report.lines[2]
    assert figures.rows[0][1:4] == ("3", "3", "100.0\u00a0%")
    assert [row[1] for row in figures.rows[-2:]] == ["4", "40"]
    assert [row[1] for row in imported.rows[-2:]] == ["–", "–"]
    assert [row[1:] for row in grounds.rows] == [
        ("2", "3", "66.7\u00a0%"),
        ("1", "3", "33.3\u00a0%"),
    ]
    assert [row[0] for row in months.rows] == ["2026-01", "2026-02 *"]
    for table in report.tables:
        assert {len(row) for row in (table.head, table.widths, *table.rows)} == {len(table.head)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_is_typeset_alike_every_time(language):
    report = yearly_report(SUBJECT, MONTHS, language=language, day="31 XII 2026")
    made = typeset_report(report)
    assert made == typeset_report(report)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfuaid" in made
    assert b"pdfaid" in made


def test_a_year_without_requests_says_so():
    report = yearly_report(SUBJECT, [], language="fr", day="31 XII 2026")
    assert (report.tables, report.lines[-1]) == ((), WORDS["none"]["fr"])
    assert typeset_report(report).startswith(b"%PDF")


def test_both_languages_stand_in_one_file():
    reports = [
        yearly_report(SUBJECT, MONTHS, language=each, day="31 XII 2026") for each in ("fr", "ar")
    ]
    lines = lines_of(reports)
    assert sum(line[:1] == (report.title,) for line in lines for report in reports) == 2
    assert len(lines) > 60


def test_every_word_of_the_report_is_there_in_every_language():
    assert all(set(texts) == set(LANGUAGES) for texts in WORDS.values())

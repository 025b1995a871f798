"""What gives somebody away, and what only looks like it."""

import csv
from pathlib import Path

import pytest

from opendata_hub.domain.catalog.privacy import MESSAGES, Kind, traces
from opendata_hub.domain.catalog.report import Clearance, Finding, Report

LABELLED = Path(__file__).parents[2] / "benchmarks" / "privacy_cases.csv"


def cases():
    with LABELLED.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield pytest.param(
                row["text"], row["column"], set(row["kinds"].split()), id=row["text"][:40]
            )


@pytest.mark.parametrize(("text", "column", "expected"), list(cases()))
def test_what_a_person_found_is_found(text, column, expected):
    assert traces(text, column=column) == expected


def test_every_kind_has_cases_of_both_sorts_and_a_message_that_repeats_nothing():
    labelled = [set(case.values[2]) for case in cases()]
    assert {kind for kinds in labelled for kind in kinds} == set(Kind)
    assert sum(not kinds for kinds in labelled) > 25
    assert set(MESSAGES) == set(Kind)
    assert all(set(texts) == {"ar", "fr", "en"} for texts in MESSAGES.values())


def test_a_clearance_covers_its_code_in_its_column_only():
    findings = (
        Finding("personal-phone", "m", 2, "objet"),
        Finding("personal-phone", "m", 3, "observations"),
        Finding("type-error", "m", 4, "objet"),
    )
    report = Report(rows=3, findings=findings, total_findings=3)
    cleared = [Clearance("personal-phone", "objet", "service line")]
    assert report.blocking(cleared) == findings[1:]
    assert report.blocking() == findings

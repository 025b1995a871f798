"""Every shipped pack keeps the promises it makes to lawyers and stewards."""

import csv
from datetime import date

import pytest

from opendata_hub.adapters import tabular
from opendata_hub.bootstrap import catalog_folders, load_frame, request_folders
from opendata_hub.domain.requests.calendar import HolidayStatus
from opendata_hub.domain.requests.deadline import deadline
from opendata_hub.packs.laws import law_names, load_calendar, load_law
from opendata_hub.settings import Settings

FOLDERS = request_folders(Settings())
FRAME = load_frame(Settings(), base_url="http://hub.example")
LAWS = law_names(FOLDERS)


def rows(name, folders):
    with folders.file(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


CASES = [
    pytest.param(law, case, id=f"{law} case {case['case']}")
    for law in LAWS
    for case in rows(f"{law}/cases.csv", FOLDERS)
]


@pytest.mark.parametrize(("law", "case"), CASES)
def test_a_worked_case_comes_out_as_the_lawyer_wrote_it(law, case):
    calendar = load_calendar(FOLDERS, law.partition("/")[0])
    step = load_law(FOLDERS, law).step(case["step"])
    term = deadline(step, date.fromisoformat(case["from"]), calendar)
    assert term.due.isoformat() == case["due"]
    assert term.safe.isoformat() == case["safe"]
    holidays = [off.day.isoformat() for off in term.skipped if off.status is not None]
    assert holidays == case["holidays"].split()


def test_there_are_cases():
    assert {law for law, _ in (case.values for case in CASES)} == set(LAWS) == {"ma/31-13"}


@pytest.mark.parametrize("law", LAWS)
def test_every_step_says_where_it_comes_from(law):
    for step in load_law(FOLDERS, law).steps.values():
        assert step.article
        assert step.source
        assert all(step.note.values())


def test_the_law_has_the_steps_that_scripts_rely_on():
    assert list(load_law(FOLDERS, "ma/31-13").steps) == [
        "reply", "extension", "urgent-reply", "urgent-extension", "complaint-to-head",
        "head-decision", "complaint-to-commission", "commission-decision", "court",
    ]  # fmt: skip


def test_moroccan_holidays_begin_with_the_text_that_made_them():
    days = load_calendar(FOLDERS, "ma").holidays
    assert date(2023, 1, 14) not in days
    assert date(2024, 1, 14) in days
    assert date(2025, 10, 31) not in days
    assert date(2026, 10, 31) in days
    assert days[date(2024, 4, 12)].status is HolidayStatus.EXCEPTIONAL


@pytest.mark.parametrize("name", sorted(FRAME.families))
def test_a_family_passes_its_sample_and_fails_its_broken_twin_as_promised(name):
    family, folders = FRAME.families[name], catalog_folders(Settings())
    sample = folders.file(f"families/{name}/sample.csv")
    broken = folders.file(f"families/{name}/broken.csv")
    passed = tabular.check(sample, family.schema, file_name="sample.csv", rules=family.rules)
    assert (passed.is_valid, passed.findings) == (True, ())
    failed = tabular.check(broken, family.schema, file_name="broken.csv", rules=family.rules)
    found = [
        {"code": f.code, "row": str(f.row or ""), "column": f.column or "", "level": f.level}
        for f in failed.findings
    ]
    assert found == rows(f"families/{name}/broken.findings.csv", folders)


@pytest.mark.parametrize("name", sorted(FRAME.families))
def test_every_column_has_a_title_in_each_language(name):
    for field in FRAME.families[name].schema["fields"]:
        assert set(field["titles"]) == {"ar", "fr", "en"}, field["name"]


def test_the_three_families_are_there():
    assert set(FRAME.families) >= {
        "association-subsidies",
        "procurement-results",
        "asset-declarations",
    }

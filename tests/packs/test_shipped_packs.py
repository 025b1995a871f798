"""Every shipped pack keeps the promises it makes to lawyers and stewards."""

import csv
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from frictionless import Schema

import build
from opendata_hub.adapters.tabular.checking import How, check
from opendata_hub.adapters.tabular.readings import by_rules
from opendata_hub.adapters.tabular.rules import RuleRun
from opendata_hub.bootstrap import catalog_folders, load_frame, request_folders
from opendata_hub.domain.catalog.fault_words import plain_words
from opendata_hub.domain.requests.acts import TRANSITIONS, Act, State
from opendata_hub.domain.requests.calendar import HolidayStatus
from opendata_hub.domain.requests.deadline import deadline
from opendata_hub.domain.requests.law import Actor
from opendata_hub.domain.requests.term import count
from opendata_hub.domain.requests.timeline import add, clocks, state_of
from opendata_hub.packs.laws import law_names, load_calendar, load_law
from opendata_hub.settings import Settings

FOLDERS = request_folders(Settings())
FRAME = load_frame(Settings(), base_url="http://hub.example")
LAWS = law_names(FOLDERS)
TODAY = build.NOW.date()


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
    start = case["from"]
    zone = ZoneInfo(calendar.timezone)
    is_instant = len(start) > len("2026-11-02")
    moment = datetime.fromisoformat(start).replace(tzinfo=zone) if is_instant else None
    term = deadline(step, moment or date.fromisoformat(start), calendar)
    assert term.due.isoformat() == case["due"]
    assert term.safe.isoformat() == case["safe"]
    holidays = [off.day.isoformat() for off in term.skipped if off.status is not None]
    assert holidays == case["holidays"].split()


def test_there_are_cases():
    assert {law for law, _ in (case.values for case in CASES)} == set(LAWS)
    assert set(LAWS) >= {
        "ma/31-13", "tn/2016-22", "fr/crpa", "gb/foia-2000", "eu/1049-2001", "es/19-2013",
        "de/ifg", "us/foia", "ci/2013-867", "ma/petitions", "ma/54-06",
    }  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_the_safe_day_of_every_step_is_in_time_from_every_day(law):
    """Counted both ways by the packs as they are, the careful reading is never the later one."""
    calendar, declared = load_calendar(FOLDERS, law.partition("/")[0]), load_law(FOLDERS, law)
    for step in declared.steps.values():
        for n in range(0, 400, 3):
            start = date(2026, 1, 1) + timedelta(days=n)
            legal = count(step.term, step.legal, start, calendar)
            safe = count(step.term, step.safe, start, calendar)
            assert start <= safe.due <= legal.due, (step.name, start)


@pytest.mark.parametrize("law", LAWS)
def test_silence_everywhere_comes_to_an_end(law):
    """Every act of the law in turn, each at the last moment: the clocks never go in circles."""
    calendar, declared = load_calendar(FOLDERS, law.partition("/")[0]), load_law(FOLDERS, law)
    if not declared.takes_requests:
        return
    events = (build.event(Act.RECEIVE, "2026-11-02"),)
    for is_urgent in (False, True):
        started = clocks(events, declared, calendar, is_urgent=is_urgent, today=date(2028, 6, 1))
        first = declared.first_step(is_urgent=is_urgent).name
        assert first in started
        opened = declared.steps[first].expiry
        assert not opened or set(opened.opens) <= set(started) | {"inaction"}


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


def test_a_refusal_under_law_31_13_finds_its_grounds_exceptions_and_duties():
    law = load_law(FOLDERS, "ma/31-13")
    assert len(law.refusal_grounds) == 7
    assert {e.code for e in law.exceptions} >= {"7.1-a", "7.1-c", "7.2-1", "7.3-d"}
    assert all(exception.weighing for exception in law.exceptions)
    assert "right-to-complain" in {mention.code for mention in law.mentions}


def test_moroccan_holidays_begin_with_the_text_that_made_them():
    days = load_calendar(FOLDERS, "ma").holidays
    assert date(2023, 1, 14) not in days
    assert date(2024, 1, 14) in days
    assert date(2025, 10, 31) not in days
    assert date(2026, 10, 31) in days
    assert days[date(2024, 4, 12)].status is HolidayStatus.EXCEPTIONAL


@pytest.mark.parametrize("name", sorted(FRAME.tables))
def test_a_family_passes_its_sample_and_fails_its_broken_twin_as_promised(name):
    family, folders = FRAME.families[name], catalog_folders(Settings())
    sample = folders.file(f"families/{name}/sample.csv")
    broken = folders.file(f"families/{name}/broken.csv")
    how, also = How(by_name=True), [by_rules(family.rules, TODAY)]
    passed = check(sample, family.schema, file_name="sample.csv", how=how, also=also)
    assert (passed.is_valid, passed.findings) == (True, ())
    failed = check(broken, family.schema, file_name="broken.csv", how=how, also=also)
    found = [
        {"code": f.code, "row": str(f.row or ""), "column": f.column or "", "level": f.level}
        for f in failed.findings
    ]
    assert found == rows(f"families/{name}/broken.findings.csv", folders)
    alone = {rule.id for rule in family.rules if not rule.against}
    assert alone == {finding.rule for finding in failed.findings} - {None}


@pytest.mark.parametrize("name", sorted(FRAME.tables))
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_is_wrong_with_a_broken_twin_is_said_in_plain_words(name, language):
    family, folders = FRAME.families[name], catalog_folders(Settings())
    broken = folders.file(f"families/{name}/broken.csv")
    how, also = How(by_name=True, language=language), [by_rules(family.rules, TODAY)]
    found = check(broken, family.schema, file_name="broken.csv", how=how, also=also).findings
    words = [plain_words(each, family.schema, language) for each in found]
    is_said = [w != f.message or bool(f.rule) for w, f in zip(words, found, strict=True)]
    assert words
    assert all(is_said), [f.message for f, said in zip(found, is_said, strict=True) if not said]
    assert not [each for each in words if "{" in each or "None" in each]


def test_a_grant_is_compared_with_the_table_of_the_year_before():
    family = FRAME.families["association-subsidies"]
    [rule] = [each for each in family.rules if each.against]
    before = [{"association_ice": "000000000000097", "exercice": 2025, "montant_accorde_dh": 5000}]
    columns = ["association_ice", "exercice", "montant_annee_precedente_dh"]
    schema, tables = Schema.from_descriptor(dict(family.schema)), {family.name: before}
    run = RuleRun([rule], schema, columns, language="fr", tables=tables)
    assert list(run.row(2, ["000000000000097", "2026", "5000"])) == []
    assert [found.rule for found in run.row(3, ["000000000000097", "2026", "0"])] == [rule.id]


@pytest.mark.parametrize("name", sorted(FRAME.tables))
def test_every_column_has_a_title_in_each_language(name):
    for field in FRAME.families[name].schema["fields"]:
        assert set(field["titles"]) == {"ar", "fr", "en"}, field["name"]


@pytest.mark.parametrize("name", sorted(FRAME.tables))
def test_no_synonym_of_a_column_is_a_name_of_another(name):
    fields = FRAME.families[name].schema["fields"]
    called = [
        {"name": field["name"], **field["titles"], **dict(enumerate(field.get("synonyms", ())))}
        for field in fields
    ]
    names = [word for each in called for word in {text.casefold() for text in each.values()}]
    assert len(names) == len(set(names))


def test_the_kinds_of_documents_are_there_and_say_what_makes_them_public():
    kinds = {name for name in FRAME.families if name not in FRAME.tables}
    assert kinds == {"deliberations", "reports", "minutes", "decisions", "plans"}
    assert all(FRAME.families[kind].legal_basis for kind in kinds)


def test_the_families_are_there():
    assert set(FRAME.families) >= {
        "association-subsidies",
        "procurement-results",
        "asset-declarations",
        "ogp-commitments",
        "ogp-milestones",
        "petitions",
        "public-consultations",
        "request-register",
    }


@pytest.mark.parametrize("law", [name for name in LAWS if load_law(FOLDERS, name).takes_requests])
def test_a_citizen_who_meets_silence_finds_each_remedy_open_until_there_is_none(law):
    """Every remedy on its last day, every decider silent: none is lost, none comes twice."""
    calendar, declared = load_calendar(FOLDERS, law.partition("/")[0]), load_law(FOLDERS, law)
    events = (build.event(Act.RECEIVE, "2024-02-05"),)
    used: list[str] = []
    while True:
        started = clocks(events, declared, calendar, is_urgent=False, today=date(2028, 11, 1))
        open_remedies = [
            clock
            for name, clock in started.items()
            if clock.step.actor is Actor.REQUESTER and name not in used and clock.kept_on is None
        ]
        if not open_remedies:
            break
        clock = min(open_remedies, key=lambda each: each.deadline.due)
        (act,) = clock.step.kept_by or {None}
        used.append(clock.step.name)
        if act is None or act not in TRANSITIONS[state_of(events)]:
            # A parallel remedy: whoever is in court no longer asks an ombudsman.
            assert act is None or state_of(events) is State.IN_COURT
            continue
        day = max(clock.deadline.due, events[-1].happened_on).isoformat()
        events = add(events, build.event(act, day), declared, calendar, is_urgent=False)
    opened_by_silence = {
        step.name
        for step in declared.steps.values()
        if step.actor is Actor.REQUESTER
        for start in step.starts
        if start.kind == "expiry" and declared.steps[start.of].actor is not Actor.REQUESTER
    }
    assert opened_by_silence <= set(used)
    assert len(used) == len(set(used))

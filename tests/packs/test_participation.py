"""The rules of commitments, petitions, consultations and the register at their limits."""

import csv
from datetime import date, timedelta

import pytest
from frictionless import Schema

import build
from opendata_hub.adapters.tabular.rules import RuleRun, typed_rows
from opendata_hub.bootstrap import catalog_folders, load_frame, request_folders
from opendata_hub.domain.requests.deadline import deadline
from opendata_hub.packs.laws import load_calendar, load_law
from opendata_hub.settings import Settings

FRAME = load_frame(Settings(), base_url="http://hub.example")
COMMUNE, PROVINCE, REGION = "01.000.00.00", "01.000", "01"


def schema(name):
    return Schema.from_descriptor(dict(FRAME.families[name].schema))


def broken(name, today=build.TODAY, **row):
    """The rules about one row that a row of a family breaks; other columns are empty."""
    rules = [rule for rule in FRAME.families[name].rules if not rule.by and not rule.against]
    run = RuleRun(rules, schema(name), list(row), language="en", today=today)
    return {finding.rule for finding in run.row(2, [str(cell) for cell in row.values()])}


def table(name, file):
    with catalog_folders(Settings()).file(f"families/{name}/{file}").open(newline="") as stream:
        columns, *records = csv.reader(stream)
    return columns, records


def broken_against_samples(name, file):
    """The rules about other tables that a file of a family breaks, with the rows that do."""
    rules = [rule for rule in FRAME.families[name].rules if rule.against]
    tables = {
        other: typed_rows(schema(other), *table(other, "sample.csv"))
        for other in {rule.against.family for rule in rules}
    }
    columns, records = table(name, file)
    run = RuleRun(rules, schema(name), columns, language="en", tables=tables)
    found = [each for number, record in enumerate(records, 2) for each in run.row(number, record)]
    return {(each.rule, each.row) for each in (*found, *run.end())}


def test_milestones_hold_against_their_commitments_and_broken_ones_do_not():
    assert broken_against_samples("ogp-milestones", "sample.csv") == set()
    assert broken_against_samples("ogp-milestones", "broken.csv") == {
        ("complete-with-commitment", 9),
        ("within-commitment", 12),
        ("known-commitment", 13),
        ("complete-with-commitment", 16),
    }


@pytest.mark.parametrize(
    ("start", "end", "rule"),
    [
        ("2025-03", "2025-03", None),
        ("2025-03-31", "2025-03", None),
        ("2025-03", "2025-03-01", None),
        ("2025-04-01", "2025-03", "start-before-end"),
        ("2025-03-02", "2025-03-01", "start-before-end"),
        ("1970-01", "2026-12", "date-is-real"),
        ("2025-03", "2026-04-31", "day-exists"),
    ],
)
def test_the_period_of_a_commitment_may_be_told_by_month_or_by_day(start, end, rule):
    row = {"titre_fr": "…", "avancement": "retire", "debut": start, "fin": end}
    assert broken("ogp-commitments", **row) == ({rule} if rule else set())


@pytest.mark.parametrize(("day", "is_late"), [("2026-03-31", False), ("2026-04-01", True)])
def test_a_commitment_is_late_from_the_day_after_its_last_month(day, is_late):
    row = {"titre_fr": "…", "fin": "2026-03", "date_situation": day}
    assert ("late" in broken("ogp-commitments", avancement="limite", **row)) is is_late
    for done in ("acheve", "retire"):
        assert "late" not in broken("ogp-commitments", avancement=done, **row)


@pytest.mark.parametrize(
    ("code", "population", "has_districts", "needed"),
    [
        (COMMUNE, "34999", "Non", 100),
        (COMMUNE, "35000", "Non", 200),
        (COMMUNE, "900000", "Oui", 400),
        (COMMUNE, "", "", 100),
        (PROVINCE, "", "", 300),
        (REGION, "999999", "", 300),
        (REGION, "1000000", "", 400),
        (REGION, "3000000", "", 400),
        (REGION, "3000001", "", 500),
        (REGION, "", "", 300),
    ],
)
def test_a_petition_needs_the_signatures_of_its_organic_law(
    code, population, has_districts, needed
):
    """LO 113-14, art. 123; LO 112-14, art. 114; LO 111-14, art. 120."""
    row = {
        "collectivite_code": code,
        "objet_fr": "…",
        "type_petitionnaire": "citoyens",
        "population": population,
        "arrondissements": has_districts,
        "decision": "en_cours",
    }
    kind = {COMMUNE: "commune", PROVINCE: "province", REGION: "region"}[code]
    assert broken("petitions", nb_signatures=needed, **row) == set()
    assert broken("petitions", nb_signatures=needed - 1, **row) == {f"signatures-{kind}"}
    refused = {**row, "decision": "refusee", "motif_refus": "…", "date_decision": "2026-02-02"}
    assert broken("petitions", nb_signatures=needed - 1, **refused) == set()


@pytest.mark.parametrize(
    ("code", "last"), [(COMMUNE, "2026-04-30"), (PROVINCE, "2026-03-31"), (REGION, "2026-03-31")]
)
def test_a_refusal_is_in_time_for_three_months_in_a_commune_and_two_elsewhere(code, last):
    row = {
        "collectivite_code": code,
        "objet_fr": "…",
        "date_depot": "2026-01-31",
        "decision": "refusee",
        "motif_refus": "…",
    }
    late = date.fromisoformat(last) + timedelta(days=1)
    assert broken("petitions", date_decision=last, **row) == set()
    assert broken("petitions", date_decision=late, **row) == {"refusal-in-time"}


@pytest.mark.parametrize(
    ("code", "months"), [(COMMUNE, {2, 5, 10}), (PROVINCE, {1, 6, 9}), (REGION, {3, 7, 10})]
)
def test_a_petition_goes_to_an_ordinary_session_of_its_council(code, months):
    """LO 113-14, art. 33; LO 112-14, art. 34; LO 111-14, art. 36."""
    row = {"collectivite_code": code, "objet_fr": "…", "decision": "acceptee"}
    kept = {
        month
        for month in range(1, 13)
        if "session-is-ordinary" not in broken("petitions", session=date(2026, month, 5), **row)
    }
    assert kept == months


@pytest.mark.parametrize(
    ("participants", "women", "is_small"),
    [("0", "0", False), ("4", "", True), ("5", "0", False), ("40", "4", True),
     ("40", "36", True), ("40", "35", False), ("40", "40", False), ("", "3", True)],
)  # fmt: skip
def test_a_count_that_all_but_names_somebody_is_left_out(participants, women, is_small):
    row = {"titre_fr": "…", "nb_participants": participants, "nb_femmes": women}
    assert ("small-count" in broken("public-consultations", **row)) is is_small


def test_a_consultation_is_answered_within_sixty_days_or_waited_for():
    row = {"titre_fr": "…", "date_fin": "2026-09-01"}
    late = {"answer-within-60-days"}
    assert broken("public-consultations", date_reponse="2026-10-31", **row) == set()
    assert broken("public-consultations", date_reponse="2026-11-01", **row) == late
    assert broken("public-consultations", today=date(2026, 10, 31), **row) == set()
    assert broken("public-consultations", today=date(2026, 11, 1), **row) == late


@pytest.mark.parametrize(("is_urgent", "first"), [("Non", "reply"), ("Oui", "urgent-reply")])
def test_a_due_day_that_the_law_pack_works_out_is_never_called_implausible(is_urgent, first):
    """Whatever the day of receipt, by both readings, extended on its last day or not."""
    folders = request_folders(Settings())
    law, calendar = load_law(folders, "ma/31-13"), load_calendar(folders, "ma")
    again = {"reply": "extension", "urgent-reply": "urgent-extension"}[first]
    doubtful = {"due-date-plausible", "notice-in-time"}
    for n in range(0, 1000, 7):
        # Seven steps a week and one day more: every weekday comes up in every season.
        received = date(2024, 1, 1) + timedelta(days=n + n // 7 % 7)
        reply = deadline(law.step(first), received, calendar)
        row = {"objet_resume": "…", "urgente": is_urgent, "date_reception": received}
        for due in (reply.due, reply.safe):
            plain = broken("request-register", prolongation="Non", echeance=due, **row)
            assert not plain & doubtful, (received, due)
        extended = deadline(law.step(again), reply.due, calendar)
        told = {"date_avis_prolongation": reply.due, "motif_prolongation": "volume"}
        found = broken("request-register", prolongation="Oui", echeance=extended.due, **told, **row)
        assert not found & doubtful, (received, extended.due)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"statut": "partielle", "date_reponse": "2026-01-20"}, "refusal-has-ground"),
        ({"statut": "retiree", "date_reponse": "2026-01-20"}, "date-means-answer"),
        ({"statut": "orientee", "date_reponse": "2026-01-20"}, None),
        ({"statut": "sans_reponse", "plainte_date": "2026-02-03"}, "complaint-has-cause"),
        ({"statut": "sans_reponse", "plainte_date": "2026-02-04"}, None),
        ({"plainte_date": "2026-02-10", "cdai_date": "2026-02-24"}, "commission-in-order"),
        ({"plainte_date": "2026-02-10", "cdai_date": "2026-02-25"}, None),
        ({"plainte_date": "2026-02-10", "plainte_reponse": "2026-02-12",
          "cdai_date": "2026-02-13"}, None),
        ({"cdai_date": "2026-02-13"}, "commission-after-head"),
        ({"cdai_date": "2026-02-13", "cdai_issue": "irrecevable"}, None),
    ],
)  # fmt: skip
def test_the_steps_of_a_request_come_in_the_order_of_the_law(row, rule):
    """Law 31-13, arts 16 to 20; the answer was due on 3 February."""
    received = {
        "date_reception": "2026-01-05",
        "echeance": "2026-02-03",
        "urgente": "Non",
        "prolongation": "Non",
    }
    assert broken("request-register", **received, **row) == ({rule} if rule else set())


@pytest.mark.parametrize(("today", "is_silent"), [("2026-02-03", False), ("2026-02-04", True)])
def test_silence_is_named_from_the_day_after_the_due_day(today, is_silent):
    row = {"statut": "en_cours", "echeance": "2026-02-03"}
    found = broken("request-register", today=date.fromisoformat(today), **row)
    assert ("silence-named" in found) is is_silent

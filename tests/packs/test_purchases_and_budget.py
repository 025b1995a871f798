"""A purchase from its programme to its completion, and the budget: where their rules begin."""

import csv
from decimal import Decimal

import pytest
from frictionless import Schema

import build
from opendata_hub.adapters.tabular.checking import How, check
from opendata_hub.adapters.tabular.readings import by_rules
from opendata_hub.adapters.tabular.rules import RuleRun
from opendata_hub.bootstrap import catalog_folders, load_frame
from opendata_hub.packs.families import sample_file
from opendata_hub.settings import Settings

FRAME = load_frame(Settings(), base_url="http://hub.example")
TODAY = build.NOW.date()
FAMILIES = (
    "procurement-notices",
    "procurement-plan",
    "purchase-orders",
    "completion-reports",
    "budget-lines",
)
OPEN, SIMPLIFIED, SUPPLIES = 9, 10, 15
"""Rows of the sample of notices: open for works, simplified, open for supplies."""


def sample(family):
    with sample_file(catalog_folders(Settings()), family).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def broken_by(tmp_path):
    """The rules that a family's sample breaks when cells of one row are changed."""

    def broken_by(family, row, changes):
        rows = sample(family)
        rows[row - 2] |= changes
        file = tmp_path / "changed.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        declared = FRAME.families[family]
        report = check(
            file,
            declared.schema,
            file_name=file.name,
            how=How(by_name=True),
            also=[by_rules(declared.rules, TODAY)],
        )
        assert not [finding for finding in report.findings if finding.rule is None]
        return {finding.rule for finding in report.findings}

    return broken_by


@pytest.mark.parametrize(
    ("row", "rule", "last_kept", "first_broken"),
    [
        # 21, 40 and 10 whole days after the day of publication: decree 2-22-431, art. 23 and 19.
        (OPEN, "open-tender-21-days", {"date_limite": "2026-03-03T00:00", "date_visite": ""},
         {"date_limite": "2026-03-02T23:59", "date_visite": ""}),
        (OPEN, "large-works-40-days", {"estimation_dh_ttc": "90659999.99"},
         {"estimation_dh_ttc": "90660000"}),
        (OPEN, "large-works-40-days",
         {"estimation_dh_ttc": "90660000", "date_publication": "2026-01-28"},
         {"estimation_dh_ttc": "90660000", "date_publication": "2026-01-29"}),
        (SUPPLIES, "large-supplies-40-days", {"estimation_dh_ttc": "6436859.99"},
         {"estimation_dh_ttc": "6436860"}),
        (SUPPLIES, "large-supplies-40-days",
         {"estimation_dh_ttc": "6436860", "date_limite": "2026-11-29T10:00"},
         {"estimation_dh_ttc": "6436860", "date_limite": "2026-11-28T10:00"}),
        (SIMPLIFIED, "simplified-10-days", {"date_limite": "2026-04-17T10:00"},
         {"date_limite": "2026-04-16T10:00"}),
        (SIMPLIFIED, "simplified-ceiling", {"estimation_dh_ttc": "1200000"},
         {"estimation_dh_ttc": "1200000.01"}),
        # The last third of 29 days is 9 whole days: decree 2-22-431, art. 23 (to be read again).
        (OPEN, "visit-in-last-third", {"date_visite": "2026-03-01"}, {"date_visite": "2026-02-28"}),
        (OPEN, "visit-5-days-before", {"date_visite": "2026-03-05"}, {"date_visite": "2026-03-06"}),
    ],
)  # fmt: skip
def test_a_notice_keeps_its_period(broken_by, row, rule, last_kept, first_broken):
    assert rule not in broken_by("procurement-notices", row, last_kept)
    assert rule in broken_by("procurement-notices", row, first_broken)


def test_a_threshold_is_not_held_against_notices_older_than_its_text(broken_by):
    old = {"date_publication": "2025-11-05", "date_limite": "2025-12-04T10:00", "date_visite": ""}
    new = {"date_publication": "2025-11-06", "date_limite": "2025-12-05T10:00", "date_visite": ""}
    large = {"estimation_dh_ttc": "95000000"}
    assert broken_by("procurement-notices", OPEN, old | large) == set()
    assert broken_by("procurement-notices", OPEN, new | large) == {"large-works-40-days"}


@pytest.mark.parametrize(
    ("family", "row", "rule", "last_kept", "first_broken"),
    [
        # Before the end of the first three months: decree 2-22-431, art. 17.
        ("procurement-plan", 2, "published-by-end-of-march", {"date_publication": "2025-03-31"},
         {"date_publication": "2025-04-01"}),
        ("procurement-plan", 2, "published-by-end-of-march", {"date_publication": "2024-12-16"},
         {"date_publication": "2026-01-05"}),
        ("procurement-plan", 2, "launched-in-its-year", {"periode_lancement": "2025-12"},
         {"periode_lancement": "2026-T1"}),
        # 48 hours, and 500,000 MAD a year and kind: decree 2-22-431, art. 91.
        ("purchase-orders", 2, "notice-48-hours", {"date_limite": "2025-02-05T09:00"},
         {"date_limite": "2025-02-05T08:59"}),
        ("purchase-orders", 7, "order-ceiling", {"montant_ttc_dh": "500000"},
         {"montant_ttc_dh": "500000.01"}),
        ("purchase-orders", 2, "yearly-ceiling", {"montant_ttc_dh": "427599.50"},
         {"montant_ttc_dh": "427599.51"}),
        # Three months after final acceptance: decree 2-22-431, art. 157; 3,000,000 MAD: art. 159.
        ("completion-reports", 4, "published-within-3-months",
         {"date_reception_definitive": "2023-11-30", "date_publication": "2024-02-29"},
         {"date_reception_definitive": "2023-11-30", "date_publication": "2024-03-01"}),
        ("completion-reports", 13, "report-overdue", {"date_reception_definitive": "2026-08-22"},
         {"date_reception_definitive": "2026-08-21"}),
        ("completion-reports", 2, "audit-above-ceiling", {"montant_initial_ttc_dh": "3000000"},
         {"montant_initial_ttc_dh": "3000000.01"}),
        ("completion-reports", 4, "paid-within-contract", {"montant_avenants_dh": ""},
         {"montant_avenants_dh": "-0.01"}),
        # A budget is voted in balance; a name that only begins like a total is none.
        ("budget-lines", 6, "balance", {"montant_admis_dh": "400001"},
         {"montant_admis_dh": "400001.01"}),
        ("budget-lines", 6, "no-total", {"libelle_ar": "مجموعة الجماعات الترابية"},
         {"libelle_ar": "مجموع الباب"}),
        ("budget-lines", 3, "paid-within-committed", {"montant_engage_dh": ""},
         {"montant_engage_dh": "79499.99"}),
    ],
)  # fmt: skip
def test_a_rule_is_broken_one_step_beyond_its_limit(
    broken_by, family, row, rule, last_kept, first_broken
):
    assert rule not in broken_by(family, row, last_kept)
    assert rule in broken_by(family, row, first_broken)


HERE = "01.000.00.00"


@pytest.mark.parametrize(
    ("family", "row", "other", "there", "rules"),
    [
        ("procurement-notices", 2, "procurement-results",
         {"reference_consultation": "01/2024/EX"}, set()),
        ("procurement-notices", 2, "procurement-results",
         {"reference_consultation": "01/2024"}, {"award-is-told"}),
        ("procurement-notices", 15, "procurement-results",
         {"reference_consultation": "none"}, set()),
        ("procurement-plan", 3, "procurement-notices",
         {"objet_fr": "Gardiennage des bâtiments communaux"}, set()),
        ("procurement-plan", 3, "procurement-notices", {"objet_fr": "Autre"}, {"launch-is-told"}),
        ("procurement-plan", 4, "procurement-notices", {"objet_fr": "Autre"}, set()),
        ("procurement-plan", 5, "procurement-notices", {"objet_fr": "Autre"}, set()),
        ("completion-reports", 8, "procurement-results",
         {"reference_marche": "M-2023-02", "montant_ttc_dh": Decimal("1150000.50"),
          "mode_passation": "appel_offres_ouvert"}, set()),
        ("completion-reports", 8, "procurement-results",
         {"reference_marche": "M-2023-02", "montant_ttc_dh": Decimal(1150002),
          "mode_passation": "procedure_negociee"},
         {"same-amount-as-the-award", "audit-of-negotiated-contracts"}),
        ("completion-reports", 8, "procurement-results",
         {"reference_marche": "M-2023-2"}, {"contract-is-known"}),
        # Row 2 was awarded 3,250,000 MAD, row 3 is a lot.
        ("procurement-results", 2, "procurement-notices",
         {"reference": "01/2024/EX", "estimation_dh_ttc": Decimal(6500000)}, set()),
        ("procurement-results", 2, "procurement-notices",
         {"reference": "01/2024/EX", "estimation_dh_ttc": Decimal(6500001)},
         {"amount-near-the-estimate"}),
        ("procurement-results", 2, "procurement-notices",
         {"reference": "01/2024/EX", "estimation_dh_ttc": Decimal(2708333)},
         {"amount-near-the-estimate"}),
        ("procurement-results", 3, "procurement-notices",
         {"reference": "02/2024/EX", "estimation_dh_ttc": Decimal(10)}, set()),
        # Notified on 25 April 2024 for eight months: 248 and 458 days later is 1 April 2026.
        ("procurement-results", 2, "completion-reports", {"reference_marche": "M-2024-01"}, set()),
        ("procurement-results", 2, "completion-reports",
         {"reference_marche": "M-2024-10"}, {"completion-is-told"}),
        # Notified on 23 April 2026: still under way.
        ("procurement-results", 12, "completion-reports",
         {"reference_marche": "M-2024-10"}, set()),
    ],
)  # fmt: skip
def test_a_row_is_compared_with_the_table_of_the_next_or_the_last_stage(
    family, row, other, there, rules
):
    assert compared(family, row, other, {"collectivite_code": HERE, **there}) == rules


@pytest.mark.parametrize(
    ("last_year", "admitted", "rules"),
    [
        (2025, "350000", set()),
        (2025, "350001.01", {"last-years-amount"}),
        (2024, "999999", set()),
    ],
)
def test_last_years_column_repeats_the_budget_of_last_year(last_year, admitted, rules):
    there = {
        "collectivite_code": HERE,
        "exercice": last_year,
        "document": "primitif",
        "sens": "recette",
        "partie": "fonctionnement",
        "code_ligne": "10.10.10.11",
        "montant_admis_dh": Decimal(admitted),
    }
    assert compared("budget-lines", 6, "budget-lines", there) == rules


def compared(family, row, other, there):
    """The rules about another family that a sample’s row breaks when its table has one row."""
    declared = FRAME.families[family]
    asking = [rule for rule in declared.rules if rule.against and rule.against.family == other]
    cells = sample(family)[row - 2]
    run = RuleRun(
        asking,
        Schema.from_descriptor(dict(declared.schema)),
        list(cells),
        language="en",
        today=TODAY,
        tables={other: [there]},
    )
    return {finding.rule for finding in (*run.row(2, list(cells.values())), *run.end())}


@pytest.mark.parametrize("name", FAMILIES)
def test_every_column_is_described_in_each_language(name):
    for field in FRAME.families[name].schema["fields"]:
        assert set(field["descriptions"]) == {"ar", "fr", "en"}, field["name"]
        for code in field.get("constraints", {}).get("enum", ()):
            told = field["descriptions"].values()
            assert all(code in text for text in told), (field["name"], code)

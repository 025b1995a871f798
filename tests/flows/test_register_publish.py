"""The register of an authority becomes a dataset, once for each change."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

import build
from opendata_hub import jobs
from opendata_hub.domain.errors import Invalid, SlugWithdrawn
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.register.table import CHANNELS, COLUMNS, EXTENSIONS, REFUSALS, row
from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.requests.info_request import Channel
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.flows.register.publish import require_table, slug_of
from opendata_hub.store import datasets

ENTRY = Entry(
    reference="CN-2026-000001", authority="commune-nord", channel="web", language="fr",
    is_urgent=False, subject="Budget", state=State.RECEIVED, received_on=date(2026, 1, 5),
    due_on=date(2026, 2, 2), extended_on=None, extension_ground="", answered_on=None,
    settled_on=None, outcome=Outcome.PENDING, ground="", net_days=None, complained_on=None,
    head_decided_on=None, commission_on=None, commission_decided_on=None, commission_ground="",
    sued_on=None,
)  # fmt: skip
TODAY = date(2026, 11, 22)
PUBLIC_ANSWER = """
INSERT INTO event (info_request_id, act, happened_on, recorded_at, ground, reasons)
    SELECT id, 'grant', '2026-11-09', '2026-11-09 00:00:00', '', '' FROM info_request
"""
PUBLIC_FILE = """
INSERT INTO case_file (info_request_id, origin, name, media_type, sha256, size_bytes, added_at,
    findings, cleared, release, public_from, exceptions, dataset, released_at)
SELECT id, 'authority', 'reponse.pdf', 'application/pdf', 'abc', 3, '2026-11-20 09:00:00',
    '[]', '[]', 'public', '2026-01-01', '[]', '', '2026-11-08 00:00:00' FROM info_request
"""


def cells(**changes):
    made = row(replace(ENTRY, **changes), territory="01.000.00.00", today=TODAY)
    return dict(zip(COLUMNS, made, strict=True))


@pytest.fixture
def town(hub):
    return build.with_authorities(hub, build.authority(territory="hcp:04", law="ma/31-13"))


def filed(hub, number, received_on="2026-01-05"):
    with hub.writing() as session:
        build.kept_request(session, number, authority="commune-nord", received_on=received_on)
        session.connection().execute(text("UPDATE info_request SET law = 'ma/31-13'"))


def dataset(hub):
    with hub.reading() as session:
        return datasets.find(session, "registre-demandes-commune-nord")


def test_silence_has_a_name_once_the_last_day_has_passed():
    assert cells()["statut"] == "sans_reponse"
    assert cells(due_on=TODAY)["statut"] == "en_cours"
    assert cells(subject="")["objet_resume"] == "Objet non publié"


def test_grounds_are_told_in_the_words_of_the_family():
    answered = {"answered_on": date(2026, 1, 9), "outcome": Outcome.REFUSED}
    for ground, told in (
        ("7.1-c", ("exception_art7", "7.1-c")),
        ("unclear-request", ("demande_imprecise", "")),
        ("another law's", ("", "")),
    ):
        made = cells(**answered, ground=ground)
        assert (made["statut"], made["motif_refus"], made["exception"]) == ("refusee", *told)
    again = cells(**answered, first_due_on=date(2026, 1, 8), extended_on=date(2026, 3, 1))
    assert (again["echeance"], again["prolongation"]) == ("2026-01-08", "Non")
    waits = cells(answered_on=date(2026, 1, 9), first_due_on=date(2026, 1, 8))
    assert (waits["echeance"], waits["date_reponse"]) == ("2026-02-02", "")
    published = cells(answered_on=date(2026, 1, 9), outcome=Outcome.ALREADY_PUBLISHED)
    assert (published["motif_refus"], "CN-2026-000001" in published["reference_publication"]) == (
        "deja_publiee",
        True,
    )
    asked = {"commission_on": date(2026, 3, 9)}
    assert cells(**asked)["cdai_issue"] == "en_cours"
    decided = {**asked, "commission_decided_on": date(2026, 4, 1)}
    assert cells(**decided, commission_ground="recommandation")["cdai_issue"] == "recommandation"
    assert cells(**decided, commission_ground="M. Fictif")["cdai_issue"] == ""


def test_the_words_of_the_family_are_those_of_its_schema(hub):
    fields = {each["name"]: each for each in hub.family("request-register").schema["fields"]}
    assert set(COLUMNS) == set(fields)
    for name, words in (
        ("canal", CHANNELS.values()),
        ("motif_prolongation", EXTENSIONS.values()),
        ("motif_refus", REFUSALS.values()),
    ):
        assert set(words) <= set(fields[name]["constraints"]["enum"])
    assert set(CHANNELS) == set(Channel)
    law = hub.law_named("ma/31-13")
    assert {*EXTENSIONS, *REFUSALS} <= {each.code for each in law.every_ground}


def test_a_register_is_published_and_again_only_when_it_has_changed(town):
    filed(town, 1)
    assert [each.slug for each in jobs.publish_registers(town)] == [
        "registre-demandes-commune-nord"
    ]
    assert (dataset(town).version, dataset(town).publisher) == (1, "commune-nord")
    with town.files.path(dataset(town).distribution.sha256).open(newline="") as file:
        (only,) = csv.DictReader(io.StringIO(file.read()))
    assert (only["collectivite_code"], only["statut"]) == ("04", "sans_reponse")
    assert jobs.publish_registers(town) == []
    with town.writing() as session:
        for statement in (PUBLIC_ANSWER, PUBLIC_FILE):
            session.connection().execute(text(statement))
    (again,) = jobs.publish_registers(town)
    with town.files.path(again.distribution.sha256).open(newline="") as file:
        (only,) = csv.DictReader(io.StringIO(file.read()))
    assert only["document_url"] == f"{build.BASE_URL}/answers/AI-2026-000001/1"
    filed(town, 2, "2026-01-06")
    jobs.publish_registers(town)
    assert (dataset(town).version, dataset(town).distribution.rows) == (3, 2)


def test_a_register_that_was_withdrawn_does_not_come_back_by_night(town):
    filed(town, 1)
    (made,) = jobs.publish_registers(town)
    with town.writing() as session:
        withdraw(session, town.frame, made.slug, reason="Erreur", by=OPERATOR, now=build.NOW)
    assert jobs.publish_registers(town) == []
    with pytest.raises(SlugWithdrawn):
        jobs.publish_registers(town, authority="commune-nord")
    (back,) = jobs.publish_registers(town, authority="commune-nord", again=True)
    assert back.version == 2


def test_who_has_no_request_or_no_territory_has_no_table(town):
    assert jobs.publish_registers(town) == []
    for changes in ({"territory": ""}, {"law": "fr/crpa"}):
        with pytest.raises(Invalid):
            require_table(build.authority(**{"law": "ma/31-13", "territory": "hcp:01", **changes}))
    assert slug_of(build.authority()) == "registre-demandes-commune-nord"


def test_a_register_that_breaks_a_rule_is_kept_with_its_report_and_not_published(town, caplog):
    filed(town, 1)
    with town.writing() as session:
        session.connection().execute(
            text("UPDATE register_entry SET answered_on = '2025-01-01', outcome = 'granted'")
        )
    assert jobs.publish_registers(town) == []
    assert dataset(town) is None
    assert "commune-nord" in caplog.text
    with town.reading() as session:
        kept = session.connection().execute(text("SELECT is_valid FROM submission")).all()
    assert [bool(each.is_valid) for each in kept] == [False]

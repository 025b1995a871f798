"""One supplier, association, project or commitment with all its rows, across datasets."""

import csv
import io
from dataclasses import replace

import pytest

import build
from opendata_hub import bootstrap
from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.errors import FileDamaged, UnknownEntity
from opendata_hub.domain.portal.entity import (
    Combination,
    EntityKind,
    Key,
    combination_of,
    mentions,
)
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.flows.portal import index_entities
from opendata_hub.flows.portal.show_entity import show_entity
from opendata_hub.store import datasets
from opendata_hub.store.portal import entities

ICE = "000000000001164"
SUPPLIER = f"/fr/entities/supplier/ice/{ICE}"


@pytest.fixture
def indexed_hub(demo_hub):
    demo_hub.index_entities()
    return demo_hub


@pytest.fixture
def indexed(indexed_hub, demo_client):
    assert indexed_hub.index_entities() == 0
    return demo_client


def sample_with(hub, family, *changes):
    """The sample of a family; each change: a column, its value, and what such rows say."""
    rows = list(csv.DictReader(io.StringIO(build.sample(hub, family).decode("utf-8-sig"))))
    for column, value, said in changes:
        for row in rows:
            if row[column] == value:
                row.update(said)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parts(hub, kind, scheme, value):
    entity = show_entity(hub.house, kind, Key(scheme, value))
    return {part.dataset.family: part for part in entity.parts}


def test_a_supplier_is_shown_with_its_rows_in_every_dataset(indexed, demo_hub):
    found = parts(demo_hub, EntityKind.SUPPLIER, "ice", ICE)
    assert set(found) == {"procurement-results", "purchase-orders"}
    for family, part in found.items():
        rows = list(csv.DictReader(io.StringIO(build.sample(demo_hub, family).decode("utf-8-sig"))))
        mine = [row for row in rows if row["titulaire_ice"] == ICE]
        assert part.total == len(mine) == len(part.rows)
        assert part.amount == sum(type(part.amount)(row["montant_ttc_dh"]) for row in mine)
    text = indexed.get(SUPPLIER).text
    assert "Comptoir Échantillon" in text
    assert f"rows?titulaire_ice={ICE}" in text


def test_a_project_is_followed_from_its_notice_by_its_contract_to_the_report(indexed_hub):
    by_notice = parts(indexed_hub, EntityKind.PROJECT, "reference", "01.000.00.00:01/2024/EX")
    by_report = parts(indexed_hub, EntityKind.PROJECT, "contract", "01.000.00.00:M-2024-01")
    chain = {"procurement-notices", "procurement-results", "completion-reports"}
    assert set(by_notice) == set(by_report) == chain


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_entities_are_found_by_name_and_number(indexed, language):
    for words in ("comptoir echantillon", ICE):
        text = indexed.get(f"/{language}/entities", params={"q": words, "kind": "supplier"}).text
        assert f'href="/{language}/entities/supplier/ice/{ICE}"' in text
    assert ICE not in indexed.get(f"/{language}/entities?q=introuvable").text
    association = indexed.get(f"/{language}/entities?kind=association").text
    assert "Association Exemple des Jeunes" in association


def test_a_number_that_one_row_calls_a_persons_is_nobodys_page_anywhere(indexed, demo_hub):
    rule = demo_hub.frame.families["procurement-results"].entities[0]
    said = Combination(
        {"titulaire_ice": ICE}, "Personne Fictive", 1, None, is_person=True, is_legal=False
    )
    with demo_hub.writing() as session:
        entities.replace(
            session, "demo-petitions", version=1, made_for="", found=mentions(rule, [said])
        )
    assert indexed.get(SUPPLIER).status_code == 404
    for query in ("", "?q=fictive", f"?q={ICE}", "?q=comptoir"):
        listed = indexed.get(f"/fr/entities{query}").text
        assert f"/ice/{ICE}" not in listed
        assert "Personne Fictive" not in listed
    row = indexed.get("/fr/datasets/demo-procurement-results/rows/3").text
    assert "/entities/supplier/" not in row


def test_the_name_of_a_natural_person_is_not_kept(demo_hub):
    rule = demo_hub.frame.families["procurement-results"].entities[0]
    row = {"titulaire_ice": ICE, "titulaire_nom": "Fictive", "titulaire_forme": "personne_physique"}
    said = combination_of(rule, row)
    assert said.is_person
    assert [each.name for each in mentions(rule, [said])] == [{}]


def test_who_no_row_says_to_be_a_legal_person_has_no_page_and_no_name_in_the_index(
    indexed, demo_hub
):
    ice = "000000000001940"
    said = {"titulaire_ice": ice, "titulaire_nom": "Personne Fictive"}
    changed = sample_with(demo_hub, "purchase-orders", ("titulaire_ice", ICE, said))
    submission = build.submitted(demo_hub, changed, family="purchase-orders")
    build.publish_submission(demo_hub, submission, replaces=True)
    demo_hub.index_entities()
    assert indexed.get(f"/fr/entities/supplier/ice/{ice}").status_code == 404
    for query in ("?kind=supplier", "?q=fictive", f"?q={ice}"):
        listed = indexed.get(f"/fr/entities{query}").text
        assert f"/ice/{ice}" not in listed
        assert "Personne Fictive" not in listed
    with demo_hub.reading() as session:
        [said] = entities.of_keys(session, EntityKind.SUPPLIER, [Key("ice", ice)], most=9)
    assert (said.mention.name, said.mention.is_legal) == ({}, False)


def test_a_table_that_tells_no_form_adds_its_rows_to_who_another_has_shown(indexed_hub):
    with indexed_hub.reading() as session:
        [by_name] = entities.listed(session, words="comptoir", kind=EntityKind.SUPPLIER, most=9)
        spoken = entities.of_keys(session, EntityKind.SUPPLIER, [by_name.key], most=9)
    assert by_name.name == {"fr": "Comptoir Échantillon"}
    assert (by_name.datasets, by_name.rows) == (2, sum(each.mention.rows for each in spoken))
    assert {each.slug for each in spoken if each.mention.name} == {"demo-procurement-results"}


@pytest.mark.parametrize(("before", "version"), [(600, 1), (0, 0)])
def test_the_mark_of_a_person_holds_far_down_and_until_a_new_version_is_looked_through(
    indexed, demo_hub, before, version
):
    rule = demo_hub.frame.families["procurement-results"].entities[0]
    plain = Combination({"titulaire_ice": ICE}, "Fictive", 1, None, is_person=False, is_legal=True)
    person = replace(plain, is_person=True)
    found = mentions(rule, [*[plain] * before, person])
    with demo_hub.writing() as session:
        entities.replace(session, "demo-petitions", version=version, made_for="", found=found)
    assert indexed.get(SUPPLIER).status_code == 404
    assert f"/ice/{ICE}" not in indexed.get("/fr/entities?kind=supplier").text


@pytest.mark.parametrize(
    ("form", "is_legal"),
    [("societe", True), ("cooperative", True), ("groupement_membre", False), ("etranger", False),
     ("auto_entrepreneur", False), (None, False)],
)  # fmt: skip
def test_a_form_that_does_not_tell_proves_nothing(demo_hub, form, is_legal):
    rule = demo_hub.frame.families["procurement-results"].entities[0]
    said = combination_of(rule, {"titulaire_ice": ICE, "titulaire_forme": form})
    assert said.is_legal is is_legal


def test_a_row_leads_to_those_it_speaks_of(indexed):
    text = indexed.get("/fr/datasets/demo-procurement-results/rows/3").text
    assert f'href="{SUPPLIER}"' in text
    assert 'href="/fr/entities/project/reference/01.000.00.00:02/2024/EX"' in text


def test_what_is_withdrawn_or_replaced_is_gone_at_once(indexed, demo_hub):
    with demo_hub.writing() as session:
        withdraw(
            session, demo_hub.frame, "demo-purchase-orders", reason="Erreur de fichier",
            by=build.OPERATOR, now=build.NOW,
        )  # fmt: skip
    assert set(parts(demo_hub, EntityKind.SUPPLIER, "ice", ICE)) == {"procurement-results"}
    assert demo_hub.index_entities() == 0
    changed = sample_with(
        demo_hub, "procurement-results", ("titulaire_ice", ICE, {"titulaire_ice": ""})
    )
    submission = build.submitted(demo_hub, changed, family="procurement-results")
    build.publish_submission(demo_hub, submission, replaces=True)
    with pytest.raises(UnknownEntity):
        parts(demo_hub, EntityKind.SUPPLIER, "ice", ICE)
    assert demo_hub.index_entities() == 1
    assert indexed.get(SUPPLIER).status_code == 404


@pytest.mark.parametrize("kind", [FileDamaged, PermissionError])
def test_a_file_that_cannot_be_read_keeps_no_other_from_being_indexed(demo_hub, monkeypatch, kind):
    with demo_hub.reading() as session:
        damaged = datasets.get(session, "demo-purchase-orders").distribution.sha256
    path = FileStore.path

    def read(store, sha256):
        if sha256 == damaged:
            raise kind("it is not what was put there")
        return path(store, sha256)

    monkeypatch.setattr(FileStore, "path", read)
    demo_hub.index_changes()
    assert set(parts(demo_hub, EntityKind.SUPPLIER, "ice", ICE)) == {"procurement-results"}


def test_nothing_that_fails_after_a_commit_reaches_whoever_published(hub, monkeypatch):
    def broken(*_):
        raise ArithmeticError

    monkeypatch.setattr(index_entities, "bring_up_to_date", broken)
    monkeypatch.setattr(bootstrap.index, "is_current", broken)
    hub.index_changes()
    assert hub.index_entities() == 0


def test_a_number_without_its_control_key_is_nobodys(indexed):
    assert indexed.get("/fr/entities/supplier/ice/000000000001165").status_code == 404
    assert indexed.get("/fr/entities/none/ice/1").status_code in {404, 422}

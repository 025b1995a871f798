"""The compiled engine says of a record what pyshacl says, and leads back to the form."""

import dataclasses

import pytest
from hypothesis import given, settings
from pyshacl import validate
from rdflib import SH, Graph

import records
from opendata_hub.adapters import rdf, shapes
from opendata_hub.domain.catalog.record.classes import (
    TABLE,
    Concept,
    ConceptScheme,
    Contact,
    Dataset,
    Distribution,
    rows_of,
)
from opendata_hub.domain.catalog.record.labels import Fault
from opendata_hub.domain.catalog.record.row import PREFIXES, Need
from opendata_hub.domain.catalog.record.shapes import field_of
from opendata_hub.domain.catalog.record.shapes import shapes as all_shapes
from opendata_hub.domain.catalog.record.triples import Shared, blocks, triples

ASKED = Contact(iri="http://hub.example/asked", name={"fr": "Service"})
CSV = Concept(
    iri="http://publications.europa.eu/resource/authority/file-type/CSV",
    label={"fr": "CSV"},
    scheme=ConceptScheme(
        iri="http://publications.europa.eu/resource/authority/file-type", title={"fr": "Types"}
    ),
)
SHARED = Shared()
SHAPES = Graph().parse(data=all_shapes(), format="turtle")


def n_triples(thing):
    return rdf.fragment(triples(thing), rdf.N_TRIPLES, PREFIXES)


def by_oracle(text):
    _, report, _ = validate(Graph().parse(data=text, format="nt"), shacl_graph=SHAPES)
    return {
        (str(report.value(r, SH.focusNode)), field_of(str(report.value(r, SH.sourceShape))))
        for r in report.subjects(SH.resultSeverity, SH.Violation)
    }


def by_engine(text):
    return {(v.node, v.field) for v in shapes.violations(text)}


def good():
    """A dataset that keeps the profile."""
    return Dataset(
        iri="http://hub.example/x",
        title={"fr": "Titre"},
        description={"fr": "Texte"},
        contact_point=(Contact(iri="http://hub.example/c", name={"fr": "Service"}),),
        distribution=(
            Distribution(iri="http://hub.example/f", access_url=("http://hub.example/f.csv",)),
        ),
    )


def test_a_good_record_breaks_nothing():
    assert by_engine(n_triples(good())) == by_oracle(n_triples(good())) == set()


@pytest.mark.parametrize(
    ("change", "node", "field", "fault"),
    [
        ({"title": {}}, "x", "title", Fault.MISSING),
        ({"title": {"fr": ""}}, "x", "title", Fault.MALFORMED),
        ({"contact_point": (Contact(iri="http://hub.example/c"),)}, "c", "name", Fault.MISSING),
        (
            {"distribution": (Distribution(iri="http://hub.example/f"),)},
            "f", "access_url", Fault.MISSING,
        ),
        (
            {"frequency": Concept(iri="http://other.example/often", label={"fr": "souvent"})},
            "x", "frequency", Fault.UNLISTED,
        ),
        (
            {"hvd_category": (Concept(iri="urn:x-category", label={"en": "Statistics"}),)},
            "x", "applicable_legislation", Fault.INCOMPLETE,
        ),
    ],
)  # fmt: skip
def test_a_bad_record_is_told_by_node_and_field_and_the_oracle_agrees(change, node, field, fault):
    text = n_triples(dataclasses.replace(good(), **change))
    (violation,) = shapes.violations(text)
    assert violation == shapes.Violation(f"http://hub.example/{node}", field, fault)
    assert by_oracle(text) == by_engine(text)


def test_two_values_where_one_may_stand_are_too_many():
    text = n_triples(good()) + n_triples(
        Dataset(iri="http://hub.example/x", version="1", title={"fr": "Autre titre"})
    ) + n_triples(Dataset(iri="http://hub.example/x", version="2"))  # fmt: skip
    found = {(v.field, v.fault) for v in shapes.violations(text)}
    assert found == {("version", Fault.TOO_MANY), ("title", Fault.TOO_MANY)}
    assert by_oracle(text) == by_engine(text)


@pytest.mark.parametrize("kind", TABLE.values(), ids=TABLE)
def test_every_mandatory_property_is_missed_when_it_is_not_there(kind):
    needed = {name for name, row in rows_of(kind) if row.need is Need.MANDATORY}
    text = n_triples(kind(iri="http://hub.example/x"))
    assert {field for _, field in by_engine(text)} == needed


@settings(max_examples=20, deadline=None)
@given(thing=records.things(Dataset))
def test_the_oracle_finds_what_the_engine_finds(thing):
    text = n_triples(thing)
    assert by_engine(text) == by_oracle(text)


def named(name, **differently):
    """A record of that name, ready to be proved; who is asked about it is shared by all."""
    thing = dataclasses.replace(good(), iri=f"http://hub.example/{name}", **differently)
    file = Distribution(
        iri=f"{thing.iri}#file", access_url=(f"{thing.iri}.csv",), format=SHARED.keep(CSV)
    )
    return dataclasses.replace(thing, contact_point=(SHARED.keep(ASKED),), distribution=(file,))


def ready(*things):
    return [rdf.prepared(blocks([thing], SHARED), PREFIXES) for thing in things]


@pytest.fixture
def proofs(monkeypatch):
    """Every document that is proved, as it is proved."""
    seen, by_engine_itself = [], shapes.violations
    monkeypatch.setattr(
        shapes, "violations", lambda turtle: seen.append(turtle) or by_engine_itself(turtle)
    )
    return seen


def test_sound_records_are_proved_in_one_go_with_what_they_share_once(proofs):
    found = shapes.violations_of_all(ready(named("a"), named("b"), named("c")))
    (document,) = proofs
    assert found == [(), (), ()]
    assert document.count("vcard:fn") == 1


def test_a_broken_record_among_sound_ones_is_told_alone_and_as_by_itself():
    many = ready(named("a"), named("b", title={}), named("c"))
    alone = shapes.violations_of(many[1])
    assert [v.field for v in alone] == ["title"]
    assert shapes.violations_of_all(many) == [(), alone, ()]


def test_what_another_record_says_of_a_thing_does_not_complete_it():
    empty, whole = (
        dataclasses.replace(
            named(name), contact_point=(Contact(iri="http://hub.example/same", name=said),)
        )
        for name, said in (("a", {}), ("b", {"fr": "Service"}))
    )
    alone, nothing, _ = found = shapes.violations_of_all(ready(empty, whole, named("c")))
    assert (alone, nothing) == (shapes.violations_of(ready(empty)[0]), ())
    assert [v.field for v in alone] == ["name"]
    assert len(found) == 3


def test_a_thing_of_which_all_say_the_same_is_no_reason_to_prove_each_by_itself(proofs):
    asked = Contact(iri="http://hub.example/same", name={"fr": "Service"})
    many = ready(*(dataclasses.replace(named(name), contact_point=(asked,)) for name in ("a", "b")))
    assert shapes.violations_of_all(many) == [(), ()]
    assert len(proofs) == 1

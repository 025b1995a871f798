"""One table says which field is which property, and forgets none."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.namespace import RDF

import records
from opendata_hub.domain.catalog.record.classes import (
    NOT_OURS,
    TABLE,
    Agent,
    Catalog,
    DataService,
    Dataset,
    DatasetSeries,
    Distribution,
    PeriodOfTime,
    rows_of,
)
from opendata_hub.domain.catalog.record.labels import LABELS, Fault, said_of
from opendata_hub.domain.catalog.record.parse import Reading
from opendata_hub.domain.catalog.record.row import Kind, Need, expanded
from opendata_hub.domain.catalog.record.triples import triples
from opendata_hub.domain.errors import InvalidRecord

THEIR_NAMES = {
    "Catalogue": "Catalog",
    "CatalogueRecord": "CatalogRecord",
    "PeriodofTime": "PeriodOfTime",
}
FIELDS = [(name, field) for name, kind in TABLE.items() for field, _ in rows_of(kind)]


@pytest.fixture(scope="module")
def facts(shared):
    said = json.loads((shared / "facts/dcat_ap_301_properties.json").read_text(encoding="utf-8"))
    return {
        key: (THEIR_NAMES.get(key.partition(".")[0], key.partition(".")[0]), iri, of[1], of[2])
        for key, iri, of in said
    }


def test_no_property_of_the_profile_is_forgotten(facts):
    assert len(facts) == 131
    ours = {(name, row.iri) for name, kind in TABLE.items() for _, row in rows_of(kind)}
    forgotten = {key for key, (name, iri, *_) in facts.items() if (name, iri) not in ours}
    assert forgotten == set(NOT_OURS)
    assert all(NOT_OURS.values())


def test_cardinalities_are_those_of_the_profile(facts):
    rows = {(name, row.iri): row for name, kind in TABLE.items() for _, row in rows_of(kind)}
    for key, (name, iri, kind, cardinality) in facts.items():
        if key in NOT_OURS:
            continue
        row = rows[name, iri]
        at_least_one = not cardinality.startswith("0")
        at_most_one = cardinality in {"1", "0..1"}
        assert (row.need is Need.MANDATORY) == at_least_one, key
        # A text is one for each language, whatever number of them the profile wants.
        assert (row.is_one or row.kind is Kind.TEXTS) >= at_most_one, key
        assert not row.is_one or at_most_one, key
        assert (row.kind in {Kind.TEXTS, Kind.WORDS, Kind.STRING, Kind.WKT}) == (
            kind == "Literal"
        ), key


def test_what_high_value_datasets_and_versions_ask_for_has_its_fields_too():
    for kind in (Dataset, DatasetSeries, DataService):
        assert {"hvd_category", "applicable_legislation"} <= {name for name, _ in rows_of(kind)}
    versions = {row.path for _, row in rows_of(Dataset)}
    assert {"dcat:version", "dcat:previousVersion", "dcat:hasCurrentVersion"} <= versions


def test_every_field_has_its_label_in_three_languages_and_none_is_left_over():
    assert {field for _, field in FIELDS} | {"iri"} == set(LABELS)
    for label in LABELS.values():
        assert set(label) == {"fr", "ar", "en"}
        assert all(label.values())


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_told_in_three_languages_by_the_name_of_the_field(fault):
    for language, sentence in said_of("contact_point.email", fault).items():
        assert LABELS["email"][language] in sentence


def read_back(thing):
    reading = Reading.of(triples(thing))
    back = reading.one(type(thing), thing.iri)
    assert reading.left_out == []
    return back


@pytest.mark.parametrize("kind", TABLE.values(), ids=TABLE)
def test_a_record_with_every_field_comes_back_as_it_was(kind):
    thing = records.example(kind)
    assert all(getattr(thing, name) not in (None, (), {}) for name, _ in rows_of(kind))
    assert read_back(thing) == thing


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_every_field_alone_is_said_by_its_property(name, field):
    kind = TABLE[name]
    row = dict(rows_of(kind))[field]
    thing = kind(iri="http://hub.example/x", **{field: getattr(records.example(kind), field)})
    said = {str(p) for s, p, _ in triples(thing) if str(s) == thing.iri and p != RDF.type}
    assert said == {expanded(row.path)}
    assert read_back(thing) == thing


@pytest.mark.parametrize("kind", [Catalog, Dataset, Distribution, DataService, DatasetSeries])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_hostile_records_come_back_as_they_were(kind, data):
    thing = data.draw(records.things(kind))
    assert read_back(thing) == thing


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": {"fr": "a\x07b"}}, "title"),
        ({"title": {"fr": "\ud800"}}, "title"),
        ({"title": {"fr": "\ufffe"}}, "title"),
        ({"title": {"not a language": "x"}}, "title"),
        ({"keyword": {"fr": ("\x00",)}}, "keyword"),
        ({"landing_page": ("not an address",)}, "landing_page"),
        ({"landing_page": ("http://a.example/<b>",)}, "landing_page"),
        ({"landing_page": ("http://a.example/%zz",)}, "landing_page"),
        ({"landing_page": ("/relative",)}, "landing_page"),
        ({"landing_page": ("file:///etc/passwd",)}, "landing_page"),
        ({"landing_page": ("http://[::1/",)}, "landing_page"),
        ({"landing_page": ("http:///x",)}, "landing_page"),
        ({"landing_page": ("http://a.example/" + "x" * 3000,)}, "landing_page"),
        ({"issued": "0000-01-01"}, "issued"),
        ({"issued": "10000-01-01"}, "issued"),
        ({"issued": "2026-02-30"}, "issued"),
        ({"issued": "22/11/2026"}, "issued"),
        ({"temporal_resolution": "PT"}, "temporal_resolution"),
        ({"temporal": (PeriodOfTime(iri="urn:x", start="-0044"),)}, "start"),
        ({"publisher": Agent(iri="not one", name={"fr": "x"})}, "iri"),
    ],
)
def test_what_a_parser_would_stumble_over_is_refused_by_the_name_of_its_field(change, field):
    with pytest.raises(InvalidRecord) as refused:
        list(triples(Dataset(iri="http://hub.example/x", **change)))
    ((named, said),) = refused.value.faults
    assert (named, set(said)) == (field, {"fr", "ar", "en"})

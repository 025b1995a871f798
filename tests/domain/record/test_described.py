"""What stewards say beside title and file: kept by the table, refused by the name of the field."""

import pytest

import build
from opendata_hub.bootstrap import load_frame
from opendata_hub.domain.catalog.record.classes import Dataset, rows_of
from opendata_hub.domain.catalog.record.described import MADE_HERE, described, given_from
from opendata_hub.domain.errors import Invalid, InvalidRecord
from opendata_hub.settings import Settings

FRAME = load_frame(Settings(), base_url=build.BASE_URL)
ME = f"{build.BASE_URL}/datasets/x"
EVERYTHING = {
    "keyword": {"fr": ["budget"]},
    "theme": ["GOVE"],
    "creator": {"name": {"fr": "Service fictif"}},
    "contact_point": [{"name": {"fr": "Service"}, "email": ["mailto:a@commune.example"]}],
    "spatial": ["MAR", {"label": {"fr": "Quartier"}, "bbox": "POLYGON((0 0,0 1,1 1,0 0))"}],
    "temporal": [{"start": "2025", "end": "2025-12-31"}],
    "spatial_resolution": [10.5],
    "temporal_resolution": "P1Y",
    "frequency": "ANNUAL",
    "language": ["ARA"],
    "access_rights": "RESTRICTED",
    "identifier": ["B-2025"],
    "other_identifier": [{"notation": "doi:10.0/x"}],
    "type": ["STATISTICAL"],
    "conforms_to": [{"iri": "https://a.example/norm", "title": {"fr": "Norme"}}],
    "landing_page": ["https://commune.example/budget"],
    "documentation": ["https://commune.example/guide"],
    "provenance": [{"label": {"fr": "Comptes arrêtés"}}],
    "qualified_attribution": [{"agent": {"name": {"fr": "Z"}}, "role": ["urn:x:funder"]}],
    "qualified_relation": [{"role": ["urn:x:part"], "relation": ["https://a.example/y"]}],
    "was_generated_by": [{"label": {"fr": "Recensement"}}],
    "relation": ["https://a.example/y"],
    "is_referenced_by": ["https://a.example/article"],
    "source": ["https://a.example/source"],
    "version_notes": {"fr": "Corrigé"},
    "has_version": ["https://a.example/v1"],
    "previous_version": "https://a.example/v0",
    "current_version": "https://a.example/v2",
    "applicable_legislation": ["http://data.europa.eu/eli/reg_impl/2023/138/oj"],
    "hvd_category": ["c_e1da4e07"],
}


def read(given):
    return described(given, ME, base_url=build.BASE_URL, coded=FRAME.coded)


def test_every_field_that_a_steward_may_give_is_kept():
    assert set(EVERYTHING) == {name for name, _ in rows_of(Dataset)} - MADE_HERE
    kept = read(EVERYTHING).fields
    assert set(kept) == set(EVERYTHING)
    assert kept["access_rights"].iri.endswith("/access-right/RESTRICTED")
    assert kept["spatial"][1].iri == f"{ME}#spatial-2"
    assert kept["contact_point"][0].name == {"fr": "Service"}


def test_a_series_is_described_beside_its_dataset():
    (series,) = read({"series": [{"id": "budget", "title": {"fr": "Budgets"}}]}).series
    assert series.iri == f"{build.BASE_URL}/catalog#series-budget"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"landing_page": ["javascript alert"]}, "landing_page[0]"),
        ({"landing_page": ["http://a.example/\u202ex"]}, "landing_page[0]"),
        ({"contact_point": [{"email": ["not one"]}]}, "contact_point[0].email[0]"),
        ({"temporal": [{"start": "0000"}]}, "temporal[0].start"),
        ({"temporal": [{"start": "12026-01-01"}]}, "temporal[0].start"),
        ({"temporal": ["2025"]}, None),
        ({"frequency": "OFTEN"}, "frequency"),
        ({"frequency": {"iri": "http://a.example/often"}}, "frequency"),
        ({"version_notes": {"fr": "a\x00"}}, "version_notes"),
        ({"version_notes": {"xx": "unknown language"}}, "version_notes"),
        ({"version_notes": {"fr": "x" * 1_000_000}}, "version_notes"),
        ({"version_notes": {"fr": 3}}, "version_notes"),
        ({"keyword": {"fr": ["a\x07"]}}, "keyword"),
        ({"spatial_resolution": ["wide"]}, "spatial_resolution[0]"),
        ({"temporal_resolution": "a year"}, "temporal_resolution"),
        ({"identifier": [""]}, "identifier[0]"),
        ({"provenance": [{"iri": 3}]}, "provenance[0]"),
        ({"provenance": ["text"]}, None),
        ({"licence": "CC9"}, "licence"),
        ({"licence": ["CC0"]}, "licence"),
        ({"licence": {"iri": "http://a.example/own"}}, "licence"),
        ({"provenance": [{"licence": "CC0"}]}, None),
        ({"title": {"fr": "elsewhere"}}, None),
        ({"identifier": ["x"] * 101}, None),
        ({"series": [{"id": "no spaces"}]}, None),
    ],
)
def test_what_can_not_stand_in_a_record_is_refused_by_its_place(given, field):
    with pytest.raises(Invalid) as refused:
        read(given)
    if field is not None:
        assert isinstance(refused.value, InvalidRecord)
        ((named, said),) = refused.value.faults
        assert (named, set(said)) == (field, {"fr", "ar", "en"})
    assert len(str(refused.value)) < 2000


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "[" * 100_000, "3"])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(Invalid):
        given_from(text)

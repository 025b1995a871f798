"""A record goes to CKAN and comes back whole; what is changed there is seen."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opendata_hub.domain.catalog.record.classes import (
    Agent,
    Concept,
    Contact,
    Dataset,
    Distribution,
    LicenceDocument,
    Location,
    PeriodOfTime,
    rows_of,
)
from opendata_hub.domain.catalog.record.row import Kind
from opendata_hub.domain.ckan.licences import EU, LICENCES, licence_named, licence_of
from opendata_hub.domain.ckan.lines import DATASET, RESOURCE, tags_of
from opendata_hub.domain.ckan.mapping import CORE, Facts, naive, package_of, record_of
from opendata_hub.domain.errors import InvalidPackage
from records import things

AUTHORITY = "http://publications.europa.eu/resource/authority"
ENTRIES = {
    ("frequency", f"{AUTHORITY}/frequency/ANNUAL"): Concept,
    ("data-theme", f"{AUTHORITY}/data-theme/ECON"): Concept,
    ("file-type", f"{AUTHORITY}/file-type/CSV"): Concept,
    ("country", f"{AUTHORITY}/country/MAR"): Location,
    ("licence", f"{EU}CC_BY_4_0"): LicenceDocument,
}
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ORGANIZATION = {"id": "o-1", "name": "commune-exemple", "title": "Commune d’exemple"}
FACTS = Facts("p-1", "budget-2026", NOW, NOW, ORGANIZATION, resource_ids=("r-1",))


def known(vocabulary, iri):
    kind = ENTRIES.get((vocabulary, iri))
    return kind(iri=iri, label={"fr": f"libellé de {iri[-4:]}"}) if kind else None


def budget(**changes):
    said = {
        "iri": "http://hub.example/datasets/budget-2026",
        "title": {"fr": "Budget 2026", "ar": "ميزانية 2026"},
        "description": {"fr": "Les recettes et les dépenses."},
        "keyword": {"fr": ("budget", "dépenses (votées)"), "ar": ("ميزانية",)},
        "theme": (known("data-theme", f"{AUTHORITY}/data-theme/ECON"),),
        "frequency": known("frequency", f"{AUTHORITY}/frequency/ANNUAL"),
        "spatial": (known("country", f"{AUTHORITY}/country/MAR"),),
        "publisher": Agent(iri="http://hub.example/publishers/x", name={"fr": "X", "ar": "س"}),
        "contact_point": (Contact(name={"fr": "X"}, email=("mailto:a@x.example",)),),
        "temporal": (PeriodOfTime(start="2026-01-01", end="2026-12-31"),),
        "distribution": (
            Distribution(
                iri="http://hub.example/datasets/budget-2026#distribution-1",
                title={"fr": "Budget 2026"},
                download_url=("http://hub.example/datasets/budget-2026/files/b.csv",),
                access_url=("http://hub.example/datasets/budget-2026/files/b.csv",),
                licence=known("licence", f"{EU}CC_BY_4_0"),
                format=known("file-type", f"{AUTHORITY}/file-type/CSV"),
                media_type="https://www.iana.org/assignments/media-types/text/csv",
                byte_size=39,
            ),
        ),
    }
    return Dataset(**{**said, **changes})


def extra(package, key):
    return next((each["value"] for each in package["extras"] if each["key"] == key), None)


def with_extra(package, key, value):
    others = [each for each in package["extras"] if each["key"] != key]
    return {**package, "extras": [*others, {"key": key, "value": value}]}


@settings(max_examples=150, deadline=None)
@given(things(Dataset))
def test_every_record_comes_back_from_ckan_as_it_went(record):
    assume(not says_nothing(record))
    record = dataclasses.replace(
        record,
        title=record.title or {"fr": "Budget"},
        distribution=tuple(map(accessible, record.distribution)),
    )
    assert record_of(package_of(record, FACTS, known), known) == record


@settings(max_examples=80, deadline=None)
@given(things(Distribution, iri="http://hub.example/x#file"))
def test_every_file_comes_back_as_it_went(thing):
    assume(not says_nothing(thing))
    files = (accessible(thing),)
    record = Dataset(iri="http://hub.example/x", title={"fr": "X"}, distribution=files)
    assert record_of(package_of(record, FACTS, known), known) == record


def accessible(thing):
    """The profile wants an access address; what can be downloaded is accessed there."""
    return dataclasses.replace(thing, access_url=thing.access_url or thing.download_url[:1])


def says_nothing(thing):
    """Whether a value is there and empty, which no check of a record lets through."""
    for name, row in rows_of(type(thing)):
        value = getattr(thing, name)
        if row.kind in {Kind.TEXTS, Kind.WORDS} and any(not each for each in value.values()):
            return True
        if row.kind is Kind.NODE and value:
            if any(says_nothing(each) for each in ((value,) if row.is_one else value)):
                return True
        elif value == "" or (not row.is_one and "" in value):
            return True
    return False


def test_the_table_has_every_field_of_a_dataset_and_of_a_file():
    assert {line.field for line in DATASET} | {"distribution"} == {n for n, _ in rows_of(Dataset)}
    assert {line.field for line in RESOURCE} == {name for name, _ in rows_of(Distribution)}


def test_no_two_fields_are_put_under_one_key():
    for lines in (DATASET, RESOURCE):
        keys = [key for line in lines for key in (*line.keys, line.exact) if key]
        assert len(keys) == len(set(keys))


def test_a_package_says_it_in_the_words_of_ckan():
    package = package_of(budget(), FACTS, known)
    assert package["title"] == "Budget 2026"
    assert [each["name"] for each in package["tags"]] == ["budget", "dépenses votées", "ميزانية"]
    assert (package["license_id"], package["isopen"]) == ("cc-by", True)
    assert package["maintainer_email"] == "a@x.example"
    assert package["metadata_created"] == "2026-11-22T09:30:00.000000"
    assert package["owner_org"] == "o-1"
    assert extra(package, "frequency") == f"{AUTHORITY}/frequency/ANNUAL"
    assert extra(package, "temporal_start") == "2026-01-01"
    assert extra(package, "publisher_name") == "X"
    resource = package["resources"][0]
    assert (resource["format"], resource["mimetype"], resource["size"]) == ("CSV", "text/csv", 39)
    assert (resource["id"], resource["package_id"], resource["position"]) == ("r-1", "p-1", 0)
    assert all(isinstance(each["value"], str) for each in package["extras"])
    assert not CORE & {each["key"] for each in package["extras"]}


def test_what_is_changed_in_ckan_comes_back_changed_and_translations_stay():
    package = package_of(budget(), FACTS, known)
    changed = {
        **package,
        "title": "Budget primitif 2026",
        "tags": [{"name": "budget"}, {"name": "ميزانية"}, {"name": "commune"}],
        "maintainer_email": "b@x.example",
    }
    changed = with_extra(changed, "temporal_end", "2026-06-30")
    record = record_of(changed, known)
    assert record.title == {"fr": "Budget primitif 2026", "ar": "ميزانية 2026"}
    assert record.keyword == {"fr": ("budget", "commune"), "ar": ("ميزانية",)}
    assert record.contact_point[0].email == ("mailto:b@x.example",)
    assert record.temporal == (PeriodOfTime(start="2026-01-01", end="2026-06-30"),)
    assert record.theme == budget().theme


def test_a_package_of_any_ckan_is_read():
    record = record_of(
        {
            "title": "Air quality", "notes": "hello *md*", "license_id": "cc-by",
            "tags": [{"name": "air quality"}], "author": "Somebody", "url": "no address",
            "resources": [{"url": "https://x.example/t.csv", "format": "csv", "size": "39"}],
            "extras": [{"key": "unknown", "value": "anything"}],
        },
        known,
        iri="https://ckan.example/dataset/air",
    )  # fmt: skip
    assert record.iri == "https://ckan.example/dataset/air"
    assert record.title == {"fr": "Air quality"}
    assert record.creator == (Agent(name={"fr": "Somebody"}),)
    assert record.landing_page == ()
    (file,) = record.distribution
    assert file.access_url == file.download_url == ("https://x.example/t.csv",)
    assert (file.format.iri, file.byte_size) == (f"{AUTHORITY}/file-type/CSV", 39)
    assert file.licence.iri == f"{EU}CC_BY_4_0"


@pytest.mark.parametrize(
    ("package", "key"),
    [
        ([], "package"),
        ({"tags": "x"}, "tags"),
        ({"tags": [{"name": None}]}, "tags"),
        ({"extras": [{"key": "a", "value": 1}, {"key": "a", "value": 2}]}, "extras"),
        ({"extras": [3]}, "extras"),
        ({"extras": [{"key": "odh_temporal", "value": '{"start": {"x": 1}}'}]}, "temporal_start"),
        ({"extras": [{"key": "theme", "value": "[[[[[[[[[[1]]]]]]]]]]"}]}, "theme"),
        ({"resources": [{"size": "many"}]}, "resources"),
        ({"resources": [{"size": 1e400}]}, "resources"),
        ({"resources": {"url": "x"}}, "resources"),
    ],
)
def test_what_stands_for_nothing_is_refused_by_its_key(package, key):
    with pytest.raises(InvalidPackage) as refused:
        record_of(package, known)
    assert list(refused.value.faults) == [key]


def test_ten_thousand_tags_are_read_and_extras_nested_without_end_are_refused():
    package = {"tags": [{"name": f"t{n}"} for n in range(10_000)]}
    assert len(record_of(package, known).keyword["fr"]) == 10_000
    with pytest.raises(InvalidPackage):
        record_of({"extras": [{"key": "theme", "value": "[" * 100_000 + "]" * 100_000}]}, known)


@given(st.dictionaries(st.sampled_from(["fr", "ar"]), st.lists(st.text(max_size=120), max_size=4)))
def test_tags_are_what_ckan_takes(words):
    for tag in tags_of(words):
        assert 2 <= len(tag) <= 100
        assert all(letter.isalnum() or letter in "_ -." for letter in tag if letter.isprintable())


def test_each_licence_of_the_eu_has_its_id():
    assert licence_of(f"{EU}CC0").id == "cc-zero"
    assert licence_of(f"{EU}ETALAB_2_0").id == "other-at"
    assert licence_named("ODbL").iri == f"{EU}ODC_BL"
    assert len({each.id for each in LICENCES}) == 15


def test_instants_are_written_as_ckan_does():
    assert naive(NOW) == "2026-11-22T09:30:00.000000"
    assert dataclasses.asdict(FACTS)["state"] == "active"

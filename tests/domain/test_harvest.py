"""What others say, in words that the profile knows; nothing is guessed, and everything is noted."""

import pytest

from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.errors import RecordOfOurs, RecordRefused, RecordTooLarge
from opendata_hub.domain.harvest.compare import differences
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.wording import reworded

EU = "http://publications.europa.eu/resource/authority/"


@pytest.fixture
def lists(hub):
    return Lists(hub.frame)


def dataset(**changes):
    given = {"iri": "http://a.example/d", "title": {"fr": "Titre"}, "description": {"fr": "Texte"}}
    return record.Dataset(**{**given, **changes})


def told(lists, **changes):
    return reworded(dataset(**changes), lists, language="fr")


@pytest.mark.parametrize(
    ("vocabulary", "said", "code"),
    [
        ("licence", "http://www.opendatacommons.org/licenses/odbl/1.0/", "ODC_BL"),
        ("licence", "odc-odbl", "ODC_BL"),
        ("licence", "https://creativecommons.org/licenses/by/4.0/deed.fr", "CC_BY_4_0"),
        ("licence", "CC-BY-4.0", "CC_BY_4_0"),
        ("licence", f"{EU}licence/CC0", "CC0"),
        ("file-type", ".csv", "CSV"),
        ("file-type", "text/csv; charset=utf-8", "CSV"),
        ("file-type", "https://www.iana.org/assignments/media-types/text/csv", "CSV"),
        ("file-type", "GeoJSON", "GEOJSON"),
        ("frequency", "R/P1Y", "ANNUAL"),
        ("frequency", "http://purl.org/cld/freq/monthly", "MONTHLY"),
        ("frequency", "annuel", "ANNUAL"),
        ("language", "fr-MA", "FRA"),
        ("language", "http://lexvo.org/id/iso639-1/ar", "ARA"),
    ],
)
def test_an_entry_is_found_by_whatever_it_is_called(lists, vocabulary, said, code):
    assert lists.find(vocabulary, said).code == code


@pytest.mark.parametrize(
    ("vocabulary", "said"),
    [
        ("licence", "cc-by"), ("licence", "https://creativecommons.org/licenses/by/2.0/"),
        ("licence", "open"), ("file-type", "shapefile and csv"), ("frequency", "often"),
        ("nothing", "CSV"), ("licence", ""),
    ],
)  # fmt: skip
def test_nothing_is_guessed(lists, vocabulary, said):
    assert lists.find(vocabulary, said) is None


def test_a_text_without_a_language_is_told_by_its_letters(lists):
    given = told(lists, title={"und": "الميزانية 2026"}, description={"und": "Le budget"})
    assert given.record.title == {"ar": "الميزانية 2026"}
    assert given.record.description == {"fr": "Le budget"}


def test_addresses_elsewhere_are_left_alone(lists):
    agent = record.Agent(iri="http://a.example/agent", name={"fr": "Ville"})
    given = told(lists, publisher=agent, landing_page=("http://a.example/page",))
    assert given.record.iri == "http://a.example/d"
    assert given.record.publisher == agent
    assert given.notes == ()


def test_what_has_no_address_gets_one_from_its_place(lists):
    file = record.Distribution(
        access_url=("http://a.example/f",), checksum=record.Checksum(algorithm="urn:a", value="ab")
    )
    (kept,) = told(lists, distribution=(file,)).record.distribution
    assert kept.iri == "http://a.example/d#distribution-1"
    assert kept.checksum.iri == "http://a.example/d#distribution-1-checksum-1"


def test_what_the_profile_asks_and_nobody_says_is_completed_or_left_out(lists):
    given = told(
        lists,
        description={},
        publisher=record.Agent(iri="http://a.example/agents/ville"),
        contact_point=(record.Contact(iri="urn:c", email=("mailto:a@b.example",)),),
        distribution=(
            record.Distribution(iri="urn:f", download_url=("http://a.example/f.csv",)),
            record.Distribution(iri="urn:g", title={"fr": "Sans adresse"}),
        ),
        theme=(record.Concept(iri="http://a.example/themes/eau"),),
    )
    said = given.record
    assert said.description == {"fr": "Titre"}
    assert said.publisher.name == {"en": "ville"}
    assert said.contact_point[0].name == {"en": "a@b.example"}
    assert [each.access_url for each in said.distribution] == [("http://a.example/f.csv",)]
    assert said.theme[0].label == {"en": "eau"}
    assert {"description", "access_url", "distribution"} <= {note.field for note in given.notes}


def test_what_is_not_in_a_closed_list_is_left_out_and_noted(lists):
    odd = record.Concept(iri="http://a.example/formats/odd", label={"en": "Odd"})
    rare = record.Concept(iri=f"{EU}file-type/SHP")
    file = record.Distribution(access_url=("urn:f",), format=odd, media_type="odd")
    other = record.Distribution(access_url=("urn:g",), format=rare, media_type="text/csv")
    given = told(lists, distribution=(file, other), modified="bientôt")
    first, second = given.record.distribution
    assert (first.format, first.media_type, given.record.modified) == (None, None, None)
    assert second.format.label == {"en": "SHP"}
    assert second.media_type == "https://www.iana.org/assignments/media-types/text/csv"
    assert {(note.field, note.given) for note in given.notes} >= {
        ("format", "Odd"), ("media_type", "odd"), ("modified", "bientôt"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": {}}, RecordRefused),
        ({"title": {"fr": "  "}}, RecordRefused),
        ({"iri": "http://hub.example/datasets/x"}, RecordOfOurs),
        ({"publisher": record.Agent(iri="http://hub.example/publishers/x")}, RecordOfOurs),
        ({"description": {"fr": "x" * 400_000}}, RecordTooLarge),
        ({"keyword": {"fr": tuple("y" * 1000 + str(n) for n in range(400))}}, RecordTooLarge),
    ],
)
def test_what_can_not_be_taken_is_refused(lists, changes, problem):
    with pytest.raises(problem):
        told(lists, **changes)


def test_differences_go_into_what_a_record_consists_of():
    file = record.Distribution(iri="urn:f", byte_size=1)
    before = dataset(distribution=(file, record.Distribution(iri="urn:g")), version="1")
    now = dataset(
        title={"fr": "Autre"}, distribution=(record.Distribution(iri="urn:f", byte_size=2),)
    )
    found = {(each.field, each.before, each.now) for each in differences(before, now)}
    assert found == {
        ("title", "fr: Titre", "fr: Autre"), ("distribution.byte_size", "1", "2"),
        ("distribution", "urn:g", ""), ("version", "1", ""),
    }  # fmt: skip

"""The 405 points: what earns them, what loses them, what each fix would gain."""

import dataclasses
import re

import pytest
from rdflib.term import URIRef

import records
from opendata_hub.domain.catalog.record.classes import Dataset, Distribution
from opendata_hub.domain.catalog.record.mqa import (
    DIMENSION_LABELS,
    INDICATORS,
    MOST,
    Dimension,
    Known,
    Quality,
    assess,
    indicators_measured,
    score_measured,
)

GOOD = records.example(Dataset)
FILE = GOOD.distribution[0]
KNOWN = Known(
    machine_readable=frozenset({FILE.format.iri}),
    open_formats=frozenset({FILE.format.iri}),
    formats=frozenset({FILE.format.iri}),
    media_types=frozenset({FILE.media_type}),
    licences=frozenset({FILE.licence.iri}),
    access_rights=frozenset({GOOD.access_rights.iri}),
    answers=lambda _: True,
    complies=True,
)
NOTHING = frozenset()


def missed(dataset, known=KNOWN):
    return {each.name for each in assess(dataset, known).fixes}


def test_the_points_are_those_of_the_method():
    assert (len(INDICATORS), sum(i.points for i in INDICATORS)) == (23, MOST)
    most = {label["en"]: most for label, _, most in Quality(NOTHING).dimensions}
    assert list(most.values()) == [100, 100, 110, 75, 20]
    assert set(DIMENSION_LABELS) == set(Dimension)


def test_the_indicators_are_named_and_weighed_as_their_vocabulary_does(shared):
    text = (shared / "mqa/piveau-dqv-vocabulary.ttl").read_text(encoding="utf-8")
    for each in INDICATORS:
        _, found, said = text.partition(f"\npv:{each.name}\n")
        assert found, each.name
        (points,) = re.findall(r'pv:trueScore\s+"(\d+)"', said.partition("\n\n")[0])
        assert int(points) == each.points, each.name


def test_a_complete_record_has_all_points_and_an_empty_one_none():
    assert (assess(GOOD, KNOWN).score, missed(GOOD)) == (MOST, set())
    nothing = dataclasses.replace(KNOWN, complies=False)
    assert assess(Dataset(iri="urn:x"), nothing).score == 0


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("keyword", {"keywordAvailability"}),
        ("theme", {"categoryAvailability"}),
        ("spatial", {"spatialAvailability"}),
        ("temporal", {"temporalAvailability"}),
        ("contact_point", {"contactPointAvailability"}),
        ("publisher", {"publisherAvailability"}),
        ("access_rights", {"accessRightsAvailability", "accessRightsVocabularyAlignment"}),
    ],
)
def test_what_a_dataset_lacks_is_what_it_loses(field, names):
    assert missed(dataclasses.replace(GOOD, **{field: getattr(Dataset(), field)})) == names


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("access_url", {"accessUrlStatusCode"}),
        ("download_url", {"downloadUrlAvailability", "downloadUrlStatusCode"}),
        ("media_type", {"mediaTypeAvailability", "formatMediaTypeVocabularyAlignment"}),
        ("licence", {"licenceAvailability", "knownLicence"}),
        ("rights", {"rightsAvailability"}),
        ("byte_size", {"byteSizeAvailability"}),
        (
            "format",
            {
                "formatAvailability", "formatMediaTypeVocabularyAlignment",
                "formatMediaTypeNonProprietary", "formatMediaTypeMachineInterpretable",
            },
        ),
    ],
)  # fmt: skip
def test_what_a_file_lacks_is_what_it_loses(field, names):
    file = dataclasses.replace(FILE, **{field: getattr(Distribution(), field)})
    assert missed(dataclasses.replace(GOOD, distribution=(file,))) == names


def test_dates_count_wherever_they_stand():
    assert missed(dataclasses.replace(GOOD, issued=None, modified=None)) == set()
    file = dataclasses.replace(FILE, issued=None, modified=None)
    bare = dataclasses.replace(GOOD, issued=None, modified=None, distribution=(file,))
    assert missed(bare) == {"dateIssuedAvailability", "dateModifiedAvailability"}


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"answers": lambda _: False}, {"accessUrlStatusCode", "downloadUrlStatusCode"}),
        ({"complies": False}, {"dcatApCompliance"}),
        ({"licences": NOTHING}, {"knownLicence"}),
        ({"access_rights": NOTHING}, {"accessRightsVocabularyAlignment"}),
        ({"media_types": NOTHING}, {"formatMediaTypeVocabularyAlignment"}),
        ({"open_formats": NOTHING}, {"formatMediaTypeNonProprietary"}),
        ({"machine_readable": NOTHING}, {"formatMediaTypeMachineInterpretable"}),
    ],
)
def test_what_the_lists_and_addresses_say_counts(change, names):
    assert missed(GOOD, dataclasses.replace(KNOWN, **change)) == names


def test_the_best_file_counts():
    two = dataclasses.replace(GOOD, distribution=(Distribution(iri="urn:y"), FILE))
    assert assess(two, KNOWN).score == MOST


def test_fixes_come_by_what_they_gain_and_in_three_languages():
    fixes = Quality(NOTHING).fixes
    assert [each.points for each in fixes] == sorted((i.points for i in INDICATORS), reverse=True)
    assert all(set(each.fix) == {"fr", "ar", "en"} and all(each.fix.values()) for each in fixes)


def test_the_assessment_is_published_in_the_data_quality_vocabulary():
    me, quality = URIRef("urn:x"), assess(GOOD, KNOWN)
    said = [*indicators_measured(me, quality), *score_measured(me, quality)]
    values = [str(o) for _, p, o in said if str(p).endswith("#value")]
    assert values == ["true"] * 23 + [str(MOST)]

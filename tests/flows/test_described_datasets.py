"""A save is proved: what breaks the profile is refused by its field, and nothing is written."""

import json

import pytest

import build
from opendata_hub.adapters import rdf
from opendata_hub.domain.catalog.dcat import PREFIXES
from opendata_hub.domain.catalog.record.mqa import MOST, Quality
from opendata_hub.domain.errors import InvalidRecord
from opendata_hub.store import datasets

FAMILY = "asset-declarations"
HERE = f"{build.BASE_URL}/datasets/"


def fragment(hub, slug):
    with hub.reading() as session:
        said = "".join(datasets.fragments(session, rdf.TURTLE.name, slug=slug))
    return rdf.n_triples(said, PREFIXES)


def test_the_samples_reach_395_points_on_average_and_say_so(demo_hub):
    with demo_hub.reading() as session:
        scores = {each.slug: Quality(each.met).score for each in datasets.latest(session)}
    assert len(scores) == len(demo_hub.frame.tables)
    assert sum(scores.values()) / len(scores) >= 395
    assert f'"{MOST}"' in fragment(demo_hub, f"demo-{FAMILY}")


def test_what_a_steward_says_is_kept_published_and_stays_when_the_file_is_replaced(hub):
    said = {
        "temporal": [{"start": "2025"}],
        "series": [{"id": "years", "title": {"fr": "Années"}, "description": {"fr": "Toutes"}}],
    }
    build.publish_sample(hub, FAMILY, slug="x", described=said)
    assert "#series-years> <http://purl.org/dc/terms/title>" in fragment(hub, "x")
    again = build.publish_sample(hub, FAMILY, slug="x", described=None, replaces=True)
    assert (again.described, again.version) == (said, 2)
    assert '"2025"' in fragment(hub, "x")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"contact_point": [{"email": ["mailto:a@b.example"]}]}, "contact_point.name"),
        ({"series": [{"id": "a", "title": {"fr": "x"}}]}, "description"),
        ({"hvd_category": ["c_e1da4e07"]}, "applicable_legislation"),
        ({"previous_version": f"{HERE}x"}, "previous_version"),
        ({"source": [f"{HERE}x"]}, "source"),
    ],
)
def test_what_breaks_the_profile_is_refused_and_nothing_is_written(hub, given, field):
    with pytest.raises(InvalidRecord) as refused:
        build.publish_sample(hub, FAMILY, slug="x", described=given)
    assert [name for name, _ in refused.value.faults] == [field]
    with hub.reading() as session:
        assert datasets.find(session, "x") is None


def test_versions_that_run_in_a_circle_are_refused(hub):
    build.publish_sample(hub, FAMILY, slug="a", described={"previous_version": f"{HERE}b"})
    build.publish_sample(hub, FAMILY, slug="b", described={"previous_version": f"{HERE}c"})
    with pytest.raises(InvalidRecord, match="back"):
        build.publish_sample(hub, FAMILY, slug="c", described={"previous_version": f"{HERE}a"})


def test_a_program_is_told_each_field_and_the_reason_in_three_languages(hub, client, token):
    answer = client.post(
        "/api/v1/datasets",
        headers=token,
        files={"file": ("t.csv", build.sample(hub, FAMILY))},
        data={
            "family": FAMILY, "publisher": hub.frame.site.publisher, "title": "fr=Essai",
            "described": json.dumps({"frequency": "OFTEN"}),
        },
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-record")
    (error,) = answer.json()["errors"]
    assert (error["field"], set(error["reason"])) == ("frequency", {"fr", "ar", "en"})


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_page_shows_the_points_and_what_a_fix_would_gain(hub, client, language):
    build.publish_sample(hub, FAMILY, slug="x", described={})
    page = client.get(f"/{language}/datasets/x").text
    with hub.reading() as session:
        (fix,) = Quality(datasets.get(session, "x").met).fixes
    assert fix.name == "temporalAvailability"
    assert fix.fix[language] in page
    assert "385" in page
    assert "+20" in page

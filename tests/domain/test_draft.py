"""A new version changes of the record what was typed, and nothing else."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from opendata_hub.domain.publishing.draft import Draft, described_of, typed_of

SAID = {
    "contact_point": [
        {
            "name": {"ar": "مصلحة الميزانية", "fr": "Service du budget"},
            "email": ["mailto:budget@commune.example", "mailto:second@commune.example"],
            "telephone": ["tel:+212500000000"],
        },
        {"name": {"fr": "Second service"}},
    ],
    "provenance": [
        {"label": {"fr": "Tenue au guichet", "ar": "من الشباك"}},
        {"label": {"fr": "b"}},
    ],
    "keyword": {"fr": ["budget", "commune"], "ar": ["ميزانية"]},
    "theme": ["x"],
}


PUBLISHED = SimpleNamespace(title={"fr": "Aides"}, description={}, described=SAID)


def again(**typed):
    """What is said by a new version in whose form this was typed."""
    given = typed_of(PUBLISHED)
    draft = Draft(
        1, "a", 1, "f", 1, "aides", 1, given, {**given, **typed}, None, "", "", "",
        datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return described_of(draft, SAID)


def test_where_nothing_was_typed_nothing_is_lost():
    assert again() == SAID


def test_another_name_stands_in_its_language_beside_all_the_rest():
    contact, second = again(contact_name="القباضة")["contact_point"]
    assert contact["name"] == {"ar": "القباضة", "fr": "Service du budget"}
    assert contact["telephone"] == ["tel:+212500000000"]
    assert second == SAID["contact_point"][1]


def test_another_address_leaves_the_further_ones():
    contact = again(contact_email="neuf@commune.example")["contact_point"][0]
    assert contact["email"] == ["mailto:neuf@commune.example", "mailto:second@commune.example"]


def test_a_contact_that_was_emptied_goes_alone():
    emptied = again(contact_name="", contact_email="")
    assert emptied["contact_point"] == SAID["contact_point"][1:]


@pytest.mark.parametrize(
    ("typed", "label"),
    [("Autre", {"fr": "Autre", "ar": "من الشباك"}), ("", {"ar": "من الشباك"})],
)
def test_provenance_is_changed_in_the_language_that_was_typed(typed, label):
    assert again(provenance_fr=typed)["provenance"] == [{"label": label}, {"label": {"fr": "b"}}]


def test_keywords_are_changed_in_the_language_that_was_typed():
    assert again(keywords_fr="a\n b ")["keyword"] == {"fr": ["a", "b"], "ar": ["ميزانية"]}
    assert again(keywords_fr="")["keyword"] == {"ar": ["ميزانية"]}


def test_a_record_without_any_of_it_gets_what_was_typed():
    draft = Draft(
        1, "a", 1, "f", 1, "", None, {}, {"contact_name": "Guichet", "provenance_fr": "p"}, None,
        "", "", "", datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    said = described_of(draft, {})
    assert said == {
        "contact_point": [{"name": {"fr": "Guichet"}}], "provenance": [{"label": {"fr": "p"}}],
    }  # fmt: skip

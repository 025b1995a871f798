"""Words that may stand in a record."""

import pytest

from opendata_hub.domain.catalog.dataset import checked_slug, checked_texts
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import from_pairs


def _title(**texts):
    return checked_texts(texts, what="title", longest=20, needed=True)


def test_empty_languages_are_left_out():
    assert _title(fr=" Budget ", ar="  ") == {"fr": "Budget"}


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({}, "give at least one"),
        ({"fr": " "}, "give at least one"),
        ({"de": "Haushalt"}, "language 'de'"),
        ({"fr": "x" * 21}, "at most 20"),
        ({"fr": "a\x0bb"}, "control character"),
        ({"fr": "a\ud800"}, "control character"),
    ],
)
def test_a_title_no_parser_or_reader_could_take_is_refused(texts, reason):
    with pytest.raises(Invalid, match=reason):
        _title(**texts)


@pytest.mark.parametrize("slug", ["Budget", "a--b", "-a", "a/b", "../x", "ا", "a" * 101, ""])
def test_an_address_is_plain(slug):
    assert checked_slug("budget-2026") == "budget-2026"
    with pytest.raises(Invalid, match="can't be an address"):
        checked_slug(slug)


def test_a_text_names_its_language():
    with pytest.raises(Invalid, match="write the language first"):
        from_pairs(["Budget"])

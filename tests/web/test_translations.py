"""No message is left untranslated, and no translation is left over."""

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from opendata_hub.web.explain import UNITS
from opendata_hub.web.languages import HERE, translations

SPOKEN = {"say": None, "plural": (1, 2)}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def used() -> set[str]:
    """What templates and sentences say."""
    of_pages = extract_from_dir(
        HERE / "templates",
        [("**.html", "jinja2")],
        keywords=KEYWORDS,
        options_map={"**.html": {"newstyle_gettext": "true"}},
    )
    of_sentences = extract_from_dir(HERE, [("explain.py", "python")], keywords=SPOKEN)
    found = {m[0] if isinstance(m, tuple) else m for _, _, m, *_ in [*of_pages, *of_sentences]}
    return found | {one for one, _ in UNITS.values()}


def catalogue(language):
    with (HERE / "locales" / f"{language}.po").open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_message_is_translated_and_none_is_left_over(language):
    assert len(used()) > 50
    messages = {m.id[0] if m.pluralizable else m.id: m for m in catalogue(language) if m.id}
    assert set(messages) == used()
    for message in messages.values():
        texts = message.string if message.pluralizable else [message.string]
        assert all(texts), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_placeholders_survive_translation(language):
    for message in catalogue(language):
        if message.id:
            assert list(message.check()) == []


@pytest.mark.parametrize(
    ("language", "number", "form"),
    [
        ("ar", 1, "يوم عمل واحد"),
        ("ar", 2, "يوما عمل"),
        ("ar", 3, "أيام عمل"),
        ("ar", 20, "يوم"),
        ("fr", 1, "1 jour de travail"),
        ("fr", 20, "20 jours de travail"),
    ],
)
def test_plural_forms_are_those_of_the_language(language, number, form):
    said = translations(language).ungettext("%(num)s working day", "%(num)s working days", number)
    assert form in said % {"num": number}


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_no_text_is_translated_twice(language):
    """The second would win, wherever the first was meant."""
    said = (HERE / "locales" / f"{language}.po").read_text(encoding="utf-8")
    texts = re.findall(r'^msgid "(.+)"$', said, re.MULTILINE)
    assert len(texts) > 500
    assert sorted({each for each in texts if texts.count(each) > 1}) == []

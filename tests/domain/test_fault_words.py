"""Whoever mends a table reads what is wrong in plain words of their language."""

import csv
import io

import pytest
from frictionless import Resource, Schema

from opendata_hub.domain.catalog.fault_words import CONSTRAINTS, TYPES, WORDS, plain_words
from opendata_hub.domain.catalog.report import Finding
from opendata_hub.domain.texts import LANGUAGES

FIELDS = [
    {"name": "id", "type": "integer", "descriptions": {"fr": "Le numéro."}},
    {"name": "day", "type": "date", "descriptions": {"fr": "Le jour du vote."}},
    {"name": "kind", "type": "string", "constraints": {"enum": ["a", "b"]}},
    {"name": "amount", "type": "number", "constraints": {"minimum": 0, "maximum": 9}},
    {"name": "code", "type": "string", "constraints": {"minLength": 2, "maxLength": 3}},
    {"name": "must", "type": "string", "constraints": {"required": True}},
    {"name": "form", "type": "string", "constraints": {"pattern": "[a-z]+"}},
]
SCHEMA = {"fields": FIELDS, "primaryKey": ["id"]}
SOUND = ["1", "2026-01-01", "a", "1", "abc", "x", "abc"]


def said_of(**cells):
    """What is said in French of a second row that differs from the first in these cells."""
    names = [each["name"] for each in FIELDS]
    row = [cells.get(name, value) for name, value in zip(names, ["2", *SOUND[1:]], strict=True)]
    data = io.StringIO()
    csv.writer(data).writerows([names, SOUND, row])
    schema = Schema.from_descriptor(SCHEMA)
    resource = Resource(data=data.getvalue().encode(), format="csv", schema=schema)
    error, *_ = resource.validate().tasks[0].errors
    finding = Finding(
        error.type, error.message, getattr(error, "row_number", None),
        getattr(error, "field_name", None),
    )  # fmt: skip
    return plain_words(finding, SCHEMA, "fr")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (
            {"id": "x"},
            "Ce n’est pas un nombre entier : des chiffres seuls, sans espace. Le numéro.",
        ),
        ({"day": "31/12/2026"}, "Le jour du vote."),
        ({"kind": "c"}, "La valeur n’est pas de la liste : a, b."),
        ({"amount": "-1"}, "La valeur est trop petite : 0 au moins."),
        ({"amount": "10"}, "La valeur est trop grande : 9 au plus."),
        ({"code": "a"}, "Le texte est trop court : 2 caractères au moins."),
        ({"code": "abcd"}, "Le texte est trop long : 3 caractères au plus."),
        ({"must": ""}, "La cellule est vide, et elle doit être remplie."),
        ({"form": "9"}, "La valeur n’a pas la forme attendue."),
        ({"id": "1"}, "Même clé (id) que la ligne 2 : en retirer une, ou"),
    ],
)
def test_what_frictionless_finds_is_said_with_what_the_column_wants(cells, words):
    assert words in said_of(**cells)


def test_a_rule_of_the_family_and_what_is_not_known_keep_their_own_words():
    for finding in (Finding("type-error", "Vérifier.", rule="x"), Finding("odd", "Odd.")):
        assert plain_words(finding, SCHEMA, "ar") in {"Vérifier.", "Odd."}


def test_a_cell_that_looks_like_a_placeholder_is_shown_as_it_is():
    finding = Finding("duplicate-label", 'Label "{x}" in the header at position "2" is', None, None)
    assert "{x}" in plain_words(finding, SCHEMA, "fr")


@pytest.mark.parametrize("words", [*TYPES.values(), *CONSTRAINTS.values(), *WORDS.values()])
def test_all_of_it_is_said_in_every_language(words):
    assert set(words) == set(LANGUAGES)

"""What clients of CKAN ask in Solr's language is read, and never passed on."""

from contextlib import suppress
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata_hub.domain.ckan.names import Names
from opendata_hub.domain.ckan.solr import (
    EVERYTHING,
    LONGEST,
    MOST_CLAUSES,
    All,
    Any,
    Not,
    Range,
    Term,
    asked_in,
)
from opendata_hub.domain.errors import BadSolr


def term(field, value, **more):
    return Term(field, value, **more)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", EVERYTHING),
        ("*:*", EVERYTHING),
        ("budget", term("text", "budget")),
        ("tags:water", term("tags", "water")),
        ('title:"plan local"', term("title", "plan local", is_phrase=True)),
        ("name:te*", term("name", "te*")),
        (r"a\:b", term("text", "a:b")),
        ("l’eau sous-préfecture", All((term("text", "l’eau"), term("text", "sous-préfecture")))),
        ("+tags:a -tags:b", All((term("tags", "a"), Not(term("tags", "b"))))),
        ("a AND b OR c", Any((All((term("text", "a"), term("text", "b"))), term("text", "c")))),
        ("a:1 && !a:2 || c:3", Any((All((term("a", "1"), Not(term("a", "2")))), term("c", "3")))),
        ("tags:(a OR b)", Any((term("tags", "a"), term("tags", "b")))),
        ("title:budget^4 eau~2", All((term("title", "budget"), term("text", "eau")))),
        ("m:[2026-01-01T00:00:00Z TO *]", Range("m", "2026-01-01T00:00:00Z", "*")),
        ("m:{1 TO 2}", Range("m", "1", "2", takes_low=False, takes_high=False)),
    ],
)  # fmt: skip
def test_the_part_of_the_language_that_clients_speak_is_read(text, asked):
    assert asked_in(text) == asked


def test_what_ckanext_harvest_asks_means_what_it_says():
    """Solr drops the choice of organizations there: a known fault of the harvester."""
    asked = asked_in(
        "organization:a OR organization:b -groups:x metadata_modified:[2026-01-01T00:00:00Z TO *]"
    )
    assert asked.parts[0] == Any((term("organization", "a"), term("organization", "b")))
    assert asked.parts[1] == Not(term("groups", "x"))


@pytest.mark.parametrize(
    "text",
    [
        "(", ")", "a OR", "AND b", "((a)", 'title:"open', "x:[1 TO", "x:[1 2]", "a:b:c", "title:",
        "{!func}sum(1,2)", '_query_:"{!join from=a to=b}x" {!x}', "(" * 5000, "a " * 3000,
        "x" * 30_000, "NOT", "[* TO *",
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_refused(text):
    with pytest.raises(BadSolr):
        asked_in(text)


@given(st.text("abc:()[]{}\"'*?~^+-!&|\\ TOANDR0", max_size=60))
def test_whatever_comes_is_read_or_refused(text):
    with suppress(BadSolr):
        assert asked_in(text) == asked_in(f" {text} ")


def test_as_many_clauses_as_are_taken_and_no_more():
    assert len(asked_in(" ".join(["a"] * MOST_CLAUSES)).parts) == MOST_CLAUSES
    with pytest.raises(BadSolr, match="clauses"):
        asked_in(" ".join(["a"] * (MOST_CLAUSES + 1)))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a^2", "a"), ("a~", "a"), ("a~0.5^1.5~", "a"), ("a^", "a^"), ("5.5", "5.5"),
        ("a~1b", "a~1b"), (r"a\~", "a~"), ("a1.5", "a1.5"),
    ],
)  # fmt: skip
def test_how_much_a_clause_counts_is_left_out(written, value):
    assert asked_in(written) == term("text", value)


def test_a_long_tail_is_read_in_no_time():
    begun = monotonic()
    with pytest.raises(BadSolr, match="20,000 characters, at most 4,000"):
        asked_in("~" * 19_999 + "x")
    asked_in("x" + "~" * (LONGEST - 2) + "x")
    asked_in("x" + "~" * (LONGEST - 1))
    assert monotonic() - begun < 0.5


def test_ids_stay_and_differ_between_catalogues():
    ours, others = Names("a key"), Names("another key")
    assert ours.package("budget") == Names("a key").package("budget")
    assert ours.package("budget") != others.package("budget")
    assert (
        len({ours.package("b"), ours.resource("b"), ours.organization("b"), ours.group("b")}) == 4
    )

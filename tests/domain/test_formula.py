"""A formula is understood or refused with its reason, and never breaks on what cells hold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opendata_hub.domain.catalog.rules.aggregate import GATHER, Summary, summed_up
from opendata_hub.domain.catalog.rules.formula import (
    FUNCTION_NAMES,
    Aggregate,
    Column,
    Matched,
    Other,
    Scope,
    Today,
    parse,
    parse_rule,
)
from opendata_hub.domain.catalog.rules.functions import FUNCTIONS
from opendata_hub.domain.catalog.rules.kind import ORDERED, Kind
from opendata_hub.domain.errors import BadFormula

KINDS = {
    "text": Kind.TEXT,
    "form": Kind.TEXT,
    "n": Kind.NUMBER,
    "m": Kind.NUMBER,
    "start": Kind.DATE,
    "end": Kind.DATE,
    "opened": Kind.DATETIME,
    "closed": Kind.DATETIME,
    "yes": Kind.BOOLEAN,
    "no": Kind.BOOLEAN,
    "place": Kind.OTHER,
}
ROW = Scope(KINDS, {"colours": {"red", "green"}})
GROUP = Scope(KINDS, by=("text",))
PAIR = Scope(KINDS, other={"there": Kind.NUMBER, "since": Kind.DATE})


def said(text, scope=ROW, /, **values):
    """The value of a formula; what is not given is empty."""
    formula = parse(text, scope)
    return formula.evaluate([_value(slot, values) for slot in formula.slots])


def _value(slot, values):
    match slot:
        case Column(name):
            return values.get(name)
        case Today():
            return values.get("today")
        case Other(column):
            return values.get(column)
        case Matched():
            return values.get("matched")
    raise AssertionError(slot)


def moment(*parts):
    """A moment as formulas take it: without a zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


TRUTH = {True: "yes", False: "no", None: "(n > 1)"}


@pytest.mark.parametrize(
    ("first", "second", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, None, None, None),
    ],
)
def test_unknown_is_what_might_be_either(first, second, both, either):
    values = {"yes": True, "no": False}
    for one, other in ((first, second), (second, first)):
        assert said(f"{TRUTH[one]} and {TRUTH[other]}", **values) is both
        assert said(f"{TRUTH[one]} or {TRUTH[other]}", **values) is either


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("not yes", {"yes": True}, False),
        ("not yes", {}, None),
        ("n <= m", {"n": 1, "m": Decimal("1.0")}, True),
        ("n <= m", {"n": 1}, None),
        ("n == m", {}, None),
        ("n != m", {"n": 3}, None),
        ("1 <= n <= 3", {"n": 4}, False),
        ("n <= m <= 3", {"m": 4}, False),
        ("n <= m <= 3", {"n": 1}, None),
        ("start <= end", {"start": date(2026, 2, 1), "end": date(2026, 1, 1)}, False),
        ("end < today", {"end": date(2026, 2, 1), "today": date(2026, 2, 2)}, True),
        ("end < today", {"end": date(2026, 2, 1)}, None),
        ("yes == no", {"yes": True, "no": False}, False),
        ("text == 'é'", {"text": "é"}, True),
        ("text <= form", {"text": "2026-02", "form": "2026-02-03"}, True),
        ("text in ['a', \"b\"]", {"text": "b"}, True),
        ("text not in ['a', 'b']", {"text": "b"}, False),
        ("text not in ['a', 'b']", {}, None),
        ("n in [-1, 0.5]", {"n": Decimal("0.50")}, True),
        ("given(text) or given(form)", {"form": "x"}, True),
        ("given(text) or given(form)", {}, False),
        ("empty(place)", {}, True),
        ("given(n) == given(m)", {"n": 1}, False),
        ("n + m * 2 == 7", {"n": 1, "m": 3}, True),
        ("(n + m) * 2 == 7", {"n": 1, "m": 3}, False),
        ("0.1 + 0.2 == 0.3", {}, True),
        ("n - m == -2", {"n": 1, "m": 3}, True),
        ("-n < 0", {"n": 1}, True),
        ("n / m > 1", {"n": 1, "m": 0}, None),
        ("n % m == 0", {"n": 1, "m": 0}, None),
        ("n % 3 == 1", {"n": 10}, True),
        ("n * n > 1", {"n": Decimal("1E+999999")}, None),
        ("days(start, end) <= 1", {"start": date(2026, 1, 31), "end": date(2026, 2, 2)}, False),
        ("days(start, closed) == 1", {"start": date(2026, 1, 1), "closed": moment(2026, 1, 2, 9)},
         True),
        ("hours(opened, closed) >= 48",
         {"opened": moment(2026, 1, 1, 9), "closed": moment(2026, 1, 3, 8, 59)}, False),
        ("end <= months_after(start, 3)", {"start": date(2026, 1, 31), "end": date(2026, 4, 30)},
         True),
        ("months_after(start, -1) == date('2025-12-31')", {"start": date(2026, 1, 31)}, True),
        ("months_after(start, n) > start", {"start": date(2026, 1, 31), "n": Decimal("0.5")}, None),
        ("months_after(start, n) > start", {"start": date(2026, 1, 31), "n": 10**9}, None),
        ("year(start) == 2026 and month(opened) == 5",
         {"start": date(2026, 1, 1), "opened": moment(2026, 5, 1)}, True),
        ("day(opened) <= start", {"opened": moment(2026, 1, 1, 23), "start": date(2026, 1, 1)},
         True),
        ("date(text) < date('2026-03-12')", {"text": "2026-03-11"}, True),
        ("date(text) < date('2026-03-12')", {"text": "2026-03"}, None),
        ("first_day(text) == date('2026-04-01')", {"text": "2026-T2"}, True),
        ("last_day(text) == date('2026-02-28')", {"text": "2026-02"}, True),
        ("last_day(text) == date('2026-12-31')", {"text": "2026"}, True),
        ("given(last_day(text))", {"text": "2026-13"}, False),
        ("length(text) == 2", {"text": "لا"}, True),
        ("digits(text)", {"text": "٤٢"}, False),
        ("mod97(text) == 0", {"text": "000000000000097"}, True),
        ("mod97(text) == 0", {"text": "97A"}, None),
        ("mod97(text) == 0", {"text": "9" * 5000}, None),
        ("number(text) == 12.5", {"text": "012.50"}, True),
        ("number(text) == 1", {"text": "1e0"}, None),
        ("starts(text, 'Total', 'المجموع')", {"text": "المجموع العام"}, True),
        ("starts(text, form)", {"text": "abc"}, None),
        ("abs(n - m) <= 1", {"n": 1, "m": Decimal("2.5")}, False),
        ("max(start, end) <= today",
         {"start": date(2026, 1, 1), "today": date(2026, 1, 2)}, True),
        ("min(n, m, 3) == 2", {"n": 2, "m": 5}, True),
        ("max(n, m) > 0", {}, None),
        ("when(yes, n, m) == 1", {"yes": True, "n": 1}, True),
        ("when(yes, n, m) == 1", {"n": 1, "m": 2}, False),
        ("when(yes, n) == 1", {"yes": False, "n": 1}, None),
        ("listed(text, 'colours')", {"text": "blue"}, False),
        ("listed(text, 'colours')", {}, None),
        ("n <=\n  m", {"n": 2, "m": 1}, False),
    ],
)  # fmt: skip
def test_what_a_formula_says(text, values, expected):
    assert said(text, **values) is expected


def test_another_table_is_asked_for_values_and_whether_it_has_the_row():
    assert said("n <= other('there')", PAIR, n=3, there=2) is False
    assert said("n <= other('there')", PAIR, n=3) is None
    assert said("matched() or yes", PAIR, matched=False, yes=False) is False


def test_a_formula_tells_what_it_must_be_given():
    formula = parse_rule("sum(when(yes, n)) <= m + greatest(n)", Scope(KINDS, by=("m",)))
    assert formula.columns == {"yes", "n", "m"}
    assert [type(slot) for slot in formula.slots] == [Aggregate, Column, Aggregate]
    assert parse("n <= other('there')", PAIR).other_columns == {"there"}
    assert not parse("n <= m", PAIR).asks_other


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("text.upper()", "not in the language"),
        ("text[0]", "not in the language"),
        ("n ** 9", "a sign that is not in the language"),
        ("n // 2 > 1", "a sign that is not in the language"),
        ("lambda: yes", "not in the language"),
        ("[yes for yes in no]", "not in the language"),
        ("yes if no else yes", "not in the language"),
        ("f'{n}' == text", "not in the language"),
        ("'a' 'b' == text", "not in the language"),
        (r"text == '\n'", "not in the language"),
        ("n == 0x10", "not in the language"),
        ("n == 1e5", "not in the language"),
        ("+n > 1", "not in the language"),
        ("given(*text)", "not in the language"),
        ("given(x=text)", "not in the language"),
        ("days(n=start)", "not in the language"),
        ("yes # and no", "not in the language"),
        ("text is None", "given and empty"),
        ("yes == True", "a condition stands by itself"),
        ("yes or", "not a formula"),
        ("n = 1", "not in the language"),
        ("", "not a formula"),
        ("n", "a rule must be true or false"),
        ("nn > 1", "no column is called 'nn'"),
        ("lower(text) == 'a'", "no function is called 'lower'"),
        ("(yes or no)(no)", "is not a call of the language"),
        ("n > text", "can't be compared with a text"),
        ("start > opened", "day, date and number"),
        ("yes > no", "have no order"),
        ("place == place", "have no order"),
        ("n and yes", "a boolean is needed here"),
        ("text + n > 1", "a number is needed here"),
        ("text in form", "then a list"),
        ("text in []", "a list of 1 to 200 values"),
        ("text in ['a', 1]", "must be a text that is written out"),
        ("text in ['a', form]", "must be a text that is written out"),
        ("n in [-'a']", "must be a number that is written out"),
        ("yes in ['a']", "a number or text is needed here"),
        ("n < m in [1]", "must be one value"),
        ("days(start)", "needs 2 values"),
        ("days(text, start) > 1", "is a text; a date or datetime is needed here"),
        ("min(n) > 1", "needs 2 to 20 values"),
        ("min(n, text) > 1", "a number is needed here"),
        ("matched(n)", "needs no value"),
        ("date('2026-02-30') < start", "a day is written"),
        ("listed(text, 'shapes')", "no vocabulary is called 'shapes'"),
        ("listed(text, form)", "must be a text that is written out"),
        ("sum(n) > 1", "the rule needs by"),
        ("other('there') > 1", "the rule needs against"),
        ("n > 1234567890123456", "at most 15 digits"),
        (" and ".join(["yes"] * 200), "longer than 1,000 characters"),
        ("not " * 200 + "yes", "more than 30 parts"),
        ("-" * 900 + "n > 1", "parts"),
        ("(" * 400 + "yes" + ")" * 400, "not a formula"),
    ],
)
def test_what_the_language_does_not_have_is_refused_with_its_reason(text, reason):
    with pytest.raises(BadFormula) as refusal:
        parse_rule(text, ROW)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "scope", "reason"),
    [
        ("n > 1", GROUP, "may differ from row to row"),
        ("sum(text) > 1", GROUP, "kind text can't be taken here"),
        ("greatest(yes) == yes", GROUP, "kind boolean can't be taken here"),
        ("distinct(place) <= 1", GROUP, "kind other can't be taken here"),
        ("sum(sum(n)) > 1", GROUP, "the rule needs by"),
        ("sum(n, m) > 1", GROUP, "needs 1 value"),
        ("other('here') > 1", PAIR, "the other table has no column 'here'"),
        ("other('since') > 1", PAIR, "can't be compared with a number"),
    ],
)
def test_groups_and_other_tables_have_their_own_refusals(text, scope, reason):
    with pytest.raises(BadFormula) as refusal:
        parse_rule(text, scope)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("summary", "values", "expected"),
    [
        (Summary.SUM, [1, Decimal("0.5")], Decimal("1.5")),
        (Summary.SUM, [], None),
        (Summary.SUM, [Decimal("9E+999999"), Decimal("9E+999999")], None),
        (Summary.COUNT, ["a", "a"], 2),
        (Summary.COUNT, [], 0),
        (Summary.LEAST, [date(2026, 2, 1), date(2026, 1, 1)], date(2026, 1, 1)),
        (Summary.GREATEST, [3, 5, 4], 5),
        (Summary.GREATEST, [], None),
        (Summary.DISTINCT, ["a", "b", "a", "c"], 3),
        (Summary.DISTINCT, ["a", "a"], 1),
        (Summary.DISTINCT, [], 0),
    ],
)
def test_a_group_is_summed_up_without_its_rows(summary, values, expected):
    state = None
    for value in values:
        state = GATHER[summary](state, value)
    assert summed_up(summary, state) == expected


WORDS = st.sampled_from(
    [*KINDS, *FUNCTION_NAMES, "today", "and", "or", "not", "in", "(", ")", "[", "]", ",", "<=",
     "==", "+", "-", "*", "/", "%", "1", "0.5", "'a'", "'2026-03'", "'colours'", "None", "lambda"]
)  # fmt: skip
SCOPES = st.sampled_from([ROW, GROUP, PAIR])


@given(st.text() | st.lists(WORDS, max_size=12).map(" ".join), SCOPES)
@settings(max_examples=400)
def test_any_text_is_understood_or_refused_in_one_line(text, scope):
    assert "\n" not in refused(text, scope)


def refused(text, scope=ROW):
    """Why a text is refused; empty when it is understood."""
    try:
        parse(text, scope)
    except BadFormula as problem:
        return str(problem)
    return ""


HUGE = st.sampled_from([10**4000, *map(Decimal, ("1E+999999", "-1E-999999", "1E+9999999"))])
VALUES = {
    Kind.TEXT: st.text(max_size=20) | st.sampled_from(["97", "2026-03", "2026-T4", "0" * 70]),
    Kind.NUMBER: st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | HUGE,
    Kind.DATE: st.dates(),
    Kind.DATETIME: st.datetimes(),
    Kind.BOOLEAN: st.booleans(),
    Kind.OTHER: st.just([1, 2]),
}  # fmt: skip
LEAVES = {
    Kind.TEXT: ["text", "form", "'a'"],
    Kind.NUMBER: ["n", "m", "1"],
    Kind.DATE: ["start", "end", "today"],
    Kind.DATETIME: ["opened", "closed"],
    Kind.BOOLEAN: ["yes", "no"],
}


def shapes():
    """What a formula of each kind can be made of: its text, and the kinds of its parts."""
    for name, function in FUNCTIONS.items():
        places = function.takes + function.takes[-1:] * function.repeats
        for kinds in product(*places):
            yield function.gives, f"{name}({', '.join(['{}'] * len(kinds))})", kinds
    for kind in LEAVES:
        yield kind, "when({}, {}, {})", (Kind.BOOLEAN, kind, kind)
        yield Kind.BOOLEAN, "given({})", (kind,)
    for kind in ORDERED:
        for name in ("min", "max"):
            yield kind, f"{name}({{}}, {{}})", (kind, kind)
        for sign in ("<", "<=", "==", "!="):
            yield Kind.BOOLEAN, f"({{}} {sign} {{}})", (kind, kind)
    for sign in "+-*/%":
        yield Kind.NUMBER, f"({{}} {sign} {{}})", (Kind.NUMBER, Kind.NUMBER)
    for word in ("and", "or"):
        yield Kind.BOOLEAN, f"({{}} {word} {{}})", (Kind.BOOLEAN, Kind.BOOLEAN)
    yield Kind.BOOLEAN, "(not {})", (Kind.BOOLEAN,)


SHAPES = list(shapes())


@st.composite
def formulas(draw, kind, depth=3):
    """A formula of a kind, with calls and operators that take what they are given."""
    if not depth or not draw(st.integers(0, 3)):
        return draw(st.sampled_from(LEAVES[kind]))
    text, kinds = draw(st.sampled_from([shape[1:] for shape in SHAPES if shape[0] is kind]))
    return text.format(*(draw(formulas(each, depth - 1)) for each in kinds))


@given(st.sampled_from(list(LEAVES)).flatmap(formulas), st.data())
@settings(max_examples=600)
def test_evaluating_never_raises_whatever_the_cells_hold(text, data):
    assume(not refused(text))
    formula = parse(text, ROW)
    kinds = {**KINDS, "today": Kind.DATE}
    names = [slot.name if isinstance(slot, Column) else "today" for slot in formula.slots]
    values = [data.draw(st.none() | VALUES[kinds[name]]) for name in names]
    result = formula.evaluate(values)
    if formula.kind is Kind.BOOLEAN:
        assert result in (True, False, None)

"""The closed language of the rules in ``checks.yaml``: a text gives a Formula, or is refused.

Written like Python, and read with Python's own grammar, but nothing of Python is run: every node
becomes a small function of ours, and a node that the language does not have is refused. An empty
cell is unknown, as in SQL: what is worked out with unknown is unknown, and a rule is broken only
where its formula is false. ``docs/rules.md`` is the reference; a test compares the functions.
"""

import ast
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from opendata_hub.domain.catalog.rules import logic
from opendata_hub.domain.catalog.rules.aggregate import Summary
from opendata_hub.domain.catalog.rules.functions import FUNCTIONS, Function
from opendata_hub.domain.catalog.rules.kind import ORDERED, Kind, Value
from opendata_hub.domain.catalog.rules.logic import Run
from opendata_hub.domain.errors import BadFormula

MAX_LENGTH, MAX_DEPTH, MAX_DIGITS, MAX_CHOICES = 1000, 30, 15, 200
"""Characters of a formula, parts inside parts, digits of a number, entries of a list."""

TODAY = "today"
"""The name of the day of the check, when the caller tells it."""

_TOKEN = re.compile(
    r"""\s*(?:[^\W\d]\w*(?!['"\w])           # a name
    | [0-9][0-9_]*(?:\.[0-9]+)?(?![\w.])     # a number
    | '[^'\\\n]*'(?!\s*['"]) | "[^"\\\n]*"(?!\s*['"])
    | [=!<>]=|[<>+\-*/%()\[\],])""",
    re.VERBOSE,
)
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_SIGNS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
}
_SUMMED: Mapping[Summary, frozenset[Kind]] = {
    Summary.SUM: frozenset({Kind.NUMBER}),
    Summary.COUNT: frozenset(Kind),
    Summary.LEAST: ORDERED,
    Summary.GREATEST: ORDERED,
    Summary.DISTINCT: frozenset(Kind) - {Kind.OTHER},
}


@dataclass(frozen=True, slots=True)
class Column:
    """The cell of a column in the row."""

    name: str


@dataclass(frozen=True, slots=True)
class Today:
    """The day of the check."""


@dataclass(frozen=True, slots=True)
class Other:
    """The cell of a column in the first row of the other table that matches."""

    column: str


@dataclass(frozen=True, slots=True)
class Matched:
    """Whether any row of the other table matches."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What is said of a group. argument: worked out in every row; None counts the rows."""

    summary: Summary
    argument: "Formula | None"


Slot = Column | Today | Other | Matched | Aggregate
"""A value that a formula is given from outside."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a formula may speak of.

    columns:      names and kinds of the row's columns.
    vocabularies: codes by the name of the closed list.
    by:           columns whose equal values make a group; without any, a formula is about a row.
    other:        names and kinds of the other table's columns; None when there is no such table.
    """

    columns: Mapping[str, Kind]
    vocabularies: Mapping[str, Collection[str]] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    other: Mapping[str, Kind] | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was understood.

    kind:     of its value; a rule's is always BOOLEAN.
    slots:    what must be given to ``evaluate``, in this order.
    evaluate: the value from those of the slots, None when unknown; never raises.
    """

    text: str
    kind: Kind
    slots: tuple[Slot, ...]
    evaluate: Run = field(compare=False, repr=False)

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the row it reads, those inside aggregates included."""
        found = {slot.name for slot in self.slots if isinstance(slot, Column)}
        for slot in self.slots:
            if isinstance(slot, Aggregate) and slot.argument:
                found |= slot.argument.columns
        return frozenset(found)

    @property
    def other_columns(self) -> frozenset[str]:
        """The columns of the other table it reads."""
        return frozenset(slot.column for slot in self.slots if isinstance(slot, Other))

    @property
    def asks_other(self) -> bool:
        """Whether it says anything of another table."""
        return any(isinstance(slot, Other | Matched) for slot in self.slots)


def parse_rule(text: str, scope: Scope) -> Formula:
    """A formula that is true, false or unknown; raises BadFormula with the reason."""
    formula = parse(text, scope)
    if formula.kind is not Kind.BOOLEAN:
        raise BadFormula(f"a rule must be true or false, and this is a {formula.kind}")
    return formula


def parse(text: str, scope: Scope) -> Formula:
    """A formula of any kind; raises BadFormula with the reason."""
    tree = _tree(text)
    compiler = _Compiler(scope)
    part = compiler.part(tree)
    return Formula(text, part.kind, tuple(compiler.slots), part.run)


def _tree(text: str) -> ast.expr:
    """The tree of a text that is short, flat and made of our words and signs only."""
    if len(text) > MAX_LENGTH:
        raise BadFormula(f"longer than {MAX_LENGTH:,} characters")
    _require_tokens(text)
    try:
        tree = ast.parse(re.sub(r"[\r\n]", " ", text).strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as problem:
        raise BadFormula(f"not a formula: {getattr(problem, 'msg', problem)}") from None
    if _depth(tree) > MAX_DEPTH:
        raise BadFormula(f"more than {MAX_DEPTH} parts inside one another")
    return tree


def _require_tokens(text: str) -> None:
    position, end = 0, len(text.rstrip())
    while position < end:
        token = _TOKEN.match(text, position)
        if token is None:
            raise BadFormula(f"not in the language: {text[position:].strip()[:20]!r}")
        position = token.end()


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a formula: the kind of its value, and how it comes about."""

    kind: Kind
    run: Run


class _Compiler:
    """Turns the nodes of one formula into parts, and notes the slots they read."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.slots: list[Slot] = []

    def part(self, node: ast.expr) -> _Part:
        """The part a node stands for; raises BadFormula on one the language does not have."""
        visit = _NODES.get(type(node))
        if visit is None:
            _refuse(node, "is not in the language")
        return visit(self, node)

    def junction(self, node: ast.BoolOp) -> _Part:
        """``a and b``, ``a or b``."""
        parts = [self._condition(each) for each in node.values]
        joined = logic.all_of if isinstance(node.op, ast.And) else logic.any_of
        return _Part(Kind.BOOLEAN, joined(parts))

    def prefixed(self, node: ast.UnaryOp) -> _Part:
        """``not a``, ``-a``."""
        if isinstance(node.op, ast.Not):
            return _Part(Kind.BOOLEAN, logic.negated(self._condition(node.operand)))
        if not isinstance(node.op, ast.USub):
            _refuse(node, "is not in the language")
        operand = self._of(node.operand, {Kind.NUMBER})
        return _Part(Kind.NUMBER, logic.calculated("-", lambda _: 0, operand.run))

    def _of(self, node: ast.expr, kinds: Collection[Kind]) -> _Part:
        """A part of one of these kinds."""
        part = self.part(node)
        if part.kind not in kinds:
            wanted = " or ".join(sorted(kinds))
            _refuse(node, f"is a {part.kind}; a {wanted} is needed here")
        return part

    def _condition(self, node: ast.expr) -> Run:
        return self._of(node, {Kind.BOOLEAN}).run

    def calculation(self, node: ast.BinOp) -> _Part:
        """``a + b``, ``a - b``, ``a * b``, ``a / b``, ``a % b``."""
        if type(node.op) not in _SIGNS:
            _refuse(node, "calculates with a sign that is not in the language (+ - * / %)")
        left, right = (self._of(side, {Kind.NUMBER}).run for side in (node.left, node.right))
        return _Part(Kind.NUMBER, logic.calculated(_SIGNS[type(node.op)], left, right))

    def comparison(self, node: ast.Compare) -> _Part:
        """``a <= b``, ``a <= b <= c``, ``a in [b, c]``."""
        if any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            return self._membership(node)
        sides = [(each, self.part(each)) for each in (node.left, *node.comparators)]
        pairs = [
            self._pair(op, left, right)
            for op, left, right in zip(node.ops, sides, sides[1:], strict=False)
        ]
        return _Part(Kind.BOOLEAN, pairs[0] if len(pairs) == 1 else logic.all_of(pairs))

    def _pair(self, op: ast.cmpop, left: tuple[ast.expr, _Part], right: tuple[Any, _Part]) -> Run:
        """One comparison of a chain."""
        (node, first), (_, second) = left, right
        if type(op) not in _COMPARISONS:
            _refuse(node, "is compared with 'is'; use given(…) or empty(…)")
        if first.kind is not second.kind:
            _refuse(
                node,
                f"is a {first.kind} and can't be compared with a {second.kind} "
                "(day, date and number make one of the other)",
            )
        if first.kind is Kind.OTHER or (
            first.kind not in ORDERED and not isinstance(op, ast.Eq | ast.NotEq)
        ):
            _refuse(node, f"is a {first.kind}, and these have no order")
        return logic.compared(_COMPARISONS[type(op)], first.run, second.run)

    def _membership(self, node: ast.Compare) -> _Part:
        listed = node.comparators[0]
        if len(node.ops) != 1 or not isinstance(listed, ast.List):
            _refuse(node, "must be one value, then in or not in, then a list: x in ['a', 'b']")
        if not 1 <= len(listed.elts) <= MAX_CHOICES:
            _refuse(node, f"needs a list of 1 to {MAX_CHOICES} values")
        value = self._of(node.left, {Kind.TEXT, Kind.NUMBER})
        choices = frozenset(_literal(each, value.kind) for each in listed.elts)
        is_in = logic.listed(value.run, choices)
        return _Part(
            Kind.BOOLEAN, is_in if isinstance(node.ops[0], ast.In) else logic.negated(is_in)
        )

    def name(self, node: ast.Name) -> _Part:
        """The cell of a column, or today."""
        name = node.id
        if name == TODAY:
            return self._slot(Today(), Kind.DATE)
        if name not in self.scope.columns:
            raise BadFormula(f"no column is called {name!r}")
        if self.scope.by and name not in self.scope.by:
            raise BadFormula(
                f"{name!r} may differ from row to row of a group: say sum, count, least, "
                "greatest or distinct of it, or name it under by"
            )
        return self._slot(Column(name), self.scope.columns[name])

    def _slot(self, slot: Slot, kind: Kind) -> _Part:
        if slot not in self.slots:
            self.slots.append(slot)
        return _Part(kind, operator.itemgetter(self.slots.index(slot)))

    def call(self, node: ast.Call) -> _Part:
        """``days(a, b)``."""
        if not isinstance(node.func, ast.Name) or node.keywords:
            _refuse(node, "is not a call of the language: name(value, value)")
        name = node.func.id
        if name in FUNCTIONS:
            return self._plain(node, FUNCTIONS[name])
        if name in _FORMS:
            form, least, most = _FORMS[name]
            if not least <= len(node.args) <= most:
                _refuse(node, f"needs {_counted(least, most)}")
            return form(self, node)
        raise BadFormula(f"no function is called {name!r}; known: {', '.join(FUNCTION_NAMES)}")

    def _plain(self, node: ast.Call, function: Function) -> _Part:
        if not function.accepts(len(node.args)):
            _refuse(node, f"needs {_counted(len(function.takes), len(function.takes))}")
        runs = [self._of(each, function.takes_at(n)).run for n, each in enumerate(node.args)]
        written = [each.value for each in node.args if isinstance(each, ast.Constant)]
        if len(written) == len(runs) and function.run(*written) is None:
            _refuse(node, "has no value; a day is written date('2026-03-12')")
        return _Part(function.gives, logic.applied(function.run, runs))

    def given(self, node: ast.Call) -> _Part:
        """Whether there is anything: ``given(x)``."""
        run = self.part(node.args[0]).run
        return _Part(Kind.BOOLEAN, lambda values: run(values) is not None)

    def empty(self, node: ast.Call) -> _Part:
        """Whether there is nothing: ``empty(x)``."""
        run = self.part(node.args[0]).run
        return _Part(Kind.BOOLEAN, lambda values: run(values) is None)

    def extreme(self, node: ast.Call) -> _Part:
        """The least or greatest of those that are known: ``min(a, b)``, ``max(a, b)``."""
        first = self._of(node.args[0], ORDERED)
        runs = [first.run, *(self._of(each, {first.kind}).run for each in node.args[1:])]
        choose = min if _called(node) == "min" else max
        return _Part(first.kind, logic.chosen(choose, runs))

    def when(self, node: ast.Call) -> _Part:
        """One value or another: ``when(condition, a)``, ``when(condition, a, b)``."""
        condition, then = self._condition(node.args[0]), self.part(node.args[1])
        others = [self._of(each, {then.kind}).run for each in node.args[2:]]
        return _Part(then.kind, logic.conditional(condition, then.run, *others))

    def listed(self, node: ast.Call) -> _Part:
        """Whether a closed list has this code: ``listed(x, 'vocabulary')``."""
        value = self._of(node.args[0], {Kind.TEXT})
        name = _literal(node.args[1], Kind.TEXT)
        if name not in self.scope.vocabularies:
            _refuse(node, f"no vocabulary is called {name!r}")
        codes = frozenset(self.scope.vocabularies[str(name)])
        return _Part(Kind.BOOLEAN, logic.listed(value.run, codes))

    def other(self, node: ast.Call) -> _Part:
        """A value of the first row of the other table that matches: ``other('column')``."""
        columns = self._other_columns(node)
        name = str(_literal(node.args[0], Kind.TEXT))
        if name not in columns:
            _refuse(node, f"the other table has no column {name!r}")
        return self._slot(Other(name), columns[name])

    def matched(self, node: ast.Call) -> _Part:
        """Whether the other table has a row that matches: ``matched()``."""
        self._other_columns(node)
        return self._slot(Matched(), Kind.BOOLEAN)

    def _other_columns(self, node: ast.Call) -> Mapping[str, Kind]:
        if self.scope.other is None:
            _refuse(node, "speaks of another table; the rule needs against")
        return self.scope.other

    def aggregate(self, node: ast.Call) -> _Part:
        """What is said of a group's rows, such as ``sum(x)`` and ``count()``."""
        if not self.scope.by:
            _refuse(node, "speaks of a group of rows; the rule needs by")
        summary = Summary(_called(node))
        inner = Scope(self.scope.columns, self.scope.vocabularies)
        argument = _part_formula(node.args[0], inner) if node.args else None
        if argument and argument.kind not in _SUMMED[summary]:
            _refuse(node, f"values of kind {argument.kind} can't be taken here")
        keeps_kind = argument and summary in {Summary.LEAST, Summary.GREATEST}
        kind = argument.kind if argument and keeps_kind else Kind.NUMBER
        return self._slot(Aggregate(summary, argument), kind)


def _part_formula(node: ast.expr, scope: Scope) -> Formula:
    compiler = _Compiler(scope)
    part = compiler.part(node)
    return Formula(ast.unparse(node), part.kind, tuple(compiler.slots), part.run)


_NODES: Mapping[type[ast.expr], Callable[[_Compiler, Any], _Part]] = {
    ast.BoolOp: _Compiler.junction,
    ast.UnaryOp: _Compiler.prefixed,
    ast.BinOp: _Compiler.calculation,
    ast.Compare: _Compiler.comparison,
    ast.Call: _Compiler.call,
    ast.Name: _Compiler.name,
    ast.Constant: lambda _, node: _constant(node),
}
"""Node of Python's grammar to what it means here; the language has no others."""

_FORMS: Mapping[str, tuple[Callable[[_Compiler, ast.Call], _Part], int, int]] = {
    "given": (_Compiler.given, 1, 1),
    "empty": (_Compiler.empty, 1, 1),
    "min": (_Compiler.extreme, 2, 20),
    "max": (_Compiler.extreme, 2, 20),
    "when": (_Compiler.when, 2, 3),
    "listed": (_Compiler.listed, 2, 2),
    "other": (_Compiler.other, 1, 1),
    "matched": (_Compiler.matched, 0, 0),
    "sum": (_Compiler.aggregate, 1, 1),
    "count": (_Compiler.aggregate, 0, 1),
    "least": (_Compiler.aggregate, 1, 1),
    "greatest": (_Compiler.aggregate, 1, 1),
    "distinct": (_Compiler.aggregate, 1, 1),
}
"""Name to form, and the least and the most values it takes."""

FUNCTION_NAMES = (*FUNCTIONS, *_FORMS)
"""Every name that can be called in a formula."""


def _refuse(node: ast.AST, reason: str) -> NoReturn:
    raise BadFormula(f"{ast.unparse(node)[:60]}: {reason}")


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _counted(least: int, most: int) -> str:
    values = "no value" if not most else "1 value" if most == 1 else f"{most} values"
    return values if least == most else f"{least} to {values}"


def _constant(node: ast.Constant) -> _Part:
    value = node.value
    if isinstance(value, str):
        return _Part(Kind.TEXT, lambda _: value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(repr(value))
        if len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
            _refuse(node, f"a number has at most {MAX_DIGITS} digits")
        exact = value if isinstance(value, int) else number
        return _Part(Kind.NUMBER, lambda _: exact)
    _refuse(node, "is not in the language; a condition stands by itself, see given and empty")


def _literal(node: ast.expr, kind: Kind) -> Value:
    """The value of a text or number that is written out."""
    sign = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    constant = node.operand if isinstance(node, ast.UnaryOp) and sign else node
    if not isinstance(constant, ast.Constant):
        _refuse(node, f"must be a {kind} that is written out")
    part = _constant(constant)
    if part.kind is not kind or (sign and kind is not Kind.NUMBER):
        _refuse(node, f"must be a {kind} that is written out")
    value: Any = part.run(())
    number_or_text: Value = -value if sign else value
    return number_or_text

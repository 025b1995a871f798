"""A ``pattern`` constraint as a machine that reads a text once, for patterns that allow it.

Python's own parser reads the pattern; what it found becomes a deterministic automaton over ASCII.
A text that the automaton accepts matches the pattern as Frictionless asks it (``^pattern$`` with
``re.match``). The reverse need not hold: what is not accepted is decided by Frictionless.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ASCII = 128
MOST_STATES, LONGEST_REPEAT = 500, 200
_DIGITS = frozenset(range(ord("0"), ord("9") + 1))
_WORDS = _DIGITS | frozenset(range(ord("a"), ord("z") + 1)) | frozenset(range(65, 91)) | {95}
_SPACES = frozenset((*range(9, 14), *range(28, 33)))
_ALL = frozenset(range(ASCII))
_CATEGORIES = {
    codes.CATEGORY_DIGIT: _DIGITS,
    codes.CATEGORY_NOT_DIGIT: _ALL - _DIGITS,
    codes.CATEGORY_WORD: _WORDS,
    codes.CATEGORY_NOT_WORD: _ALL - _WORDS,
    codes.CATEGORY_SPACE: _SPACES,
    codes.CATEGORY_NOT_SPACE: _ALL - _SPACES,
}


@dataclass(frozen=True, slots=True)
class Automaton:
    """steps[state * 128 + byte] is the next state; 0 is dead, 1 the start. ends: by state."""

    steps: Sequence[int]
    ends: bytes

    def accepts(self, text: bytes) -> bool:
        """Whether the text surely matches; what the kernel does, for tests and the curious."""
        state = 1
        for byte in text:
            state = self.steps[state * ASCII + byte] if byte < ASCII else 0
            if not state:
                return False
        return bool(self.ends[state])


class _TooRich(Exception):
    """The pattern has something that such an automaton can't say."""


def automaton(pattern: str) -> Automaton | None:
    """The automaton of a pattern; None when it has look-around, back references, flags and such."""
    try:
        parsed = parser.parse(pattern)
        if parsed.state.flags & ~codes.SRE_FLAG_UNICODE:
            return None
        graph = _Graph()
        return _determined(graph, graph.sequence(_unanchored(list(parsed)), graph.start))
    except (_TooRich, RecursionError):
        return None


def _unanchored(items: list[Any]) -> list[Any]:
    """Without ``^`` first and ``$`` last: the whole text must match anyway."""
    if items[:1] and items[0][0] is codes.AT and items[0][1] is codes.AT_BEGINNING:
        items = items[1:]
    if items[-1:] and items[-1][0] is codes.AT and items[-1][1] is codes.AT_END:
        items = items[:-1]
    return items


@dataclass(slots=True)
class _Graph:
    """Nodes with edges on sets of bytes and edges on nothing."""

    edges: list[list[tuple[frozenset[int], int]]] = field(default_factory=lambda: [[]])
    free: list[list[int]] = field(default_factory=lambda: [[]])
    start: int = 0

    def node(self) -> int:
        if len(self.edges) > MOST_STATES * 4:
            raise _TooRich
        self.edges.append([])
        self.free.append([])
        return len(self.edges) - 1

    def sequence(self, items: Iterable[tuple[Any, Any]], begin: int) -> int:
        """Lay the items one behind the other; gives the node behind the last."""
        for code, value in items:
            begin = self._item(code, value, begin)
        return begin

    def _item(self, code: Any, value: Any, begin: int) -> int:
        if code is codes.SUBPATTERN:
            _, added, removed, items = value
            if added or removed:
                raise _TooRich
            return self.sequence(items, begin)
        if code is codes.BRANCH:
            end = self.node()
            for items in value[1]:
                self.free[self.sequence(items, begin)].append(end)
            return end
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
            least, most, items = value
            return self._repeat(least, most, items, begin)
        end = self.node()
        self.edges[begin].append((_bytes_of(code, value), end))
        return end

    def _repeat(self, least: int, most: Any, items: Any, begin: int) -> int:
        endless = most is codes.MAXREPEAT
        if least > LONGEST_REPEAT or (not endless and most > LONGEST_REPEAT):
            raise _TooRich
        for _ in range(least):
            begin = self.sequence(items, begin)
        end = self.node()
        self.free[begin].append(end)
        if endless:
            again = self.node()
            self.free[end].append(again)
            self.free[self.sequence(items, again)].append(end)
            return end
        for _ in range(most - least):
            begin = self.sequence(items, begin)
            self.free[begin].append(end)
        return end

    def reach(self, nodes: Iterable[int]) -> frozenset[int]:
        """The nodes that are reached without reading anything."""
        found, waiting = set(nodes), list(nodes)
        while waiting:
            for node in self.free[waiting.pop()]:
                if node not in found:
                    found.add(node)
                    waiting.append(node)
        return frozenset(found)


def _bytes_of(code: Any, value: Any) -> frozenset[int]:
    if code is codes.LITERAL:
        if value >= ASCII:
            raise _TooRich
        return frozenset({value})
    if code is codes.NOT_LITERAL:
        return _ALL - {value}
    if code is codes.ANY:
        return _ALL - {ord("\n")}
    if code is codes.IN:
        return frozenset(_members(value))
    raise _TooRich


def _members(items: Any) -> Iterator[int]:
    negated = items[0][0] is codes.NEGATE
    found: set[int] = set()
    for code, value in items[1:] if negated else items:
        if code is codes.RANGE:
            found.update(range(value[0], min(value[1], ASCII - 1) + 1))
        elif code is codes.CATEGORY:
            found |= _CATEGORIES[value]
        else:
            found.add(value)
    yield from (_ALL - found) if negated else (byte for byte in found if byte < ASCII)


def _determined(graph: _Graph, end: int) -> Automaton:
    """Each set of nodes one may be on is a state."""
    start = graph.reach([graph.start])
    numbers = {start: 1}
    waiting = [start]
    steps = array("H", [0] * (2 * ASCII))
    while waiting:
        here = waiting.pop()
        row = numbers[here] * ASCII
        edges = [edge for node in here for edge in graph.edges[node]]
        for byte in range(ASCII):
            nodes = [node for on, node in edges if byte in on]
            if not nodes:
                continue
            there = graph.reach(nodes)
            if there not in numbers:
                if len(numbers) == MOST_STATES:
                    raise _TooRich
                numbers[there] = len(numbers) + 1
                steps.extend([0] * ASCII)
                waiting.append(there)
            steps[row + byte] = numbers[there]
    ends = bytearray(len(numbers) + 1)
    for state, number in numbers.items():
        ends[number] = end in state
    return Automaton(steps, bytes(ends))

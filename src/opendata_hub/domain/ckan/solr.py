"""What is asked in ``q`` and ``fq``: the part of Solr's language that clients of CKAN speak.

Parsed into values and never passed on. Between two clauses without a word stands AND; OR binds
closer than that and AND closer than OR, so that ``organization:a OR organization:b -groups:x``
means what its writer meant: one of the two, and not x. Solr drops the first part there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from opendata_hub.domain.errors import BadSolr

LONGEST, MOST_CLAUSES, DEEPEST = 4_000, 1_000, 20
"""Letters and clauses of all that is asked at once, and how deep brackets stand in brackets."""
TEXT = "text"
"""The field of a clause that names none."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<range>[\[{]\s*(?P<low>"(?:\\.|[^"\\])*"|[^\s\]}\[{]+)\s+TO\s+
                  (?P<high>"(?:\\.|[^"\\])*"|[^\s\]}\[{]+)\s*[\]}])
      | (?P<phrase>"(?:\\.|[^"\\])*")
      | (?P<sign>[()+!-]|&&|\|\|)
      | (?P<field>[A-Za-z_*][\w.*-]*):
      | (?P<word>(?:\\.|[^\s()"\[\]{}:\\])(?:\\.|[^\s()"\[\]{}\\])*)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A field has this value, or a value of this form: ``*`` and ``?`` stand for letters."""

    field: str
    value: str
    is_phrase: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """A field lies between two values; ``*`` is no bound."""

    field: str
    low: str
    high: str
    takes_low: bool = True
    takes_high: bool = True


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these holds; none of them: everything."""

    parts: tuple["Asked", ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of these holds."""

    parts: tuple["Asked", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold."""

    part: "Asked"


Asked = Term | Range | All | Any | Not
EVERYTHING = All()


def asked_in(text: str) -> Asked:
    """What a text asks; raises BadSolr, which says what can't be read.

    >>> asked_in("organization:city -tags:water")
    All(parts=(Term(field='organization', value='city', is_phrase=False), \
Not(part=Term(field='tags', value='water', is_phrase=False))))
    """
    require_short((text,))
    return _Parser(_tokens(text)).whole()


def require_short(texts: Sequence[str]) -> None:
    """Raise BadSolr for more letters than are read of one question, in all its parts together."""
    letters = sum(map(len, texts))
    if letters > LONGEST:
        raise BadSolr(f"{letters:,} characters, at most {LONGEST:,} in q, fq and fq_list together")


def has_fields(text: str) -> bool:
    """Whether a text names a field; one that doesn't is plain words.

    >>> has_fields("tags:water"), has_fields("Budget : annexes")
    (True, False)
    """
    return bool(re.search(r"[\w*]:\S", text))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    low: str = ""
    high: str = ""


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise BadSolr(f"can't be read from {text[at : at + 20]!r} on")
        if len(found) > 4 * MOST_CLAUSES:
            raise BadSolr(f"more than {MOST_CLAUSES:,} clauses")
        kind = next(k for k in ("range", "phrase", "sign", "field", "word") if match[k] is not None)
        found.append(_Token(kind, match[kind], match["low"] or "", match["high"] or ""))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: Sequence[_Token]) -> None:
        self.tokens, self.at, self.clauses = tokens, 0, 0

    def whole(self) -> Asked:
        asked = self.sequence("", 0)
        if self.at < len(self.tokens):
            raise BadSolr("a bracket is closed that was not opened")
        return asked

    def sequence(self, field: str, depth: int) -> Asked:
        if depth > DEEPEST:
            raise BadSolr(f"brackets are nested more than {DEEPEST} deep")
        parts: list[Asked] = []
        while self.next() is not None and not self.is_sign(")"):
            parts.append(self.alternatives(field, depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def alternatives(self, field: str, depth: int) -> Asked:
        parts = [self.conjunction(field, depth)]
        while self.takes("OR", "||"):
            parts.append(self.conjunction(field, depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def conjunction(self, field: str, depth: int) -> Asked:
        parts = [self.clause(field, depth)]
        while self.takes("AND", "&&"):
            parts.append(self.clause(field, depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def clause(self, field: str, depth: int) -> Asked:
        is_denied = False
        while self.takes("NOT", "!", "-", "+"):
            is_denied = is_denied or self.tokens[self.at - 1].text != "+"
        found = self.atom(field, depth)
        return Not(found) if is_denied else found

    def atom(self, field: str, depth: int) -> Asked:
        token = self.next()
        if token is None:
            raise BadSolr("ends where something must follow")
        self.at += 1
        self.clauses += token.kind != "field"
        if self.clauses > MOST_CLAUSES:
            raise BadSolr(f"more than {MOST_CLAUSES:,} clauses")
        match token.kind:
            case "field":
                if field:
                    raise BadSolr(f"{token.text[:40]}: a field within a field")
                return self.atom(token.text, depth)
            case "sign" if token.text == "(":
                return self.group(field, depth)
            case "range":
                return self.range(token, field)
            case "phrase":
                self.drop_tail()
                return Term(field or TEXT, _unquoted(token.text), is_phrase=True)
            case "word" if token.text not in {"AND", "OR"}:
                return _term(field, token.text)
        raise BadSolr(f"{token.text[:20]!r} stands where something is asked for")

    def group(self, field: str, depth: int) -> Asked:
        found = self.sequence(field, depth + 1)
        if not self.takes(")"):
            raise BadSolr("a bracket is not closed")
        self.drop_tail()
        return found

    def range(self, token: _Token, field: str) -> Asked:
        takes_low, takes_high = token.text[0] == "[", token.text[-1] == "]"
        low, high = _unquoted(token.low), _unquoted(token.high)
        return Range(field or TEXT, low, high, takes_low, takes_high)

    def drop_tail(self) -> None:
        token = self.next()
        if token and token.kind == "word" and not _without_tail(token.text):
            self.at += 1

    def next(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def is_sign(self, text: str) -> bool:
        token = self.next()
        return token is not None and token.kind == "sign" and token.text == text

    def takes(self, *texts: str) -> bool:
        token = self.next()
        if token and token.kind in {"sign", "word"} and token.text in texts:
            self.at += 1
            return True
        return False


def _term(field: str, written: str) -> Asked:
    value = _without_tail(written)
    if field == "*" and value == "*":
        return EVERYTHING
    return Term(field or TEXT, _unescaped(value))


def _without_tail(written: str) -> str:
    """A clause without how much it counts (^2) and how near a word must be (~1): of no effect."""
    end = len(written)
    while True:
        number = len(written[:end].rstrip("0123456789."))
        sign, is_bare = written[number - 1 : number], number == end
        is_escaped = written[max(number - 2, 0) : number - 1] == "\\"
        if sign not in ("~", "^") or (sign == "^" and is_bare) or is_escaped:
            return written[:end]
        end = number - 1


def _unquoted(text: str) -> str:
    return _unescaped(text[1:-1]) if text[:1] == '"' else text


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)

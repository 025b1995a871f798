"""Two windows on one draft: whose words stand, field by field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

LONGEST_MARKS = 100_000
"""Characters of all marks of a form: a reason for each kind of finding in each column."""
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Merge:
    """What stands when a form is kept that was opened in another state of the draft.

    typed:   every field as it should be kept; where both have written, what this form says.
    clashes: the fields in which somebody else has written something else than this form.
    theirs:  the fields that somebody else has changed, and this form has left as they were.
    """

    typed: Mapping[str, str]
    clashes: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()


def marks_of(typed: Mapping[str, str]) -> str:
    """What a form carries to say what stood in its fields; an empty field has no mark.

    >>> marks_of({"title_fr": "Aides", "title_ar": ""})
    '{"title_fr": "81580575321a"}'
    """
    return json.dumps({name: _mark(text) for name, text in sorted(typed.items()) if text})


def merged(now: Mapping[str, str], sent: Mapping[str, str], was: str) -> Merge:
    """Put together what is kept now and what a form sends.

    was: the marks of what stood in its fields. What can't be read, or is missing, stands for a
    form that was empty: it overwrites nothing.
    """
    before, typed = _read(was), dict(now)
    clashes, theirs = set(), set()
    for name, text in sent.items():
        stood, stands, says = before.get(name, ""), _mark(now.get(name, "")), _mark(text)
        if stands != stood and says == stood:
            theirs.add(name)
            continue
        if stands not in {stood, says}:
            clashes.add(name)
        typed[name] = text
    return Merge(typed, frozenset(clashes), frozenset(theirs))


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_DIGITS] if text else ""


def _read(was: str) -> Mapping[str, str]:
    try:
        marks = json.loads(was[:LONGEST_MARKS]) if was else {}
    except (ValueError, RecursionError):
        return {}
    return marks if isinstance(marks, dict) else {}

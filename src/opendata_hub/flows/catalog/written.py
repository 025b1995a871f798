"""A proved record as it is kept: what is its own, and what it says as many others do."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from opendata_hub.adapters import rdf
from opendata_hub.adapters.rdf import Prepared, Syntax
from opendata_hub.store.datasets import Written

KNOWN_NAMES = 256


def in_all_syntaxes(
    profile: Prepared, state: str, quality: Mapping[str, tuple[str, str]] | None = None
) -> Written:
    """The record in every stored syntax.

    state: that of the declarations. quality: by syntax, what is said of the record's own quality,
    and what is said of any record's.
    """
    own, shared = {}, {}
    for syntax in rdf.STORED:
        measured = quality[syntax.name] if quality else ("", "")
        own[syntax.name], shared[syntax.name] = (
            rdf.joined(parts, syntax) for parts in zip(profile.parts(syntax), measured, strict=True)
        )
    if not any(shared.values()):
        return Written(own)
    return Written(own, shared, _name(state, shared[rdf.TURTLE.name]))


def whole(record: Written, syntax: Syntax) -> str:
    """All that the record says in one syntax."""
    return rdf.joined((record.own[syntax.name], record.shared.get(syntax.name, "")), syntax)


@lru_cache(KNOWN_NAMES)
def _name(state: str, shared: str) -> str:
    """What is written otherwise under other declarations has another name."""
    return hashlib.sha256(f"{state}\n{shared}".encode()).hexdigest()[:32]

"""An identity as bytes to be sealed, and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields

from opendata_hub.domain.requests.info_request import Requester

BLOCK = 256
"""What is sealed is filled up to a multiple of this: its length tells nothing of a name."""
_KNOWN = frozenset(field.name for field in fields(Requester))


def to_words(requester: Requester) -> bytes:
    """The identity as JSON, filled up with spaces."""
    text = json.dumps(asdict(requester), ensure_ascii=False).encode()
    return text + b" " * (-len(text) % BLOCK)


def from_words(words: bytes) -> Requester:
    """The identity; what a later version kept besides is left out.

    >>> from_words(to_words(Requester("Personne Fictive", "", "1, rue", "XX0"))).name
    'Personne Fictive'
    """
    kept: Mapping[str, str] = json.loads(words)
    return Requester(**{name: value for name, value in kept.items() if name in _KNOWN})

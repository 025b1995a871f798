"""A call of an action: who calls, what is given, and how it is read."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.datastructures import UploadFile

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.ckan.switch import switched
from opendata_hub.domain.errors import InvalidPackage
from opendata_hub.domain.people.roles import Visitor

MISSING = "Missing value"
LARGEST = 2**31 - 1
_BROKEN = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Call:
    """What an action is called with. given: as it came, texts or JSON; path: with its question."""

    hub: Hub
    visitor: Visitor
    given: Mapping[str, Any]
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    path: str = ""

    def text(self, key: str, otherwise: str = "") -> str:
        """What is given as a text, trimmed; ``otherwise`` where nothing is."""
        value = self.given.get(key)
        if value is None or isinstance(value, list | dict):
            if value:
                raise InvalidPackage({key: ["Must be a Unicode string value"]})
            return otherwise
        return str(value).strip() or otherwise

    def needed(self, key: str, named: str = "") -> str:
        """The same, and there must be one; ``named`` is the key that CKAN's refusal says."""
        if said := self.text(key):
            return said
        raise InvalidPackage({named or key: [MISSING]})

    def count(self, key: str, otherwise: int, *, most: int = LARGEST) -> int:
        """A number from 0 on; one above ``most`` counts as that, as in CKAN."""
        value = self.given.get(key)
        if value is None or value == "":
            return otherwise
        number = _whole(value)
        if number is None:
            raise InvalidPackage({key: ["Invalid integer", "Please enter an integer value"]})
        if number < 0:
            raise InvalidPackage({key: ["Must be a natural number"]})
        return min(number, most)

    def is_true(self, key: str, otherwise: bool = False) -> bool:
        """Whether a switch is on, however it is written."""
        value = self.given.get(key)
        if value is None:
            return otherwise
        if (is_on := switched(value)) is None:
            raise InvalidPackage({key: [f"String is not true/false: {str(value)[:40]!r}"]})
        return is_on

    def many(self, key: str) -> tuple[str, ...]:
        """Several texts: a list, JSON of one, or texts between commas."""
        value = parsed(self.given.get(key))
        if value is None or value == "":
            return ()
        if isinstance(value, str):
            return tuple(each.strip() for each in value.split(",") if each.strip())
        if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
            return tuple(str(each) for each in value)
        raise InvalidPackage({key: ["Must be a list of strings"]})

    def mapping(self, key: str) -> Mapping[str, Any]:
        """An object, or JSON of one; empty where none is given."""
        value = parsed(self.given.get(key))
        if value is None or value == "":
            return {}
        if isinstance(value, dict):
            return value
        raise InvalidPackage({key: ["Must be a JSON object"]})


def parsed(value: object) -> Any:
    """JSON that came as a text; any other value as it is."""
    if not isinstance(value, str) or value[:1] not in {"[", "{"}:
        return value
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return read if is_sound(read) else value


def is_sound(value: object) -> bool:
    """Whether what JSON says can be kept and said again: no NUL, no half of a pair, no NaN."""
    ahead = [value]
    while ahead:
        part = ahead.pop()
        if isinstance(part, Mapping):
            ahead += [*part, *part.values()]
        elif isinstance(part, list):
            ahead += part
        elif not _is_sound(part):
            return False
    return True


def _is_sound(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return not (isinstance(value, str) and _BROKEN.search(value))


def is_id(text: str) -> bool:
    """Whether a text has the form of the ids that are given here."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    try:
        return int(str(value)[:40])
    except ValueError:
        return None

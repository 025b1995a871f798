"""The forms of stewards as they come in: what was typed, cleaned, field by field."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Depends, Request

from opendata_hub.domain.publishing.draft import CLEARED, FIELDS, as_kept

MOST_FIELDS = 1000
"""A reason for each kind of finding in each of many columns."""
LONGEST_PLACE = 200


async def typed_in(request: Request) -> AsyncIterator[Mapping[str, str]]:
    """The words and reasons that were sent; whatever else was sent is not looked at."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    try:
        yield {
            name: as_kept(value)
            for name, value in form.items()
            if isinstance(value, str) and _is_asked(name)
        }
    finally:
        await form.close()


def _is_asked(name: str) -> bool:
    return name in FIELDS or (name.startswith(CLEARED) and len(name) <= LONGEST_PLACE)


TypedDep = Annotated[Mapping[str, str], Depends(typed_in)]

"""A CKAN elsewhere that our datasets are brought to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opendata_hub.domain.catalog.record.values import checked_address
from opendata_hub.domain.errors import Invalid

ID_LENGTH = 40
MOST_A_MINUTE = 6_000
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Package = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to bring datasets, and whose.

    authority:    whose datasets these are. organization: name or id of the organization there.
    most_deleted: per cent of what was brought that may be deleted before somebody is asked.
    per_minute:   calls at most. is_private: whether it may be in a private network.
    """

    id: str
    url: str
    authority: str
    organization: str
    added_at: datetime
    most_deleted: int = 10
    per_minute: int = 300
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a dataset at a target.

    remote_id: its id there. sent: what we said last. kept: what the CKAN then said it had kept.
    """

    slug: str
    remote_id: str
    sent: Package
    kept: Package
    sent_at: datetime


def checked_target(target: Target) -> Target:
    """The same target; raises Invalid, which names the field that is wrong."""
    if not _ID.fullmatch(target.id) or len(target.id) > ID_LENGTH:
        raise Invalid(f"id: {target.id[:ID_LENGTH]!r}: a-z, 0-9, single hyphens, at most 40")
    if not target.url.startswith(("http://", "https://")):
        raise Invalid(f"url: {target.url[:80]!r}: only http and https are spoken")
    checked_address(target.url)
    if not target.organization.strip():
        raise Invalid("organization: name the one at the CKAN that takes the datasets")
    if not 0 <= target.most_deleted <= 100:  # noqa: PLR2004  (per cent)
        raise Invalid(f"most_deleted: {target.most_deleted} is not between 0 and 100")
    if not 1 <= target.per_minute <= MOST_A_MINUTE:
        raise Invalid(f"per_minute: {target.per_minute} is not between 1 and {MOST_A_MINUTE}")
    return target

"""The closed lists of OCDS 1.1 that purchases are told in, and how ours are read as theirs.

Source: https://standard.open-contracting.org/1.1/en/schema/codelists/
"""

from collections.abc import Mapping
from dataclasses import dataclass

UNREGISTERED_PREFIX = "ocds-000000"
"""What stands before an ocid until the authority has registered a prefix of its own, free of charge
(https://standard.open-contracting.org/latest/en/guidance/build/#register-an-ocid-prefix)."""

METHODS = frozenset({"open", "selective", "limited", "direct"})
CATEGORIES = frozenset({"goods", "works", "services"})
TENDER_STATUSES = frozenset(
    {"planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"}
)
AWARD_STATUSES = frozenset({"pending", "active", "cancelled", "unsuccessful"})


@dataclass(frozen=True, slots=True)
class Codes:
    """Our codes to theirs, one mapping for each of their lists."""

    procurement_method: Mapping[str, str]
    category: Mapping[str, str]
    tender_status: Mapping[str, str]
    award_status: Mapping[str, str]
    purchase_order_method: Mapping[str, str]

"""The roles people hold here, where they hold them, and who stands at a door."""

from dataclasses import dataclass, field
from enum import StrEnum

from opendata_hub.domain.people.deeds import Deed

WHOLE_HUB = ""
"""The authority of a role that is held everywhere."""


class Role(StrEnum):
    """What somebody is here; the law's own word where it has one.

    OFFICER: *personne chargée* who answers requests (law 31-13, art. 12). HEAD: *président de
    l'institution*, who decides on complaints (art. 19). STEWARD: publishes in an authority's name.
    """

    CITIZEN = "citizen"
    OFFICER = "officer"
    STEWARD = "steward"
    HEAD = "head"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that somebody holds, and where.

    authority: its id, or WHOLE_HUB. unit: of an officer; empty for all units of the authority.
    """

    role: Role
    authority: str = WHOLE_HUB
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at a door, with the roles held at this moment.

    person: id of the account; None for a stranger.
    deeds:  what the token that was shown is limited to; None without one: all that the roles give.
    """

    person: int | None = None
    grants: frozenset[Grant] = frozenset()
    deeds: frozenset[Deed] | None = field(default=None)


STRANGER = Visitor()
"""Nobody that the hub knows."""

OPERATOR = Visitor(grants=frozenset(map(Grant, Role)))
"""Who types a command on the hub's own machine: the file system has let them in."""

"""The one rule of what somebody may see and do.

Pages, programs, files, search, feeds, counts and exports all ask it. A single thing is asked for
with ``require``; a list is filtered by ``reach`` in its query, so that what may not be seen is
neither shown nor counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from opendata_hub.domain.errors import Forbidden, SignInNeeded
from opendata_hub.domain.people.deeds import OPEN, Deed
from opendata_hub.domain.people.roles import WHOLE_HUB, Role, Visitor

ROLES: Mapping[Deed, frozenset[Role]] = {
    Deed.KEEP_OWN_ACCOUNT: frozenset({Role.CITIZEN}),
    Deed.FOLLOW_OWN_REQUEST: frozenset({Role.CITIZEN}),
    Deed.CHECK_FILE: frozenset({Role.STEWARD, Role.HEAD}),
    Deed.READ_SUBMISSION: frozenset({Role.STEWARD, Role.HEAD, Role.AUDITOR}),
    Deed.PUBLISH: frozenset({Role.STEWARD, Role.HEAD}),
    Deed.WITHDRAW: frozenset({Role.STEWARD, Role.HEAD}),
    Deed.READ_REQUEST: frozenset({Role.OFFICER, Role.HEAD, Role.AUDITOR}),
    Deed.READ_IDENTITY: frozenset({Role.OFFICER, Role.HEAD, Role.AUDITOR}),
    Deed.ERASE_IDENTITY: frozenset({Role.OFFICER, Role.HEAD}),
    Deed.HANDLE_REQUEST: frozenset({Role.OFFICER, Role.HEAD}),
    Deed.DECIDE_COMPLAINT: frozenset({Role.HEAD}),
    Deed.ANNOUNCE_DAY: frozenset({Role.OFFICER, Role.HEAD, Role.ADMINISTRATOR}),
    Deed.MANAGE_PEOPLE: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Deed.MANAGE_AUTHORITY: frozenset({Role.ADMINISTRATOR}),
    Deed.READ_LOG: frozenset({Role.AUDITOR}),
    Deed.HARVEST: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
}
"""Which roles may do what needs an account; whoever has one is a citizen beside.

An administrator opens accounts and reads no case; an auditor reads all and writes nothing.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing belongs.

    authority: id of the body. unit: the unit that works on it; empty where none does.
    owner:     the account whose own it is; None where it is nobody's.
    """

    authority: str = WHOLE_HUB
    unit: str = ""
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody may do one thing; the conditions of a query are made of it.

    everywhere: no condition. authorities: all that is theirs. units: (authority, unit).
    owner:      what is the person's own.
    """

    everywhere: bool = False
    authorities: frozenset[str] = frozenset()
    units: frozenset[tuple[str, str]] = frozenset()
    owner: int | None = None

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.authorities or self.units) or self.owner is not None

    def covers(self, place: Place) -> bool:
        """Whether the thing may be done there."""
        return (
            self.everywhere
            or place.authority in self.authorities
            or (place.authority, place.unit) in self.units
            or (self.owner is not None and self.owner == place.owner)
        )


NOWHERE = Reach()
EVERYWHERE = Reach(everywhere=True)


def reach(visitor: Visitor, deed: Deed) -> Reach:
    """Where the visitor may do that; NOWHERE is false."""
    if visitor.deeds is not None and deed not in visitor.deeds | OPEN:
        return NOWHERE
    if deed in OPEN:
        return EVERYWHERE
    held = [grant for grant in visitor.grants if grant.role in ROLES[deed]]
    return Reach(
        everywhere=any(each.authority == WHOLE_HUB and not each.unit for each in held),
        authorities=frozenset(each.authority for each in held if each.authority and not each.unit),
        units=frozenset((each.authority, each.unit) for each in held if each.unit),
        owner=visitor.person if Role.CITIZEN in ROLES[deed] else None,
    )


def require(visitor: Visitor, deed: Deed, place: Place | None = None) -> None:
    """Raise SignInNeeded to a stranger and Forbidden to others who may not do that.

    Without a place: unless it may be done anywhere at all, which a door asks before it reads.
    """
    reached = reach(visitor, deed)
    if reached.covers(place) if place else reached:
        return
    if visitor.person is None and not visitor.grants:
        raise SignInNeeded("Sign in, or send an API token: Authorization: Bearer odh_…")
    raise Forbidden(f"Your account may not do this here ({deed})")

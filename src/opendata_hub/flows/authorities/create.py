"""Authorities are added to the hub, one or a whole region at once; all of them or none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.authority import (
    Authority,
    require_apart,
    require_no_circle,
    require_sound,
)
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import AuthorityTaken, HubError, Invalid, UnknownLaw
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.store import journal
from opendata_hub.store.people import authorities


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one of several can't be added; number: its place among them, from 1."""

    number: int
    id: str
    problem: HubError


def create(
    session: Session,
    frame: Frame,
    laws: Collection[str],
    wanted: Sequence[Authority],
    *,
    by: Visitor,
    now: datetime,
) -> list[Fault]:
    """Add them all, and nothing when one is at fault; returns the faults.

    laws: those under which requests are taken. Raises Forbidden to who may not add authorities.
    """
    require(by, Deed.MANAGE_AUTHORITY, Place())
    authorities.lock(session)
    here = everyone(session, frame)
    if faults := _faults(frame, laws, here, wanted):
        return faults
    authorities.add(session, wanted, now)
    for each in wanted:
        journal.append(
            session, Kind.AUTHORITY_CREATED, each.id, {"digest": each.digest},
            authority=each.id, person=by.person, now=now,
        )  # fmt: skip
    return []


def everyone(session: Session, frame: Frame) -> Mapping[str, Authority]:
    """All authorities as they are in this transaction: those declared, and those kept."""
    return frame.with_authorities(authorities.everyone(session)).site.publishers


def require_fitting(
    frame: Frame, laws: Collection[str], authority: Authority, others: Mapping[str, Authority]
) -> None:
    """Raise Invalid, or UnknownLaw, for a field that can't stand, or names what is not here.

    others: all authorities of the hub, by id; this one may be among them.
    """
    require_sound(authority)
    frame.require_known(authority)
    if authority.law not in laws:
        known = ", ".join(sorted(laws))
        raise UnknownLaw(f"law: {authority.law[:60]!r} is none to file under; known: {known}")
    require_no_circle(authority, others)


def _faults(
    frame: Frame, laws: Collection[str], here: Mapping[str, Authority], wanted: Sequence[Authority]
) -> list[Fault]:
    """What is wrong with each. One may belong to another of the same list."""
    after = {**{each.id: each for each in wanted}, **here}
    taken, prefixes = set(here), {each.reference_prefix: each for each in here.values()}
    faults = []
    for number, each in enumerate(wanted, 1):
        try:
            require_fitting(frame, laws, each, after)
            _require_free(each.id, taken)
            require_apart([prefixes.get(each.reference_prefix, each), each])
        except (Invalid, AuthorityTaken, UnknownLaw) as problem:
            faults.append(Fault(number, each.id, problem))
        taken.add(each.id)
        prefixes.setdefault(each.reference_prefix, each)
    return faults


def _require_free(authority_id: str, taken: Collection[str]) -> None:
    if authority_id in taken:
        raise AuthorityTaken(f"There is already an authority {authority_id!r} in this hub")

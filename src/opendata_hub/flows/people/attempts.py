"""Whether somebody may try to open an account, and what became of it."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.protection.attempts import Answer, account_digest, answer, place_digest
from opendata_hub.domain.protection.network import network_of
from opendata_hub.store.people import attempts


def may_try(session: Session, account: str, network: str, now: datetime) -> Answer:
    """What may be done at an account from an address; asked before a password is compared.

    account: the folded address that was typed, whether it has an account or not: both are
    answered alike. network: the address of the caller.
    """
    place = place_digest(account, network_of(network))
    return answer(attempts.past(session, account_digest(account), place, now), now)


def note(session: Session, account: str, network: str, succeeded: bool, now: datetime) -> None:
    """Remember whether an account was opened from an address, or not."""
    place = place_digest(account, network_of(network))
    keep = attempts.add_opening if succeeded else attempts.add_failure
    keep(session, account_digest(account), place, now)


def vouch(session: Session, account: str, network: str, now: datetime) -> None:
    """Take somebody for the owner who came by a link that was sent to them; all waiting is over."""
    attempts.clear_failures(session, account_digest(account))
    note(session, account, network, succeeded=True, now=now)

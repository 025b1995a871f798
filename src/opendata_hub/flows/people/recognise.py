"""Somebody whom a provider of identities vouches for is found among the accounts."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.address import email_address, person_name
from opendata_hub.domain.errors import BadAddress, BadName, NoAccount
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.provider import Identity
from opendata_hub.flows.people.noted import note_account
from opendata_hub.flows.people.use_link import is_still_given, use
from opendata_hub.store.people import accounts, identities, links


def recognise(session: Session, known: Identity, now: datetime) -> Account:
    """The account of that identity; the first time it is found by its verified address.

    An invitation to that address is taken up. Raises NoAccount when nobody was invited, and for an
    account that was closed.
    """
    person = identities.person_of(session, known.issuer, known.subject)
    if person is None:
        person = _by_address(session, known, now)
        identities.link(session, known.issuer, known.subject, person, now)
    account = accounts.get(session, person)
    if account.disabled_at:
        raise NoAccount("There is no open account here for who you are there")
    return account


def _by_address(session: Session, known: Identity, now: datetime) -> int:
    """The account of the verified address: a confirmed one, or one that is invited."""
    if known.email is None:
        raise NoAccount("Your provider has not verified an e-mail address of yours")
    try:
        email = email_address(known.email)
    except BadAddress:
        raise NoAccount("The address that your provider knows has no account here") from None
    account = accounts.by_email(session, email)
    invitations = [
        each for each in links.invitations(session, email, now) if is_still_given(session, each)
    ]
    if account is None and invitations:
        name = invitations[0].name or _name(known, email)
        language = invitations[0].language
        account = accounts.add(session, name=name, email=email, language=language, now=now)
        accounts.confirm(session, account.id, now)
        by = invitations[0].made_by
        note_account(session, Kind.ACCOUNT_MADE, account.id, by=by, now=now)
        for each in invitations:
            use(session, each, name=name, kept=None, now=now)
        return account.id
    if account is None or account.confirmed_at is None:
        raise NoAccount("The address that your provider knows has no account here")
    return account.id


def _name(known: Identity, email: str) -> str:
    try:
        return person_name(known.name)
    except BadName:
        return email.partition("@")[0]

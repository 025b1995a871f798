"""A link from a mail is used, once: an account is made, moved, or gets another password."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.errors import Forbidden, LinkOver
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.giving import may_give
from opendata_hub.domain.people.letter import LetterKind
from opendata_hub.domain.people.one_time_link import LinkKind, OneTimeLink
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.flows.people.credentials import set_password, tell
from opendata_hub.flows.people.noted import note_account, note_roles
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.people import accounts, credentials, links, sessions


def account_of(session: Session, link: OneTimeLink) -> Account | None:
    """The account that a link is about; None when it makes one; raises LinkOver if closed."""
    if link.person is None:
        known = accounts.by_email(session, link.email)
    else:
        known = accounts.get(session, link.person)
    if known and known.disabled_at:
        raise LinkOver("The account that this link is about was closed")
    return known


def asks_password(link: OneTimeLink, account: Account | None) -> bool:
    """Whether a password is chosen when the link is used."""
    return link.kind is LinkKind.RESET or account is None


def use(session: Session, link: OneTimeLink, *, name: str, kept: str | None, now: datetime) -> int:
    """Do what the link is for; returns the number of the account.

    kept: the hash of the password that was chosen, where one is. Raises LinkOver, Refused, and
    Forbidden when who invited may no longer give that role.
    """
    links.use(session, link.id, now)
    account = account_of(session, link)
    match link.kind:
        case LinkKind.CONFIRM | LinkKind.INVITE:
            return _join(session, link, account, name=name, kept=kept, now=now)
        case LinkKind.RESET:
            return _reset(session, account, kept, now)
        case LinkKind.CHANGE:
            return _move(session, link, account, now)


def _join(
    session: Session,
    link: OneTimeLink,
    account: Account | None,
    *,
    name: str,
    kept: str | None,
    now: datetime,
) -> int:
    _require_still_given(session, link)
    if account and link.kind is LinkKind.CONFIRM:
        raise LinkOver("There is an account with this address already: sign in")
    if account is None:
        if kept is None:
            raise LinkOver("The account was removed meanwhile; ask for another link")
        account = accounts.add(
            session, name=name, email=link.email, language=link.language, now=now
        )
        accounts.confirm(session, account.id, now)
        credentials.keep_password(session, account.id, kept, now=now)
        note_account(session, Kind.ACCOUNT_MADE, account.id, by=link.made_by, now=now)
    for each in link.grants:
        accounts.grant(session, account.id, each)
    note_roles(session, Kind.ROLE_GIVEN, account.id, link.grants, by=link.made_by, now=now)
    # What signs in to the new roles was opened for the old ones.
    sessions.close_all(session, account.id)
    return account.id


def is_still_given(session: Session, link: OneTimeLink) -> bool:
    """Whether who wrote an invitation may still give its roles."""
    if link.made_by is None:
        return True
    inviter = accounts.get(session, link.made_by)
    visitor = Visitor(inviter.id, inviter.grants)
    return not inviter.disabled_at and all(may_give(visitor, each) for each in link.grants)


def _require_still_given(session: Session, link: OneTimeLink) -> None:
    if not is_still_given(session, link):
        raise Forbidden("Who invited you may no longer give this role; ask for another invitation")


def _reset(session: Session, account: Account | None, kept: str | None, now: datetime) -> int:
    if account is None or kept is None:
        raise LinkOver("There is no such account any more")
    set_password(session, account, kept, now=now)
    accounts.confirm(session, account.id, now)
    tell(session, account, LetterKind.PASSWORD_CHANGED, now)
    return account.id


def _move(session: Session, link: OneTimeLink, account: Account | None, now: datetime) -> int:
    if account is None:
        raise LinkOver("There is no such account any more")
    accounts.move(session, account.id, link.email, now)
    # A link to the old mailbox must not open what is no longer its.
    links.end_all(session, account.id, [LinkKind.RESET], now)
    sessions.close_all(session, account.id)
    if account.email:
        outbox.add(
            session, LetterKind.ADDRESS_CHANGED,
            email=account.email, language=account.language, now=now,
        )  # fmt: skip
    return account.id

"""A link that works once is written to somebody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.correspondence.mail import Mail
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.giving import require_may_give
from opendata_hub.domain.people.letter import Letter, LetterKind, in_words
from opendata_hub.domain.people.one_time_link import LinkKind
from opendata_hub.domain.people.roles import Grant, Visitor
from opendata_hub.domain.secret import link_digest, link_key, new_salt
from opendata_hub.flows.people.credentials import tell
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.people import accounts, links


def sign_up(
    session: Session, email: str, *, name: str, language: str, hub_key: bytes, now: datetime
) -> None:
    """Write to who wants an account. Whether there is one already, only the letter says."""
    known = accounts.by_email(session, email)
    if known is None:
        _send(
            session, LinkKind.CONFIRM, email, hub_key,
            name=name, language=language, now=now,
        )  # fmt: skip
    elif not known.disabled_at:
        tell(session, known, LetterKind.HAS_ACCOUNT, now)


def ask_reset(session: Session, email: str, *, hub_key: bytes, now: datetime) -> None:
    """Write to who has forgotten a password. Whether there is an account, only the letter says."""
    known = accounts.by_email(session, email)
    if known and not known.disabled_at:
        links.end_all(session, known.id, [LinkKind.RESET], now)
        _send(
            session, LinkKind.RESET, email, hub_key,
            person=known.id, language=known.language, now=now,
        )  # fmt: skip


def ask_change(
    session: Session, account: Account, email: str, *, hub_key: bytes, now: datetime
) -> None:
    """Write to the address that an account is to have. Whether it has one, only the letter says."""
    known = accounts.by_email(session, email)
    if known:
        tell(session, known, LetterKind.HAS_ACCOUNT, now)
        return
    links.end_all(session, account.id, [LinkKind.CHANGE], now)
    _send(
        session, LinkKind.CHANGE, email, hub_key,
        person=account.id, language=account.language, now=now,
    )  # fmt: skip


def invite(
    session: Session,
    email: str,
    grants: Iterable[Grant],
    *,
    by: Visitor,
    name: str,
    language: str,
    hub_key: bytes,
    is_written: bool = True,
    now: datetime,
) -> str:
    """Invite somebody to hold roles; returns the key of the link, for who hands it over.

    is_written: whether it is sent by mail. Raises Forbidden for a role that they may not give.
    """
    given = frozenset(grants)
    for each in given:
        require_may_give(by, each)
    return _send(
        session, LinkKind.INVITE, email, hub_key,
        name=name, language=language, grants=given, made_by=by.person, is_written=is_written,
        now=now,
    )  # fmt: skip


def composed(
    session: Session, letter: Letter, *, mail_id: str, title: str, base_url: str, hub_key: bytes
) -> Mail:
    """A letter in words, with its link; only now the link's key is worked out."""
    address = f"{base_url}/{letter.language}/account/reset"
    if letter.link is not None:
        address = link_address(
            base_url, letter.language, link_key(hub_key, links.salt_of(session, letter.link))
        )
    return replace(in_words(letter, hub=title, address=address), id=mail_id)


def link_address(base_url: str, language: str, key: str) -> str:
    """Where a link leads."""
    return f"{base_url}/{language}/account/links/{key}"


def _send(
    session: Session,
    kind: LinkKind,
    email: str,
    hub_key: bytes,
    *,
    language: str,
    person: int | None = None,
    name: str = "",
    grants: frozenset[Grant] = frozenset(),
    made_by: int | None = None,
    is_written: bool = True,
    now: datetime,
) -> str:
    salt = new_salt()
    key = link_key(hub_key, salt)
    number = links.add(
        session, kind, sha256=link_digest(key), salt=salt, email=email, language=language,
        person=person, name=name, grants=grants, made_by=made_by, now=now,
    )  # fmt: skip
    if is_written:
        outbox.add(session, LetterKind(kind), email=email, language=language, link=number, now=now)
    return key

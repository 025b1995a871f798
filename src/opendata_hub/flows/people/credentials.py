"""What somebody signs in with is set, changed or taken off; each time all sessions are closed."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.adapters.people.second_factor import accepted_step
from opendata_hub.domain.errors import Refused, WrongCode
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.letter import LetterKind
from opendata_hub.domain.people.one_time_link import LinkKind
from opendata_hub.domain.secret import derived, new_salt, new_tracking_code, tracking_code_digest
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.people import credentials, links, sessions, tokens

RECOVERY_CODES = 10


def tell(session: Session, account: Account, kind: LetterKind, now: datetime) -> None:
    """Write to somebody what has happened to their account; a program has no address."""
    if account.email:
        outbox.add(session, kind, email=account.email, language=account.language, now=now)


def set_password(
    session: Session, account: Account, kept: str, *, is_demo: bool = False, now: datetime
) -> None:
    """Keep another password, by its hash; sessions are closed, links for a new one are over."""
    credentials.keep_password(session, account.id, kept, is_demo=is_demo, now=now)
    links.end_all(session, account.id, [LinkKind.RESET, LinkKind.CHANGE], now)
    sessions.close_all(session, account.id)


def second_factor_secret(session: Session, person: int, hub_key: bytes) -> bytes | None:
    """The secret of the second factor, confirmed or being set up; it is kept nowhere."""
    factor = credentials.second_factor(session, person)
    return derived(hub_key, "second-factor", factor.salt) if factor else None


def begin_second_factor(session: Session, person: int) -> None:
    """Make a secret for an authenticator; raises Refused when there is a second factor."""
    factor = credentials.second_factor(session, person)
    if factor and factor.confirmed_at:
        raise Refused("There is a second factor already; take it off first")
    credentials.begin_second_factor(session, person, new_salt())


def take_code(session: Session, person: int, code: str, *, hub_key: bytes, now: datetime) -> None:
    """Take a code of the second factor, once; raises WrongCode."""
    factor = credentials.second_factor(session, person)
    secret = second_factor_secret(session, person, hub_key)
    if factor is None or secret is None:
        raise WrongCode("There is no second factor")
    step = accepted_step(secret, code, after=factor.last_step, now=now)
    if step is None or not credentials.take_step(session, person, step):
        raise WrongCode("This code is wrong, too old, or was taken before; wait for the next one")


def confirm_second_factor(
    session: Session, account: Account, code: str, *, hub_key: bytes, now: datetime
) -> list[str]:
    """Ask for codes from now on; returns the recovery codes, once. Raises WrongCode."""
    factor = credentials.second_factor(session, account.id)
    if factor and factor.confirmed_at:
        raise Refused("There is a second factor already; take it off first")
    take_code(session, account.id, code, hub_key=hub_key, now=now)
    credentials.confirm_second_factor(session, account.id, now)
    sessions.close_all(session, account.id)
    tell(session, account, LetterKind.FACTOR_ON, now)
    return new_recovery_codes(session, account.id)


def drop_second_factor(session: Session, account: Account, now: datetime) -> None:
    """Ask for no code any more; recovery codes and keys open nothing then that asks for one."""
    credentials.drop_second_factor(session, account.id)
    tokens.doubt_all(session, account.id)
    credentials.keep_recovery_codes(session, account.id, ())
    sessions.close_all(session, account.id)
    tell(session, account, LetterKind.FACTOR_OFF, now)


def new_recovery_codes(session: Session, person: int) -> list[str]:
    """Make recovery codes instead of earlier ones; returns them, once."""
    codes = [new_tracking_code() for _ in range(RECOVERY_CODES)]
    credentials.keep_recovery_codes(session, person, map(tracking_code_digest, codes))
    return codes

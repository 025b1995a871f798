"""Signing in at a provider of identities elsewhere: OpenID Connect 1.0, code flow with PKCE.

All that has to be remembered between going there and coming back is worked out from one thread,
which the browser holds: nothing is kept here, and nobody else can go on.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opendata_hub.domain.errors import SignInLost, TokenForged
from opendata_hub.domain.secret import derived

LONGEST_SECONDS = 600
"""Between going to the provider and coming back: a password, a code, a mail to be found."""
LEEWAY_SECONDS = 60
"""How much the clocks of the hub and of the provider may differ."""
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider knows them.

    subject: never given to another at this issuer. email: None unless the provider has verified it.
    """

    issuer: str
    subject: str
    email: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Thread:
    """What the browser holds between going and coming back: when, in which language, and a salt."""

    began: int
    language: str
    salt: str

    def __str__(self) -> str:
        return f"{self.began}.{self.language}.{self.salt}"

    def state(self, key: bytes) -> str:
        """What the provider sends back: it shows that this browser was sent there."""
        return self._derived(key, "oidc-state")

    def nonce(self, key: bytes) -> str:
        """What the provider puts into its token: it was made for this sign-in."""
        return self._derived(key, "oidc-nonce")

    def verifier(self, key: bytes) -> str:
        """What only we can show for the code (RFC 7636)."""
        return self._derived(key, "oidc-verifier")

    def challenge(self, key: bytes) -> str:
        """What is told of the verifier beforehand: S256."""
        return _letters(hashlib.sha256(self.verifier(key).encode()).digest())

    def _derived(self, key: bytes, purpose: str) -> str:
        return _letters(derived(key, purpose, str(self)))


def new_thread(language: str, now: datetime) -> Thread:
    """The thread of a sign-in that begins now."""
    return Thread(int(now.timestamp()), language, secrets.token_urlsafe(16))


def taken_up(held: str, state: str, key: bytes, now: datetime) -> Thread:
    """The thread that a browser holds, when it was really sent to the provider with it.

    Raises SignInLost for none, an old one, and one that does not fit the state that came back.
    """
    began, _, rest = held.partition(".")
    language, _, salt = rest.partition(".")
    if began.isascii() and began.isdecimal() and salt:
        thread = Thread(int(began[:15]), language, salt)
        is_fresh = 0 <= now.timestamp() - thread.began + LEEWAY_SECONDS <= LONGEST_SECONDS
        if is_fresh and hmac.compare_digest(thread.state(key).encode(), state.encode()):
            return thread
    raise SignInLost("This sign-in was not begun in this browser, or too long ago: begin again")


def identity(
    claims: Mapping[str, Any], *, issuer: str, client: str, nonce: str, now: datetime
) -> Identity:
    """Who a token is about, whose signature has been found to be the provider's.

    Raises TokenForged unless it was made by that issuer, for that client and sign-in, and is valid
    now. Source: OpenID Connect Core 1.0, section 3.1.3.7.
    """
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    subject = claims.get("sub")
    checks = {
        "issuer": claims.get("iss") == issuer,
        "audience": client in audiences,
        "azp": claims.get("azp", client) == client and (len(audiences) == 1 or "azp" in claims),
        "nonce": isinstance(claims.get("nonce"), str)
        and hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()),
        "time": _is_now(claims, now),
        "subject": isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT,
    }
    if wrong := [name for name, is_right in checks.items() if not is_right]:
        raise TokenForged(f"The provider's token does not hold: {', '.join(wrong)}")
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True and isinstance(email, str)
    name = claims.get("name")
    return Identity(
        issuer, str(subject), str(email) if is_verified else None,
        name if isinstance(name, str) else "",
    )  # fmt: skip


def _is_now(claims: Mapping[str, Any], now: datetime) -> bool:
    """Whether the token is neither over, nor of another day, nor of the future."""
    ends, began = claims.get("exp"), claims.get("iat")
    if isinstance(ends, bool) or isinstance(began, bool):
        return False
    if not isinstance(ends, int | float) or not isinstance(began, int | float):
        return False
    at = now.timestamp()
    is_begun = at - LONGEST_SECONDS - LEEWAY_SECONDS <= began <= at + LEEWAY_SECONDS
    return is_begun and at < ends + LEEWAY_SECONDS


def _letters(value: bytes) -> str:
    return urlsafe_b64encode(value).decode("ascii").rstrip("=")

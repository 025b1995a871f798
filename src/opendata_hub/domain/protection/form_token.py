"""What a form of somebody who is signed in carries: a word that only our own pages know."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

FIELD = "form_token"
SALT_BYTES = 16


def form_token(secret: bytes, session_key: str) -> str:
    """A token for one session; another one at each call, so that compression tells nothing.

    secret: the hub's own. session_key: what the session's cookie holds.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    return urlsafe_b64encode(salt + _seal(secret, session_key, salt)).decode()


def is_form_token(token: str, secret: bytes, session_key: str) -> bool:
    """Whether the token was made here for that session; never raises."""
    try:
        given = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    salt, seal = given[:SALT_BYTES], given[SALT_BYTES:]
    return hmac.compare_digest(seal, _seal(secret, session_key, salt))


def _seal(secret: bytes, session_key: str, salt: bytes) -> bytes:
    session = hashlib.sha256(session_key.encode()).digest()
    return hmac.digest(secret, b"form\0" + salt + session, "sha256")

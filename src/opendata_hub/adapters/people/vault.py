"""Identities are sealed with AES-256-GCM (NIST SP 800-38D), by ``cryptography``."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from opendata_hub.domain.errors import IdentityUnreadable
from opendata_hub.domain.identities.vault import Sealed

NONCE_BYTES = 12
_NAME_LENGTH = 12


class AesVault:
    """Seals with the first of its keys and opens with any; a key has 32 bytes."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_name(key): key for key in keys}
        self._key_name = _name(keys[0])

    @property
    def key_name(self) -> str:
        """The name of the key that seals now: a digest, from which nobody finds the key."""
        return self._key_name

    def seal(self, words: bytes, *, bound_to: str) -> Sealed:
        """The words, sealed with the first key; what they are bound to is not kept in them.

        A nonce of 96 random bits serves 2^32 seals under a key before a chance of one in 2^33
        that two are alike (SP 800-38D, 8.3).
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        content = AESGCM(self._keys[self._key_name]).encrypt(nonce, words, bound_to.encode())
        return Sealed(self._key_name, nonce + content)

    def open(self, sealed: Sealed, *, bound_to: str) -> bytes:
        """The words; raises IdentityUnreadable, which says of what and why, and no more."""
        key = self._keys.get(sealed.key_name)
        if key is None:
            raise IdentityUnreadable(
                f"{bound_to}: sealed with the key {sealed.key_name}, which is not in "
                "OPENDATA_HUB_IDENTITY_KEYS: put it there again, behind the first"
            )
        nonce, content = sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, content, bound_to.encode())
        except (InvalidTag, ValueError):
            raise IdentityUnreadable(
                f"{bound_to}: what is kept was altered, or belongs to something else"
            ) from None

    def marks(self, text: str) -> tuple[str, ...]:
        """HMAC-SHA-256 of the text by each key, in hex, the first key's first.

        Whoever has the database alone can't try addresses one after another.
        """
        return tuple(
            hmac.digest(key, b"mark\0" + text.encode(), "sha256").hex()
            for key in self._keys.values()
        )


def _name(key: bytes) -> str:
    return hashlib.sha256(b"opendata-hub identity key\0" + key).hexdigest()[:_NAME_LENGTH]

"""Addresses that carry which request an answer is about, and links that stop notices.

Each is sealed with the hub's key: a reference is public, so whoever knows it must not be able to
make the address of another's case.
"""

import base64
import hmac
import re

from opendata_hub.domain.secret import derived

SEAL_BYTES, KEY_BYTES = 5, 15
HELD_PREFIX = "IN-"
"""Before the number of a mail that waits: an answer completes it."""
_TAG = re.compile(r"\+([a-z0-9-]{3,60})\.([a-z2-7]{8})@")


def tagged(address: str, subject: str, key: bytes) -> str:
    """The address of a desk with a tag: answers to it are about that subject.

    >>> tagged("demandes@commune.example", "AI-2026-000001", b"k")
    'demandes+ai-2026-000001.oniywula@commune.example'
    """
    local, _, host = address.rpartition("@")
    folded = subject.lower()
    return f"{local}+{folded}.{_seal(folded, key)}@{host}"


def subject_of(address: str, key: bytes) -> str:
    """The subject that a tagged address carries, in capitals; empty where none is, or is forged."""
    found = _TAG.search(address.lower())
    if found and hmac.compare_digest(_seal(found[1], key), found[2]):
        return found[1].upper()
    return ""


def stop_key(reference: str, key: bytes) -> str:
    """What stands at the end of the link that stops the notices about a request."""
    sealed = derived(key, "notices", reference)[:KEY_BYTES]
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def is_stop_key(shown: str, reference: str, key: bytes) -> bool:
    """Whether that is the end of the link for that request."""
    return hmac.compare_digest(shown.encode(), stop_key(reference, key).encode())


def _seal(folded: str, key: bytes) -> str:
    sealed = derived(key, "reply", folded)[:SEAL_BYTES]
    return base64.b32encode(sealed).decode("ascii").lower()

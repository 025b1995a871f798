"""Keys and codes that open a door: how they are made, and what is kept of them.

Only a digest is ever stored. It needs no salt: nobody guesses what has 98 bits or more.
"""

import base64
import hashlib
import hmac
import secrets

# Without 0/O, 1/I/L and U: read aloud, written by hand, typed on an old phone.
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE_GROUPS, _CODE_GROUP_LENGTH = 4, 5


def new_api_key() -> str:
    """A key for programs, with a beginning that secret scanners can look for."""
    return f"odh_{secrets.token_urlsafe(32)}"


def api_key_digest(key: str) -> str:
    """What is kept of an API key: SHA-256 in lower-case hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_session_key() -> str:
    """The key of a browser's session: 256 bits."""
    return secrets.token_urlsafe(32)


def session_key_digest(key: str) -> str:
    """What is kept of a session's key: SHA-256 in lower-case hex."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def new_salt() -> str:
    """What makes one derived secret differ from the next; no secret itself."""
    return secrets.token_urlsafe(16)


def derived(key: bytes, purpose: str, salt: str) -> bytes:
    """256 bits that only who has the hub's key can work out, and that are kept nowhere.

    Whoever steals the database alone has salts and digests: no link, no second factor.
    """
    return hmac.digest(key, f"{purpose}\0{salt}".encode(), "sha256")


def link_key(key: bytes, salt: str) -> str:
    """What stands at the end of a link that is sent by mail."""
    return base64.urlsafe_b64encode(derived(key, "link", salt)).decode("ascii").rstrip("=")


def link_digest(shown: str) -> str:
    """What is kept of a link: SHA-256 in lower-case hex."""
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()


def new_tracking_code() -> str:
    """A code for people: four groups of five letters."""
    groups = (
        "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_GROUP_LENGTH))
        for _ in range(_CODE_GROUPS)
    )
    return "-".join(groups)


def derived_tracking_code(key: bytes, salt: str) -> str:
    """A tracking code that only who has the hub's key can work out again.

    So it can be mailed, or sent once more to who has lost it, without being kept.

    >>> derived_tracking_code(b"k", "s") == derived_tracking_code(b"k", "s")
    True
    """
    number, letters = int.from_bytes(derived(key, "tracking-code", salt)), []
    for _ in range(_CODE_GROUPS * _CODE_GROUP_LENGTH):
        number, place = divmod(number, len(_CODE_LETTERS))
        letters.append(_CODE_LETTERS[place])
    step = _CODE_GROUP_LENGTH
    return "-".join("".join(letters[at : at + step]) for at in range(0, len(letters), step))


def receipt_key(key: bytes, salt: str) -> str:
    """What stands at the end of the address at which a receipt is shown for a while."""
    return base64.urlsafe_b64encode(derived(key, "receipt", salt)).decode("ascii").rstrip("=")


def tracking_code_digest(code: str) -> str:
    """What is kept of a tracking code; case, spaces and hyphens don't matter.

    >>> tracking_code_digest("abcde fghjk") == tracking_code_digest("ABCDE-FGHJK")
    True
    """
    letters = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()

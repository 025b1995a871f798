"""One-time codes of an authenticator (RFC 6238), and the picture it takes the secret from."""

import base64
import hmac
from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
SECRET_BYTES = 20  # RFC 4226, 4: 160 bits
WINDOW = 1
"""How many steps a phone's clock may be off."""


def in_letters(secret: bytes) -> str:
    """The secret as it is typed into an authenticator: base32."""
    return base64.b32encode(secret[:SECRET_BYTES]).decode("ascii")


def accepted_step(secret: bytes, code: str, *, after: int, now: datetime) -> int | None:
    """The time step of which this is the code; None when it is none of this moment.

    after: the step of the last code that was taken; no code of that one or before is taken.
    """
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdecimal()):
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    codes = pyotp.HOTP(in_letters(secret))
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(codes.at(step), typed) and step > after:
            found = step
    return found


def code_at(secret: bytes, now: datetime) -> str:
    """The code of a moment, as an authenticator shows it."""
    return pyotp.HOTP(in_letters(secret)).at(int(now.timestamp()) // STEP_SECONDS)


def address(secret: bytes, *, account: str, issuer: str) -> str:
    """The otpauth address that an authenticator takes the secret from."""
    return pyotp.TOTP(in_letters(secret)).provisioning_uri(name=account, issuer_name=issuer)


def picture(text: str) -> bytes:
    """A QR code as SVG, dark on white whatever the page's colours are."""
    return segno.make(text, error="m").svg_inline(
        scale=5, dark="#000", light="#fff", omitsize=True
    ).encode()  # fmt: skip

"""How sure we are of a fact that somebody may rely on."""

from enum import StrEnum


class Confidence(StrEnum):
    """Where a legal fact comes from. Whatever is not verified says so on the screen.

    VERIFIED: we read the text; SECONDARY: an official page or the press says so;
    UNVERIFIED: an inference, to be confirmed by a jurist.
    """

    VERIFIED = "verified"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"

"""What a password must be: long. And nobody's name."""

import unicodedata

from opendata_hub.domain.errors import WeakPassword

SHORTEST, LONGEST = 12, 256


def new_password(typed: str, *, email: str, name: str) -> str:
    """The password in its one form; raises WeakPassword.

    Length is what counts (NIST SP 800-63B-4, 3.1.1.2): no rules about kinds of characters, and
    none that makes people change it.
    """
    password = as_typed(typed)
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"A password has {SHORTEST} to {LONGEST} characters")
    known = {_bare(each) for each in (email, email.partition("@")[0], name)}
    if _bare(password) in known or len(set(password)) == 1:
        raise WeakPassword("Your name and your e-mail address are no password, nor is one letter")
    return password


def as_typed(typed: str) -> str:
    """The same password, whichever keyboard composed its letters."""
    return unicodedata.normalize("NFKC", typed)


def _bare(word: str) -> str:
    return "".join(word.casefold().split())

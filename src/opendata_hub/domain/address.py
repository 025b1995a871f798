"""E-mail addresses and names: one form for each, and none that passes for another's."""

import re
import unicodedata

import idna

from opendata_hub.domain.errors import BadAddress, BadName

LONGEST_ADDRESS, LONGEST_LOCAL_PART = 254, 64  # RFC 5321, 4.5.3.1 and erratum 1690 of RFC 3696
LONGEST_NAME = 120
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")  # RFC 5322, 3.2.3: dot-atom
_ALIKE = ("LATIN", "CYRILLIC", "GREEK")
"""Alphabets with letters that look the same; two of them in one name are no name."""


def email_address(typed: str) -> str:
    """The one form of an address, so that one mailbox has one account.

    Compatibility forms and capitals are folded, a domain of other letters becomes A-labels; what
    stands behind a plus is kept. Raises BadAddress.

    >>> email_address(" Fatima+Hub@Exämple.example ")
    'fatima+hub@xn--exmple-cua.example'
    """
    folded = unicodedata.normalize("NFKC", typed).strip().casefold()
    local, at, domain = folded.rpartition("@")
    # Letters that mail servers do not carry, and that look like others, are no part of a mailbox.
    if not at or not _LOCAL_PART.fullmatch(local) or len(local) > LONGEST_LOCAL_PART:
        raise BadAddress("This is no e-mail address; before the @ stand letters from a to z")
    try:
        host = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise BadAddress("What stands behind the @ is no domain") from None
    if "." not in host or len(local) + 1 + len(host) > LONGEST_ADDRESS:
        raise BadAddress("What stands behind the @ is no domain, or the address is too long")
    return f"{local}@{host}"


def person_name(typed: str) -> str:
    """A name in its usual form; raises BadName when it is empty, too long or hides something.

    A name of letters that only look alike, or that turn the text around, would pass for another.

    >>> person_name("  Personne   Fictive ")
    'Personne Fictive'
    """
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name or len(name) > LONGEST_NAME:
        raise BadName(f"A name has 1 to {LONGEST_NAME} characters")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Co", "Cn", "Cs"} for character in name):
        raise BadName("A name has no characters that cannot be seen")
    if len(_scripts(name)) > 1:
        raise BadName("A name is written in one alphabet: this one mixes letters that look alike")
    return name


def _scripts(name: str) -> set[str]:
    """Which of the alphabets that look alike its letters are of."""
    letters = (unicodedata.name(each, "") for each in name if each.isalpha())
    return {script for letter in letters for script in _ALIKE if letter.startswith(script)}

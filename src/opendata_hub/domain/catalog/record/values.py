"""What may stand in a record: addresses, moments, durations, texts that every parser reads."""

import re
from datetime import date, datetime

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import is_readable

LONGEST_ADDRESS = 2000
_UNMARKED = (
    r"A-Za-z0-9\-._~\u00a0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff"
    r"\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd"
)
"""Letters of an IRI (RFC 3987) without invisible marks and what no parser takes."""
_PART = rf"(?:[{_UNMARKED}:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{{2}})*"
_ADDRESS = re.compile(
    rf"(?:https?://[{_UNMARKED}]+(?::[0-9]{{1,5}})?(?=[/?#]|\Z)"
    rf"|(?!https?:|file:)[A-Za-z][A-Za-z0-9+.\-]*:(?=[^/]|/[^/]))"
    rf"{_PART}(?:\#{_PART})?",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_MOMENT = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?P<time>T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)?)?)?"
    r"(?P<zone>Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
)
_DURATION = re.compile(
    r"-?P(?=.)(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?=.)(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
)


def checked_address(text: str) -> str:
    """The same absolute IRI; raises Invalid when a parser of RDF would stumble over it."""
    if len(text) > LONGEST_ADDRESS:
        raise Invalid(f"an address of {len(text)} characters, at most {LONGEST_ADDRESS}")
    if not _ADDRESS.fullmatch(text):
        raise Invalid(f"{text[:80]!r} is no address: write it whole, such as https://…")
    return text


def checked_language(tag: str) -> str:
    """The same language tag; raises Invalid on what is none (BCP 47, short forms)."""
    if not _LANGUAGE.fullmatch(tag):
        raise Invalid(f"{tag[:20]!r} is no language tag")
    return tag


def checked_moment(text: str) -> str:
    """The same year, month, day or instant; raises Invalid outside 0001 to 9999.

    >>> checked_moment("2026-11")
    '2026-11'
    """
    found = _MOMENT.fullmatch(text)
    try:
        if found:
            day = f"{found['year']}-{found['month'] or '01'}-{found['day'] or '01'}"
            date.fromisoformat(day)
            datetime.fromisoformat(f"{day}{found['time'] or ''}".partition(".")[0])
            return text
    except ValueError:
        pass
    raise Invalid(
        f"{text[:40]!r} is no date: a year, month, day or instant from 0001 to 9999, "
        "such as 2026-11-22"
    )


def moment_type(text: str) -> str:
    """The XML Schema type of a checked moment, as a short name.

    >>> moment_type("2026"), moment_type("2026-11-22T09:30:00Z")
    ('xsd:gYear', 'xsd:dateTime')
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise Invalid(f"{text[:40]!r} is no date")
    if found["time"]:
        return "xsd:dateTime"
    if found["day"]:
        return "xsd:date"
    return "xsd:gYearMonth" if found["month"] else "xsd:gYear"


def instant(moment: datetime) -> str:
    """An instant as it is written in records, to the second."""
    return moment.isoformat(timespec="seconds")


def checked_duration(text: str) -> str:
    """The same ISO 8601 duration, ``P1Y`` or ``PT15M``; raises Invalid on what is none."""
    if not _DURATION.fullmatch(text):
        raise Invalid(f"{text[:40]!r} is no duration: write it as P1D, P1M, PT15M")
    return text


def checked_text(text: str) -> str:
    """The same text; raises Invalid when a parser could not read it."""
    if not is_readable(text):
        raise Invalid("holds a control character; remove it")
    return text

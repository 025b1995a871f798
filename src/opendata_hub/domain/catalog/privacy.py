"""Personal data that must not be published: what gives it away, cell by cell.

Numbers with a control key prove themselves. Those without one count only beside a word that says
what they are: market references look just like identity cards. Office lines and generic mailboxes
may stay. Source: law 09-08, arts 1, 3, 12 and 61; law 31-13, art. 7; forms as listed in the
Moroccan registers (identity card, RIB, CNSS).
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum

from opendata_hub.domain.texts import Texts


class Kind(StrEnum):
    """What was found, as the code of its finding."""

    CIN = "personal-cin"
    RIB = "personal-rib"
    IBAN = "personal-iban"
    PHONE = "personal-phone"
    EMAIL = "personal-email"
    CNSS = "personal-cnss"
    BIRTH = "personal-birth"


MESSAGES: Mapping[Kind, Texts] = {
    Kind.CIN: {
        "fr": "Un numéro de carte d’identité : à retirer (loi 09-08, art. 12).",
        "ar": "رقم بطاقة التعريف: يجب حذفه (القانون 09.08، المادة 12).",
        "en": "An identity card number: remove it (law 09-08, art. 12).",
    },
    Kind.RIB: {
        "fr": "Un relevé d’identité bancaire : à retirer (loi 09-08).",
        "ar": "رقم حساب بنكي: يجب حذفه (القانون 09.08).",
        "en": "A bank account number: remove it (law 09-08).",
    },
    Kind.IBAN: {
        "fr": "Un numéro IBAN : à retirer (loi 09-08).",
        "ar": "رقم حساب بنكي دولي: يجب حذفه (القانون 09.08).",
        "en": "An IBAN: remove it (law 09-08).",
    },
    Kind.PHONE: {
        "fr": "Un numéro de téléphone mobile : à retirer, ou donner une ligne de service.",
        "ar": "رقم هاتف محمول: يجب حذفه أو تعويضه برقم مصلحة.",
        "en": "A mobile phone number: remove it, or give an office line.",
    },
    Kind.EMAIL: {
        "fr": "Une adresse électronique personnelle : à retirer, ou donner une adresse de service.",
        "ar": "بريد إلكتروني شخصي: يجب حذفه أو تعويضه ببريد مصلحة.",
        "en": "A personal e-mail address: remove it, or give a mailbox of a service.",
    },
    Kind.CNSS: {
        "fr": "Un numéro CNSS : à retirer (loi 09-08).",
        "ar": "رقم الانخراط في الضمان الاجتماعي: يجب حذفه (القانون 09.08).",
        "en": "A social security number: remove it (law 09-08).",
    },
    Kind.BIRTH: {
        "fr": "Une date ou un lieu de naissance : à retirer (loi 09-08).",
        "ar": "تاريخ أو مكان الازدياد: يجب حذفه (القانون 09.08).",
        "en": "A date or place of birth: remove it (law 09-08).",
    },
}
"""What to tell a steward. The value itself is never repeated."""

# One look decides whether a cell can hold anything at all: most hold none of this.
_WORTH_A_LOOK = re.compile(r"\d[\d\s.\-/]{4,}|@|[A-Za-z0-9+/]{12}|n[ée]+e? le|مزداد")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])")
_RIB = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){23}(?!\d)")
_PHONE = re.compile(r"(?<![\d+])(?:\+212|00212|0)[ .\-]?(?:\(0\))?[67](?:[ .\-]?\d){8}(?!\d)")
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])([A-Za-z0-9._%+\-]{1,64})@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+"
)
_CIN = re.compile(r"(?<![A-Z0-9/])[A-Z]{1,2} ?\d{5,7}(?![\d/])")
_CNSS = re.compile(r"(?<!\d)\d{7,9}(?!\d)")
_DATE = re.compile(r"\d{1,4}[/\-. ]\d{1,2}[/\-. ]\d{1,4}|(?<!\d)(?:19|20)\d\d(?!\d)")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")
_CIN_WORDS = re.compile(
    r"\bc\.?i\.?n\.?\b|\bc\.?n\.?i\.?e\.?\b|carte nationale|carte d.identit|"
    r"بطاقة التعريف|ب\.ت\.و|البطاقة الوطنية",
    re.IGNORECASE,
)
_CNSS_WORDS = re.compile(r"cnss|الضمان الاجتماعي", re.IGNORECASE)
_BIRTH_WORDS = re.compile(r"naissance|\bn[ée]+e? le\b|birth|الازدياد|الميلاد|مزداد", re.IGNORECASE)
_OFFICE_MAILBOXES = re.compile(
    r"(?:contact|info|infos|bureau|mairie|commune|region|province|prefecture|presidence|president|"
    r"secretariat|cabinet|accueil|communication|presse|press|data|donnees|opendata|marches|achats|"
    r"finances|rh|support|service|services|webmaster|admin|administration|noreply|no-reply|dgs|dsi)"
    r"(?:[._\-][a-z0-9._\-]+)?",
    re.IGNORECASE,
)


def traces(text: str, *, column: str = "") -> frozenset[Kind]:
    """The kinds of personal data that ``text`` gives away, in a column of that name.

    >>> sorted(traces("Appeler le 06 12 34 56 78"))
    [<Kind.PHONE: 'personal-phone'>]
    >>> traces("Marché AB12345/2026")
    frozenset()
    """
    if not _WORTH_A_LOOK.search(text) and not _names_somebody(column):
        return frozenset()
    plain = _plain(text)
    found = set(_found(plain, f"{column.replace('_', ' ')} {plain}", column))
    for candidate in _BASE64.findall(plain):
        found |= set(_found_in_base64(candidate))
    return frozenset(found)


def _found(text: str, context: str, column: str) -> Iterator[Kind]:
    upper = text.upper()
    if any(_is_iban(match.group()) for match in _IBAN.finditer(upper)):
        yield Kind.IBAN
    if any(_is_rib(match.group()) for match in _RIB.finditer(text)):
        yield Kind.RIB
    if _PHONE.search(text):
        yield Kind.PHONE
    if any(not _OFFICE_MAILBOXES.fullmatch(m.group(1)) for m in _EMAIL.finditer(text)):
        yield Kind.EMAIL
    if _CIN_WORDS.search(context) and _CIN.search(upper):
        yield Kind.CIN
    if _CNSS_WORDS.search(context) and _CNSS.search(text):
        yield Kind.CNSS
    if _BIRTH_WORDS.search(context) and (_DATE.search(text) or _is_birth_place(column, text)):
        yield Kind.BIRTH


def _found_in_base64(candidate: str) -> Iterator[Kind]:
    """What an encoded value hides: real registers have leaked telephone numbers that way."""
    try:
        decoded = base64.b64decode(candidate, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return
    if decoded.isprintable():
        yield from _found(decoded, decoded, "")


def _names_somebody(column: str) -> bool:
    return bool(_BIRTH_WORDS.search(column.replace("_", " ")))


def _is_birth_place(column: str, text: str) -> bool:
    return bool(text.strip()) and _names_somebody(column)


def _plain(text: str) -> str:
    """Arabic-Indic digits as ours, compatibility forms folded, marks of direction dropped."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    kept = (c for c in folded if unicodedata.category(c) != "Cf")
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in kept)


def _is_rib(text: str) -> bool:
    """Twenty-four digits whose last two are the key of the others."""
    digits = re.sub(r"\D", "", text)
    return int(digits[22:]) == 97 - int(digits[:22]) * 100 % 97 and len(set(digits)) > 1


def _is_iban(text: str) -> bool:
    """Country, key and account, proved by ISO 7064 mod 97-10."""
    compact = text.replace(" ", "")
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1

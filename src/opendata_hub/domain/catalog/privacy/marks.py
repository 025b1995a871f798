"""The marks that personal data leaves in a text: forms, control keys, and words beside them.

Every question here is asked of a plain text (see ``plain``). Forms: Moroccan identity card (one or
two letters, five to seven digits), RIB (24 digits, two of them a key), IBAN (ISO 13616), mobile
numbers (06, 07), CNSS (seven to nine digits).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

MARK = "\0"
"""Stands between the cells of a row that are read as one text: no form reaches across it."""

# Characters that are as plain as ASCII: no other form of them, none that joins a neighbour.
_PLAIN_BLOCKS = (range(0x80, 0x700), range(0x2010, 0x2060))
_DROPPED = {0x640, *range(0x64B, 0x653)}
"""The Arabic letters' stretching stroke and vowel signs: they change how a word looks, not what."""


def _is_plain(character: str) -> bool:
    return (
        not unicodedata.combining(character)
        and unicodedata.normalize("NFKC", character) == character
        and unicodedata.category(character) != "Cf"
        and not character.isdigit()
        and ord(character) not in _DROPPED
    )


_PLAIN_LETTERS = "".join(
    re.escape(chr(code)) for block in _PLAIN_BLOCKS for code in block if _is_plain(chr(code))
)
_UNUSUAL = re.compile(rf"[^\x00-\x7f{_PLAIN_LETTERS}]")


class _Folding(dict[int, str]):
    """What stands for a character, by its code; each is thought about once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isdigit():
            self[code] = str(unicodedata.digit(character))
        else:
            is_dropped = unicodedata.category(character) == "Cf" or code in _DROPPED
            self[code] = "" if is_dropped else character
        return self[code]


_FOLDED = _Folding()

_IBAN_LENGTHS: Mapping[str, int] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28,
    "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "LY": 25, "MA": 28, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31,
    "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24,
    "RS": 22, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25,
    "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
"""Letters and digits of an account number, by country (ISO 13616 registry)."""

_MOBILE_TAIL = r"[ .\-/]?(?:\(0\)[ .\-/]?)?[67](?:[ .\-/]?[0-9]){8}"
_IBAN = re.compile(r"(?<![A-Za-z0-9])(?=([A-Za-z]{2}[0-9]{2}(?:[ \-]?[A-Za-z0-9]){11,30}))")
_RIB = re.compile(r"(?<![0-9])(?=([0-9](?:[ .\-/]?[0-9]){23})(?![0-9]))")
_MOBILE = re.compile(
    # A day, and a day after a year, begin like a number: 06-07-2026 10:00, 2026-06-07 2026-06-10.
    r"(?<![0-9+])(?<!(?:19|20)[0-9]{2}-)(?![0-9]{2}[./\-][0-9]{2}[./\-](?:19|20)[0-9]{2})"
    r"(?![0-9]{2} (?:19|20)[0-9]{2}-[01][0-9]-)"
    rf"(?:\+ ?212\)?|00[ .\-]?212|212\)?|0){_MOBILE_TAIL}(?![0-9])"
)
_MAILBOX = re.compile(
    r"(?<![A-Za-z0-9._%+\-])([A-Za-z0-9._%+\-]{1,64})@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+"
)
_OFFICE = re.compile(
    r"(?:contact|info|infos|information|bureau|mairie|commune|cr|cu|region|province|prefecture|"
    r"cercle|caidat|presidence|secretariat|sg|dg|dga|dgs|dsi|drh|daf|cabinet|accueil|standard|"
    r"communication|dircom|com|presse|press|data|donnees|opendata|transparence|marches|achats|"
    r"finances|budget|comptabilite|recettes|urbanisme|technique|travaux|etat-?civil|courrier|"
    r"guichet|reclamations?|division|direction|rh|support|service|services|webmaster|admin|"
    r"administration|no-?reply|association|asso|ass|federation|ligue|club|cooperative|ste|societe"
    r")[0-9]*(?:[._\-][a-z0-9._\-]*)?|(?:president|presidente|tresorier|secretaire|directeur)[0-9]*",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![A-Za-z0-9/])[A-Za-z]{1,2}[ .\-]?[0-9]{5,7}(?![0-9/])")
_NOT_AN_AMOUNT = r"(?![0-9]|[.,][0-9]| ?(?:[dD][hH]|[mM][aA][dD]|درهم))"
_INSURED = re.compile(
    rf"(?<![0-9])(?:[0-9]{{7,9}}|[0-9]{{3}}[ .\-][0-9]{{3}}[ .\-][0-9]{{3}}){_NOT_AN_AMOUNT}"
)
_DAY_OR_YEAR = re.compile(
    r"[0-9]{1,4}[/\-. ][0-9]{1,2}[/\-. ][0-9]{1,4}|(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])"
)
_ENCODED = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")
# Base64 keeps a mark of what it hides, wherever its groups of three begin: three neighbouring
# digits or separators of a number, or an @ before its domain.
_NEXT = "[AEIMQUYcgk048][0-5gt-z]"
_ENCODED_NUMBER = re.compile(
    # The first letter alone makes the search fast: capitals are rare.
    rf"[MNOILQAB](?:(?<=[MNO])[CDSTijyz]{_NEXT}|(?<=I)[CD]{_NEXT}|(?<=L)[STijyz]{_NEXT}|"
    r"(?<=Q)[C-H][ABEFIJMNQRUVYZcdghklopstwx014589]|"
    r"(?:(?<=[EUk0][AB])|(?<=[BFJNRVZdhlptx159]A))[A-Za-z0-9+/]{4})"
)

_CARD_WORDS = re.compile(
    r"\bc\.?i\.?n\b|\bc\.?n\.?i\.?e?\b|carte (?:nationale|d.identit)|pi[eè]ce d.identit|"
    r"passeport|passport|(?:carte|titre) de s[ée]jour|"
    r"بطاق(?:ة|ته|تها) (?:ال|لل)?(?:تعريف|وطنية)|البطاقة (?:الوطنية|رقم)|(?<!\w)ب[. ]ت[. ]و(?!\w)|"
    r"جواز السفر|بطاقة الإقامة"
)
_INSURANCE_WORDS = re.compile(
    r"\bc\.?n\.?s\.?s\b|s[ée]curit[ée] sociale|الضمان الاجتماعي|(?<!\w)ص[. ]و[. ]ض[. ]"
)
_BIRTH_SAID = (
    r"\bne(?:\(e\))? le [0-9]|\bn(?:ée?|ee)(?:\(e\)|\.e)? ?(?:le|en|à|a|au|vers)\b|"
    r"\bnati(?:f|ve) |\bd\.n\b\.? ?:|\bddn\b|\bdob\b|\bborn\b|"
    r"\b(?:date|lieu|ann[ée]e|jour)s?(?: et (?:date|lieu|heure))? de naissance|"
    r"\bnaissance ?(?::|le\b)|"
    r"(?:date|place|year|day) of birth|\bbirth ?(?:date|day|place|year)|"
    r"مزداد|(?:تاريخ|مكان|سنة|محل|عام) (?:ال)?(?:ازدياد|ميلاد|ولادة)|الازدياد ?:|"
    r"(?<!\w)(?:ولدت?|(?:ال)?مولودة?) (?:سنة|عام|في|بتاريخ|يوم|ب)|من مواليد"
)
_BIRTH_WORDS = re.compile(_BIRTH_SAID)
_BIRTH_COLUMN = re.compile(
    rf"{_BIRTH_SAID}|\bnaissance\b|\bnaiss\b|\bn[ée]e?(?:\(e\))? le\b|\bbirth\b|الازدياد|الميلاد$"
)
_MEASURED = re.compile(
    r"\b(?:nb|nbre|nombre|total|taux|montant|effectif|quantit[ée]|actes?|cotisations?|demandes?)\b|"
    r"عدد|مبلغ|نسبة|مجموع"
)
"""Columns that count or weigh: a number in them is no person's."""


def plain(text: str) -> str:
    """Arabic-Indic digits as ours, compatibility forms folded, marks of direction dropped.

    Plain texts joined by MARK are the plain form of the joined text.
    """
    if text.isascii() or not _UNUSUAL.search(text):
        return text
    return unicodedata.normalize("NFKC", text).translate(_FOLDED)


def holds_iban(text: str) -> bool:
    """An account number proved by ISO 7064 mod 97-10."""
    return any(True for _ in _ibans(text))


def holds_rib(text: str) -> bool:
    """Twenty-four digits whose last two are the key of the others, outside of an IBAN."""
    if not _RIB.search(text):
        return False
    for account in _ibans(text):
        text = text.replace(account, MARK)
    return any(_is_rib(match.group(1)) for match in _RIB.finditer(text))


def holds_mobile(text: str) -> bool:
    """A mobile number of Morocco, from home or abroad."""
    return bool(_MOBILE.search(text))


def holds_mailbox(text: str) -> bool:
    """An address that is not a service's or an organisation's."""
    return any(not _OFFICE.fullmatch(match.group(1)) for match in _MAILBOX.finditer(text))


def holds_card(text: str) -> bool:
    """Letters and digits as on an identity card; also what many references look like."""
    return bool(_CARD.search(text))


def holds_insured(text: str) -> bool:
    """Digits as of a CNSS number, and no amount."""
    return bool(_INSURED.search(text))


def holds_day_or_year(text: str) -> bool:
    """A date, or a year of the last or this century."""
    return bool(_DAY_OR_YEAR.search(text))


def speaks_of_card(text: str) -> bool:
    """Whether the text names the identity card, the passport or the residence card."""
    return bool(_CARD_WORDS.search(text.lower()))


def speaks_of_insurance(text: str) -> bool:
    """Whether the text names the CNSS."""
    return bool(_INSURANCE_WORDS.search(text.lower()))


def speaks_of_birth(text: str) -> bool:
    """Whether the text says when or where somebody was born."""
    return bool(_BIRTH_WORDS.search(text.lower()))


def is_birth_column(name: str) -> bool:
    """Whether a column of that name holds days or places of birth."""
    return bool(_BIRTH_COLUMN.search(name.lower()))


def is_measure(name: str) -> bool:
    """Whether a column of that name counts or weighs."""
    return bool(_MEASURED.search(name.lower()))


def encoded(text: str) -> list[str]:
    """The words of the text that could be base64 of a number or an address."""
    if not _ENCODED_NUMBER.search(text):
        return []
    return [word for word in _ENCODED.findall(text) if _ENCODED_NUMBER.search(word)]


def _ibans(text: str) -> Iterator[str]:
    """The account numbers of the text, as they are written."""
    for match in _IBAN.finditer(text):
        written = match.group(1)
        length = _IBAN_LENGTHS.get(written[:2].upper(), 0)
        compact = re.sub(r"[ \-]", "", written)[:length]
        if len(compact) == length > 0 and _is_proved(compact):
            yield _beginning(written, length)


def _beginning(written: str, length: int) -> str:
    """So much of the writing as holds that many letters and digits."""
    places = [place for place, character in enumerate(written) if character not in " -"]
    return written[: places[length - 1] + 1]


def _is_proved(account: str) -> bool:
    moved = account[4:] + account[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _is_rib(written: str) -> bool:
    digits = re.sub(r"[^0-9]", "", written)
    return int(digits[22:]) == 97 - int(digits[:22]) * 100 % 97 and len(set(digits)) > 1

"""Personal data that must not be published: what gives it away, cell by cell.

Numbers with a control key prove themselves. Those without one count only beside a word that says
what they are: market references look just like identity cards. Office lines and generic mailboxes
may stay. Source: law 09-08, arts 1, 3, 12 and 61; law 31-13, art. 7; forms as listed in the
Moroccan registers (identity card, RIB, CNSS).
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from opendata_hub.domain.catalog.privacy import marks
from opendata_hub.domain.errors import Invalid
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


HIDDEN_CARRIER = "hidden-carrier"
"""What an office file carries beside its table, and must not be published with it."""

SMALL_COUNT = "small-count"
"""A number so small that it tells of persons."""

CLEARABLE = frozenset({*Kind, HIDDEN_CARRIER, SMALL_COUNT})
"""What a steward may let pass, with a reason that is kept."""

MESSAGES: Mapping[Kind, Texts] = {
    Kind.CIN: {
        "fr": "Un numéro de carte d’identité ou de passeport : à retirer (loi 09-08, art. 12).",
        "ar": "رقم بطاقة التعريف أو جواز السفر: يجب حذفه (القانون 09.08، المادة 12).",
        "en": "An identity card or passport number: remove it (law 09-08, art. 12).",
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

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SAYS_SOMETHING = re.compile(r"[^\W_]{2}")


def traces(text: str, *, column: str = "") -> frozenset[Kind]:
    """The kinds of personal data that ``text`` gives away, in a column of that name.

    >>> sorted(traces("Appeler le 06 12 34 56 78"))
    [<Kind.PHONE: 'personal-phone'>]
    >>> traces("Marché AB12345/2026")
    frozenset()
    """
    return traces_among(text, told_by(column))


def require_impersonal(text: str, *, what: str) -> None:
    """Raise Invalid, with codes and without a value, for a text that holds personal data."""
    if found := traces(text):
        raise Invalid(f"{what}: holds personal data ({', '.join(sorted(found))}); take it out")


def traces_among(text: str, told: frozenset[Kind]) -> frozenset[Kind]:
    """As ``traces``, in a column whose name has told that much (see ``told_by``)."""
    plain = marks.plain(text)
    found = set(_found(plain, told))
    for candidate in marks.encoded(plain):
        found |= traces_in_base64(candidate)
    return frozenset(found)


def told_by(column: str) -> frozenset[Kind]:
    """The kinds of which a column's name alone says that its cells hold them.

    >>> told_by("numCIN"), told_by("nb_cin_delivrees")
    (frozenset({<Kind.CIN: 'personal-cin'>}), frozenset())
    """
    name = _CAMEL.sub(" ", marks.plain(column)).replace("_", " ")
    if marks.is_measure(name):
        return frozenset()
    told = {
        Kind.CIN: marks.speaks_of_card(name),
        Kind.CNSS: marks.speaks_of_insurance(name),
        Kind.BIRTH: marks.is_birth_column(name),
    }
    return frozenset(kind for kind, is_told in told.items() if is_told)


def traces_in_base64(candidate: str) -> frozenset[Kind]:
    """What an encoded value hides: real registers have leaked telephone numbers that way."""
    padded = candidate.rstrip("=")
    padded += "=" * (-len(padded) % 4)
    try:
        decoded = base64.b64decode(padded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return frozenset()
    if not decoded.isprintable():
        return frozenset()
    return frozenset(_found(marks.plain(decoded), frozenset()))


def _found(text: str, told: frozenset[Kind]) -> Iterator[Kind]:
    if marks.holds_iban(text):
        yield Kind.IBAN
    if marks.holds_rib(text):
        yield Kind.RIB
    if marks.holds_mobile(text):
        yield Kind.PHONE
    if marks.holds_mailbox(text):
        yield Kind.EMAIL
    if marks.holds_card(text) and (Kind.CIN in told or marks.speaks_of_card(text)):
        yield Kind.CIN
    if marks.holds_insured(text) and (Kind.CNSS in told or marks.speaks_of_insurance(text)):
        yield Kind.CNSS
    if _is_birth(text, told):
        yield Kind.BIRTH


def _is_birth(text: str, told: frozenset[Kind]) -> bool:
    """A day or a place: in a column of births every word is one."""
    if Kind.BIRTH in told:
        return bool(_SAYS_SOMETHING.search(text))
    return marks.holds_day_or_year(text) and marks.speaks_of_birth(text)

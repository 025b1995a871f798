"""A mail that follows the law's model form: lines such as ``Nom : …``, in three languages."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from opendata_hub.domain.requests.info_request import SUBJECT_LENGTH, Question, Requester

LABELS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "nom", "nom complet", "nom et prenom", "prenom et nom", "name", "full name", "الاسم",
        "الاسم الكامل", "الاسم الشخصي والعائلي", "الاسم العائلي والشخصي",
    ),
    "address": ("adresse", "adresse postale", "address", "postal address", "العنوان",
                "العنوان البريدي", "عنوان السكن"),
    "id_number": (
        "cin", "cnie", "c.i.n", "c.n.i.e", "n° cin", "n° cnie", "numero de cin",
        "numero de la carte nationale", "carte nationale", "identity card", "id number",
        "رقم البطاقة الوطنية", "رقم البطاقة الوطنية للتعريف", "البطاقة الوطنية",
        "رقم بطاقة التعريف الوطنية", "رقم ب.ت.و",
    ),
    "subject": ("objet", "objet de la demande", "subject", "الموضوع", "موضوع الطلب"),
}  # fmt: skip
"""How people call each field, without accents and in small letters."""
_LINE = re.compile(r"^[\s>*•\-–]*([^:：\n]{2,40}?)\s*[:：]\s*(.*)$")
_QUOTED = re.compile(r"^\s*>")
_SIGNATURE = re.compile(r"^-- ?$")
_URGENT = re.compile(r"\b(urgent|urgente|urgence)\b|عاجل|مستعجل", re.IGNORECASE)
_FRENCH = re.compile(r"\b(le|la|les|des|du|de|et|un|une|je|vous|nous|pour|dans|sur|est|ce|que)\b")
_ENGLISH = re.compile(r"\b(the|of|and|to|in|for|is|that|you|we|please|would|on|with|this)\b")


@dataclass(frozen=True, slots=True)
class Read:
    """What a mail says of who asks and what is asked; empty where it says nothing of it."""

    question: Question
    requester: Requester


def read_form(*, sender: str, sender_name: str, subject: str, text: str) -> Read:
    """The fields of the model form that the mail fills in; the other lines are what is asked.

    Nobody is asked urgently by a word in a text: an officer says so, or the form on the site.
    """
    found: dict[str, str] = {}
    asked = []
    for line in _own_lines(text):
        name = _field(line)
        if name and name not in found:
            found[name] = _LINE.sub(r"\2", line).strip()
        else:
            asked.append(line)
    words = re.sub(r"\n{3,}", "\n\n", "\n".join(asked)).strip()
    title = found.get("subject") or subject.strip()
    return Read(
        Question(title[:SUBJECT_LENGTH], words, language_of(f"{title}\n{words}"), is_urgent=False),
        Requester(
            found.get("name") or sender_name, sender, found.get("address", ""),
            found.get("id_number", ""),
        ),
    )  # fmt: skip


def sounds_urgent(subject: str, text: str) -> bool:
    """Whether an officer should look first: the law's short period needs its ground."""
    return bool(_URGENT.search(subject) or _URGENT.search(text))


def language_of(text: str) -> str:
    """The language that a text is most likely in: ``ar``, ``fr`` or ``en``.

    >>> language_of("السلام عليكم، أطلب ميزانية 2026 (Budget)")
    'ar'
    >>> language_of("Please send me the budget of the commune")
    'en'
    """
    letters = [character for character in text if character.isalpha()]
    arabic = sum("\u0600" <= character <= "\u06ff" for character in letters)
    if letters and 2 * arabic > len(letters):
        return "ar"
    words = text.lower()
    return "en" if len(_ENGLISH.findall(words)) > len(_FRENCH.findall(words)) else "fr"


def _own_lines(text: str) -> list[str]:
    """The lines of the mail without what it quotes and without its signature."""
    kept = []
    for line in text.splitlines():
        if _SIGNATURE.match(line):
            break
        if not _QUOTED.match(line):
            kept.append(line.rstrip())
    return kept


def _field(line: str) -> str:
    found = _LINE.match(line)
    if not found or not found[2].strip():
        return ""
    plain = unicodedata.normalize("NFKD", found[1])
    label = "".join(c for c in plain if not unicodedata.combining(c)).casefold().strip()
    return next((name for name, known in _FOLDED.items() if label in known), "")


def _folded(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


_FOLDED = {name: frozenset(map(_folded, labels)) for name, labels in LABELS.items()}

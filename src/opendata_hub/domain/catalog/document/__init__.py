"""A document without a table: its formats, its limits, what reading it gives, what is found in it.

Formats are those in which deliberations, reports and minutes are written, printed and scanned, and
which every browser or office program opens. TIFF is not among them: no browser shows it, and what
comes in it is scanned pages, which PDF holds as well. The old .doc is read by no library we trust.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from opendata_hub.domain.catalog import privacy
from opendata_hub.domain.catalog.document.carriers import NAMES, STOPPING, Carrier
from opendata_hub.domain.catalog.privacy import HIDDEN_CARRIER, Kind
from opendata_hub.domain.catalog.report import Finding, Level
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import Texts

FORMATS: Mapping[str, tuple[str, str]] = {
    ".pdf": ("PDF", "application/pdf"),
    ".odt": ("ODT", "application/vnd.oasis.opendocument.text"),
    ".docx": ("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".png": ("PNG", "image/png"),
    ".jpg": ("JPEG", "image/jpeg"),
    ".jpeg": ("JPEG", "image/jpeg"),
}
"""Ending of the file's name to the EU file type and the IANA media type."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large and how slow a document may be.

    The longest reports of authorities have some hundred pages and 100 MB when they are scanned.
    unpacked_bytes: of an archive as a whole, and of each stream of a PDF. text_bytes: kept for
    search, in UTF-8.
    """

    size_bytes: int = 104_857_600
    pages: int = 2_000
    unpacked_bytes: int = 268_435_456
    pixels: int = 200_000_000
    memory_bytes: int = 1_610_612_736
    seconds: float = 30
    text_bytes: int = 200_000


class Refusal(StrEnum):
    """Why a document is not read, as the code of its only finding."""

    UNKNOWN = "unknown-document"
    WRONG_TYPE = "wrong-type"
    BROKEN = "broken-document"
    ENCRYPTED = "encrypted-document"
    TOO_LARGE = "document-too-large"
    BOMB = "document-bomb"
    UNSAFE = "unsafe-document"
    TOO_SLOW = "document-too-slow"


REFUSALS: Mapping[Refusal, Texts] = {
    Refusal.UNKNOWN: {
        "fr": "Le nom du fichier doit finir par .pdf, .odt, .docx, .png, .jpg ou .jpeg.",
        "ar": "يجب أن ينتهي اسم الملف بـ ‎.pdf أو ‎.odt أو ‎.docx أو ‎.png أو ‎.jpg أو ‎.jpeg.",
        "en": "The name of the file must end with .pdf, .odt, .docx, .png, .jpg or .jpeg.",
    },
    Refusal.WRONG_TYPE: {
        "fr": "Le contenu n’est pas ce qu’annonce la fin du nom du fichier.",
        "ar": "محتوى الملف لا يطابق ما تدل عليه نهاية اسمه.",
        "en": "The content is not what the end of the file’s name says.",
    },
    Refusal.BROKEN: {
        "fr": "Le document est tronqué ou abîmé : l’enregistrer de nouveau.",
        "ar": "الوثيقة مبتورة أو معطوبة: يجب حفظها من جديد.",
        "en": "The document is cut off or damaged: save it again.",
    },
    Refusal.ENCRYPTED: {
        "fr": "Le document est chiffré : l’enregistrer sans mot de passe ni restriction.",
        "ar": "الوثيقة مشفرة: يجب حفظها بدون كلمة مرور ولا قيود.",
        "en": "The document is encrypted: save it without password and restrictions.",
    },
    Refusal.TOO_LARGE: {
        "fr": "Le document dépasse 100 Mo, 2 000 pages ou 200 millions de pixels : le diviser.",
        "ar": "تتجاوز الوثيقة 100 ميغابايت أو 2000 صفحة أو 200 مليون بكسل: يجب تقسيمها.",
        "en": "The document has more than 100 MB, 2,000 pages or 200 million pixels: divide it.",
    },
    Refusal.BOMB: {
        "fr": "Le document, une fois décompressé, prend beaucoup trop de place.",
        "ar": "تشغل الوثيقة بعد فك ضغطها حيزا أكبر بكثير من المسموح به.",
        "en": "The document unpacks to far more than it may.",
    },
    Refusal.UNSAFE: {
        "fr": "Le document contient des déclarations ou des parties qui pourraient nuire.",
        "ar": "تتضمن الوثيقة تصريحات أو أجزاء قد تكون ضارة.",
        "en": "The document holds declarations or parts that could do harm.",
    },
    Refusal.TOO_SLOW: {
        "fr": "La lecture a pris trop de temps : enregistrer de nouveau le document ou le diviser.",
        "ar": "استغرقت قراءة الوثيقة وقتا أطول من المسموح به: يجب حفظها من جديد أو تقسيمها.",
        "en": "Reading the document took too long: save it again, or divide it.",
    },
}  # fmt: skip

NOT_SEARCHABLE = "text-not-searchable"
"""Pages hold a picture of a text, or nothing."""

_SILENT: Texts = {
    "fr": "Sans texte : {silent} page(s) sur {pages}. On ne peut ni y chercher, ni y vérifier les "
    "données personnelles.",
    "ar": "صفحات بدون نص: {silent} من أصل {pages}. لا يمكن البحث فيها ولا التحقق من المعطيات "
    "الشخصية.",
    "en": "Without text: {silent} of {pages} page(s). They can be neither searched nor checked for "
    "personal data.",
}
_STOPS: Texts = {
    "fr": "Le document contient {what} : publier plutôt la copie propre.",
    "ar": "تحتوي الوثيقة على {what}: يجب نشر النسخة النظيفة بدلا منها.",
    "en": "The document contains {what}: publish the clean copy instead.",
}
_PLACES: Texts = {
    "fr": "{said} Endroit : {where}.",
    "ar": "{said} المكان: {where}.",
    "en": "{said} Place: {where}.",
}
_PAGES: Texts = {"fr": ", page {0}", "ar": "، الصفحة {0}", "en": ", page {0}"}


@dataclass(frozen=True, slots=True)
class Document:
    """What is kept of a document beside its bytes.

    pages:        0 where the format does not tell.
    silent_pages: those that hold no text.
    text:         for search only, never served.
    """

    pages: int
    silent_pages: int
    text: str

    @property
    def is_searchable(self) -> bool:
        """Whether a text was found in it."""
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Trace:
    """Personal data that was found: its kind, what carries it, and its page (0: no page's)."""

    kind: Kind
    carrier: Carrier
    page: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read in a document. carriers: what it carries, in whichever number."""

    document: Document
    carriers: frozenset[Carrier]
    traces: tuple[Trace, ...]


def day_from(text: str) -> date | None:
    """``2026-10-05`` as a day, nothing as None; raises Invalid for another form.

    >>> day_from("2026-10-05")
    datetime.date(2026, 10, 5)
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"day: {text[:20]!r} is no day; write it as 2026-10-05") from None


def findings(reading: Reading, language: str) -> list[Finding]:
    """What stops the document as it is, or should be known; never repeats a value.

    Personal data has its own code; what must not be published is a ``hidden-carrier``. The column
    of both is the carrier, which a steward may clear.
    """
    told = sorted(reading.traces, key=lambda t: (t.carrier, t.kind, t.page))
    return [
        *(_personal(trace, language) for trace in told),
        *_presences(reading.carriers, language),
        *_silence(reading.document, language),
    ]


def refused(refusal: Refusal, language: str) -> Finding:
    """The only finding of a document that is not read."""
    return Finding(refusal, REFUSALS[refusal][language])


def _personal(trace: Trace, language: str) -> Finding:
    page = _PAGES[language].format(trace.page) if trace.page else ""
    where = NAMES[trace.carrier][language] + page
    said = _PLACES[language].format(said=privacy.MESSAGES[trace.kind][language], where=where)
    return Finding(trace.kind, said, None, trace.carrier)


def _presences(carriers: frozenset[Carrier], language: str) -> Iterator[Finding]:
    for carrier in Carrier:
        if carrier in carriers & STOPPING:
            said = _STOPS[language].format(what=NAMES[carrier][language])
            yield Finding(HIDDEN_CARRIER, said, None, carrier)


def _silence(document: Document, language: str) -> Iterator[Finding]:
    if document.silent_pages:
        silent, pages = document.silent_pages, max(document.pages, document.silent_pages)
        said = _SILENT[language].format(silent=silent, pages=pages)
        yield Finding(NOT_SEARCHABLE, said, level=Level.INFORMATION)

"""What a document can carry beside what one reads on its pages, and what to call it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.texts import Texts


class Carrier(StrEnum):
    """Where something is carried; stands in the column of a finding."""

    TEXT = "document:text"
    FILE_NAME = "document:file-name"
    PROPERTY = "document:property"
    AUTHOR = "document:author"
    COMMENT = "document:comment"
    REVISION = "document:revision"
    HIDDEN_TEXT = "document:hidden-text"
    HIDDEN_LAYER = "document:hidden-layer"
    FORM = "document:form"
    SCRIPT = "document:script"
    EMBEDDED = "document:embedded-file"
    LINK = "document:link"
    LOCATION = "document:location"
    DEVICE = "document:device"
    LEFTOVER = "document:leftover"


@dataclass(frozen=True, slots=True)
class Carried:
    """A text that is carried, or (without text) a part of which the presence counts.

    page: its number from 1 where it is one page's; 0 for the whole file.
    """

    carrier: Carrier
    text: str = ""
    page: int = 0


STOPPING = frozenset(Carrier) - {
    Carrier.TEXT, Carrier.FILE_NAME, Carrier.PROPERTY, Carrier.LINK,
}  # fmt: skip
"""What nobody sees on reading the document: it must not be published so."""

_PROGRAMS = frozenset(
    {
        "microsoft", "microsoft word", "microsoft office", "microsoft office user", "libreoffice",
        "openoffice.org", "python-docx", "un-named", "unknown", "anonymous", "user",
    }
)  # fmt: skip
"""Authors that are nobody."""


def is_somebody(author: str) -> bool:
    """Whether an author's name is a person's or a body's: programs sign their files as well."""
    return bool(author.strip()) and author.strip().lower() not in _PROGRAMS


NAMES: Mapping[Carrier, Texts] = {
    Carrier.TEXT: {"fr": "le texte", "ar": "النص", "en": "the text"},
    Carrier.FILE_NAME: {"fr": "le nom du fichier", "ar": "اسم الملف", "en": "the file’s name"},
    Carrier.PROPERTY: {
        "fr": "les propriétés du document",
        "ar": "خصائص الوثيقة",
        "en": "the document’s properties",
    },
    Carrier.AUTHOR: {
        "fr": "le nom d’un auteur",
        "ar": "اسم أحد المحررين",
        "en": "the name of an author",
    },
    Carrier.COMMENT: {
        "fr": "des commentaires ou des annotations",
        "ar": "تعليقات أو حواش",
        "en": "comments or annotations",
    },
    Carrier.REVISION: {
        "fr": "le suivi des modifications ou des versions antérieures",
        "ar": "سجل التعديلات أو صيغ سابقة",
        "en": "tracked changes or earlier versions",
    },
    Carrier.HIDDEN_TEXT: {"fr": "un texte masqué", "ar": "نص مخفي", "en": "hidden text"},
    Carrier.HIDDEN_LAYER: {"fr": "un calque masqué", "ar": "طبقة مخفية", "en": "a hidden layer"},
    Carrier.FORM: {
        "fr": "un formulaire rempli ou une signature électronique",
        "ar": "استمارة معبأة أو توقيع إلكتروني",
        "en": "a filled-in form or an electronic signature",
    },
    Carrier.SCRIPT: {
        "fr": "des macros, des scripts ou des actions",
        "ar": "وحدات ماكرو أو برامج نصية أو إجراءات آلية",
        "en": "macros, scripts or actions",
    },
    Carrier.EMBEDDED: {"fr": "un fichier incorporé", "ar": "ملف مدمج", "en": "an embedded file"},
    Carrier.LINK: {"fr": "un lien", "ar": "رابط", "en": "a link"},
    Carrier.LOCATION: {
        "fr": "le lieu de la prise de vue",
        "ar": "مكان التقاط الصورة",
        "en": "the place where a picture was taken",
    },
    Carrier.DEVICE: {
        "fr": "le numéro de série d’un appareil",
        "ar": "الرقم التسلسلي لجهاز",
        "en": "the serial number of a device",
    },
    Carrier.LEFTOVER: {
        "fr": "des restes qu’aucune page ne montre",
        "ar": "بقايا لا تظهر في أية صفحة",
        "en": "leftovers that no page shows",
    },
}

"""What an office file can carry beside the cells that one sees, and what to call it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.texts import Texts


class Carrier(StrEnum):
    """Where something is carried; stands in the column of a finding."""

    SHEET_NAME = "office:sheet-name"
    OTHER_SHEET = "office:other-sheet"
    HIDDEN_SHEET = "office:hidden-sheet"
    HIDDEN_ROW = "office:hidden-row"
    HIDDEN_COLUMN = "office:hidden-column"
    COMMENT = "office:comment"
    AUTHOR = "office:author"
    PROPERTY = "office:property"
    DEFINED_NAME = "office:defined-name"
    PIVOT = "office:pivot"
    EXTERNAL_LINK = "office:external-link"
    CONNECTION = "office:connection"
    FORMULA = "office:formula"
    INPUT_HELP = "office:input-help"
    PAGE_HEADER = "office:page-header"
    PICTURE = "office:picture"
    DRAWING = "office:drawing"
    EMBEDDED = "office:embedded-file"
    MACRO = "office:macro"
    PRINTER = "office:printer"
    REVISION = "office:revision"
    LEFTOVER = "office:leftover"
    PACKED_NAME = "office:packed-name"
    UNREAD = "office:unread"


@dataclass(frozen=True, slots=True)
class Carried:
    """A text that is carried, or (without text) a part of which the presence counts.

    sheet: the number of the sheet from 1 where it is one sheet's; 0 for the whole file.
    """

    carrier: Carrier
    text: str = ""
    sheet: int = 0


STOPPING = frozenset(
    {
        Carrier.OTHER_SHEET, Carrier.HIDDEN_SHEET, Carrier.HIDDEN_ROW, Carrier.HIDDEN_COLUMN,
        Carrier.COMMENT, Carrier.AUTHOR, Carrier.PIVOT, Carrier.EXTERNAL_LINK,
        Carrier.CONNECTION, Carrier.EMBEDDED, Carrier.MACRO, Carrier.REVISION, Carrier.LEFTOVER,
        Carrier.UNREAD,
    }
)  # fmt: skip
"""What nobody sees on opening the file, or nobody has checked: it must not be published so."""

REMARKED = frozenset({Carrier.PICTURE, Carrier.PRINTER, Carrier.DRAWING})
"""Whose presence is told without stopping publication."""


NAMES: Mapping[Carrier, Texts] = {
    Carrier.SHEET_NAME: {
        "fr": "le nom d’une feuille",
        "ar": "اسم ورقة",
        "en": "the name of a sheet",
    },
    Carrier.OTHER_SHEET: {
        "fr": "une autre feuille visible",
        "ar": "ورقة أخرى ظاهرة",
        "en": "another visible sheet",
    },
    Carrier.HIDDEN_SHEET: {
        "fr": "une feuille masquée",
        "ar": "ورقة مخفية",
        "en": "a hidden sheet",
    },
    Carrier.HIDDEN_ROW: {
        "fr": "une ligne masquée",
        "ar": "سطر مخفي",
        "en": "a hidden row",
    },
    Carrier.HIDDEN_COLUMN: {
        "fr": "une colonne masquée",
        "ar": "عمود مخفي",
        "en": "a hidden column",
    },
    Carrier.COMMENT: {
        "fr": "les commentaires",
        "ar": "التعليقات",
        "en": "the comments",
    },
    Carrier.AUTHOR: {
        "fr": "le nom d’un auteur",
        "ar": "اسم أحد المحررين",
        "en": "the name of an author",
    },
    Carrier.PROPERTY: {
        "fr": "les propriétés du document",
        "ar": "خصائص الوثيقة",
        "en": "the document’s properties",
    },
    Carrier.DEFINED_NAME: {
        "fr": "les noms définis",
        "ar": "الأسماء المعرفة",
        "en": "the defined names",
    },
    Carrier.PIVOT: {
        "fr": "la mémoire d’un tableau croisé dynamique",
        "ar": "ذاكرة جدول محوري",
        "en": "the memory of a pivot table",
    },
    Carrier.EXTERNAL_LINK: {
        "fr": "une liaison vers un autre fichier",
        "ar": "رابط إلى ملف آخر",
        "en": "a link to another file",
    },
    Carrier.CONNECTION: {
        "fr": "une connexion à une source de données",
        "ar": "اتصال بمصدر بيانات",
        "en": "a connection to a source of data",
    },
    Carrier.FORMULA: {
        "fr": "une formule",
        "ar": "صيغة حسابية",
        "en": "a formula",
    },
    Carrier.INPUT_HELP: {
        "fr": "les messages d’aide à la saisie",
        "ar": "رسائل المساعدة على الإدخال",
        "en": "the messages that help typing",
    },
    Carrier.PAGE_HEADER: {
        "fr": "l’en-tête ou le pied de page",
        "ar": "رأس الصفحة أو تذييلها",
        "en": "the page’s header or footer",
    },
    Carrier.PICTURE: {
        "fr": "une image",
        "ar": "صورة",
        "en": "a picture",
    },
    Carrier.DRAWING: {
        "fr": "une zone de texte ou un graphique",
        "ar": "مربع نص أو رسم بياني",
        "en": "a text box or a chart",
    },
    Carrier.EMBEDDED: {
        "fr": "un fichier incorporé",
        "ar": "ملف مدمج",
        "en": "an embedded file",
    },
    Carrier.MACRO: {
        "fr": "des macros",
        "ar": "وحدات ماكرو",
        "en": "macros",
    },
    Carrier.PRINTER: {
        "fr": "les réglages d’une imprimante",
        "ar": "إعدادات طابعة",
        "en": "the settings of a printer",
    },
    Carrier.REVISION: {
        "fr": "le suivi des modifications",
        "ar": "سجل التعديلات",
        "en": "tracked changes",
    },
    Carrier.LEFTOVER: {
        "fr": "un reste que plus aucune cellule ne montre",
        "ar": "بقايا لم تعد تظهر في أية خلية",
        "en": "a leftover that no cell shows any more",
    },
    Carrier.PACKED_NAME: {
        "fr": "le nom du fichier comprimé",
        "ar": "اسم الملف المضغوط",
        "en": "the name of the packed file",
    },
    Carrier.UNREAD: {
        "fr": "des parties que l’on ne sait pas lire (enregistrer au format .xlsx)",
        "ar": "أجزاء لا يمكن قراءتها (يجب الحفظ بصيغة ‎.xlsx)",
        "en": "parts that can’t be looked into (save it as .xlsx)",
    },
}  # fmt: skip

"""Why a repair is proposed, in the words of those who decide on it."""

from collections.abc import Mapping
from enum import StrEnum

from opendata_hub.domain.texts import Texts


class Reason(StrEnum):
    """The proof of a repair, or what stands in its way."""

    CONTROL_KEY = "control-key"
    READ_BY_COLUMN = "read-by-column"
    IN_LIST = "in-list"
    SAME_TEXT = "same-text"
    ONE_READING = "one-reading"
    ORDER_OF_COLUMN = "order-of-column"
    ORDER_ANSWERED = "order-answered"
    SERIAL = "serial"
    SERIAL_1904 = "serial-1904"
    ONLY_TERRITORY = "only-territory"
    TERRITORY_WITHIN = "territory-within"
    TERRITORY_OF_ROW = "territory-of-row"
    TERRITORY_CODE = "territory-code"
    NAMED_IN_SCHEMA = "named-in-schema"
    ABOVE_HEADER = "above-header"
    TOTAL = "total"
    NO_CELLS = "no-cells"
    DAY_OR_MONTH = "day-or-month"
    THOUSANDS_OR_DECIMALS = "thousands-or-decimals"
    MANY_TERRITORIES = "many-territories"
    PROGRAM_ZERO = "program-zero"
    DIGITS_LOST = "digits-lost"
    TURNED_INTO_DATE = "turned-into-date"
    SHEET_ERROR = "sheet-error"


REASONS: Mapping[Reason, Texts] = {
    Reason.CONTROL_KEY: {
        "fr": (
            "Clé de contrôle : {detail} divisé par 97 ne laisse aucun reste ; les zéros de "
            "tête n’y changent rien."
        ),
        "ar": "رقم المراقبة: قسمة {detail} على 97 لا تترك باقيا، والأصفار الأولى لا تغير شيئا.",
        "en": (
            "Control key: {detail} divided by 97 leaves nothing over; leading zeros change "
            "nothing in that."
        ),
    },
    Reason.READ_BY_COLUMN: {
        "fr": "Même valeur, écrite comme la colonne la lit.",
        "ar": "القيمة نفسها مكتوبة بالصيغة التي يقرؤها العمود.",
        "en": "The same value, written as the column reads it.",
    },
    Reason.IN_LIST: {
        "fr": (
            "Un seul mot de la liste de la colonne s’écrit ainsi, accents et majuscules mis à part."
        ),
        "ar": "كلمة واحدة فقط من لائحة العمود تكتب هكذا، بغض النظر عن الحركات وحالة الأحرف.",
        "en": "Only one word of the column’s list is spelled so, accents and capitals aside.",
    },
    Reason.SAME_TEXT: {
        "fr": (
            "Le texte affiché reste le même ; seuls des caractères invisibles ou leur codage "
            "changent."
        ),
        "ar": "يبقى النص المعروض كما هو، ولا تتغير إلا أحرف غير مرئية أو طريقة ترميزها.",
        "en": (
            "The text that is shown stays the same; only invisible characters or their "
            "coding change."
        ),
    },
    Reason.ONE_READING: {
        "fr": "Cette date n’a qu’une lecture.",
        "ar": "لهذا التاريخ قراءة واحدة فقط.",
        "en": "This date has one reading only.",
    },
    Reason.ORDER_OF_COLUMN: {
        "fr": "L’ordre est prouvé dans la même colonne à la ligne {detail}.",
        "ar": "ترتيب اليوم والشهر مثبت في العمود نفسه، السطر {detail}.",
        "en": "The order is proved in the same column in row {detail}.",
    },
    Reason.ORDER_ANSWERED: {
        "fr": "Vous avez indiqué l’ordre du jour et du mois dans cette colonne.",
        "ar": "لقد حددتم ترتيب اليوم والشهر في هذا العمود.",
        "en": "You said in which order day and month stand in this column.",
    },
    Reason.SERIAL: {
        "fr": "Numéro de jour d’Excel (système 1900).",
        "ar": "رقم اليوم في Excel (نظام 1900).",
        "en": "A day number of Excel (1900 system).",
    },
    Reason.SERIAL_1904: {
        "fr": "Numéro de jour d’Excel ; le classeur dit qu’il compte depuis 1904.",
        "ar": "رقم اليوم في Excel، والمصنف يصرح بأنه يحسب ابتداء من 1904.",
        "en": "A day number of Excel; the workbook says that it counts from 1904.",
    },
    Reason.ONLY_TERRITORY: {
        "fr": "Un seul territoire de la liste porte ce nom : {detail}.",
        "ar": "لا يوجد في اللائحة سوى مجال ترابي واحد بهذا الاسم: {detail}.",
        "en": "Only one territory of the list has this name: {detail}.",
    },
    Reason.TERRITORY_WITHIN: {
        "fr": "Le territoire englobant est écrit dans la cellule : {detail}.",
        "ar": "المجال الترابي الذي يضمه مكتوب في الخانة: {detail}.",
        "en": "The cell itself says in which territory it lies: {detail}.",
    },
    Reason.TERRITORY_OF_ROW: {
        "fr": (
            "Plusieurs territoires portent ce nom ; un seul est dans la province de la ligne "
            ": {detail}."
        ),
        "ar": "عدة مجالات ترابية تحمل هذا الاسم، وواحد منها فقط يقع في إقليم السطر: {detail}.",
        "en": (
            "Several territories have this name; only one is in the province of the row: {detail}."
        ),
    },
    Reason.TERRITORY_CODE: {
        "fr": "Un seul code de la liste a ces chiffres : {detail}.",
        "ar": "رمز واحد فقط من اللائحة يتكون من هذه الأرقام: {detail}.",
        "en": "Only one code of the list has these digits: {detail}.",
    },
    Reason.NAMED_IN_SCHEMA: {
        "fr": "C’est le titre de cette colonne dans le modèle.",
        "ar": "هذا عنوان هذا العمود في النموذج.",
        "en": "This is the column’s title in the model.",
    },
    Reason.ABOVE_HEADER: {
        "fr": "Cette ligne est au-dessus des noms de colonnes (ligne {detail}).",
        "ar": "يوجد هذا السطر فوق أسماء الأعمدة (السطر {detail}).",
        "en": "This line stands above the names of the columns (row {detail}).",
    },
    Reason.TOTAL: {
        "fr": "Ligne de total : les cellules obligatoires ({detail}) sont vides.",
        "ar": "سطر مجموع: الخانات الإجبارية ({detail}) فارغة.",
        "en": "A line of totals: required cells ({detail}) are empty.",
    },
    Reason.NO_CELLS: {
        "fr": "Toutes les cellules de cette ligne sont vides.",
        "ar": "جميع خانات هذا السطر فارغة.",
        "en": "Every cell of this line is empty.",
    },
    Reason.DAY_OR_MONTH: {
        "fr": (
            "{detail} ? Rien dans la colonne ne le dit : indiquez si le jour ou le mois "
            "vient d’abord."
        ),
        "ar": "{detail}؟ لا شيء في العمود يحسم ذلك: بينوا هل اليوم هو الأول أم الشهر.",
        "en": (
            "{detail}? Nothing in the column tells: say whether the day or the month comes first."
        ),
    },
    Reason.THOUSANDS_OR_DECIMALS: {
        "fr": (
            "Milliers ou décimales ? Écrire le nombre sans séparateur, avec un point avant "
            "les décimales."
        ),
        "ar": "آلاف أم كسور عشرية؟ يجب كتابة العدد دون فاصل للآلاف، مع نقطة قبل الكسور.",
        "en": (
            "Thousands or decimals? Write the number without separators, with a point before "
            "decimals."
        ),
    },
    Reason.MANY_TERRITORIES: {
        "fr": (
            "Plusieurs territoires portent ce nom : {detail}. Écrire le code, ou le nom "
            "suivi de la province entre parenthèses."
        ),
        "ar": (
            "عدة مجالات ترابية تحمل هذا الاسم: {detail}. يجب كتابة الرمز، أو الاسم متبوعا "
            "بالإقليم بين قوسين."
        ),
        "en": (
            "Several territories have this name: {detail}. Write the code, or the name "
            "followed by its province in brackets."
        ),
    },
    Reason.PROGRAM_ZERO: {
        "fr": (
            "C’est le zéro d’un logiciel, pas une date connue : retrouver la date ou vider "
            "la cellule."
        ),
        "ar": (
            "هذا صفر برنامج معلوماتي وليس تاريخا معروفا: يجب البحث عن التاريخ الصحيح أو "
            "إفراغ الخانة."
        ),
        "en": "This is the zero of a program, no known date: find the date or empty the cell.",
    },
    Reason.DIGITS_LOST: {
        "fr": (
            "Notation scientifique : des chiffres sont perdus et rien ne les retrouve. "
            "Refaire l’export avec la colonne au format Texte."
        ),
        "ar": (
            "صيغة علمية: ضاعت أرقام ولا سبيل إلى استرجاعها. يجب إعادة التصدير بعد ضبط العمود "
            "على صيغة «نص»."
        ),
        "en": (
            "Scientific notation: digits are lost and nothing brings them back. Export again "
            "with the column formatted as text."
        ),
    },
    Reason.SHEET_ERROR: {
        "fr": "Message d’erreur du tableur : corriger la formule et refaire l’export.",
        "ar": "رسالة خطأ من برنامج الجداول: يجب تصحيح الصيغة وإعادة التصدير.",
        "en": "An error message of the spreadsheet: correct the formula and export again.",
    },
    Reason.TURNED_INTO_DATE: {
        "fr": (
            "Le tableur a pris ce numéro pour une date : le recopier depuis la source, "
            "colonne au format Texte."
        ),
        "ar": (
            "اعتبر برنامج الجداول هذا الرقم تاريخا: يجب نقله من المصدر مع ضبط العمود على صيغة «نص»."
        ),
        "en": (
            "The spreadsheet took this number for a date: copy it again from its source, "
            "with the column formatted as text."
        ),
    },
}
"""One sentence for each; ``{detail}`` is what the proposal is about."""


class Saying(StrEnum):
    """What is said of a whole file."""

    NOTHING = "nothing"
    PROPOSED = "proposed"
    MORE = "more"
    WRITTEN = "written"
    SOUND = "sound"
    REMAINS = "remains"


SAYINGS: Mapping[Saying, Texts] = {
    Saying.NOTHING: {
        "fr": "Rien à réparer.",
        "ar": "لا شيء يحتاج إلى إصلاح.",
        "en": "Nothing to repair.",
    },
    Saying.PROPOSED: {
        "fr": "Propositions : {total}, dont {repairs} peuvent être acceptées.",
        "ar": "عدد المقترحات: {total}، منها {repairs} قابلة للقبول.",
        "en": "Proposals: {total}, of which {repairs} can be accepted.",
    },
    Saying.MORE: {
        "fr": "Non affichées : {hidden}.",
        "ar": "غير معروضة: {hidden}.",
        "en": "Not shown: {hidden}.",
    },
    Saying.WRITTEN: {
        "fr": "Modifications : {made}. Copie : {copy} — liste : {changes}",
        "ar": "عدد التعديلات: {made}. النسخة: {copy} — اللائحة: {changes}",
        "en": "Changes: {made}. Copy: {copy} — list: {changes}",
    },
    Saying.SOUND: {
        "fr": "La copie est conforme.",
        "ar": "النسخة سليمة.",
        "en": "The copy is sound.",
    },
    Saying.REMAINS: {
        "fr": "Il reste dans la copie : {findings}.",
        "ar": "بقي في النسخة: {findings}.",
        "en": "Still in the copy: {findings}.",
    },
}


def say(saying: Saying, language: str, **details: object) -> str:
    """A sentence about a whole file, in that language.

    >>> say(Saying.MORE, "en", hidden=3)
    'Not shown: 3.'
    """
    return SAYINGS[saying][language].format(**details)

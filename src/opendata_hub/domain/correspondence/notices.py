"""The mails to who asked: a receipt, what was done, a letter. Plain words, in three languages.

A subject line is read by whoever stands beside: it says which request, never what was decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.correspondence.mail import Enclosure, Mail
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.texts import Texts


class MailKind(StrEnum):
    """What a mail about requests is. Receipts and letters are sent to everybody."""

    RECEIPT = "request-receipt"
    LETTER = "request-letter"
    NOTICE = "request-notice"
    MOVED = "request-due-moved"
    CODE = "request-code"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, about which request, and where it can be followed.

    stop_at: where its reader wants no more notices; empty for what is sent in any case.
    """

    to: str
    id: str
    language: str
    reference: str
    authority: str
    follow_at: str
    reply_to: str = ""
    in_reply_to: str = ""
    stop_at: str = ""


def receipt_mail(
    envelope: Envelope, *, received_on: str, due_on: str, code: str, enclosed: tuple[Enclosure, ...]
) -> Mail:
    """The receipt of a request. code: to follow it with; empty where it was shown when it came."""
    parts = [RECEIVED, DUE]
    if code:
        parts.append(CODE)
    parts += [FOLLOW, *([RECEIPT_ENCLOSED] if enclosed else [])]
    return _mail(
        envelope, parts, {"day": received_on, "due": due_on, "code": code}, enclosed=enclosed
    )


def letter_mail(envelope: Envelope, name: str, enclosed: Enclosure) -> Mail:
    """A letter of the authority as a file, and how to go on from it."""
    said = {"letter": LETTER_NAMES.get(name, ANY_LETTER)[envelope.language]}
    return _mail(envelope, [ENCLOSED, READ_BY, FOLLOW], said, enclosed=(enclosed,))


def notice_mail(envelope: Envelope, act: Act, *, day: str, due_on: str) -> Mail:
    """What was done. due_on: the last day for an answer; empty where none is awaited."""
    parts = [ACTS[act], *([DUE] if due_on else []), FOLLOW]
    return _mail(envelope, parts, {"day": day, "due": due_on})


def moved_mail(envelope: Envelope, *, before: str, due_on: str) -> Mail:
    """That the last day for an answer is another one now."""
    return _mail(envelope, [MOVED, FOLLOW], {"before": before, "due": due_on})


def code_mail(envelope: Envelope, code: str) -> Mail:
    """The tracking code, for who has lost it."""
    return _mail(envelope, [ASKED_FOR, CODE, FOLLOW], {"code": code})


def _mail(
    envelope: Envelope,
    parts: list[Texts],
    said: Mapping[str, str],
    *,
    enclosed: tuple[Enclosure, ...] = (),
) -> Mail:
    language = envelope.language
    values = {
        **said, "reference": envelope.reference, "authority": envelope.authority,
        "address": envelope.follow_at, "stop": envelope.stop_at,
    }  # fmt: skip
    shown = [GREETING, *parts, *([ANSWER] if envelope.reply_to else [NO_ANSWER])]
    if envelope.stop_at:
        shown.append(STOP)
    paragraphs = [each[language].format_map(values) for each in shown]
    body = "\n\n".join([*paragraphs, f"-- \n{envelope.authority}\n"])
    return Mail(
        envelope.to, SUBJECT[language].format_map(values), body, language,
        id=envelope.id, sender_name=envelope.authority, reply_to=envelope.reply_to,
        in_reply_to=envelope.in_reply_to, unsubscribe=envelope.stop_at, enclosures=enclosed,
    )  # fmt: skip


SUBJECT: Texts = {
    "fr": "Votre demande {reference}",
    "ar": "طلبكم رقم {reference}",
    "en": "Your request {reference}",
}
GREETING: Texts = {"fr": "Bonjour,", "ar": "السلام عليكم،", "en": "Hello,"}
RECEIVED: Texts = {
    "fr": "{authority} a reçu votre demande d’information le {day}. Son numéro est {reference}.",
    "ar": "توصلت {authority} بطلبكم للحصول على المعلومات بتاريخ {day}، وسُجل تحت رقم {reference}.",
    "en": "{authority} received your request for information on {day}. Its number is {reference}.",
}
DUE: Texts = {
    "fr": "La réponse est due au plus tard le {due}.",
    "ar": "يجب أن تتوصلوا بالجواب في أجل أقصاه {due}.",
    "en": "The answer is due by {due} at the latest.",
}
CODE: Texts = {
    "fr": "Votre code de suivi : {code}\nGardez-le : lui seul ouvre votre demande.",
    "ar": "رمز التتبع الخاص بكم: {code}\nاحتفظوا به: فهو وحده يفتح طلبكم.",
    "en": "Your tracking code: {code}\nKeep it: it alone opens your request.",
}
MOVED: Texts = {  # of an answer, or of a decision on a complaint
    "fr": (
        "Un jour de fermeture a été annoncé ou déplacé. Le dernier jour pour vous répondre était "
        "le {before} ; c’est maintenant le {due}."
    ),
    "ar": (
        "أُعلن عن يوم عطلة أو تم تغيير تاريخه. كان آخر أجل للرد عليكم {before}، وأصبح الآن {due} "
        "على أبعد تقدير."
    ),
    "en": (
        "A day off was announced or moved. The last day to answer you was {before}; it is now "
        "{due}."
    ),
}
ASKED_FOR: Texts = {
    "fr": (
        "Quelqu’un a demandé le code de suivi de votre demande. Si ce n’était pas vous, ignorez "
        "ce message : il n’a été envoyé qu’à vous."
    ),
    "ar": (
        "طلب أحدهم رمز التتبع الخاص بطلبكم. إذا لم تكونوا أنتم، فتجاهلوا هذه الرسالة: لم تُرسل "
        "إلا إليكم."
    ),
    "en": (
        "Somebody asked for the tracking code of your request. If it was not you, ignore this "
        "message: it was sent to you alone."
    ),
}
FOLLOW: Texts = {
    "fr": (
        "Pour suivre votre demande, ouvrez cette page et saisissez votre code de suivi :\n{address}"
    ),
    "ar": "لتتبع طلبكم، افتحوا هذه الصفحة وأدخلوا رمز التتبع:\n{address}",
    "en": "To follow your request, open this page and enter your tracking code:\n{address}",
}
RECEIPT_ENCLOSED: Texts = {
    "fr": "Le récépissé est joint à ce message.",
    "ar": "تجدون الوصل رفقة هذه الرسالة.",
    "en": "The receipt is attached to this message.",
}
ENCLOSED: Texts = {
    "fr": (
        "{authority} vous écrit au sujet de votre demande {reference}. La lettre est jointe : "
        "{letter}."
    ),
    "ar": "تراسلكم {authority} بخصوص طلبكم رقم {reference}. تجدون رفقته الرسالة: {letter}.",
    "en": (
        "{authority} writes to you about your request {reference}. The letter is attached: "
        "{letter}."
    ),
}
READ_BY: Texts = {
    "fr": "C’est un fichier PDF, que l’on peut aussi faire lire à voix haute.",
    "ar": "الرسالة ملف بصيغة PDF يمكن أيضا الاستماع إليه بواسطة قارئ الشاشة.",
    "en": "It is a PDF file, which can also be read aloud by a screen reader.",
}
ANSWER: Texts = {
    "fr": "Pour répondre, répondez simplement à ce message.",
    "ar": "للرد، يكفي الجواب على هذه الرسالة.",
    "en": "To answer, simply reply to this message.",
}
NO_ANSWER: Texts = {
    "fr": "Ce message a été envoyé automatiquement ; personne ne lit les réponses à cette adresse.",
    "ar": "أُرسلت هذه الرسالة تلقائيا، ولا يقرأ أحد الأجوبة على هذا العنوان.",
    "en": "This message was sent automatically; nobody reads replies to this address.",
}
STOP: Texts = {
    "fr": "Ne plus recevoir ces avis (les lettres vous seront toujours envoyées) :\n{stop}",
    "ar": "للتوقف عن تلقي هذه الإشعارات (ستظل الرسائل الرسمية تصلكم):\n{stop}",
    "en": "To receive no more of these notices (letters will still be sent to you):\n{stop}",
}
ANY_LETTER: Texts = {"fr": "lettre", "ar": "رسالة", "en": "letter"}
LETTER_NAMES: Mapping[str, Texts] = {
    "acknowledgement": {
        "fr": "accusé de réception",
        "ar": "إشعار بالتوصل",
        "en": "acknowledgement",
    },
    "clarification": {
        "fr": "demande de précision",
        "ar": "طلب توضيح",
        "en": "request for clarification",
    },
    "extension": {
        "fr": "prolongation du délai",
        "ar": "تمديد الأجل",
        "en": "extension of the period",
    },
    "grant": {"fr": "réponse à votre demande", "ar": "الجواب عن طلبكم", "en": "answer"},
    "partial": {"fr": "réponse à votre demande", "ar": "الجواب عن طلبكم", "en": "answer"},
    "refusal": {"fr": "réponse à votre demande", "ar": "الجواب عن طلبكم", "en": "answer"},
    "transfer": {"fr": "orientation de votre demande", "ar": "توجيه طلبكم", "en": "transfer"},
    "complaint-decision": {
        "fr": "décision sur votre plainte",
        "ar": "القرار بشأن شكايتكم",
        "en": "decision on your complaint",
    },
}
SILENT = frozenset({Act.RECEIVE, Act.SUE})
"""A receipt tells of the first; whoever goes to court knows it, and a court tells what it does."""
STILL_DUE = frozenset(
    {
        Act.ACKNOWLEDGE, Act.CLARIFY, Act.PAY, Act.SHOW_IDENTITY, Act.CONSULT_THIRD_PARTY,
        Act.THIRD_PARTY_REPLIES, Act.EXTEND, Act.REOPEN,
    }
)  # fmt: skip
"""The acts after which an answer is awaited, and its last day is said."""
ACTS: Mapping[Act, Texts] = {
    Act.ACKNOWLEDGE: {
        "fr": "{authority} a accusé réception de votre demande le {day}.",
        "ar": "أشعرت {authority} بالتوصل بطلبكم بتاريخ {day}.",
        "en": "{authority} acknowledged your request on {day}.",
    },
    Act.ASK_CLARIFICATION: {
        "fr": (
            "{authority} a besoin d’une précision pour traiter votre demande. Sa question vous "
            "est posée par lettre."
        ),
        "ar": "تحتاج {authority} إلى توضيح لمعالجة طلبكم. وسيُطرح عليكم السؤال في رسالة.",
        "en": (
            "{authority} needs a clarification to work on your request. Its question comes by "
            "letter."
        ),
    },
    Act.CLARIFY: {
        "fr": "Votre précision a été reçue le {day}. L’étude de votre demande continue.",
        "ar": "تم التوصل بتوضيحكم بتاريخ {day}، وتتواصل دراسة طلبكم.",
        "en": "Your clarification was received on {day}. Your request is being worked on.",
    },
    Act.ASK_FEE: {
        "fr": (
            "Des frais vous ont été demandés le {day}. Le montant et la manière de payer vous "
            "sont indiqués par lettre."
        ),
        "ar": "طُلب منكم أداء مصاريف بتاريخ {day}. وسيُبيَّن لكم المبلغ وكيفية الأداء في رسالة.",
        "en": "A fee was asked of you on {day}. The amount and how to pay it are told by letter.",
    },
    Act.PAY: {
        "fr": "Votre paiement a été reçu le {day}. L’étude de votre demande continue.",
        "ar": "تم التوصل بأدائكم بتاريخ {day}، وتتواصل دراسة طلبكم.",
        "en": "Your payment was received on {day}. Your request is being worked on.",
    },
    Act.ASK_IDENTITY: {
        "fr": (
            "{authority} a besoin d’une preuve de votre identité, demandée le {day}. Une lettre "
            "vous dit laquelle."
        ),
        "ar": (
            "تحتاج {authority} إلى ما يثبت هويتكم، وقد طُلب ذلك بتاريخ {day}. وستبين لكم رسالة "
            "الوثيقة المطلوبة."
        ),
        "en": (
            "{authority} needs a proof of your identity, asked for on {day}. A letter tells you "
            "which."
        ),
    },
    Act.SHOW_IDENTITY: {
        "fr": "Votre preuve d’identité a été reçue le {day}. L’étude de votre demande continue.",
        "ar": "تم التوصل بما يثبت هويتكم بتاريخ {day}، وتتواصل دراسة طلبكم.",
        "en": "Your proof of identity was received on {day}. Your request is being worked on.",
    },
    Act.CONSULT_THIRD_PARTY: {
        "fr": (
            "Les informations demandées concernent un tiers, que {authority} consulte depuis le "
            "{day}. Votre nom ne lui est pas donné."
        ),
        "ar": (
            "تتعلق المعلومات المطلوبة بطرف ثالث تستشيره {authority} منذ {day}. ولا يُعطى له "
            "اسمكم."
        ),
        "en": (
            "The information you asked for concerns a third party, whom {authority} has consulted "
            "since {day}. Your name is not given to them."
        ),
    },
    Act.THIRD_PARTY_REPLIES: {
        "fr": "Le tiers consulté a répondu le {day}. L’étude de votre demande continue.",
        "ar": "أجاب الطرف الثالث بتاريخ {day}، وتتواصل دراسة طلبكم.",
        "en": "The third party replied on {day}. Your request is being worked on.",
    },
    Act.EXTEND: {
        "fr": (
            "Le délai de réponse à votre demande a été prolongé le {day}. Une lettre vous en "
            "donne les raisons."
        ),
        "ar": "تم بتاريخ {day} تمديد أجل الرد على طلبكم. وستبين لكم رسالة أسباب ذلك.",
        "en": (
            "The period for the answer to your request was extended on {day}. A letter gives the "
            "reasons."
        ),
    },
    Act.TRANSFER: {
        "fr": (
            "Votre demande concerne un autre organisme ; {authority} l’a constaté le {day}. Une "
            "lettre vous dit à qui vous adresser."
        ),
        "ar": (
            "يتعلق طلبكم بهيئة أخرى، وقد تبين ذلك بتاريخ {day}. وستبين لكم رسالة الجهة التي ينبغي "
            "التوجه إليها."
        ),
        "en": (
            "Your request concerns another body, as was found on {day}. A letter tells you whom "
            "to ask."
        ),
    },
    Act.GRANT: {
        "fr": "{authority} a décidé le {day} de vous communiquer les informations demandées.",
        "ar": "قررت {authority} بتاريخ {day} تمكينكم من المعلومات المطلوبة.",
        "en": "{authority} decided on {day} to give you the information you asked for.",
    },
    Act.GRANT_IN_PART: {
        "fr": (
            "{authority} a décidé le {day} de vous communiquer une partie des informations "
            "demandées. Une lettre vous dit laquelle, pourquoi, et ce que vous pouvez faire."
        ),
        "ar": (
            "قررت {authority} بتاريخ {day} تمكينكم من جزء من المعلومات المطلوبة. وستبين لكم رسالة "
            "هذا الجزء وأسباب ذلك وما يمكنكم القيام به."
        ),
        "en": (
            "{authority} decided on {day} to give you a part of the information you asked for. A "
            "letter tells you which, why, and what you can do."
        ),
    },
    Act.REFUSE: {
        "fr": (
            "{authority} a décidé le {day} de ne pas communiquer les informations demandées. Une "
            "lettre vous en donne les raisons et vous dit ce que vous pouvez faire."
        ),
        "ar": (
            "قررت {authority} بتاريخ {day} عدم تمكينكم من المعلومات المطلوبة. وستبين لكم رسالة "
            "أسباب ذلك وما يمكنكم القيام به."
        ),
        "en": (
            "{authority} decided on {day} not to give the information you asked for. A letter "
            "gives the reasons and tells you what you can do."
        ),
    },
    Act.NOT_HELD: {
        "fr": (
            "{authority} a constaté le {day} qu’elle ne détient pas les informations demandées. "
            "Une lettre vous dit ce que vous pouvez faire."
        ),
        "ar": (
            "تبين بتاريخ {day} أن المعلومات المطلوبة لا تتوفر لدى {authority}. وستبين لكم رسالة "
            "ما يمكنكم القيام به."
        ),
        "en": (
            "It was found on {day} that {authority} does not hold the information you asked for. "
            "A letter tells you what you can do."
        ),
    },
    Act.ALREADY_PUBLISHED: {
        "fr": (
            "Les informations demandées sont déjà publiées ; cela a été constaté le {day}. Une "
            "lettre vous dit où."
        ),
        "ar": (
            "المعلومات المطلوبة منشورة من قبل، وقد تبين ذلك بتاريخ {day}. وستبين لكم رسالة مكان "
            "نشرها."
        ),
        "en": (
            "The information you asked for is already published, as was found on {day}. A letter "
            "tells you where."
        ),
    },
    Act.WITHDRAW: {
        "fr": (
            "Le retrait de votre demande a été enregistré le {day}. Si vous ne l’avez pas "
            "retirée, dites-le à {authority} sans attendre."
        ),
        "ar": (
            "سُجل سحب طلبكم بتاريخ {day}. وإذا لم تكونوا قد سحبتموه، فأخبروا {authority} بذلك دون "
            "تأخير."
        ),
        "en": (
            "The withdrawal of your request was noted on {day}. If you did not withdraw it, tell "
            "{authority} without delay."
        ),
    },
    Act.COMPLAIN_TO_HEAD: {
        "fr": "Votre plainte auprès du président de l’institution a été enregistrée le {day}.",
        "ar": "سُجلت بتاريخ {day} شكايتكم المرفوعة إلى رئيس المؤسسة.",
        "en": "Your complaint to the head of the body was registered on {day}.",
    },
    Act.HEAD_DECIDES: {
        "fr": (
            "Le président de l’institution a statué le {day} sur votre plainte. Sa décision vous "
            "est donnée par lettre."
        ),
        "ar": "بت رئيس المؤسسة بتاريخ {day} في شكايتكم. وستتوصلون بقراره في رسالة.",
        "en": (
            "The head of the body decided on your complaint on {day}. The decision is told by "
            "letter."
        ),
    },
    Act.COMPLAIN_TO_COMMISSION: {
        "fr": "Votre plainte auprès de la commission a été versée à votre dossier le {day}.",
        "ar": "أُدرجت بتاريخ {day} في ملفكم شكايتكم المرفوعة إلى اللجنة.",
        "en": "Your complaint to the commission was added to your file on {day}.",
    },
    Act.COMMISSION_DECIDES: {
        "fr": (
            "La décision de la commission sur votre plainte a été versée à votre dossier le {day}."
        ),
        "ar": "أُدرج بتاريخ {day} في ملفكم قرار اللجنة بشأن شكايتكم.",
        "en": "The commission’s decision on your complaint was added to your file on {day}.",
    },
    Act.CLOSE: {
        "fr": "Votre dossier a été clos le {day}.",
        "ar": "أُغلق ملفكم بتاريخ {day}.",
        "en": "Your file was closed on {day}.",
    },
    Act.REOPEN: {
        "fr": "Votre demande a été rouverte le {day}.",
        "ar": "أُعيد فتح طلبكم بتاريخ {day}.",
        "en": "Your request was opened again on {day}.",
    },
}  # fmt: skip
"""What is told of an act, to who asked."""

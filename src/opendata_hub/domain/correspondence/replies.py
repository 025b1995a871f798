"""What is written to who wrote a mail that is no request yet, and to officers about their cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.correspondence.mail import Mail
from opendata_hub.domain.texts import Texts


class ReplyKind(StrEnum):
    """What is answered to a mail that came in."""

    INCOMPLETE = "mail-incomplete"
    TOO_LARGE = "mail-too-large"


class OfficeKind(StrEnum):
    """What officers are told of."""

    ANSWER = "case-answer"
    BOUNCE = "case-bounce"
    OWN_ACT = "case-own-act"


@dataclass(frozen=True, slots=True)
class Reply:
    """Who answers which mail, and where a request can be filed instead."""

    to: str
    id: str
    language: str
    authority: str
    day: str
    file_at: str
    reply_to: str = ""
    in_reply_to: str = ""


def incomplete_mail(reply: Reply, *, law: str, missing: tuple[str, ...]) -> Mail:
    """What the law wants besides. missing: fields of a requester, at least one."""
    lines = "\n".join(FIELDS[name][reply.language] for name in missing)
    parts = [GOT, WANTED, INSTEAD] if reply.reply_to else [GOT, NEEDED, INSTEAD]
    return _mail(reply, parts, {"law": law, "lines": lines})


def too_large_mail(reply: Reply, *, limit_mb: int) -> Mail:
    """That a mail was not read."""
    return _mail(reply, [NOT_READ, INSTEAD], {"limit": str(limit_mb)})


def office_mail(
    kind: OfficeKind,
    *,
    to: str,
    mail_id: str,
    language: str,
    reference: str,
    address: str,
    hub: str,
) -> Mail:
    """What an officer is told of a case. The subject names the case, and nobody."""
    values = {"reference": reference, "address": address}
    subject, words = OFFICE[kind][language]
    body = "\n\n".join([HELLO[language], words, LOOK[language], f"-- \n{hub}\n"])
    return Mail(
        to, subject.format_map(values), body.format_map(values), language, id=mail_id,
        sender_name=hub,
    )  # fmt: skip


def _mail(reply: Reply, parts: list[Texts], said: Mapping[str, str]) -> Mail:
    values = {**said, "day": reply.day, "authority": reply.authority, "address": reply.file_at}
    shown = [HELLO, *parts]
    body = "\n\n".join([*(each[reply.language].format_map(values) for each in shown),
                        f"-- \n{reply.authority}\n"])  # fmt: skip
    return Mail(
        reply.to, SUBJECT[reply.language].format_map(values), body, reply.language,
        id=reply.id, sender_name=reply.authority, reply_to=reply.reply_to,
        in_reply_to=reply.in_reply_to,
    )  # fmt: skip


HELLO: Texts = {"fr": "Bonjour,", "ar": "السلام عليكم،", "en": "Hello,"}
SUBJECT: Texts = {
    "fr": "Votre message du {day}",
    "ar": "رسالتكم بتاريخ {day}",
    "en": "Your message of {day}",
}
GOT: Texts = {
    "fr": "{authority} a reçu votre message le {day}.",
    "ar": "توصلت {authority} برسالتكم بتاريخ {day}.",
    "en": "{authority} received your message on {day}.",
}
WANTED: Texts = {
    "fr": (
        "Si vous demandez des informations, la loi veut encore ceci ({law}). Répondez à ce "
        "message en complétant ces lignes :\n\n{lines}"
    ),
    "ar": (
        "إذا كنتم تطلبون معلومات، فإن القانون يشترط أيضا ما يلي ({law}). يرجى الرد على هذه "
        "الرسالة مع إتمام هذه الأسطر:\n\n{lines}"
    ),
    "en": (
        "If you ask for information, the law also wants this ({law}). Please reply to this "
        "message and complete these lines:\n\n{lines}"
    ),
}
NEEDED: Texts = {
    "fr": (
        "Si vous demandez des informations, la loi veut encore ceci ({law}). Écrivez-nous de "
        "nouveau avec ces lignes complétées :\n\n{lines}"
    ),
    "ar": (
        "إذا كنتم تطلبون معلومات، فإن القانون يشترط أيضا ما يلي ({law}). يرجى مراسلتنا من جديد مع "
        "إتمام هذه الأسطر:\n\n{lines}"
    ),
    "en": (
        "If you ask for information, the law also wants this ({law}). Please write again with "
        "these lines completed:\n\n{lines}"
    ),
}
INSTEAD: Texts = {
    "fr": "Vous pouvez aussi déposer votre demande ici :\n{address}",
    "ar": "يمكنكم أيضا تقديم طلبكم هنا:\n{address}",
    "en": "You can also file your request here:\n{address}",
}
NOT_READ: Texts = {
    "fr": (
        "Votre message du {day} est trop lourd : nous recevons jusqu’à {limit} Mo. Il n’a pas été "
        "lu. Envoyez-le de nouveau avec des fichiers plus légers."
    ),
    "ar": (
        "رسالتكم بتاريخ {day} كبيرة الحجم: يمكننا التوصل بما لا يتجاوز {limit} ميغابايت. ولم "
        "تُقرأ هذه الرسالة. يرجى إعادة إرسالها بملفات أصغر حجما."
    ),
    "en": (
        "Your message of {day} is too large: we take up to {limit} MB. It was not read. Please "
        "send it again with smaller files."
    ),
}
FIELDS: Mapping[str, Texts] = {
    "name": {"fr": "Nom et prénom :", "ar": "الاسم الكامل:", "en": "Full name:"},
    "email": {"fr": "Adresse e-mail :", "ar": "العنوان الإلكتروني:", "en": "E-mail:"},
    "address": {"fr": "Adresse :", "ar": "العنوان:", "en": "Address:"},
    "id_number": {
        "fr": "Numéro de la carte nationale :",
        "ar": "رقم البطاقة الوطنية:",
        "en": "Identity card:",
    },
    "subject": {"fr": "Objet :", "ar": "الموضوع:", "en": "Subject:"},
}
LOOK: Texts = {
    "fr": "Voir la demande :\n{address}",
    "ar": "الاطلاع على الطلب:\n{address}",
    "en": "See the request:\n{address}",
}
OFFICE: Mapping[OfficeKind, Mapping[str, tuple[str, str]]] = {
    OfficeKind.ANSWER: {
        "fr": (
            "{reference} : un message est arrivé",
            "Un message est arrivé au sujet de la demande {reference}.",
        ),
        "ar": ("{reference}: وصلت رسالة", "وصلت رسالة بخصوص الطلب رقم {reference}."),
        "en": (
            "{reference}: a message came in",
            "A message came in about the request {reference}.",
        ),
    },
    OfficeKind.OWN_ACT: {
        "fr": (
            "{reference} : le demandeur a agi",
            (
                "Le demandeur s’est plaint, a retiré sa demande ou a donné une précision sur la "
                "demande {reference}."
            ),
        ),
        "ar": (
            "{reference}: إجراء من صاحب الطلب",
            "قدم صاحب الطلب رقم {reference} شكاية أو سحب طلبه أو قدم توضيحا.",
        ),
        "en": (
            "{reference}: the requester has acted",
            "The requester has complained, withdrawn or explained the request {reference}.",
        ),
    },
    OfficeKind.BOUNCE: {
        "fr": (
            "{reference} : un courriel est revenu",
            (
                "Un courriel au sujet de la demande {reference} n’a pas été remis à son "
                "destinataire. Si c’était une lettre, imprimez-la et remettez-la, ou envoyez-la "
                "de nouveau."
            ),
        ),
        "ar": (
            "{reference}: عادت رسالة إلكترونية",
            (
                "لم تُسلَّم رسالة إلكترونية بخصوص الطلب رقم {reference} إلى المرسل إليه. إذا كانت "
                "رسالة رسمية، فاطبعوها وسلموها، أو أعيدوا إرسالها."
            ),
        ),
        "en": (
            "{reference}: a mail came back",
            (
                "A mail about the request {reference} was not delivered. If it was a letter, "
                "print it and hand it over, or send it again."
            ),
        ),
    },
}
"""The subject and the words of each, by language."""

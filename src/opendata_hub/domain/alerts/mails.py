"""What is written to who follows something: to confirm it, that it is so already, what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.alerts.alert import AlertKind
from opendata_hub.domain.correspondence.mail import Mail
from opendata_hub.domain.texts import Texts

MOST_LISTED = 40
"""Datasets that one mail names; the page has the others."""
LONGEST_LABEL = 120


class AlertMail(StrEnum):
    """What is sent to who follows something."""

    CONFIRM = "alert-confirm"
    ALREADY = "alert-already"
    NEWS = "alert-news"


class News(StrEnum):
    """What became of a dataset, as a mail tells it."""

    NEW = "new"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Line:
    """A dataset in a mail. reason: of its withdrawal. address: of its page."""

    news: News
    title: str
    version: int
    address: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AlertEnvelope:
    """To whom, about what, and where it is confirmed, stopped or refused for good.

    label: what is followed; empty for all datasets. page: of what is followed.
    """

    to: str
    id: str
    language: str
    hub: str
    kind: AlertKind
    label: str
    page: str
    confirm_at: str
    stop_at: str
    refuse_at: str


def reference_of(salt: str) -> str:
    """What the outbox calls the mails of the alert of that salt.

    Not by its number, which another may get once it is erased.
    """
    return f"alert {salt}"


def salt_of(reference: str) -> str:
    """The salt of the alert that a mail of the outbox is of; empty for any other.

    >>> salt_of("alert x-Yz"), salt_of("AI-2026-000001")
    ('x-Yz', '')
    """
    word, _, salt = reference.partition(" ")
    return salt if word == "alert" else ""


def confirm_mail(envelope: AlertEnvelope) -> Mail:
    """What asks whether it was really wished. It repeats no words of who typed the address."""
    about = SOMETHING if envelope.kind is AlertKind.SEARCH else NAMED
    return _mail(envelope, CONFIRM_SUBJECT, [about, CONFIRM, NOT_YOU, REFUSE])


def already_mail(envelope: AlertEnvelope) -> Mail:
    """That the address is told of this already, and how that is stopped."""
    about = ALREADY_SEARCH if envelope.kind is AlertKind.SEARCH else ALREADY
    return _mail(envelope, ALREADY_SUBJECT, [about, SEE, STOP], is_stopped=True)


def news_mail(envelope: AlertEnvelope, lines: Sequence[Line], *, is_more: bool) -> Mail:
    """What is new. is_more: whether not all of it is named."""
    told = "\n\n".join(_line(each, envelope.language) for each in lines)
    shown: list[Texts | str] = [NEWS, told.replace("{", "{{").replace("}", "}}")]
    return _mail(
        envelope, NEWS_SUBJECT, [*shown, *([MORE] if is_more else []), SEE, STOP], is_stopped=True
    )


def _line(line: Line, language: str) -> str:
    said = LINES[line.news][language].format_map({"version": line.version, "reason": line.reason})
    return f"- {_in_one_line(line.title)}\n  {said}\n  {line.address}"


def _mail(
    envelope: AlertEnvelope,
    subject: Texts,
    parts: Sequence[Texts | str],
    *,
    is_stopped: bool = False,
) -> Mail:
    language = envelope.language
    values = {
        "label": _in_one_line(envelope.label) or EVERYTHING[language],
        "hub": envelope.hub,
        "page": envelope.page,
        "confirm": envelope.confirm_at,
        "stop": envelope.stop_at,
        "refuse": envelope.refuse_at,
    }
    words = [part if isinstance(part, str) else part[language] for part in [HELLO, *parts]]
    body = "\n\n".join([*(each.format_map(values) for each in words), f"-- \n{envelope.hub}\n"])
    return Mail(
        envelope.to, subject[language].format_map(values), body, language, id=envelope.id,
        sender_name=envelope.hub, unsubscribe=envelope.stop_at if is_stopped else "",
    )  # fmt: skip


def _in_one_line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1]}…"


HELLO: Texts = {"fr": "Bonjour,", "ar": "السلام عليكم،", "en": "Hello,"}
EVERYTHING: Texts = {
    "fr": "tous les jeux de données",
    "ar": "جميع مجموعات البيانات",
    "en": "all datasets",
}
CONFIRM_SUBJECT: Texts = {
    "fr": "Confirmez votre alerte",
    "ar": "المرجو تأكيد طلب التنبيه",
    "en": "Confirm your alert",
}
NAMED: Texts = {
    "fr": (
        "Quelqu’un, sans doute vous, a demandé sur « {hub} » à être averti à cette adresse des "
        "nouveautés concernant :\n{label}"
    ),
    "ar": "طلب شخص ما، ولعله أنتم، على «{hub}» إشعاركم على هذا العنوان بكل جديد يخص:\n{label}",
    "en": (
        "Somebody, probably you, asked on “{hub}” to be told at this address of what is new "
        "about:\n{label}"
    ),
}
SOMETHING: Texts = {
    "fr": (
        "Quelqu’un, sans doute vous, a demandé sur « {hub} » à être averti à cette adresse des "
        "nouveaux résultats d’une recherche."
    ),
    "ar": "طلب شخص ما، ولعله أنتم، على «{hub}» إشعاركم على هذا العنوان بالنتائج الجديدة لبحث.",
    "en": (
        "Somebody, probably you, asked on “{hub}” to be told at this address of new results of a "
        "search."
    ),
}
CONFIRM: Texts = {
    "fr": "Pour confirmer, ouvrez cette page dans les sept jours et appuyez sur le bouton :\n"
    "{confirm}",
    "ar": "للتأكيد، افتحوا هذه الصفحة داخل أجل سبعة أيام واضغطوا على الزر:\n{confirm}",
    "en": "To confirm, open this page within seven days and press the button:\n{confirm}",
}
NOT_YOU: Texts = {
    "fr": (
        "Si ce n’est pas vous, ne faites rien : rien d’autre ne vous sera envoyé à ce sujet, et "
        "cette demande sera effacée avec votre adresse après sept jours."
    ),
    "ar": (
        "إذا لم تكونوا صاحب هذا الطلب فلا داعي لأي إجراء: لن تتوصلوا بأي رسالة أخرى في هذا "
        "الموضوع، وسيُمحى هذا الطلب مع عنوانكم بعد سبعة أيام."
    ),
    "en": (
        "If it was not you, do nothing: nothing else will be sent about this, and this "
        "request is erased with your address after seven days."
    ),
}
REFUSE: Texts = {
    "fr": "Pour ne plus jamais recevoir de message d’alerte à cette adresse :\n{refuse}",
    "ar": "لعدم التوصل نهائيا بأي رسالة تنبيه على هذا العنوان:\n{refuse}",
    "en": "Never to get a mail of alerts at this address again:\n{refuse}",
}
ALREADY_SUBJECT: Texts = {
    "fr": "Votre alerte est déjà active",
    "ar": "التنبيه مفعل من قبل",
    "en": "Your alert is already active",
}
ALREADY: Texts = {
    "fr": "Vous êtes déjà averti à cette adresse des nouveautés concernant :\n{label}",
    "ar": "تتوصلون من قبل على هذا العنوان بكل جديد يخص:\n{label}",
    "en": "You are already told at this address of what is new about:\n{label}",
}
ALREADY_SEARCH: Texts = {
    "fr": "Vous êtes déjà averti à cette adresse des nouveaux résultats de cette recherche.",
    "ar": "تتوصلون من قبل على هذا العنوان بالنتائج الجديدة لهذا البحث.",
    "en": "You are already told at this address of new results of this search.",
}
NEWS_SUBJECT: Texts = {"fr": "Du nouveau : {label}", "ar": "جديد: {label}", "en": "New: {label}"}
NEWS: Texts = {
    "fr": "Ce qui est nouveau concernant {label} :",
    "ar": "إليكم الجديد بخصوص {label}:",
    "en": "What is new about {label}:",
}
LINES: Mapping[News, Texts] = {
    News.NEW: {"fr": "Publié", "ar": "منشور حديثا", "en": "Published"},
    News.CHANGED: {
        "fr": "Nouvelle version : {version}",
        "ar": "إصدار جديد: {version}",
        "en": "New version: {version}",
    },
    News.WITHDRAWN: {
        "fr": "Retiré : {reason}",
        "ar": "سُحب من النشر: {reason}",
        "en": "Withdrawn: {reason}",
    },
}
MORE: Texts = {
    "fr": "D’autres nouveautés ne sont pas citées ici.",
    "ar": "توجد مستجدات أخرى غير مذكورة في هذه الرسالة.",
    "en": "There is more that is not named here.",
}
SEE: Texts = {
    "fr": "Voir la page :\n{page}",
    "ar": "الاطلاع على الصفحة:\n{page}",
    "en": "See the page:\n{page}",
}
STOP: Texts = {
    "fr": "Ne plus recevoir ces messages et effacer votre adresse :\n{stop}",
    "ar": "للتوقف عن تلقي هذه الرسائل ومحو عنوانكم:\n{stop}",
    "en": "To stop these mails and have your address erased:\n{stop}",
}

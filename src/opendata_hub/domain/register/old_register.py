"""An authority's old register: which columns mean what, and what a row says happened.

Nobody is named in what is made of a row: columns that are not listed here are not read, and a
subject that looks like personal data is left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from opendata_hub.domain.catalog.repair.dates import Order, certain, slashed
from opendata_hub.domain.catalog.repair.letters import western_digits
from opendata_hub.domain.catalog.spelling import fold
from opendata_hub.domain.errors import CalendarGap, HubError, Invalid
from opendata_hub.domain.register.news import WITHHELD
from opendata_hub.domain.register.subject import is_clean
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.deadline import Deadline
from opendata_hub.domain.requests.info_request import SUBJECT_LENGTH
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import Event, Events, add, clocks
from opendata_hub.domain.texts import Texts

LONGEST_NUMBER = 100
TAKEN_OVER = "Registre antérieur · سجل سابق"
"""The reasons of an extension or refusal whose words the old register does not hold."""


def _field(name: str, titles: str, *synonyms: str) -> dict[str, Any]:
    fr, ar, en = (part.strip() for part in titles.split("|"))
    return {
        "name": name,
        "type": "string",
        "titles": {"fr": fr, "ar": ar, "en": en},
        "synonyms": list(synonyms),
    }


SCHEMA: Mapping[str, Any] = {
    "fields": [
        _field("numero", "N° de la demande | رقم الطلب | Number of the request",
               "Numéro", "N°", "Référence", "N° d’ordre", "الرقم", "الرقم الترتيبي", "المرجع",
               "reference", "request id"),
        _field("date_reception", "Date de réception | تاريخ التسلم | Date of receipt",
               "Reçue le", "Date de dépôt", "Date de la demande", "Date d’arrivée", "تاريخ التوصل",
               "تاريخ الطلب", "تاريخ الإيداع", "date requested", "received on"),
        _field("objet", "Objet | الموضوع | Subject",
               "Objet, résumé par le service", "objet_resume", "Objet de la demande",
               "Information demandée", "موضوع الطلب", "ملخص الموضوع", "المعلومات المطلوبة"),
        _field("langue", "Langue | اللغة | Language"),
        _field("urgente", "Urgente | مستعجل | Urgent", "Demande urgente", "طلب مستعجل",
               "Demande urgente (art. 17)", "الصبغة الاستعجالية"),
        _field("date_avis_prolongation",
               "Avis de prolongation | تاريخ الإشعار بالتمديد | Extended on",
               "Prolongée le", "Date de prolongation", "تاريخ التمديد"),
        _field("motif_prolongation",
               "Motif de la prolongation | سبب التمديد | Ground of extension"),
        _field("date_reponse", "Date de réponse | تاريخ الجواب | Date of the answer",
               "Répondue le", "Date de la réponse", "تاريخ الرد", "تاريخ الإجابة", "answered on",
               "date completed"),
        _field("statut", "Statut | الوضعية | Status",
               "Suite", "Suite donnée", "Réponse", "Décision", "État", "مآل الطلب", "المآل",
               "القرار", "الجواب", "outcome", "disposition"),
        _field("motif_refus", "Motif du refus | سبب الرفض | Ground of refusal",
               "Motif", "Motif du refus (art. 18)", "السبب"),
        _field("exception", "Exception (art. 7) | الاستثناء | Exception", "الاستثناء (المادة 7)"),
        _field("plainte_date", "Plainte au président | تاريخ الشكاية | Complaint to the head",
               "Date de la plainte", "Plainte au président de l’institution (art. 19)"),
        _field("plainte_reponse",
               "Réponse à la plainte | تاريخ الجواب على الشكاية | Complaint answered"),
        _field("cdai_date",
               "Plainte à la CDAI | تاريخ الشكاية إلى اللجنة | Complaint to the commission",
               "Plainte à la commission", "Plainte à la CDAI (art. 20)"),
        _field("cdai_reponse", "Réponse de la CDAI | تاريخ جواب اللجنة | Answer of the commission"),
        _field("cdai_issue",
               "Issue à la CDAI | مآل الشكاية لدى اللجنة | Outcome at the commission"),
    ]
}  # fmt: skip
"""The columns that are read, by name, title or synonym, in any order; the first two are needed."""
NEEDED = ("numero", "date_reception")

_PENDING = "pending"


def _words(said: str) -> frozenset[str]:
    return frozenset(fold(word) for word in said.split("|"))


STATUSES: Mapping[str, frozenset[str]] = {
    Act.GRANT: _words(
        "satisfaite|accordée|favorable|répondue|réponse favorable|acceptée|communiquée|granted|"
        "تمت الاستجابة|استجابة|مقبول|مقبولة|إيجابي|تمت الإجابة|أجيب عنه|تمت الاستجابة كليا"
    ),
    Act.GRANT_IN_PART: _words(
        "partielle|accordée en partie|partiellement accordée|réponse partielle|granted in part|"
        "استجابة جزئية|تمت الاستجابة جزئيا|جزئي|جزئية"
    ),
    Act.REFUSE: _words(
        "refusee|refusée|refus|rejetée|rejet|défavorable|refused|رفض|مرفوض|مرفوضة|سلبي"
    ),
    Act.NOT_HELD: _words(
        "non détenue|information non détenue|non disponible|inexistante|not held"
        "|غير متوفرة|غير متوفر"
    ),
    Act.ALREADY_PUBLISHED: _words("déjà publiée|deja_publiee|already published|سبق نشرها|منشورة"),
    Act.TRANSFER: _words(
        "orientee|orientée|transmise|transférée|réorientée|transferred|محال|تمت الإحالة|توجيه|إحالة"
    ),
    Act.WITHDRAW: _words("retiree|retirée|désistement|withdrawn|سحب|سحبه صاحبه|تنازل"),
    Act.CLOSE: _words("sans_reponse|sans réponse|silence|unanswered|بدون جواب|دون جواب|لم يجب"),
    _PENDING: _words(
        "|en_cours|en cours|en attente|en traitement|pending|open"
        "|قيد المعالجة|في الانتظار|قيد الدراسة"
    ),
}
"""What old registers call what became of a request."""
_YES = _words("oui|x|1|vrai|true|yes|نعم|urgente|مستعجل|مستعجلة")
_NO = _words("|non|0|faux|false|no|لا|normale|ordinaire|عادي|عادية")
EXTENSIONS: Mapping[str, str] = {
    "partie_indisponible": "cannot-answer-in-time",
    "volume": "many-items",
    "delai_collecte": "cannot-supply-in-time",
    "consultation_tiers": "third-party",
}
REFUSALS: Mapping[str, str] = {
    "non_disponible": "not-available",
    "exception_art7": "exception",
    "deja_publiee": "already-published",
    "demande_repetee": "repeated-request",
    "demande_imprecise": "unclear-request",
    "en_preparation": "in-preparation",
    "archives_du_maroc": "national-archives",
}
"""The words of the family ``request-register``, and the grounds of law 31-13 that they mean."""
ISSUES: Mapping[str, str] = {
    fold(word): word for word in ("irrecevable", "recommandation", "sans_suite", "reglement")
}


class Reason(StrEnum):
    """Why a row is not taken over."""

    MISSING = "missing"
    NO_DATE = "no-date"
    IN_FUTURE = "in-future"
    UNKNOWN_WORD = "unknown-word"
    TOO_LONG = "too-long"
    REPEATED = "repeated"
    NO_CALENDAR = "no-calendar"
    NOT_BY_LAW = "not-by-law"


REASONS: Mapping[Reason, Texts] = {
    Reason.MISSING: {
        "fr": "La case est vide : elle est nécessaire.",
        "ar": "الخانة فارغة وهي ضرورية.",
        "en": "The cell is empty, and it is needed.",
    },
    Reason.NO_DATE: {
        "fr": "Ce n’est pas une date ; écrire 2024-05-31 ou 31/05/2024.",
        "ar": "ليس هذا تاريخا؛ يكتب مثلا 31/05/2024 أو 2024-05-31.",
        "en": "This is no date; write 2024-05-31 or 31/05/2024.",
    },
    Reason.IN_FUTURE: {
        "fr": "Ce jour n’est pas encore venu.",
        "ar": "هذا اليوم لم يأت بعد.",
        "en": "This day has not come yet.",
    },
    Reason.UNKNOWN_WORD: {
        "fr": "Ce mot n’est pas connu ici ; prendre ceux de la notice.",
        "ar": "هذه العبارة غير معروفة هنا؛ تستعمل العبارات الواردة في الدليل.",
        "en": "This word is not known here; take those of the guide.",
    },
    Reason.TOO_LONG: {
        "fr": "Trop de caractères.",
        "ar": "عدد الأحرف كبير جدا.",
        "en": "Too many characters.",
    },
    Reason.REPEATED: {
        "fr": "Ce numéro se trouve déjà plus haut dans le fichier.",
        "ar": "هذا الرقم وارد من قبل في الملف.",
        "en": "This number stands further up in the file already.",
    },
    Reason.NO_CALENDAR: {
        "fr": "Les jours fériés de cette année ne sont pas connus : pas d’échéance possible.",
        "ar": "أيام العطل لهذه السنة غير معروفة، ولا يمكن احتساب الأجل.",
        "en": "The holidays of that year are not known: no last day can be counted.",
    },
    Reason.NOT_BY_LAW: {
        "fr": "La loi ne permet pas cet acte à ce moment ; vérifier les dates et la suite.",
        "ar": "لا يسمح القانون بهذا الإجراء في هذا الوقت؛ يجب التحقق من التواريخ ومن المآل.",
        "en": "The law does not allow this act at that moment; check the dates and the outcome.",
    },
}
"""What an officer is told; the value itself is not repeated."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why a row is not taken over, and the column that says so. detail: what the law said."""

    column: str
    reason: Reason
    detail: str = ""


class _Refused(Exception):
    def __init__(self, column: str, reason: Reason, detail: str = "") -> None:
        super().__init__(column)
        self.result = NotTaken(column, reason, detail)


@dataclass(frozen=True, slots=True)
class OldRequest:
    """A request as an old register tells it, with its true days.

    number: of the old register. is_waiting: whether it still waits for an answer.
    due_on, safe_on: the last day of the answer by law, and by the careful reading.
    subject_left_out: whether its words looked like personal data.
    """

    number: str
    subject: str
    subject_left_out: bool
    language: str
    is_urgent: bool
    is_waiting: bool
    events: Events
    due_on: date
    safe_on: date


def old_request(
    cells: Mapping[str, str], law: Law, calendar: Calendar, *, today: date, now: datetime
) -> OldRequest | NotTaken:
    """What a row says happened, by the names of the fields, or why it is not taken over."""
    try:
        return _read(cells, law, calendar, today=today, now=now)
    except _Refused as refused:
        return refused.result


def _read(
    cells: Mapping[str, str], law: Law, calendar: Calendar, *, today: date, now: datetime
) -> OldRequest:
    number = _text(cells, "numero")
    if not number:
        raise _Refused("numero", Reason.MISSING)
    if len(number) > LONGEST_NUMBER:
        raise _Refused("numero", Reason.TOO_LONG)
    received = _day(cells, "date_reception", today)
    if received is None:
        raise _Refused("date_reception", Reason.MISSING)
    subject = " ".join(_text(cells, "objet").split())
    language = "ar" if re.search(r"[\u0600-\u06ff]", subject) else "fr"
    left_out = not subject or not is_clean(subject)
    is_urgent = _yes(cells, "urgente")
    status = _status(cells, law)
    steps = sorted(_steps(cells, law, status, received, today), key=lambda step: step[1])
    events = _events(steps, law, calendar, is_urgent=is_urgent, now=now)
    term = _term(events, law, calendar, is_urgent=is_urgent, today=today)
    return OldRequest(
        number=number,
        subject=WITHHELD[language] if left_out else subject[:SUBJECT_LENGTH],
        subject_left_out=left_out,
        language=language,
        is_urgent=is_urgent,
        is_waiting=status == _PENDING,
        events=events,
        due_on=term.due,
        safe_on=term.safe,
    )


def _term(
    events: Events, law: Law, calendar: Calendar, *, is_urgent: bool, today: date
) -> Deadline:
    """The term of the answer."""
    try:
        started = clocks(events, law, calendar, is_urgent=is_urgent, today=today)
    except CalendarGap as problem:
        raise _Refused("date_reception", Reason.NO_CALENDAR, str(problem)) from None
    return started[law.first_step(is_urgent=is_urgent).name].deadline


Step = tuple[Act, date, str, str]
"""What happened, when, on which ground, and the column that says so."""


def _steps(
    cells: Mapping[str, str], law: Law, status: str, received: date, today: date
) -> list[Step]:
    steps: list[Step] = [(Act.RECEIVE, received, "", "date_reception")]
    if extended := _day(cells, "date_avis_prolongation", today):
        ground = _ground(cells, "motif_prolongation", EXTENSIONS, law)
        steps.append((Act.EXTEND, extended, ground, "date_avis_prolongation"))
    answered = _day(cells, "date_reponse", today)
    if status not in {_PENDING, Act.CLOSE}:
        if answered is None:
            raise _Refused("date_reponse", Reason.MISSING)
        steps.append((Act(status), answered, _refusal(cells, status, law), "date_reponse"))
    elif answered:
        raise _Refused("statut", Reason.MISSING)
    for column, act in (
        ("plainte_date", Act.COMPLAIN_TO_HEAD),
        ("plainte_reponse", Act.HEAD_DECIDES),
        ("cdai_date", Act.COMPLAIN_TO_COMMISSION),
        ("cdai_reponse", Act.COMMISSION_DECIDES),
    ):
        if day := _day(cells, column, today):
            issue = ISSUES.get(fold(_text(cells, "cdai_issue")), "")
            ground = issue if act is Act.COMMISSION_DECIDES else ""
            steps.append((act, day, ground, column))
    return steps


def _events(
    steps: Sequence[Step], law: Law, calendar: Calendar, *, is_urgent: bool, now: datetime
) -> Events:
    """The events, each as the law allows it after those before it."""
    events: Events = ()
    for act, day, ground, column in steps:
        reasons = TAKEN_OVER if act in {Act.EXTEND, Act.REFUSE, Act.GRANT_IN_PART} else ""
        try:
            event = Event(act, day, now, ground, reasons)
            events = add(events, event, law, calendar, is_urgent=is_urgent)
        except CalendarGap as problem:
            raise _Refused("date_reception", Reason.NO_CALENDAR, str(problem)) from None
        except HubError as problem:
            raise _Refused(column, Reason.NOT_BY_LAW, str(problem)) from None
    return events


def _status(cells: Mapping[str, str], law: Law) -> str:
    """The act that ended the request; pending, or closed in silence, where none did."""
    said = fold(_text(cells, "statut"))
    for status, words in STATUSES.items():
        if said in words:
            # A law that knows no transfer: the body that was asked does not hold the information.
            is_known = status != Act.TRANSFER or law.acts is None or Act.TRANSFER in law.acts
            return status if is_known else Act.NOT_HELD
    raise _Refused("statut", Reason.UNKNOWN_WORD)


def _refusal(cells: Mapping[str, str], status: str, law: Law) -> str:
    if status not in {Act.REFUSE, Act.GRANT_IN_PART}:
        return ""
    exception = _text(cells, "exception").split("|")[0].strip()
    if not exception:
        return _ground(cells, "motif_refus", REFUSALS, law)
    if exception not in {each.code for each in law.exceptions}:
        raise _Refused("exception", Reason.UNKNOWN_WORD)
    return exception


def _ground(cells: Mapping[str, str], column: str, known: Mapping[str, str], law: Law) -> str:
    """The code of a ground; empty where none is given. Other words might name somebody."""
    said = _text(cells, column)
    if not said:
        return ""
    codes = {fold(each.code): each.code for each in law.every_ground}
    ground = {**codes, **{fold(word): code for word, code in known.items()}}.get(fold(said))
    if ground is None:
        raise _Refused(column, Reason.UNKNOWN_WORD)
    return ground


def _day(cells: Mapping[str, str], column: str, today: date) -> date | None:
    said = western_digits(_text(cells, column))
    if not said:
        return None
    # The day first, as people write it in Morocco.
    day_first = (day for order, day in slashed(said) if order is Order.DAY_FIRST)
    found = certain(said) or next(day_first, None)
    if found is None:
        raise _Refused(column, Reason.NO_DATE)
    if found > today:
        raise _Refused(column, Reason.IN_FUTURE)
    return found


def _yes(cells: Mapping[str, str], column: str) -> bool:
    said = fold(_text(cells, column))
    if said not in _YES | _NO:
        raise _Refused(column, Reason.UNKNOWN_WORD)
    return said in _YES


def _text(cells: Mapping[str, str], column: str) -> str:
    return cells.get(column, "").strip()


def require_columns(labels: Sequence[str]) -> None:
    """Raise Invalid where a file lacks a column without which nothing can be taken over."""
    if missing := [name for name in NEEDED if name not in labels]:
        titles = ", ".join(
            str(field["titles"]["fr"]) for field in SCHEMA["fields"] if field["name"] in missing
        )
        raise Invalid(f"{', '.join(missing)}: no such column in the file ({titles})")

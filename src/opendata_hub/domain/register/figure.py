"""The figures of the register: which requests each counts, out of which, in words.

A figure is a share: its numerator and its denominator are both counts of rows of the register, on
a cut-off day. Whoever doubts one can ask for its rows and count them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.texts import Texts


class Measure(StrEnum):
    """A set of requests that is counted, as it stood at the end of the cut-off day."""

    RECEIVED = "received"
    ANSWERED = "answered"
    IN_TIME = "in-time"
    LATE = "late"
    OWED = "owed"
    PENDING = "pending"
    PENDING_LATE = "pending-late"
    EXTENDED = "extended"
    REOPENED = "reopened"
    GRANTED = "granted"
    GRANTED_IN_PART = "granted-in-part"
    REFUSED = "refused"
    NOT_HELD = "not-held"
    ALREADY_PUBLISHED = "already-published"
    REFUSED_AT_ALL = "refused-at-all"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    COMPLAINED = "complained"
    HEAD_DECIDED = "head-decided"
    ANSWERED_AFTER_COMPLAINT = "answered-after-complaint"
    TO_COMMISSION = "to-commission"
    COMMISSION_DECIDED = "commission-decided"
    TO_COURT = "to-court"


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of requests.

    of: what it is a share of. title: its name. words: the formula as people read it.
    """

    measure: Measure
    of: Measure
    title: Texts
    words: Texts


def _figure(measure: Measure, of: Measure, titles: str, words: str) -> Figure:
    """A figure from its texts in French, Arabic and English, between bars."""
    return Figure(measure, of, _texts(titles), _texts(words))


def _texts(said: str) -> Texts:
    fr, ar, en = (" ".join(part.split()) for part in said.split("|"))
    return {"fr": fr, "ar": ar, "en": en}


M = Measure
FIGURES: tuple[Figure, ...] = (
    _figure(
        M.RECEIVED, M.RECEIVED,
        "Demandes reçues | الطلبات المتوصل بها | Requests received",
        """Demandes dont le premier jour de réception est dans la période, jusqu’au jour d’arrêt
        | الطلبات التي يقع تاريخ تسلمها الأول داخل الفترة، إلى غاية يوم الحصر
        | Requests first received in the period, up to the cut-off day""",
    ),
    _figure(
        M.ANSWERED, M.RECEIVED,
        "Répondues | الطلبات المجاب عنها | Answered",
        """Demandes avec une première décision (accordée, en partie, refusée, non détenue, déjà
        publiée) ÷ demandes reçues
        | الطلبات التي صدر بشأنها أول قرار (استجابة كلية أو جزئية، رفض، معلومات غير متوفرة،
        سبق نشرها) ÷ الطلبات المتوصل بها
        | Requests with a first decision (granted, in part, refused, not held, already published) ÷
        requests received""",
    ),
    _figure(
        M.IN_TIME, M.ANSWERED,
        "Répondues dans le délai | المجاب عنها داخل الأجل | Answered in time",
        """Première décision au plus tard le dernier jour, prolongation comprise (une demande
        rouverte garde sa première décision et son délai d’alors) ÷ demandes répondues
        | صدر أول قرار بشأنها في آخر يوم من الأجل أو قبله، بما في ذلك التمديد (والطلب الذي أعيد
        فتحه يحتسب بأول قرار وبالأجل الذي كان ساريا آنذاك) ÷ الطلبات المجاب عنها
        | First decision on or before the last day, extension included (a reopened request keeps
        its first decision and the period that ran then) ÷ requests answered""",
    ),
    _figure(
        M.LATE, M.ANSWERED,
        "Répondues en retard | المجاب عنها خارج الأجل | Answered late",
        """Première décision après le dernier jour (une demande rouverte garde sa première décision
        et son délai d’alors) ÷ demandes répondues
        | صدر أول قرار بشأنها بعد آخر يوم من الأجل (والطلب الذي أعيد فتحه يحتسب بأول قرار وبالأجل
        الذي كان ساريا آنذاك) ÷ الطلبات المجاب عنها
        | First decision after the last day (a reopened request keeps its first decision and the
        period that ran then) ÷ requests answered""",
    ),
    _figure(
        M.IN_TIME, M.OWED,
        """Dans le délai, silences compris | المجاب عنها داخل الأجل مع احتساب حالات السكوت
        | In time, silence included""",
        """Première décision dans le délai ÷ demandes répondues, ou sans réponse après le dernier
        jour
        | أول قرار داخل الأجل ÷ الطلبات المجاب عنها أو التي انقضى أجلها دون جواب
        | First decision in time ÷ requests answered, or unanswered after the last day""",
    ),
    _figure(
        M.PENDING, M.RECEIVED,
        "En attente | الطلبات قيد المعالجة | Pending",
        """Ni décision, ni transmission, ni retrait, ni clôture au jour d’arrêt, depuis la réception
        ou la réouverture ÷ demandes reçues
        | لم يصدر بشأنها، منذ تسلمها أو إعادة فتحها، قرار ولا إحالة ولا سحب ولا حفظ إلى غاية يوم
        الحصر ÷ الطلبات المتوصل بها
        | No decision, transfer, withdrawal or closing by the cut-off day, since receipt or
        reopening ÷ requests received""",
    ),
    _figure(
        M.PENDING_LATE, M.PENDING,
        "En attente, en retard | قيد المعالجة خارج الأجل | Pending and late",
        """En attente alors que le dernier jour est passé au jour d’arrêt ÷ demandes en attente
        | قيد المعالجة وقد انقضى أجلها في يوم الحصر ÷ الطلبات قيد المعالجة
        | Pending although the last day lies before the cut-off day ÷ requests pending""",
    ),
    _figure(
        M.EXTENDED, M.RECEIVED,
        "Délai prolongé | الطلبات التي تم تمديد أجلها | Extended",
        """Demandes dont le délai a été prolongé ÷ demandes reçues
        | الطلبات التي تم تمديد أجل الرد عليها ÷ الطلبات المتوصل بها
        | Requests whose period was extended ÷ requests received""",
    ),
    _figure(
        M.REOPENED, M.RECEIVED,
        "Rouvertes | الطلبات التي أعيد فتحها | Reopened",
        """Demandes rouvertes au moins une fois ÷ demandes reçues
        | الطلبات التي أعيد فتحها مرة واحدة على الأقل ÷ الطلبات المتوصل بها
        | Requests reopened at least once ÷ requests received""",
    ),
    _figure(
        M.GRANTED, M.ANSWERED,
        "Accordées | الاستجابة الكلية | Granted",
        """Dernière décision : accordée ÷ demandes répondues
        | آخر قرار: استجابة كلية ÷ الطلبات المجاب عنها
        | Last decision: granted ÷ requests answered""",
    ),
    _figure(
        M.GRANTED_IN_PART, M.ANSWERED,
        "Accordées en partie | الاستجابة الجزئية | Granted in part",
        """Dernière décision : accordée en partie ÷ demandes répondues
        | آخر قرار: استجابة جزئية ÷ الطلبات المجاب عنها
        | Last decision: granted in part ÷ requests answered""",
    ),
    _figure(
        M.REFUSED, M.ANSWERED,
        "Refusées | الطلبات المرفوضة | Refused",
        """Dernière décision : refusée ÷ demandes répondues
        | آخر قرار: رفض ÷ الطلبات المجاب عنها
        | Last decision: refused ÷ requests answered""",
    ),
    _figure(
        M.NOT_HELD, M.ANSWERED,
        "Information non détenue | معلومات غير متوفرة لدى المؤسسة | Not held",
        """Dernière décision : information non détenue ÷ demandes répondues
        | آخر قرار: المعلومات غير متوفرة لدى المؤسسة ÷ الطلبات المجاب عنها
        | Last decision: information not held ÷ requests answered""",
    ),
    _figure(
        M.ALREADY_PUBLISHED, M.ANSWERED,
        "Déjà publiée | معلومات سبق نشرها | Already published",
        """Dernière décision : information déjà publiée ÷ demandes répondues
        | آخر قرار: المعلومات سبق نشرها ÷ الطلبات المجاب عنها
        | Last decision: information already published ÷ requests answered""",
    ),
    _figure(
        M.TRANSFERRED, M.RECEIVED,
        "Transmises | الطلبات المحالة | Transferred",
        """Transmises à un autre organisme sans décision ÷ demandes reçues
        | طلبات أحيلت على جهة أخرى دون قرار ÷ الطلبات المتوصل بها
        | Transferred to another body without a decision ÷ requests received""",
    ),
    _figure(
        M.WITHDRAWN, M.RECEIVED,
        "Retirées | الطلبات المسحوبة | Withdrawn",
        """Retirées par le demandeur sans décision ÷ demandes reçues
        | طلبات سحبها أصحابها قبل صدور أي قرار ÷ الطلبات المتوصل بها
        | Withdrawn by the requester without a decision ÷ requests received""",
    ),
    _figure(
        M.CLOSED, M.RECEIVED,
        "Closes sans décision | الطلبات المحفوظة دون قرار | Closed without a decision",
        """Closes sans décision ÷ demandes reçues
        | طلبات حفظت دون قرار ÷ الطلبات المتوصل بها
        | Closed without a decision ÷ requests received""",
    ),
    _figure(
        M.COMPLAINED, M.RECEIVED,
        """Plaintes au président de l’institution | الشكايات الموجهة إلى رئيس المؤسسة
        | Complaints to the head of the body""",
        """Demandes suivies d’une plainte au président de l’institution ÷ demandes reçues
        | الطلبات التي تلتها شكاية إلى رئيس المؤسسة ÷ الطلبات المتوصل بها
        | Requests followed by a complaint to the head of the body ÷ requests received""",
    ),
    _figure(
        M.HEAD_DECIDED, M.COMPLAINED,
        """Plaintes décidées par le président | الشكايات التي بت فيها رئيس المؤسسة
        | Complaints decided by the head""",
        """Plaintes sur lesquelles le président a décidé ÷ plaintes au président
        | الشكايات التي بت فيها رئيس المؤسسة ÷ الشكايات الموجهة إليه
        | Complaints on which the head has decided ÷ complaints to the head""",
    ),
    _figure(
        M.ANSWERED_AFTER_COMPLAINT, M.COMPLAINED,
        """Répondues après la plainte seulement | لم يجب عنها إلا بعد الشكاية
        | Answered only after the complaint""",
        """Première décision le jour de la plainte ou après ÷ plaintes au président
        | صدر أول قرار في يوم الشكاية أو بعده ÷ الشكايات الموجهة إلى رئيس المؤسسة
        | First decision on the day of the complaint or later ÷ complaints to the head""",
    ),
    _figure(
        M.TO_COMMISSION, M.RECEIVED,
        "Plaintes à la commission | الشكايات الموجهة إلى اللجنة | Complaints to the commission",
        """Demandes suivies d’une plainte à la commission ÷ demandes reçues
        | الطلبات التي تلتها شكاية إلى اللجنة ÷ الطلبات المتوصل بها
        | Requests followed by a complaint to the commission ÷ requests received""",
    ),
    _figure(
        M.COMMISSION_DECIDED, M.TO_COMMISSION,
        """Plaintes décidées par la commission | الشكايات التي بتت فيها اللجنة
        | Complaints decided by the commission""",
        """Plaintes auxquelles la commission a répondu ÷ plaintes à la commission
        | الشكايات التي أجابت عنها اللجنة ÷ الشكايات الموجهة إلى اللجنة
        | Complaints the commission has answered ÷ complaints to the commission""",
    ),
    _figure(
        M.TO_COURT, M.RECEIVED,
        "Recours en justice | الطعون القضائية | Brought to court",
        """Demandes portées devant le tribunal ÷ demandes reçues
        | الطلبات المعروضة على المحكمة ÷ الطلبات المتوصل بها
        | Requests brought to court ÷ requests received""",
    ),
)  # fmt: skip
"""Every figure, in the order in which people read them."""

BY_GROUND = _texts(
    """Refus, en tout ou en partie, pour ce motif ÷ refus en tout ou en partie
    | الرفض الكلي أو الجزئي لهذا السبب ÷ مجموع حالات الرفض الكلي أو الجزئي
    | Refusals, in whole or in part, on this ground ÷ refusals in whole or in part"""
)
DAYS = _texts(
    """Jours de calendrier de la réception à la première décision, sans ceux où une précision ou un
    paiement du demandeur était attendu ; le plus petit nombre qui n’est pas dépassé par cette part
    des demandes répondues ; une demande rouverte compte par sa première décision
    | الأيام المتتالية من تاريخ التسلم إلى أول قرار، دون احتساب أيام انتظار توضيح أو أداء من صاحب
    الطلب؛ وهو أصغر عدد لا تتجاوزه هذه النسبة من الطلبات المجاب عنها؛ والطلب الذي أعيد فتحه
    يحتسب بأول قرار صدر بشأنه
    | Calendar days from receipt to first decision, without those on which the requester’s
    clarification or payment was awaited; the smallest number that this share of the answered
    requests does not exceed; a reopened request counts by its first decision"""
)
MEDIAN_PERCENT, HIGH_PERCENT = 50, 90


@dataclass(frozen=True, slots=True)
class Group:
    """Requests that are counted together.

    key: by what they are grouped: a body, a year, a month, a channel; empty for all of them.
    is_imported: those of old registers are counted apart.
    counts: of each measure. grounds: refusals, in whole or in part, by the ground of the law.
    days: answered requests by their net days.
    """

    key: str
    is_imported: bool
    counts: Mapping[Measure, int]
    grounds: Mapping[str, int]
    days: Mapping[int, int]

    def days_within(self, percent: int) -> int | None:
        """The net days that so many per cent of the answered requests do not exceed."""
        return percentile(self.days, percent)


def together(groups: Sequence[Group]) -> list[Group]:
    """The same requests in one group; those of old registers in another."""
    made = []
    for is_imported in (False, True):
        some = [each for each in groups if each.is_imported is is_imported]
        if some:
            counts = {measure: sum(each.counts[measure] for each in some) for measure in Measure}
            grounds, days = Counter[str](), Counter[int]()
            for each in some:
                grounds.update(each.grounds)
                days.update(each.days)
            made.append(Group("", is_imported, counts, grounds, days))
    return made


def percentile(histogram: Mapping[int, int], percent: int) -> int | None:
    """The smallest value that ``percent`` of all do not exceed (nearest rank); None of nothing.

    >>> percentile({3: 1, 5: 1, 40: 2}, 50), percentile({3: 1, 5: 1, 40: 2}, 90)
    (5, 40)
    """
    total = sum(histogram.values())
    wanted, seen = -(-total * percent // 100), 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= wanted:
            return value
    return None


def share(count: int, of: int) -> float | None:
    """A share in per cent with one decimal; None of nothing.

    >>> share(1, 3), share(0, 0)
    (33.3, None)
    """
    return round(100 * count / of, 1) if of else None

"""When an officer is reminded of a request, and what a day's digest holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from opendata_hub.domain.correspondence.mail import Mail
from opendata_hub.domain.errors import CalendarGap
from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.requests.calendar import ONE_DAY, Calendar
from opendata_hub.domain.requests.desk import Line, Nearness
from opendata_hub.domain.texts import Texts

STANDING = frozenset(
    {State.WAITING_FOR_CLARIFICATION, State.WAITING_FOR_FEE, State.WAITING_FOR_IDENTITY}
)
"""While the clock stands nobody is reminded."""
MOST_LISTED = 40
FARTHEST = timedelta(days=90)
"""Nobody is reminded of what was due longer ago."""


class DeskKind(StrEnum):
    """What officers are written to by themselves."""

    REMINDER = "case-reminder"
    DIGEST = "desk-digest"


@dataclass(frozen=True, slots=True)
class Digest:
    """What an officer finds in the morning: references with their last days, and mail that waits.

    counts: how many there are of each, of which the first are named.
    """

    named: Mapping[Nearness, tuple[tuple[str, date], ...]]
    counts: Mapping[Nearness, int]
    mails: int

    def __bool__(self) -> bool:
        return bool(self.mails or any(self.counts.values()))


def is_working(calendar: Calendar, day: date) -> bool:
    """Whether anybody is at the desk; where a year's holidays aren't known, by the week alone."""
    try:
        return calendar.day_off(day) is None
    except CalendarGap:
        return day.weekday() not in calendar.weekend


def distance(calendar: Calendar, due_on: date, *, today: date) -> int:
    """How many working days today is from the last day: below 0 before it, 0 on it, above after.

    A last day on a day off counts as the working day before it.
    """
    first, last = sorted((today, due_on))
    days = (last - first).days
    passed = sum(is_working(calendar, first + ONE_DAY * each) for each in range(1, days + 1))
    if today <= due_on:
        return -passed
    return max(passed, 1)


def stage(distances: Sequence[int], reached: int) -> int | None:
    """The reminder that is due at that distance: the latest one; None before the first.

    >>> stage((-7, -2, 0, 1), -5), stage((-7, -2, 0, 1), 9), stage((-7,), -8)
    (-7, 1, None)
    """
    return max((each for each in distances if each <= reached), default=None)


def digest_of(lines: Sequence[Line], *, mails: int, today: date) -> Digest:
    """The digest of these requests; what is not due soon, and what stands still, is left out."""
    near = (Nearness.LATE, Nearness.DUE_TODAY, Nearness.DUE_SOON)
    found: dict[Nearness, list[tuple[str, date]]] = {each: [] for each in near}
    for line in lines:
        how = line.nearness(today)
        if how in found and line.state not in STANDING:
            found[how].append((line.reference, line.due_on))
    return Digest(
        {how: tuple(each[:MOST_LISTED]) for how, each in found.items()},
        {how: len(each) for how, each in found.items()},
        mails,
    )


def reminder_mail(
    *, to: str, mail_id: str, language: str, reference: str, due: str, days: int, address: str,
    hub: str,
) -> Mail:  # fmt: skip
    """A reminder of one request. days: as ``distance`` counts them."""
    when = ON_THE_DAY if days == 0 else (BEFORE if days < 0 else AFTER)
    values = {"reference": reference, "due": due, "days": str(abs(days)), "address": address}
    parts = [HELLO, when, LOOK]
    body = "\n\n".join([*(each[language].format_map(values) for each in parts), f"-- \n{hub}\n"])
    subject = REMINDER_SUBJECT[language].format_map(values)
    return Mail(to, subject, body, language, id=mail_id, sender_name=hub)


def digest_mail(
    said: Mapping[str, str], *, to: str, mail_id: str, language: str, day: str, address: str,
    hub: str,
) -> Mail:  # fmt: skip
    """The digest of a day. said: its lists and numbers, as ``to_said`` wrote them."""
    parts = [HELLO[language]]
    for how, title in TITLES.items():
        if count := int(said.get(f"{how}-count", "0")):
            lines = [title[language].format_map({"count": count})]
            lines += [f"  {each}" for each in said[how].split(",")]
            if count > MOST_LISTED:
                lines.append("  …")
            parts.append("\n".join(lines))
    if mails := int(said.get("mails", "0")):
        parts.append(MAILS[language].format_map({"count": mails}))
    parts += [DESK[language].format_map({"address": address}), f"-- \n{hub}\n"]
    subject = DIGEST_SUBJECT[language].format_map({"day": day})
    return Mail(to, subject, "\n\n".join(parts), language, id=mail_id, sender_name=hub)


def to_said(digest: Digest) -> dict[str, str]:
    """The digest as the outbox keeps it: references and days, no words that name anybody."""
    said = {"mails": str(digest.mails)}
    for how, named in digest.named.items():
        said[how] = ",".join(f"{reference}  {due.isoformat()}" for reference, due in named)
        said[f"{how}-count"] = str(digest.counts[how])
    return said


HELLO: Texts = {"fr": "Bonjour,", "ar": "السلام عليكم،", "en": "Hello,"}
REMINDER_SUBJECT: Texts = {
    "fr": "{reference} : rappel",
    "ar": "{reference}: تذكير",
    "en": "{reference}: reminder",
}
BEFORE: Texts = {
    "fr": (
        "La réponse à la demande {reference} est due le {due}. Jours ouvrables restants : {days}."
    ),
    "ar": "يجب الرد على الطلب رقم {reference} في أجل أقصاه {due}. أيام العمل المتبقية: {days}.",
    "en": "The answer to the request {reference} is due on {due}. Working days left: {days}.",
}
ON_THE_DAY: Texts = {
    "fr": "La réponse à la demande {reference} est due aujourd’hui, le {due}.",
    "ar": "اليوم {due} هو آخر أجل للرد على الطلب رقم {reference}.",
    "en": "The answer to the request {reference} is due today, {due}.",
}
AFTER: Texts = {
    "fr": (
        "La réponse à la demande {reference} était due le {due}. Jours ouvrables de retard : "
        "{days}. Le demandeur peut porter plainte ; une réponse tardive reste due."
    ),
    "ar": (
        "انصرم أجل الرد على الطلب رقم {reference} بتاريخ {due}. أيام العمل من التأخير: {days}. "
        "يحق لصاحب الطلب تقديم شكاية، ويظل الرد واجبا."
    ),
    "en": (
        "The answer to the request {reference} was due on {due}. Working days late: {days}. The "
        "requester may complain; a late answer is still owed."
    ),
}
LOOK: Texts = {
    "fr": "Voir la demande :\n{address}",
    "ar": "الاطلاع على الطلب:\n{address}",
    "en": "See the request:\n{address}",
}
DIGEST_SUBJECT: Texts = {
    "fr": "Vos demandes, le {day}",
    "ar": "طلباتكم بتاريخ {day}",
    "en": "Your requests on {day}",
}
TITLES: Mapping[Nearness, Texts] = {
    Nearness.LATE: {
        "fr": "En retard ({count}) :",
        "ar": "متأخرة ({count}):",
        "en": "Late ({count}):",
    },
    Nearness.DUE_TODAY: {
        "fr": "À répondre aujourd’hui ({count}) :",
        "ar": "أجلها اليوم ({count}):",
        "en": "Due today ({count}):",
    },
    Nearness.DUE_SOON: {
        "fr": "À répondre bientôt ({count}) :",
        "ar": "أجلها قريب ({count}):",
        "en": "Due soon ({count}):",
    },
}
MAILS: Texts = {
    "fr": "Courriels en attente d’un agent : {count}.",
    "ar": "رسائل إلكترونية تنتظر موظفا: {count}.",
    "en": "Mails that wait for an officer: {count}.",
}
DESK: Texts = {
    "fr": "Ouvrir le guichet :\n{address}",
    "ar": "فتح المكتب:\n{address}",
    "en": "Open the desk:\n{address}",
}

"""A deadline in sentences, in the reader's language: what was counted, what was not, and why."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from babel.dates import format_date

from opendata_hub.domain.requests.calendar import DayOff, HolidayStatus
from opendata_hub.domain.requests.deadline import Deadline
from opendata_hub.domain.requests.law import Effect, Expiry, Law
from opendata_hub.domain.requests.term import (
    ByDay,
    Count,
    DayZero,
    Extreme,
    MonthsAfter,
    Part,
    Span,
    Term,
    Unit,
    days_told,
)
from opendata_hub.domain.texts import Texts
from opendata_hub.web.languages import LOCALES, translations

UNITS: Mapping[Unit, tuple[str, str]] = {
    Unit.WORKING_DAYS: ("%(num)s working day", "%(num)s working days"),
    Unit.CALENDAR_DAYS: ("%(num)s calendar day", "%(num)s calendar days"),
    Unit.FRANCS: ("%(num)s clear day", "%(num)s clear days"),
    Unit.MONTHS: ("%(num)s month", "%(num)s months"),
    Unit.MONTHS_30: ("%(num)s month of 30 days", "%(num)s months of 30 days"),
    Unit.HOURS: ("%(num)s hour", "%(num)s hours"),
}


class Speaker:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = translations(language)

    def say(self, message: str, **values: object) -> str:
        """A message of the catalogue with its values."""
        said = str(self._catalogue.ugettext(message))
        return said % values if values else said

    def plural(self, one: str, many: str, number: int) -> str:
        """A message that depends on a number."""
        return str(self._catalogue.ungettext(one, many, number)) % {"num": number}

    def day(self, day: date) -> str:
        """A day, written out."""
        return format_date(day, format="full", locale=LOCALES[self.language])

    def text(self, texts: Texts) -> str:
        """A text of a pack; packs have every language."""
        return texts[self.language]


def length_of(term: Term, speaker: Speaker) -> str:
    """How long a term is, in words."""
    match term:
        case Span(length, unit):
            return speaker.plural(*UNITS[unit], length)
        case ByDay(month, day):
            shown = format_date(
                date(2000, month, day), format="d MMMM", locale=LOCALES[speaker.language]
            )
            return speaker.say("by the next %(day)s", day=shown)
        case MonthsAfter(months):
            return speaker.plural(
                "to the end of the month after (%(num)s)",
                "to the end of month %(num)s after",
                months,
            )
        case Part(numerator, denominator, whole):
            share, of = f"{numerator}/{denominator}", length_of(whole, speaker)
            return speaker.say("%(share)s of %(term)s", share=share, term=of)
        case Extreme(terms, is_latest):
            lengths = " / ".join(length_of(each, speaker) for each in terms)
            if is_latest:
                return speaker.say("the latest of: %(terms)s", terms=lengths)
            return speaker.say("the earliest of: %(terms)s", terms=lengths)


def reason_of(off: DayOff, speaker: Speaker) -> str:
    """Why a day was passed over, and what is uncertain about it."""
    reason = speaker.text(off.reason)
    if off.status is HolidayStatus.EXPECTED:
        return speaker.say("%(reason)s (expected, not announced yet)", reason=reason)
    if off.status is HolidayStatus.EXCEPTIONAL:
        return speaker.say("%(reason)s (exceptional closure)", reason=reason)
    return reason


def explain(term: Deadline, law: Law, language: str) -> Iterator[str]:
    """The sentences of a deadline, one at a time."""
    speaker = Speaker(language)
    say, day, step = speaker.say, speaker.day, term.step
    yield say("%(step)s: by %(day)s.", step=speaker.text(step.title), day=day(term.due))
    if term.safe != term.due:
        yield say("To be on the safe side, by %(day)s.", day=day(term.safe))
    yield say(
        "%(law)s, art. %(article)s, version of %(version)s: %(length)s.",
        law=speaker.text(law.title),
        article=step.article,
        version=law.version,
        length=length_of(step.term, speaker),
    )
    yield say(
        "Day zero is %(day)s: %(event)s.", day=day(term.start), event=speaker.text(step.starts_on)
    )
    if step.legal.day_zero is DayZero.INCLUDED:
        yield say("That day is counted.")
    else:
        yield say("That day itself is not counted.")
    for number, counted in enumerate(term.counts):
        if number:
            yield say("The period was extended; the count goes on from its last day.")
        yield from _counted(counted, speaker)
    if step.expiry:
        yield _expiry(step.expiry, law, speaker)
    yield say("Days off are those of calendar %(version)s.", version=term.calendar_version)
    yield speaker.text(step.note)
    yield speaker.text(law.disclaimer)


def _counted(counted: Count, speaker: Speaker) -> Iterator[str]:
    for day, number, off in days_told(counted):
        if off:
            yield speaker.say(
                "%(day)s: not counted, %(reason)s.",
                day=speaker.day(day),
                reason=reason_of(off, speaker),
            )
        else:
            yield speaker.say("%(day)s: day %(number)s.", day=speaker.day(day), number=number)


def _expiry(expiry: Expiry, law: Law, speaker: Speaker) -> str:
    """What it means that the term has run out."""
    opened = " / ".join(speaker.text(law.steps[name].title) for name in expiry.opens) or "–"
    say = speaker.say
    match expiry.effect:
        case Effect.DEEMED_REFUSAL:
            return say("Silence beyond that day is a refusal. It opens: %(steps)s.", steps=opened)
        case Effect.DEEMED_ACCEPTANCE:
            return say("Silence beyond that day is an acceptance.")
        case Effect.LAPSE:
            return say("After that day this step can no longer be taken.")
        case Effect.BREACH:
            return say("Beyond that day the law is broken. It opens: %(steps)s.", steps=opened)
        case Effect.OPENS_REMEDY:
            return say("Silence beyond that day opens: %(steps)s.", steps=opened)


def filters(language: str) -> Mapping[str, Callable[..., str]]:
    """The same words for templates."""
    speaker = Speaker(language)
    return {
        "length_of": lambda term: length_of(term, speaker),
        "reason": lambda off: reason_of(off, speaker),
    }

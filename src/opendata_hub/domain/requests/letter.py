"""A letter of the authority: the words of a pack, filled in with what happened and what is due.

A pack says the words, law and events give the days, who writes the letter says the rest. What a
refusal must say is in it, or there is no letter.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import Invalid, LetterIncomplete, UnknownLetter, WrongMoment
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import TEXT_LENGTH, InfoRequest
from opendata_hub.domain.requests.law import Actor, Ground, Law
from opendata_hub.domain.requests.term import Span
from opendata_hub.domain.requests.timeline import Clock, Event, clocks
from opendata_hub.domain.texts import LANGUAGES, Texts, readable


class Place(StrEnum):
    """What the words of a letter may leave open: ``{reference}`` in a pack."""

    REFERENCE = "reference"
    SUBJECT = "subject"
    AUTHORITY = "authority"
    OFFICER = "officer"
    LAW = "law"
    ARTICLE = "article"
    RECEIVED_ON = "received_on"
    COMPLAINED_ON = "complained_on"
    WRITTEN_ON = "written_on"
    HIJRI_ON = "hijri_on"
    DUE_ON = "due_on"
    FIRST_DUE_ON = "first_due_on"
    SAFE_ON = "safe_on"
    DAYS_LEFT = "days_left"
    DAYS_LATE = "days_late"
    GROUND = "ground"
    REASONS = "reasons"
    ENCLOSED = "enclosed"
    WHERE = "where"
    BODY = "body"
    QUESTION = "question"
    OUTCOME = "outcome"
    TRACKING_CODE = "tracking_code"
    FOLLOW_AT = "follow_at"
    LAST_DAY = "last_day"
    SAFE_DAY = "safe_day"
    DAYS = "days"
    EXCEPTIONS = "exceptions"
    REMEDIES = "remedies"


LISTS = frozenset({Place.EXCEPTIONS, Place.REMEDIES})
"""What is a list below its paragraph, never inside a sentence."""
OF_A_REMEDY = frozenset({Place.LAST_DAY, Place.SAFE_DAY, Place.DAYS})
"""What only the words of a remedy can leave open."""
SAID = (
    Place.REASONS, Place.ENCLOSED, Place.WHERE, Place.BODY, Place.QUESTION, Place.OUTCOME,
)  # fmt: skip
"""What who writes the letter says in their own words."""
REFUSING = frozenset({Act.REFUSE, Act.GRANT_IN_PART, Act.NOT_HELD, Act.ALREADY_PUBLISHED})
"""The acts whose letters must hold the law's mentions."""
TOLD_BY_LETTER = REFUSING | {
    Act.RECEIVE, Act.ACKNOWLEDGE, Act.ASK_CLARIFICATION, Act.EXTEND, Act.TRANSFER, Act.GRANT,
    Act.HEAD_DECIDES,
}  # fmt: skip
"""The acts of an authority that somebody must be told of in writing."""

Wording = tuple["str | Place", ...]
"""Words and, between them, what they leave open."""
_PLACE = re.compile(r"\{([^{}]*)\}")
_SECTION = re.compile(r",? §[\d-]+")
# What would turn the words after it around, or stand in a name unseen.
_TURNING = re.compile("[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def wording(text: str) -> Wording:
    """The words of a pack, its places found; raises Invalid on a place that is none.

    >>> wording("Le {written_on}.")
    ('Le ', <Place.WRITTEN_ON: 'written_on'>, '.')
    """
    parts: list[str | Place] = []
    for position, part in enumerate(_PLACE.split(text)):
        if position % 2:
            if part not in set(Place):
                raise Invalid(f"{{{part}}} is no place; known: {', '.join(Place)}")
            parts.append(Place(part))
        elif "{" in part or "}" in part:
            raise Invalid(f"a lone brace in {part.strip()[:40]!r}")
        elif part:
            parts.append(part)
    return tuple(parts)


class Addressee(StrEnum):
    """Whom a letter is for; a receipt is for who holds it."""

    REQUESTER = "requester"
    OFFICER = "officer"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph as a pack declares it.

    words:   by language. items: a list that stands below them.
    when, unless: it stands there only when that place is filled, or is not.
    grounds: it stands there only for a refusal or an extension on one of these.
    mention: the duty of the law that it fulfils; such a passage is never left out unsaid.
    article, source, confidence: where it says what the law says; None where it says nothing of it.
    """

    words: Mapping[str, Wording]
    items: Place | None = None
    when: Place | None = None
    unless: Place | None = None
    grounds: frozenset[str] = frozenset()
    mention: str = ""
    article: str = ""
    source: str = ""
    confidence: Confidence | None = None

    @property
    def places(self) -> frozenset[Place]:
        """All that it leaves open, in any language."""
        inside = {
            part for words in self.words.values() for part in words if isinstance(part, Place)
        }
        return frozenset(inside | ({self.items} if self.items else set()))


@dataclass(frozen=True, slots=True)
class Template:
    """A letter as a pack declares it.

    acts: what it tells of; none for a letter that tells of no act of the law.
    grounds_of: the ground that an act is, without anybody saying so.
    greets: whether it opens and closes as letters do. signature: who signs it.
    """

    name: str
    addressee: Addressee
    acts: tuple[Act, ...]
    grounds_of: Mapping[Act, str]
    greets: bool
    subject: Mapping[str, Wording]
    signature: Texts
    passages: tuple[Passage, ...]

    @property
    def places(self) -> frozenset[Place]:
        """All that its passages leave open."""
        return frozenset[Place]().union(*(passage.places for passage in self.passages))

    @property
    def speaks_of_grounds(self) -> bool:
        """Whether it says on which ground something is refused or extended."""
        return Place.GROUND in self.places or any(passage.grounds for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Stationery:
    """What stands on every letter under a law.

    dated: its line of the day. labels of its reference, subject and pages.
    unnamed: where the name of who is addressed will stand. follow: beside the square code, and
    follow_code: what that code is, for who cannot see it.
    """

    dated: Mapping[str, Wording]
    reference: Texts
    subject: Texts
    page: Texts
    greeting: Texts
    closing: Texts
    unnamed: Texts
    follow: Texts
    follow_code: Mapping[str, Wording]


@dataclass(frozen=True, slots=True)
class Remedy:
    """How a letter tells of what the requester may do now, and by when.

    careful: the sentence that follows where the careful reading ends earlier.
    """

    words: Mapping[str, Wording]
    careful: Mapping[str, Wording]
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Letters:
    """All letters under a law: ``requests/<jurisdiction>/<law>/letters/``; remedies by step."""

    law: str
    stationery: Stationery
    templates: Mapping[str, Template]
    remedies: Mapping[str, Remedy]

    def template(self, name: str) -> Template:
        """The letter of that name; raises UnknownLetter, which lists those there are."""
        if name in self.templates:
            return self.templates[name]
        known = ", ".join(self.templates) or "none"
        raise UnknownLetter(f"{self.law} has no letter {name[:60]!r}; known: {known}")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What who writes a letter adds to what the hub knows, each in their own words.

    ground, exceptions: codes of the law. reasons: why. enclosed: what is handed over, and how.
    where: reference and place of what is published. body: who else may hold it. question: what
    is not clear. outcome: what was decided on a complaint.
    """

    ground: str = ""
    exceptions: tuple[str, ...] = ()
    reasons: str = ""
    enclosed: str = ""
    where: str = ""
    body: str = ""
    question: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the authority in its languages, the officer's name, where to answer to."""

    authority: Texts
    officer: str = ""
    contact: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What a letter is about: the request with all that happened up to the letter's own act.

    addressee: name and address, a line each; empty where the letter must not name anybody yet.
    follow_at: the address of the request's page. tracking_code: for a receipt only.
    """

    request: InfoRequest
    law: Law
    calendar: Calendar
    sender: Sender
    written_on: date
    addressee: tuple[str, ...] = ()
    follow_at: str = ""
    tracking_code: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line. is_value: put in, and read in a direction of its own."""

    text: str
    is_value: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words, and the list below them."""

    words: Line
    items: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be typeset, in one language.

    letterhead: the authority's name in each of its languages, that of the letter first.
    follow_at: what the square code leads to; empty on an inner note.
    """

    name: str
    language: str
    written_on: date
    letterhead: tuple[tuple[str, str], ...]
    contact: tuple[str, ...]
    dated: Line
    addressee: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    subject: Line
    greeting: str
    paragraphs: tuple[Paragraph, ...]
    closing: str
    signature: tuple[str, ...]
    page: str
    follow: str
    follow_at: str
    follow_code: str

    @property
    def text(self) -> str:
        """Its paragraphs as plain text, a line each."""
        lines = (line for each in self.paragraphs for line in (each.words, *each.items))
        return "\n".join("".join(run.text for run in line) for line in lines)


class Days(Protocol):
    """How days are told in a language; the domain does not speak."""

    def long(self, day: date, language: str) -> str:
        """The day with its month in letters."""

    def hijri(self, day: date, language: str) -> str:
        """The same by the Hijri calendar; empty where it is not known."""


def compose(
    letters: Letters, name: str, case: Case, said: Particulars, *, language: str, days: Days
) -> Letter:
    """The letter of that name on that case.

    Raises UnknownLetter; Invalid for a code the law does not know and for what the letter would
    leave unsaid; LetterIncomplete, naming the place, where anything it must say is missing.
    """
    if language not in LANGUAGES:
        raise Invalid(f"language: {language[:20]!r} is not one of {', '.join(LANGUAGES)}")
    template = letters.template(name)
    writing = _Writing(letters, template, case, said, language, days)
    passages = tuple(writing.standing())
    writing.require_all_said(passages)
    form = letters.stationery
    return Letter(
        name=name,
        language=language,
        written_on=case.written_on,
        letterhead=_letterhead(case.sender.authority, language),
        contact=tuple(map(one_line, case.sender.contact)),
        dated=writing.filled(form.dated[language]),
        addressee=writing.addressee(),
        labels=((form.reference[language], case.request.reference),),
        subject=(Run(f"{form.subject[language]} "), *writing.filled(template.subject[language])),
        greeting=form.greeting[language] if template.greets else "",
        paragraphs=tuple(writing.paragraph(each) for each in passages),
        closing=form.closing[language] if template.greets else "",
        signature=writing.signature(),
        page=form.page[language],
        follow=form.follow[language],
        follow_at="" if template.addressee is Addressee.OFFICER else case.follow_at,
        follow_code="".join(run.text for run in writing.filled(form.follow_code[language])),
    )  # fmt: skip


def act_told(template: Template, ground: str) -> Act | None:
    """The act that a letter with that ground tells of; None where it tells of none."""
    for act, of_act in template.grounds_of.items():
        if of_act == ground:
            return act
    return template.acts[0] if template.acts else None


def event_told(template: Template, request: InfoRequest) -> Event | None:
    """The last event that the letter tells of; None before it has happened, or anew if reopened."""
    for event in reversed(request.events):
        if event.act in template.acts:
            return event
        if event.act is Act.REOPEN:
            break
    return None


def one_line(text: str) -> str:
    r"""A text that somebody gave, in one line and without what no reader sees.

    >>> one_line("Nom\u202e fictif\n")
    'Nom fictif'
    """
    return " ".join(_plain(text).split())


def lines_of(text: str) -> str:
    """The same with its lines kept, and no more than one of them empty at a time."""
    lines = (" ".join(line.split()) for line in _plain(text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _plain(text: str) -> str:
    return _TURNING.sub("", readable(text.replace("\r\n", "\n").replace("\r", "\n")))


class _Writing:
    """One letter while it is written: what its places hold."""

    def __init__(
        self,
        letters: Letters,
        template: Template,
        case: Case,
        said: Particulars,
        language: str,
        days: Days,
    ) -> None:
        self.letters, self.template, self.case = letters, template, case
        self.language, self.days = language, days
        event = event_told(template, case.request)
        self.said = _checked(said, template, event)
        self.ground = self.said.ground or (template.grounds_of.get(event.act, "") if event else "")
        self.clocks = clocks(
            case.request.events, case.law, case.calendar,
            is_urgent=case.request.question.is_urgent, today=case.written_on,
        )  # fmt: skip
        self._first = self.clocks[case.law.first_step(is_urgent=self._is_urgent).name]
        if template.addressee is Addressee.OFFICER and self._first.kept_on:
            raise WrongMoment(f"{case.request.reference} was answered; nothing to remind of")
        self.values = self._values()
        self.lists = {
            Place.EXCEPTIONS: self._exceptions(),
            Place.REMEDIES: tuple(self._remedies()),
        }

    def standing(self) -> Iterator[Passage]:
        """The passages of the template that stand in this letter, in its order."""
        for passage in self.template.passages:
            if passage.grounds and self.ground not in passage.grounds:
                continue
            if passage.when and not self._holds(passage.when):
                continue
            if passage.unless and self._holds(passage.unless):
                continue
            yield passage

    def require_all_said(self, passages: Sequence[Passage]) -> None:
        """Raise Invalid rather than drop what somebody said: the letter has no place for it."""
        told = {place for passage in passages for place in passage.places}
        for place in (*SAID, Place.EXCEPTIONS):
            if self._holds(place) and place not in told:
                raise Invalid(f"{place}: the letter {self.template.name} does not say it")
        is_told = any(self.ground in passage.grounds for passage in passages)
        is_told |= Place.GROUND in told or self.ground in self.template.grounds_of.values()
        if self.ground and not is_told:
            raise Invalid(f"ground: the letter {self.template.name} does not say {self.ground!r}")
        if not self.ground and self.template.speaks_of_grounds:
            raise LetterIncomplete(f"{self.template.name}: ground is missing")

    def paragraph(self, passage: Passage) -> Paragraph:
        """The passage filled in."""
        items: tuple[Line, ...] = ()
        if passage.items:
            items = self.lists[passage.items]
            if not items:
                self._miss(passage.items, passage.article)
        return Paragraph(self.filled(passage.words[self.language], article=passage.article), items)

    def filled(
        self, words: Wording, more: Mapping[Place, str] | None = None, *, article: str = ""
    ) -> Line:
        """Words with each place filled; raises LetterIncomplete for one that nothing fills."""
        values = {**self.values, **(more or {})}
        runs = []
        for part in words:
            if isinstance(part, Place):
                if not values.get(part):
                    self._miss(part, article)
                runs.append(Run(values[part], is_value=True))
            else:
                runs.append(Run(part))
        return tuple(runs)

    def addressee(self) -> tuple[str, ...]:
        """Whom it is for, a line each."""
        match self.template.addressee:
            case Addressee.HOLDER:
                return ()
            case Addressee.OFFICER:
                return (
                    one_line(self.case.sender.officer) or self.template.signature[self.language],
                )
            case Addressee.REQUESTER:
                named = tuple(filter(None, map(one_line, self.case.addressee)))
                return named or (self.letters.stationery.unnamed[self.language],)

    def signature(self) -> tuple[str, ...]:
        """Who signs: in which quality, and by name where it is known. An inner note needs none."""
        if self.template.addressee is Addressee.OFFICER:
            return ()
        signed = (self.template.signature[self.language], one_line(self.case.sender.officer))
        return tuple(filter(None, signed))

    def _holds(self, place: Place) -> bool:
        return bool(self.lists[place] if place in LISTS else self.values.get(place))

    def _miss(self, place: Place, article: str) -> None:
        wanted = f" (art. {article})" if article else ""
        raise LetterIncomplete(f"{self.template.name}: {place} is missing{wanted}")

    def _values(self) -> Mapping[Place, str]:
        case, request = self.case, self.case.request
        complaints = [e.happened_on for e in request.events if e.act is Act.COMPLAIN_TO_HEAD]
        return {
            Place.REFERENCE: request.reference,
            Place.SUBJECT: one_line(request.question.subject),
            Place.AUTHORITY: case.sender.authority[self.language],
            Place.OFFICER: one_line(case.sender.officer),
            Place.LAW: case.law.title[self.language],
            Place.RECEIVED_ON: self._day(request.received_on),
            Place.COMPLAINED_ON: self._day(complaints[-1]) if complaints else "",
            Place.WRITTEN_ON: self._day(case.written_on),
            Place.HIJRI_ON: self.days.hijri(case.written_on, self.language),
            Place.TRACKING_CODE: one_line(case.tracking_code),
            Place.FOLLOW_AT: case.follow_at,
            Place.GROUND: self._ground(),
            **{place: lines_of(getattr(self.said, place)) for place in SAID},
            **self._due_days(),
        }

    def _due_days(self) -> Mapping[Place, str]:
        """The term of the answer; nothing while its clock stands still."""
        if self._first.is_standing:
            return {}
        term = self._first.deadline
        left = (term.due - self.case.written_on).days
        return {
            Place.ARTICLE: _article(term.step.article),
            Place.DUE_ON: self._day(term.due),
            Place.FIRST_DUE_ON: self._day(term.counts[0].due),
            Place.SAFE_ON: self._day(term.safe) if term.safe < term.due else "",
            Place.DAYS_LEFT: str(left) if left >= 0 else "",
            Place.DAYS_LATE: str(-left) if left < 0 else "",
        }

    def _ground(self) -> str:
        if not self.ground:
            return ""
        known = self.case.law.refusal_grounds
        if Act.EXTEND in self.template.acts:
            extension = self.case.law.extension_of(self._first.step)
            known = extension.grounds if extension else ()
        return _coded("ground", self.ground, known).text[self.language]

    def _exceptions(self) -> tuple[Line, ...]:
        known = self.case.law.exceptions
        found = (_coded("exceptions", code, known) for code in self.said.exceptions)
        return tuple((Run(each.text[self.language]),) for each in found)

    def _remedies(self) -> Iterator[Line]:
        """What the requester may do now, each with its last day."""
        for name, remedy in self.letters.remedies.items():
            clock = self.clocks.get(name)
            if clock and self._is_open(clock):
                words, term = remedy.words[self.language], clock.deadline
                if term.safe < term.due:
                    words = (*words, " ", *remedy.careful[self.language])
                yield self.filled(words, self._term_of(clock))

    def _is_open(self, clock: Clock) -> bool:
        return (
            clock.step.actor is Actor.REQUESTER
            and clock.kept_on is None
            and not clock.has_expired(self.case.written_on)
        )

    def _term_of(self, clock: Clock) -> Mapping[Place, str]:
        term = clock.step.term
        return {
            Place.LAST_DAY: self._day(clock.deadline.due),
            Place.SAFE_DAY: self._day(clock.deadline.safe),
            Place.DAYS: str(term.length) if isinstance(term, Span) else "",
            Place.ARTICLE: _article(clock.step.article),
        }

    def _day(self, day: date) -> str:
        return self.days.long(day, self.language)

    @property
    def _is_urgent(self) -> bool:
        return self.case.request.question.is_urgent


def _checked(said: Particulars, template: Template, event: Event | None) -> Particulars:
    """What is said; the ground and the reasons of the event itself go before others."""
    for place in SAID:
        if len(getattr(said, place)) > TEXT_LENGTH:
            raise Invalid(f"{place}: more than {TEXT_LENGTH} characters")
    ground = event.ground if event and template.speaks_of_grounds else ""
    reasons = event.reasons if event and Place.REASONS in template.places else ""
    return replace(
        said,
        ground=ground or said.ground,
        reasons=reasons or said.reasons,
        exceptions=tuple(dict.fromkeys(said.exceptions)),
    )


def _coded(what: str, code: str, known: Sequence[Ground]) -> Ground:
    for each in known:
        if each.code == code:
            return each
    codes = ", ".join(each.code for each in known) or "none"
    raise Invalid(f"{what}: the law does not know {code[:60]!r}; known: {codes}")


def _article(article: str) -> str:
    """The number without its paragraphs: ``19 §1`` reads differently in a line of Arabic."""
    return _SECTION.sub("", article)


def _letterhead(authority: Texts, language: str) -> tuple[tuple[str, str], ...]:
    """The name in the letter's language, then in the other official ones."""
    order = (language, *(other for other in ("ar", "fr") if other != language))
    return tuple((each, authority[each]) for each in order if authority.get(each))

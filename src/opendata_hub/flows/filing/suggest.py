"""What may already answer a request: published data, earlier answers, what must be published.

Nothing is translated: each word is looked for in every language that titles and subjects have.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from opendata_hub.adapters.search import SearchIndex
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.search.entry import Shown
from opendata_hub.domain.catalog.search.query import Query
from opendata_hub.domain.catalog.search.words import STOP_WORDS, fold
from opendata_hub.domain.errors import BadSearch, SearchUnavailable
from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.catalog.serving.find import find
from opendata_hub.store.register import rows
from opendata_hub.store.register.rows import Chosen

MOST, MOST_WORDS, LOOKED_AT = 5, 8, 20
COMMON = 200
"""A word that more datasets have than this tells none of them apart."""
NEEDED = 2
"""Words that a thing must have, of a request that has as many."""
ANSWERED = frozenset({Outcome.GRANTED, Outcome.GRANTED_IN_PART, Outcome.ALREADY_PUBLISHED})
_WORD = re.compile(r"[^\W_]{3,}")


class SuggestionKind(StrEnum):
    """What is suggested."""

    DATASET = "dataset"
    ANSWER = "answer"
    DUTY = "duty"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that may answer.

    name: slug, reference or family. day: of an answer. often: how often a duty falls due.
    """

    kind: SuggestionKind
    name: str
    title: Texts
    about: Texts
    day: date | None = None
    often: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked for, and whose it would best be."""

    words: tuple[str, ...]
    authority: str

    @property
    def needed(self) -> int:
        """How many of the words a thing must have."""
        return min(NEEDED, len(self.words))


def suggest(
    session: Session, frame: Frame, index: SearchIndex, looking: Looking, *, today: date
) -> tuple[Suggestion, ...]:
    """At most five of each kind, the nearest first; no datasets where search is not ready."""
    datasets = published_already(session, frame, index, looking)
    answers = _answers(session, looking, today)
    return (*datasets, *answers, *_duties(frame, looking))


def published_already(
    session: Session, frame: Frame, index: SearchIndex, looking: Looking
) -> list[Suggestion]:
    """The datasets that may hold what is asked for; none where search is not ready."""
    try:
        return _datasets(session, frame, index, looking)
    except SearchUnavailable:
        return []


def words_of(subject: str, text: str) -> tuple[str, ...]:
    """The words that tell what is asked, those of the subject first.

    >>> words_of("Le budget de la commune", "Je demande le budget 2026")
    ('budget', 'commune', 'demande', '2026')
    """
    found = (word for part in (subject, text) for word in _WORD.findall(fold(part)))
    return tuple(dict.fromkeys(word for word in found if word not in STOP_WORDS))[:MOST_WORDS]


def _datasets(
    session: Session, frame: Frame, index: SearchIndex, looking: Looking
) -> list[Suggestion]:
    """Those with enough of the words, rare ones counting more; the body's own count double."""
    weights, matched = Counter[str](), Counter[str]()
    shown: dict[str, Shown] = {}
    for word in looking.words:
        try:
            answer = find(session, frame, index, Query(text=word, limit=LOOKED_AT))
        except BadSearch:
            continue
        if answer.guessed or not 0 < answer.total <= COMMON:
            continue
        for hit in answer.hits:
            shown[hit.shown.slug] = hit.shown
            matched[hit.shown.slug] += 1
            own = 2 if hit.shown.publisher == looking.authority else 1
            weights[hit.shown.slug] += own * COMMON // answer.total
    return [
        Suggestion(SuggestionKind.DATASET, slug, shown[slug].title, shown[slug].description)
        for slug, _ in weights.most_common()
        if matched[slug] >= looking.needed
    ][:MOST]


def _answers(session: Session, looking: Looking, today: date) -> list[Suggestion]:
    """Requests of the public register that were answered, by the words of their subjects."""
    matched, found = Counter[str](), dict[str, Entry]()
    for word in looking.words:
        chosen = Chosen(until=today, authority=looking.authority, words=word)
        for entry in rows.page(session, chosen, most=LOOKED_AT):
            if entry.outcome in ANSWERED and entry.subject:
                found[entry.reference] = entry
                matched[entry.reference] += 1
    return [
        Suggestion(
            SuggestionKind.ANSWER, reference, {found[reference].language: found[reference].subject},
            {}, found[reference].answered_on,
        )
        for reference, count in matched.most_common()
        if count >= looking.needed
    ][:MOST]  # fmt: skip


def _duties(frame: Frame, looking: Looking) -> list[Suggestion]:
    """What the law wants published: the families whose titles and keywords have the words."""
    matched = Counter[str]()
    for family in frame.families.values():
        if family.legal_basis:
            matched[family.name] = len(set(looking.words) & _named(family))
    return [
        Suggestion(
            SuggestionKind.DUTY, name, frame.families[name].title,
            frame.families[name].legal_basis[0].text,
            often=frame.term("frequency", frame.families[name].frequency).label,
        )
        for name, count in matched.most_common(MOST)
        if count
    ]  # fmt: skip


def _named(family: Family) -> set[str]:
    """The words of a family's titles and keywords, in every language, folded."""
    said: Sequence[str] = [
        *family.title.values(), *(word for each in family.keywords.values() for word in each),
    ]  # fmt: skip
    return {word for each in said for word in _WORD.findall(fold(each))}

"""The one door to tantivy: an index in a folder, made from entries and asked by queries.

    HOME/search/lock          held by the one process that writes
    HOME/search/current.json  which folder is the index, what it was made for, how far it is
    HOME/search/index-…/      tantivy's own

``current.json`` is replaced in one step after each commit: a reader in any process looks at its
stamp before each search, and so sees every change and every rebuild at once. What is not named
in it does not count, so a writer that dies leaves the index as it was.

Words are folded and Arabic ones stemmed by the domain; French and English are stemmed by tantivy's
own Snowball stemmers (0.4 µs a word), which are asked for single words here and never see a text
that was not folded.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast
from uuid import uuid4

import tantivy
from tantivy import Filter, Occur, Order, TextAnalyzer, TextAnalyzerBuilder, Tokenizer
from tantivy import Query as Clause

from opendata_hub.domain.catalog.search.entry import Entry, LocalText, Shown
from opendata_hub.domain.catalog.search.excerpt import Part, excerpt
from opendata_hub.domain.catalog.search.query import MOST_WORDS, Facet, Query, Sort
from opendata_hub.domain.catalog.search.words import (
    AskedWord,
    asked_words,
    fold,
    spellings,
    stems,
    words,
    written_stems,
)
from opendata_hub.domain.errors import BadSearch, SearchUnavailable
from opendata_hub.domain.texts import LANGUAGES, in_language

TANTIVY = version("tantivy")
FORMAT = "3"
"""Raise it when a field or the analysis of words changes: indexes are made anew then."""

WRITER_HEAP_BYTES = 50_000_000
SLUG, TITLE, ABOUT, BODY, SPELLED, MODIFIED, SHOWN = (
    "slug", "title", "about", "body", "spelled", "modified", "shown",
)  # fmt: skip
TAG, ID, ISSUED = "tag", "id", "issued"
"""What clients of CKAN ask by beside (``adapters/ckan/find.py``)."""
WEIGHTS: Mapping[str, float] = {TITLE: 4.0, ABOUT: 2.0, BODY: 1.0}
"""What a word counts, by where it stands."""

MOST_COUNTED = 100
"""Values of a facet that are given, the most frequent ones."""
COUNTED_BY_SEGMENT = 20_000
"""Values that are counted before the most frequent are chosen: counts are exact below that."""

COUNTS_REMEMBERED = 200
"""Questions whose counts are remembered until the next commit."""
Answer = TypeVar("Answer")

ONE_TYPO, TWO_TYPOS = 4, 8
"""From how many letters on a word that is found nowhere is forgiven one wrong letter, or two."""
LONGEST_SORTED = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: what is shown of a dataset, and the part of its description that tells why."""

    shown: Shown
    excerpt: tuple[Part, ...]
    excerpt_language: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found.

    facets:  for each facet that was asked for, its values and their counts, most frequent first.
    guessed: words that are in no dataset; similar ones were looked for.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[Facet, tuple[tuple[str, int], ...]]
    guessed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Current:
    """Which folder is the index, what it was made for, the last change in it."""

    folder: str
    made_for: str
    position: int


class SearchIndex:
    """The index of one hub. Any number of threads and processes may search while one writes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._opening = Lock()
        self._opened: Opened | None = None

    def state(self, made_for: str) -> int | None:
        """The number of the last change in an index made for that; None where there is none."""
        current = self._current()
        is_it = current and current.made_for == _stamp(made_for)
        if not current or not is_it or not (self.home / current.folder / "meta.json").is_file():
            return None
        return current.position

    def was_ever_made(self) -> bool:
        """Whether there ever was an index here, sound or not."""
        return (self.home / "current.json").is_file()

    def is_readable(self) -> bool:
        """Whether the index can be opened; what is inside is not read."""
        try:
            self._searcher()
        except SearchUnavailable:
            return False
        return True

    def search(self, query: Query) -> Found:
        """Answer a query; raises SearchUnavailable, and BadSearch for too many words."""
        asked = asked_words(query.text, STEMMERS)
        if len(asked) > MOST_WORDS:
            raise BadSearch(f"q: {len(asked)} different words, at most {MOST_WORDS}")
        searcher = self._searcher()
        with _named("The index can't be searched"):
            return _search(searcher, query, asked)

    def matching(self, query: Query, *, most: int) -> list[str]:
        """The names of what a query finds, the latest first; words must be there, none is guessed.

        Raises SearchUnavailable, and BadSearch for too many words.
        """
        asked = asked_words(query.text, STEMMERS)
        if len(asked) > MOST_WORDS:
            raise BadSearch(f"q: {len(asked)} different words, at most {MOST_WORDS}")
        if query.text.strip() and not asked:
            return []
        searcher = self._searcher()
        wanted = _all_of(
            [
                *(_word_clause(word, is_known=True) for word in asked),
                *(_filter(facet, codes) for facet, codes in query.filters.items() if codes),
            ]
        )
        with _named("The index can't be searched"):
            found = searcher.search(wanted, limit=most, order_by_field=MODIFIED, order=Order.Desc)
            return [str(searcher.doc(each).get_first(SLUG)) for _, each in found.hits]

    @contextmanager
    def searching(self) -> Iterator["Opened"]:
        """The latest commit, for questions of another kind.

        Raises SearchUnavailable, also for what goes wrong while it is asked.
        """
        opened = self._latest()
        with _named("The index can't be searched"):
            yield opened

    @contextmanager
    def writing(self, *, patience_seconds: float = 10.0) -> Iterator[None]:
        """Hold the right to write; raises SearchUnavailable when another holds it for longer.

        Whoever reads what is to be indexed begins after that: else an older state of the store
        could replace a newer one.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("wb") as file:
            _wait_for(file.fileno(), patience_seconds)
            yield

    def update(
        self, made_for: str, *, position: int, changes: Iterable[tuple[str, Entry | None]]
    ) -> int:
        """Replace the entries of these slugs, or remove them (None); returns how many.

        Only inside ``writing``; raises SearchUnavailable where there is no sound index.
        """
        current = self._current()
        if current is None or self.state(made_for) is None:
            raise SearchUnavailable("There is no index to bring up to date")
        changed = _write(_open(self.home / current.folder), changes)
        self._publish(replace(current, position=position))
        return changed

    def rebuild(self, made_for: str, *, position: int, entries: Iterable[Entry]) -> int:
        """Make the index anew beside the old one, which answers until then; returns how many.

        Only inside ``writing``.
        """
        folder = f"index-{uuid4().hex[:12]}"
        (self.home / folder).mkdir()
        fresh = tantivy.Index(SCHEMA, path=str(self.home / folder))
        written = _write(fresh, ((entry.shown.slug, entry) for entry in entries), is_new=True)
        self._publish(Current(folder, _stamp(made_for), position))
        for other in self.home.glob("index-*"):  # the old one, and what broke off
            if other.name != folder:
                shutil.rmtree(other, ignore_errors=True)
        return written

    def _publish(self, current: Current) -> None:
        fresh = self.home / "current.json.new"
        said = {
            "folder": current.folder,
            "made_for": current.made_for,
            "position": current.position,
        }
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(said, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.home / "current.json")

    def _current(self) -> Current | None:
        try:
            said = json.loads((self.home / "current.json").read_bytes())
            return Current(str(said["folder"]), str(said["made_for"]), int(said["position"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _searcher(self) -> tantivy.Searcher:
        return self._latest().searcher

    def _latest(self) -> "Opened":
        """The latest commit, opened; an older one that was open is replaced."""
        opened = self._opened
        if opened is None or opened.stamp != self._seen():
            with self._opening:
                opened = self._opened
                if opened is None or opened.stamp != self._seen():
                    self._opened = opened = self._reopen()
        return opened

    def _seen(self) -> tuple[int, int, int]:
        try:
            found = (self.home / "current.json").stat()
        except OSError:
            raise SearchUnavailable("There is no index yet") from None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _reopen(self) -> "Opened":
        seen, current = self._seen(), self._current()
        if current is None or not current.made_for.startswith(_stamp("")):
            raise SearchUnavailable("The index was made by another version of this hub")
        try:
            searcher = _open(self.home / current.folder).searcher()
            return Opened(seen, searcher, Remembered(COUNTS_REMEMBERED))
        except SearchUnavailable:
            if self._seen() == seen:
                raise
            return self._reopen()  # it was made anew, and the old one was removed before our eyes


@dataclass(frozen=True, slots=True)
class Opened:
    """A searcher, and the stamp of ``current.json`` that it was opened for.

    counts: what was counted in it lately.
    """

    stamp: tuple[int, int, int]
    searcher: tantivy.Searcher
    counts: "Remembered"


class Remembered:
    """The last answers to some questions: they stay true for as long as the commit is the latest.

    Who reads a catalogue page by page asks for the same counts with each page.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._answers: dict[Hashable, Any] = {}

    def answer(self, question: Hashable, find: Callable[[], Answer]) -> Answer:
        """What was found for that question, or is found now; the longest unasked is forgotten."""
        with self._lock:
            known = self._answers.pop(question, None)
        found = find() if known is None else cast("Answer", known)
        with self._lock:
            self._answers[question] = found
            while len(self._answers) > self._most:
                del self._answers[next(iter(self._answers))]
        return found


def _stamp(made_for: str) -> str:
    """What an index depends on: our format, tantivy's, and what entries are described against."""
    return f"{FORMAT} {TANTIVY} {made_for}"


def _open(folder: Path) -> tantivy.Index:
    with _named("The index can't be opened"):
        index = tantivy.Index.open(str(folder))
        index.config_reader(reload_policy="manual")
        index.reload()
        return index


@contextmanager
def _named(what: str) -> Iterator[None]:
    """Turn what tantivy raises into SearchUnavailable; damaged files make it panic, too."""
    try:
        yield
    except (OSError, ValueError) as problem:
        raise SearchUnavailable(f"{what}: {problem}") from None
    except BaseException as problem:
        # The class of a panic can't be imported, and is deliberately no Exception.
        if type(problem).__name__ != "PanicException":
            raise
        raise SearchUnavailable(f"{what}: it is damaged") from None


def _wait_for(descriptor: int, seconds: float) -> None:
    """Take the lock of a file; raises SearchUnavailable when it is not free in time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                raise SearchUnavailable("Another process is writing the index") from None
            time.sleep(0.05)
        else:
            return


# -- words ---------------------------------------------------------------------------------------


def _stemmer(language: str) -> Callable[[Sequence[str]], Sequence[str]]:
    analyzer: TextAnalyzer = (
        TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(language)).build()
    )
    lock = Lock()

    def stem(folded: Sequence[str]) -> Sequence[str]:
        with lock:
            return analyzer.analyze(" ".join(folded))

    return stem


STEMMERS = {"fr": _stemmer("french"), "en": _stemmer("english")}


def _analyse(language: str, text: str) -> tuple[str, frozenset[str]]:
    """The stems of a text as one line, and its spellings."""
    found = words(text)
    return " ".join(stems(found, language, STEMMERS)), spellings(found)


_analysed = lru_cache(2_000)(_analyse)
"""The same, remembered: families say the same many times. Not for documents, which are long."""


@lru_cache(50_000)
def _stems_of(language: str, written: str) -> frozenset[str]:
    return written_stems(written, language, STEMMERS)


# -- writing -------------------------------------------------------------------------------------


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in (SLUG, TAG, ID):
        builder.add_text_field(
            field, stored=field == SLUG, fast=True, tokenizer_name="raw", index_option="basic"
        )
    for field in WEIGHTS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(SPELLED, tokenizer_name="whitespace", index_option="basic")
    for facet in Facet:
        builder.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
    for language in LANGUAGES:
        builder.add_text_field(
            _by_title(language), fast=True, tokenizer_name="raw", index_option="basic"
        )
    for field in (MODIFIED, ISSUED):
        builder.add_integer_field(field, fast=True, indexed=True)
    builder.add_bytes_field(SHOWN, stored=True)
    return builder.build()


def _by_title(language: str) -> str:
    return f"title_{language}"


SCHEMA = _schema()


def _write(
    index: tantivy.Index, changes: Iterable[tuple[str, Entry | None]], *, is_new: bool = False
) -> int:
    """Write one commit; merges are waited for, or segments would pile up."""
    written = 0
    with _named("The index can't be written"), index.writer(WRITER_HEAP_BYTES, 1) as writer:
        try:
            for slug, entry in changes:
                if not is_new:
                    writer.delete_documents_by_term(SLUG, slug)
                if entry is not None:
                    writer.add_document(_document(entry))
                written += 1
        except BaseException:
            writer.rollback()  # leaving the block commits, whatever has happened in it
            raise
    return written


def _document(entry: Entry) -> tantivy.Document:
    document, shown = tantivy.Document(), entry.shown
    document.add_text(SLUG, shown.slug)
    spelled: set[str] = set()
    groups: tuple[tuple[str, Iterable[LocalText]], ...] = (
        (TITLE, shown.title.items()), (ABOUT, entry.about), (BODY, entry.body),
    )  # fmt: skip
    for field, texts in groups:
        for language, text in texts:
            line, spellings_of_it = _analysed(language, text)
            document.add_text(field, line)
            spelled.update(spellings_of_it)
    for language, text in entry.text:
        line, spellings_of_it = _analyse(language, text)
        document.add_text(BODY, line)
        spelled.update(spellings_of_it)
    document.add_text(SPELLED, " ".join(spelled))
    for facet, codes in entry.facets.items():
        for code in codes:
            document.add_text(facet, code)
    for language in LANGUAGES:
        title, _ = in_language(shown.title, language)
        document.add_text(_by_title(language), fold(title)[:LONGEST_SORTED])
    document.add_integer(MODIFIED, microseconds(shown.modified_at))
    document.add_integer(ISSUED, microseconds(entry.issued_at or shown.modified_at))
    for field, texts_of_it in ((TAG, entry.tags), (ID, entry.ids)):
        for text in texts_of_it:
            document.add_text(field, text)
    document.add_bytes(SHOWN, _packed(shown))
    return document


def microseconds(moment: datetime) -> int:
    """An instant as the index keeps it: microseconds since 1970."""
    return int(moment.timestamp() * 1_000_000)


def _packed(shown: Shown) -> bytes:
    said = {each.name: getattr(shown, each.name) for each in fields(shown)}
    return json.dumps(said, ensure_ascii=False, default=datetime.isoformat).encode()


def _unpacked(document: tantivy.Document) -> Shown:
    said = json.loads(cast("bytes", document.get_first(SHOWN)))
    return Shown(**{**said, "modified_at": datetime.fromisoformat(said["modified_at"])})


# -- asking --------------------------------------------------------------------------------------


def _search(searcher: tantivy.Searcher, query: Query, asked: Sequence[AskedWord]) -> Found:
    known = {word: any(_is_known(searcher, stem) for stem in word.stems) for word in asked}
    text = [_word_clause(word, is_known=known[word]) for word in asked]
    if query.text.strip() and not asked:
        text = [Clause.empty_query()]
    filters = {facet: _filter(facet, codes) for facet, codes in query.filters.items() if codes}
    wanted = _all_of([*text, *filters.values()])
    found = searcher.search(wanted, limit=query.limit, offset=query.offset, **_ordering(query))
    shown = (_unpacked(searcher.doc(address)) for _, address in found.hits)
    return Found(
        total=found.count,  # type: ignore[attr-defined]
        hits=tuple(_hits(shown, query.language, asked)),
        facets=_counts(searcher, query, text, filters),
        guessed=tuple(word.text for word in asked if not known[word]),
    )


def text_clause(
    searcher: tantivy.Searcher, text: str, fields: Sequence[str] = tuple(WEIGHTS)
) -> Clause:
    """Where all words of a text stand, in any of these fields; raises BadSearch for too many."""
    asked = asked_words(text, STEMMERS)
    if len(asked) > MOST_WORDS:
        raise BadSearch(f"q: {len(asked)} different words, at most {MOST_WORDS}")
    if not asked:
        return Clause.empty_query()
    known = [any(_is_known(searcher, stem) for stem in word.stems) for word in asked]
    weights = {field: WEIGHTS[field] for field in fields or WEIGHTS}
    return _all_of(
        [
            _word_clause(word, is_known=is_known, weights=weights)
            for word, is_known in zip(asked, known, strict=True)
        ]
    )


def _is_known(searcher: tantivy.Searcher, stem: str) -> bool:
    return any(searcher.doc_freq(field, stem) for field in WEIGHTS)


def _word_clause(
    word: AskedWord, *, is_known: bool, weights: Mapping[str, float] = WEIGHTS
) -> Clause:
    """Where a word stands under one of its stems; where nobody has it, similar spellings."""
    if not is_known:
        return _any_of(_similar(spelling) for spelling in word.spellings)
    return _any_of(
        Clause.boost_query(Clause.term_query(SCHEMA, field, stem, "freq"), weight)
        for stem in word.stems
        for field, weight in weights.items()
    )


def _similar(spelling: str) -> Clause:
    if len(spelling) <= ONE_TYPO or spelling.isdecimal():
        return Clause.empty_query()
    distance = 2 if len(spelling) >= TWO_TYPOS else 1
    return Clause.fuzzy_term_query(SCHEMA, SPELLED, spelling, distance)


def _filter(facet: Facet, codes: Iterable[str]) -> Clause:
    return Clause.const_score_query(Clause.term_set_query(SCHEMA, facet, list(codes)), 0.0)


def _any_of(clauses: Iterable[Clause]) -> Clause:
    return Clause.boolean_query([(Occur.Should, clause) for clause in clauses])


def _all_of(clauses: Sequence[Clause]) -> Clause:
    if not clauses:
        return Clause.all_query()
    return Clause.boolean_query([(Occur.Must, clause) for clause in clauses])


def _ordering(query: Query) -> dict[str, Any]:
    if query.order is Sort.MODIFIED:
        return {"order_by_field": MODIFIED, "order": Order.Desc}
    if query.order is Sort.TITLE:
        return {"order_by_field": _by_title(query.language), "order": Order.Asc}
    return {}


def _counts(
    searcher: tantivy.Searcher, query: Query, text: list[Clause], filters: Mapping[Facet, Clause]
) -> Mapping[Facet, tuple[tuple[str, int], ...]]:
    """Count the results by each facet, without the filter of that facet itself."""
    counted: dict[Facet, tuple[tuple[str, int], ...]] = {}
    free = [facet for facet in query.facets if facet not in filters]
    for facets in (free, *([facet] for facet in query.facets if facet in filters)):
        if facets:
            others = [clause for facet, clause in filters.items() if facet not in facets]
            counted |= counts_of(searcher, _all_of([*text, *others]), facets)
    return {facet: counted[facet] for facet in query.facets}


Field = TypeVar("Field", bound=StrEnum)


def counts_of(
    searcher: tantivy.Searcher, clause: Clause, facets: Sequence[Field], most: int = MOST_COUNTED
) -> dict[Field, tuple[tuple[str, int], ...]]:
    """How many of the results have each value of these fields, the most frequent first."""
    if not facets:
        return {}
    how = {"size": most, "segment_size": COUNTED_BY_SEGMENT}
    found = searcher.aggregate(
        clause, {str(f): {"terms": {"field": str(f), **how}} for f in facets}
    )
    return {
        facet: tuple(
            sorted(
                ((each["key"], int(each["doc_count"])) for each in found[facet]["buckets"]),
                key=lambda pair: (-pair[1], pair[0]),
            )
        )
        for facet in facets
    }


class _Wanted(dict[str, bool]):
    """Whether a word, as it is written in a text of that language, was looked for."""

    def __init__(self, language: str, stems_wanted: frozenset[str]) -> None:
        super().__init__()
        self._language, self._stems = language, stems_wanted

    def __missing__(self, written: str) -> bool:
        # Remembered for one query: its results have most of their words in common.
        self[written] = found = not self._stems.isdisjoint(_stems_of(self._language, written))
        return found


def _hits(shown: Iterable[Shown], language: str, asked: Sequence[AskedWord]) -> Iterator[Hit]:
    stems_wanted = frozenset(stem for word in asked for stem in word.stems)
    wanted = {each: _Wanted(each, stems_wanted) for each in LANGUAGES}
    for each in shown:
        text, real = in_language(each.description, language)
        yield Hit(each, excerpt(text, wanted[real].__getitem__ if asked else None), real)

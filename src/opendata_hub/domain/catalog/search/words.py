"""Texts as the words that search compares: folded, then stemmed.

Folding comes first: a French stemmer knows "donnees" and "données" as two words. Stems of French
and English are made by whoever is given as ``Stemmers``; those of Arabic are ours
(``arabic.py``), for the known stemmer gives the definite and the indefinite form of one word two
different stems.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from opendata_hub.domain.catalog.search import arabic

LONGEST_WORD = 60
"""Letters of a word that are looked at; there is no longer one in a sentence."""

Stemmers = Mapping[str, Callable[[Sequence[str]], Sequence[str]]]
"""Language (fr, en) to what makes one stem of each folded word, in their order."""

LATIN_LANGUAGES = ("fr", "en")
_WORD = re.compile(r"[^\W_]+")
_FEMININE = re.compile(r"iques?$")
STOP_WORDS = frozenset(
    _WORD.findall(
        # French, English, Arabic; folded.
        """
        a au aux avec ce ces d dans de des du elle en est et il ils je l la le les leur leurs lui
        m ma mes mon n ne nos notre nous on ou par pas pour qu que qui s sa se ses son sont sur t
        un une vos votre vous y
        an and are as at be by for from in is it its of or that the their this to was were which
        with
        في من الي علي عن مع او ان التي الذي الذين هذا هذه ذلك تلك كل بين عند و ما لا قد ثم حول حسب
        بشان
        """
    )
)
"""Words that no dataset is looked for by; they count only where a query has no other."""


@dataclass(frozen=True, slots=True)
class AskedWord:
    """One word of a query.

    stems:     what stands for it in the index, in whatever language it may have been meant.
    spellings: how it may be written there, for a search that forgives typing errors.
    """

    text: str
    stems: tuple[str, ...]
    spellings: tuple[str, ...]


class _Letters(dict[int, str]):
    """What a letter of a decomposed text becomes; worked out once for each letter."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        kind = unicodedata.category(letter)
        # Accents, vowel signs, hamza and madda above a letter; marks of direction, soft hyphens.
        kept = "" if kind in {"Mn", "Me", "Cf"} else letter
        if kind == "Nd":
            kept = str(unicodedata.decimal(letter))
        self[code] = kept
        return kept


# The apostrophe that is a letter (record/keyword.py) parts words as the mark does.
_LETTERS = _Letters({ord("œ"): "oe", ord("æ"): "ae", ord("ʼ"): "'", **arabic.SHAPES})


def fold(text: str) -> str:
    """A text without case, accents, vowel signs, hamzas and shapes of digits.

    >>> fold("Marchés PUBLICS ٢٠٢٦"), fold("إِعَانَةٌ") == fold("اعانه")
    ('marches publics 2026', True)
    """
    spread = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKD", spread).translate(_LETTERS)


def words(text: str) -> list[str]:
    """The folded words of a text, in its order.

    >>> words("L’aide aux associations (2025-2026)")
    ['l', 'aide', 'aux', 'associations', '2025', '2026']
    """
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def stems(found: Sequence[str], language: str, stemmers: Stemmers) -> list[str]:
    """What stands for the words of a text in the index; Arabic letters are always Arabic."""
    latin = [word for word in found if not arabic.is_arabic(word)]
    of_arabic = (arabic.stems(word) for word in found if arabic.is_arabic(word))
    return [*chain.from_iterable(of_arabic), *latin_stems(latin, language, stemmers)]


def spellings(found: Iterable[str]) -> frozenset[str]:
    """The words of a text as they may be typed: an Arabic one without what is written onto it."""
    return frozenset(
        chain.from_iterable(
            arabic.bases(word) if arabic.is_arabic(word) else (word,) for word in found
        )
    )


def written_stems(written: str, language: str, stemmers: Stemmers) -> frozenset[str]:
    """The stems of a word as it is written in a text of that language."""
    return frozenset(stems(words(written), language, stemmers))


def latin_stems(latin: Sequence[str], language: str, stemmers: Stemmers) -> Sequence[str]:
    """A stem for each word, by the stemmer of that language, or else the French one."""
    if not latin:
        return ()
    # The stemmer keeps "public" and "publique" apart, and half of our titles have one of them.
    short = [_FEMININE.sub("ic", word) for word in latin]
    return stemmers[language if language in stemmers else "fr"](short)


def asked_words(text: str, stemmers: Stemmers) -> tuple[AskedWord, ...]:
    """The different words of a query, without stop words unless there is nothing else.

    >>> same = {"fr": lambda words: words, "en": lambda words: words}
    >>> [word.text for word in asked_words("les Marchés de la commune", same)]
    ['marches', 'commune']
    """
    every = list(dict.fromkeys(words(text)))
    telling = [word for word in every if word not in STOP_WORDS]
    return tuple(_asked(word, stemmers) for word in telling or every)


def _asked(word: str, stemmers: Stemmers) -> AskedWord:
    if arabic.is_arabic(word):
        return AskedWord(word, arabic.stems(word), arabic.bases(word))
    meant = (latin_stems([word], language, stemmers)[0] for language in LATIN_LANGUAGES)
    return AskedWord(word, _different(meant), (word,))


def _different(stems_of_one: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(stems_of_one))

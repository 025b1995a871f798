"""Official codes of territories, and which of them a name can mean.

Names alone rarely resolve: eleven French names of communes stand for two or three of them, and most
provinces are called as their chief town. So a name is looked up at a level, or within a province.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.catalog.spelling import fold
from opendata_hub.domain.texts import Texts

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


class TerritoryLevel(StrEnum):
    """What kind of territory a code stands for."""

    REGION = "region"
    PROVINCE = "province"
    COMMUNE = "commune"
    ARRONDISSEMENT = "arrondissement"


_LEVEL_WORDS: tuple[tuple[TerritoryLevel, re.Pattern[str]], ...] = tuple(
    (
        level,
        re.compile(rf"^(?:{words})\s+(?:(?:de la|de l['’]|du|des|de|d['’]|of)\s*)?", re.IGNORECASE),
    )
    for level, words in (
        (TerritoryLevel.COMMUNE, r"(?:la )?commune(?: (?:urbaine|rurale|territoriale))?|جماعة"),
        (TerritoryLevel.PROVINCE, r"(?:la )?province|(?:la )?pr[ée]fecture|prefecture|إقليم|عمالة"),
        (TerritoryLevel.REGION, r"(?:la )?r[ée]gion|جهة"),
        (TerritoryLevel.ARRONDISSEMENT, r"(?:l['’])?arrondissement|مقاطعة"),
    )
)
"""How a territory is announced in running text: ``Commune de …``, ``جماعة …``."""
_WITHIN = re.compile(r"^(?P<name>[^(،,]+?)\s*[(،,]\s*(?P<outer>[^)]+?)\s*\)?$")


@dataclass(frozen=True, slots=True)
class Territory:
    """One entry of a list. parent is a code of the same list; None at the top."""

    code: str
    label: Texts
    level: TerritoryLevel
    parent: str | None


class Gazetteer:
    """The territories of one list, by code and by name."""

    def __init__(self, territories: Iterable[Territory]) -> None:
        self.by_code: Mapping[str, Territory] = {each.code: each for each in territories}
        by_name: defaultdict[str, set[str]] = defaultdict(set)
        by_digits: defaultdict[str, set[str]] = defaultdict(set)
        for each in self.by_code.values():
            for label in each.label.values():
                by_name[fold(label)].add(each.code)
            by_digits[_bare(each.code)].add(each.code)
        self._by_name: Mapping[str, frozenset[str]] = _frozen(by_name)
        self._by_digits: Mapping[str, frozenset[str]] = _frozen(by_digits)

    def named(
        self, text: str, *, level: TerritoryLevel | None = None
    ) -> tuple[tuple[Territory, ...], bool]:
        """The territories that a text can mean, by code, and whether it names what they lie in.

        >>> from opendata_hub.domain.catalog.territory import Gazetteer, Territory, TerritoryLevel
        >>> town = Territory("01.001.01.01", {"fr": "Aïn Fictive"}, TerritoryLevel.COMMUNE, None)
        >>> [found.code for found in Gazetteer([town]).named("commune d’Ain-Fictive")[0]]
        ['01.001.01.01']
        """
        text = " ".join(text.split())
        if parts := _WITHIN.match(text):
            outer = {each.code for each in self._plain(parts["outer"], None)}
            inner = self._plain(parts["name"], level)
            if found := tuple(each for each in inner if outer & self.around(each.code)):
                return found, True
        return self._plain(text, level), False

    def written(self, text: str) -> tuple[Territory, ...]:
        """The territories whose code a text is, without its dots or its leading zeros."""
        digits = text.translate(_DIGITS).strip()
        if as_number := re.fullmatch(r"([0-9]{1,2})[.,]([0-9]{1,3})", digits):
            # 01.570 is a number to a spreadsheet, which shows it as 1.57 or 1,57.
            digits = f"{as_number[1]}.{as_number[2]:0<3}"
        if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)*", digits):
            return ()
        return self._of(self._by_digits.get(_bare(digits), frozenset()))

    def around(self, code: str) -> frozenset[str]:
        """The codes of the territories in which one lies, the nearest and the farthest."""
        found: set[str] = set()
        each = self.by_code.get(code)
        while each and each.parent and each.parent not in found:
            found.add(each.parent)
            each = self.by_code.get(each.parent)
        return frozenset(found)

    def provinces_of(self, codes: Iterable[str]) -> frozenset[str]:
        """The provinces in which the territories of these codes lie, or which they are."""
        reached = {outer for code in codes for outer in (code, *self.around(code))}
        return frozenset(
            code
            for code in reached
            if code in self.by_code and self.by_code[code].level is TerritoryLevel.PROVINCE
        )

    def _plain(self, text: str, level: TerritoryLevel | None) -> tuple[Territory, ...]:
        whole = self._of(self._by_name.get(fold(text), frozenset()))
        for said, word in _LEVEL_WORDS:
            if not whole and word.match(text):
                rest = self._of(self._by_name.get(fold(word.sub("", text)), frozenset()))
                whole = tuple(each for each in rest if each.level is said)
        return tuple(each for each in whole if level in (None, each.level))

    def _of(self, codes: Collection[str]) -> tuple[Territory, ...]:
        return tuple(self.by_code[code] for code in sorted(codes))


def _bare(code: str) -> str:
    """The digits of a code without dots and leading zeros: what is left of it in a number."""
    return code.replace(".", "").lstrip("0")


def _frozen(found: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {key: frozenset(codes) for key, codes in found.items()}

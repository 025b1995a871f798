"""A steward asks what can be repaired in a file, and takes a copy with what was accepted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.repair.dates import Order
from opendata_hub.domain.catalog.repair.proposal import Acceptance, Survey
from opendata_hub.domain.catalog.report import Report
from opendata_hub.domain.catalog.territory import Gazetteer
from opendata_hub.domain.errors import Invalid

LONGEST_STEM_BYTES = 200


@dataclass(frozen=True, slots=True)
class Question:
    """A file to repair: whose it is, what it must be, what a person has said about its dates."""

    file: Path
    file_name: str
    family: Family
    territories: Mapping[str, Gazetteer]
    orders: Mapping[str, Order]


@dataclass(frozen=True, slots=True)
class Repaired:
    """The number of changes that were made, and the verdict on the copy."""

    made: int
    report: Report


def propose(question: Question) -> Survey:
    """What can be repaired, and what can't and why; changes nothing.

    Raises NotATable for what is none.
    """
    from opendata_hub.adapters import repair as repairs

    rules = repairs.Rules(question.family.schema, question.territories, question.orders)
    return repairs.survey(question.file, rules, file_name=question.file_name)


def repair(
    question: Question, acceptance: Acceptance, *, copy: Path, changes: Path, language: str
) -> Repaired:
    """Write the copy with what was accepted and the list of changes; check the copy.

    The original stays as it is. Raises NotATable, or Invalid for a copy in its place.
    """
    from opendata_hub.adapters import repair as repairs
    from opendata_hub.adapters.tabular import checking, readings

    if {copy.resolve(), changes.resolve()} & {question.file.resolve()} or copy == changes:
        raise Invalid("The copy and its list of changes need names of their own")
    made = repairs.write(
        question.file,
        repairs.Rules(question.family.schema, question.territories, question.orders),
        file_name=question.file_name,
        acceptance=acceptance,
        copy=copy,
        changes=changes,
        language=language,
    )
    report = checking.check(
        copy.resolve(),
        question.family.schema,
        file_name=copy.name,
        how=checking.How(by_name=True, language=language),
        also=[readings.by_rules(question.family.rules)],
    )
    return Repaired(made, report)


def orders_from(day_first: Iterable[str], month_first: Iterable[str]) -> Mapping[str, Order]:
    """What a person says about the dates of columns; raises Invalid on a contradiction.

    >>> orders_from(["date_visa"], [])
    {'date_visa': <Order.DAY_FIRST: 'day-first'>}
    """
    days, months = set(day_first), set(month_first)
    if both := sorted(days & months):
        raise Invalid(f"{both[0][:60]!r}: either the day comes first or the month")
    return dict.fromkeys(sorted(days), Order.DAY_FIRST) | dict.fromkeys(
        sorted(months), Order.MONTH_FIRST
    )


def names_beside(file_name: str) -> tuple[str, str]:
    """What a copy and its list of changes are called.

    >>> names_beside("aid 2026.xlsx")
    ('aid 2026.repaired.csv', 'aid 2026.changes.csv')
    """
    stem = Path(Path(file_name).name).stem or "table"
    # File systems take 255 bytes, and an Arabic letter is two of them.
    stem = stem.encode()[:LONGEST_STEM_BYTES].decode(errors="ignore")
    return f"{stem}.repaired.csv", f"{stem}.changes.csv"

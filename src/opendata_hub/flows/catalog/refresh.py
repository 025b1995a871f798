"""An operator compares a list of codes with its official table, and takes the table's labels."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opendata_hub.adapters.skos import official
from opendata_hub.domain.catalog.vocabulary import (
    Finding,
    Vocabularies,
    Vocabulary,
    compare,
    named_by,
    refreshed,
)
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import Texts


@dataclass(frozen=True, slots=True)
class Compared:
    """Which list a table is, what differs, and how many entries it has that we did not choose."""

    name: str
    findings: tuple[Finding, ...]
    others: int


def check(vocabularies: Vocabularies, file: Path) -> Compared:
    """Compare a downloaded table with the list it is; raises UnreadableRecord and Invalid."""
    table = _read(file)
    name = named_by(vocabularies, table)
    ours = vocabularies[name]
    others = len(set(table) - {term.uri for term in ours.values()})
    return Compared(name, compare(ours, table), others)


def refresh(vocabularies: Vocabularies, name: str, file: Path) -> str:
    """The list as CSV, with the labels of the table; raises as ``check`` does.

    Entries that are gone are left out: whoever uses one is told when packs are read.
    """
    if name not in vocabularies:
        raise Invalid(f"no list {name[:40]!r}; known: {', '.join(sorted(vocabularies))}")
    kept = refreshed(vocabularies[name], _read(file))
    if not kept:
        raise Invalid(f"{file.name} has none of the entries of {name}")
    return _csv(kept)


def _read(file: Path) -> Mapping[str, Texts]:
    return official(file.read_bytes(), file.suffix.lower().removeprefix("."))


def _csv(vocabulary: Vocabulary) -> str:
    extra = next(iter(vocabulary.values())).extra
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["code", "uri", "fr", "ar", "en", *extra])
    for term in vocabulary.values():
        labels = [term.label.get(language, "") for language in ("fr", "ar", "en")]
        rows.writerow([term.code, term.uri, *labels, *term.extra.values()])
    return text.getvalue()

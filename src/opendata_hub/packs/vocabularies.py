"""``catalog/vocabularies/*.csv`` to closed lists."""

from pathlib import Path

from opendata_hub.domain.catalog.vocabulary import Term, Vocabularies, Vocabulary
from opendata_hub.domain.errors import PackBroken
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import read_rows

COLUMNS = ("code", "uri", "fr", "ar", "en")
EXTRA_COLUMNS = {"language": ("iso",), "file-type": ("media_type", "machine_readable", "open")}


def load_vocabularies(folders: Folders) -> Vocabularies:
    """Every list, by the name of its file; raises PackBroken on a list with a fault."""
    return {
        Path(name).stem: _load(folders.file(name)) for name in folders.names("vocabularies", ".csv")
    }


def _load(file: Path) -> Vocabulary:
    extra = EXTRA_COLUMNS.get(file.stem, ())
    terms: dict[str, Term] = {}
    for line, row in read_rows(file, (*COLUMNS, *extra)):
        code = row["code"]
        if not code or not row["uri"].startswith(("http://", "https://")):
            raise PackBroken(f"{file}, line {line}: code and uri are both needed")
        if code in terms:
            raise PackBroken(f"{file}, line {line}: the code {code} stands twice")
        label = {language: row[language] for language in ("fr", "ar", "en") if row[language]}
        terms[code] = Term(code, row["uri"], label, {name: row[name] for name in extra})
    return terms

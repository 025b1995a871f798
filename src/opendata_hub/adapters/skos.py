"""Official tables of codes, as they are downloaded: RDF with SKOS labels, or CSV."""

import csv
import io
from collections.abc import Mapping

from rdflib.namespace import DC, SKOS
from rdflib.term import Literal, URIRef

from opendata_hub.adapters import rdf
from opendata_hub.domain.errors import UnreadableRecord
from opendata_hub.domain.texts import LANGUAGES, Texts

NAMING = (SKOS.prefLabel, SKOS.inScheme, DC.identifier)
"""What makes something an entry: some tables label theirs in other properties."""
SYNTAXES: Mapping[str, rdf.Syntax] = {**rdf.SYNTAXES, "xml": rdf.RDF_XML, "json": rdf.JSON_LD}
"""How a file is read, by its ending; ``.csv`` beside these."""


def official(content: bytes, ending: str) -> Mapping[str, Texts]:
    """Address to labels of every entry; nothing is fetched.

    CSV needs a column ``uri`` and may have ``fr``, ``ar``, ``en``. Raises UnreadableRecord.
    """
    if ending == "csv":
        return _from_csv(content)
    if ending not in SYNTAXES:
        raise UnreadableRecord(f".{ending} is not read; known: csv, {', '.join(SYNTAXES)}")
    found: dict[str, dict[str, str]] = {}
    for subject, predicate, value in rdf.read(content, SYNTAXES[ending], base="urn:x-table:"):
        if predicate in NAMING and isinstance(subject, URIRef):
            labels = found.setdefault(str(subject), {})
            language = value.language if isinstance(value, Literal) else None
            if predicate == SKOS.prefLabel and language in LANGUAGES:
                labels[str(language)] = str(value)
    return found


def _from_csv(content: bytes) -> Mapping[str, Texts]:
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableRecord(f"This is no CSV in UTF-8: {problem}") from None
    if not rows or "uri" not in rows[0]:
        raise UnreadableRecord("A column uri is needed, and a row")
    return {
        row["uri"]: {language: row[language] for language in LANGUAGES if row.get(language)}
        for row in rows
    }

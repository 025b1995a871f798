"""Office files: what they carry beside the table that one sees, and a copy without it."""

import tempfile
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePath

from opendata_hub.adapters.office import archive, opendocument, spreadsheet
from opendata_hub.adapters.office.carriers import NAMES, REMARKED, STOPPING, Carried, Carrier
from opendata_hub.adapters.tabular import archives
from opendata_hub.domain.catalog import privacy
from opendata_hub.domain.catalog.privacy import HIDDEN_CARRIER, Kind
from opendata_hub.domain.catalog.report import Finding, Level
from opendata_hub.domain.errors import BrokenOffice, NotATable, UnsafeOffice
from opendata_hub.domain.texts import Texts

_READERS = {
    ".xlsx": spreadsheet.carried,
    ".xlsm": spreadsheet.carried,
    ".ods": opendocument.carried,
}
_CLOSED = frozenset({".xls"})
"""Office files that are no archives of XML."""
_PACKED = frozenset({".zip", ".gz"})
_PROGRAMS = frozenset({"openpyxl", "xlsxwriter", "microsoft", "microsoft office", "libreoffice"})
"""Authors that are nobody."""

_STOPS: Texts = {
    "fr": "Le fichier contient {what} : publier plutôt la copie propre.",
    "ar": "يحتوي الملف على {what}: يجب نشر النسخة النظيفة بدلا منه.",
    "en": "The file contains {what}: publish the clean copy instead.",
}
_REMARKS: Texts = {
    "fr": "Le fichier contient {what} : à vérifier à l’œil.",
    "ar": "يحتوي الملف على {what}: يجب التحقق منه بالعين.",
    "en": "The file contains {what}: look at it.",
}
_PLACES: Texts = {
    "fr": "{said} Endroit : {where}.",
    "ar": "{said} المكان: {where}.",
    "en": "{said} Place: {where}.",
}
_SHEETS: Texts = {"fr": ", feuille {0}", "ar": "، الورقة {0}", "en": ", sheet {0}"}


def is_office(file_name: str) -> bool:
    """Whether the name is that of a spreadsheet that can be looked into."""
    return PurePath(file_name).suffix.lower() in _READERS


def may_carry(file_name: str) -> bool:
    """Whether a file of that name may carry more than its table."""
    return PurePath(file_name).suffix.lower() in {*_READERS, *_CLOSED, *_PACKED}


def carried(file: Path, *, file_name: str, sheet: str = "") -> Iterator[Carried]:
    """Everything the file carries beside the visible cells of its table, with its place.

    sheet: the name of the table's sheet; empty means the first that is visible and not empty.
    What is packed is unpacked to be looked into; beside office files, others carry nothing.
    Raises BrokenOffice, UnsafeOffice, and NotATable for a pack that can't be unpacked.
    """
    ending = PurePath(file_name).suffix.lower()
    if ending in _PACKED:
        yield from _packed(file, file_name, sheet)
    elif ending in _CLOSED:
        yield Carried(Carrier.UNREAD)
    elif ending in _READERS:
        with archive.opened(file) as parts:
            for each in _READERS[ending](parts, sheet):
                if each.carrier is not Carrier.AUTHOR or _is_somebody(each.text):
                    yield each


def _packed(file: Path, file_name: str, sheet: str) -> Iterator[Carried]:
    """What the packed table carries, its name, and what was packed with it."""
    with tempfile.TemporaryDirectory(prefix="packed-") as folder:
        content, inner_name = archives.unpacked(file, file_name, Path(folder))
        yield Carried(Carrier.PACKED_NAME, inner_name)
        yield from carried(content, file_name=inner_name, sheet=sheet)
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as parts:
            if len(parts.infolist()) > 1 or parts.comment:
                yield Carried(Carrier.EMBEDDED, parts.comment.decode(errors="replace"))


def findings(file: Path, *, file_name: str, language: str, sheet: str = "") -> list[Finding]:
    """What stops the file as it is, or should be looked at; never repeats a value.

    Personal data in a carrier has its own code; a carrier that must not be published is a
    ``hidden-carrier``. The column of both is the carrier, which a steward may clear.
    """
    met: set[Carrier] = set()
    personal: dict[tuple[Kind, Carrier], int] = {}
    traces = lru_cache(maxsize=65_536)(privacy.traces)
    try:
        for each in carried(file, file_name=file_name, sheet=sheet):
            met.add(each.carrier)
            for kind in traces(each.text):
                personal.setdefault((kind, each.carrier), each.sheet)
    except (BrokenOffice, UnsafeOffice) as problem:
        return [Finding(problem.code, str(problem))]
    except NotATable as problem:
        return [Finding(problem.finding, problem.reason)]
    told = [_personal(kind, where, number, language) for (kind, where), number in personal.items()]
    return [*sorted(told, key=lambda f: (f.column or "", f.code)), *_presences(met, language)]


def left_behind(file: Path, *, file_name: str, language: str, sheet: str = "") -> list[str]:
    """What a clean copy leaves out, in words; raises BrokenOffice and UnsafeOffice."""
    met = {each.carrier for each in carried(file, file_name=file_name, sheet=sheet)}
    return [NAMES[carrier][language] for carrier in Carrier if carrier in met]


def _personal(kind: Kind, carrier: Carrier, sheet: int, language: str) -> Finding:
    where = NAMES[carrier][language] + (_SHEETS[language].format(sheet) if sheet else "")
    said = _PLACES[language].format(said=privacy.MESSAGES[kind][language], where=where)
    return Finding(kind, said, None, carrier)


def _presences(met: set[Carrier], language: str) -> Iterator[Finding]:
    for carrier in Carrier:
        if carrier not in met & (STOPPING | REMARKED):
            continue
        is_stopping = carrier in STOPPING
        said = (_STOPS if is_stopping else _REMARKS)[language]
        yield Finding(
            HIDDEN_CARRIER,
            said.format(what=NAMES[carrier][language]),
            None,
            carrier,
            Level.ERROR if is_stopping else Level.WARNING,
        )


def _is_somebody(author: str) -> bool:
    """A program signs its files as well."""
    return bool(author.strip()) and author.strip().lower() not in _PROGRAMS

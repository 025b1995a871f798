"""Documents that are archives of XML parts: opened within limits, written without some of them."""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from opendata_hub.adapters.office import archive
from opendata_hub.adapters.office.archive import Archive
from opendata_hub.domain.catalog.document import Limits, Refusal
from opendata_hub.domain.errors import BrokenOffice, NotADocument, UnsafeOffice

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can tell: when a copy was made is nobody's business."""


@contextmanager
def opened(file: Path, limits: Limits) -> Iterator[Archive]:
    """The parts of the document; what is wrong with them is raised as NotADocument."""
    try:
        with archive.opened(file) as parts:
            if any(entry.flag_bits & 1 for entry in parts.parts.infolist()):
                raise NotADocument(Refusal.ENCRYPTED, "A part is encrypted")
            if sum(entry.file_size for entry in parts.parts.infolist()) > limits.unpacked_bytes:
                raise NotADocument(Refusal.BOMB, "The parts unpack to too much")
            yield parts
    except BrokenOffice as problem:
        raise NotADocument(Refusal.BROKEN, str(problem)) from None
    except UnsafeOffice as problem:
        raise NotADocument(_refusal(str(problem)), str(problem)) from None


def write(parts: Mapping[str, bytes], target: Path) -> None:
    """A new archive of these parts; the one that names the type of an OpenDocument stands first."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(parts, key=lambda each: each != "mimetype"):
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            is_type = name == "mimetype"
            entry.compress_type = zipfile.ZIP_STORED if is_type else zipfile.ZIP_DEFLATED
            made.writestr(entry, parts[name])


def _refusal(said: str) -> Refusal:
    """What the archive was refused for, in the words of documents."""
    if "encrypted" in said:
        return Refusal.ENCRYPTED
    return Refusal.BOMB if "unpacks" in said or "packed" in said else Refusal.UNSAFE

"""A published dataset, before it is a row or a triple."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import LANGUAGES, Texts, is_readable

TITLE_LENGTH = 300
DESCRIPTION_LENGTH = 5000
SLUG_LENGTH = 100
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of a dataset, as it is kept.

    format:     code of the EU file types; media_type is IANA's.
    sha256:     lower-case hex of the bytes.
    rows:       records in the table, without the header.
    """

    file_name: str
    format: str
    media_type: str
    size_bytes: int
    sha256: str
    rows: int
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a dataset's record says. Its address is its slug, which never changes.

    submission_id: the check that let this file through.
    version:       1 at first, one more each time the file or the words are replaced.
    described:     what the steward says beside that, as given (``record/described.py``).
    met:           the indicators of quality that its description meets (``record/mqa.py``).
    """

    slug: str
    family: str
    publisher: str
    title: Texts
    description: Texts
    keywords: Mapping[str, Sequence[str]]
    issued_at: datetime
    modified_at: datetime
    version: int
    submission_id: int
    distribution: Distribution
    described: Mapping[str, Any] = field(default_factory=dict)
    met: frozenset[str] = frozenset()


def checked_texts(texts: Texts, *, what: str, longest: int, needed: bool) -> Texts:
    """The same texts, trimmed; raises Invalid when one could not stand in a record.

    Control characters are refused: one of them once stopped a national harvest, because no
    XML parser may read it. At least one text is needed where ``needed``.
    """
    kept = {}
    for language, given in texts.items():
        text = given.replace("\r\n", "\n")
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise Invalid(f"{what}: language {language!r} is not one of {known}")
        if len(text) > longest:
            raise Invalid(f"{what} ({language}): {len(text)} characters, at most {longest}")
        if not is_readable(text):
            raise Invalid(f"{what} ({language}): holds a control character; remove it")
        if text.strip():
            kept[language] = text.strip()
    if needed and not kept:
        raise Invalid(f"{what}: give at least one, for example fr=…")
    return kept


def checked_slug(slug: str) -> str:
    """The same slug; raises Invalid unless it is letters, digits and single hyphens."""
    if not _SLUG.fullmatch(slug) or len(slug) > SLUG_LENGTH:
        raise Invalid(
            f"{slug[:SLUG_LENGTH]!r} can't be an address: use a-z, 0-9 and single hyphens, "
            f"at most {SLUG_LENGTH} of them"
        )
    return slug

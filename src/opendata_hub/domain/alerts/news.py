"""What there is to tell of a dataset or of an entity, as entries of a feed in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from opendata_hub.domain.atom import AtomEntry, AtomFeed, written
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import Change, ChangeKind
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.domain.texts import Texts, in_language

TOLD = frozenset({ChangeKind.CREATED, ChangeKind.REPLACED, ChangeKind.WITHDRAWN})
"""What readers are told of: the others change how a record is written, and nothing that it says."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a dataset. version: that it left; reason: of a withdrawal."""

    change: Change
    version: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """That rows of one version of a dataset speak of an entity."""

    slug: str
    title: Texts
    version: int
    rows: int
    modified_at: datetime


def steps(changes: Sequence[Change], *, version: int, reason: str = "") -> list[Step]:
    """What is told of a dataset, the latest first, each with its version.

    changes: the latest first. version: the latest; reason: why it is withdrawn, if it is. A dataset
    that is published again goes on with its versions.
    """
    found: list[Step] = []
    for change in (each for each in changes if each.kind in TOLD):
        found.append(Step(change, version, "" if found else reason))
        version -= change.kind is not ChangeKind.WITHDRAWN
    return found


def dataset_atom(
    frame: Frame, slug: str, title: Texts, told: Sequence[Step], *, language: str
) -> str:
    """What happened to a dataset, as an Atom feed."""
    page = str(frame.iri(f"{language}/datasets/{slug}"))
    name, real = in_language(title, language)
    entries = [
        AtomEntry(
            id=str(frame.iri(f"datasets/{slug}#change-{step.change.number}")),
            title=(f"{name} – {happened(step, language)}", real),
            summary=(_in_full(step, language), language),
            page=page,
            updated=step.change.changed_at,
        )
        for step in told
    ]
    return written(
        AtomFeed(
            address=f"{page}/feed.atom",
            title=name,
            page=page,
            author=_author(frame, language),
            language=language,
            updated=told[0].change.changed_at,
            entries=entries,
        )
    )


def entity_path(kind: EntityKind, key: Key) -> str:
    """Where the page of an entity is, below the language."""
    return f"entities/{kind}/{key.scheme}/{quote(key.value, safe='/:')}"


def entity_atom(
    frame: Frame, kind: EntityKind, key: Key, name: Texts, found: Sequence[Spoken], *, language: str
) -> str:
    """The versions of datasets that speak of an entity now, the latest first, as an Atom feed."""
    path = entity_path(kind, key)
    page = f"{frame.base_url}/{language}/{path}"
    entries = [
        AtomEntry(
            id=f"{frame.base_url}/{path}#{each.slug}-{each.version}",
            title=in_language(each.title, language),
            summary=(
                ROWS[language].format_map({"version": each.version, "rows": each.rows}),
                language,
            ),
            page=str(frame.iri(f"{language}/datasets/{each.slug}")),
            updated=each.modified_at,
        )
        for each in sorted(found, key=lambda each: each.modified_at, reverse=True)
    ]
    return written(
        AtomFeed(
            address=f"{page}/feed.atom",
            title=in_language(name, language)[0] or key.value,
            page=page,
            author=_author(frame, language),
            language=language,
            updated=entries[0].updated,
            entries=entries,
        )
    )


def happened(step: Step, language: str) -> str:
    """What happened, in a few words."""
    return HAPPENED[step.change.kind][language].format_map({"version": step.version})


def _in_full(step: Step, language: str) -> str:
    said = happened(step, language)
    return f"{said}. {step.reason}" if step.reason else said


def _author(frame: Frame, language: str) -> str:
    return in_language(frame.site.publisher_named(frame.site.publisher).name, language)[0]


HAPPENED: Mapping[ChangeKind, Texts] = {
    ChangeKind.CREATED: {
        "fr": "publié, version {version}",
        "ar": "نُشر، الإصدار {version}",
        "en": "published, version {version}",
    },
    ChangeKind.REPLACED: {
        "fr": "nouvelle version : {version}",
        "ar": "إصدار جديد: {version}",
        "en": "new version: {version}",
    },
    ChangeKind.WITHDRAWN: {"fr": "retiré", "ar": "سُحب من النشر", "en": "withdrawn"},
}
ROWS: Texts = {
    "fr": "Version {version}, lignes qui en parlent : {rows}",
    "ar": "الإصدار {version}، عدد الأسطر المعنية: {rows}",
    "en": "Version {version}, rows that speak of it: {rows}",
}

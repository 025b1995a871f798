"""A record as a CKAN package, and a CKAN package as a record (``lines.py`` is the table)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opendata_hub.domain.catalog.record.classes import Dataset, Distribution, Thing, rows_of
from opendata_hub.domain.catalog.record.row import Kind, Row
from opendata_hub.domain.ckan.licences import Licence, licence_named
from opendata_hub.domain.ckan.lines import (
    DATASET,
    RESOURCE,
    Flat,
    Line,
    license_id_of,
    text_in,
)
from opendata_hub.domain.ckan.spelled import Known, read, spelled
from opendata_hub.domain.errors import Invalid, InvalidPackage

Package = dict[str, Any]
"""A package as CKAN's API gives and takes it: JSON."""

CORE = frozenset(
    {"title", "notes", "url", "version", "author", "maintainer", "maintainer_email", "tags"}
)
"""The keys of the table that are a package's own; all others are extras."""
EMPTY: tuple[object, ...] = (None, "", [], (), {})
_SPOKEN = frozenset({Kind.TEXTS, Kind.WORDS})
_ROWS: Mapping[type[Thing], Mapping[str, Row]] = {
    kind: dict(rows_of(kind)) for kind in (Dataset, Distribution)
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What CKAN tells of a package and no record says.

    organization: as it stands in a package (id, name, title …); None where there is none.
    groups:       the same of each group. resource_ids: of each distribution, in their order.
    creator:      the id of who made it.
    """

    id: str
    name: str
    created_at: datetime
    modified_at: datetime
    organization: Mapping[str, Any] | None = None
    groups: Sequence[Mapping[str, Any]] = ()
    resource_ids: Sequence[str] = ()
    creator: str = ""
    is_private: bool = False
    state: str = "active"


def naive(moment: datetime) -> str:
    """An instant as CKAN writes it: UTC, to the microsecond, without a zone.

    >>> naive(datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    '2026-11-22T09:30:00.000000'
    """
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return utc.replace(tzinfo=None).isoformat(timespec="microseconds")


def package_of(dataset: Dataset, facts: Facts, known: Known) -> Package:
    """A record as the package that CKAN would show."""
    flat = {"uri": dataset.iri, **_put(DATASET, dataset, known)}
    tags = [_tag(name) for name in flat.get("tags", ())]
    extras = [
        {"key": key, "value": value}
        for key, value in sorted(flat.items())
        if key not in CORE and value not in EMPTY
    ]
    resources = [
        _resource(each, place, facts, known) for place, each in enumerate(dataset.distribution)
    ]
    return {
        "author": flat.get("author") or None,
        "author_email": None,
        "creator_user_id": facts.creator or None,
        "id": facts.id,
        **licence_keys(licence_named(license_id_of(dataset.distribution))),
        "maintainer": flat.get("maintainer") or None,
        "maintainer_email": flat.get("maintainer_email") or None,
        "metadata_created": naive(facts.created_at),
        "metadata_modified": naive(facts.modified_at),
        "name": facts.name,
        "notes": flat.get("notes") or None,
        "num_resources": len(resources),
        "num_tags": len(tags),
        "organization": dict(facts.organization) if facts.organization else None,
        "owner_org": facts.organization["id"] if facts.organization else None,
        "private": facts.is_private,
        "state": facts.state,
        "title": flat.get("title") or facts.name,
        "type": "dataset",
        "url": flat.get("url") or None,
        "version": flat.get("version") or None,
        "extras": extras,
        "groups": [dict(each) for each in facts.groups],
        "resources": resources,
        "tags": tags,
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def record_of(package: Mapping[str, Any], known: Known, *, iri: str = "") -> Dataset:
    """The record that a package tells, ours or of any CKAN.

    iri: of a package that names none. What a package says and no record has is passed over.
    Raises InvalidPackage, which names the key, for values that stand for nothing.
    """
    if not isinstance(package, Mapping):
        raise InvalidPackage({"package": ["Must be a dictionary"]})
    flat = {**flat_extras(package), **{k: package.get(k) for k in CORE if k != "tags"}}
    flat["tags"] = tag_names(package)
    faults: dict[str, list[str]] = {}
    said = _take(DATASET, Dataset, flat, known, faults)
    distributions = tuple(
        _distribution(each, package, known, faults) for each in _dicts(package, "resources")
    )
    if faults:
        raise InvalidPackage(faults)
    return Dataset(iri=text_in(flat, "uri") or iri, **said, distribution=distributions)


def flat_extras(package: Mapping[str, Any]) -> dict[str, Any]:
    """The extras of a package by their keys; raises InvalidPackage for one that is named twice.

    Older CKANs and DKAN write them as one object.
    """
    given = package.get("extras") or []
    if isinstance(given, Mapping):
        return dict(given)
    found: dict[str, Any] = {}
    for each in _dicts(package, "extras"):
        key = each.get("key")
        if not isinstance(key, str) or not key:
            raise InvalidPackage({"extras": ["Missing value"]})
        if key in found:
            raise InvalidPackage({"extras": [f'Duplicate key "{key[:100]}"']})
        found[key] = each.get("value")
    return found


def tag_names(package: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of a package's tags, each once; texts between commas are taken, too."""
    if isinstance(written := package.get("tag_string"), str) and not package.get("tags"):
        return tuple(dict.fromkeys(each.strip() for each in written.split(",") if each.strip()))
    given = package.get("tags") or []
    if not isinstance(given, list):
        raise InvalidPackage({"tags": ["Must be a list"]})
    names = [each.get("name") if isinstance(each, Mapping) else each for each in given]
    if not all(isinstance(name, str) and name for name in names):
        raise InvalidPackage({"tags": ["Missing value"]})
    return tuple(sorted(dict.fromkeys(str(name) for name in names)))


def _put(lines: Sequence[Line], thing: Thing, known: Known) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    rows = _ROWS[type(thing)]
    for line in lines:
        value = getattr(thing, line.field)
        if value in EMPTY:
            continue
        said = line.put(value, known)
        flat |= {key: each for key, each in said.items() if each not in EMPTY}
        if line.exact:
            row = rows[line.field]
            whole = spelled(row, value, known)
            # No key of CKAN's says two languages: to read it back would be lost time.
            is_several = row.kind in _SPOKEN and len(value) > 1
            if is_several or spelled(row, line.take(said, known), known) != whole:
                flat[line.exact] = whole
    return flat


def _take(
    lines: Sequence[Line],
    kind: type[Thing],
    flat: Flat,
    known: Known,
    faults: dict[str, list[str]],
) -> dict[str, Any]:
    said: dict[str, Any] = {}
    rows = _ROWS[kind]
    for line in lines:
        try:
            now = line.take(flat, known)
            exact = flat.get(line.exact) if line.exact else None
            if exact not in EMPTY:
                whole = read(rows[line.field], exact, known)
                is_same = _says(line, flat) == _cleaned(line.put(whole, known))
                now = whole if is_same else line.joined(whole, now)
        except Invalid as problem:
            faults.setdefault(line.keys[0], []).append(str(problem))
        else:
            said[line.field] = now
    return said


def _says(line: Line, flat: Flat) -> dict[str, Any]:
    return _cleaned({key: flat.get(key) for key in line.keys})


def _cleaned(said: Mapping[str, Any]) -> dict[str, Any]:
    """Keys that say something; lists in no order: CKAN sorts tags by letters of its own."""
    return {
        key: sorted(value) if isinstance(value, list | tuple) else str(value).strip()
        for key, value in said.items()
        if value not in EMPTY
    }


def _resource(thing: Distribution, place: int, facts: Facts, known: Known) -> dict[str, Any]:
    said = _put(RESOURCE, thing, known)
    address = said.get("download_url") or said.get("access_url") or ""
    size = said.get("size")
    return {
        **said,
        "cache_last_updated": None,
        "cache_url": None,
        "created": naive(facts.created_at),
        "datastore_active": False,
        "description": said.get("description") or None,
        "format": said.get("format", ""),
        "hash": said.get("hash", ""),
        "id": facts.resource_ids[place] if place < len(facts.resource_ids) else "",
        "last_modified": naive(facts.modified_at),
        "metadata_modified": naive(facts.modified_at),
        "mimetype": said.get("mimetype"),
        "mimetype_inner": None,
        "name": said.get("name") or None,
        "package_id": facts.id,
        "position": place,
        "resource_type": None,
        "size": int(size) if size else None,
        "state": "active",
        "uri": thing.iri,
        "url": address,
        "url_type": None,
    }


def _distribution(
    resource: Mapping[str, Any],
    package: Mapping[str, Any],
    known: Known,
    faults: dict[str, list[str]],
) -> Distribution:
    own: dict[str, list[str]] = {}
    flat = {"license_id": package.get("license_id"), **resource}
    said = _take(RESOURCE, Distribution, flat, known, own)
    for key, problems in own.items():
        faults.setdefault("resources", []).extend(f"{key}: {each}" for each in problems)
    return Distribution(iri=text_in(flat, "uri"), **said)


def licence_keys(found: Licence | None) -> dict[str, Any]:
    """What a package says of its licence."""
    if found is None:
        return {"isopen": False, "license_id": None, "license_title": None}
    said = {"isopen": found.is_open, "license_id": found.id, "license_title": found.title}
    return {**said, "license_url": found.url} if found.url else said


def _tag(name: str) -> dict[str, Any]:
    return {
        "display_name": name,
        "id": name,
        "name": name,
        "state": "active",
        "vocabulary_id": None,
    }


def _dicts(package: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    given = package.get(key) or []
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        raise InvalidPackage({key: ["Must be a list of dictionaries"]})
    return given

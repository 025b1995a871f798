"""What a CKAN elsewhere should say of our datasets, beside what it says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from opendata_hub.domain.harvest.compare import Difference
from opendata_hub.domain.remote_ckan.target import Package, Sent

OURS = (
    "title", "notes", "url", "version", "author", "maintainer", "maintainer_email", "license_id",
)  # fmt: skip
"""The keys of a package that we say, beside tags, extras and resources."""
NOT_OURS = frozenset(
    {
        "cache_last_updated", "cache_url", "created", "datastore_active", "id", "last_modified",
        "metadata_modified", "mimetype_inner", "package_id", "position", "resource_type", "state",
        "url_type", "datastore_contains_all_records_of_source_file", "ckan_url",
        "revision_id", "tracking_summary",
    }
)  # fmt: skip
"""The keys of a resource that CKAN sets itself."""
SHOWN = 200
EMPTY: tuple[object, ...] = (None, "", [], {})


class Step(StrEnum):
    """What is to be done with a dataset at the CKAN."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    SAME = "same"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Planned:
    """A step, and why.

    package: what is to be said. remote: what is there. differences: field by field. For a
    conflict they tell what somebody has changed there since we were last there.
    """

    step: Step
    slug: str
    package: Package | None = None
    remote: Package | None = None
    differences: tuple[Difference, ...] = ()
    reason: str = ""


def said(package: Package) -> dict[str, Any]:
    """What a package says of its dataset, whoever wrote it: the same for the same."""
    return {
        **{key: _plain(package.get(key)) for key in OURS if package.get(key) not in EMPTY},
        "tags": sorted(str(each.get("name")) for each in package.get("tags") or ()),
        "extras": {
            str(each.get("key")): _plain(each.get("value"))
            for each in package.get("extras") or ()
            if each.get("value") not in EMPTY
        },
        "resources": [_resource(each) for each in package.get("resources") or ()],
    }


def _resource(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _plain(value)
        for key, value in sorted(resource.items())
        if key not in NOT_OURS and value not in EMPTY
    }


def _plain(value: Any) -> str:
    return str(value).strip().replace("\r\n", "\n")


def planned(slug: str, package: Package, sent: Sent | None, remote: Package | None) -> Planned:
    """What is to be done so that a CKAN says that of a dataset.

    sent: what is known of it there; None where it was never brought. remote: what stands there
    now, by its id or its name; None for nothing.
    """
    if remote is None:
        return _absent(slug, package, sent)
    if sent is None:
        return _unknown(slug, package, remote)
    wanted, now = said(package), said(remote)
    if now not in (sent.kept, wanted):
        reason = "somebody has changed it there"
        return Planned(Step.CONFLICT, slug, package, remote, differences(sent.kept, now), reason)
    if wanted in (sent.sent, now):
        return Planned(Step.SAME, slug, package, remote)
    return Planned(Step.CHANGE, slug, package, remote, differences(sent.sent, wanted))


def gone(slug: str, sent: Sent, remote: Package | None) -> Planned:
    """What is to be done with what was brought there and is not published here any more."""
    if remote is None or said(remote) == sent.kept:
        reason = "it is not published here any more"
        return Planned(Step.DELETE, slug, remote=remote, reason=reason)
    reason = "it is not published here any more, and somebody has changed it there"
    changes = differences(sent.kept, said(remote))
    return Planned(Step.CONFLICT, slug, remote=remote, differences=changes, reason=reason)


def hidden(slug: str) -> Planned:
    """What can't be compared, and is left alone."""
    return Planned(Step.CONFLICT, slug, reason="it is private there, or deleted")


def is_same_dataset(ours: Package, theirs: Package) -> bool:
    """Whether two packages, as ``said`` tells them, name the same dataset by its address."""
    return bool(ours["extras"].get("uri") == theirs["extras"].get("uri"))


def _absent(slug: str, package: Package, sent: Sent | None) -> Planned:
    if sent is None:
        return Planned(Step.CREATE, slug, package, differences=differences({}, said(package)))
    reason = "it was brought there, and somebody has deleted it"
    return Planned(Step.CONFLICT, slug, package, reason=reason)


def _unknown(slug: str, package: Package, remote: Package) -> Planned:
    """What stands there and was not noted here: ours, if its answer never came."""
    wanted, now = said(package), said(remote)
    if now["extras"].get("uri") != wanted["extras"].get("uri"):
        reason = "another dataset has that name there"
        return Planned(Step.CONFLICT, slug, package, remote, differences(now, wanted), reason)
    step = Step.SAME if now == wanted else Step.CHANGE
    return Planned(step, slug, package, remote, differences(now, wanted))


def to_send(package: Package, organization: str, remote: Package | None) -> dict[str, Any]:
    """The package as it is sent: what is there already keeps its id, so that links to it stay."""
    known = {_key(each): each.get("id") for each in (remote or {}).get("resources") or ()}
    resources = [
        {
            **{key: value for key, value in each.items() if key not in NOT_OURS},
            **({"id": known[_key(each)]} if known.get(_key(each)) else {}),
        }
        for each in package.get("resources") or ()
    ]
    return {
        **{key: package.get(key) or "" for key in OURS},
        "name": package["name"],
        "owner_org": organization,
        "private": False,
        "tags": [{"name": each["name"]} for each in package.get("tags") or ()],
        "extras": [dict(each) for each in package.get("extras") or ()],
        "resources": resources,
    }


def _key(resource: Mapping[str, Any]) -> str:
    return str(resource.get("uri") or resource.get("url") or "")


def differences(before: Package, now: Package) -> tuple[Difference, ...]:
    """The fields in which two packages, as ``said`` tells them, differ."""
    return tuple(_differing(before, now, ""))


def _differing(before: Any, now: Any, where: str) -> Iterator[Difference]:
    if before == now:
        return
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*before, *now]):
            yield from _differing(before.get(key), now.get(key), f"{where}.{key}".lstrip("."))
    elif _are_packages(before) and _are_packages(now):
        for number in range(max(len(before), len(now))):
            yield from _differing(_at(before, number), _at(now, number), f"{where}[{number}]")
    else:
        yield Difference(where, _shown(before), _shown(now))


def _are_packages(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def _at(values: Sequence[Any], number: int) -> Any:
    return values[number] if number < len(values) else None


def _shown(value: Any) -> str:
    if value in EMPTY:
        return ""
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value)[:SHOWN]
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_shown(each)}" for key, each in value.items())[:SHOWN]
    return str(value)[:SHOWN]

"""Actions that change organizations: the authorities of the hub; groups are a public list."""

from collections.abc import Mapping
from typing import Any

from opendata_hub import clock
from opendata_hub.domain.authority import Authority, prefix_of
from opendata_hub.domain.ckan.lines import in_one
from opendata_hub.domain.ckan.mapping import flat_extras
from opendata_hub.domain.errors import AuthorityTaken, InvalidPackage, NotKnown
from opendata_hub.domain.texts import LANGUAGES, Texts
from opendata_hub.flows.authorities.create import create
from opendata_hub.flows.authorities.edit import edit
from opendata_hub.flows.ckan.show import shown_in
from opendata_hub.store import datasets
from opendata_hub.web.ckan.call import Call, parsed
from opendata_hub.web.ckan.others import authority_named

FIELDS = {
    "publisher_type": "type", "homepage": "homepage", "email": "email", "territory": "territory",
    "parent": "parent",
}  # fmt: skip
"""Extras of an organization, and our fields."""
THEMES = "Groups are the themes of a public list: none is added, changed or taken away here"


def organization_create(call: Call) -> dict[str, Any]:
    """Add an authority."""
    name, hub = call.needed("name"), call.hub
    said = _said(call)
    wanted = Authority(
        id=name,
        name=_names(call, call.text("title", name), {}),
        type=said.pop("type", hub.authority().type),
        homepage=said.pop("homepage", ""),
        email=said.pop("email", ""),
        law=hub.frame.site.law,
        reference_prefix=prefix_of(name),
        **said,
    )
    with hub.writing() as session:
        faults = create(
            session, hub.frame, hub.request_laws, [wanted], by=call.visitor, now=clock.now()
        )
    if faults:
        if isinstance(faults[0].problem, AuthorityTaken):
            raise InvalidPackage({"name": ["Group name already exists in database"]})
        raise faults[0].problem
    return _shown(call, name)


def organization_update(call: Call) -> dict[str, Any]:
    """Change what is said of an authority."""
    return organization_patch(call)


def organization_patch(call: Call) -> dict[str, Any]:
    """Change some of what is said of an authority."""
    authority = _authority(call, call.text("id") or call.needed("name", "id"))
    asked: dict[str, Any] = _said(call)
    title = call.text("title")
    if title and title != in_one(authority.name):
        asked["name"] = _names(call, title, authority.name)
    elif "title_translated" in _extras(call):
        asked["name"] = _names(call, in_one(authority.name), authority.name)
    return _edited(call, authority.id, asked)


def organization_delete(call: Call) -> None:
    """Close an authority: what it has published stays."""
    authority = _authority(call, call.needed("id"))
    _edit(call, authority.id, {"is_active": False})


def group_create(_: Call) -> None:
    """Refused: groups are the themes of a public list."""
    raise InvalidPackage({"name": [THEMES]})


def group_update(_: Call) -> None:
    """Refused: groups are the themes of a public list."""
    raise InvalidPackage({"id": [THEMES]})


def group_patch(_: Call) -> None:
    """Refused: groups are the themes of a public list."""
    raise InvalidPackage({"id": [THEMES]})


def group_delete(_: Call) -> None:
    """Refused: groups are the themes of a public list."""
    raise InvalidPackage({"id": [THEMES]})


def _edited(call: Call, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    if asked:
        _edit(call, name, asked)
    return _shown(call, name)


def _edit(call: Call, name: str, asked: Mapping[str, Any]) -> None:
    hub = call.hub
    with hub.writing() as session:
        edit(
            session,
            hub.frame,
            hub.request_laws,
            name,
            dict(asked),
            by=call.visitor,
            now=clock.now(),
        )


def _authority(call: Call, wanted: str) -> Authority:
    with call.hub.reading() as session:
        return authority_named(shown_in(session, call.hub.frame), wanted)


def _shown(call: Call, name: str) -> dict[str, Any]:
    frame = call.hub.current().frame
    if name not in frame.site.publishers:
        raise NotKnown(f"No organization {name[:60]!r}")
    with call.hub.reading() as session:
        shown = shown_in(session, frame)
        count = datasets.counts_of_publishers(session).get(name, 0)
        return {**shown.organization_whole(frame.site.publishers[name], count), "packages": []}


def _extras(call: Call) -> dict[str, Any]:
    return flat_extras({"extras": parsed(call.given.get("extras")) or []})


def _said(call: Call) -> dict[str, Any]:
    extras = _extras(call)
    known = {*FIELDS, "title_translated"}
    if unknown := sorted(set(extras) - known):
        why = f"No place is kept for {unknown[0][:60]!r}; known: {', '.join(sorted(known))}"
        raise InvalidPackage({"extras": [why]})
    return {FIELDS[key]: str(value or "") for key, value in extras.items() if key in FIELDS}


def _names(call: Call, title: str, before: Texts) -> dict[str, str]:
    """The name in each language: as translated in extras, as before, else the title."""
    given = parsed(_extras(call).get("title_translated"))
    told = given if isinstance(given, dict) else {}
    names = {k: str(told.get(k) or before.get(k) or title) for k in LANGUAGES}
    return {**names, "fr": str(told.get("fr") or title)}

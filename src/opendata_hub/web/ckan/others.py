"""Actions that read authorities, themes, tags, licences, people and what has happened."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlmodel import Session

from opendata_hub.domain.authority import Authority
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.harvest.change import Change, ChangeKind
from opendata_hub.domain.ckan.licences import LICENCES
from opendata_hub.domain.ckan.lines import in_one
from opendata_hub.domain.ckan.mapping import naive
from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import reach
from opendata_hub.flows.ckan import find as flow
from opendata_hub.flows.ckan.find import Asked
from opendata_hub.flows.ckan.show import Shown, group_name, shown_in
from opendata_hub.store import changes, datasets
from opendata_hub.store.changes import Whose
from opendata_hub.store.people import accounts
from opendata_hub.web.ckan.call import Call
from opendata_hub.web.ckan.packages import MOST_ROWS, name_of

CKAN_VERSION = "2.11.6"
"""The CKAN whose answers ours are compared with."""
MOST_GROUPS, USUAL_WHOLE, MOST_TAGS = 1000, 25, 20_000
MOST_ACTIVITIES, USUAL_ACTIVITIES = 100, 31
Things = list[Any]
T = TypeVar("T")


def site_read(_: Call) -> bool:
    """Whether the site can be read: it can."""
    return True


def status_show(call: Call) -> dict[str, Any]:
    """Name, address and version of this site."""
    frame = call.hub.frame
    return {
        "site_title": in_one(frame.site.title),
        "site_description": in_one(frame.site.description),
        "site_url": frame.base_url,
        "error_emails_to": "",
        "locale_default": "fr",
        "extensions": ["activity", "datastore", "dcat", "opendata_hub"],
        "ckan_version": CKAN_VERSION,
    }


def organization_list(call: Call) -> Things:
    """The active authorities: their names, or all that is said of them."""
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        counts = datasets.counts_of_publishers(session)
    chosen = set(call.many("organizations"))
    bodies = [
        each
        for each in sorted(call.hub.frame.site.publishers.values(), key=lambda a: a.id)
        if each.is_active and (not chosen or each.id in chosen)
    ]
    return _listed(
        call, bodies, lambda a: a.id, lambda a: shown.organization(a, counts.get(a.id, 0))
    )


def organization_show(call: Call) -> dict[str, Any]:
    """One authority by its name or id."""
    wanted = call.needed("id")
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        authority = authority_named(shown, wanted)
        total, packages = _packages(session, shown, call, f'organization:"{authority.id}"')
    said = shown.organization_whole(authority, total)
    return {**said, "packages": packages} if call.is_true("include_datasets") else said


def organization_list_for_user(call: Call) -> Things:
    """The authorities that the caller may publish for."""
    within = reach(call.visitor, Deed.PUBLISH)
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        counts = datasets.counts_of_publishers(session)
    return [
        {**shown.organization(each, counts.get(each.id, 0)), "capacity": "editor"}
        for each in sorted(call.hub.frame.site.publishers.values(), key=lambda a: a.id)
        if each.is_active and (within.everywhere or each.id in within.authorities)
    ]


def authority_named(shown: Shown, wanted: str) -> Authority:
    """The active authority of that name or id; raises NotKnown."""
    if wanted not in shown.authorities:
        raise NotKnown(f"No organization {wanted[:100]!r} here")
    return shown.frame.site.publishers[shown.authorities[wanted]]


def group_list(call: Call) -> Things:
    """The themes of the public list that datasets are sorted under."""
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        asked = Asked(rows=0, facets=("groups",), most_counted=MOST_GROUPS)
        counts = flow.find(session, shown, call.hub.search, asked).facets["groups"]
    chosen = set(call.many("groups"))
    codes = [
        code
        for code in sorted(call.hub.frame.vocabularies["data-theme"])
        if not chosen or group_name(code) in chosen
    ]
    return _listed(call, codes, group_name, lambda c: shown.group(c, counts.get(group_name(c), 0)))


def group_show(call: Call) -> dict[str, Any]:
    """One theme by its name or id."""
    wanted = call.needed("id")
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        code = theme_named(shown, wanted)
        total, packages = _packages(session, shown, call, f"groups:{group_name(code)}")
    said = {**shown.group(code, total), "users": [], "extras": [], "tags": [], "groups": []}
    return {**said, "packages": packages} if call.is_true("include_datasets") else said


def group_package_show(call: Call) -> Things:
    """The datasets under one theme."""
    wanted = call.needed("id")
    most = call.count("limit", MOST_ROWS, most=MOST_ROWS)
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        name = group_name(theme_named(shown, wanted))
        asked = Asked(filters=(f"groups:{name}",), rows=most)
        return list(flow.find(session, shown, call.hub.search, asked).packages)


def theme_named(shown: Shown, wanted: str) -> str:
    """The code of the theme whose group has that name or id; raises NotKnown."""
    if wanted not in shown.themes:
        raise NotKnown(f"No group {wanted[:100]!r} here")
    return shown.themes[wanted]


def member_list(call: Call) -> Things:
    """The datasets of an authority; who works in it is not told."""
    wanted, kind = call.needed("id"), call.text("object_type")
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        authority = authority_named(shown, wanted)
        if kind not in {"", "package"}:
            return []
        asked = Asked(filters=(f'organization:"{authority.id}"',), rows=MOST_ROWS)
        found = flow.find(session, shown, call.hub.search, asked)
    return [[each["id"], "package", "organization"] for each in found.packages]


def tag_list(call: Call) -> Things:
    """Every tag, or those with these letters in them."""
    names = _tags(call, call.text("query") or call.text("q"))
    if not call.is_true("all_fields"):
        return names
    return [_tag(name) for name in names]


def tag_autocomplete(call: Call) -> Things:
    """Tags with these letters in them."""
    begun = call.text("query") or call.needed("q")
    return _tags(call, begun)[: call.count("limit", 10, most=1000)]


def tag_show(call: Call) -> dict[str, Any]:
    """One tag."""
    wanted = call.needed("id")
    names = _tags(call, wanted)
    if wanted not in names:
        raise NotKnown(f"No tag {wanted[:100]!r} here")
    shown = {key: _tag(wanted)[key] for key in ("id", "name", "vocabulary_id", "display_name")}
    if call.is_true("include_datasets"):
        quoted = wanted.replace('"', " ")
        asked = Asked(filters=(f'tags:"{quoted}"',), rows=MOST_ROWS)
        with call.hub.reading() as session:
            found = flow.find(session, shown_in(session, call.hub.frame), call.hub.search, asked)
        return {**shown, "packages": list(found.packages)}
    return shown


def tag_search(call: Call) -> dict[str, Any]:
    """Tags with these letters in them, and how many there are."""
    names = _tags(call, " ".join(call.many("query")) or call.text("q"))
    start = call.count("offset", 0)
    page = names[start : start + call.count("limit", 1000, most=1000)]
    return {"count": len(names), "results": [_tag(name) for name in page]}


def format_autocomplete(call: Call) -> Things:
    """Formats with these letters in them, in small letters."""
    begun = (call.text("query") or call.needed("q")).lower()
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        asked = Asked(rows=0, facets=("res_format",))
        counts = flow.find(session, shown, call.hub.search, asked).facets["res_format"]
    found = [name.lower() for name in counts if begun in name.lower()]
    return found[: call.count("limit", 5, most=100)]


def vocabulary_list(_: Call) -> Things:
    """Vocabularies of tags: there are none, tags are free words."""
    return []


def license_list(_: Call) -> Things:
    """CKAN's licences; which of the EU's each is, stands in docs/ckan.md."""
    return [
        {
            "id": each.id,
            "title": each.title,
            "url": each.url,
            "family": "",
            "maintainer": "",
            "status": "active",
            "domain_content": "False",
            "domain_data": str(each.is_open),
            "domain_software": "False",
            "is_generic": str(each.is_generic),
            "od_conformance": "approved" if each.is_open else "not reviewed",
            "osd_conformance": "not reviewed",
        }
        for each in LICENCES
    ]


def user_list(call: Call) -> Things:
    """The caller alone: accounts are nobody else's business (law 09-08)."""
    with call.hub.reading() as session:
        me = _me(session, call)
    names = [me["name"]] if me else []
    return ([me] if me else []) if call.is_true("all_fields", otherwise=True) else names


def user_show(call: Call) -> dict[str, Any]:
    """The caller's own account; there is no other to be seen."""
    wanted = call.text("id")
    with call.hub.reading() as session:
        me = _me(session, call)
    if me is None or wanted not in {"", me["id"], me["name"]}:
        raise NotKnown(f"No user {wanted[:100]!r} can be seen")
    return me


def recently_changed_packages_activity_list(call: Call) -> Things:
    """The latest changes of the catalogue."""
    return _activities(call, Whose())


def package_activity_list(call: Call) -> Things:
    """The latest changes of one dataset."""
    wanted = call.needed("id")
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        slug = name_of(session, shown, call, wanted)
        if changes.entry(session, slug) is None:
            raise NotKnown(f"No dataset {wanted[:100]!r} here")
    return _activities(call, Whose(slug=slug))


def organization_activity_list(call: Call) -> Things:
    """The latest changes of one authority's datasets."""
    wanted = call.needed("id")
    with call.hub.reading() as session:
        authority = authority_named(shown_in(session, call.hub.frame), wanted)
    return _activities(call, Whose(publishers=frozenset({authority.id})))


def dashboard_activity_list(call: Call) -> Things:
    """The latest changes of what the caller may publish."""
    within = reach(call.visitor, Deed.PUBLISH)
    publishers = None if within.everywhere else within.authorities
    return [{**each, "is_new": False} for each in _activities(call, Whose(publishers=publishers))]


def _activities(call: Call, whose: Whose) -> Things:
    most = call.count("limit", USUAL_ACTIVITIES, most=MOST_ACTIVITIES)
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        latest = changes.latest(session, whose, most=most, offset=call.count("offset", 0))
        slugs = [each.slug for each in latest]
        packages = {each.slug: each for each in datasets.of_slugs(session, slugs)}
        return [_activity(shown, each, packages.get(each.slug)) for each in latest]


def _activity(shown: Shown, change: Change, dataset: Dataset | None) -> dict[str, Any]:
    """A change as CKAN tells it; the package is as it is now, of a withdrawn one its name."""
    name, publisher = change.slug, dataset.publisher if dataset else ""
    package = shown.package(dataset) if dataset else {"id": shown.names.package(name), "name": name}
    body = shown.frame.site.publishers.get(publisher)
    return {
        "id": shown.names.activity(change.number),
        "timestamp": naive(change.changed_at),
        "user_id": shown.names.organization(publisher),
        "object_id": shown.names.package(name),
        "activity_type": _ACTIVITIES.get(change.kind, "changed package"),
        "data": {"package": package, "actor": in_one(body.name) if body else ""},
        "permission_labels": ["public"],
    }


_ACTIVITIES = {
    ChangeKind.CREATED: "new package",
    ChangeKind.WITHDRAWN: "deleted package",
}


def _listed(
    call: Call,
    things: Sequence[T],
    name: Callable[[T], str],
    whole: Callable[[T], dict[str, Any]],
) -> Things:
    """A page of things by their names, or whole where all fields are asked for."""
    is_whole = call.is_true("all_fields")
    most = call.count("limit", USUAL_WHOLE if is_whole else MOST_GROUPS * 10)
    start = call.count("offset", 0)
    page = things[start : start + most]
    return [whole(each) for each in page] if is_whole else [name(each) for each in page]


def _packages(session: Session, shown: Shown, call: Call, condition: str) -> tuple[int, Things]:
    """How many datasets meet a condition, and the latest of them where they are asked for."""
    rows = MOST_ROWS if call.is_true("include_datasets") else 0
    found = flow.find(session, shown, call.hub.search, Asked(filters=(condition,), rows=rows))
    return found.total, list(found.packages)


def _tags(call: Call, letters: str) -> list[str]:
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        asked = Asked(rows=0, facets=("tags",), most_counted=MOST_TAGS)
        counts = flow.find(session, shown, call.hub.search, asked).facets["tags"]
    wanted = letters.casefold()
    return sorted(name for name in counts if wanted in name.casefold())


def _tag(name: str) -> dict[str, Any]:
    return {"display_name": name, "id": name, "name": name, "vocabulary_id": None}


def _me(session: Session, call: Call) -> dict[str, Any] | None:
    """The caller's own account; None for a stranger."""
    if call.visitor.person is None:
        return None
    account = accounts.get(session, call.visitor.person)
    names = shown_in(session, call.hub.frame).names
    return {
        "id": names.user(account.id),
        "name": f"user-{account.id}",
        "fullname": account.name,
        "created": naive(account.created_at),
        "about": None,
        "last_active": None,
        "activity_streams_email_notifications": False,
        "sysadmin": False,
        "state": "active",
        "image_url": None,
        "display_name": account.name,
        "email_hash": "",
        "number_created_packages": 0,
        "apikey": None,
        "email": account.email,
        "image_display_url": None,
    }

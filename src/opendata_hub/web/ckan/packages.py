"""Actions that read packages and resources."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from opendata_hub.domain.catalog.search.words import fold
from opendata_hub.domain.ckan.mapping import Package
from opendata_hub.domain.errors import BadSolr, Forbidden, InvalidPackage, UnknownDataset
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import Place, reach
from opendata_hub.flows.ckan import find as flow
from opendata_hub.flows.ckan.find import USUAL_SORT, Asked, Found
from opendata_hub.flows.ckan.prepare import draft_package
from opendata_hub.flows.ckan.show import Shown, package_at, shown_in, told
from opendata_hub.store import changes
from opendata_hub.store.ckan import drafts
from opendata_hub.web.ckan.call import MISSING, Call, is_id
from opendata_hub.web.ckan.envelope import Ready

MOST_ROWS, USUAL_ROWS = 1000, 10
MOST_LISTED = 1000
TAKEN = frozenset(
    {
        "q", "fq", "fq_list", "sort", "rows", "start", "facet", "facet.mincount", "facet.limit",
        "facet.field", "include_drafts", "include_deleted", "include_private",
        "use_default_schema", "fl", "qf", "bf", "boost", "tie", "defType", "mm", "df", "wt",
        "callback", "q.op", "extras", "site_id", "hl",
    }
)  # fmt: skip
"""What ``package_search`` takes; some of it changes nothing here (docs/ckan.md)."""


def package_list(call: Call) -> list[str]:
    """The names of all datasets, in the order of their letters."""
    most = call.count("limit", 0) or None
    with call.hub.reading() as session:
        return changes.slugs_by_name(session, most=most, offset=call.count("offset", 0))


def package_show(call: Call) -> Package:
    """One dataset by its name or id."""
    wanted = call.text("id") or call.needed("name_or_id")
    with call.hub.reading() as session:
        return shown_package(session, call, wanted)


def shown_package(session: Session, call: Call, wanted: str) -> Package:
    """The package of that name or id, as the caller may see it; raises UnknownDataset, Forbidden.

    A withdrawn one is shown to those who may publish it again, and to nobody else.
    """
    shown = shown_in(session, call.hub.frame)
    if found := package_at(session, shown, name_of(session, shown, call, wanted)):
        return found
    if draft := drafts.find(session, wanted):
        if reach(call.visitor, Deed.PUBLISH).covers(Place(draft.publisher)):
            return draft_package(shown, draft)
        raise Forbidden(f"User  not authorized to read package {draft.id}")
    if left := changes.tombstone(session, wanted):
        is_own = left.publisher in shown.frame.site.publishers
        if is_own and reach(call.visitor, Deed.PUBLISH).covers(Place(left.publisher)):
            return shown.buried(left)
        raise Forbidden(
            f"User  not authorized to read package {shown.names.package(wanted)}: {left.reason}"
        )
    raise UnknownDataset(f"No dataset {wanted[:100]!r} is published here")


def name_of(session: Session, shown: Shown, call: Call, wanted: str) -> str:
    """The name of the package with that id; what is no id of a package is taken for a name."""
    slug = slug_of(session, shown, call, wanted)
    return slug if slug and shown.names.package(slug) == wanted.lower() else wanted


def slug_of(session: Session, shown: Shown, call: Call, given: str) -> str | None:
    """The address of what has that id, a package or a resource; None without one."""
    return flow.slug_of_id(session, shown, call.hub.search, given.lower()) if is_id(given) else None


def package_search(call: Call) -> Ready:
    """Datasets by words, filters and counts, a page of them."""
    unknown = sorted(set(call.given) - TAKEN)
    if unknown:
        raise BadSolr(f'"Invalid search parameters: {unknown}"')
    asked = _asked(call)
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        found = flow.find(session, shown, call.hub.search, asked)
    said = {
        "count": found.total,
        "facets": found.facets,
        "sort": asked.sort or USUAL_SORT,
        "search_facets": {
            name: {"title": name, "items": _items(shown, name, counts)}
            for name, counts in found.facets.items()
        },
    }
    results = b", ".join(_with_fields(found, call.many("fl")))
    return Ready(b'%b, "results": [%b]}' % (told(said)[:-1], results))


def _with_fields(found: Found, fields: Sequence[str]) -> Sequence[bytes]:
    """The packages with these fields of theirs only; with all of them where none is named."""
    if not fields:
        return found.bodies
    return [told({key: each[key] for key in fields if key in each}) for each in found.packages]


def current_package_list_with_resources(call: Call) -> list[Package]:
    """Datasets with their files, the latest change first."""
    most = call.count("limit", MOST_ROWS, most=MOST_ROWS) or MOST_ROWS
    page = call.count("page", 1)
    start = call.count("offset", max(page - 1, 0) * most)
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        asked = Asked(sort="metadata_modified desc", start=start, rows=most)
        return list(flow.find(session, shown, call.hub.search, asked).packages)


def package_autocomplete(call: Call) -> list[dict[str, str]]:
    """Datasets whose title begins with these letters, or has these words."""
    begun, most = call.needed("q"), call.count("limit", 10, most=100)
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        asked = Asked(text=f"{_plain(begun)}*", rows=most)
        found = flow.find(session, shown, call.hub.search, asked)
    return [
        {
            "name": each["name"],
            "title": each["title"],
            "match_field": "title",
            "match_displayed": each["title"],
        }
        for each in found.packages
    ]


def resource_show(call: Call) -> dict[str, Any]:
    """One file by its id."""
    wanted = call.needed("id")
    with call.hub.reading() as session:
        return resource_of(session, shown_in(session, call.hub.frame), call, wanted)


def resource_of(session: Session, shown: Shown, call: Call, wanted: str) -> dict[str, Any]:
    """The file of that id; raises UnknownDataset."""
    slug = slug_of(session, shown, call, wanted)
    package = package_at(session, shown, slug) if slug else None
    for resource in package["resources"] if package else ():
        if resource["id"] == wanted.lower():
            found: dict[str, Any] = resource
            return found
    raise UnknownDataset(f'Resource "{wanted[:100]}" was not found.')


def resource_search(call: Call) -> dict[str, Any]:
    """Files by ``field:words``, such as ``name:budget`` or ``format:CSV``."""
    terms = call.many("query")
    if not terms:
        raise InvalidPackage({"query": [MISSING]})
    filters = tuple(_resource_filter(each) for each in terms)
    asked = Asked(
        filters=filters,
        start=call.count("offset", 0),
        rows=call.count("limit", 100, most=MOST_ROWS),
        sort="name asc",
    )
    with call.hub.reading() as session:
        found = flow.find(session, shown_in(session, call.hub.frame), call.hub.search, asked)
    return {
        "count": found.total,
        "results": [resource for each in found.packages for resource in each["resources"]],
    }


def resource_view_list(call: Call) -> list[object]:
    """Views of a file: the hub's own pages show it, CKAN's views are not kept."""
    wanted = call.needed("id")
    with call.hub.reading() as session:
        resource_of(session, shown_in(session, call.hub.frame), call, wanted)
    return []


def _asked(call: Call) -> Asked:
    rows = call.count("rows", USUAL_ROWS, most=MOST_ROWS)
    facets = call.many("facet.field") if call.is_true("facet", otherwise=True) else ()
    limit = call.text("facet.limit", "50")
    return Asked(
        text=call.text("q"),
        filters=(call.text("fq"), *call.many("fq_list")),
        sort=call.text("sort"),
        start=call.count("start", 0),
        rows=rows,
        facets=facets[:20],
        most_counted=MOST_LISTED
        if limit.startswith("-")
        else call.count("facet.limit", 50, most=MOST_LISTED) or 1,
        least_counted=call.count("facet.mincount", 1),
    )


def _items(shown: Shown, facet: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"name": name, "display_name": _display_name(shown, facet, name), "count": count}
        for name, count in counts.items()
    ]


def _display_name(shown: Shown, facet: str, name: str) -> str:
    if facet == "organization" and name in shown.frame.site.publishers:
        title: str = shown.organization_in_short(shown.frame.site.publishers[name])["title"]
        return title
    if facet == "groups" and name in shown.themes:
        label: str = shown.group(shown.themes[name])["title"]
        return label
    return name


_RESOURCE_FIELDS = {
    "name": "title", "description": "notes", "format": "res_format", "id": "id",
    "package_id": "id", "title": "title",
}  # fmt: skip


def _resource_filter(term: str) -> str:
    field, sign, words = term.partition(":")
    if not sign or field not in _RESOURCE_FIELDS:
        known = ", ".join(_RESOURCE_FIELDS)
        raise InvalidPackage({"query": [f'Field "{field[:40]}" not recognised; known: {known}']})
    value = words.strip().upper() if field == "format" else words.strip()
    quoted = value.replace("\\", " ").replace('"', " ")
    return f'{_RESOURCE_FIELDS[field]}:"{quoted}"'


def _plain(text: str) -> str:
    """Letters and digits of a text, in one word of the index."""
    return "".join(c for c in fold(text) if c.isalnum())[:60]

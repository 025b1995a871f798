"""The table of actions: what each lets do, what it takes, how it is explained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.web.ckan import bodies, datastore, others, packages, writes
from opendata_hub.web.ckan.call import Call

Act = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Action:
    """An action of CKAN's. deed: what it lets do; takes: its parameters, the needed ones first.

    writes: whether it changes something, and so is asked by POST alone.
    """

    act: Act
    deed: Deed
    takes: tuple[str, ...] = ()
    writes: bool = False

    @property
    def name(self) -> str:
        """Its name, as CKAN has it."""
        return self.act.__name__

    @property
    def help(self) -> str:
        """What it does, in a line, and what it takes."""
        taken = "".join(f"\n\n    :param {each}:" for each in self.takes)
        return f"{(self.act.__doc__ or '').strip()}{taken}\n"


def help_show(call: Call) -> str:
    """What an action does and takes."""
    wanted = call.needed("name")
    if wanted not in ACTIONS:
        raise NotKnown(f"No action {wanted[:100]!r}")
    return ACTIONS[wanted].help


def _read(act: Act, *takes: str, deed: Deed = Deed.READ_PUBLISHED) -> Action:
    return Action(act, deed, takes)


def _write(act: Act, deed: Deed, *takes: str) -> Action:
    return Action(act, deed, takes, writes=True)


_PAGE = ("limit", "offset")
_WORDS = (
    "title", "notes", "tags", "extras", "groups", "url", "author", "maintainer",
    "maintainer_email", "license_id", "private",
)  # fmt: skip
_BODY = ("title", "extras")
_ALL: tuple[Action, ...] = (
    _read(others.site_read),
    _read(others.status_show),
    _read(help_show, "name"),
    _read(packages.package_list, *_PAGE),
    _read(packages.package_show, "id", "name_or_id"),
    _read(
        packages.package_search, "q", "fq", "fq_list", "sort", "rows", "start", "facet",
        "facet.field", "facet.limit", "facet.mincount", "fl",
    ),
    _read(packages.current_package_list_with_resources, *_PAGE, "page"),
    _read(packages.package_autocomplete, "q", "limit"),
    _read(packages.resource_show, "id"),
    _read(packages.resource_search, "query", *_PAGE),
    _read(packages.resource_view_list, "id"),
    _read(others.organization_list, "all_fields", "organizations", *_PAGE),
    _read(others.organization_show, "id", "include_datasets"),
    _read(others.organization_list_for_user, deed=Deed.PUBLISH),
    _read(others.group_list, "all_fields", "groups", *_PAGE),
    _read(others.group_show, "id", "include_datasets"),
    _read(others.group_package_show, "id", "limit"),
    _read(others.member_list, "id", "object_type"),
    _read(others.tag_list, "query", "all_fields"),
    _read(others.tag_show, "id", "include_datasets"),
    _read(others.tag_search, "query", *_PAGE),
    _read(others.tag_autocomplete, "query", "q", "limit"),
    _read(others.format_autocomplete, "q", "limit"),
    _read(others.vocabulary_list),
    _read(others.license_list),
    _read(others.user_list, "all_fields"),
    _read(others.user_show, "id"),
    _read(others.recently_changed_packages_activity_list, *_PAGE),
    _read(others.package_activity_list, "id", *_PAGE),
    _read(others.organization_activity_list, "id", *_PAGE),
    _read(others.dashboard_activity_list, *_PAGE, deed=Deed.PUBLISH),
    _read(
        datastore.datastore_search, "resource_id", "filters", "q", "sort", "fields", "limit",
        "offset", "include_total", "records_format",
    ),
    _read(datastore.datastore_search_sql, "sql"),
    _read(datastore.datastore_info, "id"),
    _write(writes.package_create, Deed.PUBLISH, "name", "owner_org", *_WORDS, "return_id_only"),
    _write(writes.package_update, Deed.PUBLISH, "id", "name", *_WORDS),
    _write(writes.package_patch, Deed.PUBLISH, "id", *_WORDS),
    _write(writes.package_revise, Deed.PUBLISH, "match", "update"),
    _write(writes.package_delete, Deed.WITHDRAW, "id", "reason"),
    _write(writes.dataset_purge, Deed.WITHDRAW, "id", "reason"),
    _write(writes.resource_create, Deed.PUBLISH, "package_id", "upload", "clear", "again"),
    _write(writes.resource_update, Deed.PUBLISH, "id", "upload", "clear"),
    _write(writes.resource_patch, Deed.PUBLISH, "id", "upload", "clear"),
    _write(writes.resource_delete, Deed.PUBLISH, "id"),
    _write(datastore.datastore_create, Deed.PUBLISH),
    _write(datastore.datastore_upsert, Deed.PUBLISH),
    _write(datastore.datastore_delete, Deed.PUBLISH),
    _write(bodies.organization_create, Deed.MANAGE_AUTHORITY, "name", *_BODY),
    _write(bodies.organization_update, Deed.MANAGE_AUTHORITY, "id", *_BODY),
    _write(bodies.organization_patch, Deed.MANAGE_AUTHORITY, "id", *_BODY),
    _write(bodies.organization_delete, Deed.MANAGE_AUTHORITY, "id"),
    _write(bodies.group_create, Deed.MANAGE_AUTHORITY),
    _write(bodies.group_update, Deed.MANAGE_AUTHORITY),
    _write(bodies.group_patch, Deed.MANAGE_AUTHORITY),
    _write(bodies.group_delete, Deed.MANAGE_AUTHORITY),
)  # fmt: skip

ACTIONS: Mapping[str, Action] = {each.name: each for each in _ALL}
"""Every action by its name; ``docs/ckan.md`` has the same."""

"""Somebody reads what is published as packages, organizations and groups of CKAN.

A package is kept ready as JSON, made of the latest change of its dataset; one that is not, or was
written for another address or declaration, is made when it is asked for. Both say the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session

from opendata_hub.domain.authority import Authority
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import Tombstone
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.ckan.lines import in_one
from opendata_hub.domain.ckan.mapping import Facts, Package, naive, package_of
from opendata_hub.domain.ckan.names import Names
from opendata_hub.domain.ckan.spelled import Known, written
from opendata_hub.domain.harvest.harvested import Harvested
from opendata_hub.flows.harvest.kept_record import record_at
from opendata_hub.store import changes, datasets
from opendata_hub.store.ckan import packages
from opendata_hub.store.ckan.packages import Changed, Kept
from opendata_hub.store.harvest import records

NOT_KEPT = naive(datetime(1970, 1, 1, tzinfo=UTC))
"""When a theme or an authority came here: nobody writes that down, and CKAN wants a date."""
FORM = "1"
"""What packages that are kept ready were written by; raise it when one says anything else."""
THEME = "http://publications.europa.eu/resource/authority/data-theme/"


@dataclass(frozen=True)
class Shown:
    """What packages of one catalogue are told by."""

    frame: Frame
    names: Names

    @property
    def known(self) -> Known:
        """The entries of the hub's lists by their addresses; media types are told in words."""
        return lambda vocabulary, iri: (
            None if vocabulary == "media-type" else self.frame.entry(vocabulary, iri)
        )

    @cached_property
    def authorities(self) -> Mapping[str, str]:
        """The ids of the active authorities, by the name and by the id that CKAN's clients say."""
        active = [each.id for each in self.frame.site.publishers.values() if each.is_active]
        return {
            **{self.names.organization(name): name for name in active},
            **{n: n for n in active},
        }

    @cached_property
    def themes(self) -> Mapping[str, str]:
        """The codes of themes, by the name and the id of their groups."""
        codes = self.frame.vocabularies["data-theme"]
        return {
            **{self.names.group(code): code for code in codes},
            **{group_name(code): code for code in codes},
        }

    def package(self, dataset: Dataset) -> Package:
        """A published dataset as a package."""
        said = dcat.dataset_record(self.frame, dataset)
        facts = self._facts(dataset.slug, dataset.publisher, dataset.issued_at, dataset.modified_at)
        package = package_of(said, Facts(**facts, groups=self._groups_of(said)), self.known)
        resource, file = package["resources"][0], dataset.distribution
        resource |= {
            "created": naive(file.issued_at),
            "datastore_active": dataset.family in self.frame.tables,
            "hash": file.sha256,
            "url_type": "upload",
        }
        package["extras"].append({"key": "family", "value": dataset.family})
        return package

    def harvested(self, kept: Harvested, said: record.Dataset) -> Package:
        """A dataset of another catalogue as a package; its source stands for an organization."""
        count = range(1, len(said.distribution) + 1)
        facts = Facts(
            id=self.names.package(kept.slug),
            name=kept.slug,
            created_at=kept.issued_at,
            modified_at=kept.modified_at,
            organization=self._source(kept),
            groups=self._groups_of(said),
            resource_ids=tuple(self.names.resource(kept.slug, number) for number in count),
        )
        package = package_of(said, facts, self.known)
        package["extras"].append({"key": "harvest_source", "value": kept.source})
        return package

    def _source(self, kept: Harvested) -> dict[str, Any]:
        return {
            "id": self.names.organization(f"source:{kept.source}"),
            "name": kept.source,
            "title": in_one(kept.publisher) or kept.source,
            "type": "organization",
            "description": "",
            "image_url": "",
            "created": NOT_KEPT,
            "is_organization": True,
            "approval_status": "approved",
            "state": "active",
        }

    def buried(self, left: Tombstone) -> Package:
        """What remains of a withdrawn dataset, for those who may publish it again."""
        said = record.Dataset(iri=self.frame.iri(f"datasets/{left.slug}"), title=left.title)
        facts = self._facts(left.slug, left.publisher, left.issued_at, left.withdrawn_at)
        return package_of(said, Facts(**facts, state="deleted"), self.known)

    def _facts(
        self, slug: str, publisher: str, created_at: datetime, modified_at: datetime
    ) -> dict[str, Any]:
        return {
            "id": self.names.package(slug),
            "name": slug,
            "created_at": created_at,
            "modified_at": modified_at,
            "organization": self.organization_in_short(self.frame.site.publishers[publisher]),
            "resource_ids": (self.names.resource(slug),),
        }

    def _groups_of(self, said: record.Dataset) -> Sequence[Mapping[str, Any]]:
        listed = self.frame.vocabularies["data-theme"]
        codes = [each.iri.removeprefix(THEME) for each in said.theme]
        kept = ("description", "display_name", "id", "image_display_url", "name", "title")
        return [
            {key: group[key] for key in kept}
            for group in (self.group(code) for code in codes if code in listed)
        ]

    def organization_in_short(self, authority: Authority) -> dict[str, Any]:
        """An authority as it stands in a package."""
        return {
            "id": self.names.organization(authority.id),
            "name": authority.id,
            "title": in_one(authority.name),
            "type": "organization",
            "description": "",
            "image_url": "",
            "created": NOT_KEPT,
            "is_organization": True,
            "approval_status": "approved",
            "state": "active" if authority.is_active else "deleted",
        }

    def organization(self, authority: Authority, count: int) -> dict[str, Any]:
        """An authority as a list shows it; ``count`` is of its datasets."""
        short = self.organization_in_short(authority)
        return {
            **short,
            "display_name": short["title"],
            "image_display_url": "",
            "num_followers": 0,
            "package_count": count,
        }

    def organization_whole(self, authority: Authority, count: int) -> dict[str, Any]:
        """An authority with all that is said of it. Who works in it is not told."""
        extras = {
            "title_translated": written(dict(authority.name)),
            "publisher_type": authority.type,
            "homepage": authority.homepage,
            "email": authority.email,
            "territory": authority.territory,
        }
        parent = [{"name": authority.parent}] if authority.parent else []
        return {
            **self.organization(authority, count),
            "users": [],
            "extras": [{"key": key, "value": said} for key, said in extras.items() if said],
            "tags": [],
            "groups": parent,
        }

    def group(self, theme: str, count: int = 0) -> dict[str, Any]:
        """A theme of the EU's list as a group."""
        term = self.frame.term("data-theme", theme)
        title = in_one(term.label)
        return {
            "approval_status": "approved",
            "created": NOT_KEPT,
            "description": "",
            "display_name": title,
            "id": self.names.group(theme),
            "image_display_url": "",
            "image_url": "",
            "is_organization": False,
            "name": group_name(theme),
            "num_followers": 0,
            "package_count": count,
            "state": "active",
            "title": title,
            "type": "group",
        }

    def written_for(self, publisher: str) -> str:
        """A digest of all that a package depends on beside its dataset and its organization.

        publisher: empty for what was harvested.
        """
        said = self.frame.written_for(publisher) if publisher else self.frame.state
        return f"{self.names.catalog_key} {said}"

    def to_keep(self, of: Changed, publisher: str, package: Package) -> Kept:
        """A package as it is kept: an organization of this hub is told when it is read."""
        said = {k: v for k, v in package.items() if not (publisher and k == "organization")}
        return Kept(of, publisher, FORM, self.written_for(publisher), told(said))

    def is_sound(self, kept: Kept) -> bool:
        """Whether a package that was kept says what would be said of its dataset now."""
        is_known = not kept.publisher or kept.publisher in self.frame.site.publishers
        is_ours = is_known and kept.form == FORM
        return is_ours and kept.written_for == self.written_for(kept.publisher)

    def whole(self, kept: Kept) -> bytes:
        """The JSON of a package with its organization, which may change without its datasets."""
        if not kept.publisher:
            return kept.body
        body = self.frame.site.publishers[kept.publisher]
        organization = told(self.organization_in_short(body))
        return b'{"organization": %b, %b' % (organization, kept.body[1:])


def shown_in(session: Session, frame: Frame) -> Shown:
    """What packages of this hub are told by."""
    return Shown(frame, Names(changes.catalog_key(session)))


def group_name(theme: str) -> str:
    """The name of a theme's group.

    >>> group_name("OP_DATPRO")
    'op_datpro'
    """
    return theme.lower()


def package_at(session: Session, shown: Shown, slug: str) -> Package | None:
    """The package of what stands at that address, our own or harvested; None for nothing."""
    return next(iter(packages_at(session, shown, [slug])), None)


def told(said: object) -> bytes:
    """What is said, as the JSON that clients get, in UTF-8."""
    text = json.dumps(said, ensure_ascii=False, allow_nan=False, default=str)
    return text.encode("utf-8", "replace")


def bodies_at(session: Session, shown: Shown, slugs: Sequence[str]) -> list[bytes]:
    """The same as ``packages_at`` in JSON: those that are kept ready as they are."""
    kept = packages.find(session, slugs)
    ready = {slug: shown.whole(each) for slug, each in kept.items() if shown.is_sound(each)}
    missing = [slug for slug in slugs if slug not in ready]
    ready |= {each["name"]: told(each) for each in packages_at(session, shown, missing)}
    return [ready[slug] for slug in slugs if slug in ready]


def packages_at(session: Session, shown: Shown, slugs: Sequence[str]) -> list[Package]:
    """The packages of what stands at these addresses, made anew, in their order."""
    own = {each.slug: each for each in datasets.of_slugs(session, slugs)}
    found = []
    for slug in slugs:
        if slug in own:
            found.append(shown.package(own[slug]))
        elif kept := records.find(session, slug):
            said = record_at(session, kept.position, kept.iri)
            found.append(shown.harvested(kept, said))
    return found


def made_behind(session: Session, shown: Shown, *, most: int) -> list[Kept]:
    """The packages, ready to be kept, of the next datasets whose latest change has none."""
    changed = packages.behind(session, FORM, most=most)
    slugs = [each.slug for each in changed]
    publishers = {each.slug: each.publisher for each in datasets.of_slugs(session, slugs)}
    made = {each["name"]: each for each in packages_at(session, shown, slugs)}
    return [
        shown.to_keep(each, publishers.get(each.slug, ""), made[each.slug])
        for each in changed
        if each.slug in made
    ]

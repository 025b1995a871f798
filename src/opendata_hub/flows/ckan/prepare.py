"""A client of CKAN begins a package or changes one: what it says becomes the words of a dataset."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dataset import (
    DESCRIPTION_LENGTH,
    SLUG_LENGTH,
    TITLE_LENGTH,
    Dataset,
    checked_texts,
)
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.document import day_from
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record.described import MOST_VALUES, described
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.ckan.given import given_of
from opendata_hub.domain.ckan.licences import Licence, licence_named, licence_of
from opendata_hub.domain.ckan.lines import DATASET, LONGEST_TAG
from opendata_hub.domain.ckan.mapping import (
    CORE,
    Facts,
    Package,
    flat_extras,
    licence_keys,
    package_of,
    record_of,
    tag_names,
)
from opendata_hub.domain.ckan.switch import switched
from opendata_hub.domain.errors import InvalidPackage, SlugTaken
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, Place, require
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.catalog.publish import Words, publish
from opendata_hub.flows.ckan.show import THEME, Shown
from opendata_hub.store import changes, datasets, submissions
from opendata_hub.store.ckan import drafts
from opendata_hub.store.ckan.drafts import Draft
from opendata_hub.store.submissions import Submission

FAMILY, DAY = "family", "day"
"""Extras of ours: what kind of table it is, and of a document its day."""
KEPT = CORE | {"name", "owner_org", "private", "license_id", "groups", "extras"}
"""What is kept of a package until it has a file."""
EXTRAS = frozenset(
    {key for line in DATASET for key in (*line.keys, line.exact) if key not in CORE}
    | {FAMILY, DAY, "uri"}
)
_NAME = re.compile(r"[a-z0-9_-]*")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SHORTEST_NAME = 2
NOTHING: tuple[object, ...] = (None, "")


@dataclass(frozen=True, slots=True)
class Said:
    """What a package says, checked.

    family, day: empty where they are not said. licence: CKAN's id of one; empty for the usual one.
    """

    slug: str
    publisher: str
    title: Texts
    record: record.Dataset
    family: str
    day: str
    is_private: bool
    licence: str = ""


def begin(
    session: Session, shown: Shown, given: Mapping[str, Any], *, by: Visitor, now: datetime
) -> Draft:
    """Keep a package that has no file yet; only who may publish it sees it.

    Raises InvalidPackage, SlugTaken, Forbidden to who may not publish for that organization.
    """
    said = checked(shown, given)
    require(by, Deed.PUBLISH, Place(said.publisher))
    datasets.lock(session)
    _require_free(session, said.slug)
    shown.frame.site.publisher_named(said.publisher).require_active()
    draft = Draft(
        id=shown.names.package(said.slug),
        slug=said.slug,
        publisher=said.publisher,
        package={key: each for key, each in given.items() if key in KEPT},
        person=by.person,
        created_at=now,
        modified_at=now,
    )
    drafts.save(session, draft)
    return draft


def change_draft(
    session: Session,
    shown: Shown,
    draft: Draft,
    given: Mapping[str, Any],
    *,
    by: Visitor,
    now: datetime,
) -> Draft:
    """Keep other words in the place of a draft's; its name and organization stay."""
    require(by, Deed.PUBLISH, Place(draft.publisher))
    said = checked(shown, {"name": draft.slug, "owner_org": draft.publisher, **given})
    _require_same(draft.slug, draft.publisher, said)
    kept = {key: each for key, each in given.items() if key in KEPT}
    changed = replace(draft, package=kept, modified_at=now)
    drafts.save(session, changed)
    return changed


def change_published(
    session: Session,
    shown: Shown,
    dataset: Dataset,
    given: Mapping[str, Any],
    *,
    by: Visitor,
    now: datetime,
) -> Dataset:
    """Publish a dataset's file again under other words; what the words leave out, the hub says.

    What says the same is not published again: who loads a package twice makes no new version.
    Raises what ``publish`` raises, and InvalidPackage.
    """
    said = checked(shown, {"name": dataset.slug, "owner_org": dataset.publisher, **given})
    _require_same(dataset.slug, dataset.publisher, said)
    if said.is_private:
        why = "What is published stays public: package_delete withdraws it, with a reason"
        raise InvalidPackage({"private": [why]})
    submission = submissions.get(session, dataset.submission_id, EVERYWHERE)
    words = words_of(shown, said, before=dataset, clearances=_cleared(session, submission))
    if _is_said(shown.frame, dataset, words):
        return dataset
    return publish(session, shown.frame, submission, replace(words, replaces=True), by=by, now=now)


def words_of(
    shown: Shown,
    said: Said,
    *,
    before: Dataset | None = None,
    clearances: tuple[Clearance, ...] = (),
) -> Words:
    """What a package says as the words under which a file is published."""
    return Words(
        publisher=said.publisher,
        title=said.title,
        description=said.record.description,
        slug=said.slug,
        clearances=clearances,
        described=_described(shown, said, before),
        day=day_from(said.day),
    )


def checked(shown: Shown, given: Mapping[str, Any]) -> Said:
    """What a package says; raises InvalidPackage, which names every key at fault."""
    faults = _faults(shown, given)
    if faults:
        raise InvalidPackage(faults)
    extras = flat_extras(given)
    name, title = str(given["name"]), given.get("title") or given["name"]
    read = record_of(
        {**given, "title": title, "extras": _with_theme(shown, given, extras)}, shown.known
    )
    said = Said(
        slug=name,
        publisher=shown.authorities[str(given["owner_org"])],
        title=checked_texts(read.title, what="title", longest=TITLE_LENGTH, needed=True),
        record=read,
        family=str(extras.get(FAMILY) or ""),
        day=str(extras.get(DAY) or ""),
        is_private=bool(switched(given.get("private"))),
        licence=_licence_id(given.get("license_id")),
    )
    checked_texts(read.description, what="notes", longest=DESCRIPTION_LENGTH, needed=False)
    described(
        _described(shown, said, None), shown.frame.iri(f"datasets/{name}"),
        base_url=shown.frame.base_url, coded=shown.frame.coded,
    )  # fmt: skip
    return said


def draft_package(shown: Shown, draft: Draft) -> Package:
    """A draft as a package: what was said, and that nobody else sees it."""
    said = checked(shown, {"name": draft.slug, "owner_org": draft.publisher, **draft.package})
    facts = Facts(
        id=draft.id,
        name=draft.slug,
        created_at=draft.created_at,
        modified_at=draft.modified_at,
        organization=shown.organization_in_short(shown.frame.site.publishers[draft.publisher]),
        is_private=said.is_private,
        state="draft",
    )
    package = package_of(said.record, facts, shown.known)
    extras = {FAMILY: said.family, DAY: said.day}
    package |= licence_keys(licence_named(said.licence))
    package["extras"] += [{"key": key, "value": each} for key, each in extras.items() if each]
    return package


def _is_said(frame: Frame, dataset: Dataset, words: Words) -> bool:
    """Whether a dataset's record says just this already, however its words are written down."""
    asked = replace(
        dataset,
        title=words.title, description=words.description, described=words.described or {},
    )  # fmt: skip
    return dcat.dataset_record(frame, asked) == dcat.dataset_record(frame, dataset)


def _described(shown: Shown, said: Said, before: Dataset | None) -> dict[str, Any]:
    frame = shown.frame
    usual = record.Dataset()
    kept: dict[str, Any] = {}
    if before:
        usual = dcat.dataset_record(frame, replace(before, described={}))
        kept = {key: each for key, each in before.described.items() if key == "series"}
    mine = tuple(each for each in said.record.identifier if each not in usual.identifier)
    read = replace(said.record, identifier=mine or usual.identifier)
    if licence := _chosen_licence(shown, said, before):
        kept["licence"] = licence
    return {**kept, **given_of(read, _code_of(shown), shown.known, usual=usual)}


def _code_of(shown: Shown) -> Any:
    def code_of(vocabulary: str, iri: str) -> str | None:
        terms = shown.frame.vocabularies.get(vocabulary, {}).values()
        return next((term.code for term in terms if term.uri == iri), None)

    return code_of


def _cleared(session: Session, submission: Submission) -> tuple[Clearance, ...]:
    """What was cleared for a file, each alarm once: who publishes it again stands by it."""
    found = {(c.code, c.column): c for c in submissions.clearances(session, submission.id)}
    return tuple(found.values())


def _require_free(session: Session, slug: str) -> None:
    place = changes.entry(session, slug)
    is_taken = place is not None and not place.is_withdrawn
    if is_taken or drafts.find(session, slug):
        raise SlugTaken(f"A dataset is already at {slug!r}")


def _require_same(slug: str, publisher: str, said: Said) -> None:
    if said.slug != slug:
        raise InvalidPackage({"name": ["The address of a dataset never changes"]})
    if said.publisher != publisher:
        raise InvalidPackage({"owner_org": ["A dataset stays with its organization"]})


def _faults(shown: Shown, given: Mapping[str, Any]) -> dict[str, list[str]]:
    found = {
        "name": _name_fault(given.get("name")),
        "owner_org": _owner_fault(shown, given.get("owner_org")),
        "tags": _tag_fault(given),
        "extras": _extra_fault(given),
        "groups": _group_fault(shown, given.get("groups")),
        "license_id": _licence_fault(shown, given.get("license_id")),
        "private": "Must be true or false" if switched(given.get("private")) is None else "",
        "type": "" if given.get("type") in (*NOTHING, "dataset") else "Must be dataset",
        "notes": "" if isinstance(given.get("notes"), str | None) else "Must be a text",
        "title": "" if isinstance(given.get("title"), str | None) else "Must be a text",
    }
    return {key: [fault] for key, fault in found.items() if fault}


def _name_fault(name: object) -> str:
    if name in NOTHING:
        return "Missing value"
    if not isinstance(name, str):
        return "Names must be strings"
    length = len(name)
    wrong = (
        (length < SHORTEST_NAME, f"Must be at least {SHORTEST_NAME} characters long"),
        (length > SLUG_LENGTH, f"Name must be a maximum of {SLUG_LENGTH} characters long"),
        (
            not _NAME.fullmatch(name),
            "Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_",
        ),
        (
            not _SLUG.fullmatch(name),
            "Here it is the end of an address: letters and digits with single hyphens, no _",
        ),
    )
    return next((said for is_wrong, said in wrong if is_wrong), "")


def _owner_fault(shown: Shown, owner: object) -> str:
    if owner in NOTHING:
        return "An organization must be provided"
    return "" if str(owner) in shown.authorities else "Organization does not exist"


def _tag_fault(given: Mapping[str, Any]) -> str:
    names = tag_names(given)
    if len(names) > MOST_VALUES:
        return f"{len(names)} tags, at most {MOST_VALUES}"
    for name in names:
        if len(name) < SHORTEST_NAME:
            return f'Tag "{name}" length is less than minimum {SHORTEST_NAME}'
        if len(name) > LONGEST_TAG:
            return f'Tag "{name[:40]}…" length is more than maximum {LONGEST_TAG}'
    return ""


def _extra_fault(given: Mapping[str, Any]) -> str:
    unknown = sorted(set(flat_extras(given)) - EXTRAS)
    if not unknown:
        return ""
    return (
        f"No place is kept for {unknown[0][:60]!r}; rather than lose it, the hub refuses it. "
        f"Known: {', '.join(sorted(EXTRAS))}"
    )


def _group_fault(shown: Shown, groups: object) -> str:
    if groups in NOTHING:
        return ""
    if not isinstance(groups, list):
        return "Must be a list of dictionaries"
    for each in groups:
        name = each.get("name") or each.get("id") if isinstance(each, Mapping) else each
        if str(name) not in shown.themes:
            return f"No group {str(name)[:60]!r}: groups are the themes of a public list"
    return ""


def _licence_fault(shown: Shown, licence: object) -> str:
    if licence in (*NOTHING, "notspecified"):
        return ""
    known = sorted({each.id for each in _licences(shown).values()})
    if _licence_id(licence) in known:
        return ""
    return f"No licence of this hub is called {str(licence)[:40]!r}; known: {', '.join(known)}"


def _licences(shown: Shown) -> Mapping[str, Licence]:
    """CKAN's licence by the code of each of the hub's list."""
    terms = shown.frame.vocabularies["licence"].values()
    found = ((term.code, licence_of(term.uri)) for term in terms)
    return {code: licence for code, licence in found if licence}


def _licence_id(written: object) -> str:
    """CKAN's own spelling of a licence's id; empty for none, and for one it does not know."""
    known = None if written in (*NOTHING, "notspecified") else licence_named(str(written))
    return known.id if known else ""


def _chosen_licence(shown: Shown, said: Said, before: Dataset | None) -> str:
    """The code of the licence that a package chooses; empty where it is the usual one.

    Several codes may have one id of CKAN's: what a dataset has, or would have, is not changed then.
    """
    frame = shown.frame
    family = frame.families.get(before.family if before else said.family)
    usual = frame.usual_licence(family) if family else frame.site.licence
    has = frame.licence_of(before).code if before else usual
    codes = [code for code, each in _licences(shown).items() if each.id == said.licence]
    chosen = next((code for code in (has, usual) if code in codes), next(iter(codes), usual))
    return "" if chosen == usual else chosen


def _with_theme(
    shown: Shown, given: Mapping[str, Any], extras: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The extras with the themes that the groups name, where none are said."""
    groups = given.get("groups") or []
    names = [g.get("name") or g.get("id") if isinstance(g, Mapping) else g for g in groups]
    themes = [f"{THEME}{shown.themes[str(name)]}" for name in names]
    told = {"theme": themes, **extras} if themes else dict(extras)
    return [{"key": key, "value": value} for key, value in told.items()]

"""Actions that change packages and their files, through the gates of the portal."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session
from starlette.datastructures import UploadFile

from opendata_hub import clock
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.report import clearances_from
from opendata_hub.domain.ckan.mapping import Package
from opendata_hub.domain.ckan.switch import switched
from opendata_hub.domain.errors import InvalidPackage, UnknownDataset
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.flows.catalog.publish import Words, publish
from opendata_hub.flows.catalog.serving import rows as rows_flow
from opendata_hub.flows.catalog.withdraw import require_published, withdraw
from opendata_hub.flows.ckan import prepare
from opendata_hub.flows.ckan.guess import family_of
from opendata_hub.flows.ckan.prepare import Said
from opendata_hub.flows.ckan.show import Shown, package_at, shown_in
from opendata_hub.store import changes, datasets
from opendata_hub.store.ckan import drafts
from opendata_hub.store.ckan.drafts import Draft
from opendata_hub.web.catalog.datasets_api import sender_name, submitted
from opendata_hub.web.ckan.call import MISSING, Call, parsed
from opendata_hub.web.ckan.packages import name_of, resource_of

NO_REASON = "Retiré par l’organisme qui l’avait publié"
"""What readers are told where a client of CKAN deletes and gives no reason."""
ONE_FILE = "A dataset has one file here: replace it with resource_update"
DESCRIPTION = "datapackage.json"
"""What Frictionless hands in after the table itself."""
WORKED_OUT = "It is worked out of the file: hand in another one (upload)"


def package_create(call: Call) -> Package:
    """Begin a dataset. It is published when resource_create hands in its file."""
    given = _given(call)
    if given.get("resources"):
        raise InvalidPackage({"resources": ["Hand in the file with resource_create (upload)"]})
    with call.hub.writing() as session:
        shown = shown_in(session, call.hub.frame)
        draft = prepare.begin(session, shown, given, by=call.visitor, now=clock.now())
    if call.is_true("return_id_only"):
        return draft.id  # type: ignore[return-value]
    return prepare.draft_package(shown, draft)


def package_update(call: Call) -> Package:
    """Change what is said of a dataset: the whole of it is given."""
    wanted = call.text("id") or call.text("name")
    if not wanted:
        raise InvalidPackage({"id": [MISSING]})
    with call.hub.reading() as session:
        _require_there(session, call, wanted)
    given = _given(call)
    return _changed(call, wanted, lambda _: given)


def package_patch(call: Call) -> Package:
    """Change some of what is said of a dataset."""
    wanted = call.needed("id")
    asked = {k: each for k, each in _given(call).items() if k != "id"}
    return _changed(call, wanted, lambda before: {**before, **asked})


def package_revise(call: Call) -> dict[str, Any]:
    """Change a dataset if it is still as it is expected to be (match)."""
    match, update = _nested(call, "match"), _nested(call, "update")
    if call.given.get("filter"):
        raise InvalidPackage({"filter": ["Not offered here: give whole values in update"]})
    wanted = str(match.get("id") or match.get("name") or "")
    if not wanted:
        raise InvalidPackage({"match": ["At least one of name, id is required"]})

    def revised(before: Package) -> Mapping[str, Any]:
        if differing := [key for key, each in match.items() if before.get(key) != each]:
            raise InvalidPackage({"match": differing})
        return {**before, **update}

    return {"package": _changed(call, wanted, revised)}


def package_delete(call: Call) -> None:
    """Withdraw a dataset: a tombstone with the reason stays at its address."""
    wanted, reason = call.needed("id"), call.text("reason", NO_REASON)
    with call.hub.writing() as session:
        shown = shown_in(session, call.hub.frame)
        if draft := drafts.find(session, wanted):
            require(call.visitor, Deed.WITHDRAW, Place(draft.publisher))
            drafts.drop(session, draft)
            return
        slug = name_of(session, shown, call, wanted)
        if left := changes.tombstone(session, slug):
            require(call.visitor, Deed.WITHDRAW, Place(left.publisher))
            return
        withdraw(session, call.hub.frame, slug, reason=reason, by=call.visitor, now=clock.now())
    call.hub.index_changes()


def dataset_purge(call: Call) -> None:
    """The same as package_delete: what was published leaves a tombstone."""
    package_delete(call)


def resource_create(call: Call) -> dict[str, Any]:
    """Hand in the file of a dataset that was begun. It is checked, and published if it is sound."""
    wanted = call.needed("package_id")
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        draft = drafts.find(session, wanted)
        if draft is None:
            _require_there(session, call, wanted)
            return _beside(session, shown, call, wanted)
    require(call.visitor, Deed.PUBLISH, Place(draft.publisher))
    said = prepare.checked(
        shown, {"name": draft.slug, "owner_org": draft.publisher, **draft.package}
    )
    if said.is_private:
        why = "A file that is handed in is published: set private to false first"
        raise InvalidPackage({"private": [why]})
    words = prepare.words_of(shown, said, clearances=clearances_from(_listed(call, "clear")))
    is_again = bool(switched(call.given.get("again")))
    return _published(call, shown, said, replace(words, again=is_again), draft)


def resource_update(call: Call) -> dict[str, Any]:
    """Replace the file of a dataset by a new version."""
    wanted = call.needed("id")
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        resource = resource_of(session, shown, call, wanted)
        slug = name_of(session, shown, call, resource["package_id"])
        dataset = datasets.get(session, slug)
    require(call.visitor, Deed.PUBLISH, Place(dataset.publisher))
    if "upload" not in call.files:
        return _unchanged(call, resource)
    kept = call.hub.files.put(
        call.files["upload"].file, limit_bytes=call.hub.settings.upload_limit_bytes
    )
    call.files["upload"].file.seek(0)
    if kept.sha256 == dataset.distribution.sha256:
        return resource
    words = Words(
        dataset.publisher, dataset.title, dataset.description, slug, replaces=True,
        clearances=clearances_from(_listed(call, "clear")),
    )  # fmt: skip
    with call.hub.reading() as session:
        package = package_at(session, shown, slug) or {}
    said = prepare.checked(shown, _sayable(package))
    return _published(call, shown, said, words, None)


def resource_patch(call: Call) -> dict[str, Any]:
    """The same as resource_update."""
    return resource_update(call)


def resource_delete(call: Call) -> None:
    """Refused: a dataset without its file would be none."""
    with call.hub.reading() as session:
        resource_of(session, shown_in(session, call.hub.frame), call, call.needed("id"))
    raise InvalidPackage({"id": [f"{ONE_FILE}, or delete the dataset"]})


def _beside(session: Session, shown: Shown, call: Call, wanted: str) -> dict[str, Any]:
    """A second file is refused, but for a description of the first: the hub has its own."""
    dataset = _own(session, shown, call, wanted)
    require(call.visitor, Deed.PUBLISH, Place(dataset.publisher))
    upload = call.files.get("upload")
    if upload is None or upload.filename != DESCRIPTION:
        raise InvalidPackage({"package_id": [ONE_FILE]})
    resource: dict[str, Any] = shown.package(dataset)["resources"][0]
    return resource


def _published(
    call: Call, shown: Shown, said: Said, words: Words, draft: Draft | None
) -> dict[str, Any]:
    """Check the file and publish it; what stops it is kept as a report and told."""
    upload, hub = _upload(call), call.hub
    family = said.family or _guessed(call, said, upload)
    hub.authority(said.publisher).require_publishes(hub.family(family).name)
    submission = submitted(hub, call.visitor, upload, family, "en", said.publisher)
    with hub.writing() as session:
        dataset = publish(session, hub.frame, submission, words, by=call.visitor, now=clock.now())
        if draft:
            drafts.drop(session, draft)
    hub.index_changes()
    rows_flow.prepare(hub.frame, hub.files, hub.rows, dataset)
    resource: dict[str, Any] = shown.package(dataset)["resources"][0]
    return resource


def _upload(call: Call) -> UploadFile:
    if "upload" in call.files:
        return call.files["upload"]
    why = "Hand in the file (multipart, upload): the hub keeps no links to files elsewhere"
    raise InvalidPackage({"upload": [MISSING if "url" not in call.given else why]})


def _guessed(call: Call, said: Said, upload: UploadFile) -> str:
    """The family that is not said: the only one of its publisher, or the one of these columns."""
    own = call.hub.authority(said.publisher).families
    if len(own) == 1:
        return next(iter(own))
    tables = {k: each for k, each in call.hub.frame.tables.items() if not own or k in own}
    kept = call.hub.files.put(upload.file, limit_bytes=call.hub.settings.upload_limit_bytes)
    upload.file.seek(0)
    if found := family_of(kept.path, sender_name(upload), tables):
        return found
    raise InvalidPackage({"family": [f"Say which in extras: {', '.join(sorted(tables))}"]})


def _changed(call: Call, wanted: str, asked: Callable[[Package], Mapping[str, Any]]) -> Package:
    """Other words for a draft or a published dataset; what is the same is not written again.

    asked: what is to be said, from what is said now; nobody changes that in between.
    """
    now = clock.now()
    with call.hub.writing() as session:
        datasets.lock(session)
        shown = shown_in(session, call.hub.frame)
        if draft := drafts.find(session, wanted):
            require(call.visitor, Deed.PUBLISH, Place(draft.publisher))
            said = _sayable(asked(prepare.draft_package(shown, draft)))
            changed = prepare.change_draft(session, shown, draft, said, by=call.visitor, now=now)
            return prepare.draft_package(shown, changed)
        dataset = _own(session, shown, call, wanted)
        require(call.visitor, Deed.PUBLISH, Place(dataset.publisher))
        said = _sayable(asked(shown.package(dataset)))
        new = prepare.change_published(session, shown, dataset, said, by=call.visitor, now=now)
    call.hub.index_changes()
    return shown.package(new)


def _own(session: Session, shown: Shown, call: Call, wanted: str) -> Dataset:
    slug = name_of(session, shown, call, wanted)
    require_published(session, slug)
    return datasets.get(session, slug)


def _require_there(session: Session, call: Call, wanted: str) -> None:
    shown = shown_in(session, call.hub.frame)
    slug = name_of(session, shown, call, wanted)
    if drafts.find(session, wanted) is None and datasets.find(session, slug) is None:
        require_published(session, slug)
        raise UnknownDataset(f"No dataset {wanted[:100]!r} is published here")


def _given(call: Call) -> dict[str, Any]:
    """What is given, with JSON where a form brings it as text."""
    texts = {"title", "notes", "name"}
    return {k: each if k in texts else parsed(each) for k, each in call.given.items()}


def _sayable(package: Mapping[str, Any]) -> dict[str, Any]:
    """What of a package can be said: not what the hub makes of it itself."""
    return {key: each for key, each in package.items() if key in prepare.KEPT}


def _nested(call: Call, key: str) -> dict[str, Any]:
    """An object, or its values one by one: ``update__title``."""
    flat = {k.partition("__")[2]: v for k, v in call.given.items() if k.startswith(f"{key}__")}
    return {**call.mapping(key), **flat}


def _listed(call: Call, key: str) -> list[str]:
    value = parsed(call.given.get(key)) or []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _unchanged(call: Call, resource: Mapping[str, Any]) -> dict[str, Any]:
    """The file as it is, where nothing else is asked of it."""
    other = {
        key: [WORKED_OUT]
        for key, value in call.given.items()
        if key in resource and str(value) != str(resource[key]) and value not in (None, "")
    }
    if other:
        raise InvalidPackage(other)
    return dict(resource)

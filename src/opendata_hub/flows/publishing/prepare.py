"""A steward prepares a publication: a file, its repairs, words, a day, and it is out, once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.document import day_from
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.errors import ChangedMeanwhile, Invalid, Refused, UnknownDataset
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import STRANGER, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, Place, reach, require
from opendata_hub.domain.publishing.draft import AGAIN, Draft, described_of, one_line, typed_of
from opendata_hub.domain.publishing.merge import Merge, merged
from opendata_hub.flows.catalog.publish import (
    Assessed,
    Words,
    previewed,
    publish,
    require_publishable,
)
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.store import changes, datasets, submissions
from opendata_hub.store.people import accounts
from opendata_hub.store.publishing import drafts
from opendata_hub.store.submissions import Submission


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with the report on its file. before: the dataset that it gives a new version."""

    draft: Draft
    submission: Submission
    before: Dataset | None


@dataclass(frozen=True, slots=True)
class Out:
    """What was published. is_new: by this call, and not by one before it."""

    slug: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft after a form was sent. Where the merge has clashes, nothing of the form was kept."""

    held: Opened
    merge: Merge


def begin(
    session: Session, submission: Submission, *, by: Visitor, replaces: str = "", now: datetime
) -> Draft:
    """Begin a publication with a checked file; a new version begins with what is said of the old.

    Raises Forbidden, UnknownDataset, and Invalid for another family than the dataset is of.
    """
    require(by, Deed.PUBLISH, Place(submission.authority))
    given: Mapping[str, str] = {}
    began_from = None
    if replaces:
        before = datasets.get(session, replaces)
        require(by, Deed.PUBLISH, Place(before.publisher))
        if (before.family, before.publisher) != (submission.family, submission.authority):
            raise Invalid("family: a new version is of the same family and body")
        given, began_from = typed_of(before), before.version
    return drafts.add(
        session, authority=submission.authority, person=by.person, family=submission.family,
        submission_id=submission.id, replaces=replaces, began_from=began_from,
        given=given, now=now,
    )  # fmt: skip


def opened(session: Session, number: int, *, by: Visitor, to_change: bool = False) -> Opened:
    """A draft with its file; raises UnknownDraft out of reach, Refused to change one that is out.

    to_change: nobody else changes it meanwhile.
    """
    within = reach(by, Deed.PUBLISH)
    draft = drafts.get(session, number, within, to_change=to_change)
    if to_change and draft.is_published:
        raise Refused("It is published already: begin a new version")
    before = datasets.find(session, draft.replaces) if draft.replaces else None
    return Opened(draft, submissions.get(session, draft.submission_id, within), before)


def change_file(
    session: Session,
    number: int,
    submission: Submission,
    *,
    instead_of: int,
    by: Visitor,
    now: datetime,
) -> None:
    """Go on with another file, such as a repaired copy; what was typed stays, a day does not.

    instead_of: the number of the file that was looked at; raises ChangedMeanwhile where the draft
    has another one by now.
    """
    held = opened(session, number, by=by, to_change=True).draft
    require_same_file(held, instead_of)
    if (held.family, held.authority) != (submission.family, submission.authority):
        raise Invalid("family: the file was checked for another family or body")
    drafts.keep(session, held.changed(submission_id=submission.id), now)


def require_same_file(draft: Draft, seen: int) -> None:
    """Raise ChangedMeanwhile where the draft has another file than the one that was looked at."""
    if draft.submission_id != seen:
        raise ChangedMeanwhile("It has another file by now; look at that one first")


def keep_words(
    session: Session,
    number: int,
    typed: Mapping[str, str],
    *,
    was: str,
    by: Visitor,
    now: datetime,
) -> Kept:
    """Keep what was typed, right or wrong; what is not among it stays as it was.

    was: the marks of what stood in the form's fields (``domain.publishing.merge``). What somebody
    else has written since is not overwritten: nothing is kept where both have written in a field.
    Other words take the day off for which it was scheduled: nobody has approved them.
    """
    held = opened(session, number, by=by, to_change=True)
    found = held.draft.typed
    merge = merged(found, typed, was)
    names = {*found, *merge.typed}
    if merge.clashes or all(found.get(n, "") == merge.typed.get(n, "") for n in names):
        return Kept(held, merge)
    draft = held.draft.changed(typed=merge.typed)
    drafts.keep(session, draft, now)
    return Kept(replace(held, draft=replace(draft, changed_at=now)), merge)


def begin_anew(session: Session, number: int, *, by: Visitor, now: datetime) -> None:
    """Go on from the version that is published now; what was typed since the draft began stays.

    Where the dataset was withdrawn, the draft becomes one of a new dataset.
    """
    held = opened(session, number, by=by, to_change=True)
    draft, before = held.draft, held.before
    if before is None:
        new = draft.changed(replaces="", began_from=None, given={})
    else:
        require(by, Deed.PUBLISH, Place(before.publisher))
        given = typed_of(before)
        new = draft.changed(
            given=given, began_from=before.version, typed={**given, **draft.retyped}
        )
    drafts.keep(session, new, now)


def bring_back(
    session: Session, number: int, slug: str, *, seen: str, by: Visitor, now: datetime
) -> None:
    """Say that what was withdrawn from an address is published again with this draft.

    seen: the stamp that stood on the page; raises ChangedMeanwhile for another, UnknownDataset
    where nothing was withdrawn from there, and Forbidden where it was another body's.
    """
    draft = opened(session, number, by=by, to_change=True).draft
    _require_seen(draft, seen)
    left = changes.tombstone(session, slug)
    if left is None or draft.replaces:
        raise UnknownDataset(f"Nothing was withdrawn from {slug[:60]!r}")
    require(by, Deed.PUBLISH, Place(left.publisher))
    drafts.keep(session, draft.changed(typed={**draft.typed, "slug": slug, AGAIN: slug}), now)


def discard(session: Session, number: int, *, seen: str, by: Visitor) -> None:
    """Throw a draft away; raises Refused for one that is published.

    seen: the stamp that stood on the page; raises ChangedMeanwhile for another.
    """
    _require_seen(opened(session, number, by=by, to_change=True).draft, seen)
    drafts.remove(session, number)


def words_of(frame: Frame, held: Opened) -> Words:
    """What ``publish`` is told; raises Invalid for a day that is none."""
    draft, before = held.draft, held.before
    day = one_line(draft.typed.get("day", ""))
    return Words(
        draft.authority,
        {language: one_line(text) for language, text in draft.texts("title").items()},
        draft.texts("description"),
        slug=draft.replaces or one_line(draft.typed.get("slug", "")),
        replaces=bool(draft.replaces),
        clearances=_found(held),
        described=described_of(
            draft, before.described if before else {}, _territory(frame, draft.authority)
        ),
        day=day_from(day) if day else None,
        again=draft.is_again,
    )


def _territory(frame: Frame, authority: str) -> Mapping[str, Any] | None:
    body = frame.site.publishers.get(authority)
    home = frame.territory(body) if body else None
    return {"iri": str(home.iri), "label": dict(home.label)} if home else None


def _found(held: Opened) -> tuple[Clearance, ...]:
    """The reasons that were typed for what is still found: a repaired file may have less."""
    found = {(each.code, each.column) for each in held.submission.report.findings}
    return tuple(each for each in held.draft.clearances if (each.code, each.column) in found)


def preview(
    session: Session, frame: Frame, held: Opened, *, by: Visitor, now: datetime
) -> Assessed:
    """The dataset it would become, and its quality; raises as ``publish`` does for the words.

    Raises Withdrawn and ChangedMeanwhile where the dataset is not the one that it began from.
    """
    require_same_version(session, held.draft)
    return previewed(session, frame, held.submission, words_of(frame, held), by=by, now=now)


def send(
    session: Session, frame: Frame, number: int, *, seen: str, by: Visitor, now: datetime
) -> Out:
    """Publish the draft. Sent twice, it is published once, and the second is told the first.

    seen: the stamp that stood on the page; raises ChangedMeanwhile for another, and where the
    dataset has got another version since the draft began, Withdrawn where it has left. Raises as
    ``publish`` does; nothing is written then.
    """
    draft = drafts.get(session, number, reach(by, Deed.PUBLISH), to_change=True)
    if draft.is_published:
        return Out(draft.slug, is_new=False)
    _require_seen(draft, seen)
    return Out(_publish(session, frame, draft, by=by, now=now), is_new=True)


def _require_seen(draft: Draft, seen: str) -> None:
    """Raise ChangedMeanwhile where another state of the draft was looked at."""
    if seen != draft.stamp:
        raise ChangedMeanwhile("Somebody has changed it meanwhile; look at it once more")


def require_same_version(session: Session, draft: Draft) -> None:
    """Raise unless the dataset that gets a new version is the one that the draft began from.

    Raises Withdrawn where it has left the catalogue, ChangedMeanwhile for another version.
    """
    if not draft.replaces:
        return
    require_published(session, draft.replaces)
    if (version := datasets.get(session, draft.replaces).version) != draft.began_from:
        raise ChangedMeanwhile(
            f"{draft.replaces} has version {version} now, and the draft began from another; "
            "begin anew from that version"
        )


def schedule(
    session: Session,
    frame: Frame,
    number: int,
    day: date,
    *,
    seen: str,
    by: Visitor,
    today: date,
    now: datetime,
) -> Draft:
    """Have it published on a day to come, as it is, in the name of whoever says so now.

    Raises Invalid for another day, and otherwise as ``send`` does: what could not be published
    now is not scheduled.
    """
    if day <= today:
        raise Invalid("publish_on: choose a day to come, or publish now")
    held = opened(session, number, by=by, to_change=True)
    _require_seen(held.draft, seen)
    require_publishable(held.submission, words_of(frame, held))
    if broken := preview(session, frame, held, by=by, now=now).broken:
        raise broken
    said = replace(held.draft, publish_on=day, person=by.person, problem="", changed_at=now)
    scheduled = replace(said, approved=said.stamp)
    drafts.keep(session, scheduled, now)
    return scheduled


def unschedule(session: Session, number: int, *, by: Visitor, now: datetime) -> None:
    """Publish it on no day by itself."""
    held = opened(session, number, by=by, to_change=True).draft
    drafts.keep(session, replace(held, publish_on=None, approved=""), now)


def send_due(session: Session, frame: Frame, number: int, *, today: date, now: datetime) -> str:
    """Publish a scheduled draft under the roles that its steward has now; returns its address.

    It is empty where the draft is not due: published, or its day moved or taken off. Raises as
    ``send`` does: what was allowed when it was scheduled may not be so any more, and what is not
    the approved state of it is not published.
    """
    found = drafts.get(session, number, EVERYWHERE, to_change=True)
    if not _is_due(found, today):
        return ""
    _require_seen(found, found.approved)
    return _publish(session, frame, found, by=_steward(session, found.person), now=now)


def note_problem(session: Session, number: int, code: str, *, today: date, now: datetime) -> None:
    """Note why a draft could not be published on its day; it waits for its steward.

    Raises UnknownDraft where it was thrown away meanwhile; one that is not due is left as it is.
    """
    draft = drafts.get(session, number, EVERYWHERE, to_change=True)
    if _is_due(draft, today):
        drafts.keep(session, replace(draft, publish_on=None, approved="", problem=code), now)


def _is_due(draft: Draft, today: date) -> bool:
    return not draft.is_published and draft.publish_on is not None and draft.publish_on <= today


def _steward(session: Session, person: int | None) -> Visitor:
    """Somebody with the roles held now: none where the account is closed."""
    if person is None:
        return STRANGER
    account = accounts.get(session, person)
    return STRANGER if account.disabled_at else Visitor(person, account.grants)


def _publish(session: Session, frame: Frame, draft: Draft, *, by: Visitor, now: datetime) -> str:
    require(by, Deed.PUBLISH, Place(draft.authority))
    datasets.lock(session)
    require_same_version(session, draft)
    within = reach(by, Deed.PUBLISH)
    before = datasets.find(session, draft.replaces) if draft.replaces else None
    held = Opened(draft, submissions.get(session, draft.submission_id, within), before)
    dataset = publish(session, frame, held.submission, words_of(frame, held), by=by, now=now)
    # After the journal, for once: its row has been ours since it was read, and waits for nobody.
    out = replace(draft, slug=dataset.slug, publish_on=None, approved="", problem="")
    drafts.keep(session, out, now)
    return dataset.slug

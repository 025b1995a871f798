"""A steward prepares a publication: a file, its repairs, words, a day, and it is out, once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.document import day_from
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.errors import ChangedMeanwhile, Invalid, Refused
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import STRANGER, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, Place, reach, require
from opendata_hub.domain.publishing.draft import Draft, described_of, one_line, typed_of
from opendata_hub.flows.catalog.publish import Assessed, Words, previewed, publish
from opendata_hub.store import datasets, submissions
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


def begin(
    session: Session, submission: Submission, *, by: Visitor, replaces: str = "", now: datetime
) -> Draft:
    """Begin a publication with a checked file; a new version begins with what is said of the old.

    Raises Forbidden, UnknownDataset, and Invalid for another family than the dataset is of.
    """
    require(by, Deed.PUBLISH, Place(submission.authority))
    typed: Mapping[str, str] = {}
    if replaces:
        before = datasets.get(session, replaces)
        require(by, Deed.PUBLISH, Place(before.publisher))
        if (before.family, before.publisher) != (submission.family, submission.authority):
            raise Invalid("family: a new version is of the same family and body")
        typed = typed_of(before)
    return drafts.add(
        session, authority=submission.authority, person=by.person, family=submission.family,
        submission_id=submission.id, replaces=replaces, typed=typed, now=now,
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
    session: Session, number: int, submission: Submission, *, by: Visitor, now: datetime
) -> None:
    """Go on with another file, such as a repaired copy; what was typed stays."""
    held = opened(session, number, by=by, to_change=True).draft
    if (held.family, held.authority) != (submission.family, submission.authority):
        raise Invalid("family: the file was checked for another family or body")
    drafts.keep(session, replace(held, submission_id=submission.id, problem=""), now)


def keep_words(
    session: Session, number: int, typed: Mapping[str, str], *, by: Visitor, now: datetime
) -> Opened:
    """Keep what was typed, right or wrong; what is not among it stays as it was."""
    held = opened(session, number, by=by, to_change=True)
    draft = replace(held.draft, typed={**held.draft.typed, **typed}, problem="")
    drafts.keep(session, draft, now)
    return replace(held, draft=draft)


def discard(session: Session, number: int, *, by: Visitor) -> None:
    """Throw a draft away; raises Refused for one that is published."""
    opened(session, number, by=by, to_change=True)
    drafts.remove(session, number)


def words_of(held: Opened) -> Words:
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
        described=described_of(draft, before.described if before else {}),
        day=day_from(day) if day else None,
    )


def _found(held: Opened) -> tuple[Clearance, ...]:
    """The reasons that were typed for what is still found: a repaired file may have less."""
    found = {(each.code, each.column) for each in held.submission.report.findings}
    return tuple(each for each in held.draft.clearances if (each.code, each.column) in found)


def preview(
    session: Session, frame: Frame, held: Opened, *, by: Visitor, now: datetime
) -> Assessed:
    """The dataset it would become, and its quality; raises as ``publish`` does for the words."""
    return previewed(session, frame, held.submission, words_of(held), by=by, now=now)


def send(
    session: Session, frame: Frame, number: int, *, seen: str, by: Visitor, now: datetime
) -> Out:
    """Publish the draft. Sent twice, it is published once, and the second is told the first.

    seen: the moment of change that stood on the page; raises ChangedMeanwhile for another. Raises
    as ``publish`` does; nothing is written then.
    """
    draft = drafts.get(session, number, reach(by, Deed.PUBLISH), to_change=True)
    if draft.is_published:
        return Out(draft.slug, is_new=False)
    if seen != stamp(draft):
        raise ChangedMeanwhile("Somebody has changed it meanwhile; look at it once more")
    return Out(_publish(session, frame, draft, by=by, now=now), is_new=True)


def stamp(draft: Draft) -> str:
    """What a form carries to say which state of a draft was on the page."""
    return f"{draft.submission_id}-{draft.changed_at.timestamp():.6f}"


def schedule(
    session: Session, number: int, day: date, *, by: Visitor, today: date, now: datetime
) -> Draft:
    """Have it published on a day to come, by whoever says so now; raises Invalid for another."""
    if day <= today:
        raise Invalid("publish_on: choose a day to come, or publish now")
    held = opened(session, number, by=by, to_change=True).draft
    scheduled = replace(held, publish_on=day, person=by.person, problem="")
    drafts.keep(session, scheduled, now)
    return scheduled


def unschedule(session: Session, number: int, *, by: Visitor, now: datetime) -> None:
    """Publish it on no day by itself."""
    held = opened(session, number, by=by, to_change=True).draft
    drafts.keep(session, replace(held, publish_on=None), now)


def send_due(session: Session, frame: Frame, number: int, *, now: datetime) -> str:
    """Publish a scheduled draft under the roles that its steward has now; returns its address.

    Raises as ``publish`` does: what was allowed when it was scheduled may not be so any more.
    """
    found = drafts.get(session, number, EVERYWHERE, to_change=True)
    if found.is_published or found.publish_on is None:
        return found.slug
    return _publish(session, frame, found, by=_steward(session, found.person), now=now)


def note_problem(session: Session, number: int, code: str, *, now: datetime) -> None:
    """Note why a draft could not be published on its day; it waits for its steward."""
    draft = drafts.get(session, number, EVERYWHERE, to_change=True)
    if not draft.is_published:
        drafts.keep(session, replace(draft, publish_on=None, problem=code), now)


def _steward(session: Session, person: int | None) -> Visitor:
    """Somebody with the roles held now: none where the account is closed."""
    if person is None:
        return STRANGER
    account = accounts.get(session, person)
    return STRANGER if account.disabled_at else Visitor(person, account.grants)


def _publish(session: Session, frame: Frame, draft: Draft, *, by: Visitor, now: datetime) -> str:
    require(by, Deed.PUBLISH, Place(draft.authority))
    within = reach(by, Deed.PUBLISH)
    before = datasets.find(session, draft.replaces) if draft.replaces else None
    held = Opened(draft, submissions.get(session, draft.submission_id, within), before)
    dataset = publish(session, frame, held.submission, words_of(held), by=by, now=now)
    # After the journal, for once: its row has been ours since it was read, and waits for nobody.
    drafts.keep(session, replace(draft, slug=dataset.slug, publish_on=None, problem=""), now)
    return dataset.slug

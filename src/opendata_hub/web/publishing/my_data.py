"""What a body has to publish, what it prepares, and a file handed in."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.errors import Forbidden, HubError, Invalid, NotKnown, Refused, TooLarge
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.domain.publishing.duty import Standing, next_by, standing
from opendata_hub.flows.catalog.withdraw import require_published, withdraw
from opendata_hub.flows.publishing import prepare
from opendata_hub.store import datasets
from opendata_hub.store.publishing import drafts
from opendata_hub.web import negotiation
from opendata_hub.web.catalog.datasets_api import submitted
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.publishing.sent import Sent, sent_file
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
MOST_DRAFTS, MOST_DATASETS = 50, 60
router = APIRouter(route_class=Door, include_in_schema=False)
Typed = Annotated[str, Form()]
SentFile = Annotated[UploadFile | None, File()]


@dataclass(frozen=True, slots=True)
class Duty:
    """One family that a body publishes, and where it stands with it."""

    family: Family
    datasets: int
    published_on: date | None
    next_by: date | None
    standing: Standing


@router.api_route("/my-data", methods=READ)
@needs(Deed.PUBLISH)
def without_language(request: Request) -> Response:
    """An address without a language leads to the one that has the reader's."""
    return negotiation.to_language(request, "my-data")


@router.api_route("/{language}/my-data", methods=READ)
@needs(Deed.PUBLISH)
def overview(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    authority: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """What the body must publish and when, what is prepared, what is out."""
    return _overview(request, hub, visitor, language, _body(hub, visitor, authority))


@router.post("/{language}/my-data")
@needs(Deed.PUBLISH)
def hand_in(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    file: SentFile = None,
    upload: Typed = "",
    family: Typed = "",
    authority: Typed = "",
    replaces: Typed = "",
) -> Response:
    """Check a file, and lead to its report; a fault is told beside the form.

    upload: the key of a file that came in pieces, in place of one in the form.
    """
    body = _body(hub, visitor, authority)
    try:
        sent = sent_file(hub, visitor, file, upload)
        number = handed_in(hub, visitor, sent, language, body, family=family, replaces=replaces)
    except (Invalid, NotKnown, Refused, TooLarge) as problem:
        if replaces:
            return _published_page(request, hub, visitor, language, replaces, problem=problem)
        return _overview(request, hub, visitor, language, body, problem=problem, chosen=family)
    return RedirectResponse(f"/{language}/my-data/{number}", 303)


@router.api_route("/{language}/my-data/published/{slug}", methods=READ)
@needs(Deed.PUBLISH)
def published(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, slug: str
) -> Response:
    """A dataset of one's own: a new version, or out of the catalogue with a reason."""
    return _published_page(request, hub, visitor, language, slug)


@router.post("/{language}/my-data/published/{slug}/withdraw")
@needs(Deed.WITHDRAW)
def take_out(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    slug: str,
    reason: Typed = "",
) -> Response:
    """Withdraw a dataset; a tombstone with the reason stays at its address."""
    try:
        with hub.writing() as session:
            withdraw(session, hub.frame, slug, reason=reason, by=visitor, now=clock.now())
    except Invalid as problem:
        return _published_page(
            request, hub, visitor, language, slug, problem=problem, reason=reason
        )
    hub.index_changes()
    return RedirectResponse(f"/{language}/datasets/{slug}", 303)


def handed_in(
    hub: Hub,
    visitor: Visitor,
    sent: Sent,
    language: str,
    body: Authority,
    *,
    family: str,
    replaces: str = "",
) -> int:
    """The number of the draft that was begun with a file, by this call or by one before it."""
    if sent.used_for is not None:
        return sent.used_for
    file = sent.chosen()
    body.require_publishes(hub.family(family).name)
    submission = submitted(hub, visitor, file, family, language, body.id)
    now = clock.now()
    with hub.writing() as session:
        used_for = sent.still_unused(session, visitor, now)
        if used_for is not None:
            return used_for
        draft = prepare.begin(session, submission, by=visitor, replaces=replaces, now=now)
        sent.use(session, draft.id, submission.id)
    return draft.id


def _body(hub: Hub, visitor: Visitor, wanted: str) -> Authority:
    """The body that was asked for, or the first one in whose name the visitor publishes."""
    within = reach(visitor, Deed.PUBLISH)
    own = hub.frame.site.publisher
    first = own if within.everywhere or own in within.authorities else min(within.authorities)
    body = hub.authority(wanted or first)
    require(visitor, Deed.PUBLISH, Place(body.id))
    return body


def _overview(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    body: Authority,
    *,
    problem: HubError | None = None,
    chosen: str = "",
) -> Response:
    with hub.reading() as session:
        lasts = datasets.last_of_families(session, body.id)
        prepared = drafts.open_of(session, body.id, most=MOST_DRAFTS)
        listed = list(datasets.latest(session, publisher=body.id, most=MOST_DATASETS))
    today = clock.today(hub.timezone)
    families = [
        family for name, family in hub.frame.families.items()
        if not body.families or name in body.families
    ]  # fmt: skip
    return page(
        request, "my_data.html", language,
        status=422 if problem else 200, body=body, bodies=_bodies(hub, visitor),
        duties=[_duty(each, lasts.get(each.name), today) for each in families],
        families=hub.frame.families, drafts=prepared, datasets=listed, problem=problem,
        chosen=chosen, limit_mb=hub.settings.upload_limit_mb, frequency=_frequencies(hub),
        may_withdraw=reach(visitor, Deed.WITHDRAW).covers(Place(body.id)),
    )  # fmt: skip


def _duty(family: Family, last: datasets.Last | None, today: date) -> Duty:
    day = last.modified_at.date() if last else None
    return Duty(
        family,
        last.datasets if last else 0,
        day,
        next_by(day, family.frequency) if day else None,
        standing(day, family.frequency, today),
    )


def _frequencies(hub: Hub) -> dict[str, object]:
    used = {family.frequency for family in hub.frame.families.values()}
    return {code: hub.frame.term("frequency", code).label for code in used}


def _bodies(hub: Hub, visitor: Visitor) -> list[Authority]:
    """The bodies to choose from: few stewards work for more than one."""
    within = reach(visitor, Deed.PUBLISH)
    return [hub.authority(each) for each in sorted(within.authorities)]


def _published_page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    slug: str,
    *,
    problem: HubError | None = None,
    reason: str = "",
) -> Response:
    with hub.reading() as session:
        require_published(session, slug)
        dataset = datasets.get(session, slug)
    _require_own(visitor, dataset)
    return page(
        request, "my_published.html", language,
        status=422 if problem else 200, dataset=dataset, problem=problem, reason=reason,
        family=hub.family(dataset.family), limit_mb=hub.settings.upload_limit_mb,
        may_withdraw=reach(visitor, Deed.WITHDRAW).covers(Place(dataset.publisher)),
    )  # fmt: skip


def _require_own(visitor: Visitor, dataset: Dataset) -> None:
    if not reach(visitor, Deed.PUBLISH).covers(Place(dataset.publisher)):
        raise Forbidden("Another body publishes this")

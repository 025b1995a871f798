"""A reader asks to be told by e-mail, confirms it by a button, and stops it by one click."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.alerts.alert import AlertKind, Link, Topic
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.filing.opened import opened_at, require_person
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.protection.pace import Traffic
from opendata_hub.flows.alerts import subscribe as flow
from opendata_hub.store.alerts import kept
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.people.browser import send_after
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
NOT_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
router = APIRouter(route_class=Door, include_in_schema=False)


@router.post("/{language}/alerts")
@needs(Deed.FILE_REQUEST, counted=Traffic.SIGN_UP)
def ask(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    kind: Annotated[AlertKind, Form()],
    about: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    opened: Annotated[str, Form()] = "",
    website: Annotated[str, Form()] = "",
) -> Response:
    """Write to the address that was typed; a fault brings the form back with it.

    Whoever asks is told the same, whether the address is known here or not.
    """
    now = clock.now()
    with hub.reading() as session:
        topic = flow.topic_of(session, hub.frame, kind, about, language=language)
    try:
        require_person(hub.key, opened=opened, trap=website, now=now)
        with hub.writing() as session:
            flow.subscribe(session, topic, email, language=language, now=now)
    except Invalid as problem:
        return _form(request, hub, language, topic, typed=email, problem=problem)
    answer = RedirectResponse(f"/{language}/alerts/asked", 303)
    answer.background = send_after(hub)
    return answer


@router.api_route("/{language}/alerts", methods=READ)
@needs(Deed.READ_PUBLISHED)
def form(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    kind: AlertKind = AlertKind.SEARCH,
    about: str = "",
) -> Response:
    """The form: on a page of its own, for it is another each second, and those it is about stay.

    Asked without anything, it is about all datasets.
    """
    with hub.reading() as session:
        topic = flow.topic_of(session, hub.frame, kind, about, language=language)
    return _form(request, hub, language, topic)


@router.api_route("/{language}/alerts/asked", methods=READ)
@needs(Deed.READ_PUBLISHED)
def asked(request: Request, language: PageLanguage) -> Response:
    """What to do now: the same for everybody."""
    return page(request, "alert_asked.html", language)


@router.api_route("/{language}/alerts/{salt}/confirm/{key}", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def ask_confirm(
    request: Request, hub: HubDep, language: PageLanguage, salt: str, key: str
) -> Response:
    """Ask for the button to be pressed: a scanner of mail that opens links confirms nothing."""
    with hub.reading() as session:
        alert = flow.shown(session, salt, key, Link.CONFIRM, hub_key=hub.key)
    if alert and flow.is_over(alert, clock.now()):
        alert = None
    return _page(
        request, "alert_confirm.html", language,
        alert=alert, is_confirmed=bool(alert and alert.confirmed_at),
    )  # fmt: skip


@router.post("/{language}/alerts/{salt}/confirm/{key}")
@needs(Deed.FOLLOW_WITH_CODE)
def confirm(request: Request, hub: HubDep, language: PageLanguage, salt: str, key: str) -> Response:
    """Confirm it; a second time changes nothing."""
    with hub.writing() as session:
        alert = flow.confirm(session, salt, key, hub_key=hub.key, now=clock.now())
    return _page(request, "alert_confirm.html", language, alert=alert, is_confirmed=True)


@router.api_route("/{language}/alerts/{salt}/stop/{key}", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def ask_stop(
    request: Request, hub: HubDep, language: PageLanguage, salt: str, key: str
) -> Response:
    """Ask whether to stop: what opens every link must stop nothing."""
    with hub.reading() as session:
        alert = flow.shown(session, salt, key, Link.STOP, hub_key=hub.key)
    return _page(request, "alert_stop.html", language, alert=alert)


@router.post("/{language}/alerts/{salt}/stop/{key}")
@needs(Deed.FOLLOW_WITH_CODE, counted=Traffic.WRITE)
def stop(request: Request, hub: HubDep, language: PageLanguage, salt: str, key: str) -> Response:
    """Erase the alert and its address; a second time changes nothing.

    RFC 8058 posts here, too, for many readers from the few networks of those who keep mailboxes.
    """
    with hub.writing() as session:
        mails = flow.stop(session, salt, key, hub_key=hub.key)
    hub.forget_files((), mails=mails)
    return _page(request, "alert_stop.html", language, alert=None)


@router.api_route("/{language}/alerts/{salt}/refuse/{key}", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def ask_refuse(
    request: Request, hub: HubDep, language: PageLanguage, salt: str, key: str
) -> Response:
    """Ask whether nothing is to be written to the address any more, or whether it may be again."""
    with hub.reading() as session:
        alert = flow.shown(session, salt, key, Link.REFUSE, hub_key=hub.key)
        is_refused = kept.is_refused_by(session, salt)
    return _page(request, "alert_refuse.html", language, alert=alert, is_refused=is_refused)


@router.post("/{language}/alerts/{salt}/refuse/{key}")
@needs(Deed.FOLLOW_WITH_CODE, counted=Traffic.WRITE)
def refuse(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    salt: str,
    key: str,
    lift: Annotated[str, Form()] = "",
) -> Response:
    """Write to the address no more; lift: take that back. A second time changes nothing."""
    mails: frozenset[str] = frozenset()
    with hub.writing() as session:
        if lift:
            flow.lift(session, salt, key, hub_key=hub.key)
        else:
            mails = flow.refuse(session, salt, key, hub_key=hub.key, now=clock.now())
        is_refused = kept.is_refused_by(session, salt)
    hub.forget_files((), mails=mails)
    return _page(request, "alert_refuse.html", language, alert=None, is_refused=is_refused)


def _form(
    request: Request,
    hub: Hub,
    language: str,
    topic: Topic,
    *,
    typed: str = "",
    problem: Invalid | None = None,
) -> Response:
    return _page(
        request, "alert_new.html", language, status=422 if problem else 200,
        topic=topic, typed=typed, problem=problem, opened=opened_at(hub.key, clock.now()),
    )  # fmt: skip


def _page(request: Request, template: str, language: str, **values: Any) -> Response:
    answer = page(request, template, language, here=request.url.path, **values)
    answer.headers.update(NOT_KEPT)
    return answer

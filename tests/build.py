"""Values for tests, made by one hand: fictional, complete, easy to vary."""

import io
from datetime import UTC, date, datetime, timedelta

from pwdlib.hashers.argon2 import Argon2Hasher

from opendata_hub import clock
from opendata_hub.adapters.people.passwords import Passwords
from opendata_hub.bootstrap import Hub, catalog_folders
from opendata_hub.domain.authority import Authority, prefix_of
from opendata_hub.domain.authority import Unit as DeskUnit
from opendata_hub.domain.catalog.dataset import Dataset, Distribution
from opendata_hub.domain.catalog.report import Report
from opendata_hub.domain.catalog.territory import Gazetteer, Territory, TerritoryLevel
from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.filing.opened import opened_at
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import OPERATOR, Grant, Role
from opendata_hub.domain.people.session import Proof
from opendata_hub.domain.requests.acts import DECISIONS, Act
from opendata_hub.domain.requests.calendar import Calendar, Holiday, HolidayStatus
from opendata_hub.domain.requests.deadline import deadline
from opendata_hub.domain.requests.info_request import InfoRequest, Question, Requester
from opendata_hub.domain.requests.law import Actor, Law, Receipt, Start, Step
from opendata_hub.domain.requests.term import DayZero, End, Reading, Span, Unit
from opendata_hub.domain.requests.timeline import Event
from opendata_hub.domain.secret import session_key_digest
from opendata_hub.flows.authorities.create import create
from opendata_hub.flows.catalog.publish import Words, publish
from opendata_hub.flows.catalog.submit import examine, submit
from opendata_hub.flows.people.issue_token import Limits, issue_to_program
from opendata_hub.flows.people.sign_in import open_session
from opendata_hub.packs.families import sample_described, sample_file
from opendata_hub.store import info_requests, submissions
from opendata_hub.store.people import accounts

BASE_URL = "http://hub.example"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 22)
MINUTE = timedelta(minutes=1)


def texts(word: str) -> dict[str, str]:
    """The same word in each language, told apart by its ending."""
    return {language: f"{word} {language}" for language in ("ar", "fr", "en")}


def reading(
    day_zero: DayZero = DayZero.EXCLUDED, end: End = End.NONE, *, uncertain_off: bool = True
) -> Reading:
    return Reading(day_zero, end, uncertain_off)


def step(
    length: int = 20,
    unit: Unit = Unit.WORKING_DAYS,
    legal: Reading | None = None,
    safe: Reading | None = None,
    **changes: object,
) -> Step:
    legal = legal or reading()
    given = {
        "name": "reply",
        "title": texts("Reply"),
        "actor": Actor.AUTHORITY,
        "starts": (Start("receipt"),),
        "starts_on": texts("receipt"),
        "term": Span(length, unit),
        "legal": legal,
        "safe": safe or legal,
        "article": "1",
        "source": "a law made up for tests",
        "confidence": Confidence.VERIFIED,
        "note": texts("note"),
        "kept_by": DECISIONS,
    }
    return Step(**{**given, **changes})


def law(*steps: Step, **changes: object) -> Law:
    given = {
        "name": "xx/1",
        "title": texts("Law"),
        "version": "2020-01-01",
        "in_force_from": date(2020, 1, 1),
        "source": "made up for tests",
        "disclaimer": texts("disclaimer"),
        "needed_identity": frozenset({"name", "address", "id_number"}),
        "receipt": Receipt(),
        "acts": None,
        "steps": {each.name: each for each in (steps or (step(),))},
    }
    return Law(**{**given, **changes})


def gazetteer() -> Gazetteer:
    """A small country: a town called as its province, and two communes of one name."""
    level = TerritoryLevel
    return Gazetteer(
        Territory(code, {"fr": fr, "ar": ar}, of, parent)
        for code, fr, ar, of, parent in (
            ("01", "Région Fictive", "جهة الخيال", level.REGION, None),
            ("01.001", "Chef-Lieu", "المركز", level.PROVINCE, "01"),
            ("01.570", "Autre Province", "الإقليم الآخر", level.PROVINCE, "01"),
            ("01.001.01.01", "Fictive-sur-Oued", "وادي الخيال", level.COMMUNE, "01.001"),
            ("01.001.01.03", "Homonyme", "السميّ", level.COMMUNE, "01.001"),
            ("01.001.01.05", "Chef-Lieu", "المركز", level.COMMUNE, "01.001"),
            ("01.570.01.03", "Homonyme", "السميّ", level.COMMUNE, "01.570"),
        )
    )


def authority(name: str = "commune-nord", /, **changes: object) -> Authority:
    """A fictional commune with a name of its own in each language."""
    given = {
        "id": name,
        "name": texts(name),
        "type": "LocalAuthority",
        "homepage": f"https://{name}.example/",
        "email": f"donnees@{name}.example",
        "law": "ma/31-13",
        "reference_prefix": prefix_of(name),
    }
    return Authority(**{**given, **changes})


def unit(name: str) -> DeskUnit:
    return DeskUnit(name, texts(name), f"{name}@commune.example")


def with_authorities(hub: Hub, *wanted: Authority) -> Hub:
    """The hub after these were added."""
    with hub.writing() as session:
        faults = create(session, hub.frame, hub.request_laws, wanted, by=OPERATOR, now=NOW)
    assert faults == []
    return hub.current()


def event(act: Act, day: str, **changes: str) -> Event:
    return Event(act, date.fromisoformat(day), NOW, **changes)


def holiday(day: date, status: HolidayStatus = HolidayStatus.OFFICIAL) -> Holiday:
    return Holiday(day, texts(f"Feast of {day}"), status, "a notice", date(2020, 1, 1))


def calendar(*holidays: Holiday, years: range = range(2019, 2032)) -> Calendar:
    return Calendar(
        jurisdiction="xx",
        timezone="Africa/Casablanca",
        weekend=frozenset({5, 6}),
        holidays={each.day: each for each in holidays},
        years=frozenset(years),
        version="test",
    )


def filing(**changes: object) -> dict[str, object]:
    """The body of a request for information, as a program sends it."""
    body = {
        "subject": "Budget 2026",
        "text": "Les annexes du budget 2026 de la commune.",
        "language": "fr",
        "requester": {
            "name": "Personne Fictive",
            "email": "personne@requester.example",
            "address": "1, rue de l’Exemple",
            "id_number": "XX000000",
        },
    }
    return {**body, **changes}


def typed(**changes: str) -> dict[str, str]:
    """The same as the form of the site sends it."""
    body = filing()
    asked = {key: value for key, value in body.items() if isinstance(value, str)}
    return {**asked, **body["requester"], **changes}


def opened(client: object) -> dict[str, str]:
    """What a form carries that the hub of that client has opened a minute ago."""
    return {"opened": opened_at(client.app.state.hub.key, clock.now() - MINUTE)}


def sent(client: object, path: str, typed: dict[str, object], **words: object) -> object:
    """A form that is sent by a person who took their time; the receipt, where there is one."""
    form = {**opened(client), **typed}
    return client.post(path, data=form, follow_redirects=True, **words)


PROGRAM = (Grant(Role.STEWARD), Grant(Role.OFFICER))


def token(
    hub: Hub,
    name: str = "a steward's script",
    *,
    grants: tuple[Grant, ...] = PROGRAM,
    deeds: frozenset[Deed] | None = None,
) -> dict[str, str]:
    with hub.writing() as session:
        key = issue_to_program(session, name, grants, Limits(deeds), by=None, now=NOW)
    return {"Authorization": f"Bearer {key}"}


def cheap_passwords() -> Passwords:
    """Passwords that cost a test no time; the product takes the library's own parameters."""
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


def person(
    hub: Hub,
    email: str = "personne@hub.example",
    *,
    grants: tuple[Grant, ...] = (),
    name: str = "Personne Fictive",
) -> int:
    """An account with its address confirmed; returns its number."""
    with hub.writing() as session:
        made = accounts.add(session, name=name, email=email, language="fr", now=NOW)
        accounts.confirm(session, made.id, NOW)
        for each in grants:
            accounts.grant(session, made.id, each)
    return made.id


def signed_in(
    hub: Hub,
    person_id: int,
    proof: Proof = Proof.CODE,
    *,
    now: datetime | None = None,
) -> dict[str, str]:
    """The header of a browser in which somebody has signed in, by the clock of the hub."""
    with hub.writing() as session:
        key = open_session(
            session, person_id, proof, user_agent="Navigateur Fictif", now=now or clock.now()
        )
    return {"Cookie": f"odh={key}", "Sec-Fetch-Site": "same-origin"}


def session_digest(browser: dict[str, str]) -> str:
    """What is kept of the key that a browser holds."""
    return session_key_digest(browser["Cookie"].partition("=")[2])


def kept_submission(session, report: Report | None = None):
    """A submission that stands in the store, as large as only a 64-bit number can say."""
    return submissions.add(
        session,
        authority="commune-exemple",
        person=None,
        family="association-subsidies",
        file_name="été.csv",
        sha256="ab" * 32,
        size_bytes=5_000_000_000,
        report=report or Report(rows=3, findings=(), total_findings=0, encoding="utf-8"),
        now=NOW,
    )


def dataset(submission_id: int, slug: str = "budget", **changes: object) -> Dataset:
    """What is published of that submission."""
    file = Distribution(
        file_name=f"{slug}.csv",
        format="CSV",
        media_type="text/csv",
        size_bytes=5_000_000_000,
        sha256="ab" * 32,
        rows=3,
        issued_at=NOW,
    )
    given = {
        "slug": slug,
        "family": "association-subsidies",
        "publisher": "commune-exemple",
        "title": {"fr": "Budget", "ar": "الميزانية"},
        "description": {"fr": "Tout"},
        "keywords": {"fr": ["budget"]},
        "issued_at": NOW,
        "modified_at": NOW,
        "version": 1,
        "submission_id": submission_id,
        "distribution": file,
    }
    return Dataset(**{**given, **changes})


PERSON = Requester("Personne Fictive", "", "1, rue de l’Exemple", "XX000000")


def kept_request(
    session,
    number: int,
    *,
    authority: str = "commune-exemple",
    received_on: str = "2026-11-02",
    requester: Requester = PERSON,
    law: str = "xx/1",
) -> None:
    """A request that stands in the store, received on that day; 20 working days to answer."""
    term = deadline(step(20), date.fromisoformat(received_on), calendar())
    info_requests.add(
        session,
        InfoRequest(
            reference=f"AI-2026-{number:06d}",
            authority=authority,
            law=law,
            question=Question("Budget", "Les annexes", "fr", False),
            events=(event(Act.RECEIVE, received_on),),
        ),
        requester,
        owner=None,
        by=None,
        tracking_sha256=str(number),
        due_on=term.due,
        safe_on=term.safe,
    )


def submitted(hub: Hub, content: bytes, *, family: str, file_name: str = "table.csv"):
    examined = examine(
        hub.files,
        io.BytesIO(content),
        hub.family(family),
        file_name=file_name,
        limit_bytes=hub.settings.upload_limit_bytes,
        today=TODAY,
    )
    with hub.writing() as session:
        return submit(
            session, examined, hub.family(family),
            authority=hub.frame.site.publisher, by=OPERATOR, now=NOW,
        )  # fmt: skip


def sample(hub: Hub, family: str) -> bytes:
    return sample_file(catalog_folders(hub.settings), family).read_bytes()


def publish_sample(hub: Hub, family: str, *, now: datetime = NOW, **words: object):
    """Publish a family's sample; ``words`` are changes to what the steward says of it."""
    submission = submitted(hub, sample(hub, family), family=family)
    return publish_submission(hub, submission, now=now, **words)


def publish_submission(hub: Hub, submission, *, now: datetime = NOW, **words: object):
    """Publish what was handed in; ``words`` are changes to what the steward says of it."""
    said = {
        "publisher": hub.frame.site.publisher,
        "title": hub.family(submission.family).title,
        "description": {},
        "slug": f"demo-{submission.family}",
        "described": sample_described(catalog_folders(hub.settings), submission.family),
        **words,
    }
    with hub.writing() as session:
        return publish(session, hub.frame, submission, Words(**said), by=OPERATOR, now=now)


def publish_document(hub: Hub, content: bytes, file_name: str, **words: object):
    """Publish a deliberation of 6 October 2026."""
    submission = submitted(hub, content, family="deliberations", file_name=file_name)
    return publish_submission(hub, submission, **{"day": date(2026, 10, 6), **words})


def publish_samples(hub: Hub) -> None:
    for family in hub.frame.tables:
        publish_sample(hub, family)

"""A browser in front of a served hub: who sits there, what was asked, what axe-core finds."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import httpx2

import build
import documents
from opendata_hub import clock
from opendata_hub.adapters.documents import read
from opendata_hub.bootstrap import Hub, catalog_folders
from opendata_hub.domain.alerts.alert import AlertKind, Link, Topic, link_key
from opendata_hub.domain.answers.case_file import CaseFile
from opendata_hub.domain.correspondence.incoming import Fetched, Incoming
from opendata_hub.domain.filing.opened import opened_at
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.domain.people.roles import OPERATOR, WHOLE_HUB, Grant, Role
from opendata_hub.domain.remote_ckan.target import Target
from opendata_hub.flows.alerts.subscribe import subscribe
from opendata_hub.flows.answers.add_file import add_file
from opendata_hub.flows.correspondence.receive import receive
from opendata_hub.flows.people.send_link import invite
from opendata_hub.flows.publishing import prepare
from opendata_hub.flows.remote_ckan import declare
from opendata_hub.flows.requests.attach import examine
from opendata_hub.store.alerts.kept import of_address
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.harvest import sources
from opendata_hub.store.identities import owners
from remote_ckan import KEY

BODY, FAMILY = "commune-exemple", "association-subsidies"
OPEN = ", ".join(
    f"{each}=off" for each in ("sign-in", "sign-up", "reset", "file", "follow", "write", "read")
)
EVERYWHERE = {Role.ADMINISTRATOR, Role.AUDITOR}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
COLOUR_RULES = {"runOnly": {"type": "tag", "values": ["cat.color"]}}
ALL_RULES = {"rules": {"target-size": {"enabled": True}}}


@dataclass
class House:
    """A served hub: its address, its inside, and one request that was filed there."""

    address: str
    hub: Hub
    reference: str = ""
    code: str = ""
    people: dict[Role, int] = field(default_factory=dict)

    def person(self, role: Role) -> int:
        """The account that holds that role, at the hub's own body where it is held at one."""
        if role not in self.people:
            place = WHOLE_HUB if role in EVERYWHERE else BODY
            grants = () if role is Role.CITIZEN else (Grant(role, place),)
            self.people[role] = build.person(
                self.hub, f"{role}@browser.example", grants=grants, name=f"{role.title()} Fictif"
            )
        return self.people[role]

    def cookie(self, role: Role) -> str:
        """The key of a session that somebody with that role has just begun."""
        shown = build.signed_in(self.hub, self.person(role), now=clock.now())
        return shown["Cookie"].partition("=")[2]

    def invitation(self) -> str:
        """The key of a link by which somebody may come in as an officer."""
        with self.hub.writing() as session:
            return invite(
                session, "nouvelle@browser.example", [Grant(Role.OFFICER, BODY)],
                by=OPERATOR, name="Nouvelle Fictive", language="fr", hub_key=self.hub.key,
                is_written=False, now=clock.now(),
            )  # fmt: skip

    def mail_that_waits(self) -> int:
        """The number of a mail that an officer has to deal with."""
        came = Fetched("box", 1, 1, clock.now(), 900, "0" * 64)
        mail = Incoming(
            "<1@requester.example>", "personne@requester.example", "Personne Fictive", (),
            "Budget", "Bonjour, je voudrais le budget.", "",
        )  # fmt: skip
        with self.hub.writing() as session:
            return receive(session, self.hub.desk, came, mail, (), now=clock.now()).number

    def alert_links(self, link: Link) -> list[dict[str, str]]:
        """The ends of a link of an alert that waits to be confirmed, and of one that is over."""
        topic = Topic(AlertKind.SEARCH, "q=budget", "budget")
        with self.hub.writing() as session:
            subscribe(session, topic, "a@reader.example", language="fr", now=clock.now())
            (alert,) = of_address(session, "a@reader.example")
        return [
            {"salt": salt, "key": link_key(link, salt, self.hub.key)}
            for salt in (alert.salt, "over")
        ]

    def draft(self) -> int:
        """The number of a publication that a steward has begun with a file full of faults."""
        content = catalog_folders(self.hub.settings).find(f"families/{FAMILY}/broken.csv")
        submission = build.submitted(self.hub, content.read_bytes(), family=FAMILY)
        with self.hub.writing() as session:
            return prepare.begin(session, submission, by=OPERATOR, now=clock.now()).id

    def minutes(self) -> int:
        """The number of a PDF that the authority has added to the case."""
        examined = examine(
            self.hub.files, io.BytesIO(documents.pdf()),
            file_name="proces-verbal.pdf", limit_bytes=1_000_000, language="fr",
        )  # fmt: skip
        with self.hub.writing() as session:
            return add_file(session, self.reference, examined, by=OPERATOR, now=clock.now()).id

    def exchanges(self) -> None:
        """Declare a catalogue that is read and one that is fed, on a day far off."""
        far = clock.now() + timedelta(days=365)
        source = Source(
            id="ville", kind=SourceKind.DCAT, url="http://ville.example/catalog",
            authority=BODY, added_at=clock.now(), due_at=far,
        )  # fmt: skip
        target = Target("national", "http://ckan.example", BODY, "ville", clock.now())
        with self.hub.writing() as session:
            sources.add(session, source)
            declare.add(session, self.hub.frame, target, KEY, by=OPERATOR, now=clock.now())

    def files_of(self, reference: str) -> list[CaseFile]:
        """The files of a case, oldest first."""
        with self.hub.reading() as session:
            return list(case_files.of_request(session, reference))

    def text_of(self, file: CaseFile) -> str:
        """All that can be read in a document."""
        return read(self.hub.files.path(file.sha256), file_name=file.name).document.text

    def own_request(self) -> str:
        """The reference of a request that is tied to the account of the citizen."""
        reference, _ = self.file_a_request(subject="Une autre question")
        with self.hub.writing() as session:
            owners.give(session, reference, self.person(Role.CITIZEN))
        return reference

    def receipt(self) -> str:
        """What the address of a receipt ends with that was just given."""
        opened = opened_at(self.hub.key, clock.now() - build.MINUTE)
        typed = build.typed(subject="Une question du formulaire", opened=opened)
        answer = httpx2.post(f"{self.address}/fr/requests/new", data=typed)
        return answer.headers["location"].rpartition("/")[2]

    def file_a_request(self, **changes: object) -> tuple[str, str]:
        """File a request with a document; returns its reference and its tracking code."""
        pdf = ("annexe.pdf", documents.pdf(), "application/pdf")
        receipt = httpx2.post(
            f"{self.address}/api/v1/requests/with-files",
            data={"request": json.dumps(build.filing(**changes))},
            files=[("files", pdf)],
        ).json()
        return receipt["reference"], receipt["tracking_code"]


@contextmanager
def window(chromium: Any, house: House, **how: Any) -> Iterator[Any]:
    """A page of a fresh browser: Playwright's, with ``asked`` and ``said`` kept beside it.

    role: who has signed in there. Whatever the browser asked for elsewhere, and whatever its
    console complained of, fails the test when the window is shut.
    """
    role: Role | None = how.pop("role", None)
    may_complain: Callable[[str], bool] = how.pop("may_complain", lambda _: False)
    context = chromium.new_context(base_url=house.address, **{"locale": "fr-MA", **how})
    context.set_default_timeout(10_000)
    if role:
        context.add_cookies([{"name": "odh", "value": house.cookie(role), "url": house.address}])
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on(
        "console",
        lambda told: (
            complaints.append(f"{told.text} ({told.location['url']})")
            if told.type in {"error", "warning"}
            else None
        ),
    )
    context.on("weberror", lambda fault: complaints.append(str(fault.error)))
    page = context.new_page()
    yield page
    context.close()
    local = (house.address, "data:", "blob:")
    elsewhere = [url for url in asked if not url.startswith(local)]
    assert not elsewhere, elsewhere
    unexpected = [told for told in complaints if not may_complain(told)]
    assert not unexpected, unexpected


@cache
def axe_source() -> str:
    """The library axe-core, as it is shipped for Python."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def faults(page: Any, options: Mapping[str, Any]) -> list[str]:
    """What axe-core finds on a page: rule, place, and what it says of it."""
    if page.evaluate("typeof window.axe") == "undefined":
        page.evaluate(axe_source())
    found = page.evaluate(
        "options => axe.run(document, {resultTypes: ['violations'], ...options})", dict(options)
    )
    return [
        f"{rule['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


LAID_OUT = """() => document.querySelectorAll(".later").forEach(
    each => each.style.contentVisibility = "visible")"""
"""As if the reader had scrolled: what is not laid out keeps the colours of the light before."""


def faults_in_both_lights(page: Any) -> list[str]:
    """All that is found in the light, and in the dark what is found of colours: no more differs."""
    page.evaluate(LAID_OUT)
    page.emulate_media(color_scheme="light")
    found = faults(page, ALL_RULES)
    page.emulate_media(color_scheme="dark")
    found += [f"(dark) {each}" for each in faults(page, COLOUR_RULES)]
    page.emulate_media(color_scheme="light")
    return found

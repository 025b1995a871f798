"""Every route says what it needs; every role is answered by the rule, before the body is read."""

import re
from dataclasses import dataclass
from itertools import product

import pytest
from annotated_types import Ge, Le
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

import build
from opendata_hub.domain.people.deeds import OPEN, Deed
from opendata_hub.domain.people.roles import STRANGER, Grant, Role, Visitor
from opendata_hub.domain.people.rule import ROLES, reach
from opendata_hub.flows.people.credentials import drop_second_factor
from opendata_hub.flows.people.issue_token import Limits, issue_to_account
from opendata_hub.store.people import accounts
from opendata_hub.web.app import create_app
from opendata_hub.web.doors import Door
from opendata_hub.web.protection.rates import Meter

OWN, OTHER = "commune-exemple", "another-body"
FRAMEWORK = {"/api/openapi.json", "/static"}
"""What FastAPI and Starlette serve themselves: the description of the API, and our stylesheet."""

VISITORS: dict[str, tuple[Grant, ...] | None] = {
    "stranger": None,
    "citizen": (),
    "officer": (Grant(Role.OFFICER, OWN),),
    "officer-of-a-unit": (Grant(Role.OFFICER, OWN, "urbanisme"),),
    "officer-elsewhere": (Grant(Role.OFFICER, OTHER),),
    "steward": (Grant(Role.STEWARD, OWN),),
    "steward-elsewhere": (Grant(Role.STEWARD, OTHER),),
    "officer-of-a-unit-elsewhere": (Grant(Role.OFFICER, OTHER, "urbanisme"),),
    "head-elsewhere": (Grant(Role.HEAD, OTHER),),
    "administrator-elsewhere": (Grant(Role.ADMINISTRATOR, OTHER),),
    "head": (Grant(Role.HEAD, OWN),),
    "auditor": (Grant(Role.AUDITOR),),
    "administrator": (Grant(Role.ADMINISTRATOR),),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one address."""

    method: str
    path: str
    deed: Deed


def ways(app: FastAPI) -> list[Way]:
    """Every way in, but for what the framework serves itself."""
    return [
        Way(method, context.path, context.original_route.deed)
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, Door)
        for method in sorted(context.methods)
    ]


def test_every_route_is_a_door_that_says_what_it_needs(hub):
    app = create_app(hub)
    others = {
        context.path
        for context in iter_route_contexts(app.routes)
        if not isinstance(context.original_route, Door)
    }
    assert others == FRAMEWORK
    assert {each.deed for each in ways(app)} >= {Deed.READ_PUBLISHED, Deed.PUBLISH}


def test_no_door_stands_behind_one_that_takes_its_address(hub):
    doors = [each for each in create_app(hub).routes if isinstance(each, Door)]
    hidden = [
        f"{behind.path} behind {before.path}"
        for number, behind in enumerate(doors)
        for before in doors[:number]
        if before.methods & behind.methods
        and before.path_regex.match(re.sub(r"{(\w+)(:\w+)?}", r"some-\1", behind.path))
    ]
    assert hidden == []


def test_every_number_in_a_path_is_one_that_a_database_can_hold(hub):
    for context in iter_route_contexts(create_app(hub).routes):
        if isinstance(context.original_route, Door):
            for field in context.original_route.dependant.path_params:
                if field.field_info.annotation is int:
                    bounds = {type(each) for each in field.field_info.metadata}
                    assert {Ge, Le} <= bounds, f"{context.path}: {field.name} has no bounds"


GUARDED: dict[Deed, set[str]] = {
    Deed.ANNOUNCE_DAY: {
        "POST /api/v1/calendars/{jurisdiction}/days",
    },
    Deed.CHECK_FILE: {
        "POST /api/v1/repairs",
        "POST /api/v1/repairs/copy",
        "POST /api/v1/submissions",
        "POST /api/v1/uploads",
        "PATCH /api/v1/uploads/{key}",
        "DELETE /api/v1/uploads/{key}",
    },
    Deed.ERASE_IDENTITY: {
        "POST /api/v1/requests/{reference}/erasure",
        "POST /{language}/desk/{reference}/erase",
    },
    Deed.FOLLOW_OWN_REQUEST: {
        "GET /{language}/account/requests",
        "GET /{language}/account/requests/{reference}",
        "POST /{language}/account/requests",
        "POST /{language}/account/requests/{reference}/data",
        "POST /{language}/account/requests/{reference}/withdraw",
    },
    Deed.HANDLE_REQUEST: {
        "GET /{language}/old-registers",
        "POST /{language}/old-registers",
        "GET /{language}/desk/{reference}/subject",
        "POST /{language}/desk/{reference}/subject",
        "DELETE /api/v1/desk/requests/{reference}/files/{file_id}",
        "POST /api/v1/desk/assignments",
        "POST /api/v1/desk/requests/{reference}/events",
        "GET /api/v1/desk/mails",
        "POST /api/v1/desk/mails/{number}/dismissal",
        "POST /api/v1/desk/mails/{number}/filing",
        "POST /api/v1/desk/mails/{number}/joining",
        "POST /api/v1/mails/{mail}/settlement",
        "POST /api/v1/requests/{reference}/letters",
        "POST /api/v1/requests/{reference}/letters/preview",
        "POST /api/v1/requests/{reference}/letters/{letter}/deliveries",
        "GET /{language}/desk/{reference}/letters/{name}",
        "GET /{language}/mail",
        "POST /{language}/mail/{number}",
        "POST /{language}/desk/{reference}/letter-files/{letter}",
        "POST /{language}/desk/{reference}/letters/{name}",
        "POST /{language}/desk/{reference}/mails/{mail}",
        "POST /api/v1/desk/requests/{reference}/files",
        "POST /api/v1/desk/requests/{reference}/files/{file_id}/clean",
        "POST /api/v1/desk/requests/{reference}/files/{file_id}/redactions",
        "POST /{language}/desk/assign",
        "POST /{language}/desk/{reference}",
        "POST /{language}/desk/{reference}/files",
        "POST /{language}/desk/{reference}/files/{file_id}/clean",
        "POST /{language}/desk/{reference}/files/{file_id}/redact",
        "GET /{language}/desk/{reference}/files/{file_id}/black-out",
        "POST /{language}/desk/{reference}/files/{file_id}/black-out",
        "GET /{language}/desk/{reference}/files/{file_id}/pages/{page_number}.png",
        "POST /{language}/desk/{reference}/files/{file_id}/release",
        "POST /{language}/desk/{reference}/files/{file_id}/remove",
        "PUT /api/v1/desk/requests/{reference}/files/{file_id}/release",
        "GET /{language}/counter/{authority}",
        "POST /{language}/counter/{authority}",
    },
    Deed.HARVEST: {
        "GET /api/v1/sources",
        "POST /api/v1/sources",
        "GET /api/v1/sources/{source}",
        "PATCH /api/v1/sources/{source}",
        "DELETE /api/v1/sources/{source}",
        "POST /api/v1/sources/{source}/runs",
        "GET /api/v1/sources/{source}/runs",
        "DELETE /api/v1/sources/{source}/runs/current",
        "GET /api/v1/sources/{source}/quarantine",
        "GET /{language}/sources",
        "GET /{language}/sources/{source}",
        "POST /{language}/sources/{source}",
        "GET /{language}/targets/{target}",
    },
    Deed.KEEP_OWN_ACCOUNT: {
        "GET /{language}/account",
        "GET /{language}/account/second-factor",
        "POST /{language}/account/email",
        "POST /{language}/account/password",
        "POST /{language}/account/profile",
        "POST /{language}/account/recovery-codes",
        "POST /{language}/account/second-factor",
        "POST /{language}/account/second-factor/confirm",
        "POST /{language}/account/second-factor/off",
        "POST /{language}/account/sessions",
        "POST /{language}/account/tokens",
        "POST /{language}/account/tokens/revoke",
    },
    Deed.MANAGE_AUTHORITY: {
        "POST /api/v1/authorities",
    },
    Deed.MANAGE_PEOPLE: {
        "GET /people",
        "GET /{language}/people",
        "GET /{language}/people/{number}",
        "POST /{language}/people",
        "POST /{language}/people/{number}/roles",
        "POST /{language}/people/{number}/state",
    },
    Deed.PUBLISH: {
        "POST /{language}/row-reports/{number}",
        "GET /my-data",
        "GET /{language}/my-data",
        "GET /{language}/my-data/published/{slug}",
        "GET /{language}/my-data/{number}",
        "GET /{language}/my-data/{number}/publish",
        "GET /{language}/my-data/{number}/words",
        "POST /{language}/my-data",
        "POST /{language}/my-data/{number}/cleared",
        "POST /{language}/my-data/{number}/discard",
        "POST /{language}/my-data/{number}/file",
        "POST /{language}/my-data/{number}/publish",
        "POST /{language}/my-data/{number}/quality",
        "POST /{language}/my-data/{number}/repairs",
        "POST /{language}/my-data/{number}/words",
        "POST /api/v1/datasets",
        "POST /api/v1/desk/requests/{reference}/files/{file_id}/dataset",
        "POST /{language}/desk/{reference}/files/{file_id}/publish",
    },
    Deed.READ_IDENTITY: {
        "GET /api/v1/requests/{reference}/letters/{letter}.pdf",
        "GET /api/v1/requests/{reference}/requester",
        "POST /{language}/desk/{reference}/requester",
        "GET /{language}/desk/{reference}/letter-files/{letter}",
        "GET /{language}/mail/{number}",
        "GET /api/v1/desk/mails/{number}",
    },
    Deed.READ_LOG: {
        "GET /api/v1/journal",
        "GET /{language}/journal",
    },
    Deed.READ_REQUEST: {
        "GET /{language}/statistics/report.{ending}",
        "GET /api/v1/desk/requests",
        "GET /api/v1/desk/requests/{reference}",
        "GET /api/v1/desk/requests/{reference}/files",
        "GET /api/v1/desk/requests/{reference}/files/{file_id}",
        "GET /api/v1/requests.ics",
        "GET /api/v1/requests/{reference}/letters",
        "GET /{language}/desk",
        "GET /{language}/desk-calendar",
        "POST /{language}/desk-calendar",
        "GET /{language}/desk/{reference}",
        "GET /{language}/desk/{reference}/files",
        "GET /{language}/desk/{reference}/files/{file_id}",
        "GET /{language}/filing",
    },
    Deed.READ_SUBMISSION: {
        "GET /{language}/row-reports",
        "GET /api/v1/submissions/{number}",
    },
    Deed.WITHDRAW: {
        "POST /{language}/my-data/published/{slug}/withdraw",
        "POST /{language}/datasets/{slug}/versions/{number}/hide",
        "DELETE /api/v1/datasets/{slug}",
    },
}
"""Every way in that is not open, by what it lets do: written by hand, so that a change is seen."""


def test_no_way_in_asks_for_less_than_is_written_here(hub):
    found: dict[Deed, set[str]] = {}
    for way in ways(create_app(hub)):
        if way.deed not in OPEN and way.method != "HEAD":
            found.setdefault(way.deed, set()).add(f"{way.method} {way.path}")
    assert found == GUARDED


def test_a_route_that_says_nothing_stops_the_application():
    router = APIRouter(route_class=Door)
    with pytest.raises(TypeError, match="/secret: the endpoint does not say what it needs"):

        @router.get("/secret")
        def secret() -> str:
            return "secret"


def filled(path: str, body: str = OWN) -> str:
    """An address with something plausible in each of its places; body: the authority in it."""
    for name, value in {
        "language": "fr", "slug": "demo-petitions", "number": "1", "reference": "AI-2026-000001",
        "rest": "AI-2026-000001", "jurisdiction": "ma", "name": "petitions", "ending": "ttl",
        "publisher_id": body, "authority": body, "token": "guessed",
        "file_name": "demo-petitions.csv", "file_id": "1",
    }.items():  # fmt: skip
        path = path.replace(f"{{{name}}}", value)
    return path


def addresses(way: Way) -> set[str]:
    """The way to what belongs to either authority of the hub."""
    return {filled(way.path, OWN), filled(way.path, OTHER)}


@pytest.fixture
def keys(demo_hub):
    """What each visitor shows: nothing, a token, or the cookie of a browser."""
    build.with_authorities(demo_hub, build.authority(OTHER, units=(build.unit("urbanisme"),)))
    found = {}
    for name, grants in VISITORS.items():
        if grants is None:
            found[name] = [{}]
            continue
        person = build.person(demo_hub, f"{name}@hub.example", grants=grants)
        found[name] = [
            build.token(demo_hub, name, grants=grants), build.signed_in(demo_hub, person)
        ]  # fmt: skip
    return found


def must_be_read(chunk=b""):
    raise AssertionError("the body was read")
    yield chunk


@pytest.mark.parametrize("name", VISITORS)
def test_each_way_in_answers_each_visitor_by_the_rule(demo_hub, demo_client, keys, name):
    """Who may not is told 401 or 403, whatever was sent; who may is never told so at the door."""
    grants = VISITORS[name]
    visitor = STRANGER if grants is None else Visitor(1, frozenset(grants))
    # Signing out comes last: it works.
    for way in sorted(ways(create_app(demo_hub)), key=lambda way: "sign-out" in way.path):
        wanted = reach(visitor, way.deed)
        # What is open asks nobody: one role in a browser is enough.
        ways_to_show = 1 if way.deed in OPEN and name != "head" else 2
        for address, shown in product(addresses(way), keys[name][:ways_to_show]):
            content = None
            if way.method == "POST":
                content = b"" if wanted else must_be_read()
            answer = demo_client.request(way.method, address, content=content, headers=shown)
            if wanted:
                assert "in-needed" not in answer.text, way
                assert "token-needed" not in answer.text, way
                assert answer.status_code < 500 or way.path == "/sparql", way
            else:
                assert answer.status_code == (401 if grants is None else 403), way


def test_a_page_that_stands_open_is_the_same_for_all(demo_hub, demo_client, keys):
    """No way in that is open shows more to one role than to a stranger."""
    demo_client.app.state.meter = Meter({})  # more of them are asked for than anybody does
    for way in ways(create_app(demo_hub)):
        if way.method != "GET" or way.deed not in OPEN or "dump" in way.path:
            continue
        for address in addresses(way):
            asked = [demo_client.get(address, headers=each[0]) for each in keys.values()]
            assert {each.status_code for each in asked} == {asked[0].status_code}, way
            # A form tells when it was opened; that is another second, and nobody's own.
            shown = {re.sub(rb'name="opened" value="[^"]*"', b"", each.content) for each in asked}
            assert len(shown) == 1, way


def test_every_form_of_every_page_holds_the_token_of_its_session(demo_hub, demo_client):
    """What is sent by a form is asked for its token at every door; here nobody forgets it."""
    person = build.person(demo_hub, grants=tuple(Grant(role) for role in Role))
    browser = build.signed_in(demo_hub, person)
    found = 0
    for way in ways(create_app(demo_hub)):
        if way.method != "GET" or not way.path.startswith("/{language}"):
            continue
        page = demo_client.get(filled(way.path), headers=browser).text
        for form in re.findall(r"<form\b.*?</form>", page, re.DOTALL):
            if 'method="post"' in form.partition(">")[0]:
                assert 'name="form_token" value="' in form, way
                found += 1
    assert found >= 2


def test_the_rule_is_asked_for_the_thing_itself(demo_hub, demo_client):
    """A role at one body opens the door, and not what is another's behind it."""
    steward = build.token(demo_hub, "elsewhere", grants=(Grant(Role.STEWARD, OTHER),))
    officer = build.token(demo_hub, "officer", grants=(Grant(Role.OFFICER, OTHER),))
    table = {"file": ("petitions.csv", build.sample(demo_hub, "petitions"))}
    words = {"family": "petitions", "publisher": OWN, "title": "fr=Pétitions"}
    for answer in (
        demo_client.post("/api/v1/datasets", data=words, files=table, headers=steward),
        demo_client.post("/api/v1/submissions", data=words, files=table, headers=steward),
        demo_client.delete("/api/v1/datasets/demo-petitions?reason=Erreur", headers=steward),
        demo_client.post(
            "/api/v1/requests", json=build.filing(received_on="2026-11-02"), headers=officer
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert demo_client.get("/api/v1/submissions/1", headers=steward).status_code == 404


def test_an_address_of_another_body_is_not_taken_whatever_it_is_made_of(demo_hub, demo_client):
    """Neither by a title that gives the same slug, nor after it was withdrawn."""
    build.with_authorities(demo_hub, build.authority(OTHER))
    own, other = (
        build.token(demo_hub, at, grants=(Grant(Role.STEWARD, at),)) for at in (OWN, OTHER)
    )
    table = {"file": ("petitions.csv", build.sample(demo_hub, "petitions"))}
    words = {"family": "petitions", "title": "fr=Mes pétitions", "publisher": OWN}
    made = demo_client.post("/api/v1/datasets", data=words, files=table, headers=own)
    assert (made.status_code, made.json()["slug"]) == (201, "mes-petitions")
    theirs = {**words, "publisher": OTHER, "replace": "true"}
    taken = demo_client.post("/api/v1/datasets", data=theirs, files=table, headers=other)
    assert (taken.status_code, taken.json()["code"]) == (403, "forbidden")
    demo_client.delete("/api/v1/datasets/mes-petitions?reason=Erreur", headers=own)
    theirs["slug"] = "mes-petitions"
    for again, refused in ((False, (409, "slug-withdrawn")), (True, (403, "forbidden"))):
        data = {**theirs, "again": str(again).lower()}
        taken = demo_client.post("/api/v1/datasets", data=data, files=table, headers=other)
        assert (taken.status_code, taken.json()["code"]) == refused
    once_more = {**words, "again": "true"}
    again = demo_client.post("/api/v1/datasets", data=once_more, files=table, headers=own)
    assert (again.status_code, again.json()["version"]) == (201, 2)


def test_a_key_made_by_a_password_alone_does_not_open_roles_that_need_more(demo_hub, demo_client):
    person = build.person(demo_hub, "later@hub.example", grants=())
    with demo_hub.writing() as session:
        limits = Limits(is_proved=False)
        key = issue_to_account(
            session, "early", "later@hub.example", limits, by=person, now=build.NOW
        )
        accounts.grant(session, person, Grant(Role.OFFICER, OWN))
    headers = {"Authorization": f"Bearer {key}"}
    assert demo_client.get("/api/v1/desk/requests", headers=headers).status_code == 403
    with demo_hub.writing() as session:
        key = issue_to_account(
            session, "late", "later@hub.example", Limits(), by=person, now=build.NOW
        )
    headers = {"Authorization": f"Bearer {key}"}
    assert demo_client.get("/api/v1/desk/requests", headers=headers).status_code == 200
    with demo_hub.writing() as session:
        drop_second_factor(session, accounts.get(session, person), build.NOW)
    assert demo_client.get("/api/v1/desk/requests", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "path", ["/fr/people/{}", "/fr/journal?person={}", "/fr/journal?before={}"]
)
def test_a_number_that_no_database_gives_is_refused(demo_hub, demo_client, path):
    everything = tuple(map(Grant, Role))
    key = build.token(demo_hub, "everything", grants=everything)
    answer = demo_client.get(path.format("9" * 30), headers=key)
    assert answer.status_code == 422


def test_lists_hold_what_is_in_reach_only(demo_hub, demo_client):
    build.with_authorities(demo_hub, build.authority(OTHER))
    demo_client.post("/api/v1/requests", json=build.filing())
    for _ in range(2):
        demo_client.post("/api/v1/requests", json=build.filing(authority=OTHER))
    own = build.token(demo_hub, "own", grants=(Grant(Role.OFFICER, OWN),))
    unit = build.token(demo_hub, "unit", grants=(Grant(Role.OFFICER, OWN, "urbanisme"),))
    other = build.token(demo_hub, "other", grants=(Grant(Role.OFFICER, OTHER),))
    shown = [
        demo_client.get("/api/v1/requests.ics", headers=key).text.count("BEGIN:VEVENT")
        for key in (own, unit, other)
    ]
    assert shown == [1, 0, 2]


def test_a_limited_key_does_no_more_than_it_was_made_for(demo_hub, demo_client):
    limited = build.token(
        demo_hub, "limited", grants=(Grant(Role.STEWARD),), deeds=frozenset({Deed.CHECK_FILE})
    )
    answer = demo_client.delete("/api/v1/datasets/demo-petitions?reason=Erreur", headers=limited)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert demo_client.get("/api/v1/submissions/1", headers=limited).status_code == 403


def test_the_guide_says_what_the_rule_says(pytestconfig):
    guide = (pytestconfig.rootpath / "docs" / "people.md").read_text(encoding="utf-8")
    for deed in Deed:
        roles = "open" if deed in OPEN else ", ".join(sorted(ROLES[deed]))
        assert f"| `{deed}` | {roles} |" in guide

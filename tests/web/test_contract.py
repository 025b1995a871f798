"""Every answer is one that the OpenAPI document says: status, media type, headers, shape.

Schemathesis makes the calls from the document itself, well-formed ones and others, and looks at the
answers with all of its checks. The calls are the same at every run; ``CONTRACT_EXAMPLES`` asks for
more of them.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from starlette.testclient import TestClient

import build
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app

IN_QUERY = ParameterLocation.QUERY
PROBLEM = "application/problem+json"
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "2"))
UNPACED = ", ".join(f"{each}=off" for each in ("file", "follow", "write", "read"))
METHODS = {"get", "post", "put", "patch", "delete"}

BY_ITS_CODE = ["2XX", "3XX", "400", "401", "403", "404", "409", "410", "413", "422", "429"]
"""What may become of a well-formed call. Schemathesis would have 400, 410, 413 and 422 be faults of
the document; but that a reason is too short for the law, a family unknown or a day a Sunday is no
matter of form. `well_formed_is_not_refused_by_its_form` holds the rest of that check."""


@contextmanager
def sampled(samples, folder):
    """A hub with samples."""
    home = folder / "var"
    shutil.copytree(samples, home)
    opened = open_hub(Settings(home=home, base_url=build.BASE_URL, rate_limits=UNPACED))
    yield replace(opened, passwords=build.cheap_passwords())
    opened.engine.dispose()


@pytest.fixture(scope="module")
def hub(samples, tmp_path_factory):
    """One for all calls: what they change, others meet."""
    with sampled(samples, tmp_path_factory.mktemp("contract")) as opened:
        yield opened


@pytest.fixture(scope="module")
def app(hub):
    """The application behind which that hub stands."""
    return create_app(hub)


@pytest.fixture(scope="module")
def visitors(hub) -> list[dict[str, str]]:
    """A stranger, and a program of each kind, by the header that it sends."""
    kinds = [(Grant(role),) for role in (Role.OFFICER, Role.HEAD, Role.AUDITOR, Role.ADMINISTRATOR)]
    return [
        {},
        build.token(hub),
        *(build.token(hub, str(grants[0].role), grants=grants) for grants in kinds),
    ]


@pytest.fixture(scope="module")
def known(app) -> dict[str, str]:
    """Parts of addresses that lead somewhere: letters drawn at random hardly ever do."""
    client = TestClient(app, base_url=build.BASE_URL)
    reference = client.post("/api/v1/requests", json=build.filing()).json()["reference"]
    return {
        "slug": "demo-petitions", "ending": "csv", "name": "petitions", "language": "fr",
        "publisher_id": "commune-exemple", "authority": "commune-exemple", "reference": reference,
        "number": "1", "jurisdiction": "ma", "file_id": "1", "mail": "1",
    }  # fmt: skip


@schemathesis.check
def well_formed_is_not_refused_by_its_form(_ctx, response, case):
    """What the document allows is refused by a rule of ours, if at all, and never while read."""
    if (
        case.method != "HEAD"
        and case.meta.generation.mode.is_positive
        and response.status_code == 422
    ):
        faults = [each for each in response.json().get("errors", ()) if "field" in each]
        assert not faults or not any(isinstance(each["reason"], str) for each in faults), faults


def modes(operation) -> Iterator[GenerationMode]:
    """Those in which calls can be made: where a path is all that is given, any text is a name."""
    yield GenerationMode.POSITIVE
    if operation.body or any(each.location is IN_QUERY for each in operation.iter_parameters()):
        yield GenerationMode.NEGATIVE


def broken_promises(operation, mode, visitors, known) -> list[str]:
    """What the answers to some calls of an operation do that the document does not say."""
    found: dict[str, str] = {}

    def answered(case, visitor, is_somewhere):
        if is_somewhere and mode is GenerationMode.POSITIVE:
            case.path_parameters |= {k: known[k] for k in case.path_parameters if k in known}
        try:
            case.call_and_validate(base_url=build.BASE_URL, headers=dict(visitor))
        except (FailureGroup, Failure) as group:
            for each in getattr(group, "exceptions", [group]):
                found.setdefault(f"{operation.label}: {type(each).__name__}", str(group))

    asked = given(operation.as_strategy(mode), st.sampled_from(visitors), st.booleans())
    bounded = settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    try:
        bounded(asked(answered))()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, operation.label  # any text is a name
    return list(found.values())


def test_every_answer_is_one_that_the_document_says(app, visitors, known):
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    schema.config.checks.positive_data_acceptance.expected_statuses = BY_ITS_CODE
    schema.config.generation.with_security_parameters = False  # we send the visitors' own
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) > 80
    broken = [
        said
        for operation in operations
        for mode in modes(operation)
        for said in broken_promises(operation, mode, visitors, known)
    ]
    assert not broken, "\n\n".join(broken)


def test_a_method_that_the_document_does_not_know_is_refused_with_those_that_it_knows(app, known):
    client = TestClient(app, base_url=build.BASE_URL)
    for path, operations in app.openapi()["paths"].items():
        address = re.sub(r"{(\w+)}", lambda part: known.get(part[1], "1"), path)
        others = (
            {"get"} if path.endswith("/requests/with-files") else set()
        )  # it may be a reference
        for method in METHODS - set(operations) - others:
            answer = client.request(method, address)
            assert answer.status_code == 405, (method, path, answer.status_code)
            assert {each.upper() for each in operations} <= set(answer.headers["allow"].split(", "))
            kind = "text/html; charset=utf-8" if "{language}" in path else PROBLEM
            assert answer.headers["content-type"] == kind


def test_every_refusal_is_documented_as_the_document_that_it_is(app):
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            refusals = {s: a for s, a in operation["responses"].items() if s >= "400"}
            assert {"400", "401", "403", "421", "429", "431", "503"} <= set(refusals), (
                method,
                path,
            )
            kinds = {media_type for each in refusals.values() for media_type in each["content"]}
            assert kinds == {PROBLEM} | ({"text/html"} if "{language}" in path else set())


def addresses(client, path, known):
    """The addresses of a path that may lead somewhere: each ending, and a further page."""
    cursor = client.get("/catalog.ttl?limit=2").links["next"]["url"].rpartition("=")[2]
    more = {"file_name": "demo-petitions.csv", "place": cursor, "number": "2"}
    for ending in ("ttl", "csv"):
        parts = {**known, **more, "ending": ending}
        yield re.sub(r"{(\w+)}", lambda part, parts=parts: parts.get(part[1], "1"), path)


@pytest.fixture
def untouched(samples, tmp_path):
    """The application of a hub that no call has changed: calls withdraw what they can."""
    with sampled(samples, tmp_path) as opened:
        yield create_app(opened)


def test_who_holds_just_this_is_told_so_where_the_document_says_it_and_nowhere_else(
    untouched, known
):
    client = TestClient(untouched, base_url=build.BASE_URL, follow_redirects=False)
    for path, operations in untouched.openapi()["paths"].items():
        answers = operations.get("get", {}).get("responses", {})
        given = [client.get(each) for each in addresses(client, path, known)] if answers else []
        tagged = [each for each in given if each.status_code == 200 and "etag" in each.headers]
        assert bool(tagged) is ("304" in answers), path
        for each in tagged:
            tag = each.headers["etag"]
            held = client.get(each.url, headers={"If-None-Match": tag})
            assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", tag), path
            said = set(answers["200"]["headers"])
            assert "ETag" in said, path
            assert said == set(answers["304"]["headers"]), path
            assert {name.lower() for name in said} <= set(each.headers), path
            if "Last-Modified" in said:
                since = {"If-Modified-Since": each.headers["last-modified"]}
                assert client.get(each.url, headers=since).status_code == 304, path

"""Whatever is posted to an action of CKAN's is answered in CKAN's words, and in time.

What is posted has the right keys and broken values, broken JSON, or broken forms, from a program
that may do everything; the cases are the same at every run, and ``FUZZ_EXAMPLES`` asks for more.
"""

import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import build
from breaking import broken, in_time, many, words
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app
from opendata_hub.web.ckan.actions import ACTIONS

PACKAGE = "demo-association-subsidies"
BODY = {
    "id": PACKAGE, "name": "aides-2027", "owner_org": "commune-exemple", "title": "Aides",
    "notes": "Toutes.", "tags": [{"name": "clubs"}], "groups": [{"name": "soci"}],
    "extras": [{"key": "family", "value": "association-subsidies"}], "license_id": "cc-by",
    "private": False, "match": {"name": PACKAGE}, "update": {"title": "Aides 2027"},
    "package_id": PACKAGE, "resource_id": PACKAGE, "filters": {"exercice": [2026]},
    "q": {"nature": "numeraire"}, "fields": "exercice,nature", "sort": "exercice desc",
    "limit": 3, "offset": 0, "records_format": "objects", "include_total": True,
    "sql": 'SELECT * FROM "x" LIMIT 2', "rows": 2, "start": 0, "fq": "tags:clubs",
    "fq_list": ["organization:commune-exemple"], "facet.field": ["tags"], "clear": [],
    "url": "http://a.example/", "maintainer_email": "service@commune.example", "reason": "Erreur",
}  # fmt: skip
"""A value that is sound for each key that an action takes."""
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="package_id"\r\n\r\n' + PACKAGE.encode()
    + b'\r\n--b\r\nContent-Disposition: form-data; name="upload"; filename="a.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\na,b\n1,2\n\r\n--b--\r\n"
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats()
    | words(PACKAGE, "exercice desc", "tags:clubs", "2026-01-01", '{"a": [1]}', "clubs,sport"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words("key", "name"), inner,
                                                                max_size=3),
    max_leaves=6,
)  # fmt: skip


@pytest.fixture(scope="module")
def program(samples, tmp_path_factory):
    """A program that may do everything, at the door of a hub of its own."""
    home = tmp_path_factory.mktemp("written") / "var"
    shutil.copytree(samples, home)
    hub = open_hub(Settings(home=home, base_url=build.BASE_URL, rate_limits="read=off, write=off"))
    key = build.token(hub, grants=(Grant(Role.STEWARD), Grant(Role.ADMINISTRATOR)))
    yield TestClient(create_app(hub), base_url=build.BASE_URL, headers=key, follow_redirects=False)
    hub.engine.dispose()


def posted(program, action, content, kind):
    """What is answered, which is JSON in CKAN's envelope or its plain refusal."""
    with in_time():
        answer = program.post(
            f"/api/3/action/{action}", content=content, headers={"Content-Type": kind}
        )
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    said = answer.json()
    assert isinstance(said, str) or said["success"] is (answer.status_code == 200)
    return answer


@many(4)
@given(st.data(), st.sampled_from(sorted(ACTIONS)))
def test_any_values_posted_to_an_action_are_answered_in_its_words(program, data, action):
    keys = [*ACTIONS[action].takes, "id"]
    given_keys = data.draw(st.sets(st.sampled_from(keys), max_size=6))
    body = {key: BODY[key] for key in keys if key in BODY}
    body |= {key: data.draw(VALUES) for key in given_keys}
    posted(program, action, json.dumps(body).encode(), "application/json")


@many(1)
@given(broken(json.dumps(BODY).encode()), st.sampled_from(sorted(ACTIONS)))
def test_any_bytes_posted_as_json_are_answered_in_its_words(program, content, action):
    posted(program, action, content, "application/json")


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # of a form that is cut off
@many(2)
@given(
    broken(FORM), st.sampled_from(sorted(ACTIONS)),
    words("multipart/form-data; boundary=b") | st.just("multipart/form-data; boundary=b"),
)  # fmt: skip
def test_any_bytes_posted_as_a_form_are_answered_in_its_words(program, content, action, kind):
    kind = kind.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
    posted(program, action, content, kind)

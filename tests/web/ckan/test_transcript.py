"""What a real CKAN answered, recorded, and what we answer to the same: status, keys and types.

The recording lies beside the project and is read there. Ids and names of its data stand in for
ours; where our answer differs on purpose, the difference is in ``DIFFERENT`` and in docs/ckan.md.
"""

import json
import re
from urllib.parse import urlsplit

import pytest

import build
from opendata_hub.domain.people.roles import Grant, Role

PACKAGE = "demo-association-subsidies"
DIFFERENT = {
    "001_site_read": 200, "033_user_list_anon": 200, "035_user_show": 404, "041_api_root": 404,
    "042_create_anon": 403, "047_bad_json": 400, "054_resource_create": 409, "056_ds_create": 409,
    "062_ds_sql_bad": 409, "063_ds_sql_syntax": 409, "065_ds_dump": 200, "066_ds_upsert": 409,
    "067_ds_delete": 409, "071_show_deleted_anon": 404, "072_show_deleted_admin": 404,
    "077_org_patch": 409, "079_dashboard": 200, "088_page_dataset": 301, "089_feed": 404,
    "090_sitemap": 200, "091_robots": 200, "092_license_page": 200,
}  # fmt: skip
"""What is answered otherwise on purpose, and with which status; docs/ckan.md says why."""
APART = {"085_jsonp"}
"""No JSON: compared in test_reading_as_ckan.py."""
COLUMNS = {
    "%22b%22%3A%22y%22": "%22nature%22%3A%22numeraire%22",
    "sort=a+desc&fields=a": "sort=exercice+desc&fields=exercice",
    "WHERE+a%3E1": "WHERE+exercice%3E1",
}
"""The columns of the recorder's table, and ours."""
REFUSED = {43, 44, 45, 46, 48, 52, 53, 55}
ROW = re.compile(r"\| `\d{3}_")
"""A line of the table in the documentation."""
FREE_KEYS = {"tags", "license_id", "res_format", "facets", "records", "filters"}
"""Objects whose keys are values."""


def recorded(shared):
    folder = shared / "peers/ckan/transcript"
    if not folder.is_dir():
        pytest.skip("no recording of a CKAN beside this checkout")
    for file in sorted(folder.glob("[0-9]*.json")):
        exchange = json.loads(file.read_text(encoding="utf-8"))
        exchange["request"] = {"auth": False, "body": None, **exchange["request"]}
        yield file.stem, exchange


@pytest.fixture
def replaced(demo_client):
    """The names and ids of the recording, and ours."""
    found = demo_client.get("/api/3/action/package_show", params={"id": PACKAGE}).json()["result"]
    return {
        "test-one": PACKAGE,
        "53b48ea0-3915-4777-b996-fb89b304a123": found["resources"][0]["id"],
        "36494a32-05cc-4b83-a839-cd9e89f9bfb6": found["id"],
        "city": "commune-exemple",
        "climate": "soci",
        "water": "associations",
        "q=wa": "q=associat",
        "name%3Acsv": "name%3Asubventions",
        **COLUMNS,
    }


def asked(client, exchange, replaced, token):
    request = exchange["request"]
    parts = urlsplit(request["url"])
    address = f"{parts.path}?{parts.query}" if parts.query else parts.path
    body = json.dumps(request["body"]) if request["body"] is not None else None
    if isinstance(request["body"], str):
        body = request["body"]
    for theirs, ours in replaced.items():
        address = address.replace(theirs, ours)
        body = body.replace(theirs, ours) if body else body
    headers = dict(token) if exchange["request"]["auth"] else {}
    if isinstance(request["body"], str) and "=" in request["body"]:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return client.request(request["method"], address, content=body, headers=headers)


def kind_of(value):
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if is_number else type(value).__name__


def differences(theirs, ours, where=""):
    """Where keys or types differ; what is null on one side says nothing of its type."""
    if theirs is None or ours is None or where.rpartition(".")[2] in FREE_KEYS:
        return []
    if kind_of(theirs) != kind_of(ours):
        return [f"{where}: {kind_of(theirs)} is {kind_of(ours)}"]
    if isinstance(theirs, list):
        return differences(theirs[0], ours[0], f"{where}[]") if theirs and ours else []
    if not isinstance(theirs, dict):
        return []
    missing = [f"{where}: no {key}" for key in sorted(set(theirs) - set(ours))]
    both = sorted(set(theirs) & set(ours))
    return missing + [d for k in both for d in differences(theirs[k], ours[k], f"{where}.{k}")]


def without_message(body):
    """An error without the sentence beside its kind; a bare text as it is."""
    return {**body["error"], "message": ""} if isinstance(body, dict) else body


def test_what_a_ckan_was_asked_is_answered_with_the_same_keys_and_types(
    shared, demo_client, demo_hub, replaced, pytestconfig
):
    """Every exchange, in its order: alike, or otherwise as the documentation names it."""
    grants = (Grant(Role.ADMINISTRATOR), Grant(Role.STEWARD))
    token = build.token(demo_hub, "recorder", grants=grants)
    told = (pytestconfig.rootpath / "docs/ckan.md").read_text(encoding="utf-8")
    compared = []
    for name, exchange in recorded(shared):
        answer = asked(demo_client, exchange, replaced, token)
        if name in DIFFERENT:
            assert answer.status_code == DIFFERENT[name], (name, answer.text[:300])
            assert f"| `{name}` |" in told, name
        elif name not in APART:
            assert answer.status_code == exchange["status"], (name, answer.text[:300])
            assert answer.headers["content-type"] == exchange["content_type"], name
            assert not differences(exchange["body"], answer.json(), name), name
            if int(name[:3]) in REFUSED:
                assert without_message(answer.json()) == without_message(exchange["body"]), name
            compared.append(name)
    assert len(compared) > 65
    assert {line.split("`")[1] for line in told.splitlines() if ROW.match(line)} == set(DIFFERENT)

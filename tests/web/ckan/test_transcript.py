"""What a real CKAN answered, recorded, and what we answer to the same: status, keys and types.

The recording lies beside the project and is read there. Ids and names of its data stand in for
ours; where our answer differs on purpose, the difference is in ``DIFFERENT`` and in docs/ckan.md.
"""

import json
from urllib.parse import urlsplit

import pytest

PACKAGE = "demo-association-subsidies"
DIFFERENT = {
    "001_site_read": "offered: old clients take its truth for a sign of life",
    "033_user_list_anon": "accounts are not shown",
    "041_api_root": "a page of CKAN's own",
    "042_create_anon": "another text",
    "047_bad_json": "without the inner error of CKAN's framework",
    "085_jsonp": "compared in test_reading_as_ckan.py",
}
NOT_ASKED = {
    "034_user_list", "035_user_show", "079_dashboard", "088_page_dataset", "089_feed",
    "090_sitemap", "091_robots", "092_license_page",
}  # fmt: skip
"""Pages, and what asks as the recorder's own account."""
READ = {*range(2, 42), 49, 50, 57, 59, 60, 64, 80, 81, 82, 83, 84, 86, 87}
REFUSED = {43, 44, 45, 46, 48, 52, 53, 55}
FREE_KEYS = {"tags", "license_id", "res_format", "facets", "records"}
"""Objects whose keys are values."""


def recorded(shared):
    folder = shared / "peers/ckan/transcript"
    if not folder.is_dir():
        pytest.skip("no recording of a CKAN beside this checkout")
    for file in sorted(folder.glob("[0-9]*.json")):
        yield file.stem, json.loads(file.read_text(encoding="utf-8"))


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
    shared, demo_client, replaced, token
):
    compared = []
    for name, exchange in recorded(shared):
        if int(name[:3]) not in READ | REFUSED or name in DIFFERENT or name in NOT_ASKED:
            continue
        answer = asked(demo_client, exchange, replaced, token)
        assert answer.status_code == exchange["status"], (name, answer.text[:300])
        assert answer.headers["content-type"] == exchange["content_type"], name
        assert not differences(exchange["body"], answer.json(), name), name
        if int(name[:3]) in REFUSED:
            assert without_message(answer.json()) == without_message(exchange["body"]), name
        if isinstance(exchange["body"], str):
            assert answer.json() == exchange["body"], name
        compared.append(name)
    assert len(compared) > 52

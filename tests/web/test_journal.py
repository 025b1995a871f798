"""What is done through the doors stands in the journal, and an auditor reads it."""

import pytest

import build
from opendata_hub.domain.people.roles import Grant, Role


@pytest.fixture
def auditor(demo_hub):
    return build.token(demo_hub, "auditor", grants=(Grant(Role.AUDITOR),))


def kinds(client, key, **asked):
    answer = client.get("/api/v1/journal", params=asked, headers=key)
    return [each["kind"] for each in answer.json()["entries"]]


def test_what_is_done_is_told(demo_hub, demo_client, auditor):
    officer = build.token(demo_hub, "officer", grants=(Grant(Role.OFFICER),))
    reference = demo_client.post("/api/v1/requests", json=build.filing()).json()["reference"]
    who = demo_client.get(f"/api/v1/requests/{reference}/requester", headers=officer)
    assert who.json()["name"] == "Personne Fictive"
    steward = build.token(demo_hub, "steward")
    demo_client.delete("/api/v1/datasets/demo-petitions?reason=Erreur", headers=steward)
    assert kinds(demo_client, auditor, limit=7) == [
        "dataset-withdrawn", "token-made", "identity-read", "mail-addressed", "request-event",
        "token-made", "token-made",
    ]  # fmt: skip
    assert kinds(demo_client, auditor, subject=reference) == [
        "identity-read", "mail-addressed", "request-event",
    ]  # fmt: skip
    assert "Personne" not in demo_client.get("/api/v1/journal?limit=500", headers=auditor).text


def test_an_auditor_walks_back_to_the_first_entry(demo_client, auditor):
    seen, before = [], None
    while True:
        asked = {"limit": 5, **({"before": before} if before else {})}
        answer = demo_client.get("/api/v1/journal", params=asked, headers=auditor).json()
        seen += [each["number"] for each in answer["entries"]]
        if (before := answer["next"]) is None:
            break
    assert seen == list(range(len(seen), 0, -1))
    assert len(seen) > 13


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_page_shows_it_to_an_auditor_only(demo_hub, demo_client, auditor, language):
    shown = demo_client.get(f"/{language}/journal?kind=dataset-published", headers=auditor)
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert shown.text.count("demo-") == 13
    assert demo_client.get(f"/{language}/journal").status_code == 401
    steward = build.token(demo_hub, "steward")
    assert demo_client.get(f"/{language}/journal", headers=steward).status_code == 403
    nothing = demo_client.get(f"/{language}/journal?subject=none", headers=auditor)
    assert "<table" not in nothing.text


@pytest.mark.parametrize("query", ["kind=x", "before=0", "person=x", "limit=0", "limit=501"])
def test_what_cannot_be_asked_is_refused(demo_client, auditor, query):
    answer = demo_client.get(f"/api/v1/journal?{query}", headers=auditor)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")

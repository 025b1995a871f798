"""Officers read their queue and act on a case over HTTP, as the law and the rule allow."""

import pytest

import build
from opendata_hub.domain.people.roles import Grant, Role

OWN = (Grant(Role.OFFICER, "commune-exemple"),)
DESK = "/api/v1/desk/requests"


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=OWN)


@pytest.fixture
def reference(client):
    return client.post("/api/v1/requests", json=build.filing()).json()["reference"]


def do(client, key, reference, act, *, after=1, **words):
    today = client.get(f"{DESK}/{reference}", headers=key).json()["events"][0]["happened_on"]
    body = {"act": act, "happened_on": today, "after": after, **words}
    return client.post(f"{DESK}/{reference}/events", json=body, headers=key)


def test_a_queue_leads_to_a_case_and_what_can_be_done(client, officer, reference):
    told = client.get(DESK, headers=officer).json()
    assert [each["reference"] for each in told["requests"]] == [reference]
    assert (told["requests"][0]["nearness"], told["next"]) == ("later", None)
    case = client.get(f"{DESK}/{reference}", headers=officer).json()
    assert (case["state"], [each["act"] for each in case["events"]]) == ("received", ["receive"])
    assert {"grant", "refuse", "extend"} <= set(case["possible"])
    assert "Fictive" not in str(case)


def test_an_answer_leaves_the_queue_and_the_requester_reads_it(client, officer):
    receipt = client.post("/api/v1/requests", json=build.filing()).json()
    answer = do(client, officer, receipt["reference"], "grant")
    assert (answer.status_code, answer.json()["state"]) == (201, "answered")
    assert client.get(DESK, headers=officer).json()["requests"] == []
    closed = client.get(f"{DESK}?closed=true", headers=officer).json()["requests"]
    assert [(each["reference"], each["nearness"]) for each in closed] == [
        (receipt["reference"], "done")
    ]
    followed = client.get(
        f"/api/v1/requests/{receipt['reference']}",
        headers={"X-Tracking-Code": receipt["tracking_code"]},
    )
    assert followed.json()["state"] == "answered"


def test_a_refusal_names_its_ground_and_its_reasons(client, officer, reference):
    for words in ({}, {"ground": "exception"}, {"ground": "none", "reasons": "x"}):
        answer = do(client, officer, reference, "refuse", **words)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    answer = do(client, officer, reference, "refuse", ground="exception", reasons="Article 7")
    assert answer.json()["events"][-1]["ground"] == "exception"


def test_the_second_of_two_officers_is_told(client, officer, reference):
    assert do(client, officer, reference, "acknowledge").status_code == 201
    answer = do(client, officer, reference, "grant")
    assert (answer.status_code, answer.json()["code"]) == (409, "changed-meanwhile")
    assert do(client, officer, reference, "pay", after=2).json()["code"] == "wrong-moment"


def test_what_is_out_of_reach_is_not_there(hub, client, reference):
    for grants in (
        (Grant(Role.OFFICER, "another"),),
        (Grant(Role.OFFICER, OWN[0].authority, "x"),),
    ):
        key = build.token(hub, str(grants), grants=grants)
        assert client.get(DESK, headers=key).json()["requests"] == []
        assert client.get(f"{DESK}/{reference}", headers=key).status_code == 404
        body = {"act": "grant", "happened_on": "2026-11-22", "after": 1}
        answer = client.post(f"{DESK}/{reference}/events", json=body, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-request")


def test_a_queue_is_walked_page_by_page(client, officer):
    filed = {
        client.post("/api/v1/requests", json=build.filing()).json()["reference"] for _ in range(5)
    }
    seen, after = [], ""
    while after is not None:
        told = client.get(f"{DESK}?limit=2&after={after}", headers=officer).json()
        seen += [each["reference"] for each in told["requests"]]
        after = told["next"]
    assert (sorted(seen), len(seen)) == (sorted(filed), 5)
    answer = client.get(f"{DESK}?after=x", headers=officer)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_a_case_says_by_which_way_it_came_in(client, officer, reference):
    def channel(reference):
        return client.get(f"{DESK}/{reference}", headers=officer).json()["channel"]

    def entered(**words):
        given = build.filing(**words)
        return client.post("/api/v1/requests", json=given, headers=officer).json()["reference"]

    assert channel(reference) == "api"
    assert channel(entered(received_on="2026-01-05")) == "paper"
    assert channel(entered(received_on="2026-01-05", channel="email")) == "email"
    page = client.get(f"/fr/desk/{reference}", headers=officer).text
    assert "d’un programme" in page
    refused = client.post("/api/v1/requests", json=build.filing(channel="paper"))
    assert (refused.status_code, refused.json()["code"]) == (401, "sign-in-needed")


def test_the_form_of_the_site_is_a_channel_of_its_own(client, officer):
    build.sent(client, "/fr/requests/new", build.typed())
    told = client.get(DESK, headers=officer).json()["requests"]
    case = client.get(f"{DESK}/{told[0]['reference']}", headers=officer).json()
    assert case["channel"] == "web"

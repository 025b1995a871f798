"""The legal clock at its doors: count, announce, keep the days in a calendar."""

import pytest
from icalendar import Calendar

import build
from opendata_hub import clock

REPLY = {"law": "ma/31-13", "step": "reply", "from": "2026-11-02"}
DAY = {
    "day": "2026-12-10",
    "name": build.texts("Feast"),
    "status": "exceptional",
    "source": "communiqué",
}


@pytest.fixture(autouse=True)
def _a_day_with_known_holidays(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW)


def test_a_step_is_counted_for_anybody(client):
    said = client.get("/api/v1/deadlines", params=REPLY).json()
    assert (said["due"], said["safe"], said["article"]) == ("2026-12-02", "2026-12-01", "16 §1")


def test_a_rule_of_ones_own_is_counted(client):
    rule = {"unit": "months", "length": 1, "from": "2026-01-31", "end": "forward"}
    assert client.get("/api/v1/deadlines", params=rule).json()["due"] == "2026-03-02"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"law": "xx/1"}, 404, "unknown-law"),
        ({"step": "none"}, 404, "unknown-step"),
        ({"from": "soon"}, 422, "invalid-input"),
        ({"from": "2028-12-20"}, 422, "calendar-gap"),
        ({"unit": "months"}, 422, "invalid-input"),
        ({"lang": "xx"}, 422, "invalid-input"),
    ],
)
def test_a_bad_question_is_refused_with_a_code(client, changes, status, code):
    answer = client.get("/api/v1/deadlines", params={**REPLY, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_officer_announces_and_everything_follows(client, token):
    receipt = client.post("/api/v1/requests", json=build.filing()).json()
    assert receipt["due"] == "2026-12-18"
    answer = client.post("/api/v1/calendars/ma/days", json=DAY, headers=token)
    assert (answer.status_code, answer.json()) == (201, {"recounted": 1})
    code = {"X-Tracking-Code": receipt["tracking_code"]}
    followed = client.get(f"/api/v1/requests/{receipt['reference']}", headers=code).json()
    assert followed["due"] == "2026-12-21"
    assert client.get("/api/v1/deadlines", params={**REPLY, "from": "2026-11-20"}).json()[
        "due"
    ] == ("2026-12-21")
    page = client.post(
        f"/fr/requests/{receipt['reference']}", data={"tracking_code": receipt["tracking_code"]}
    )
    assert '<time datetime="2026-12-21">' in page.text


@pytest.mark.parametrize(
    "changes",
    [{"day": "soon"}, {"name": {"fr": "Fête"}}, {"source": " "}, {"status": "rumour"},
     {"instead_of": "2026-12-11"}, {"day": "2099-01-01"}, {"more": 1}],
)  # fmt: skip
def test_a_bad_announcement_changes_nothing(client, token, changes):
    receipt = client.post("/api/v1/requests", json=build.filing()).json()
    answer = client.post("/api/v1/calendars/ma/days", json={**DAY, **changes}, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    code = {"X-Tracking-Code": receipt["tracking_code"]}
    followed = client.get(f"/api/v1/requests/{receipt['reference']}", headers=code).json()
    assert followed["due"] == receipt["due"]


def test_a_stranger_announces_nothing(client):
    assert client.post("/api/v1/calendars/ma/days", json=DAY).status_code == 401
    assert client.get("/api/v1/requests.ics").status_code == 401


def test_due_days_go_into_any_calendar_program(client, token):
    receipt = client.post("/api/v1/requests", json=build.filing()).json()
    code = {"X-Tracking-Code": receipt["tracking_code"]}
    own = client.get(f"/api/v1/requests/{receipt['reference']}/deadlines.ics", headers=code)
    all_open = client.get("/api/v1/requests.ics", headers=token)
    for answer in (own, all_open):
        assert answer.headers["content-type"].startswith("text/calendar")
        (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
        assert event["dtstart"].dt.isoformat() == "2026-12-18"
        assert receipt["reference"] in event["summary"]
        for secret in build.filing()["requester"].values():
            assert secret not in answer.text
    refused = client.get(f"/api/v1/requests/{receipt['reference']}/deadlines.ics")
    assert refused.json()["code"] == "tracking-code-needed"


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_calculator_tells_every_day(client, language):
    answer = client.get(f"/{language}/deadlines", params=REPLY)
    assert answer.status_code == 200
    assert '<time datetime="2026-12-02">' in answer.text
    assert answer.text.count("<li>") >= 30
    assert f'<html lang="{language}"' in answer.text


def test_the_calculator_says_what_is_wrong_and_keeps_what_was_chosen(client):
    assert client.get("/en/deadlines").status_code == 200
    wrong = client.get("/en/deadlines", params={**REPLY, "from": "2028-12-20"})
    assert wrong.status_code == 422
    assert "2029.csv" in wrong.text
    unknown = client.get("/en/deadlines", params={**REPLY, "law": '"><script>'})
    assert unknown.status_code == 422
    assert "<script" not in unknown.text


def test_a_pack_of_terms_is_no_law_to_file_under(client):
    terms = [n for n, law in client.app.state.hub.laws.items() if not law.takes_requests]
    for name in terms:
        answer = client.post("/api/v1/requests", json=build.filing(law=name))
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-law")


def test_silence_opens_the_remedies_of_the_law(client, token, monkeypatch):
    paper = build.filing(received_on="2026-10-13")
    receipt = client.post("/api/v1/requests", json=paper, headers=token).json()
    monkeypatch.setattr(clock, "now", lambda: build.NOW.replace(month=12, day=1))
    code = {"X-Tracking-Code": receipt["tracking_code"]}
    followed = client.get(f"/api/v1/requests/{receipt['reference']}", headers=code).json()
    assert (followed["is_late"], followed["state"]) == (True, "received")
    assert [remedy["step"] for remedy in followed["remedies"]] == ["complaint-to-head"]
    assert followed["remedies"][0]["from"] == followed["due"]


def test_what_no_jurist_confirmed_and_what_is_only_expected_say_so(client):
    unsure = {"law": "tn/2016-22", "step": "reply", "from": "2026-11-02"}
    assert "not confirmed" in client.get("/en/deadlines", params=unsure).text
    lunar = {**REPLY, "from": "2026-08-10"}
    assert "expected, not announced yet" in client.get("/en/deadlines", params=lunar).text
    closure = {**REPLY, "from": "2024-03-18"}
    assert "exceptional closure" in client.get("/en/deadlines", params=closure).text

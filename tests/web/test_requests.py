"""The citizens' door: file, keep the code, follow; nobody else sees a thing."""

import json
import logging
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

import build
import documents
from held import held
from opendata_hub import clock, jobs
from opendata_hub.store import engine
from opendata_hub.store.filing import once


@pytest.fixture(autouse=True)
def _a_day_with_known_holidays(monkeypatch):
    """Monday 2 November 2026 in Casablanca, the day of the first worked example."""
    now = build.NOW.replace(month=11, day=2)
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def receipt(client):
    answer = client.post("/api/v1/requests", json=build.filing())
    assert answer.status_code == 201
    return answer.json()


def test_a_receipt_says_when_the_answer_is_due_and_why(receipt):
    assert receipt["reference"] == "AI-2026-000001"
    assert (receipt["received_on"], receipt["due"], receipt["safe"]) == (
        "2026-11-02",
        "2026-12-02",
        "2026-12-01",
    )
    assert (receipt["law"], receipt["step"], receipt["article"]) == ("ma/31-13", "reply", "16 §1")
    holidays = [off["day"] for off in receipt["skipped"] if off["status"] != "weekend"]
    assert holidays == ["2026-11-06", "2026-11-18"]
    assert all(off["reason"] for off in receipt["skipped"])


def test_reasons_are_in_the_language_of_the_request(client):
    answer = client.post("/api/v1/requests", json=build.filing(language="ar")).json()
    assert any("المسيرة الخضراء" in off["reason"] for off in answer["skipped"])


def test_an_urgent_request_has_the_short_term(client):
    answer = client.post(
        "/api/v1/requests", json=build.filing(urgent=True, urgency="Une vie")
    ).json()
    assert (answer["step"], answer["due"], answer["safe"]) == (
        "urgent-reply",
        "2026-11-05",
        "2026-11-05",
    )


def test_references_count_up_through_the_year(client, receipt):
    again = client.post("/api/v1/requests", json=build.filing()).json()
    assert again["reference"] == "AI-2026-000002"
    assert again["tracking_code"] != receipt["tracking_code"]


def test_the_code_opens_the_request_and_it_names_nobody(client, receipt):
    address = f"/api/v1/requests/{receipt['reference']}"
    for query, headers in [
        ("", {"X-Tracking-Code": receipt["tracking_code"]}),
        ("", {"X-Tracking-Code": receipt["tracking_code"].lower().replace("-", " ")}),
        (f"?tracking_code={receipt['tracking_code']}", {}),
    ]:
        answer = client.get(address + query, headers=headers)
        assert answer.status_code == 200
        assert {**answer.json(), "tracking_code": receipt["tracking_code"]} == receipt
        for secret in build.filing()["requester"].values():
            assert secret not in answer.text


def test_without_the_right_code_nothing_is_told(client, receipt):
    address = f"/api/v1/requests/{receipt['reference']}"
    other = client.post("/api/v1/requests", json=build.filing()).json()
    assert client.get(address).json()["code"] == "tracking-code-needed"
    assert client.get(address).status_code == 401
    wrong = client.get(address, headers={"X-Tracking-Code": other["tracking_code"]})
    none = client.get("/api/v1/requests/AI-2026-999999", headers={"X-Tracking-Code": "A"})
    assert (
        (wrong.status_code, wrong.json()) == (none.status_code, none.json()) == (404, none.json())
    )
    assert none.json()["code"] == "unknown-request"


def changed(part, value):
    return {"requester": {**build.filing()["requester"], part: value}}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": ""}, "invalid-input"),
        ({"text": "x" * 20_001}, "too-long"),
        ({"text": "x" * 200_000}, "too-long"),
        ({"urgent": True}, "invalid-input"),
        ({"access": "pigeon"}, "invalid-input"),
        ({"sources": ["rumour"]}, "invalid-input"),
        ({"period_from": "2026-02-30"}, "invalid-input"),
        ({"period_from": "2026-02-02", "period_to": "2026-02-01"}, "invalid-input"),
        ({"language": "xx"}, "invalid-input"),
        ({"law": "ma/none"}, "unknown-law"),
        ({"urgent": "maybe"}, "invalid-input"),
        ({"unknown": 1}, "invalid-input"),
        ({"requester": None}, "invalid-input"),
        (changed("name", ""), "invalid-input"),
        (changed("id_number", " "), "invalid-input"),
        (changed("email", "no address"), "invalid-input"),
        (changed("name", "a\x00b"), "invalid-input"),
        (changed("name", "\u202eevitciF"), "bad-personal-name"),
        (changed("address", "<b>1</b>"), "bad-personal-name"),
        (changed("phone", "call me"), "invalid-input"),
        (changed("document", "passport"), "invalid-input"),
        ({"received_on": "2026-11-03"}, "future-receipt"),
        ({"received_on": "yesterday"}, "invalid-input"),
    ],
)
def test_a_bad_request_is_refused_with_a_code_and_repeats_no_identity(client, changes, code):
    answer = client.post("/api/v1/requests", json=build.filing(**changes))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"
    for secret in build.filing()["requester"].values():
        assert secret not in answer.text


def test_a_refused_request_takes_no_number(client):
    client.post("/api/v1/requests", json=build.filing(subject=""))
    answer = client.post("/api/v1/requests", json=build.filing())
    assert answer.json()["reference"] == "AI-2026-000001"


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"text"', b"\xff\xfe", b'{"subject": NaN}'])
def test_what_is_no_json_object_is_refused(client, body):
    answer = client.post(
        "/api/v1/requests", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"broken-json", "broken-request", "invalid-input"}


def test_a_body_over_the_limit_is_refused(client):
    answer = client.post("/api/v1/requests", json=build.filing(text="x" * 300_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("name", ["subject", "text", "urgency"])
def test_half_a_sign_is_refused_and_not_a_failure(client, name):
    body = json.dumps(build.filing(**{name: "Le budget\ud800"}))
    answer = client.post(
        "/api/v1/requests", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_strangers_who_choose_the_same_word_do_not_stop_each_other(client):
    word = {"Idempotency-Key": "1"}
    first = client.post("/api/v1/requests", json=build.filing(), headers=word)
    second = client.post("/api/v1/requests", json=build.filing(subject="Other"), headers=word)
    again = client.post("/api/v1/requests", json=build.filing(), headers=word)
    assert [each.status_code for each in (first, second, again)] == [201, 201, 200]
    assert again.json() == first.json() != second.json()


def test_what_is_sent_again_with_its_word_is_filed_once(client, token):
    word = {"Idempotency-Key": "a word of mine", **token}
    first = client.post("/api/v1/requests", json=build.filing(), headers=word)
    again = client.post("/api/v1/requests", json=build.filing(), headers=word)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = client.post("/api/v1/requests", json=build.filing(subject="Other"), headers=word)
    assert (other.status_code, other.json()["code"]) == (409, "key-reused")
    wrong = {"Idempotency-Key": "wrong"}
    refused = client.post(
        "/api/v1/requests", json=build.filing(subject=""), headers={**word, **wrong}
    )
    mended = client.post("/api/v1/requests", json=build.filing(), headers={**word, **wrong})
    assert (refused.status_code, mended.status_code) == (422, 201)
    assert mended.json()["reference"] == "AI-2026-000002"


def test_a_word_is_its_senders_own_and_is_forgotten_after_a_day(hub, client, token):
    word = {"Idempotency-Key": "1"}
    stranger = client.post("/api/v1/requests", json=build.filing(), headers=word).json()
    program = client.post("/api/v1/requests", json=build.filing(), headers={**word, **token})
    assert (program.status_code, program.json()["reference"]) == (201, "AI-2026-000002")
    assert jobs.forget_filings(hub) == 0
    with hub.writing() as session:
        assert once.forget(session, clock.now() + timedelta(minutes=1)) == 2
    again = client.post("/api/v1/requests", json=build.filing(), headers=word)
    assert (again.status_code, stranger["reference"]) == (201, "AI-2026-000001")


def test_files_come_with_a_request_of_a_program(client):
    pdf = ("plan.pdf", documents.pdf(texts=("Le plan",)), "application/pdf")
    body = {"request": json.dumps(build.filing())}
    made = client.post("/api/v1/requests/with-files", data=body, files=[("files", pdf)])
    assert (made.status_code, made.json()["reference"]) == (201, "AI-2026-000001")
    fake = ("plan.pdf", b"MZ\x90\x00", "application/pdf")
    refused = client.post("/api/v1/requests/with-files", data=body, files=[("files", fake)])
    assert (refused.status_code, refused.json()["code"]) == (422, "not-a-document")
    wrong = {"request": json.dumps(build.filing(requester={"name": "Zahra Inventee"}))}
    refused = client.post("/api/v1/requests/with-files", data=wrong, files=[("files", pdf)])
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert "Inventee" not in refused.text


def test_an_officer_reads_what_the_model_form_asks(client, token):
    asked = {
        "urgent": True, "urgency": "Une digue fissurée", "access": "on-site",
        "sources": ["report", "database"], "period_from": "2025-01-01", "period_to": "2025-12-31",
    }  # fmt: skip
    who = {**build.filing()["requester"], "phone": "+212 600-000000", "document": "residence"}
    made = client.post("/api/v1/requests", json=build.filing(**asked, requester=who)).json()
    case = client.get(f"/api/v1/desk/requests/{made['reference']}", headers=token).json()
    assert case["details"] == {key: asked[key] for key in asked if key != "urgent"}
    page = client.get(f"/fr/desk/{made['reference']}", headers=token).text
    assert "Une digue fissurée" in page
    assert "Consultation sur place" in page
    told = client.get(f"/api/v1/requests/{made['reference']}/requester", headers=token).json()
    assert told == who


def test_a_year_without_a_list_of_holidays_stops_the_filing(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW.replace(year=2028, month=12, day=20))
    answer = client.post("/api/v1/requests", json=build.filing())
    assert (answer.status_code, answer.json()["code"]) == (422, "calendar-gap")
    assert "2029.csv" in answer.json()["detail"]


def test_only_an_officer_enters_the_day_of_a_paper_request(client, token):
    paper = build.filing(received_on="2026-10-13")
    assert client.post("/api/v1/requests", json=paper).status_code == 401
    answer = client.post("/api/v1/requests", json=paper, headers=token)
    assert (answer.status_code, answer.json()["received_on"]) == (201, "2026-10-13")


def test_no_identity_reaches_the_log(client, caplog):
    caplog.set_level(logging.DEBUG)
    client.post("/api/v1/requests", json=build.filing())
    client.post("/api/v1/requests", json=build.filing(subject=""))
    for secret in build.filing()["requester"].values():
        assert secret not in caplog.text


def test_the_day_of_receipt_is_the_one_in_the_authoritys_zone(client, monkeypatch):
    """At 23:30 in London it is already tomorrow in Casablanca, where the clock is an hour ahead."""
    late = build.NOW.replace(month=11, day=2, hour=23, minute=30)
    monkeypatch.setattr(clock, "now", lambda: late)
    receipt = client.post("/api/v1/requests", json=build.filing()).json()
    assert (receipt["received_on"], receipt["due"]) == ("2026-11-03", "2026-12-03")


def test_a_failing_store_shows_nobody_in_the_log(hub, client, caplog):
    with hub.writing() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON requester BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    stranger = TestClient(client.app, base_url=build.BASE_URL, raise_server_exceptions=False)
    answer = stranger.post("/api/v1/requests", json=build.filing())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "full" in caplog.text
    for secret in build.filing()["requester"].values():
        assert secret not in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_cache_on_the_way_keeps_what_a_code_opens(client, receipt):
    headers = {"X-Tracking-Code": receipt["tracking_code"]}
    answer = client.get(f"/api/v1/requests/{receipt['reference']}", headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    page = client.post(
        f"/fr/requests/{receipt['reference']}", data={"tracking_code": receipt["tracking_code"]}
    )
    assert page.headers["cache-control"] == "no-store"


def test_a_reference_is_found_however_it_is_typed(client, receipt):
    headers = {"X-Tracking-Code": receipt["tracking_code"]}
    answer = client.get(f"/api/v1/requests/{receipt['reference'].lower()}", headers=headers)
    assert answer.status_code == 200


def test_a_late_answer_is_called_late_on_the_page_from_the_day_after(client, token, monkeypatch):
    receipt = client.post("/api/v1/requests", json=build.filing(), headers=token).json()
    address = f"/en/requests/{receipt['reference']}"
    code = {"tracking_code": receipt["tracking_code"]}
    for day, is_late in [(2, False), (3, True)]:
        monkeypatch.setattr(clock, "now", lambda day=day: build.NOW.replace(month=12, day=day))
        page = client.post(address, data=code).text
        assert ("The answer is late." in page) == is_late
        assert ("Complaint" in page) == is_late


def test_who_files_while_others_write_for_long_is_told_to_come_back_and_then_may(
    hub, client, monkeypatch
):
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0.2)
    with held(hub.engine):
        told = client.post("/api/v1/requests", json=build.filing())
        read = client.get("/api/v1/requests/AI-2026-000001")
    assert (told.status_code, told.json()["code"]) == (503, "busy")
    assert told.headers["retry-after"] == "30"
    assert read.status_code != 503
    assert client.post("/api/v1/requests", json=build.filing()).status_code == 201

"""At the counter an officer enters what came on paper, and prints its receipt at once."""

import pytest

import build
import documents
from opendata_hub import clock
from opendata_hub.domain.people.roles import Grant, Role

COUNTER = "/fr/counter/commune-exemple"


@pytest.fixture(autouse=True)
def _a_day_with_known_holidays(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW)


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=(Grant(Role.OFFICER, "commune-exemple"),))


def test_paper_is_filed_with_its_day_and_leads_to_a_receipt_in_its_language(client, officer):
    form = build.typed(received_on="2026-11-02", language="ar")
    pdf = [("files", ("scan.pdf", documents.pdf(), "application/pdf"))]
    filed = client.post(COUNTER, data=form, files=pdf, headers=officer)
    assert filed.status_code == 303
    receipt = client.get(filed.headers["location"])
    assert filed.headers["location"].startswith("/ar/receipts/")
    assert 'action="/ar/requests/AI-2026-000001/receipt"' in receipt.text
    case = client.get("/api/v1/desk/requests/AI-2026-000001", headers=officer).json()
    assert (case["channel"], case["language"]) == ("paper", "ar")
    assert case["events"][0]["happened_on"] == "2026-11-02"
    again = client.post(COUNTER, data=form, files=pdf, headers=officer)
    assert again.headers["location"] == filed.headers["location"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"received_on": ""}, "invalid-input"),
        ({"received_on": "2026-11-23"}, "future-receipt"),
        ({"id_number": ""}, "invalid-input"),
        ({"language": "xx"}, "invalid-input"),
    ],
)
def test_a_fault_at_the_counter_loses_nothing(client, officer, typed, code):
    form = build.typed(received_on="2026-11-02", **typed) if "received_on" not in typed else (
        build.typed(**typed)
    )  # fmt: skip
    answer = client.post(COUNTER, data=form, headers=officer)
    assert answer.status_code == 422
    assert f'<code dir="ltr">{code}</code>' in answer.text
    assert "Les annexes du budget" in answer.text


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_counter_is_a_page_of_its_body_and_of_nobody_else(hub, client, officer, language):
    page = client.get(f"/{language}/counter/commune-exemple", headers=officer)
    assert (page.status_code, 'value="2026-11-22"' in page.text) == (200, True)
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.OFFICER, "another"),))
    assert client.get(COUNTER, headers=elsewhere).status_code == 403
    assert client.post(COUNTER, data=build.typed(), headers=elsewhere).status_code == 403
    assert client.get(COUNTER).status_code == 401


def test_an_officer_of_one_unit_files_there(hub, client):
    built = build.with_authorities(
        hub, build.authority("commune-nord", units=(build.unit("urbanisme"), build.unit("culture")))
    )
    key = build.token(built, "unit", grants=(Grant(Role.OFFICER, "commune-nord", "culture"),))
    form = build.typed(received_on="2026-11-02", unit="urbanisme")
    filed = client.post("/fr/counter/commune-nord", data=form, headers=key)
    assert filed.status_code == 303
    queue = client.get("/api/v1/desk/requests", headers=key).json()["requests"]
    assert [each["unit"] for each in queue] == ["culture"]

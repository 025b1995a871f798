"""Letters at the doors: a receipt for who holds the code, previews for who handles the request."""

import io

import pytest
from pypdf import PdfReader

import build
from opendata_hub import clock
from opendata_hub.domain.people.roles import Grant, Role

REFUSAL = {
    "name": "refusal", "language": "fr", "ground": "exception", "exceptions": ["7.1-c"],
    "reasons": "Des comptes bancaires.", "officer": "Agent Imaginaire",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _a_day_with_known_holidays(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW.replace(month=11, day=2))


@pytest.fixture
def receipt(client):
    return client.post("/api/v1/requests", json=build.filing()).json()


@pytest.fixture
def address(receipt):
    return f"/api/v1/requests/{receipt['reference']}"


def words(answer) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    reader = PdfReader(io.BytesIO(answer.content))
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace("\u00a0", " ").split())


def test_the_holder_of_the_code_gets_the_receipt_and_it_names_nobody(client, address, receipt):
    answer = client.get(
        f"{address}/receipt.pdf", headers={"X-Tracking-Code": receipt["tracking_code"]}
    )
    read = words(answer)
    assert 'filename="AI-2026-000001-receipt-fr.pdf"' in answer.headers["content-disposition"]
    for said in ("AI-2026-000001", "2 décembre 2026", receipt["tracking_code"], "Budget 2026"):
        assert said in read
    for secret in build.filing()["requester"].values():
        assert secret not in read
    assert f"{build.BASE_URL}/fr/requests/AI-2026-000001" in read


def test_a_receipt_is_given_in_the_language_asked_for(client, address, receipt):
    headers = {"X-Tracking-Code": receipt["tracking_code"]}
    english = client.get(f"{address}/receipt.pdf?language=en", headers=headers)
    assert "receipt for a request for information" in words(english)
    other = client.get(f"{address}/receipt.pdf?language=xx", headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "invalid-input")


def test_without_the_code_there_is_no_receipt(client, address, receipt):
    assert client.get(f"{address}/receipt.pdf").json()["code"] == "tracking-code-needed"
    in_address = client.get(f"{address}/receipt.pdf?tracking_code={receipt['tracking_code']}")
    assert in_address.status_code == 401
    wrong = client.get(f"{address}/receipt.pdf", headers={"X-Tracking-Code": "A"})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "unknown-request")


def test_a_law_without_letters_gives_no_receipt(client):
    filed = client.post("/api/v1/requests", json=build.filing(law="gb/foia-2000")).json()
    answer = client.get(
        f"/api/v1/requests/{filed['reference']}/receipt.pdf",
        headers={"X-Tracking-Code": filed["tracking_code"]},
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-letter")


def test_the_pages_lead_to_the_receipt_with_the_code_in_a_body(client, receipt):
    page = f"/fr/requests/{receipt['reference']}"
    code = {"tracking_code": receipt["tracking_code"]}
    shown = client.post(page, data=code)
    assert f'action="{page}/receipt"' in shown.text
    assert f"?tracking_code={receipt['tracking_code']}" not in shown.text
    assert "2 décembre 2026" in words(client.post(f"{page}/receipt", data=code))
    wrong = client.post(f"{page}/receipt", data={"tracking_code": "A"})
    assert wrong.status_code == 404
    assert wrong.headers["content-type"].startswith("text/html")


def test_filing_on_a_page_offers_the_receipt_at_once(client):
    asked = build.filing()
    form = {**asked["requester"], "subject": asked["subject"], "text": asked["text"]}
    filed = build.sent(client, "/ar/requests/new", form)
    assert 'action="/ar/requests/AI-2026-000001/receipt"' in filed.text
    assert "الوصل بصيغة PDF" in filed.text


def test_an_officer_looks_at_a_letter_before_anything_is_done(client, hub, address):
    key = build.token(hub, grants=(Grant(Role.OFFICER, "commune-exemple"),))
    read = words(client.post(f"{address}/letters/preview", json=REFUSAL, headers=key))
    assert "Vie privée des personnes" in read
    assert "À la personne qui a présenté la demande" in read
    assert "Personne Fictive" not in read
    assert client.get("/api/v1/journal", headers=key).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"reasons": ""}, 422, "letter-incomplete"),
        ({"name": "invoice"}, 422, "unknown-letter"),
        ({"language": "xx"}, 422, "invalid-input"),
        ({"exceptions": ["9"]}, 422, "invalid-input"),
        ({"colour": "red"}, 422, "invalid-input"),
        ({"name": "complaint-decision"}, 409, "wrong-moment"),
    ],
)
def test_a_letter_that_can_not_be_is_refused_with_a_code(
    client, hub, address, changes, status, code
):
    key = build.token(hub)
    answer = client.post(f"{address}/letters/preview", json={**REFUSAL, **changes}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_officer_elsewhere_is_told_that_there_is_no_such_request(client, hub, address):
    key = build.token(hub, grants=(Grant(Role.OFFICER, "another-body"),))
    answer = client.post(f"{address}/letters/preview", json=REFUSAL, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-request")

"""All three ways by hand, in three languages, without JavaScript."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub import clock
from opendata_hub.store import datasets
from opendata_hub.web.app import create_app
from opendata_hub.web.portal import home

FORM = {**build.filing()["requester"], "subject": "Budget", "text": "Les annexes"}


@pytest.fixture(autouse=True)
def _a_day_with_known_holidays(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
@pytest.mark.parametrize(
    "path", ["", "datasets/demo-association-subsidies", "publishers/commune-exemple",
             "requests/new", "requests/AI-2026-000001"],
)  # fmt: skip
def test_a_page_is_whole_in_every_language(demo_client, path, language, direction):
    answer = demo_client.get(f"/{language}/{path}")
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    for code in ("ar", "fr", "en"):
        assert f'href="/{code}/{path}"' in answer.text
    # Data for search engines runs nothing.
    assert answer.text.count("<script") == answer.text.count('<script type="application/ld+json"')
    assert "style=" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.content) < 60_000
    assert "set-cookie" not in answer.headers


def test_the_home_page_leads_to_every_family_that_has_datasets(demo_client):
    text = demo_client.get("/fr/").text
    for family in demo_client.app.state.hub.frame.tables:
        assert f'href="/fr/datasets?family={family}"' in text
        assert (
            f'href="/fr/datasets/demo-{family}"'
            in demo_client.get(f"/fr/datasets?family={family}").text
        )
    assert 'href="/fr/datasets?family=plans"' not in text


def test_the_home_page_tells_what_is_published_and_how_requests_stand(demo_client):
    build.sent(demo_client, "/fr/requests/new", FORM)
    text = demo_client.get("/fr/").text
    figures = re.findall(r'<span class="figure">(.*?)</span>', text)
    with demo_client.app.state.hub.reading() as session:
        totals = datasets.totals_of_families(session).values()
    assert figures[0] == str(sum(each.datasets for each in totals)) == "13"
    assert figures[1] == str(sum(each.rows for each in totals))
    assert figures[2:] == ["1", "–"]


def test_figures_of_the_home_page_are_counted_once_a_minute(demo_client, monkeypatch):
    def received():
        return re.findall(r'<span class="figure">(.*?)</span>', demo_client.get("/fr/").text)[2]

    start = clock.ticks()
    monkeypatch.setattr(clock, "ticks", lambda: start)
    assert received() == "0"
    build.sent(demo_client, "/fr/requests/new", FORM)
    assert received() == "0"
    monkeypatch.setattr(clock, "ticks", lambda: start + 61)
    assert received() == "1"


def test_nobody_waits_for_figures_that_another_reader_counts_anew(demo_client, monkeypatch):
    hub, lately = demo_client.app.state.hub, home.Lately()
    today, seen = clock.today(hub.timezone), []
    first = lately.figures(hub, ticks=0, today=today)

    def counted(_session, day):
        with ThreadPoolExecutor() as others:
            seen.append(others.submit(lately.figures, hub, ticks=100, today=day).result(timeout=20))
        return replace(first, rows=first.rows + 1)

    monkeypatch.setattr(home, "_counted", counted)
    assert lately.figures(hub, ticks=100, today=today).rows == first.rows + 1
    assert seen == [first]
    assert lately.figures(hub, ticks=100, today=today).rows == first.rows + 1


def test_an_empty_hub_says_so(client):
    assert "Nothing is published here yet." in client.get("/en/").text


@pytest.mark.parametrize(
    ("path", "language", "target"),
    [
        ("/", "ar", "/ar/"),
        ("/", "", "/fr/"),
        ("/requests/new", "en-GB,en;q=0.8", "/en/requests/new"),
        ("/requests/AI-2026-000001", "xx, ar;q=0.2", "/ar/requests/AI-2026-000001"),
    ],
)
def test_an_address_without_a_language_leads_to_the_readers(client, path, language, target):
    answer = client.get(path, headers={"Accept-Language": language})
    assert (answer.status_code, answer.headers["location"]) == (303, target)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_citizen_files_and_follows(client, language):
    receipt = build.sent(client, f"/{language}/requests/new", FORM)
    assert receipt.status_code == 200
    reference = re.search(r"AI-2026-\d{6}", receipt.text).group()
    code = re.search(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){3}", receipt.text).group()
    assert '<time datetime="2026-12-18">' in receipt.text
    status = client.post(f"/{language}/requests/{reference}", data={"tracking_code": code})
    assert status.status_code == 200
    assert "Les annexes" in status.text
    for secret in build.filing()["requester"].values():
        assert secret not in status.text
    wrong = client.post(f"/{language}/requests/{reference}", data={"tracking_code": "A"})
    assert wrong.status_code == 404
    assert "Les annexes" not in wrong.text


def test_an_urgent_request_by_hand(client):
    receipt = build.sent(
        client, "/en/requests/new", {**FORM, "urgent": "yes", "urgency": "Une vie"}
    )
    assert '<time datetime="2026-11-25">' in receipt.text


def test_a_fault_in_the_form_loses_nothing(client):
    answer = build.sent(
        client, "/en/requests/new", {**FORM, "email": "no address", "urgent": "yes"}
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    for value in ("Budget", "Les annexes", "Personne Fictive", "no address", " checked"):
        assert value in answer.text


def test_a_fault_in_the_calendar_loses_nothing_either(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW.replace(year=2028, month=12, day=20))
    answer = build.sent(client, "/en/requests/new", FORM)
    assert answer.status_code == 422
    assert "Les annexes" in answer.text


def test_what_people_type_is_never_markup(client):
    hostile = '"><script>alert(1)</script>'
    receipt = build.sent(client, "/en/requests/new", {**FORM, "subject": hostile})
    refused = build.sent(client, "/en/requests/new", {**FORM, "subject": hostile, "text": ""})
    for answer in (receipt, refused):
        assert "<script" not in answer.text
        assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize("path", ["/en/none", "/en/datasets/none", "/fr/publishers/none"])
def test_a_wrong_address_is_a_page_in_the_readers_language(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{path[1:3]}"' in answer.text


def test_a_wrong_address_without_a_language_is_a_page_for_readers_only(client):
    page = client.get("/none", headers={"Accept": "text/html", "Accept-Language": "ar"})
    assert (page.status_code, page.headers["content-language"]) == (404, "ar")
    assert client.get("/none").json()["code"] == "not-known"
    api = client.get("/api/none", headers={"Accept": "text/html"})
    assert api.headers["content-type"] == "application/problem+json"


def test_an_unexpected_error_tells_strangers_nothing(demo_hub, monkeypatch):
    def broken(*_args):
        raise RuntimeError("secret")

    monkeypatch.setattr(datasets, "find", broken)
    client = TestClient(
        create_app(demo_hub), base_url=build.BASE_URL, raise_server_exceptions=False
    )
    for path in ("/api/v1/datasets/any", "/fr/datasets/any"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "internal-error" in answer.text
        assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("language", "label"), [("ar", "البريد"), ("fr", "électronique"), ("en", "E-mail")]
)
def test_a_fault_is_named_in_the_readers_language_and_leads_to_its_field(client, language, label):
    answer = build.sent(client, f"/{language}/requests/new", {**FORM, "email": "no address"})
    alert = answer.text.split('role="alert"')[1].split("</div>")[0]
    assert label in alert
    assert 'href="#email"' in alert
    assert answer.text.count('aria-invalid="true"') == 1


def test_who_lost_the_address_finds_the_request_by_its_reference(client):
    assert client.get("/requests").headers["location"] == "/fr/requests"
    assert 'name="reference"' in client.get("/ar/requests").text
    led = client.get("/en/requests", params={"reference": " ai-2026-000001 "})
    assert (led.status_code, led.headers["location"]) == (303, "/en/requests/AI-2026-000001")
    odd = client.get("/en/requests", params={"reference": "//evil.example"})
    assert odd.headers["location"] == "/en/requests/EVILEXAMPLE"


def test_a_dataset_whose_file_is_lost_has_its_page_and_says_so_where_it_is_asked_for(
    demo_hub, demo_client
):
    for file in (demo_hub.files.folder).rglob("*"):
        if file.is_file():
            file.unlink()
    page = demo_client.get("/fr/datasets/demo-budget-lines")
    assert page.status_code == 200
    for asked in (
        "/api/v1/datasets/demo-budget-lines/rows",
        "/datasets/demo-budget-lines/files/demo-budget-lines.csv",
    ):
        answer = demo_client.get(asked)
        assert (answer.status_code, answer.json()["code"]) == (500, "file-damaged")

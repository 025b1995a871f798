"""The form: nothing typed is lost, nothing is filed twice, programs are told from people."""

import re
from datetime import timedelta

import pytest

import build
import documents
from opendata_hub import clock
from opendata_hub.domain.filing import opened
from opendata_hub.domain.people.roles import Grant, Role

FORM = "/fr/requests/new"
DESK = "/api/v1/desk/requests"
HOSTILE = "<b>Personne</b>"


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=(Grant(Role.OFFICER, "commune-exemple"),))


@pytest.fixture
def at(monkeypatch):
    """Sets the clock so many seconds later than the form of ``build.NOW``."""

    def later(seconds=0):
        now = build.NOW + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "now", lambda: now)

    later()
    return later


def filed(client, officer):
    return [each["reference"] for each in client.get(DESK, headers=officer).json()["requests"]]


def code_in(page):
    return re.search(r'class="secret">([A-Z0-9-]+)<', page).group(1)


def test_a_form_leads_to_a_receipt_that_can_be_loaded_again(client, at):
    sent = client.post(FORM, data={**build.opened(client), **build.typed()})
    assert sent.status_code == 303
    address = sent.headers["location"]
    assert re.fullmatch(r"/fr/receipts/[\w-]{43}", address)
    first, again = client.get(address), client.get(address)
    assert first.content == again.content
    assert first.headers["cache-control"] == "no-store"
    arabic = client.get(address.replace("/fr/", "/ar/")).text
    assert code_in(arabic) == code_in(first.text)
    assert code_in(first.text) not in address
    opens = client.post("/fr/requests/AI-2026-000001", data={"tracking_code": code_in(first.text)})
    assert opens.status_code == 200
    at(31 * 60)
    over = client.get(address)
    assert (over.status_code, "une demi-heure" in over.text) == (404, True)
    assert client.get("/fr/receipts/guessed").status_code == 404


def test_what_is_sent_twice_is_filed_once(client, officer, at):
    form = {**build.opened(client), **build.typed()}
    first, second = (client.post(FORM, data=form).headers["location"] for _ in range(2))
    at(3600)
    third = client.post(FORM, data={**form, **build.opened(client)}).headers["location"]
    assert first == second == third
    assert filed(client, officer) == ["AI-2026-000001"]
    other = client.post(FORM, data={**form, **build.opened(client), "text": "Autre chose"})
    assert other.headers["location"] != first
    assert len(filed(client, officer)) == 2


def test_a_program_that_fills_what_nobody_sees_is_told_so_and_loses_nothing(client, officer):
    form = {**build.opened(client), **build.typed(), "website": "http://spam.example"}
    refused = client.post(FORM, data=form)
    assert refused.status_code == 422
    assert "looks-automatic" in refused.text
    assert "Les annexes du budget" in refused.text
    assert filed(client, officer) == []


@pytest.mark.parametrize("word", ["", "1.x", "x", "²", f"{int(build.NOW.timestamp())}.{'0' * 32}"])
def test_a_form_that_was_not_opened_here_comes_back(client, at, word):
    refused = client.post(FORM, data={**build.typed(), "opened": word})
    assert (refused.status_code, "too-quick" in refused.text) == (422, True)
    again = re.search(r'name="opened" value="([^"]+)"', refused.text).group(1)
    at(4)
    assert client.post(FORM, data={**build.typed(), "opened": again}).status_code == 303


def test_nobody_types_a_request_within_three_seconds(client, at):
    word = re.search(r'name="opened" value="([^"]+)"', client.get(FORM).text).group(1)
    at(2)
    assert client.post(FORM, data={**build.typed(), "opened": word}).status_code == 422
    at(3)
    assert client.post(FORM, data={**build.typed(), "opened": word}).status_code == 303
    at(3 * 24 * 3600)
    assert client.post(FORM, data={**build.typed(), "opened": word}).status_code == 422


def test_in_a_rush_the_form_is_slower_but_for_who_has_confirmed_an_address(
    hub, client, at, monkeypatch
):
    monkeypatch.setattr(opened, "RUSH", 0)
    monkeypatch.setattr("opendata_hub.web.filing.pages.RUSH", 0)
    form = {**build.typed(), **build.opened(client)}
    refused = client.post(FORM, data=form)
    assert (refused.status_code, "31 seconds" in refused.text) == (422, True)
    key = build.token(hub, "citizen", grants=())
    assert client.post(FORM, data=form, headers=key).status_code == 303
    at(31)
    assert client.post(FORM, data=form).status_code == 303


def test_what_programs_and_counters_file_makes_no_rush(client, officer, at, monkeypatch):
    monkeypatch.setattr("opendata_hub.web.filing.pages.RUSH", 1)
    client.post("/api/v1/requests", json=build.filing())
    client.post("/api/v1/requests", json=build.filing(received_on="2026-11-02"), headers=officer)
    for text, status in (("Un", 303), ("Deux", 422)):
        form = {**build.typed(text=text), **build.opened(client)}
        assert client.post(FORM, data=form).status_code == status
    at(31)
    assert client.post(FORM, data=form).status_code == 303


@pytest.mark.usefixtures("at")
def test_files_come_with_the_form_and_a_bad_one_is_named(client, officer):
    form = {**build.opened(client), **build.typed()}
    good = ("files", ("plan.pdf", documents.pdf(), "application/pdf"))
    for name, content, code in (
        ("virus.pdf", b"MZ\x90\x00", "not-a-document"),
        ("virus.exe", b"MZ\x90\x00", "not-a-document"),
        ("empty.pdf", b"", "not-a-document"),
        ("big.pdf", b"%PDF-" + bytes(40_000_000), "too-large"),
    ):
        refused = client.post(FORM, data=form, files=[good, ("files", (name, content))])
        assert refused.status_code == 422, name
        assert f">{code}</code>" in refused.text
        assert f"files: {name}" in refused.text
        assert "Choisissez de nouveau vos fichiers" in refused.text
        assert "Les annexes du budget" in refused.text
    assert filed(client, officer) == []
    assert client.post(FORM, data=form, files=[good] * 11).status_code == 422
    assert client.post(FORM, data=form, files=[good]).status_code == 303
    assert filed(client, officer) == ["AI-2026-000001"]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"text": "ك" * 200_000}, "text", "too-long"),
        ({"name": HOSTILE}, "name", "bad-personal-name"),
        ({"name": "Personne\u202eevitciF"}, "name", "bad-personal-name"),
        ({"urgent": "yes"}, "urgency", "invalid-input"),
        ({"access": "pigeon"}, "access", "invalid-input"),
        ({"period_from": "soon"}, "period_from", "invalid-input"),
    ],
)
def test_a_fault_is_named_with_its_field_and_code(client, language, typed, field, code):
    """In a form with files, that is; 200,000 letters of three bytes each are read and refused."""
    form = {**build.opened(client), **build.typed(**typed)}
    answer = client.post(f"/{language}/requests/new", data=form, files={"x": b""})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'<code dir="ltr">{code}</code>' in answer.text
    assert HOSTILE not in answer.text


def test_the_form_keeps_everything_that_was_typed(client):
    given = build.typed(
        subject="", urgent="yes", urgency="Une digue", access="post", period_from="2026-01-01",
        phone="0600000000", document="residence",
    )  # fmt: skip
    form = {**build.opened(client), **given, "sources": ["report", "memo"]}
    page = client.post(FORM, data=form).text
    for value in given.values():
        assert value in page
    for said in ('value="post" selected', 'value="residence" selected', 'value="report" checked'):
        assert said in page
    assert 'value="study" checked' not in page


def test_a_receipt_leaves_when_the_request_was_filed_not_a_minute_later(hub, client):
    assert client.post("/api/v1/requests", json=build.filing()).status_code == 201
    assert len(list(hub.mailer.folder.glob("*.eml"))) == 1
    assert build.sent(client, "/fr/requests/new", build.typed(text="Autre chose")).is_success
    assert len(list(hub.mailer.folder.glob("*.eml"))) == 2

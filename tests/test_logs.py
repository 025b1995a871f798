"""What the hub writes of itself, and what it never writes."""

import io
import json
import logging
import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub import clock
from opendata_hub.operations import logs
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app

log = logging.getLogger("opendata_hub.tests")


@pytest.fixture
def written():
    """Configures logs, gives what was written; other tests find logging as it was."""
    root, ours = logging.getLogger(), logging.getLogger(logs.OURS)
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()

    def configured(**settings):
        logs.configure(Settings(**settings), stream)
        return stream

    yield configured
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


def test_a_line_of_text_says_when_how_grave_and_what(written):
    stream = written(log_level="info")
    log.info("sources: %s", 3, extra={"fields": {"took": 5}})
    log.debug("not this")
    said = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO sources: 3 took=5\n"
    assert re.fullmatch(said, stream.getvalue())


def test_a_line_of_json_is_an_object(written):
    stream = written(log_format="json", log_level="info")
    log.info("sources: %s", "مصادر", extra={"fields": {"took": 5}})
    said = json.loads(stream.getvalue())
    assert said.pop("at").endswith("Z")
    assert said == {
        "level": "info", "logger": "opendata_hub.tests", "said": "sources: مصادر", "took": 5,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_error_is_told_by_its_kind_and_its_place_and_never_by_its_words(written, form):
    stream = written(log_format=form)
    try:
        try:
            int("personne@requester.example")
        except ValueError as problem:
            raise RuntimeError("Personne Fictive") from problem
    except RuntimeError:
        log.exception("it failed")
    said = stream.getvalue()
    assert "RuntimeError from ValueError" in said
    assert "test_logs.py:" in said
    assert "requester.example" not in said
    assert "Fictive" not in said


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_writes_a_second_line_into_the_log(written, form):
    stream = written(log_format=form)
    log.warning("no family %s", "x\n2026-01-01T00:00:00Z ERROR forged\r")
    assert stream.getvalue().count("\n") == 1


def test_libraries_are_heard_from_warnings_on(written):
    stream = written(log_level="debug")
    logging.getLogger("sqlalchemy.engine").info("SELECT somebody")
    logging.getLogger("uvicorn.error").warning("heard")
    assert stream.getvalue().endswith("WARNING heard\n")
    assert "SELECT" not in stream.getvalue()


def test_a_call_has_a_number_in_its_answer_and_in_its_lines(written, client):
    stream = written(log_format="json", log_level="info")
    first, second = client.get("/healthz"), client.get("/healthz", headers={"X-Request-ID": "mine"})
    numbers = [each.headers["x-request-id"] for each in (first, second)]
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number in numbers)
    assert numbers[0] != numbers[1]
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    answered = [line for line in lines if line["said"] == "answered"]
    assert [line["request"] for line in answered] == numbers
    assert answered[0]["route"] == "/healthz"
    assert (answered[0]["method"], answered[0]["status"]) == ("GET", 200)


def test_what_fails_is_logged_under_the_number_that_its_caller_was_told(written, hub):
    stream = written(log_format="json")
    app = create_app(replace(hub, files=None))
    client = TestClient(app, base_url=build.BASE_URL, raise_server_exceptions=False)
    answer = client.get("/readyz")
    assert answer.status_code == 500
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    failed = [line for line in lines if line["said"] == "unexpected error"]
    assert failed[0]["error"]["kind"] == "AttributeError"
    assert failed[0]["request"] == answer.headers["x-request-id"]


def test_nothing_of_who_asks_signs_in_or_gets_mail_is_in_the_log(written, hub, client):
    """At DEBUG, of everything: filing by form and by program, following, signing in, mail."""
    stream = written(log_level="debug")
    asked = build.filing(subject="Sujet très reconnaissable", text="Texte très reconnaissable")
    secrets = [*asked["requester"].values(), asked["subject"], asked["text"]]
    filed = client.post("/api/v1/requests", json=asked)
    assert filed.status_code == 201, filed.text
    code = filed.json()["tracking_code"]
    client.get("/api/v1/requests/x", headers={"Authorization": f"Bearer {code}"})
    client.post("/fr/requests/new", data=build.typed(text="Texte très reconnaissable"))
    client.post("/api/v1/requests", json={**asked, "requester": {"email": "faux@wrong"}})
    typed = {"email": "quelqu.un@staff.example", "password": "un mot de passe secret"}
    client.post("/fr/sign-in", data=typed)
    hub.send_letters(clock.now())
    mails = [file.read_text(encoding="utf-8") for file in hub.mailer.folder.glob("*.eml")]
    assert any("personne@requester.example" in mail for mail in mails)
    client.get("/fr/nowhere/Personne-Fictive?email=personne@requester.example")
    said = stream.getvalue()
    assert "answered" in said
    leaks = [each for each in [*secrets, code, *typed.values(), "faux@wrong"] if each in said]
    assert leaks == []
    assert "requester.example" not in said
    assert "Personne-Fictive" not in said

"""Accounts and keys from the command line."""

import io
import re
import sys

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub import cli
from opendata_hub.bootstrap import Hub, open_hub
from opendata_hub.cli_people import DEMO_PASSWORD, make_demo_accounts
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.settings import Settings
from opendata_hub.store.people import accounts
from opendata_hub.web.app import create_app

OFFICER = "officer@commune-exemple/urbanisme"
PASSWORD = "une phrase facile à retenir"  # noqa: S105  (of nobody)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("OPENDATA_HUB_HOME", str(tmp_path / "var"))
    # The product's own cost is measured in benchmarks/people.py.
    monkeypatch.setattr("opendata_hub.bootstrap.Passwords", build.cheap_passwords)

    def run(*words, typed=""):
        monkeypatch.setattr(sys, "argv", ["opendata-hub", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def opened() -> Hub:
    return open_hub(Settings(), base_url=build.BASE_URL)


def signed_in(hub, email, password):
    client = TestClient(create_app(hub), base_url=build.BASE_URL)
    return client, client.post("/fr/sign-in", data={"email": email, "password": password})


def test_an_account_is_made_closed_and_opened_again(run):
    new = ("user", "create", "Personne@Hub.Example", "--name", "Personne Fictive")
    code, out, _ = run(*new, "--role", OFFICER, "--role", "auditor", typed=f"{PASSWORD}\n")
    assert (code, out) == (0, "Made the account of personne@hub.example\n")
    listed = f"1\tpersonne@hub.example\topen\tauditor, {OFFICER}\n"
    assert run("user", "list")[1] == listed
    hub = opened()
    client, answer = signed_in(hub, "personne@hub.example", PASSWORD)
    assert answer.url.path == "/fr/account/second-factor"
    assert run("user", "disable", "PERSONNE@hub.example")[0] == 0
    assert "\tclosed 20" in run("user", "list")[1]
    assert client.get("/fr/account").status_code == 401
    assert run("user", "enable", "personne@hub.example")[0] == 0
    assert run("user", "list")[1] == listed
    assert client.get("/fr/account").status_code == 401
    hub.engine.dispose()


def test_roles_are_given_and_taken(run):
    run("user", "create", "a@hub.example", "--name", "A", typed=f"{PASSWORD}\n")
    assert run("user", "grant-role", "a@hub.example", OFFICER)[1] == f"a@hub.example: {OFFICER}\n"
    said = run("user", "revoke-role", "a@hub.example", OFFICER)[1]
    assert said == "a@hub.example: no role\n"
    assert run("user", "unlock", "a@hub.example")[0] == 0


def test_an_invitation_is_printed_or_sent(run, tmp_path):
    code, out, _ = run("user", "create", "a@hub.example", "--name", "A", "--link", "--lang", "ar")
    assert code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/ar/account/links/[\w-]{43}\n", out)
    code, out, _ = run("user", "invite", "b@hub.example", "--name", "B", "--role", "steward")
    assert (code, out) == (0, "Invited b@hub.example\n")
    (letter,) = (tmp_path / "var" / "outbox-mail").glob("*.eml")
    assert b"To: b@hub.example" in letter.read_bytes()
    assert run("user", "list")[1] == ""


@pytest.mark.parametrize(
    ("words", "typed", "error"),
    [
        (("create", "no-address", "--name", "A"), PASSWORD, "bad-address"),
        (("create", "a@hub.example", "--name", "P\u0430ul"), PASSWORD, "bad-name"),
        (("create", "a@hub.example", "--name", "A"), "court", "weak-password"),
        (("create", "a@hub.example", "--name", "A"), "", "refused"),
        (("invite", "a@hub.example", "--name", "A", "--role", "king"), "", "invalid-input"),
        (("invite", "a@hub.example", "--name", "A", "--role", "citizen"), "", "invalid-input"),
        (
            ("invite", "a@hub.example", "--name", "A", "--role", "head@nowhere"),
            "", "unknown-publisher",
        ),
        (
            ("invite", "a@hub.example", "--name", "A", "--role", "head@commune-exemple/unit"),
            "", "invalid-input",
        ),
        (("invite", "a@hub.example", "--name", "A", "--lang", "xx"), "", "invalid-input"),
        (("disable", "nobody@hub.example"), "", "unknown-person"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(run, words, typed, error):
    code, out, err = run("user", *words, typed=typed and f"{typed}\n")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"error: {error}: ")


def test_keys_of_an_account_are_listed_with_their_limits(run):
    run("user", "create", "a@hub.example", "--name", "A", typed=f"{PASSWORD}\n")
    person = ("--person", "A@hub.example")
    key = run("token", "create", "agenda", *person, "--only", "publish", "--days", "30")[1]
    assert key.startswith("odh_")
    run("token", "create", "program")
    every, theirs = run("token", "list")[1], run("token", "list", *person)[1]
    assert (every.count("\n"), theirs.count("\n")) == (2, 1)
    assert re.fullmatch(
        r"agenda\tactive\tlast used never\texpires \d{4}-\d\d-\d\d\tonly publish\n", theirs
    )


@pytest.mark.usefixtures("run")
def test_the_demo_has_an_account_for_each_role():
    hub = opened()
    said = make_demo_accounts(hub)
    assert make_demo_accounts(hub) == said
    assert DEMO_PASSWORD in said[0]
    for role in Role:
        assert any(f"{role}@demo.example" in line for line in said)
    client, answer = signed_in(hub, "head@demo.example", DEMO_PASSWORD)
    assert answer.url.path == "/fr/account"
    assert client.get("/fr/people").status_code == 200
    with hub.reading() as session:
        held = accounts.by_email(session, "head@demo.example").grants
    assert held == {Grant(Role.HEAD, hub.frame.site.publisher)}
    hub.engine.dispose()


@pytest.mark.parametrize(
    ("base_url", "may"),
    [
        ("", True), ("http://127.0.0.1:8000", True), ("http://localhost", True),
        ("http://[::1]:8000", True), ("https://data.commune.example", False),
        ("http://192.168.1.2", False),
    ],
)  # fmt: skip
def test_a_hub_that_others_reach_does_not_start_with_demo_passwords(
    run, monkeypatch, base_url, may
):
    hub = opened()
    make_demo_accounts(hub)
    hub.engine.dispose()
    monkeypatch.setenv("OPENDATA_HUB_BASE_URL", base_url)
    started = []
    monkeypatch.setattr("uvicorn.run", lambda *_given, **_named: started.append(True))
    code, _, err = run("serve")
    assert (code, bool(started)) == ((0, True) if may else (2, False))
    assert err == "" or err.startswith("error: demo-passwords: ")

"""An officer deals with mail that waits: reads it, files it, joins it to a case, dismisses it."""

import re
from datetime import UTC, datetime

import pytest

import build
from opendata_hub import clock
from opendata_hub.domain.correspondence.incoming import Fetched, Incoming, IncomingState
from opendata_hub.domain.correspondence.mail import Enclosure
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.info_request import Channel
from opendata_hub.flows.correspondence.receive import look_at, receive
from opendata_hub.store import journal
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.correspondence import incoming
from opendata_hub.store.requests import cases

OWN = "commune-exemple"
MONDAY = build.NOW.replace(day=23)
WHOLE = {
    "do": "file", "subject": "Budget", "text": "Le budget 2026.", "written_in": "fr",
    "name": "Personne Fictive", "email": "personne@requester.example",
    "address": "1, rue de l’Exemple", "id_number": "XX000000",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _a_day_with_known_holidays(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=(Grant(Role.OFFICER, OWN),))


def came_in(hub, number=1, text="Bonjour, je voudrais le budget."):
    fetched = Fetched("box", 1, number, datetime(2026, 11, 19, 9, tzinfo=UTC), 900, f"{number:064}")
    mail = Incoming(
        "<1@requester.example>", f"personne{number}@requester.example", "Personne Fictive",
        (), "Budget", text, "",
        enclosures=(
            Enclosure("a.csv", "text/csv", b"a,b\n1,2\n"), Enclosure("b.pdf", "x/y", b"MZ"),
        ),
    )  # fmt: skip
    files = look_at(hub.files, mail.enclosures, "fr")
    with hub.writing() as session:
        taken = receive(session, hub.desk, fetched, mail, files, now=MONDAY)
    assert taken.state is IncomingState.HELD
    return taken.number


def noted(hub, number):
    with hub.reading() as session:
        return incoming.get(session, number, EVERYWHERE)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_mail_that_waits_is_listed_without_names_and_read_with_an_entry(
    hub, client, officer, language
):
    number = came_in(hub)
    listed = client.get(f"/{language}/mail", headers=officer)
    assert f'href="/{language}/mail/{number}"' in listed.text
    assert "personne1" not in listed.text
    page = client.get(f"/{language}/mail/{number}", headers=officer)
    assert "personne1@requester.example" in page.text
    assert "Bonjour, je voudrais le budget." in page.text
    assert "not-a-document" in page.text or "b.pdf" in page.text
    assert page.headers["cache-control"] == listed.headers["cache-control"] == "no-store"
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label for="([^"]+)"', page.text)) <= set(ids)
    with hub.reading() as session:
        asked = journal.Asked(kind=Kind.IDENTITY_READ)
        (read,) = journal.latest(session, asked, EVERYWHERE, before=None, most=9)
    assert (read.subject, read.said) == (f"mail {number}", {"mail": str(number)})


def test_a_mail_is_filed_with_the_day_on_which_it_came_and_its_files(hub, client, officer):
    number = came_in(hub)
    lacking = client.post(f"/fr/mail/{number}", data={**WHOLE, "id_number": ""}, headers=officer)
    assert lacking.status_code == 409
    assert 'value="1, rue de l’Exemple"' in lacking.text
    filed = client.post(f"/fr/mail/{number}", data=WHOLE, headers=officer)
    assert filed.status_code == 303
    reference = filed.headers["location"].rpartition("/")[2]
    with hub.reading() as session:
        case = cases.get(session, reference, EVERYWHERE)
        attached = case_files.of_request(session, reference)
    assert case.request.channel is Channel.EMAIL
    assert case.request.received_on.isoformat() == "2026-11-19"
    assert [each.name for each in attached] == ["a.csv"]
    assert (noted(hub, number).state, noted(hub, number).reference) == (
        IncomingState.FILED, reference,
    )  # fmt: skip
    assert client.get(f"/fr/mail/{number}", headers=officer).status_code == 409
    assert "Aucun courriel n’attend." in client.get("/fr/mail", headers=officer).text
    again = client.post(f"/fr/mail/{number}", data=WHOLE, headers=officer)
    assert again.status_code == 409


def test_a_mail_is_joined_to_a_case_and_read_from_there(hub, client, officer):
    reference = client.post("/api/v1/requests", json=build.filing()).json()["reference"]
    number = came_in(hub)
    wrong = client.post(
        f"/fr/mail/{number}", data={"do": "join", "reference": "AI-2026-9"}, headers=officer
    )
    assert wrong.status_code == 409
    joined = client.post(
        f"/fr/mail/{number}", data={"do": "join", "reference": reference.lower()}, headers=officer
    )
    assert joined.headers["location"] == f"/fr/desk/{reference}"
    assert f'href="/fr/mail/{number}"' in client.get(f"/fr/desk/{reference}", headers=officer).text
    page = client.get(f"/fr/mail/{number}", headers=officer).text
    assert "Un agent l’a joint" in page
    assert '<form method="post" action="/fr/mail' not in page


def test_a_mail_is_dismissed_with_a_reason_that_the_journal_does_not_repeat(hub, client, officer):
    number = came_in(hub)
    silent = client.post(f"/fr/mail/{number}", data={"do": "dismiss"}, headers=officer)
    assert silent.status_code == 409
    client.post(
        f"/fr/mail/{number}", data={"do": "dismiss", "reason": "Publicité"}, headers=officer
    )
    assert noted(hub, number).state is IncomingState.DISMISSED
    with hub.reading() as session:
        asked = journal.Asked(kind=Kind.MAIL_DISMISSED)
        (entry,) = journal.latest(session, asked, EVERYWHERE, before=None, most=9)
    assert "Publicité" not in str(entry.said)
    assert "Publicité" in client.get(f"/fr/mail/{number}", headers=officer).text
    assert client.post(f"/fr/mail/{number}", data={"do": "x"}, headers=officer).status_code == 409


def test_officers_of_another_body_or_of_a_unit_see_no_mail_of_the_desk(hub, client):
    number = came_in(hub)
    for grant in (Grant(Role.OFFICER, "another-body"), Grant(Role.OFFICER, OWN, "urbanisme")):
        who = build.token(hub, str(grant), grants=(grant,))
        assert f"/mail/{number}" not in client.get("/fr/mail", headers=who).text
        assert client.get(f"/fr/mail/{number}", headers=who).status_code == 404
        dismissed = client.post(
            f"/fr/mail/{number}", data={"do": "dismiss", "reason": "x"}, headers=who
        )
        assert dismissed.status_code in {404, 422}
    assert noted(hub, number).state is IncomingState.HELD


def test_a_program_lists_reads_files_joins_and_dismisses(hub, client, officer):
    mails = "/api/v1/desk/mails"
    first, second, third = (came_in(hub, each) for each in (1, 2, 3))
    listed = client.get(f"{mails}?limit=2", headers=officer).json()
    assert [each["number"] for each in listed["mails"]] == [first, second]
    assert "requester.example" not in str(listed)
    rest = client.get(f"{mails}?after={listed['next']}", headers=officer).json()
    assert ([each["number"] for each in rest["mails"]], rest["next"]) == ([third], None)
    whole = client.get(f"{mails}/{first}", headers=officer).json()
    assert (whole["sender"], whole["came_on"]) == ("personne1@requester.example", "2026-11-19")
    assert [bool(each["problem"]) for each in whole["files"]] == [False, True]
    filing = {
        "subject": "Budget", "text": "Le budget.", "language": "fr",
        "requester": build.filing()["requester"],
    }  # fmt: skip
    made = client.post(f"{mails}/{first}/filing", json=filing, headers=officer)
    assert made.status_code == 201
    reference = made.json()["reference"]
    joined = client.post(
        f"{mails}/{second}/joining", json={"reference": reference}, headers=officer
    )
    assert joined.json() == {"reference": reference}
    gone = client.post(f"{mails}/{third}/dismissal", json={"reason": "Publicité"}, headers=officer)
    assert gone.status_code == 204
    again = client.post(f"{mails}/{third}/dismissal", json={"reason": "x"}, headers=officer)
    assert (again.status_code, again.json()["code"]) == (409, "wrong-moment")
    assert client.get(mails, headers=officer).json() == {"mails": [], "next": None}


@pytest.mark.parametrize(
    "path",
    [
        "/fr/mail/99999999999999999999", "/fr/mail?after=99999999999999999999",
        "/api/v1/desk/mails/99999999999999999999", "/api/v1/desk/mails?after=99999999999999999999",
    ],
)  # fmt: skip
def test_a_number_that_no_mail_can_have_is_refused(client, officer, path):
    assert client.get(path, headers=officer).status_code == 422

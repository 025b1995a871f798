"""Who asked is shown to few, handed out to themselves, and erased; the public record stays."""

import json
from datetime import timedelta

import pytest

import build
import documents
from opendata_hub import clock, jobs
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.flows.verify import verify
from opendata_hub.store import engine as store_engine
from opendata_hub.store import journal
from opendata_hub.store.journal import Asked

OWN = (Grant(Role.OFFICER, "commune-exemple"),)
WORDS = ("Zahra Inventee", "zahra@requester.example", "12, impasse du Secret", "ZZ987654")
IDENTITY = dict(zip(("name", "email", "address", "id_number"), WORDS, strict=True))


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=OWN)


@pytest.fixture
def receipt(client):
    body = {"request": json.dumps(build.filing(requester=IDENTITY))}
    files = [("files", ("Zahra-plan.pdf", documents.pdf(), "application/pdf"))]
    return client.post("/api/v1/requests/with-files", data=body, files=files).json()


def done(client, key, reference, act, after=1, **words):
    address = f"/api/v1/desk/requests/{reference}"
    day = client.get(address, headers=key).json()["events"][0]["happened_on"]
    body = {"act": act, "happened_on": day, "after": after, **words}
    assert client.post(f"{address}/events", json=body, headers=key).status_code == 201


def erase(client, key, reference, **body):
    address = f"/api/v1/requests/{reference}/erasure"
    return client.post(address, json={"reason": "Par courrier", **body}, headers=key)


def own(client, receipt):
    address = f"/api/v1/requests/{receipt['reference']}/data"
    return client.get(address, headers={"X-Tracking-Code": receipt["tracking_code"]})


def test_somebody_gets_all_that_is_kept_of_them_and_sees_who_read_it(client, officer, receipt):
    assert own(client, receipt).json()["identity_read_at"] == []
    client.get(f"/api/v1/requests/{receipt['reference']}/requester", headers=officer)
    answer = own(client, receipt)
    told = answer.json()
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert {**told["requester"], **IDENTITY} == told["requester"]
    assert len(told["identity_read_at"]) == 1
    assert [each["name"] for each in told["files"]] == ["Zahra-plan.pdf"]
    assert told["events"][0]["act"] == "receive"
    wrong = {**receipt, "tracking_code": "A"}
    assert own(client, wrong).json()["code"] == "unknown-request"
    assert own(client, {**receipt, "tracking_code": ""}).status_code == 401


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "Qui les a lues"), ("ar", "من اطلع عليها"), ("en", "Who read it")]
)
def test_the_same_is_a_page_that_leads_to_the_file(client, receipt, language, said):
    address = f"/{language}/requests/{receipt['reference']}/data"
    code = {"tracking_code": receipt["tracking_code"]}
    page = client.post(address, data=code)
    assert page.headers["cache-control"] == "no-store"
    for word in (*WORDS, said):
        assert word in page.text
    assert client.post(address, data={**code, "form": "json"}).json()["law"] == "ma/31-13"
    assert client.post(address, data={"tracking_code": "A"}).status_code == 404
    status = client.post(f"/{language}/requests/{receipt['reference']}", data=code).text
    assert f'action="{address}"' in status


def test_an_officer_reads_who_asked_by_a_form_and_it_is_written_down(hub, client, receipt):
    browser = build.signed_in(hub, build.person(hub, "o@hub.example", grants=OWN))
    case = f"/fr/desk/{receipt['reference']}"
    shown = client.get(case, headers=browser).text
    assert f'action="{case}/requester"' in shown
    assert WORDS[0] not in shown
    token = shown.partition('name="form_token" value="')[2].partition('"')[0]
    read = client.post(
        f"{case}/requester", data={"form_token": token},
        headers={**browser, "Origin": build.BASE_URL},
    )  # fmt: skip
    assert WORDS[0] in read.text
    assert read.headers["cache-control"] == "no-store"
    assert len(own(client, receipt).json()["identity_read_at"]) == 1


def test_a_file_of_the_answer_is_told_with_the_answer_and_not_before(client, officer, receipt):
    files = f"/api/v1/desk/requests/{receipt['reference']}/files"
    sent = {"file": ("reponse.pdf", documents.pdf(texts=("Le budget",)))}
    kept = client.post(files, files=sent, headers=officer).json()
    release = client.put(
        f"{files}/{kept['id']}/release", json={"release": "requester"}, headers=officer
    )
    assert release.is_success
    assert [each["name"] for each in own(client, receipt).json()["files"]] == ["Zahra-plan.pdf"]
    done(client, officer, receipt["reference"], "grant")
    told = [each["name"] for each in own(client, receipt).json()["files"]]
    assert told == ["Zahra-plan.pdf", "reponse.pdf"]


def test_nobody_is_erased_while_an_answer_is_owed(client, officer, receipt):
    refused = erase(client, officer, receipt["reference"])
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong-moment")
    done(client, officer, receipt["reference"], "withdraw")
    refused = erase(client, officer, receipt["reference"], reason=" ")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert erase(client, officer, receipt["reference"]).status_code == 204
    again = erase(client, officer, receipt["reference"])
    assert (again.status_code, again.json()["code"]) == (409, "identity-erased")


def test_what_is_erased_is_in_no_file_and_the_chain_stays_whole(hub, client, officer, receipt):
    reference = receipt["reference"]
    done(client, officer, reference, "grant")
    held = [f for f in (hub.settings.home / "files").rglob("*") if f.is_file()]
    assert len(held) == 1
    assert erase(client, officer, reference, reason="Zahra Inventee le veut").status_code == 204
    assert not held[0].exists()
    store_engine.forget_erased(hub.engine)
    kept = b"".join(f.read_bytes() for f in hub.settings.home.glob("hub.sqlite3*"))
    for word in (*WORDS, "Zahra"):
        assert word.encode() not in kept
    with hub.reading() as session:
        assert verify(session).faults == ()
    told = own(client, receipt).json()
    assert (told["requester"], told["files"]) == (None, [])
    assert told["text"] == build.filing()["text"]
    case = client.get(f"/api/v1/desk/requests/{reference}", headers=officer).json()
    assert [each["act"] for each in case["events"]] == ["receive", "grant"]
    read = client.get(f"/api/v1/requests/{reference}/requester", headers=officer)
    assert (read.status_code, read.json()["code"]) == (409, "identity-erased")


def test_only_who_handles_it_erases(hub, client, officer, receipt):
    done(client, officer, receipt["reference"], "grant")
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.OFFICER, "another"),))
    auditor = build.token(hub, "auditor", grants=(Grant(Role.AUDITOR),))
    assert erase(client, elsewhere, receipt["reference"]).json()["code"] == "unknown-request"
    assert erase(client, auditor, receipt["reference"]).status_code == 403
    assert erase(client, {}, receipt["reference"]).status_code == 401


@pytest.mark.parametrize(
    ("act", "months", "code"), [("withdraw", 3, "withdrawn"), ("grant", 12, "answered")]
)
def test_what_has_served_is_erased_by_the_class_of_its_law(
    hub, client, officer, receipt, monkeypatch, act, months, code
):
    law = hub.laws["ma/31-13"]
    assert next(each for each in law.retention if each.code == code).months == months
    open_one = client.post("/api/v1/requests", json=build.filing()).json()
    done(client, officer, receipt["reference"], act)
    real = clock.now()
    for days, erased in ((months * 28, 0), (months * 31 + 1, 1), (months * 31 + 2, 0)):
        monkeypatch.setattr(clock, "now", lambda days=days: real + timedelta(days=days))
        assert jobs.erase_identities(hub) == erased
    monkeypatch.setattr(clock, "now", lambda: real)
    assert own(client, receipt).json()["requester"] is None
    assert own(client, open_one).json()["requester"]["name"] == "Personne Fictive"


def test_a_fault_of_erasing_on_the_page_loses_nothing(client, officer, receipt):
    refused = client.post(
        f"/fr/desk/{receipt['reference']}/erase", data={"reason": "Par lettre"}, headers=officer
    )
    assert (refused.status_code, "wrong-moment" in refused.text) == (409, True)
    assert 'value="Par lettre"' in refused.text
    done(client, officer, receipt["reference"], "grant")
    erased = client.post(
        f"/fr/desk/{receipt['reference']}/erase", data={"reason": "Par lettre"}, headers=officer
    )
    assert erased.headers["location"] == f"/fr/desk/{receipt['reference']}"


def test_what_the_hub_reads_to_address_a_mail_is_nobodys_look(hub, client, receipt):
    """It is told in the journal, by a name of its own."""
    assert len(list(hub.mailer.folder.glob("*.eml"))) == 1
    assert own(client, receipt).json()["identity_read_at"] == []
    with hub.reading() as session:
        wanted = Asked(kind=Kind.MAIL_ADDRESSED, subject=receipt["reference"])
        assert len(journal.latest(session, wanted, EVERYWHERE, before=None, most=9)) == 1

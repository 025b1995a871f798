"""Receipts, notices and letters that go out by mail or on paper, from the doors to the folder."""

import email
import email.policy
import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader

import build
from opendata_hub import bootstrap, clock, jobs
from opendata_hub.domain.correspondence.mail import CLAIMED_FOR
from opendata_hub.domain.correspondence.tags import stop_key
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.store import journal
from opendata_hub.store.correspondence import outbox

OWN = "commune-exemple"
MONDAY = build.NOW.replace(day=23)


@pytest.fixture(autouse=True)
def time(monkeypatch):
    """A clock that tests set forward."""
    shown = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: shown[0])
    return shown


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=(Grant(Role.OFFICER, OWN),))


def filed(client, **changes):
    answer = client.post("/api/v1/requests", json=build.filing(**changes))
    assert answer.status_code == 201
    return answer.json()


@pytest.fixture
def receipt(client):
    return filed(client)


@pytest.fixture
def address(receipt):
    return f"/api/v1/requests/{receipt['reference']}"


def mails(hub):
    """All that was sent, in the order of when it was written."""
    hub.send_letters(clock.now())
    files = sorted(hub.mailer.folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    return [
        email.message_from_bytes(each.read_bytes(), policy=email.policy.default) for each in files
    ]


def words_of(message):
    return message.get_body().get_content()


def pdf_in(message):
    (file,) = message.iter_attachments()
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(file.get_content())).pages)
    return file.get_filename(), " ".join(text.split())


def act(client, officer, reference, name, after=1, **said):
    body = {"act": name, "happened_on": "2026-11-23", "after": after, **said}
    answer = client.post(f"/api/v1/desk/requests/{reference}/events", json=body, headers=officer)
    assert answer.status_code == 201, answer.text


def extended(client, officer, receipt):
    act(
        client, officer, receipt["reference"], "extend",
        ground="many-items", reasons="Quarante registres.",
    )  # fmt: skip


def write(client, officer, address, **changes):
    body = {"name": "extension", "language": "fr", "way": "email", **changes}
    return client.post(f"{address}/letters", json=body, headers=officer)


def test_a_receipt_is_mailed_with_the_code_and_the_pdf(hub, receipt):
    (message,) = mails(hub)
    assert message["To"] == "personne@requester.example"
    assert message["Subject"] == "Votre demande AI-2026-000001"
    assert receipt["tracking_code"] in words_of(message)
    assert "Le récépissé est joint" in words_of(message)
    name, said = pdf_in(message)
    assert name == "AI-2026-000001-receipt-fr.pdf"
    assert receipt["tracking_code"] in said
    assert "List-Unsubscribe" not in message


def test_who_gave_no_address_gets_no_mail(hub, client, officer):
    person = {**build.filing()["requester"], "email": ""}
    receipt = filed(client, requester=person)
    act(client, officer, receipt["reference"], "acknowledge")
    assert mails(hub) == []
    refused = write(
        client, officer, f"/api/v1/requests/{receipt['reference']}", name="acknowledgement"
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert "no e-mail address" in refused.json()["detail"]


@pytest.mark.parametrize(
    "typed", ["a,b@requester.example", "é@requester.example", "a@[r.example", "a..b@r.example"]
)
def test_what_only_looks_like_an_address_is_refused_when_it_is_typed(client, typed):
    asked = build.filing(requester={**build.filing()["requester"], "email": typed})
    refused = client.post("/api/v1/requests", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert "requester.email" in refused.json()["detail"]


def test_a_domain_of_other_letters_is_written_to_by_its_name_on_the_wire(hub, client):
    filed(client, requester={**build.filing()["requester"], "email": "X@exämple.example"})
    (message,) = mails(hub)
    assert message["To"] == "x@xn--exmple-cua.example"


def test_a_mail_that_can_t_be_written_fails_alone(hub, client, monkeypatch):
    def broken(session, mail, *rest, **said):
        if mail.reference.endswith("1"):
            raise ZeroDivisionError
        return composed(session, mail, *rest, **said)

    composed = bootstrap.composed
    monkeypatch.setattr(bootstrap, "composed", broken)
    filed(client)
    filed(client)
    (message,) = mails(hub)
    assert "AI-2026-000002" in message["Subject"]
    with hub.reading() as session:
        (kept,) = outbox.of_request(session, "AI-2026-000001")
    assert (kept.stamps.failed_at, kept.problem) == (MONDAY, "can't be written: ZeroDivisionError")


def test_each_act_is_told_until_notices_are_stopped(hub, client, officer, receipt):
    extended(client, officer, receipt)
    _, notice = mails(hub)
    assert "prolongé" in words_of(notice)
    assert "23 novembre 2026" in words_of(notice).replace("\u00a0", " ")
    link = notice["List-Unsubscribe"].strip("<>")
    assert link.startswith(f"{build.BASE_URL}/fr/notices/{receipt['reference']}/")
    asked = client.get(link)
    assert "Arrêter les avis" in asked.text
    assert asked.headers["cache-control"] == "no-store"
    stopped = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert "Vous ne recevez plus d’avis" in stopped.text
    act(client, officer, receipt["reference"], "grant", after=2)
    assert len(mails(hub)) == 2
    client.post(f"{link}?again=true")
    act(client, officer, receipt["reference"], "close", after=3)
    assert "clos" in words_of(mails(hub)[-1])
    assert client.get(f"{link}x").status_code == 404


def test_a_letter_is_mailed_once_and_its_state_is_shown(hub, client, officer, receipt, address):
    extended(client, officer, receipt)
    written = write(client, officer, address)
    assert written.status_code == 201
    message = mails(hub)[-1]
    assert "prolongation du délai" in words_of(message)
    name, said = pdf_in(message)
    assert name == "AI-2026-000001-extension-fr.pdf"
    assert "Quarante registres." in said
    assert "Personne Fictive" in said
    (letter,) = client.get(f"{address}/letters", headers=officer).json()
    assert (letter["state"], letter["id"]) == ("sent", written.json()["id"])
    assert len(mails(hub)) == 3
    page = client.get(f"/fr/desk/{receipt['reference']}", headers=officer).text
    assert "Prolongation du délai" in page
    assert "envoyée" in page
    assert "Fictive" not in page


def test_reading_a_letter_is_told_in_the_journal(hub, client, officer, receipt, address):
    extended(client, officer, receipt)
    number = write(client, officer, address).json()["id"]
    shown = client.get(f"{address}/letters/{number}.pdf", headers=officer)
    assert shown.headers["content-type"] == "application/pdf"
    page = client.get(f"/fr/desk/{receipt['reference']}/letter-files/{number}", headers=officer)
    assert page.content == shown.content
    assert client.get(f"{address}/letters/99.pdf", headers=officer).status_code == 404
    with hub.reading() as session:
        asked = journal.Asked(kind=Kind.IDENTITY_READ)
        read = journal.latest(session, asked, EVERYWHERE, before=None, most=9)
    assert [each.said for each in read[:2]] == [{"letter": str(number)}] * 2


def test_a_letter_of_an_act_that_was_not_done_is_not_written(client, officer, address, hub):
    refused = write(client, officer, address)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong-moment")
    inner = write(client, officer, address, name="reminder")
    assert inner.status_code == 422
    assert len(mails(hub)) == 1


def test_a_printed_letter_is_noted_as_posted(hub, client, officer, receipt, address):
    extended(client, officer, receipt)
    number = write(client, officer, address, way="paper").json()["id"]
    assert len(mails(hub)) == 2
    left = f"{address}/letters/{number}/deliveries"
    for day in ("2026-11-24", "2026-11-22"):
        refused = client.post(left, json={"way": "posted", "happened_on": day}, headers=officer)
        assert refused.status_code == 422
    noted = {"way": "posted", "happened_on": "2026-11-23"}
    assert client.post(left, json=noted, headers=officer).status_code == 201
    (letter,) = client.get(f"{address}/letters", headers=officer).json()
    assert (letter["state"], letter["deliveries"]) == (None, [noted])
    assert "Postée" in client.get(f"/fr/desk/{receipt['reference']}", headers=officer).text


def test_a_letter_in_doubt_is_shown_and_settled_on_the_page(
    hub, client, officer, receipt, address, time, monkeypatch
):
    extended(client, officer, receipt)
    mails(hub)
    monkeypatch.setattr(type(hub), "send_letters", lambda *_, **_more: 0)
    number = write(client, officer, address).json()["id"]
    with hub.writing() as session:
        claimed = outbox.claim(session, clock.now())
        outbox.begin_handing_over(session, claimed, clock.now())
    time[0] += CLAIMED_FOR
    desk = f"/fr/desk/{receipt['reference']}"
    page = client.get(desk, headers=officer).text
    assert "incertain" in page
    assert "Elle est arrivée" in page
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.OFFICER, "another-body"),))
    settlement = f"/api/v1/mails/{claimed.id}/settlement"
    assert client.post(settlement, json={"is_sent": True}, headers=elsewhere).status_code == 422
    answer = client.post(f"{desk}/mails/{claimed.id}", data={"become": "again"}, headers=officer)
    assert answer.status_code == 303
    monkeypatch.undo()
    hub.send_letters(time[0] + timedelta(minutes=1))
    (letter,) = client.get(f"{address}/letters", headers=officer).json()
    assert (letter["id"], letter["state"]) == (number, "sent")
    assert client.post(settlement, json={"is_sent": True}, headers=officer).status_code == 409


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_an_officer_looks_at_a_letter_writes_it_and_corrects_a_fault(
    hub, client, officer, receipt, language
):
    desk = f"/{language}/desk/{receipt['reference']}"
    early = client.get(f"{desk}/letters/refusal", headers=officer).text
    assert 'value="preview"' in early
    assert 'value="email"' not in early
    act(
        client, officer, receipt["reference"], "refuse",
        ground="exception", reasons="Des comptes bancaires.",
    )  # fmt: skip
    assert f'href="{desk}/letters/refusal"' in client.get(desk, headers=officer).text
    form = client.get(f"{desk}/letters/refusal", headers=officer).text
    assert 'name="reasons"' not in form  # the act has said them
    ids = re.findall(r'\sid="([^"]+)"', form)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label for="([^"]+)"', form)) <= set(ids)
    typed = {"written_in": "ar", "officer": "Agent Imaginaire", "do": "email"}
    fault = client.post(f"{desk}/letters/refusal", data=typed, headers=officer)
    assert fault.status_code == 409
    assert "letter-incomplete" not in fault.text
    assert 'value="Agent Imaginaire"' in fault.text
    whole = {**typed, "exceptions": ["7.1-c"]}
    looked = client.post(
        f"{desk}/letters/refusal", data={**whole, "do": "preview"}, headers=officer
    )
    assert looked.content.startswith(b"%PDF")
    sent = client.post(f"{desk}/letters/refusal", data=whole, headers=officer)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{desk}#letters")
    last = mails(hub)[-1]
    assert pdf_in(last)[0].endswith("-refusal-ar.pdf")
    assert client.post(f"{desk}/letters/refusal", data={}, headers=officer).status_code == 409


def test_an_auditor_sees_letters_and_writes_none(hub, client, officer, receipt):
    extended(client, officer, receipt)
    write(client, officer, f"/api/v1/requests/{receipt['reference']}", way="paper")
    auditor = build.token(hub, "auditor", grants=(Grant(Role.AUDITOR),))
    page = client.get(f"/fr/desk/{receipt['reference']}", headers=auditor).text
    assert "Prolongation du délai" in page
    assert "/letters/" not in page
    assert "letter-files" in page


def test_a_lost_code_goes_to_the_address_that_was_given_and_says_nothing_to_others(
    hub, client, receipt, time
):
    page = client.get(f"/fr/requests/{receipt['reference']}").text
    assert f'action="/fr/requests/{receipt["reference"]}/code"' in page
    known = client.post(f"/fr/requests/{receipt['reference'].lower()}/code")
    client.post(f"/fr/requests/{receipt['reference']}/code")
    unknown = client.post("/fr/requests/AI-2026-000009/code")
    assert known.text.lower() == unknown.text.replace("000009", "000001").lower()
    _, code = mails(hub)
    assert receipt["tracking_code"] in words_of(code)
    assert code["To"] == "personne@requester.example"
    time[0] += timedelta(hours=23)
    client.post(f"/fr/requests/{receipt['reference']}/code")
    assert len(mails(hub)) == 2, "references are public: nobody fills another's mailbox"
    time[0] += timedelta(hours=1)
    client.post(f"/fr/requests/{receipt['reference']}/code")
    assert len(mails(hub)) == 3


def test_who_asked_is_told_when_a_day_off_moves_their_last_day(hub, client, receipt, token):  # noqa: ARG001
    declined = filed(client)
    without = filed(client, requester={**build.filing()["requester"], "email": ""})
    link = f"/fr/notices/{declined['reference']}/{stop_key(declined['reference'], hub.key)}"
    assert client.post(link).status_code == 200
    officer = build.token(hub, "all", grants=(Grant(Role.OFFICER),))
    body = {
        "day": "2026-12-10", "name": {"fr": "Fête", "ar": "عيد", "en": "Feast"},
        "status": "official", "source": "communiqué",
    }  # fmt: skip
    answer = client.post("/api/v1/calendars/ma/days", json=body, headers=officer)
    assert answer.json() == {"recounted": 3}
    before = len(mails(hub))
    assert jobs.tell_moved(hub) == 3
    assert jobs.tell_moved(hub) == 0
    (told,) = mails(hub)[before:]
    said = words_of(told).replace("\u00a0", " ")
    assert "21 décembre 2026" in said
    assert "22 décembre 2026" in said
    assert told["List-Unsubscribe"]
    assert without["reference"] not in told["Subject"]


def test_officers_are_told_when_the_requester_withdraws(hub, client, receipt):
    build.person(hub, "agent@hub.example", grants=(Grant(Role.OFFICER, OWN),))
    mails(hub)
    answer = client.post(
        f"/api/v1/requests/{receipt['reference']}/own-acts",
        json={"act": "withdraw", "after": 1},
        headers={"X-Tracking-Code": receipt["tracking_code"]},
    )
    assert answer.status_code == 201, answer.text
    told = [each for each in mails(hub) if each["To"] == "agent@hub.example"]
    assert [receipt["reference"] in each["Subject"] for each in told] == [True]

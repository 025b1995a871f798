"""A request from door to door, in French and in Arabic, its mails taken by a real mail server."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

import build
import documents
from browsing import Browser
from mail_servers import Inbox, smtp_server
from opendata_hub import clock
from opendata_hub.adapters.mail.sending import Mailer, server_at
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.flows.verify import verify
from opendata_hub.web.app import create_app

pytestmark = pytest.mark.enable_socket

OWN = "commune-exemple"
NAME, PHONE = "Personne Fictive", "06 12 34 56 78"
FILED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SUBJECTS = {"fr": "Le chantier de la fontaine", "ar": "ورش النافورة"}
LATE = {"fr": "La réponse est en retard.", "ar": "الجواب متأخر."}


@pytest.fixture
def time(monkeypatch):
    """A clock that tests set forward."""
    shown = [FILED]
    monkeypatch.setattr(clock, "now", lambda: shown[0])
    return shown


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def served(hub, inbox):
    """The hub, its mails handed over to a server on loopback."""
    with smtp_server(inbox) as url:
        yield replace(hub, mailer=Mailer("bureau@hub.example", hub.mailer.folder, server_at(url)))


@pytest.fixture
def anybody(served):
    with Browser(create_app(served), base_url=build.BASE_URL) as browser:
        yield browser


@pytest.fixture
def officer(served):
    """Somebody who handles requests and, as head of the body, decides on complaints."""
    roles = (Role.OFFICER, Role.HEAD, Role.STEWARD)
    return build.token(served, "officer", grants=tuple(Grant(role, OWN) for role in roles))


def filed(anybody, language):
    """Reference and tracking code, as the page of the receipt shows them."""
    typed = build.typed(subject=SUBJECTS[language])
    shown = build.sent(anybody, f"/{language}/requests/new", typed)
    assert shown.status_code == 200
    reference = re.search(r"[A-Z]+-2026-\d{6}", shown.text)[0]
    code = re.search(r'class="secret"[^>]*>\s*(?:<[^>]+>\s*)*([^<\s]+)', shown.text)[1]
    return reference, code


def status(anybody, language, reference, code):
    shown = anybody.post(f"/{language}/requests/{reference}", data={"tracking_code": code})
    assert shown.status_code == 200
    return shown.text


def act(anybody, officer, language, reference, name, **typed):
    html = anybody.get(f"/{language}/desk/{reference}", headers=officer).text
    after = re.search(r'name="after" value="(\d+)"', html)[1]
    form = {
        "act": name, "day": clock.today("Africa/Casablanca").isoformat(), "after": after,
        "ground": "", "reasons": "", **typed,
    }  # fmt: skip
    done = anybody.post(
        f"/{language}/desk/{reference}", data=form, headers=officer, follow_redirects=False
    )
    assert done.status_code == 303, done.text


def letter(anybody, officer, language, reference, name, **typed):
    form = {"do": "email", "written_in": language, "officer": "Agent Imaginaire", **typed}
    done = anybody.post(
        f"/{language}/desk/{reference}/letters/{name}", data=form, headers=officer,
        follow_redirects=False,
    )  # fmt: skip
    assert done.status_code == 303, done.text


def attached(mail):
    """The text of the letter that a mail carries."""
    (part,) = [each for each in mail.iter_attachments() if each.get_filename().endswith(".pdf")]
    content = part.get_content()
    assert content.startswith(b"%PDF")
    return content


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_extended_granted_in_part_and_contested_up_to_the_commission(
    served, anybody, officer, inbox, time, language, tmp_path
):
    reference, code = filed(anybody, language)
    act(anybody, officer, language, reference, "acknowledge")
    time[0] += timedelta(days=14)
    act(
        anybody, officer, language, reference, "extend",
        ground="cannot-answer-in-time", reasons="Archives / الأرشيف",
    )  # fmt: skip
    letter(anybody, officer, language, reference, "extension")

    time[0] += timedelta(days=14)
    files = f"/api/v1/desk/requests/{reference}/files"
    line = f"Le dossier de {NAME}, {PHONE}, est complet."
    sent = {"file": ("fontaine.pdf", documents.pdf(texts=(line, "Le budget est de 12 000 DH.")))}
    kept = anybody.post(files, files=sent, headers=officer).json()
    refused = anybody.put(
        f"{files}/{kept['id']}/release", json={"release": "requester"}, headers=officer
    )
    assert refused.json()["code"] == "not-releasable"
    marks = {"phrases": [{"text": each, "exception": "7.1-c"} for each in (NAME, PHONE)]}
    redacted = anybody.post(f"{files}/{kept['id']}/redactions", json=marks, headers=officer).json()[
        "file"
    ]
    assert anybody.put(
        f"{files}/{redacted['id']}/release", json={"release": "public"}, headers=officer
    ).is_success
    act(
        anybody, officer, language, reference, "grant_in_part",
        ground="exception", reasons="Article 7",
    )  # fmt: skip
    letter(anybody, officer, language, reference, "partial")

    theirs = status(anybody, language, reference, code)
    (place,) = re.findall(r'action="([^"]+/files/\d+)"', theirs)
    content = anybody.post(place, data={"tracking_code": code}).content
    (tmp_path / "answer.pdf").write_bytes(content)
    read = " ".join(page.extract_text() for page in PdfReader(tmp_path / "answer.pdf").pages)
    assert NAME not in read
    assert PHONE not in read
    assert "12 000 DH" in read
    assert anybody.get(f"/answers/{reference}/{redacted['id']}").content == content

    time[0] += timedelta(days=5)
    after = re.search(r'name="after" value="(\d+)"', theirs)[1]
    complaint = {
        "tracking_code": code, "act": "complain_to_head", "words": "Il manque / ينقص",
        "after": after,
    }  # fmt: skip
    shown = anybody.post(f"/{language}/requests/{reference}/acts", data=complaint)
    assert shown.status_code == 200
    assert 'role="status"' in shown.text
    act(anybody, officer, language, reference, "head_decides", reasons="Confirmé / تأكيد")
    letter(anybody, officer, language, reference, "complaint-decision", outcome="Maintenu / مؤكد")
    time[0] += timedelta(days=10)
    act(anybody, officer, language, reference, "complain_to_commission", reasons="Saisine / إحالة")
    act(anybody, officer, language, reference, "commission_decides", reasons="Avis / رأي")

    served.send_letters(clock.now())
    letters = [mail for mail in inbox.taken if list(mail.iter_attachments())]
    assert {mail["To"] for mail in inbox.taken} == {"personne@requester.example"}
    assert len(letters) >= 3
    assert all(attached(mail) for mail in letters)
    assert {str(mail["Content-Language"]) for mail in inbox.taken} == {language}
    partial = next(
        each for each in anybody.get(
            f"/api/v1/requests/{reference}/letters", headers=officer
        ).json() if each["name"] == "partial"
    )  # fmt: skip
    assert partial["language"] == language
    with served.reading() as session:
        assert verify(session).faults == ()
    entry = anybody.get(f"/{language}/register/{reference}")
    assert entry.status_code == 200
    assert NAME not in entry.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_silence_then_a_complaint_and_its_decision(served, anybody, officer, inbox, time, language):
    reference, code = filed(anybody, language)
    early = {
        "tracking_code": code, "act": "complain_to_head", "words": "Rien / لا شيء", "after": "1",
    }  # fmt: skip
    refused = anybody.post(f"/{language}/requests/{reference}/acts", data=early)
    assert refused.status_code == 409
    assert "Rien / لا شيء</textarea>" in refused.text or "complain_to_head" not in refused.text
    time[0] += timedelta(days=40)
    theirs = status(anybody, language, reference, code)
    assert 'value="complain_to_head"' in theirs
    assert 'class="mark"' in theirs
    shown = anybody.post(f"/{language}/requests/{reference}/acts", data=early)
    assert shown.status_code == 200
    again = anybody.post(f"/{language}/requests/{reference}/acts", data=early)
    assert again.status_code == 409
    time[0] += timedelta(days=3)
    act(anybody, officer, language, reference, "head_decides", reasons="À communiquer / يسلم")
    letter(anybody, officer, language, reference, "complaint-decision", outcome="Accueilli / مقبول")
    served.send_letters(clock.now())
    assert any(attached(mail) for mail in inbox.taken if list(mail.iter_attachments()))
    with served.reading() as session:
        assert verify(session).faults == ()


def test_a_requester_withdraws_and_does_nothing_that_is_the_bodys(anybody, officer, time):
    reference, code = filed(anybody, "fr")
    assert time
    address = f"/api/v1/requests/{reference}/own-acts"
    key = {"X-Tracking-Code": code}
    for body, told in (
        ({"act": "grant", "after": 1}, "invalid-input"),
        ({"act": "complain_to_head", "after": 1}, "invalid-input"),
        ({"act": "complain_to_head", "after": 1, "words": "x"}, "wrong-moment"),
        ({"act": "withdraw", "after": 2}, "changed-meanwhile"),
    ):
        assert anybody.post(address, json=body, headers=key).json()["code"] == told
    assert anybody.post(address, json={"act": "withdraw", "after": 1}).status_code == 401
    wrong = {"X-Tracking-Code": "wrong"}
    body = {"act": "withdraw", "after": 1}
    assert anybody.post(address, json=body, headers=wrong).json()["code"] == "unknown-request"
    assert anybody.post(address, json=body, headers=key).json()["state"] == "withdrawn"
    case = anybody.get(f"/api/v1/desk/requests/{reference}", headers=officer).json()
    assert [each["act"] for each in case["events"]] == ["receive", "withdraw"]

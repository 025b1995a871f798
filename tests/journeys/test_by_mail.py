"""From door to door by mail, in Arabic: against a real SMTP server and a real IMAP server."""

import email.policy
from dataclasses import replace
from email.message import EmailMessage

import pytest
from starlette.testclient import TestClient

import build
from mail_servers import Inbox, imap_server, smtp_server
from opendata_hub import clock, jobs
from opendata_hub.adapters.mail.sending import Mailer, server_at
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.web.app import create_app

pytestmark = pytest.mark.enable_socket
DESK, CITIZEN = "demandes@commune.example", "personne@requester.example"
ASKED = """الاسم الكامل: شخص خيالي
العنوان: 1، زنقة المثال
رقم البطاقة الوطنية: XX000000
الموضوع: ميزانية الجماعة

أطلب نسخة من ملحقات ميزانية سنة 2026.
"""


def mail(text, **headers):
    message = EmailMessage(policy=email.policy.SMTP)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def test_a_request_in_arabic_is_filed_extended_and_answered_by_mail(hub, monkeypatch):
    """Slow: two servers are started, and three letters are typeset."""
    monkeypatch.setattr(clock, "now", lambda: build.NOW.replace(day=23))
    inbox = Inbox()
    with smtp_server(inbox) as smtp, imap_server() as box:
        settings = hub.settings.model_copy(update={"imap_url": box.url, "desk_address": DESK})
        served = replace(
            hub, settings=settings, mailer=Mailer(DESK, hub.mailer.folder, server_at(smtp))
        )
        client = TestClient(create_app(served), base_url=build.BASE_URL, follow_redirects=False)
        officer = build.token(served, "officer", grants=(Grant(Role.OFFICER, "commune-exemple"),))
        box.deliver(
            mail(ASKED, From=CITIZEN, To=DESK, Subject="طلب", Message_ID="<1@requester.example>"),
            at=build.NOW.replace(day=20),
        )
        jobs.poll_mailbox(served)
        jobs.send_letters(served)
        (receipt,) = inbox.taken
        assert (receipt["To"], receipt["In-Reply-To"]) == (CITIZEN, "<1@requester.example>")
        assert receipt["Content-Type"].startswith("multipart/mixed")
        words = receipt.get_body().get_content()
        code = words.partition("رمز التتبع الخاص بكم: ")[2].split()[0]
        reference = receipt["Subject"].split()[-1]
        followed = client.get(
            f"/api/v1/requests/{reference}", headers={"X-Tracking-Code": code}
        ).json()
        assert (followed["received_on"], followed["subject"]) == ("2026-11-20", "ميزانية الجماعة")

        def act(name, after, **said):
            body = {"act": name, "happened_on": "2026-11-23", "after": after, **said}
            done = client.post(
                f"/api/v1/desk/requests/{reference}/events", json=body, headers=officer
            )
            assert done.status_code == 201, done.text

        def send(name, **said):
            body = {"name": name, "language": "ar", "way": "email", **said}
            sent = client.post(f"/api/v1/requests/{reference}/letters", json=body, headers=officer)
            assert sent.status_code == 201, sent.text

        act("extend", 1, ground="many-items", reasons="عدد كبير من السجلات.")
        send("extension")
        act("grant", 2)
        send("grant", enclosed="ملحقات الميزانية رفقة هذه الرسالة.")
        jobs.send_letters(served)
        assert {each["To"] for each in inbox.taken} == {CITIZEN}
        assert {each["Subject"] for each in inbox.taken} == {receipt["Subject"]}
        files = [
            each.get_filename() for message in inbox.taken for each in message.iter_attachments()
        ]
        assert sorted(files) == [
            f"{reference}-extension-ar.pdf", f"{reference}-grant-ar.pdf",
            f"{reference}-receipt-ar.pdf",
        ]  # fmt: skip
        box.deliver(
            mail("شكرا جزيلا.", From=CITIZEN, To=inbox.taken[-1]["Reply-To"], Subject="رد"),
            at=build.NOW.replace(day=23),
        )
        jobs.poll_mailbox(served)
        assert "/fr/mail/2" in client.get(f"/fr/desk/{reference}", headers=officer).text
        before = len(inbox.taken)
        jobs.poll_mailbox(served)
        jobs.send_letters(served)
        assert len(inbox.taken) == before == 5

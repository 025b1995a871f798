"""Mails as people, machines and attackers write them."""

import email.policy
from email.message import EmailMessage

import pytest

import build
from mail_servers import imap_server
from opendata_hub.adapters.mail.mailbox import mailbox_at, opened
from opendata_hub.adapters.mail.reading import LONGEST_TEXT, read
from opendata_hub.adapters.mail.text import text_of_html
from opendata_hub.domain.correspondence.incoming import Bounce
from opendata_hub.domain.errors import Invalid, MailboxAway

TOKEN = "0123456789abcdef01234567"  # noqa: S105  (of a mail)


def mail(text="Bonjour,\nLe budget, s’il vous plaît.", **headers):
    message = EmailMessage(policy=email.policy.SMTP)
    given = {
        "From": "Personne Fictive <Personne@Requester.example>", "To": "demandes@commune.example",
        "Subject": "Budget 2026", "Message-ID": "<1@requester.example>",
    }  # fmt: skip
    chosen = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {**given, **chosen}.items():
        message[name] = value
    message.set_content(text)
    return message


def raw(headers, body="Bonjour"):
    return f"{headers}\r\n\r\n{body}\r\n".encode()


def test_a_plain_mail_is_read():
    found = read(mail().as_bytes())
    assert (found.sender, found.sender_name) == ("personne@requester.example", "Personne Fictive")
    assert (found.subject, found.message_id) == ("Budget 2026", "<1@requester.example>")
    assert found.text == "Bonjour,\nLe budget, s’il vous plaît."
    assert found.recipients == ("demandes@commune.example",)
    assert found.bounce is None
    assert {found.is_automatic, found.is_from_list, found.is_broken} == {False}


def test_arabic_in_an_old_encoding_is_read():
    message = mail()
    message.set_payload("السلام عليكم".encode("cp1256"))
    message.replace_header("Content-Type", 'text/plain; charset="windows-1256"')
    message.replace_header("Content-Transfer-Encoding", "8bit")
    assert read(message.as_bytes()).text == "السلام عليكم"


def test_a_mail_in_html_alone_gives_its_text_and_nothing_else():
    message = mail()
    message.set_content(
        "<html><head><title>x</title><style>p{}</style></head><body><p>Bonjour&nbsp;&lt;b&gt;</p>"
        "<script>alert(1)</script><table><tr><td>Nom :</td><td>Fictive</td></tr></table>"
        '<a href="javascript:x">Merci</a><img src=x onerror=alert(1)></body></html>',
        subtype="html",
    )
    assert read(message.as_bytes()).text == "Bonjour <b>\nNom : Fictive\nMerci"
    assert text_of_html("<p>a<p>b<script>never closed") == "a\nb"
    assert text_of_html("<style>" * 5000 + "x") == ""


def test_signs_that_turn_or_hide_text_are_taken_out():
    message = mail("Un\u202etexte\u2066 \x00caché\x07")
    message.replace_header("Subject", "Bud\u202eget\x00")
    message.replace_header("From", "Nom\u202e\u200b fictif <a@requester.example>")
    found = read(message.as_bytes())
    assert (found.text, found.subject) == ("Untexte caché", "Budget")
    assert found.sender_name == "Nom fictif"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@mx.example"},
        {"From": "no-reply@shop.example"},
    ],
)
def test_a_machine_is_known_by_what_it_says(headers):
    assert read(mail(**headers).as_bytes()).is_automatic


def test_a_mailing_list_is_known_and_a_person_is_none():
    assert read(mail(List_Id="<infos.example>").as_bytes()).is_from_list
    assert not read(mail(Auto_Submitted="no").as_bytes()).is_automatic


def test_the_answer_goes_where_the_sender_wants_it():
    assert read(mail(Reply_To="autre@requester.example").as_bytes()).sender == (
        "autre@requester.example"
    )
    assert read(mail(From="undisclosed").as_bytes()).sender == ""


def test_what_it_answers_is_told_by_our_tokens_last_first():
    found = read(
        mail(
            References=f"<x@y.example> <{TOKEN}@hub.example> <{TOKEN[::-1]}@hub.example>",
            Subject="Re: votre demande ai-2026-000001 et CE-2025-000012",
        ).as_bytes()
    )
    assert found.tokens == (TOKEN[::-1], TOKEN)
    assert found.references == ("AI-2026-000001", "CE-2025-000012")


def report(action, status="5.1.1"):
    return raw(
        "From: MAILER-DAEMON@mx.example\r\nTo: hub@hub.example\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; x@y.example\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers"
        f"\r\n\r\nMessage-ID: <{TOKEN}@hub.example>\r\nSubject: x\r\n\r\n--b--",
    )


def test_a_report_of_a_mail_server_tells_which_mail_came_back():
    assert read(report("failed")).bounce == Bounce(TOKEN, "5.1.1", is_lasting=True)
    assert read(report("delayed", "4.4.1")).bounce == Bounce(TOKEN, "4.4.1", is_lasting=False)


def test_a_server_that_tells_it_in_its_own_words_is_understood():
    told = f"This message could not be delivered.\r\n\r\nMessage-ID: <{TOKEN}@hub.example>"
    daemon = "From: MAILER-DAEMON@old.example\r\nSubject: failure notice"
    assert read(raw(daemon, told)).bounce == Bounce(TOKEN, "", is_lasting=True)
    person = "From: a@requester.example\r\nSubject: failure notice"
    assert read(raw(person, told)).bounce is None
    assert read(raw(daemon, "could not be delivered")).bounce is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe" * 100,
        b"no headers at all",
        b"From: =?utf-8?b?////?= <a@b.example>\r\nSubject: =?x?q?=FF?=\r\n\r\nx",
        b"Content-Type: text/plain; charset=no-such\r\n\r\nx",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!notbase64",
        b"Content-Disposition: attachment; filename*=x''%ZZ; filename=\"\r\n\r\nx",
        b"Message-ID: <\r\n\r\nx",
        b"To: " + b"(" * 5000 + b"\r\n\r\nx",
        b"From: a@[\r\nDate: never\r\n\r\nx",
        b"Subject: x\r\n" * 2000 + b"\r\nx",
    ],
    ids=range(13),
)
def test_a_broken_mail_is_read_as_far_as_it_goes(content):
    assert read(content).text is not None


def test_mails_within_mails_without_end_do_not_stop_us():
    content = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)
    )
    assert read(content).is_broken


def test_files_come_with_their_names_and_logos_do_not():
    message = mail()
    message.add_attachment(b"%PDF-1.7", "application", "pdf", filename="مرفق\u202efdp.exe")
    message.add_attachment(b"PNG", "image", "png", cid="<logo>", disposition="inline")
    message.add_attachment("Bonjour", filename="note.txt")
    files = read(message.as_bytes()).enclosures
    assert [each.content for each in files] == [b"%PDF-1.7", b"Bonjour\r\n"]
    assert files[0].media_type == "application/pdf"


def test_a_text_without_end_is_cut():
    assert len(read(mail("mot " * 100_000).as_bytes()).text) <= LONGEST_TEXT


@pytest.fixture(scope="module")
def box():
    with imap_server() as running:
        yield running


@pytest.mark.enable_socket
def test_a_mailbox_is_read_without_being_touched(box):
    box.deliver(mail(), at=build.NOW)
    box.deliver(mail(Subject="vu"), at=build.NOW, flags=r"(\Seen)")
    box.deliver(mail("x" * 5000), at=build.NOW)
    with opened(mailbox_at(box.url)) as folder:
        first, second, third = folder.numbers_after(0)
        assert folder.last() == third
        assert folder.numbers_after(second) == [third]
        assert folder.numbers_after(third) == []
        assert folder.unseen() == [first, third]
        assert folder.since(build.TODAY) == [first, second, third]
        fetched, content = folder.fetch(first, most_bytes=3000)
        assert (fetched.received_at, fetched.uid) == (build.NOW, first)
        assert fetched.size_bytes == len(content)
        assert read(content).subject == "Budget 2026"
        fetched, headers = folder.fetch(third, most_bytes=3000)
        assert fetched.size_bytes > 5000
        assert b"Message-ID" in headers
        assert b"xxx" not in headers
        folder.mark_seen(first)
    assert len(box.seen()) == 2


@pytest.mark.enable_socket
def test_a_mailbox_that_does_not_let_us_in_says_nothing_of_the_password(box):
    for url in (
        box.url.replace("desk:", "other:"),
        box.url.replace("INBOX", "NoFolder"),
        "imap://desk:secret@127.0.0.1:1/INBOX",
        box.url.replace("imap:", "imaps:"),
        box.url.replace("imap:", "imap+starttls:"),
    ):
        with pytest.raises(MailboxAway) as caught, opened(mailbox_at(url)):
            pass
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://mail.example", "imaps://", "imaps://mail.example", "imaps://a:b@mail:x/INBOX"]
)
def test_what_is_no_mailbox_is_refused(url):
    with pytest.raises(Invalid):
        mailbox_at(url)


def test_a_mailbox_has_a_port_and_a_folder():
    assert mailbox_at("") is None
    found = mailbox_at("imaps://desk%40commune.example:m%2Fp@mail.example/Demandes")
    assert (found.user, found.password, found.port) == ("desk@commune.example", "m/p", 993)
    assert found.name == "desk@commune.example@mail.example/Demandes"
    assert mailbox_at("imap://a:b@mail.example").folder == "INBOX"

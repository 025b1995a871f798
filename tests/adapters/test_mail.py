"""Mail over SMTP to a server on loopback, and into a folder where there is none."""

import email
import email.policy
import socket
import ssl
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

import build
from opendata_hub.adapters.mail.sending import Mailer, server_at
from opendata_hub.domain.correspondence.mail import Enclosure, Mail
from opendata_hub.domain.errors import Invalid, MailInDoubt, MailNotSent

MAIL = Mail("personne@hub.example", "Été – البوابة", "Bonjour,\n\nتأكيد\n", "ar", id="a1")
LONG = "a-long-part-" * 12
SENDER = "Commune Exemple <no-reply@hub.example>"


class Inbox:
    """Takes what comes, or answers as it is told."""

    def __init__(self, answer="250 OK"):
        self.answer, self.taken, self.seen = answer, [], []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.seen.append(session.authenticated)
        return "250 OK"


@pytest.fixture
def serving(socket_enabled):  # noqa: ARG001  (loopback only)
    """Start mail servers on loopback; gives their addresses."""
    running = []

    def serve(inbox, **settings):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(inbox, hostname="127.0.0.1", port=port, **settings)
        controller.start()
        running.append(controller)
        return port

    yield serve
    for each in running:
        each.stop()


def mailer(tmp_path, url=""):
    return Mailer(SENDER, tmp_path / "outbox-mail", server_at(url))


def send(mailer, mail=MAIL):
    with mailer.opened() as post:
        post.send(post.prepared(mail, now=build.NOW))


def test_a_mail_arrives_whole(serving, tmp_path):
    inbox = Inbox()
    port = serving(inbox, authenticator=lambda *_: AuthResult(success=True), auth_require_tls=False)
    url = f"smtp://postier:mot%40secret@127.0.0.1:{port}"
    send(mailer(tmp_path, url))
    (message,) = inbox.taken
    assert inbox.seen == [True]
    assert (message["To"], message["From"]) == (MAIL.to, SENDER)
    assert message["Subject"] == MAIL.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == MAIL.language
    assert message["Date"].datetime == build.NOW
    assert message.get_content().replace("\r\n", "\n") == MAIL.body
    assert not (tmp_path / "outbox-mail").exists()


@pytest.mark.parametrize(
    ("answer", "is_lasting"), [("550 no such personne@hub.example", True), ("451 later", False)]
)
def test_a_refusal_is_told_apart_from_a_delay(serving, tmp_path, answer, is_lasting):
    port = serving(Inbox(answer))
    with pytest.raises(MailNotSent) as caught:
        send(mailer(tmp_path, f"smtp://127.0.0.1:{port}"))
    assert caught.value.is_lasting is is_lasting
    assert "personne" not in str(caught.value)


def test_mail_does_not_travel_without_the_tls_that_was_asked_for(serving, tmp_path):
    inbox = Inbox()
    port = serving(inbox)
    with pytest.raises(MailNotSent):
        send(mailer(tmp_path, f"smtp+starttls://127.0.0.1:{port}"))
    with pytest.raises(MailNotSent):
        send(mailer(tmp_path, f"smtps://127.0.0.1:{port}"))
    assert inbox.taken == []
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_a_server_that_is_away_is_a_delay(serving, tmp_path):
    port = serving(Inbox())
    unused = port + 1 if port < 65535 else port - 1
    with pytest.raises(MailNotSent) as caught:
        send(mailer(tmp_path, f"smtp://127.0.0.1:{unused}"))
    assert not caught.value.is_lasting


def test_without_a_server_mail_is_written_into_a_folder(tmp_path):
    send(mailer(tmp_path))
    (file,) = (tmp_path / "outbox-mail").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == MAIL.subject


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://", "mail.example:25", "smtp://a:b@mail.example:x"]
)
def test_what_is_no_mail_server_is_refused(url):
    with pytest.raises(Invalid):
        server_at(url)


def test_ports_are_those_of_the_scheme():
    assert server_at("") is None
    assert [
        server_at(f"{scheme}://mail.example").port for scheme in ("smtp", "smtp+starttls", "smtps")
    ] == [25, 587, 465]


def test_a_mail_has_the_same_id_each_time_and_carries_what_it_encloses(serving, tmp_path):
    inbox = Inbox()
    url = f"smtp://127.0.0.1:{serving(inbox)}"
    letter = Enclosure("AI-2026-000001-extension-ar.pdf", "application/pdf", b"%PDF-1.7\n.\n..\n")
    whole = replace(
        MAIL, sender_name="جماعة المثال, بلدية", reply_to="demandes+x@hub.example",
        in_reply_to=f"<{LONG}@elsewhere.example>", unsubscribe=f"http://hub.example/{LONG}",
        enclosures=(letter,), body=".\n.. first a dot\n",
    )  # fmt: skip
    for _ in range(2):
        send(mailer(tmp_path, url), whole)
    first, second = inbox.taken
    assert first["Message-ID"] == second["Message-ID"] == "<a1@hub.example>"
    assert first["From"].addresses[0].display_name == "جماعة المثال, بلدية"
    assert first["From"].addresses[0].addr_spec == "no-reply@hub.example"
    assert first["Reply-To"] == "demandes+x@hub.example"
    assert first["In-Reply-To"] == first["References"] == f"<{LONG}@elsewhere.example>"
    assert first["List-Unsubscribe"] == f"<http://hub.example/{LONG}>"
    (enclosed,) = first.iter_attachments()
    assert (enclosed.get_filename(), enclosed.get_content()) == (letter.name, letter.content)
    assert first.get_body().get_content().replace("\r\n", "\n") == whole.body


def test_a_name_cannot_add_a_header(tmp_path):
    hostile = replace(MAIL, subject="x\r\nBcc: thief@elsewhere.example")
    with pytest.raises(MailNotSent, match="can't be written: ValueError") as caught:
        send(mailer(tmp_path), hostile)
    assert caught.value.is_lasting


class Dropping(Inbox):
    """Takes the mail and ends the connection without a word."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await super().handle_DATA(server, session, envelope)
        server.transport.abort()
        return "250 OK"


def test_a_server_that_ends_after_the_mail_was_given_leaves_it_in_doubt(serving, tmp_path):
    inbox = Dropping()
    with pytest.raises(MailInDoubt):
        send(mailer(tmp_path, f"smtp://127.0.0.1:{serving(inbox)}"))
    assert len(inbox.taken) == 1


class Refusing(Inbox):
    """Reads the mail and does not take it."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await super().handle_DATA(server, session, envelope)
        return "452 no room for personne@hub.example"


def test_a_mail_that_was_read_and_not_taken_is_no_doubt(serving, tmp_path):
    with pytest.raises(MailNotSent) as caught:
        send(mailer(tmp_path, f"smtp://127.0.0.1:{serving(Refusing())}"))
    assert not caught.value.is_lasting
    assert str(caught.value) == "refused: [452]"


@pytest.mark.parametrize(
    ("answer", "is_address"),
    [
        ("550 5.1.1 no such user", True),
        ("550 unknown", True),
        ("554 relay access denied", False),
        ("550 5.7.1 relaying denied", False),
    ],
)
def test_a_server_that_refuses_the_hub_says_nothing_of_the_address(
    serving, tmp_path, answer, is_address
):
    with pytest.raises(MailNotSent) as caught:
        send(mailer(tmp_path, f"smtp://127.0.0.1:{serving(Inbox(answer))}"))
    assert (caught.value.is_lasting, caught.value.is_address) == (True, is_address)


def test_a_mail_written_twice_into_the_folder_is_one_file(tmp_path):
    send(mailer(tmp_path))
    before = (tmp_path / "outbox-mail" / "a1.eml").read_bytes()
    (tmp_path / "outbox-mail" / ".a1.part").write_bytes(b"left by a process that was killed")
    send(mailer(tmp_path), replace(MAIL, subject="Another"))
    assert (tmp_path / "outbox-mail" / "a1.eml").read_bytes() == before

"""Mail over SMTP to a server on loopback, and into a folder where there is none."""

import email
import email.policy
import socket
import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

import build
from opendata_hub.adapters.mail import Mailer, server_at
from opendata_hub.domain.errors import Invalid, MailNotSent
from opendata_hub.domain.people.letter import Mail

MAIL = Mail("personne@hub.example", "Été – البوابة", "Bonjour,\n\nتأكيد\n", "ar")
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


def test_a_mail_arrives_whole(serving, tmp_path):
    inbox = Inbox()
    port = serving(inbox, authenticator=lambda *_: AuthResult(success=True), auth_require_tls=False)
    url = f"smtp://postier:mot%40secret@127.0.0.1:{port}"
    mailer(tmp_path, url).send(MAIL, now=build.NOW)
    (message,) = inbox.taken
    assert inbox.seen == [True]
    assert (message["To"], message["From"]) == (MAIL.to, SENDER)
    assert message["Subject"] == MAIL.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == build.NOW
    assert message.get_content().replace("\r\n", "\n") == MAIL.body
    assert not (tmp_path / "outbox-mail").exists()


@pytest.mark.parametrize(
    ("answer", "is_lasting"), [("550 no such personne@hub.example", True), ("451 later", False)]
)
def test_a_refusal_is_told_apart_from_a_delay(serving, tmp_path, answer, is_lasting):
    port = serving(Inbox(answer))
    with pytest.raises(MailNotSent) as caught:
        mailer(tmp_path, f"smtp://127.0.0.1:{port}").send(MAIL, now=build.NOW)
    assert caught.value.is_lasting is is_lasting
    assert "personne" not in str(caught.value)


def test_mail_does_not_travel_without_the_tls_that_was_asked_for(serving, tmp_path):
    inbox = Inbox()
    port = serving(inbox)
    with pytest.raises(MailNotSent):
        mailer(tmp_path, f"smtp+starttls://127.0.0.1:{port}").send(MAIL, now=build.NOW)
    with pytest.raises(MailNotSent):
        mailer(tmp_path, f"smtps://127.0.0.1:{port}").send(MAIL, now=build.NOW)
    assert inbox.taken == []
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_a_server_that_is_away_is_a_delay(serving, tmp_path):
    port = serving(Inbox())
    unused = port + 1 if port < 65535 else port - 1
    with pytest.raises(MailNotSent) as caught:
        mailer(tmp_path, f"smtp://127.0.0.1:{unused}").send(MAIL, now=build.NOW)
    assert not caught.value.is_lasting


def test_without_a_server_mail_is_written_into_a_folder(tmp_path):
    mailer(tmp_path).send(MAIL, now=build.NOW)
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

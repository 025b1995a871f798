"""Mail: handed to a server by SMTP, or written into a folder where none is set."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from opendata_hub.domain.errors import Invalid, MailNotSent
from opendata_hub.domain.people.letter import Mail

SECONDS = 20
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
FOR_GOOD = range(500, 600)
"""Replies of SMTP after which the same mail is not tried again (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and as whom."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends mail from one address.

    folder: where mails are written as files when no server is set.
    """

    sender: str
    folder: Path
    server: Server | None = None

    def send(self, mail: Mail, *, now: datetime) -> None:
        """Hand the mail over; raises MailNotSent."""
        message = written(mail, sender=self.sender, now=now)
        if self.server:
            _hand_over(self.server, message)
        else:
            self._put_down(message, now)

    def _put_down(self, message: EmailMessage, now: datetime) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        file = self.folder / f"{now:%Y%m%d-%H%M%S}-{name}.eml"
        file.touch(mode=0o600)
        file.write_bytes(message.as_bytes())


def server_at(url: str) -> Server | None:
    """The server of an address such as smtp+starttls://user:password@host:587; None for none.

    Raises Invalid.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid("This is no address of a mail server") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise Invalid("Give smtp://, smtp+starttls:// or smtps://, then user:password@host:port")
    return Server(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme],
        unquote(parts.username or ""), unquote(parts.password or ""),
    )  # fmt: skip


def written(mail: Mail, *, sender: str, now: datetime) -> EmailMessage:
    """The mail as it travels."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip(" >"))
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer of a machine, please
    message.set_content(mail.body)
    return message


def _hand_over(server: Server, message: EmailMessage) -> None:
    try:
        with _connected(server) as smtp:
            if server.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as problem:
        codes = {code for code, _ in problem.recipients.values()}
        is_lasting = all(code in FOR_GOOD for code in codes)
        # The server's words may hold the address: only its number goes into a log.
        raise MailNotSent(f"refused: {sorted(codes)}", is_lasting=is_lasting) from None
    except smtplib.SMTPResponseException as problem:
        raise MailNotSent(f"{type(problem).__name__}: {problem.smtp_code}") from None
    except (OSError, smtplib.SMTPException) as problem:
        raise MailNotSent(type(problem).__name__) from None


def _connected(server: Server) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS)

"""Mail: handed to a server by SMTP, or written into a folder where none is set."""

import os
import re
import smtplib
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from opendata_hub.domain.correspondence.mail import Mail, is_of_address
from opendata_hub.domain.errors import Invalid, MailInDoubt, MailNotSent, MailServerAway

SECONDS = 20
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
FOR_GOOD = range(500, 600)
"""Replies of SMTP after which the same mail is not tried again (RFC 5321, 4.2.1)."""
NO_SUCH_BOX = frozenset({550, 551, 553})
ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")
GO_ON, TAKEN = 354, 250


class _InOnePiece(UnstructuredHeader, BaseHeader):
    """A header of addresses in angle brackets: the library would encode and so break a long one."""

    def fold(self, *, policy: Policy) -> str:
        """The header in one line, up to 998 characters (RFC 5322, 2.1.1)."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("In-Reply-To", "References", "List-Unsubscribe"):
    _HEADERS.map_to_type(_name, _InOnePiece)
# Seven bits, so that no server on the way has to say that it takes eight.
AS_IT_TRAVELS = policy.SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
_LINE_WITH_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and as whom."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail as it travels, which nothing more can be wrong with. to: each a plain address."""

    id: str
    sender: str
    to: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class Post:
    """A way for mails that is open now: a connection to a server, or a folder."""

    sender: str
    folder: Path
    smtp: smtplib.SMTP | None = None

    def prepared(self, mail: Mail, *, now: datetime) -> Ready:
        """The mail ready to be sent; raises MailNotSent for good where it can't be put so."""
        # The library says what it can't write in many ways, and none of them helps the reader.
        try:
            message = written(mail, sender=self.sender, now=now)
            sender = message["From"].addresses[0].addr_spec
            to = tuple(each.addr_spec for each in message["To"].addresses)
            return Ready(mail.id, sender, to, message.as_bytes())
        except (ValueError, LookupError, AttributeError, TypeError, MessageError) as problem:
            said = f"can't be written: {type(problem).__name__}"
            raise MailNotSent(said, is_lasting=True) from None

    def send(self, mail: Ready) -> None:
        """Hand the mail over; raises MailNotSent, and MailInDoubt when nobody knows."""
        if self.smtp:
            _hand_over(self.smtp, mail)
        else:
            _put_down(self.folder, mail)


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends mail from one address.

    folder: where mails are written as files when no server is set.
    """

    sender: str
    folder: Path
    server: Server | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether the same mail can be handed over again without anybody getting it twice.

        A file has the name of its mail: to write it again changes nothing.
        """
        return self.server is None

    def forget(self, tokens: Collection[str]) -> None:
        """Let the files of these mails be gone from the folder; nothing where there are none."""
        for each in tokens:
            (self.folder / f"{each}.eml").unlink(missing_ok=True)

    @contextmanager
    def opened(self) -> Iterator[Post]:
        """A way to the server for some mails; raises MailServerAway before any is touched."""
        if self.server is None:
            yield Post(self.sender, self.folder)
            return
        smtp = _let_in(self.server)
        try:
            yield Post(self.sender, self.folder, smtp)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()


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
    """The mail as it travels. The same mail has the same Message-ID each time it is tried."""
    name, address = parseaddr(sender)
    user, _, host = address.rpartition("@")
    message = EmailMessage(policy=AS_IT_TRAVELS)
    message["From"] = Address(mail.sender_name or name, user, host)
    message["To"], message["Subject"] = mail.to, mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer of a machine, please
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    if mail.in_reply_to:
        message["In-Reply-To"] = message["References"] = mail.in_reply_to
    if mail.unsubscribe:  # RFC 8058: one click of the reader's own program
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.body)
    message["Content-Language"] = mail.language  # after the text, which would take it away
    for each in mail.enclosures:
        kind, _, subkind = each.media_type.partition("/")
        message.add_attachment(each.content, kind, subkind, filename=each.name)
    message["Content-Language"] = mail.language  # last: setting the content takes it away
    return message


def _put_down(folder: Path, mail: Ready) -> None:
    """Write the mail under its own name, whole or not at all; one that is there is left alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{mail.id}.eml"
    if file.exists():
        return
    unfinished = folder / f".{mail.id}.part"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with unfinished.open("wb") as target:
        target.write(mail.content)
        target.flush()
        os.fsync(target.fileno())
    unfinished.replace(file)


def _let_in(server: Server) -> smtplib.SMTP:
    """A connection that is ready for mails; raises MailServerAway."""
    try:
        smtp = _connected(server)
    except (OSError, smtplib.SMTPException) as problem:
        raise MailServerAway(_in_short(problem)) from None
    try:
        if server.scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as problem:
        smtp.close()
        raise MailServerAway(_in_short(problem)) from None
    return smtp


def _hand_over(smtp: smtplib.SMTP, mail: Ready) -> None:
    content = _LINE_WITH_DOT.sub(b"..", mail.content)
    try:
        _say(smtp, *smtp.mail(mail.sender))
        for each in mail.to:
            code, words = smtp.rcpt(each)
            _say(smtp, code, words, is_address=_is_no_address(code, words))
        _say(smtp, *smtp.docmd("DATA"), wanted=range(GO_ON, GO_ON + 1))
        # Until its last bytes, a line with a dot alone, have gone nobody has a whole mail.
        smtp.send(content + b".\r\n")
    except (OSError, smtplib.SMTPException) as problem:
        raise MailNotSent(_in_short(problem)) from None
    try:
        code, _ = smtp.getreply()
    except (OSError, smtplib.SMTPException) as problem:
        raise MailInDoubt(f"no reply after the mail was given: {_in_short(problem)}") from None
    if code != TAKEN:
        raise MailNotSent(f"refused: [{code}]", is_lasting=code in FOR_GOOD)


def _say(
    smtp: smtplib.SMTP,
    code: int,
    _words: bytes,
    wanted: range = range(250, 252),
    *,
    is_address: bool = False,
) -> None:
    """Raise MailNotSent unless the server's reply is the one that goes on."""
    if code in wanted:
        return
    with suppress(OSError, smtplib.SMTPException):
        smtp.rset()
    # The server's words may hold the address: only its number goes into a log.
    raise MailNotSent(f"refused: [{code}]", is_lasting=code in FOR_GOOD, is_address=is_address)


def _is_no_address(code: int, words: bytes) -> bool:
    """Whether a server says of a recipient that there is none; a hub it doesn't like is another."""
    status = ENHANCED.match(words)
    return code in NO_SUCH_BOX and is_of_address(status[0].decode() if status else "")


def _in_short(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{type(problem).__name__}: {problem.smtp_code}"
    return type(problem).__name__


def _connected(server: Server) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS)

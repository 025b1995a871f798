"""email, in our words: a mail as bytes, however broken, to what an officer can read."""

import email
import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from itertools import islice

from opendata_hub.adapters.mail.text import text_of_html
from opendata_hub.domain.address import email_address
from opendata_hub.domain.correspondence.incoming import OUR_TOKEN, Bounce, Incoming
from opendata_hub.domain.correspondence.mail import Enclosure
from opendata_hub.domain.errors import BadAddress
from opendata_hub.domain.requests.letter import lines_of, one_line

MOST_PARTS, MOST_ENCLOSURES, LONGEST_TEXT, LONGEST_LINE = 500, 30, 200_000, 500
# What the library raises on headers and bodies that follow no rule; each was seen in the wild.
BROKEN = (
    MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError,
    AssertionError,
)  # fmt: skip
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,900}>")
_MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|ne-?pas-?repondre)\b")
_STATUS = re.compile(r"^\s*status:\s*(\d\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(r"^\s*action:\s*(\w+)", re.IGNORECASE | re.MULTILINE)
_SAYS_FAILED = re.compile(r"(?i)undeliver|not (be )?deliver|delivery.{0,20}fail|non remis|échec")


def read(content: bytes) -> Incoming:
    """The mail; what can't be read of it is left out, and said to be broken. Raises nothing."""
    try:
        message = email.message_from_bytes(content, policy=policy.default)
    except BROKEN:
        return Incoming("", "", "", (), "", "", "", is_broken=True)
    return _Reading(message, content).incoming()


class _Reading:
    """One mail while it is read; remembers whether anything in it was broken."""

    def __init__(self, message: EmailMessage, content: bytes) -> None:
        self.message, self.content, self.is_broken = message, content, False

    def incoming(self) -> Incoming:
        sender_name, sender = self._sender()
        found = _MESSAGE_ID.search(self._header("Message-ID"))
        text, enclosures = self._body()
        return Incoming(
            message_id=found[0] if found else "",
            sender=sender,
            sender_name=sender_name,
            recipients=self._recipients(),
            subject=one_line(self._header("Subject"))[:LONGEST_LINE],
            text=lines_of(text)[:LONGEST_TEXT],
            answers=self._header("References") + " " + self._header("In-Reply-To"),
            is_automatic=self._is_automatic(sender),
            is_from_list=bool(self._header("List-Id") or self._header("List-Post")),
            enclosures=enclosures,
            bounce=self._bounce(sender),
            is_broken=self.is_broken,
        )

    def _header(self, name: str) -> str:
        try:
            return str(self.message.get(name, "")).replace("\r", "").replace("\n", " ")
        except BROKEN:
            self.is_broken = True
            raw = [value for key, value in self.message.raw_items() if key.lower() == name.lower()]
            return str(raw[0]) if raw else ""

    def _sender(self) -> tuple[str, str]:
        """Name and address of who wants the answer."""
        for header in ("Reply-To", "From", "Sender"):
            name, address = parseaddr(self._header(header))
            try:
                return one_line(name)[:LONGEST_LINE], email_address(address)
            except BadAddress:
                continue
        return "", ""

    def _recipients(self) -> tuple[str, ...]:
        told: list[str] = []
        for header in ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"):
            try:
                told += map(str, self.message.get_all(header, []))
            except BROKEN:
                self.is_broken = True
        return tuple(address for _, address in getaddresses(told) if address)[:100]

    def _is_automatic(self, sender: str) -> bool:
        submitted = self._header("Auto-Submitted").partition(";")[0].strip().lower()
        if submitted not in {"", "no"}:  # RFC 3834
            return True
        if self._header("Precedence").strip().lower() in {"bulk", "junk", "auto_reply"}:
            return True
        if self._header("X-Autoreply") or self._header("X-Autorespond"):
            return True
        return self._header("Return-Path").strip() == "<>" or bool(_MACHINES.match(sender))

    def _bounce(self, sender: str) -> Bounce | None:
        """What a server tells of a mail of ours, in the form of RFC 3464 or in its own words."""
        is_report = self.message.get_content_type() == "multipart/report"
        if not is_report and not self._is_automatic(sender):
            return None
        text = self.content.decode("utf-8", "replace").replace("\r\n", "\n")
        own = OUR_TOKEN.findall(text.partition("\n\n")[2])
        if not own:
            return None
        status, action = _STATUS.search(text), _ACTION.search(text)
        if action:
            return Bounce(own[-1], status[1] if status else "", action[1].lower() == "failed")
        if _MACHINES.match(sender) and _SAYS_FAILED.search(text):
            return Bounce(own[-1], status[1] if status else "", is_lasting=True)
        return None

    def _body(self) -> tuple[str, tuple[Enclosure, ...]]:
        plain, html = "", ""
        enclosures: list[Enclosure] = []
        for part in self._leaves():
            name = self._name(part)
            kind = part.get_content_type()
            is_text = kind in {"text/plain", "text/html"} and not _is_attached(part)
            if is_text and kind == "text/plain" and not plain:
                plain = self._text(part)
            elif is_text and kind == "text/html" and not html:
                html = self._text(part)
            elif (name or kind != "text/plain") and not _is_picture_of_text(part):
                if len(enclosures) < MOST_ENCLOSURES:
                    enclosures.append(Enclosure(name or "file", kind, self._bytes(part)))
                else:
                    self.is_broken = True
        try:
            return plain or text_of_html(html), tuple(enclosures)
        except BROKEN:
            self.is_broken = True
            return "", tuple(enclosures)

    def _leaves(self) -> Iterator[EmailMessage]:
        try:
            for part in islice(self.message.walk(), MOST_PARTS):
                if not part.is_multipart() or part.get_content_type() == "message/rfc822":
                    yield part
        except BROKEN:
            self.is_broken = True

    def _name(self, part: EmailMessage) -> str:
        try:
            return part.get_filename("") or ""
        except BROKEN:
            self.is_broken = True
            return "file"

    def _bytes(self, part: EmailMessage) -> bytes:
        try:
            if part.get_content_type() == "message/rfc822":
                return part.as_bytes()
            found = part.get_payload(decode=True)
        except BROKEN:
            self.is_broken = True
            return b""
        return found if isinstance(found, bytes) else b""

    def _text(self, part: EmailMessage) -> str:
        content = self._bytes(part)
        try:
            return content.decode(part.get_content_charset("utf-8"), "replace")
        except BROKEN:
            self.is_broken = True
            return content.decode("utf-8", "replace")


def _is_attached(part: EmailMessage) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except BROKEN:
        return False


def _is_picture_of_text(part: EmailMessage) -> bool:
    """Whether it is a picture that the text shows, such as the logo of a signature."""
    is_picture = part.get_content_maintype() == "image" and "Content-ID" in part
    return is_picture and not _is_attached(part)

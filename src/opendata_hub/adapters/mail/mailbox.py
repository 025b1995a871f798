"""imaplib, in our words: the mails of a folder, each by its number, read without being touched."""

import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import unquote, urlsplit

from opendata_hub.domain.correspondence.incoming import Fetched
from opendata_hub.domain.errors import Invalid, MailboxAway

SECONDS = 30
PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail is fetched from, and as whom. folder: as the server calls it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    @property
    def name(self) -> str:
        """What tells it from other mailboxes; no secret."""
        return f"{self.user}@{self.host}/{self.folder}"


def mailbox_at(url: str) -> Mailbox | None:
    """The mailbox of an address such as imaps://user:password@host/INBOX; None for none.

    Raises Invalid.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid("This is no address of a mailbox") from None
    if parts.scheme not in PORTS or not parts.hostname or not parts.username or parts.query:
        raise Invalid("Give imaps:// or imap+starttls://, then user:password@host:port/FOLDER")
    return Mailbox(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme], unquote(parts.username),
        unquote(parts.password or ""), unquote(parts.path.strip("/")) or "INBOX",
    )  # fmt: skip


class OpenMailbox:
    """A folder that is open now. validity: while it stays, a number is always the same mail."""

    def __init__(self, mailbox: Mailbox, imap: imaplib.IMAP4) -> None:
        self._mailbox, self._imap = mailbox, imap
        _answered(imap.select(_quoted(mailbox.folder)))
        kind, told = imap.response("UIDVALIDITY")
        if not told or not told[0]:
            raise MailboxAway(f"The server does not number its mails ({kind})")
        self.validity = int(told[0])

    def numbers_after(self, uid: int) -> list[int]:
        """The numbers of the mails that came after one, in the order in which they came."""
        return [each for each in self._found("UID", f"{uid + 1}:*") if each > uid]

    def unseen(self) -> list[int]:
        """The numbers of the mails that nobody has opened."""
        return self._found("UNSEEN")

    def since(self, day: date) -> list[int]:
        """The numbers of the mails that came on that day or later."""
        return self._found("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def last(self) -> int:
        """The number of the last mail; 0 where there is none."""
        return max(self._found("ALL"), default=0)

    def fetch(self, uid: int, *, most_bytes: int) -> tuple[Fetched, bytes]:
        """A mail; of one that is larger than ``most_bytes`` only its headers.

        Empty where the server gives nothing of it.
        """
        told = b" ".join(_lines(self._asked("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")))
        size, day = _SIZE.search(told), _DATE.search(told)
        size_bytes = int(size[1]) if size else 0
        part = "BODY.PEEK[HEADER]" if size_bytes > most_bytes else "BODY.PEEK[]"
        # Never more than was said: a server that lies about the size does not fill our memory.
        content = self._content(uid, f"{part}<0.{most_bytes}>")
        # Where it gives nothing, its number tells it from the next one of the kind.
        told_apart = content or f"{self._mailbox.name} {self.validity} {uid}".encode()
        return (
            Fetched(
                self._mailbox.name, self.validity, uid, _instant(day[1] if day else b""),
                size_bytes, hashlib.sha256(told_apart).hexdigest(),
            ),
            content,
        )  # fmt: skip

    def mark_seen(self, uid: int) -> None:
        """Show whoever opens the mailbox elsewhere that it was read here; no harm if it fails."""
        with suppress(MailboxAway):
            self._asked("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _found(self, *criteria: str) -> list[int]:
        told = self._asked("SEARCH", *criteria)
        return sorted(int(word) for line in _lines(told) for word in line.split())

    def _content(self, uid: int, part: str) -> bytes:
        for each in self._asked("FETCH", str(uid), f"({part})"):
            if isinstance(each, tuple):
                return bytes(each[1])
        # Deleted meanwhile, or the server can't tell it: the next one must not wait for it.
        return b""

    def _asked(self, command: str, *words: str) -> Sequence[object]:
        try:
            return _answered(self._imap.uid(command, *words))
        except (OSError, imaplib.IMAP4.error) as problem:
            raise MailboxAway(type(problem).__name__) from None


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[OpenMailbox]:
    """The folder, open; raises MailboxAway, which never repeats what a server says."""
    try:
        imap = _connected(mailbox)
    except (OSError, imaplib.IMAP4.error) as problem:
        raise MailboxAway(type(problem).__name__) from None
    try:
        if mailbox.scheme == "imap+starttls":
            imap.starttls(ssl.create_default_context())
        imap.login(mailbox.user, mailbox.password)
        folder = OpenMailbox(mailbox, imap)
    except (OSError, imaplib.IMAP4.error) as problem:
        _leave(imap)
        raise MailboxAway(type(problem).__name__) from None
    except MailboxAway:
        _leave(imap)
        raise
    # What goes wrong with what was read is no fault of the mailbox.
    try:
        yield folder
    finally:
        _leave(imap)


def _leave(imap: imaplib.IMAP4) -> None:
    with suppress(OSError, imaplib.IMAP4.error):
        imap.logout()


def _connected(mailbox: Mailbox) -> imaplib.IMAP4:
    if mailbox.scheme == "imaps":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=SECONDS)
    return imaplib.IMAP4(mailbox.host, mailbox.port, timeout=SECONDS)


def _answered(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    kind, told = answer
    if kind != "OK":
        raise MailboxAway(f"the server says {kind}")
    return told


def _lines(told: Sequence[object]) -> Iterator[bytes]:
    for each in told:
        if isinstance(each, bytes):
            yield each
        elif isinstance(each, tuple):
            yield from (part for part in each if isinstance(part, bytes))


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _instant(told: bytes) -> datetime:
    """When a server got a mail, ``22-Nov-2026 10:00:00 +0100``; long ago where it does not say."""
    try:
        found = datetime.strptime(told.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return found.astimezone(UTC)

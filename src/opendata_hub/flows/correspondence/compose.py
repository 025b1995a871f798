"""A mail of the outbox in words, at the moment it is sent: only then is read to whom it goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.typeset.days import LongDays
from opendata_hub.adapters.typeset.letters import MEDIA_TYPE
from opendata_hub.domain.address import email_address
from opendata_hub.domain.alerts.mails import AlertMail
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.correspondence import notices, reminders, replies
from opendata_hub.domain.correspondence.mail import Enclosure, Mail
from opendata_hub.domain.correspondence.notices import STILL_DUE, Envelope, MailKind
from opendata_hub.domain.correspondence.reminders import DeskKind
from opendata_hub.domain.correspondence.replies import OfficeKind, Reply, ReplyKind
from opendata_hub.domain.correspondence.tags import HELD_PREFIX, stop_key, tagged
from opendata_hub.domain.errors import BadAddress, IdentityErased, MailNotSent, UnknownLetter
from opendata_hub.domain.people.letter import Letter, LetterKind
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.secret import derived_tracking_code
from opendata_hub.domain.texts import Texts, in_language
from opendata_hub.flows.alerts.tell import composed as alert_mail
from opendata_hub.flows.people.send_link import composed as account_mail
from opendata_hub.flows.requests.read_identity import read_to_address
from opendata_hub.flows.requests.write_letter import Office, receipt
from opendata_hub.store.correspondence import correspondents, incoming
from opendata_hub.store.correspondence import letters as kept_letters
from opendata_hub.store.correspondence.outbox import Waiting
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Case


@dataclass(frozen=True, slots=True)
class Writer:
    """What the hub writes mails with.

    title: of the hub. key: the hub's own, from which links and codes are worked out.
    office: what the authority of a request writes letters with; raises UnknownLetter.
    desk: the address that takes answers; empty where nobody reads any.
    limit_mb: of a mail that is read. timezone: of the body whose hub it is.
    """

    base_url: str
    title: Texts
    key: bytes
    publishers: Mapping[str, Authority]
    files: FileStore
    office: Callable[[Session, InfoRequest], Office]
    laws: Mapping[str, Law]
    timezone: str
    limit_mb: int
    desk: str = ""


def composed(session: Session, mail: Waiting, writer: Writer, *, now: datetime) -> Mail:
    """The mail in words, under the id that it keeps however often it is tried.

    Raises MailNotSent for good where there is nobody to send it to.
    """
    if mail.kind in set(LetterKind):
        return _about_an_account(session, mail, writer)
    if mail.kind in set(AlertMail):
        return alert_mail(
            session, mail, title=writer.title, base_url=writer.base_url, hub_key=writer.key
        )
    if mail.kind in set(ReplyKind):
        return _to_who_wrote(session, mail, writer)
    if mail.kind in set(OfficeKind):
        return _to_an_officer(mail, writer)
    if mail.kind in set(DeskKind):
        return _of_the_desk(mail, writer)
    return _to_who_asked(session, mail, writer, now)


def _about_an_account(session: Session, mail: Waiting, writer: Writer) -> Mail:
    letter = Letter(LetterKind(mail.kind), mail.email, mail.language, mail.link, mail.written_at)
    title, _ = in_language(writer.title, mail.language)
    return account_mail(
        session, letter,
        mail_id=mail.token, title=title, base_url=writer.base_url, hub_key=writer.key,
    )  # fmt: skip


def _to_who_wrote(session: Session, mail: Waiting, writer: Writer) -> Mail:
    """An answer to a mail that came in; to whom stands sealed with it."""
    number = int(mail.said["mail"])
    noted = incoming.get(session, number, EVERYWHERE)
    try:
        content = incoming.content(session, number)
    except IdentityErased:
        raise MailNotSent("the mail was erased", is_lasting=True) from None
    authority = writer.publishers[noted.authority]
    law = writer.laws[authority.law]
    day = noted.received_at.astimezone(ZoneInfo(writer.timezone)).date()
    reply = Reply(
        to=content.sender,
        id=mail.token,
        language=mail.language,
        authority=in_language(authority.name, mail.language)[0],
        day=_told(day, mail.language),
        file_at=f"{writer.base_url}/{mail.language}/authorities/{authority.id}/requests/new",
        reply_to=tagged(writer.desk, f"{HELD_PREFIX}{number}", writer.key) if writer.desk else "",
        in_reply_to=content.message_id,
    )
    if mail.kind == ReplyKind.TOO_LARGE:
        return replies.too_large_mail(reply, limit_mb=writer.limit_mb)
    return replies.incomplete_mail(
        reply,
        law=in_language(law.title, mail.language)[0],
        missing=tuple(mail.said["missing"].split(",")),
    )


def _to_an_officer(mail: Waiting, writer: Writer) -> Mail:
    return replies.office_mail(
        OfficeKind(mail.kind),
        to=mail.email,
        mail_id=mail.token,
        language=mail.language,
        reference=mail.reference,
        address=f"{writer.base_url}/{mail.language}/desk/{mail.reference}",
        hub=in_language(writer.title, mail.language)[0],
    )


def _of_the_desk(mail: Waiting, writer: Writer) -> Mail:
    """A reminder or a digest."""
    language, said = mail.language, mail.said
    desk, hub = f"{writer.base_url}/{language}/desk", in_language(writer.title, language)[0]
    if mail.kind == DeskKind.DIGEST:
        day = _told(date.fromisoformat(said["day"]), language)
        return reminders.digest_mail(
            said, to=mail.email, mail_id=mail.token, language=language, day=day, address=desk,
            hub=hub,
        )  # fmt: skip
    return reminders.reminder_mail(
        to=mail.email, mail_id=mail.token, language=language, reference=mail.reference,
        due=_told(date.fromisoformat(said["due"]), language), days=int(said["days"]),
        address=f"{desk}/{mail.reference}", hub=hub,
    )  # fmt: skip


def _to_who_asked(session: Session, mail: Waiting, writer: Writer, now: datetime) -> Mail:
    case = cases.get(session, mail.reference, EVERYWHERE)
    envelope = _envelope(session, mail, case, writer, now)
    match MailKind(mail.kind):
        case MailKind.RECEIPT:
            return _receipt(session, mail, case, writer, envelope)
        case MailKind.LETTER:
            return _letter(session, mail, writer, envelope)
        case MailKind.MOVED:
            days = (
                _told(date.fromisoformat(mail.said[each]), mail.language)
                for each in ("before", "due")
            )
            before, due_on = days
            return notices.moved_mail(envelope, before=before, due_on=due_on)
        case MailKind.CODE:
            salt = correspondents.code_salt(session, mail.reference)
            return notices.code_mail(envelope, derived_tracking_code(writer.key, salt))
        case MailKind.NOTICE:
            return _notice(mail, case, envelope)


def _envelope(
    session: Session, mail: Waiting, case: Case, writer: Writer, now: datetime
) -> Envelope:
    """Whom it goes to; that this was read is an entry in the journal."""
    reference, language = mail.reference, mail.language
    try:
        asked = read_to_address(session, reference, mail=mail.token, now=now)
    except IdentityErased:
        raise MailNotSent("who asked was erased", is_lasting=True) from None
    # A form takes what looks like an address; a mail goes to one mailbox, and to nobody else.
    try:
        to = email_address(asked.email)
    except BadAddress:
        raise MailNotSent("no address that a mail can go to", is_lasting=True) from None
    stop = f"{writer.base_url}/{language}/notices/{reference}/{stop_key(reference, writer.key)}"
    authority, _ = in_language(writer.publishers[case.request.authority].name, language)
    return Envelope(
        to=to,
        id=mail.token,
        language=language,
        reference=reference,
        authority=authority,
        follow_at=f"{writer.base_url}/{language}/requests/{reference}",
        reply_to=tagged(writer.desk, reference, writer.key) if writer.desk else "",
        in_reply_to=mail.said.get("in_reply_to", ""),
        stop_at=stop if mail.kind in {MailKind.NOTICE, MailKind.MOVED} else "",
    )


def _receipt(
    session: Session, mail: Waiting, case: Case, writer: Writer, envelope: Envelope
) -> Mail:
    salt = correspondents.code_salt(session, mail.reference)
    code = derived_tracking_code(writer.key, salt) if salt else ""
    return notices.receipt_mail(
        envelope,
        received_on=_told(case.request.received_on, mail.language),
        due_on=_told(case.due_on, mail.language),
        code=code,
        enclosed=_typeset_receipt(session, mail, case, writer, code) if code else (),
    )


def _typeset_receipt(
    session: Session, mail: Waiting, case: Case, writer: Writer, code: str
) -> tuple[Enclosure, ...]:
    """The receipt as a letter; none where the law of the request has none."""
    try:
        office = writer.office(session, case.request)
        today = mail.written_at.astimezone(ZoneInfo(office.calendar.timezone)).date()
        pdf = receipt(case.request, office, language=mail.language, tracking_code=code, today=today)
    except UnknownLetter:
        return ()
    return (Enclosure(f"{mail.reference}-receipt-{mail.language}.pdf", MEDIA_TYPE, pdf),)


def _letter(session: Session, mail: Waiting, writer: Writer, envelope: Envelope) -> Mail:
    kept = kept_letters.get(session, mail.reference, mail.letter or 0)
    pdf = writer.files.path(kept.sha256).read_bytes()
    name = f"{mail.reference}-{kept.name}-{kept.language}.pdf"
    return notices.letter_mail(envelope, kept.name, Enclosure(name, MEDIA_TYPE, pdf))


def _notice(mail: Waiting, case: Case, envelope: Envelope) -> Mail:
    act = Act(mail.said["act"])
    return notices.notice_mail(
        envelope,
        act,
        day=_told(date.fromisoformat(mail.said["day"]), mail.language),
        due_on=_told(case.due_on, mail.language) if act in STILL_DUE else "",
    )


def _told(day: date, language: str) -> str:
    return LongDays().long(day, language)

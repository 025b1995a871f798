"""A mail comes in: it becomes a request, belongs to one, or waits for an officer. Never lost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.address import email_address
from opendata_hub.domain.answers.case_file import Origin, safe_name
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.correspondence.incoming import (
    MOST_OF_A_SENDER,
    Bounce,
    Fetched,
    Incoming,
    IncomingState,
    Why,
    content_of,
)
from opendata_hub.domain.correspondence.mail import Enclosure, is_of_address
from opendata_hub.domain.correspondence.model_form import language_of, read_form, sounds_urgent
from opendata_hub.domain.correspondence.notices import MailKind
from opendata_hub.domain.correspondence.replies import OfficeKind, ReplyKind
from opendata_hub.domain.correspondence.tags import HELD_PREFIX, subject_of
from opendata_hub.domain.errors import BadAddress, HubError, Invalid, UnknownRequest
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import TEXT_LENGTH, Channel, Question, Requester
from opendata_hub.domain.requests.law import Law
from opendata_hub.flows.alerts import subscribe
from opendata_hub.flows.requests import notify
from opendata_hub.flows.requests.attach import ExaminedFile, attach, examine
from opendata_hub.flows.requests.file import Receipt, file
from opendata_hub.store import journal
from opendata_hub.store.correspondence import correspondents, incoming, outbox
from opendata_hub.store.correspondence.incoming import KeptFile
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Case

A_DAY = timedelta(days=1)
MOST_REPLIES = 3
"""To one sender in a day: two machines that answer each other end there."""
LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where mail comes in.

    addresses: the hub's own, folded; what comes from there is our own mail.
    publisher: id of the body whose mail it is where no other is named.
    calendar:  of a law, with the closures of an authority.
    """

    key: bytes
    addresses: frozenset[str]
    publishers: Mapping[str, Authority]
    publisher: str
    laws: Mapping[str, Law]
    calendar: Callable[[Session, Law, str], Calendar]


@dataclass(frozen=True, slots=True)
class Looked:
    """A file of a mail after it was looked at. examined: None where it is not taken."""

    kept: KeptFile
    examined: ExaminedFile | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail."""

    number: int
    state: IncomingState
    why: Why
    reference: str = ""


def look_at(files: FileStore, enclosures: Sequence[Enclosure], language: str) -> tuple[Looked, ...]:
    """The files of a mail, examined before any transaction; what is not taken says why."""
    return tuple(_looked(files, each, language) for each in enclosures)


def receive(
    session: Session,
    desk: Desk,
    fetched: Fetched,
    mail: Incoming,
    files: Sequence[Looked],
    *,
    earlier: Sequence[Looked] = (),
    now: datetime,
) -> Taken | None:
    """Keep the mail and do what follows from it; None where the same one came before.

    earlier: files of the mail that waits and that this one completes.
    """
    if incoming.is_known(session, fetched.sha256, mail.message_id, mail.sender):
        return None
    return _Reception(session, desk, fetched, mail, files, now, earlier).taken()


def completes(session: Session, desk: Desk, mail: Incoming, *, to_change: bool = False) -> int:
    """The number of the mail that waits and that this one completes; 0 where there is none."""
    for each in mail.recipients:
        subject = subject_of(each, desk.key)
        if subject.startswith(HELD_PREFIX) and subject[len(HELD_PREFIX) :].isdecimal():
            number = int(subject[len(HELD_PREFIX) :])
            waiting = incoming.get(session, number, EVERYWHERE, to_change=to_change)
            if waiting.state is IncomingState.HELD:
                return number
    return 0


def look_again(store: FileStore, files: Sequence[KeptFile], language: str) -> tuple[Looked, ...]:
    """The files of a mail that waited, examined as if they came now; before any transaction."""
    found = []
    for each in files:
        if each.problem or not each.sha256:
            continue
        try:
            with store.path(each.sha256).open("rb") as stream:
                examined = examine(store, stream, file_name=each.name, language=language)
        except HubError:
            continue
        found.append(Looked(each, examined))
    return tuple(found)


def refuse_large(
    session: Session, desk: Desk, fetched: Fetched, mail: Incoming, *, now: datetime
) -> Taken | None:
    """Keep that a mail was too large to be read, and tell its sender, once."""
    if incoming.is_known(session, fetched.sha256, mail.message_id, mail.sender):
        return None
    reception = _Reception(session, desk, fetched, mail, (), now)
    taken = reception.keep(IncomingState.TOO_LARGE, Why.TOO_LONG)
    if reception.may_reply():
        reception.reply(ReplyKind.TOO_LARGE, taken.number)
    return taken


class _Reception:
    """One mail while it is received."""

    def __init__(
        self,
        session: Session,
        desk: Desk,
        fetched: Fetched,
        mail: Incoming,
        files: Sequence[Looked],
        now: datetime,
        earlier: Sequence[Looked] = (),
    ) -> None:
        self.session, self.desk, self.now = session, desk, now
        self.fetched, self.mail, self.files, self.earlier = fetched, mail, files, earlier
        self.authority = self._authority()
        self.law = desk.laws[self.authority.law]
        self.language = language_of(f"{mail.subject}\n{mail.text}")

    def taken(self) -> Taken:
        """What became of the mail: the first of these that fits."""
        if self.mail.bounce:
            return self._bounced(self.mail.bounce)
        if why := self._nobody_asks():
            return self.keep(IncomingState.IGNORED, why)
        if self._comes_too_often():
            return self.hold(Why.TOO_OFTEN)
        if found := self._case():
            return self._attached(*found)
        if why := self._wants_somebody():
            return self.hold(why)
        return self._filed()

    def _nobody_asks(self) -> Why | None:
        if self._is_own():
            return Why.OWN
        return Why.AUTOMATIC if self.mail.is_automatic else None

    def _wants_somebody(self) -> Why | None:
        """Why only an officer can say what the mail is."""
        mail = self.mail
        # References are public: whoever is not known by a case can't write into it.
        if any(map(self._case_of, mail.references)):
            return Why.BY_SUBJECT
        # The address of a desk may itself be a list: what comes through one is read by somebody.
        if mail.is_from_list:
            return Why.LIST
        if mail.is_broken and not mail.text:
            return Why.BROKEN
        return Why.TOO_LONG if len(mail.text) > TEXT_LENGTH else None

    def keep(self, state: IncomingState, why: Why, reference: str = "") -> Taken:
        """Keep the mail as it stands."""
        number = incoming.add(
            self.session, self.fetched, content_of(self.mail),
            authority=self.authority.id, state=state, why=why, reference=reference,
            language=self.language, is_urgent=sounds_urgent(self.mail.subject, self.mail.text),
            files=[each.kept for each in self.files],
        )  # fmt: skip
        return Taken(number, state, why, reference)

    def may_reply(self) -> bool:
        """Whether an answer by itself can't begin a loop."""
        mail = self.mail
        if not mail.sender or mail.is_automatic or mail.is_from_list or self._is_own():
            return False
        since = self.now - A_DAY
        return incoming.count_of_sender(self.session, mail.sender, since) <= MOST_REPLIES

    def reply(self, kind: ReplyKind, number: int, **said: str) -> None:
        """Write to who wrote the mail; to whom is read when it is sent."""
        outbox.add(
            self.session, kind, language=self.language, said={"mail": str(number), **said},
            now=self.now,
        )  # fmt: skip

    def _authority(self) -> Authority:
        """The body one of whose addresses it was sent to; the hub's own where there is none."""
        wanted = {address.lower() for address in self.mail.recipients}
        for each in self.desk.publishers.values():
            if each.is_active and each.email.lower() in wanted and each.law in self.desk.laws:
                return each
        return self.desk.publishers[self.desk.publisher]

    def _is_own(self) -> bool:
        if self.mail.sender in self.desk.addresses:
            return True
        token = self.mail.message_id.strip("<").partition("@")[0]
        return bool(token) and outbox.by_token(self.session, token) is not None

    def _comes_too_often(self) -> bool:
        if not self.mail.sender:
            return False
        count = incoming.count_of_sender(self.session, self.mail.sender, self.now - A_DAY)
        return count >= MOST_OF_A_SENDER

    def _bounced(self, bounce: Bounce) -> Taken:
        known = outbox.by_token(self.session, bounce.token)
        reference = known.reference if known else ""
        if case := self._case_of(reference):
            self.authority = self.desk.publishers[case.request.authority]
        of_case = reference if case else ""
        taken = self.keep(IncomingState.BOUNCE, Why.DELIVERY, reference=of_case)
        problem = f"not delivered: [{bounce.status or '5.0.0'}]"
        is_new = bounce.is_lasting and outbox.mark_bounced(
            self.session, bounce.token, problem, self.now
        )
        if is_new and is_of_address(bounce.status):
            subscribe.erase_of_mail(self.session, reference)
        # Of a mail to an officer nobody is told: it would go to the same address, and come back.
        if is_new and case and is_new.kind in set(MailKind):
            notify.officers_of(self.session, OfficeKind.BOUNCE, reference, now=self.now)
            self._note(taken)
        return taken

    def _case(self) -> tuple[Case, Why] | None:
        """The case that the mail is about, and how it says so."""
        ways = (
            *((subject_of(each, self.desk.key), Why.BY_TAG) for each in self.mail.recipients),
            *((self._reference_of(token), Why.BY_MESSAGE) for token in self.mail.tokens),
            *((each, Why.BY_SUBJECT) for each in self.mail.references),
        )
        for reference, why in ways:
            if why is Why.BY_SUBJECT and not self._has_filed(reference):
                continue
            if case := self._case_of(reference):
                return case, why
        return None

    def _case_of(self, reference: str) -> Case | None:
        if not reference or reference.startswith(HELD_PREFIX):
            return None
        try:
            return cases.get(self.session, reference, EVERYWHERE)
        except UnknownRequest:
            return None

    def _has_filed(self, reference: str) -> bool:
        sender = self.mail.sender
        return bool(sender) and correspondents.is_of(self.session, reference, sender)

    def _reference_of(self, token: str) -> str:
        known = outbox.by_token(self.session, token)
        return known.reference if known else ""

    def _attached(self, case: Case, why: Why) -> Taken:
        reference = case.request.reference
        self.authority = self.desk.publishers[case.request.authority]
        taken = self.keep(IncomingState.ATTACHED, why, reference)
        notify.officers_of(self.session, OfficeKind.ANSWER, reference, now=self.now)
        attach_all(self.session, case, self.files, now=self.now)
        self._note(taken)
        return taken

    def hold(self, why: Why) -> Taken:
        """Keep the mail for an officer."""
        taken = self.keep(IncomingState.HELD, why)
        self._note(taken)
        return taken

    def _filed(self) -> Taken:
        """File it where it says all that the law wants; otherwise hold it, and say what lacks."""
        first = completes(self.session, self.desk, self.mail, to_change=True)
        read = self._read(first)
        try:
            with self.session.begin_nested():
                receipt = self._file(read, first)
        except HubError as problem:
            taken = self.hold(Why.INCOMPLETE)
            missing = missing_in(*read, self.law)
            if isinstance(problem, Invalid) and missing and self.may_reply():
                self.reply(ReplyKind.INCOMPLETE, taken.number, missing=",".join(missing))
            return taken
        reference = receipt.request.reference
        taken = self.keep(IncomingState.FILED, Why.MODEL_FORM, reference)
        for number in (taken.number, *((first,) if first else ())):
            incoming.settle(
                self.session, number, IncomingState.FILED,
                why=Why.MODEL_FORM, reference=reference, person=None, now=self.now,
            )  # fmt: skip
        self._note(taken)
        return taken

    def _read(self, first: int) -> tuple[Question, Requester]:
        mail = self.mail
        subject, text = mail.subject, mail.text
        read = read_form(
            sender=mail.sender, sender_name=mail.sender_name, subject=subject, text=text
        )
        if first:
            # What was asked stands in the first; the second says who asks.
            before = incoming.content(self.session, first)
            asked = read_form(
                sender=before.sender, sender_name="", subject=before.subject, text=before.text
            )
            read = replace(read, question=asked.question)
        return read.question, read.requester

    def _file(self, read: tuple[Question, Requester], first: int) -> Receipt:
        question, requester = read
        calendar = self.desk.calendar(self.session, self.law, self.authority.id)
        today = day_in(calendar, self.now)
        came = self.fetched.received_at
        if first:
            came = incoming.get(self.session, first, EVERYWHERE).received_at
        receipt = file(
            self.session, question, requester,
            authority=self.authority, law=self.law, calendar=calendar,
            received_on=received_on(calendar, came, today=today), today=today, now=self.now,
            channel=Channel.EMAIL, hub_key=self.desk.key, in_reply_to=self.mail.message_id,
        )  # fmt: skip
        case = cases.get(self.session, receipt.request.reference, EVERYWHERE)
        before = self.earlier if first else ()
        attach_all(self.session, case, [*before, *self.files], now=self.now)
        return receipt

    def _note(self, taken: Taken) -> None:
        journal.append(
            self.session, Kind.MAIL_RECEIVED, taken.reference or f"mail {taken.number}",
            {"mail": str(taken.number), "state": taken.state, "why": taken.why,
             "sha256": self.fetched.sha256},
            authority=self.authority.id, person=None, now=self.now,
        )  # fmt: skip


def attach_all(session: Session, case: Case, files: Sequence[Looked], *, now: datetime) -> None:
    """Let the files belong to the case, as many as it takes; the others stay with the mail."""
    for each in files:
        if each.examined is None:
            continue
        try:
            attach(
                session, case.request, each.examined,
                origin=Origin.REQUESTER, person=None, now=now,
            )  # fmt: skip
        except Invalid:
            return


def missing_in(question: Question, requester: Requester, law: Law) -> tuple[str, ...]:
    """What the law wants and the mail does not say, in the order of the model form."""
    wanted = [name for name in ("name", "email", "address", "id_number") if
              name in law.needed_identity and not getattr(requester, name).strip()]  # fmt: skip
    return (*wanted, *(() if question.subject.strip() else ("subject",)))


def received_on(calendar: Calendar, came: datetime, *, today: date) -> date:
    """The day on which a mail came, by the clock of its server; today where that says none."""
    return today if came < LONG_AGO else min(day_in(calendar, came), today)


def day_in(calendar: Calendar, instant: datetime) -> date:
    """The day it is then, where the calendar is that of."""
    return instant.astimezone(ZoneInfo(calendar.timezone)).date()


def own_addresses(*told: str) -> frozenset[str]:
    """The hub's own addresses, folded; what is none is left out."""
    found = set()
    for each in told:
        try:
            found.add(email_address(each.rpartition("<")[2].strip(" >")))
        except BadAddress:
            continue
    return frozenset(found)


def unread(session: Session, desk: Desk, fetched: Fetched, *, now: datetime) -> Taken | None:
    """Keep a mail that could not be read at all, so that somebody looks into the mailbox."""
    mail = Incoming("", "", "", (), "", "", "", is_broken=True)
    if incoming.is_known(session, fetched.sha256, "", ""):
        return None
    return _Reception(session, desk, fetched, mail, (), now).hold(Why.BROKEN)


def _looked(files: FileStore, enclosure: Enclosure, language: str) -> Looked:
    name = safe_name(enclosure.name)
    kept = KeptFile(name, enclosure.media_type, "", len(enclosure.content), "")
    try:
        examined = examine(
            files, BytesIO(enclosure.content), file_name=enclosure.name, language=language
        )
    except HubError as problem:
        return Looked(replace(kept, problem=f"{problem.code}: {problem}"[:500]), None)
    return Looked(
        replace(kept, media_type=examined.media_type, sha256=examined.stored.sha256), examined
    )

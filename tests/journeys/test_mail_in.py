"""Mail that comes to a desk, from a real IMAP server: filed, attached or held; never twice."""

import base64
import email.policy
import imaplib
import io
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from time import sleep

import pytest
from sqlmodel import select

import build
from mail_servers import imap_server
from opendata_hub import clock, jobs
from opendata_hub.domain.correspondence.incoming import IncomingState, Why
from opendata_hub.domain.correspondence.mail import MailState
from opendata_hub.domain.correspondence.tags import tagged
from opendata_hub.domain.errors import IdentityErased
from opendata_hub.domain.people.roles import OPERATOR, Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.assignment import Assignment
from opendata_hub.domain.requests.info_request import Channel
from opendata_hub.flows.requests.own_act import act_on_own
from opendata_hub.flows.requests.read_identity import read_identity
from opendata_hub.flows.verify import verify
from opendata_hub.settings import Settings
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.correspondence import incoming, outbox
from opendata_hub.store.requests import assignments, cases
from opendata_hub.store.tables import IncomingMailRow
from opendata_hub.web.identities.pages import erase_wanted

pytestmark = pytest.mark.enable_socket
DESK = "demandes@commune.example"
MONDAY = build.NOW.replace(day=23)
FRIDAY = build.NOW.replace(day=20, hour=23, minute=30)
FORM = """السلام عليكم،

الاسم الكامل: شخص خيالي
العنوان: 1، زنقة المثال، المدينة الخيالية
رقم البطاقة الوطنية: XX000000
الموضوع: ميزانية 2026

أطلب نسخة من ملحقات ميزانية الجماعة لسنة 2026.

--
توقيع: لا أهمية له
"""


@pytest.fixture
def box():
    with imap_server() as running:
        yield running


@pytest.fixture
def desk(hub, box, monkeypatch):
    """The hub with a mailbox, on a Monday."""
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    settings = hub.settings.model_copy(
        update={"imap_url": box.url, "desk_address": DESK, "mail_limit_mb": 1}
    )
    opened = replace(hub, settings=settings)
    jobs.fetch_mail(opened)
    return opened


def mail(text=FORM, **headers):
    message = EmailMessage(policy=email.policy.SMTP)
    given = {
        "From": "شخص خيالي <personne@requester.example>", "To": DESK, "Subject": "طلب معلومات",
        "Message-ID": "<1@requester.example>",
    }  # fmt: skip
    chosen = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {**given, **chosen}.items():
        message[name] = value
    message.set_content(text)
    return message


def fetched(desk, box, *messages, at=FRIDAY):
    for each in messages:
        box.deliver(each, at=at)
    return jobs.fetch_mail(desk)


def sent(desk):
    """The mails written into the folder, by address."""
    desk.send_letters(clock.now())
    return [
        email.message_from_bytes(each.read_bytes(), policy=email.policy.default)
        for each in sorted(desk.mailer.folder.glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)
    ]


def case(desk, reference):
    with desk.reading() as session:
        return cases.get(session, reference, EVERYWHERE)


def test_a_mail_that_follows_the_model_form_is_a_request_of_the_day_it_came(desk, box):
    (taken,) = fetched(desk, box, mail())
    assert (taken.state, taken.why) == (IncomingState.FILED, Why.MODEL_FORM)
    filed = case(desk, taken.reference).request
    # 23:30 in UTC is the next day in Casablanca.
    assert (filed.received_on, filed.channel) == (date(2026, 11, 21), Channel.EMAIL)
    assert filed.question.subject == "ميزانية 2026"
    assert filed.question.language == "ar"
    assert filed.question.text == "السلام عليكم،\n\nأطلب نسخة من ملحقات ميزانية الجماعة لسنة 2026."
    with desk.writing() as session:
        asked = read_identity(session, taken.reference, by=OPERATOR, now=MONDAY)
    assert (asked.name, asked.id_number) == ("شخص خيالي", "XX000000")
    assert asked.email == "personne@requester.example"
    (receipt,) = sent(desk)
    assert receipt["In-Reply-To"] == "<1@requester.example>"
    assert taken.reference in receipt["Subject"]
    assert receipt["Reply-To"] == tagged(DESK, taken.reference, desk.key)
    with desk.reading() as session, pytest.raises(IdentityErased):
        incoming.content(session, taken.number)
    assert len(box.seen()) == 1


def test_an_answer_is_attached_to_its_case_by_tag_message_or_subject(desk, box):
    build.person(desk, "agent@hub.example", grants=(Grant(Role.OFFICER, "commune-exemple"),))
    (taken,) = fetched(desk, box, mail())
    (receipt,) = sent(desk)
    answers = [
        mail("Par étiquette", To=receipt["Reply-To"], Message_ID="<2@requester.example>"),
        mail("Par message", In_Reply_To=receipt["Message-ID"], Message_ID="<3@requester.example>"),
        mail("Par objet", Subject=f"RE: {taken.reference.lower()}", Message_ID="<4@x.example>"),
        mail("Rien", Subject="Re: AI-2026-999999", Message_ID="<5@x.example>"),
        mail(
            Subject=f"Re: {taken.reference}", From="x@stranger.example", Message_ID="<6@x.example>"
        ),
    ]
    found = fetched(desk, box, *answers)
    assert [(each.state, each.why) for each in found] == [
        (IncomingState.ATTACHED, Why.BY_TAG), (IncomingState.ATTACHED, Why.BY_MESSAGE),
        (IncomingState.ATTACHED, Why.BY_SUBJECT), (IncomingState.HELD, Why.INCOMPLETE),
        (IncomingState.HELD, Why.BY_SUBJECT),
    ]  # fmt: skip
    with desk.reading() as session:
        kept = incoming.of_request(session, taken.reference)
        assert [incoming.content(session, each.id).text for each in kept] == [
            "Par étiquette", "Par message", "Par objet",
        ]  # fmt: skip
    told = [each for each in sent(desk) if each["To"] == "agent@hub.example"]
    assert len(told) == 1, "three messages in an hour are told once"
    assert taken.reference in told[0]["Subject"]


def test_a_mail_that_lacks_what_the_law_wants_is_held_and_completed_by_an_answer(desk, box):
    bare = mail(
        "Bonjour, je voudrais le budget.", From="personne@requester.example", Subject="Budget"
    )
    bare.add_attachment("commune,montant\nFictive,100\n", "csv", filename="premier.csv")
    (held,) = fetched(desk, box, bare)
    assert (held.state, held.why) == (IncomingState.HELD, Why.INCOMPLETE)
    (reply,) = sent(desk)
    assert reply["To"] == "personne@requester.example"
    assert reply["In-Reply-To"] == "<1@requester.example>"
    words = reply.get_body().get_content()
    assert "Nom et prénom :" in words
    assert "Numéro de la carte nationale :" in words
    assert "/fr/authorities/commune-exemple/requests/new" in words
    completed = mail(
        "Nom et prénom : Personne Fictive\nAdresse : 1, rue de l’Exemple\nCIN : XX000000\n\n"
        "> Nom et prénom :",
        To=reply["Reply-To"], Subject=reply["Subject"], Message_ID="<2@requester.example>",
    )  # fmt: skip
    completed.add_attachment("commune,montant\nRêvée,200\n", "csv", filename="second.csv")
    (filed,) = fetched(desk, box, completed, at=MONDAY)
    assert filed.state is IncomingState.FILED
    request = case(desk, filed.reference).request
    assert request.received_on == date(2026, 11, 21)
    assert (request.question.subject, request.question.text) == (
        "Budget", "Bonjour, je voudrais le budget.",
    )  # fmt: skip
    with desk.reading() as session:
        first = incoming.get(session, held.number, EVERYWHERE)
        attached = case_files.of_request(session, filed.reference)
    assert (first.state, first.reference) == (IncomingState.FILED, filed.reference)
    assert [each.name for each in attached] == ["premier.csv", "second.csv"]


def test_machines_lists_and_our_own_mail_start_nothing(desk, box):
    (taken,) = fetched(desk, box, mail())
    (receipt,) = sent(desk)
    found = fetched(
        desk, box,
        mail(Auto_Submitted="auto-replied", To=receipt["Reply-To"], Message_ID="<2@x.example>"),
        mail(Precedence="bulk", Message_ID="<3@x.example>"),
        mail(From=DESK, Message_ID="<4@x.example>"),
        mail(Message_ID=receipt["Message-ID"]),
        mail(List_Id="<l.example>", Message_ID="<6@x.example>"),
    )  # fmt: skip
    assert [(each.state, each.why) for each in found] == [
        (IncomingState.IGNORED, Why.AUTOMATIC), (IncomingState.IGNORED, Why.AUTOMATIC),
        (IncomingState.IGNORED, Why.OWN), (IncomingState.IGNORED, Why.OWN),
        (IncomingState.HELD, Why.LIST),
    ]  # fmt: skip
    assert len(sent(desk)) == 1
    assert taken.reference


def test_the_same_mail_is_taken_once_however_often_it_comes(desk, box):
    again = mail(Received="from elsewhere")
    assert len(fetched(desk, box, mail(), mail(), again)) == 1
    other = mail(From="autre@requester.example")
    assert len(fetched(desk, box, other)) == 1, "another's mail under the same id is its own"


def test_whoever_writes_too_often_is_held_and_not_answered(desk, box):
    bare = [
        mail("Budget ?", From="x@requester.example", Message_ID=f"<{n}@x.example>")
        for n in range(24)
    ]
    found = fetched(desk, box, *bare, at=MONDAY)
    assert {each.state for each in found} == {IncomingState.HELD}
    assert [each.why for each in found].count(Why.TOO_OFTEN) == 4
    assert len(sent(desk)) == 3


def test_whoever_files_too_often_is_held_and_marked_for_a_day_only(desk, box, monkeypatch):
    many = [mail(f"{FORM}\n{n}", Message_ID=f"<{n}@x.example>") for n in range(22)]
    found = fetched(desk, box, *many, at=MONDAY)
    assert [each.state for each in found].count(IncomingState.FILED) == 20
    assert [each.why for each in found[20:]] == [Why.TOO_OFTEN] * 2
    monkeypatch.setattr(clock, "now", lambda: MONDAY + timedelta(days=1, seconds=1))
    jobs.forget_mail(desk)
    with desk.reading() as session:
        marks = [row.sender_mark for row in session.exec(select(IncomingMailRow)).all()]
    assert (marks.count(""), len(set(marks))) == (20, 2), "those who wait are counted still"


def test_whoever_writes_too_often_to_a_case_is_held_and_officers_are_not_told(desk, box):
    fetched(desk, box, mail())
    (receipt,) = sent(desk)
    more = [
        mail(f"Encore {n}", To=receipt["Reply-To"], Message_ID=f"<more{n}@x.example>")
        for n in range(21)
    ]
    found = fetched(desk, box, *more, at=MONDAY)
    assert [each.why for each in found].count(Why.BY_TAG) == 20
    assert (found[-1].state, found[-1].why) == (IncomingState.HELD, Why.TOO_OFTEN)


def test_a_mail_that_is_too_large_is_not_read_and_its_sender_is_told_once(desk, box):
    large = mail("x" * 70 + "\n" + ("y" * 70 + "\n") * 20_000)
    (taken,) = fetched(desk, box, large)
    assert taken.state is IncomingState.TOO_LARGE
    assert fetched(desk, box, large) == []
    (reply,) = sent(desk)
    assert "1" in reply.get_body().get_content()
    with desk.reading() as session:
        assert incoming.content(session, taken.number).text == ""


def test_a_mail_with_an_attachment_of_40_megabytes_is_told_that_it_is_too_large(desk, box):
    usual = Settings(home=desk.settings.home).mail_limit_mb
    settings = desk.settings.model_copy(update={"mail_limit_mb": usual})
    as_shipped = replace(desk, settings=settings)
    message = mail()
    message.add_attachment(b"%PDF here", "application", "pdf", filename="plan.pdf")
    packed, line = base64.b64encode(b"%PDF here"), b"A" * 76 + b"\r\n"
    large = message.as_bytes().replace(packed, line * (40_000_000 // 57))
    assert len(large) > 53_000_000
    box.deliver(large, at=MONDAY)
    (taken,) = jobs.fetch_mail(as_shipped)
    assert taken.state is IncomingState.TOO_LARGE
    (reply,) = sent(as_shipped)
    assert f"{usual} " in reply.get_body().get_content()


def test_a_text_of_200_000_letters_waits_for_somebody(desk, box):
    (taken,) = fetched(desk, box, mail(FORM + "mot " * 50_000))
    assert (taken.state, taken.why) == (IncomingState.HELD, Why.TOO_LONG)


def test_files_belong_to_the_case_and_what_lies_about_itself_does_not(desk, box):
    message = mail()
    table = "commune,montant\nFictive,100\n"
    message.add_attachment(table, "csv", filename="../../budget\u202e.csv")
    message.add_attachment(b"MZ\x90\x00 this is a program", "application", "pdf", filename="a.pdf")
    message.add_attachment(b"MZ", "application", "octet-stream", filename="b.exe")
    (taken,) = fetched(desk, box, message)
    assert taken.state is IncomingState.FILED
    with desk.reading() as session:
        kept = incoming.files_of(session, taken.number)
        attached = case_files.of_request(session, taken.reference)
    assert [each.name for each in kept] == ["budget.csv", "a.pdf", "b.exe"]
    assert [bool(each.problem) for each in kept] == [False, True, True]
    assert [bool(each.sha256) for each in kept] == [True, False, False]
    assert [(each.name, each.media_type) for each in attached] == [("budget.csv", "text/csv")]
    assert desk.files.path(attached[0].sha256).read_bytes().decode().splitlines() == (
        table.splitlines()
    )


def bounce(message_id):
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: hub@hub.example\r\nSubject: Undelivered\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {message_id}\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_marks_the_mail_and_tells_the_officers(desk, box):
    build.person(desk, "agent@hub.example", grants=(Grant(Role.OFFICER, "commune-exemple"),))
    build.person(desk, "ailleurs@hub.example", grants=(Grant(Role.OFFICER, "another-body"),))
    (taken,) = fetched(desk, box, mail())
    (receipt,) = sent(desk)
    (came,) = fetched(desk, box, bounce(receipt["Message-ID"]))
    assert (came.state, came.reference) == (IncomingState.BOUNCE, taken.reference)
    with desk.reading() as session:
        (first, *_) = outbox.of_request(session, taken.reference)
    assert first.stamps.state(MONDAY) is MailState.BOUNCED
    assert first.problem == "not delivered: [5.1.1]"
    assert [each["To"] for each in sent(desk)[1:]] == ["agent@hub.example"]
    again = bounce(receipt["Message-ID"]).replace(b"Undelivered", b"Undelivered again")
    fetched(desk, box, again)
    assert len(sent(desk)) == 2


def test_a_bounce_of_a_mail_to_an_officer_writes_no_mail(desk, box):
    build.person(desk, "gone@hub.example", grants=(Grant(Role.OFFICER, "commune-exemple"),))
    fetched(desk, box, mail())
    (receipt,) = sent(desk)
    fetched(desk, box, bounce(receipt["Message-ID"]))
    (_, told) = sent(desk)
    fetched(desk, box, bounce(told["Message-ID"]))
    assert len(sent(desk)) == 2, "or it would bounce again, and so without end"


def test_a_bounce_tells_the_officer_of_the_case_wherever_the_report_was_sent(desk, box):
    other = build.authority("commune-nord", email="nord@commune-nord.example")
    served = replace(build.with_authorities(desk, other), settings=desk.settings)
    build.person(desk, "ici@hub.example", grants=(Grant(Role.OFFICER, "commune-exemple"),))
    for name in ("nord", "nord-aussi"):
        grants = (Grant(Role.OFFICER, "commune-nord"),)
        last = build.person(desk, f"{name}@hub.example", grants=grants)
    (taken,) = fetched(served, box, mail(To="nord@commune-nord.example"))
    (receipt,) = sent(served)
    with desk.writing() as session:
        asked = assignments.locked(session, [taken.reference], EVERYWHERE)
        given = Assignment("", last, None)
        assignments.add(session, asked, given, by=None, now=MONDAY)
    (came,) = fetched(served, box, bounce(receipt["Message-ID"]))
    assert [each["To"] for each in sent(served)[1:]] == ["nord-aussi@hub.example"]
    with desk.reading() as session:
        assert incoming.get_any(session, came.number).authority == "commune-nord"


def test_a_process_that_dies_between_mails_loses_nothing_and_files_nothing_twice(
    desk, box, monkeypatch
):
    for number in range(4):
        box.deliver(mail(Message_ID=f"<{number}@requester.example>"), at=FRIDAY)
    move = incoming.move

    def dies(session, mailbox, *, validity, uid, today):
        if died.append(uid) or len(died) == 2:
            raise KeyboardInterrupt
        move(session, mailbox, validity=validity, uid=uid, today=today)

    died = []
    with monkeypatch.context() as patched:
        patched.setattr(incoming, "move", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.fetch_mail(desk)
    assert len(jobs.fetch_mail(desk)) == 2
    with desk.reading() as session:
        found = cases.queue(session, cases.Queue(), EVERYWHERE, most=99)
    assert len(found) == 4


FETCHING = """
from opendata_hub import bootstrap, jobs
from opendata_hub.flows.verify import verify
from opendata_hub.settings import Settings
jobs.fetch_mail(bootstrap.open_hub(Settings(), base_url="http://hub.example"))
"""


def test_a_process_that_is_killed_while_it_reads_files_each_mail_once(desk, box):
    """Slow: whole processes are started, and killed at moments nobody has chosen."""
    for number in range(20):
        box.deliver(mail(Message_ID=f"<{number}@requester.example>"), at=FRIDAY)
    environment = {
        **os.environ, "OPENDATA_HUB_HOME": str(desk.settings.home),
        "OPENDATA_HUB_IMAP_URL": box.url,
    }  # fmt: skip
    moments = random.Random(7)  # noqa: S311  (no secret)
    for _ in range(2):
        so_far = filed_in(desk)
        child = subprocess.Popen([sys.executable, "-c", FETCHING], env=environment)
        while child.poll() is None and filed_in(desk) == so_far:
            sleep(0.01)
        sleep(moments.uniform(0, 0.1))
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert 0 < filed_in(desk) < 20
    jobs.fetch_mail(desk)
    assert filed_in(desk) == 20
    with desk.reading() as session:
        assert not verify(session).faults


def filed_in(desk):
    with desk.reading() as session:
        return len(cases.queue(session, cases.Queue(), EVERYWHERE, most=99))


def test_a_mail_that_breaks_our_own_code_is_kept_and_the_next_is_read(desk, box, monkeypatch):
    def broken(content):
        if b"poison" in content:
            raise ZeroDivisionError
        return read(content)

    read = jobs.reading.read
    monkeypatch.setattr(jobs.reading, "read", broken)
    found = fetched(desk, box, b"Subject: poison\r\n\r\nx", mail())
    assert [(each.state, each.why) for each in found] == [
        (IncomingState.HELD, Why.BROKEN), (IncomingState.FILED, Why.MODEL_FORM),
    ]  # fmt: skip


def test_a_fault_that_passes_loses_no_word_of_a_mail(desk, box, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    box.deliver(mail(), at=FRIDAY)
    with monkeypatch.context() as patched:
        patched.setattr(jobs.receiving, "look_at", full)
        with pytest.raises(OSError, match="No space"):
            jobs.fetch_mail(desk)
    (taken,) = jobs.fetch_mail(desk)
    assert taken.state is IncomingState.FILED


def test_a_mail_of_which_the_server_gives_nothing_waits_and_the_next_is_read(
    desk, box, monkeypatch
):
    def silent(imap, command, *words):
        if command == "FETCH" and words[0] != last and "BODY" in words[1]:
            return "OK", [None]
        return uid(imap, command, *words)

    uid = imaplib.IMAP4.uid
    for number in range(3):
        box.deliver(mail(Message_ID=f"<{number}@requester.example>"), at=FRIDAY)
    with box.logged_in() as imap:
        last = imap.uid("SEARCH", "ALL")[1][0].split()[-1].decode()
    monkeypatch.setattr(imaplib.IMAP4, "uid", silent)
    assert [(each.state, each.why) for each in jobs.fetch_mail(desk)] == [
        (IncomingState.HELD, Why.BROKEN), (IncomingState.HELD, Why.BROKEN),
        (IncomingState.FILED, Why.MODEL_FORM),
    ]  # fmt: skip
    assert jobs.fetch_mail(desk) == []


def test_the_first_look_takes_what_nobody_has_opened(hub, box, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    box.deliver(mail(Message_ID="<old@x.example>"), at=FRIDAY, flags=r"(\Seen)")
    box.deliver(mail(), at=FRIDAY)
    first = replace(hub, settings=hub.settings.model_copy(update={"imap_url": box.url}))
    assert len(jobs.fetch_mail(first)) == 1
    assert jobs.fetch_mail(first) == []
    assert len(jobs.fetch_mail(first, is_all=True)) == 1


def test_a_mailbox_that_was_made_anew_is_read_again_without_filing_twice(desk, box):
    box.deliver(mail(), at=MONDAY)
    jobs.fetch_mail(desk)
    with desk.writing() as session:
        name = next(iter(session.connection().exec_driver_sql("SELECT name FROM mailbox")))[0]
        incoming.move(session, name, validity=1, uid=9999, today=MONDAY.date())
    fresh = fetched(desk, box, mail(Message_ID="<new@requester.example>"), at=MONDAY)
    assert len(fresh) == 1
    with desk.reading() as session:
        assert incoming.cursor(session, name).validity != 1


def test_a_mailbox_that_is_away_is_tried_again(desk, caplog):
    settings = desk.settings.model_copy(update={"imap_url": "imap://desk:secret@127.0.0.1:1/INBOX"})
    assert jobs.poll_mailbox(replace(desk, settings=settings)) == 0
    assert "secret" not in caplog.text
    assert "can't be read" in caplog.text
    assert jobs.poll_mailbox(desk) == 0
    assert jobs.fetch_mail(replace(desk, settings=Settings(home=desk.settings.home))) == []


def with_table(message, text):
    message.add_attachment(text, "csv", filename="passeport.csv")
    return message


def lying(hub, session, number):
    """Where the files of a mail lie."""
    return [hub.files.path(each.sha256) for each in incoming.files_of(session, number)]


def test_what_was_ignored_is_erased_after_a_while_with_its_files(desk, box, monkeypatch):
    own, shared = "a,b\n1,2\n", "c,d\n3,4\n"
    (_, ignored) = fetched(
        desk, box,
        with_table(mail(), shared),
        with_table(with_table(mail(Precedence="bulk", Message_ID="<2@x.example>"), own), shared),
        at=MONDAY,
    )  # fmt: skip
    with desk.reading() as session:
        alone, used = lying(desk, session, ignored.number)
    assert jobs.forget_mail(desk) == 0
    monkeypatch.setattr(clock, "now", lambda: MONDAY + timedelta(days=91))
    assert jobs.forget_mail(desk) == 1
    with desk.reading() as session:
        with pytest.raises(IdentityErased):
            incoming.content(session, ignored.number)
        assert {each.name for each in incoming.files_of(session, ignored.number)} == {""}
    assert (alone.is_file(), used.is_file()) == (False, True)
    assert jobs.forget_mail(desk) == 0


def test_who_is_erased_is_in_no_file_of_a_mail_nor_of_the_folder(desk, box):
    message = mail()
    for number in range(12):
        with_table(message, f"a,b\n{number},2\n")
    (taken,) = fetched(desk, box, message)
    assert len(sent(desk)) == 1
    with desk.reading() as session:
        files = lying(desk, session, taken.number)
        assert len(case_files.of_request(session, taken.reference)) < len(set(files)) == 12
    request, law = case(desk, taken.reference).request, desk.laws["ma/31-13"]
    with desk.writing() as session:
        act_on_own(
            session, request, Act.WITHDRAW,
            after=1, words="", law=law, calendar=desk.calendar_of(law),
            today=MONDAY.date(), now=MONDAY,
        )  # fmt: skip
    erase_wanted(desk, OPERATOR, taken.reference, "Retrait")
    assert [each for each in files if each.exists()] == []
    assert sent(desk) == []


def test_a_sender_is_nowhere_in_the_clear(desk, box):
    fetched(desk, box, mail("Budget ?", From="Rare <rare-name@requester.example>"))
    database = desk.settings.home / "hub.sqlite3"
    kept = database.read_bytes() + database.with_name("hub.sqlite3-wal").read_bytes()
    assert b"rare-name" not in kept
    assert io.BytesIO(kept).read(1)

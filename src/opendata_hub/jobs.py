"""What is done by itself, and when. ``schedule`` has it done."""

import errno
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from opendata_hub import clock
from opendata_hub.adapters.mail import reading
from opendata_hub.adapters.mail.mailbox import OpenMailbox, mailbox_at, opened
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.correspondence.incoming import Fetched
from opendata_hub.domain.errors import HarvestRunning, HubError, MailboxAway, UnknownDraft
from opendata_hub.domain.harvest.run import Run, RunState
from opendata_hub.domain.link import LinkState
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.register.table import FAMILY
from opendata_hub.flows.alerts import match as matching
from opendata_hub.flows.alerts import subscribe as subscribing
from opendata_hub.flows.alerts import tell as telling
from opendata_hub.flows.alerts.subscribe import Forgotten
from opendata_hub.flows.catalog import check_links as links_flow
from opendata_hub.flows.catalog.serving import rows as serving
from opendata_hub.flows.catalog.serving.index import bring_up_to_date
from opendata_hub.flows.catalog.submit import submit
from opendata_hub.flows.ckan import give_up
from opendata_hub.flows.ckan.show import made_behind, shown_in
from opendata_hub.flows.correspondence import receive as receiving
from opendata_hub.flows.correspondence import remind
from opendata_hub.flows.correspondence import tell_moved as moving
from opendata_hub.flows.correspondence.receive import Taken
from opendata_hub.flows.filing import once
from opendata_hub.flows.harvest.run import AS_USUAL, House, Wish, harvest
from opendata_hub.flows.identities.erase import erase_batch
from opendata_hub.flows.publishing import prepare
from opendata_hub.flows.register import publish as register
from opendata_hub.flows.requests.announce import warn_of_end
from opendata_hub.store import datasets, links, submissions
from opendata_hub.store.alerts import news
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.answers import stored
from opendata_hub.store.ckan import packages
from opendata_hub.store.correspondence import incoming, officers, outbox
from opendata_hub.store.filing import once as filings
from opendata_hub.store.harvest import sources
from opendata_hub.store.people import attempts, sessions
from opendata_hub.store.portal import row_reports
from opendata_hub.store.publishing import drafts, uploads

log = logging.getLogger(__name__)
FILES_WAIT_FOR, FILES_AT_ONCE = timedelta(days=1), 500
COMPARISONS_KEPT = timedelta(days=7)
PACKAGES_AT_ONCE, PACKAGES_IN_A_COMMIT = 2_000, 100
SUBMISSIONS_KEPT_FOR, SUBMISSIONS_AT_ONCE = timedelta(days=7), 200
ROW_REPORTS_KEPT_FOR = timedelta(days=90)
MAIL_KEPT_FOR = timedelta(days=90)
TOLD_KEPT_FOR, TOLD_AT_ONCE = timedelta(days=365), 50
"""How long alerts know what they told of; datasets, and alerts, in one transaction."""
SENDERS_COUNTED_FOR = timedelta(days=1)
PASSING = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ENOMEM, errno.EMFILE, errno.ENFILE,
     errno.EAGAIN}
)  # fmt: skip
"""Faults of a machine that somebody mends."""


def check_calendars(hub: Hub) -> list[str]:
    """Warn of the calendars that run out within 90 days; returns their jurisdictions."""
    ending = []
    for code, calendar in hub.calendars.items():
        today = clock.today(calendar.timezone)
        with hub.writing() as session:
            if warn_of_end(session, calendar, today=today, now=clock.now()):
                ending.append(code)
    if ending:
        log.warning("lists of holidays run out within 90 days: %s", ", ".join(ending))
    return ending


def check_search(hub: Hub) -> None:
    """Make search equal to what is published, datasets counted."""
    with hub.reading() as session:
        bring_up_to_date(session, hub.frame, hub.search)


def follow_changes(hub: Hub) -> None:
    """Index what another machine, or a process that ended too early, has published."""
    hub.index_changes()


def keep_packages(hub: Hub, *, most: int | None = PACKAGES_AT_ONCE) -> int:
    """Make ready what clients of CKAN ask for, of what has changed; returns how many packages.

    most: so many at once, that readers are not held up; None for all that are to be made.
    """
    kept = 0
    while most is None or kept < most:
        with hub.reading() as session:
            shown = shown_in(session, hub.frame)
            made = made_behind(session, shown, most=PACKAGES_IN_A_COMMIT)
        if not made:
            break
        with hub.writing() as session:
            packages.save(session, made)
        kept += len(made)
    return kept


def send_letters(hub: Hub) -> int:
    """Send the mails that are due: those another process left, and those to be tried again."""
    return hub.send_letters(clock.now())


def fetch_mail(hub: Hub, *, is_all: bool = False) -> list[Taken]:
    """Take in the mail that has come to the desk since the last look; returns what became of it.

    The first look takes what nobody has opened; ``is_all``: everything that lies there. How far it
    has come is committed with each mail: what is cut off is done again, and what is done is not.
    Raises MailboxAway.
    """
    mailbox = mailbox_at(hub.settings.imap_url)
    if mailbox is None:
        return []
    with opened(mailbox) as folder:
        with hub.reading() as session:
            cursor = incoming.cursor(session, mailbox.name)
        if cursor and cursor.validity == folder.validity and not is_all:
            return _take_in(hub, folder, folder.numbers_after(cursor.last_uid), is_in_order=True)
        last = folder.last()
        numbers = folder.unseen() if cursor is None else folder.since(cursor.began_on)
        taken = _take_in(hub, folder, folder.numbers_after(0) if is_all else numbers)
        with hub.writing() as session:
            incoming.move(
                session, mailbox.name,
                validity=folder.validity, uid=last, today=clock.today(hub.timezone),
            )  # fmt: skip
        return taken


def _take_in(
    hub: Hub, folder: OpenMailbox, numbers: Sequence[int], *, is_in_order: bool = False
) -> list[Taken]:
    """Each of the mails, in a transaction of its own.

    is_in_order: they follow what was taken before, so that the next look begins behind each.
    """
    found = []
    for uid in numbers:
        fetched, content = folder.fetch(uid, most_bytes=hub.settings.mail_limit_mb * 1_000_000)
        taken = _take(hub, fetched, content)
        if is_in_order:
            with hub.writing() as session:
                incoming.move(
                    session, fetched.mailbox,
                    validity=fetched.validity, uid=uid, today=clock.today(hub.timezone),
                )  # fmt: skip
        folder.mark_seen(uid)
        if taken:
            found.append(taken)
    return found


def _take(hub: Hub, fetched: Fetched, content: bytes) -> Taken | None:
    """One mail. One that nothing of ours can read is kept as such: the others must not wait.

    What is no fault of the mail is raised: it is read again, whole, at the next minute.
    """
    now, desk = clock.now(), hub.desk
    if not content:
        with hub.writing() as session:
            return receiving.unread(session, desk, fetched, now=now)
    try:
        mail = reading.read(content)
        if fetched.size_bytes > hub.settings.mail_limit_mb * 1_000_000:
            with hub.writing() as session:
                return receiving.refuse_large(session, desk, fetched, mail, now=now)
        with hub.reading() as session:
            first = receiving.completes(session, desk, mail)
            kept = incoming.files_of(session, first) if first else []
        files = receiving.look_at(hub.files, mail.enclosures, "fr")
        earlier = receiving.look_again(hub.files, kept, "fr")
        with hub.writing() as session:
            return receiving.receive(session, desk, fetched, mail, files, earlier=earlier, now=now)
    except Exception as problem:
        if _passes(problem):
            raise
        log.exception("mail %s of %s could not be read", fetched.uid, fetched.mailbox)
        with hub.writing() as session:
            return receiving.unread(session, desk, fetched, now=now)


def _passes(problem: Exception) -> bool:
    """Whether the database or the machine is at fault, and the same mail can be read later."""
    if isinstance(problem, OperationalError):
        return True
    return isinstance(problem, OSError) and problem.errno in PASSING


def poll_mailbox(hub: Hub) -> int:
    """Take in new mail; a mailbox that is away is tried again at the next minute."""
    try:
        taken = fetch_mail(hub)
    except MailboxAway as problem:
        log.warning("the mailbox of the desk can't be read: %s", problem)
        return 0
    return len(taken)


def tell_moved(hub: Hub) -> int:
    """Tell who asked of the last days that have moved, a batch in each transaction."""
    told = 0
    while True:
        with hub.writing() as session:
            count = moving.tell_moved(session, clock.now())
        told += count
        if count < moving.BATCH:
            return told


def remind_officers(hub: Hub) -> int:
    """Write the reminders of requests that are due, a batch in each transaction; returns how many.

    Each once: whoever runs it twice, or a day late, writes none again.
    """
    now, after, count = clock.now(), None, 0
    while True:
        with hub.writing() as session:
            after, written = remind.remind(
                session, hub.rounds(now), after=after, day=clock.today(hub.timezone), now=now
            )
        count += written
        if after is None:
            return count


def send_digests(hub: Hub) -> int:
    """Write each officer's digest of today where there is something in it; returns how many."""
    today, count = clock.today(hub.timezone), 0
    with hub.reading() as session:
        everyone = officers.everyone(session)
        calendar = hub.rounds(clock.now()).calendar(session, hub.frame.site.publisher)
    for each in everyone:
        with hub.writing() as session:
            count += remind.send_digest(session, each, calendar, today=today, now=clock.now())
    return count


def forget_mail(hub: Hub) -> int:
    """Erase what mails said that became no request, after 90 days; returns how many.

    By whom those were sent that were filed is known for a day, so long as senders are counted.
    """
    with hub.writing() as session:
        incoming.forget_senders(session, clock.now() - SENDERS_COUNTED_FOR)
        left = incoming.erase_before(session, clock.now() - MAIL_KEPT_FOR)
        files = left.files - case_files.in_use(session, left.files)
        replies = outbox.tokens_of_replies(session, left.numbers)
    if left.numbers or files:
        hub.forget_files(files, mails=replies)
    return len(left.numbers)


def give_up_drafts(hub: Hub) -> int:
    """Give up what clients of CKAN began and nobody touched for 90 days; returns how many."""
    given_up = 0
    while True:
        with hub.writing() as session:
            count = give_up.give_up(session, now=clock.now())
        given_up += count
        if count < give_up.AT_ONCE:
            return given_up


def forget_submissions(hub: Hub) -> int:
    """Erase files that were handed in and are neither published nor in a draft, after 7 days.

    Returns how many. Their bytes go with the next sweep.
    """
    now, erased = clock.now(), 0
    while True:
        with hub.writing() as session:
            count = submissions.erase_unused(
                session, now - SUBMISSIONS_KEPT_FOR, now, most=SUBMISSIONS_AT_ONCE
            )
        erased += count
        if count < SUBMISSIONS_AT_ONCE:
            break
    if erased:
        log.warning("%s files that were handed in and not published were erased", erased)
        hub.forget_files(())
    return erased


def forget_row_reports(hub: Hub) -> int:
    """Erase the words of readers' reports on rows, after 90 days; returns of how many.

    Those of what is settled were erased then, but for what earlier versions kept.
    """
    with hub.writing() as session:
        erased = row_reports.erase_words(session, clock.now() - ROW_REPORTS_KEPT_FOR)
    if erased:
        hub.forget_files(())
    return erased


def tell_alerts(hub: Hub) -> int:
    """Write to those who follow what has changed, at most once a day; returns how many mails.

    Whoever stops it loses nothing, and the next run goes on; whoever runs it twice tells nobody
    twice. Of whom tables speak is noted first, and what is a natural person's is not told of.
    """
    while hub.index_entities():
        pass
    _forget(hub, subscribing.forget_persons)
    while _match_changes(hub):
        pass
    now, count = clock.now(), 0
    after: int | None = 0
    while after is not None:
        with hub.writing() as session:
            after, written = telling.tell(session, after=after, now=now)
        count += written
    return count


def _match_changes(hub: Hub) -> bool:
    """Note who is to be told of some changes; whether there may be more."""
    with hub.reading() as session:
        matched = matching.match(session, hub.frame, now=clock.now())
    if matched is None:
        return False
    after: int | None = 0
    while after is not None:
        with hub.writing() as session:
            after = matching.keep(session, matched, after=after)
    return True


def forget_alerts(hub: Hub) -> int:
    """Erase the addresses of alerts that nobody confirmed, after 7 days; returns how many.

    What alerts told of a year ago is forgotten as well.
    """
    while _forget_told(hub):
        pass
    return _forget(hub, lambda session: subscribing.forget_unconfirmed(session, now=clock.now()))


def _forget_told(hub: Hub) -> int:
    with hub.writing() as session:
        return news.forget_told(session, clock.now() - TOLD_KEPT_FOR, most=TOLD_AT_ONCE)


def _forget(hub: Hub, batch: Callable[[Session], Forgotten]) -> int:
    """Erase alerts with their mails batch by batch; returns how many."""
    erased = 0
    while True:
        with hub.writing() as session:
            done = batch(session)
        if done.count:
            hub.forget_files((), mails=done.mails)
        erased += done.count
        if done.count < subscribing.FORGOTTEN_AT_ONCE:
            return erased


def forget_sessions(hub: Hub) -> int:
    """Delete the sessions that are over, and failed sign-ins of long ago; returns how many."""
    now = clock.now()
    with hub.writing() as session:
        return sessions.forget_ended(session, now) + attempts.forget(session, now)


def erase_identities(hub: Hub) -> int:
    """Erase who filed requests that have served, by the classes of their laws; returns how many.

    Each batch is whole by itself: whoever stops it loses nothing, and the next run goes on.
    """
    now, erased = clock.now(), 0
    for law in hub.laws.values():
        today = clock.today(hub.calendar_of(law).timezone)
        for kept in law.retention:
            after: int | None = 0
            while after is not None:
                with hub.writing() as session:
                    done = erase_batch(session, law, kept, today=today, after=after, now=now)
                if done.references:
                    hub.forget_files(done.files, mails=done.mails)
                erased, after = erased + len(done.references), done.last
    if erased:
        log.warning("%s identities of requesters have served and were erased", erased)
    return erased


def sweep_files(hub: Hub) -> int:
    """Drop the stored files that no row refers to, a day after they came; returns how many.

    Of what was refused, and of what a process that was killed left behind its commit. A day: what
    is put is read, and only then remembered. Files that come in pieces are waited for as long.
    """
    before = clock.now() - FILES_WAIT_FOR
    with hub.writing() as session:
        uploads.forget(session, clock.now())
    swept = hub.files.drop_unfinished(before)
    waiting = hub.files.older(before)
    while batch := list(islice(waiting, FILES_AT_ONCE)):
        with hub.reading() as session:
            kept = stored.referred(session, batch)
        swept += sum(hub.files.drop_older(each, before) for each in batch if each not in kept)
    if swept:
        log.warning("%s stored files that nothing refers to are gone", swept)
    return swept


def sweep_rows(hub: Hub) -> int:
    """Drop what was made of rows that are no longer published, after a day; returns how many files.

    Tables as Parquet, previews and comparisons are copies: what is erased must not live on in them.
    Comparisons are dropped after a week in any case.
    """
    with hub.reading() as session:
        wanted = serving.kept_digests(session, hub.frame)
    now = clock.now()
    return hub.rows.sweep(wanted, now - FILES_WAIT_FOR, now - COMPARISONS_KEPT)


def forget_filings(hub: Hub) -> int:
    """Forget what told one filing from the next, after a day; returns how many."""
    with hub.writing() as session:
        return filings.forget(session, clock.now() - once.REMEMBERED)


def check_links(hub: Hub, *, slug: str = "") -> list[LinkState]:
    """Look at the addresses that are due, or at all of one dataset; returns what is known now.

    Each look is kept as it comes: nobody waits for a transaction that waits for a server.
    Raises UnknownDataset.
    """
    now = clock.now()
    with hub.reading() as session:
        if slug:
            found = links_flow.of_dataset(session, hub.frame, datasets.get(session, slug))
            urls = [link.url for link in found if not link.is_own]
        else:
            used = links_flow.elsewhere(session, hub.frame)
            urls = links_flow.due(session, used, now=now, most=links_flow.MOST_IN_A_RUN)
    states = []
    for check in links_flow.look(hub.fetcher, urls, now=now):
        with hub.writing() as session:
            states.append(links.remember(session, check))
    if not slug:
        with hub.writing() as session:
            links.forget_all_but(session, used)
    if failing := sum(not state.is_reachable for state in states):
        log.warning("%s of %s addresses in records do not answer", failing, len(states))
    return states


def house(hub: Hub) -> House:
    """What the reading of a source needs of the hub."""
    return House(hub.frame, hub.fetcher, hub.reading, hub.writing, clock.now)


def harvest_source(hub: Hub, source_id: str, wish: Wish = AS_USUAL) -> Iterator[Run]:
    """Read a source; gives how far it is after each page, and finds what came at the end."""
    try:
        yield from harvest(house(hub), source_id, wish)
    finally:
        hub.index_changes()


def harvest_due(hub: Hub) -> list[Run]:
    """Read the sources that are due, one after another; returns how each run ended."""
    with hub.reading() as session:
        waiting = sources.due(session, clock.now())
    return [run for source in waiting if (run := _read_due(hub, source.id))]


def read_source(hub: Hub, source: str) -> Run | None:
    """Read a source if it is still due; returns how that ended, None where somebody else reads."""
    with hub.reading() as session:
        is_due = any(each.id == source for each in sources.due(session, clock.now()))
    return _read_due(hub, source) if is_due else None


def _read_due(hub: Hub, source: str) -> Run | None:
    try:
        *_, last = harvest_source(hub, source)
    except HarvestRunning:  # somebody reads it by hand; it stays due
        return None
    if last.state is not RunState.DONE:
        log.warning("source %s: %s (%s)", source, last.state, last.code)
    return last


def publish_registers(hub: Hub, *, authority: str = "", again: bool = False) -> list[Dataset]:
    """Publish the registers that have changed, of every body or of one; returns the datasets.

    What stops one body is logged and does not stop the next; of one body alone it is raised.
    again: whether a register that was withdrawn comes back; by itself none does.
    """
    bodies = [hub.authority(authority)] if authority else hub.frame.site.publishers.values()
    published = []
    for body in bodies:
        try:
            if made := _publish_register(hub, body, again=again):
                published.append(made)
        except HubError as problem:
            if authority:
                raise
            log.warning("the register of %s is not published: %s", body.id, problem)
    if published:
        hub.index_changes()
    return published


def _publish_register(hub: Hub, body: Authority, *, again: bool) -> Dataset | None:
    today, limit = clock.today(hub.timezone), hub.settings.upload_limit_bytes
    examined = register.examine_register(
        hub.reading, hub.files, hub.frame, body, limit_bytes=limit, today=today, again=again
    )
    if examined is None:
        return None
    family, now = hub.family(FAMILY), clock.now()
    # Two transactions: the report on a register that breaks a rule is kept all the same.
    with hub.writing() as session:
        submission = submit(session, examined, family, authority=body.id, by=OPERATOR, now=now)
    with hub.writing() as session:
        return register.publish_register(
            session, hub.frame, submission, body, again=again, by=OPERATOR, now=now
        )


DAILY: tuple[tuple[int, Callable[[Hub], object]], ...] = (
    (3, check_links),
    (4, check_search),
    (5, check_calendars),
    (1, publish_registers),
    (2, forget_sessions),
    (2, forget_filings),
    (2, give_up_drafts),
    (2, forget_mail),
    (2, forget_submissions),
    (2, forget_row_reports),
    (2, forget_alerts),
    (1, erase_identities),
    (3, sweep_files),
    (3, sweep_rows),
    (6, remind_officers),
    (6, send_digests),
    (7, tell_alerts),
)
"""Hour of the day (UTC) and what is done then."""


def publish_scheduled(hub: Hub) -> list[str]:
    """Publish what stewards have scheduled for today or before; returns the addresses.

    Each in a transaction of its own: what can't be published waits for its steward, with the
    reason, and holds up no other. Where the machine is at fault it is tried again.
    """
    published = []
    today = clock.today(hub.timezone)
    with hub.reading() as session:
        numbers = drafts.due(session, today)
    for number in numbers:
        try:
            with hub.writing() as session:
                slug = prepare.send_due(session, hub.frame, number, today=today, now=clock.now())
        except HubError as problem:
            log.warning("draft %s was not published on its day: %s", number, problem.code)
            _note_not_published(hub, number, problem.code, today)
        except Exception as problem:
            log.exception("draft %s could not be published on its day", number)
            if not _passes(problem):
                _note_not_published(hub, number, "internal-error", today)
        else:
            published += [slug] if slug else []
    if published:
        hub.index_changes()
    return published


def _note_not_published(hub: Hub, number: int, code: str, today: date) -> None:
    """Note it on the draft; one that was thrown away meanwhile needs no note."""
    with suppress(UnknownDraft), hub.writing() as session:
        prepare.note_problem(session, number, code, today=today, now=clock.now())


EVERY_MINUTE: tuple[Callable[[Hub], object], ...] = (
    keep_packages, harvest_due, poll_mailbox, tell_moved, send_letters, publish_scheduled,
)  # fmt: skip

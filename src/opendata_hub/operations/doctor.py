"""Examines a hub, and says what to do about what it finds. It changes nothing.

First what a hub needs to be opened at all; only where that is sound, the rest.
"""

import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from opendata_hub import bootstrap, clock
from opendata_hub.adapters.bucket import bucket_at
from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.mail.mailbox import mailbox_at, opened
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import BucketUnreachable, HubError, MailboxAway, MailServerAway
from opendata_hub.domain.operations.finding import Finding
from opendata_hub.domain.operations.job_run import JobRun, Outcome
from opendata_hub.domain.operations.standing import Queue, Standing
from opendata_hub.flows.catalog.serving import index
from opendata_hub.flows.requests.announce import LISTS_RUN_OUT_DAYS
from opendata_hub.operations import schedule
from opendata_hub.settings import Settings
from opendata_hub.store import engine as engines
from opendata_hub.store import migrate
from opendata_hub.store.operations import readiness
from opendata_hub.store.operations.standing import standing
from opendata_hub.store.operations.turns import Turns

LONGEST_WAIT = timedelta(minutes=15)
LONGEST_DELAY = timedelta(minutes=30)
LONGEST_SKEW = timedelta(minutes=1)
NEEDED = frozenset({"home", "database", "migrations"})
LEAST_FREE_BYTES, LEAST_FREE_SHARE, MUCH_FREE_BYTES = 1_000_000_000, 0.05, 10_000_000_000
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def examine(settings: Settings) -> list[Finding]:
    """What is found in the hub that the settings describe, part by part."""
    found = [*_what_it_stands_on(settings)]
    if any(each.part in NEEDED and each.code != "fine" for each in found):
        return found
    try:
        hub = bootstrap.open_hub(settings)
    except HubError as problem:
        advice = "mend what is named; `docs/errors.md` explains the code"
        return [*found, Finding("hub", "hub-broken", f"{problem.code}: {problem}", advice)]
    try:
        return [*found, *_of_hub(hub)]
    finally:
        hub.engine.dispose()


def _what_it_stands_on(settings: Settings) -> Iterator[Finding]:
    """The database, its migrations, the folder; nothing is made that is not there."""
    file = engines.file_of(settings.database)
    if not settings.home.is_dir() or (file is not None and not file.is_file()):
        advice = "start one with `opendata-hub serve` or `demo`, or set OPENDATA_HUB_HOME"
        yield Finding("home", "no-hub", f"there is no hub in {settings.home}", advice)
        return
    yield Finding("home", "fine", str(settings.home))
    yield from _of_database(settings)
    yield _of_files(FileStore(settings.home / "files", bucket_at(settings.files_url)))
    yield _of_disk(settings.home)
    yield from _of_rights(settings.home, file)
    yield _of_address(settings.base_url)


def _of_database(settings: Settings) -> Iterator[Finding]:
    database = engines.open_engine(settings.database)
    try:
        reading = partial(engines.reading, database)
        if not readiness.answers(reading):
            advice = "is it running, and is OPENDATA_HUB_DATABASE_URL right? The log says more"
            yield Finding("database", "database-away", "the database does not answer", advice)
            return
        yield Finding("database", "fine", f"{database.dialect.name} answers")
        with reading() as session:
            yield _of_migrations(migrate.revisions(session.connection()))
            known_at = readiness.told_time(session)
    finally:
        database.dispose()
    yield _of_clock(known_at)


def _of_migrations(there: frozenset[str]) -> Finding:
    if there == migrate.heads():
        return Finding("migrations", "fine", f"at {', '.join(sorted(there))}")
    needed = ", ".join(migrate.heads())
    said = f"at {', '.join(sorted(there)) or 'none'}; this version needs {needed}"
    if there <= migrate.known():
        advice = "back up, then run `opendata-hub migrate`"
        return Finding("migrations", "migrations-behind", said, advice)
    advice = "a newer version has been here: run that one, or restore the backup made before it"
    return Finding("migrations", "migrations-ahead", said, advice)


def _of_clock(known_at: datetime | None) -> Finding:
    """Whether the clock is behind what the database knows to have happened."""
    ahead = known_at - clock.now() if known_at else timedelta()
    if ahead <= LONGEST_SKEW:
        return Finding("clock", "fine", f"{clock.now():%Y-%m-%d %H:%M} UTC")
    said = f"the database knows of {known_at:%Y-%m-%d %H:%M} UTC, and here it is earlier"
    return Finding("clock", "clock-behind", said, "set the clock by NTP before anybody files")


def _of_files(files: FileStore) -> Finding:
    try:
        files.try_writing()
    except OSError as problem:
        advice = f"let the account of the hub write into {files.folder}"
        return Finding("files", "files-not-writable", problem.strerror or str(problem), advice)
    except BucketUnreachable as problem:
        advice = "is OPENDATA_HUB_FILES_URL right, and may its key put?"
        return Finding("files", "files-not-writable", str(problem), advice)
    return Finding("files", "fine", "can be written")


def _of_disk(home: Path) -> Finding:
    usage = shutil.disk_usage(home)
    said = f"{usage.free / 1e9:.1f} GB of {usage.total / 1e9:.1f} GB are free"
    # Five percent of a large disk is no emergency.
    least = min(max(LEAST_FREE_BYTES, LEAST_FREE_SHARE * usage.total), MUCH_FREE_BYTES)
    if usage.free >= least:
        return Finding("disk", "fine", said)
    return Finding("disk", "disk-low", said, "make room: a full disk stops filing and publishing")


def _of_rights(home: Path, database: Path | None) -> Iterator[Finding]:
    """Whether others on the machine can read what is secret, or what is kept."""
    key = home / bootstrap.KEY_FILE
    if key.is_file() and key.stat().st_mode & FOR_OTHERS:
        yield Finding("secrets", "secret-readable", f"others can read {key}", f"chmod 600 {key}")
    else:
        yield Finding("secrets", "fine", "nobody else can read the key of the hub")
    is_open = home.stat().st_mode & stat.S_IRWXO
    if database and is_open and database.stat().st_mode & stat.S_IRWXO:
        said = f"every account of this machine can read {database}"
        yield Finding("secrets", "home-readable", said, f"chmod 700 {home}")


def _of_address(base_url: str) -> Finding:
    host = urlsplit(base_url).hostname or ""
    if not base_url.startswith("http://") or bootstrap.is_loopback(host):
        return Finding("address", "fine", base_url or "the one that `serve` listens on")
    said = f"{base_url}: passwords and tracking codes travel without TLS"
    return Finding("address", "address-plain", said, "put a proxy with TLS in front; see deploy/")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A hub and what was read of it."""

    hub: Hub
    standing: Standing
    jobs: Iterable[JobRun]
    now: datetime


def _of_hub(hub: Hub) -> Iterator[Finding]:
    now = clock.now()
    with hub.reading() as session:
        found = standing(session, today=clock.today(hub.timezone), now=now)
    seen = _Seen(hub, found, schedule.known(hub, Turns(hub.engine)).values(), now)
    for part, look in PARTS.items():
        wrong = [Finding(part, *each) for each in look(seen)]
        yield from wrong or [Finding(part, "fine", "")]


Told = tuple[str, str, str]
"""Code, what was found, advice."""


def _jobs(seen: _Seen) -> Iterator[Told]:
    runs = [each for each in seen.jobs if each.began_at]
    if not runs:
        yield "jobs-never", "no job has ever run", "start `opendata-hub serve`, or `jobs`"
        return
    late = [each.name for each in seen.jobs if seen.now - each.due_at > LONGEST_DELAY]
    if late:
        advice = "is `opendata-hub serve` or `jobs` running? See its log"
        yield "jobs-late", f"due for half an hour: {', '.join(late)}", advice
    for each in runs:
        if each.outcome is Outcome.FAILED:
            advice = f"see the log, then try `opendata-hub jobs run {each.name}`"
            yield "job-failed", f"{each.name} failed at {each.ended_at}: {each.problem}", advice
        if each.outcome is Outcome.INTERRUPTED:
            said = f"{each.name} began at {each.began_at}, and its process ended first"
            yield "job-interrupted", said, "it is tried again by itself"


def _queues(seen: _Seen) -> Iterator[Told]:
    for queue in (Queue.MAIL, Queue.NOTICES):
        waiting = seen.standing.queues[queue]
        if waiting.age_seconds(seen.now) > LONGEST_WAIT.total_seconds():
            said = f"{queue}: {waiting.depth} due, the oldest since {waiting.since}"
            yield "queue-lags", said, "`opendata-hub jobs list` says whether its job runs"
    work = seen.standing.work
    late = [lane for lane, since in work.since.items() if seen.now - since > LONGEST_WAIT]
    if late:
        advice = "is `opendata-hub serve`, `jobs` or `worker` running? See its log"
        yield "work-lags", f"nobody begins what is due: {', '.join(late)}", advice
    if work.given_up:
        said = f"{work.given_up} tasks failed each time and were given up"
        yield "work-given-up", said, "`opendata-hub queue list`, then `queue again NUMBER`"


def _mail(seen: _Seen) -> Iterator[Told]:
    hub, found = seen.hub, seen.standing
    if hub.mailer.server is None:
        advice = "set OPENDATA_HUB_SMTP_URL before anybody relies on mail"
        yield "mail-not-set", f"mails are written into {hub.mailer.folder}", advice
    try:
        with hub.mailer.opened():
            pass
    except MailServerAway as problem:
        yield "mail-server-away", str(problem), "is OPENDATA_HUB_SMTP_URL right? Mail waits"
    if found.mails_failed:
        said = f"{found.mails_failed} mails were given up"
        yield "mail-failed", said, "`opendata-hub mail list`, then `mail settle NUMBER`"
    if found.mails_in_doubt:
        said = f"of {found.mails_in_doubt} mails nobody knows whether the server has them"
        yield "mail-in-doubt", said, "ask the server, then `opendata-hub mail settle NUMBER`"


def _mailbox(seen: _Seen) -> Iterator[Told]:
    mailbox = mailbox_at(seen.hub.settings.imap_url)
    if mailbox is None:
        return
    try:
        with opened(mailbox):
            pass
    except MailboxAway as problem:
        yield "mailbox-away", str(problem), "is OPENDATA_HUB_IMAP_URL right? Answers wait there"


def _search(seen: _Seen) -> Iterator[Told]:
    with seen.hub.reading() as session:
        if index.is_current(session, seen.hub.frame, seen.hub.search):
            return
    if not seen.hub.search.was_ever_made():
        yield "search-never", "search was never made ready", "`opendata-hub serve` does it"
        return
    said = "search does not hold everything that is published"
    yield "search-behind", said, "wait a minute; if it stays so, `opendata-hub search rebuild`"


def _calendars(seen: _Seen) -> Iterator[Told]:
    for code, calendar in seen.hub.calendars.items():
        end = calendar.last_known_day()
        if (end - clock.today(calendar.timezone)).days <= LISTS_RUN_OUT_DAYS:
            advice = f"add requests/{code}/holidays/{end.year + 1}.csv: deadlines can't be counted"
            yield "calendar-runs-out", f"{code}: no days off are known after {end}", advice


PARTS: dict[str, Callable[[_Seen], Iterator[Told]]] = {
    "jobs": _jobs,
    "queues": _queues,
    "mail": _mail,
    "mailbox": _mailbox,
    "search": _search,
    "calendars": _calendars,
}

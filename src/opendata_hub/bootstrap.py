"""Builds the parts once: settings, declarations, database, files, index of search."""

import logging
import os
import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from opendata_hub.adapters.bucket import bucket_at
from opendata_hub.adapters.fetch import Fetcher
from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.mail.sending import Mailer, server_at
from opendata_hub.adapters.people.passwords import Passwords
from opendata_hub.adapters.people.provider import Client, Provider
from opendata_hub.adapters.people.vault import AesVault
from opendata_hub.adapters.queue import queue_at
from opendata_hub.adapters.rows.store import RowStore
from opendata_hub.adapters.search import SearchIndex
from opendata_hub.adapters.sparql.endpoint import Endpoint
from opendata_hub.domain.authority import Authority, require_apart
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.ocds.codes import Codes
from opendata_hub.domain.catalog.territory import Gazetteer
from opendata_hub.domain.correspondence.mail import Mail, Rank, due_again
from opendata_hub.domain.errors import (
    DemoPasswords,
    IdentityUnreadable,
    Invalid,
    MailInDoubt,
    MailNotSent,
    MailServerAway,
    PackBroken,
    UnknownFamily,
    UnknownLaw,
    UnknownLetter,
)
from opendata_hub.domain.identities.vault import Vault
from opendata_hub.domain.people.roles import Role
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.letter import Letters, Sender
from opendata_hub.domain.secret import derived
from opendata_hub.flows.alerts import subscribe
from opendata_hub.flows.catalog.serving import index
from opendata_hub.flows.correspondence.compose import Writer, composed
from opendata_hub.flows.correspondence.receive import Desk, own_addresses
from opendata_hub.flows.correspondence.remind import Rounds
from opendata_hub.flows.portal.house import House
from opendata_hub.flows.requests.announce import current
from opendata_hub.flows.requests.write_letter import Office
from opendata_hub.packs.documents import load_kinds
from opendata_hub.packs.families import load_families
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.laws import law_names, load_calendar, load_law
from opendata_hub.packs.letters import load_letters
from opendata_hub.packs.ocds import load_ocds
from opendata_hub.packs.portal import load_codes, load_shelves
from opendata_hub.packs.site import load_site
from opendata_hub.packs.territories import load_territories
from opendata_hub.packs.vocabularies import load_vocabularies
from opendata_hub.settings import Settings
from opendata_hub.store import datasets, engine, info_requests, migrate
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.correspondence.outbox import Waiting
from opendata_hub.store.identities import requesters
from opendata_hub.store.people import authorities, credentials
from opendata_hub.store.queue.waiting import Queue, TableQueue
from opendata_hub.store.register import entries

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
ADDRESS_FILE = "address"
log = logging.getLogger(__name__)
DEMO_FILE = "demo"
KEY_FILE = "secret.key"
KEY_BYTES = 32
MOST_LETTERS = 200
"""In one go: whoever has many to send does not hold up what else is due."""


@dataclass(frozen=True, slots=True)
class Hub:
    """All the parts of a running hub.

    laws, calendars: every declared law by name, every calendar by jurisdiction.
    territories: every list of territories, by its name.
    ocds: how the codes of purchase tables are told in OCDS.
    authorities: the version of those in the store that the frame was made with.
    provider: of identities; None where none is set.
    key: the hub's own, from which links, second factors and tokens of forms are worked out.
    letters: those of each law that has any. logo: of the authority, for its letters.
    queue: where work waits that follows from what is committed.
    """

    settings: Settings
    frame: Frame
    laws: Mapping[str, Law]
    calendars: Mapping[str, Calendar]
    territories: Mapping[str, Gazetteer]
    ocds: Codes
    engine: Engine
    files: FileStore
    letters: Mapping[str, Letters]
    logo: str | None
    search: SearchIndex
    fetcher: Fetcher
    sparql: Endpoint
    rows: RowStore
    passwords: Passwords
    mailer: Mailer
    provider: Provider | None
    key: bytes = field(repr=False)
    authorities: int
    queue: Queue

    def current(self) -> "Hub":
        """This hub with its authorities as they are now; itself while none has changed.

        Another process may have made one: a number is read, and all of them when it has moved.
        """
        with self.reading() as session:
            version = authorities.version(session)
            if version == self.authorities:
                return self
            kept = authorities.everyone(session)
        return replace(self, frame=self.frame.with_authorities(kept), authorities=version)

    def authority(self, name: str = "") -> Authority:
        """The authority of that id, or the hub's own body; raises UnknownPublisher."""
        return self.frame.site.publisher_named(name or self.frame.site.publisher)

    def reading(self) -> AbstractContextManager[Session]:
        """A session that changes nothing and waits for nobody."""
        return engine.reading(self.engine)

    def writing(self) -> AbstractContextManager[Session]:
        """A session that is committed once, at the end, or not at all."""
        return engine.writing(self.engine)

    def forget_files(self, digests: Collection[str], *, mails: Collection[str] = ()) -> None:
        """Let bytes be gone, after the commit of what erased them; SQLite's log with them.

        mails: tokens of those that lie as files in the folder, where no mail server is set.
        """
        for digest in digests:
            self.files.drop(digest)
        self.mailer.forget(mails)
        engine.forget_erased(self.engine)

    def index_changes(self) -> None:
        """Bring search and the index of entities up to date, after the commit of a change."""
        self.index_for_search()
        self.index_entities()

    def index_entities(self) -> int:
        """Note of whom newly published tables speak; returns how many were looked through.

        As with search, what fails here is logged and done later.
        """
        from opendata_hub.flows.portal import index_entities

        try:
            return index_entities.bring_up_to_date(self.current().house)
        except Exception as problem:  # noqa: BLE001  (what was committed stands, and is answered so)
            log.warning("of whom tables speak is not up to date: %s", type(problem).__name__)
            return 0

    @property
    def house(self) -> House:
        """What the portal needs of this hub to look through tables."""
        return House(self.frame, self.files, self.rows, self.reading, self.writing)

    def index_for_search(self) -> None:
        """Bring search up to date.

        A publication stands without it: what fails here is logged, and done at the next change,
        the next minute or the next start.
        """
        try:
            frame = self.current().frame
            with self.reading() as session:
                if index.is_current(session, frame, self.search):
                    return
            with self.reading() as session:
                index.bring_up_to_date(session, frame, self.search)
        except Exception as problem:  # noqa: BLE001  (what was committed stands, and is answered so)
            log.warning("search is not up to date: %s", type(problem).__name__)

    def send_letters(self, now: datetime, *, ranks: Sequence[Rank] = tuple(Rank)) -> int:
        """Send the mails that are due, after the commit of what they tell; returns how many.

        ranks: only of these. What fails is noted and tried again; nothing here stops who called.
        """
        sent = 0
        for _ in range(MOST_LETTERS):
            with self.writing() as session:
                mail = outbox.claim(session, now, ranks=ranks)
            if mail is None:
                break
            try:
                sent += self._send(mail, now)
            except MailServerAway as problem:
                self._note_failure(mail, problem, now)
                break
            except (MailNotSent, OSError) as problem:
                self._note_failure(mail, problem, now)
        return sent

    def _send(self, mail: Waiting, now: datetime) -> bool:
        """Send a mail that was claimed; False where nobody knows, or somebody else has it."""
        with self.mailer.opened() as post:
            with self.writing() as session:
                ready = post.prepared(self._composed(session, mail, now), now=now)
                # From here on a process that is killed leaves it in doubt, not to be sent twice.
                is_ours = self.mailer.is_repeatable or outbox.begin_handing_over(session, mail, now)
            if not is_ours:
                return False
            try:
                post.send(ready)
            except MailInDoubt as problem:
                log.warning("mail %s is in doubt: %s", mail.id, problem)
                with self.writing() as session:
                    outbox.mark_doubtful(session, mail.id, str(problem))
                return False
        with self.writing() as session:
            outbox.mark_sent(session, mail.id, now)
        return True

    def _composed(self, session: Session, mail: Waiting, now: datetime) -> Mail:
        """The mail in words. What is wrong with one mail fails that one: the others must go on."""
        try:
            return composed(session, mail, self._writer, now=now)
        except (MailNotSent, OSError, SQLAlchemyError):
            raise
        except IdentityUnreadable as problem:  # a key that is missing can be put back
            raise MailNotSent(problem.code) from None
        except Exception as problem:
            log.exception("mail %s can't be written", mail.id)
            raise MailNotSent(
                f"can't be written: {type(problem).__name__}", is_lasting=True
            ) from None

    def _note_failure(self, mail: Waiting, problem: MailNotSent | OSError, now: datetime) -> None:
        is_lasting = isinstance(problem, MailNotSent) and problem.is_lasting
        is_away = isinstance(problem, MailServerAway)
        due_at = None if is_lasting else due_again(mail.attempts + 1, now, is_server_away=is_away)
        log.warning("mail %s was not sent: %s", mail.id, problem)
        with self.writing() as session:
            outbox.mark_failed(session, mail, str(problem), due_at=due_at, now=now)
            # Nobody writes each day to an address that takes no mail, nor keeps it.
            if isinstance(problem, MailNotSent) and problem.is_address:
                subscribe.erase_of_mail(session, mail.reference)

    @property
    def _writer(self) -> Writer:
        site = self.frame.site
        return Writer(
            self.frame.base_url, site.title, self.key, site.publishers, self.files, self.office,
            self.laws, self.timezone, self.settings.mail_limit_mb, self.settings.desk_address,
        )  # fmt: skip

    def rounds(self, now: datetime) -> Rounds:
        """By what officers are reminded at that moment."""

        def calendar(session: Session, authority: str) -> Calendar:
            law = self.law_named(self.authority(authority).law)
            return current(session, self.calendar_of(law), authority=authority)

        def today(calendar: Calendar) -> date:
            return now.astimezone(ZoneInfo(calendar.timezone)).date()

        return Rounds(self.frame.site.reminders, calendar, today)

    @property
    def desk(self) -> Desk:
        """Where mail comes in."""
        site = self.frame.site

        def calendar(session: Session, law: Law, authority: str) -> Calendar:
            return current(session, self.calendar_of(law), authority=authority)

        return Desk(
            key=self.key,
            addresses=own_addresses(self.mailer.sender, self.settings.desk_address),
            publishers=site.publishers,
            publisher=site.publisher,
            laws={name: law for name, law in self.laws.items() if law.takes_requests},
            calendar=calendar,
        )

    def office(self, session: Session, request: InfoRequest, officer: str = "") -> Office:
        """What the authority of the request writes with; raises UnknownLetter without letters."""
        law = self.law_named(request.law)
        publisher = self.frame.site.publishers[request.authority]
        return Office(
            letters=self.letters_under(law),
            law=law,
            calendar=current(session, self.calendar_of(law), authority=request.authority),
            sender=Sender(publisher.name, officer, (publisher.email, publisher.homepage)),
            follow_at=f"{self.frame.base_url}/{{language}}/requests",
            logo=self.logo,
        )

    @property
    def is_sparql_on(self) -> bool:
        """Whether questions in SPARQL are answered: where it is set, or in a demo."""
        if self.settings.sparql is None:
            return (self.settings.home / DEMO_FILE).is_file()
        return self.settings.sparql

    @property
    def guarded_roles(self) -> frozenset[Role]:
        """The roles that a session opens only after a second factor."""
        return self.settings.guarded_roles

    def family(self, name: str) -> Family:
        """The family of that name; raises UnknownFamily, which lists those there are."""
        return family_named(self.frame.families, name)

    def table(self, name: str) -> Family:
        """The same for a family of tables: documents have no columns."""
        return family_named(self.frame.tables, name)

    def calendar_of(self, law: Law) -> Calendar:
        """The working days of the jurisdiction whose law it is."""
        return self.calendars[law.name.partition("/")[0]]

    def require_calendar(self, authority: Authority, jurisdiction: str) -> None:
        """Raise Invalid unless the authority works by the calendar of that jurisdiction."""
        own = self.calendar_of(self.law_named(authority.law)).jurisdiction
        if own != jurisdiction:
            raise Invalid(f"authority: {authority.id} works by the calendar of {own}")

    @property
    def timezone(self) -> str:
        """The IANA time zone of the authority whose hub it is."""
        return self.calendar_of(self.laws[self.frame.site.law]).timezone

    def calendar_named(self, jurisdiction: str) -> Calendar:
        """The declared calendar of a jurisdiction; raises UnknownLaw, which lists those known."""
        if jurisdiction in self.calendars:
            return self.calendars[jurisdiction]
        known = ", ".join(sorted(self.calendars))
        raise UnknownLaw(f"No jurisdiction {jurisdiction[:20]!r} here; known: {known}")

    def law_named(self, name: str) -> Law:
        """The law of that name; raises UnknownLaw, which lists those there are."""
        if name in self.laws:
            return self.laws[name]
        raise UnknownLaw(f"No law {name[:60]!r} here; known: {', '.join(sorted(self.laws))}")

    @property
    def request_laws(self) -> frozenset[str]:
        """The names of the laws under which information is requested."""
        return frozenset(name for name, law in self.laws.items() if law.takes_requests)

    def letters_under(self, law: Law) -> Letters:
        """The letters of a law; raises UnknownLetter where it has none."""
        if law.name in self.letters:
            return self.letters[law.name]
        raise UnknownLetter(f"{law.name} has no letters; others have: {', '.join(self.letters)}")

    def laws_of(self, jurisdiction: str) -> Mapping[str, Law]:
        """The laws of a jurisdiction, by name."""
        return {k: law for k, law in self.laws.items() if k.startswith(f"{jurisdiction}/")}


def open_hub(settings: Settings, *, base_url: str = "") -> Hub:
    """Open the hub that the settings describe, creating what is missing.

    base_url: used where the settings name none. Raises PackBroken on a bad declaration.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    address = settings.base_url or base_url or _served_at(settings) or DEFAULT_BASE_URL
    frame = load_frame(settings, base_url=address)
    folders = request_folders(settings)
    laws = {name: load_law(folders, name) for name in law_names(folders)}
    if frame.site.law not in laws:
        raise PackBroken(f"catalog/site.yaml: law: no {frame.site.law!r} under requests/")
    jurisdictions = sorted({name.partition("/")[0] for name in laws})
    key = _hub_key(settings)
    queue = _queue(settings)
    database = engine.open_engine(settings.database, _vault(settings, key), queue)
    migrate.upgrade(database)
    _seal_identities(database)
    with engine.reading(database) as session:
        version, kept = authorities.version(session), authorities.everyone(session)
    _require_apart(frame, kept)
    _adopt(database, frame.site.publisher)
    _enter(database)
    frame = frame.with_authorities(kept)
    _require_declared(database, frame, laws)
    return Hub(
        settings=settings,
        frame=frame,
        laws=laws,
        calendars={code: load_calendar(folders, code) for code in jurisdictions},
        territories=frame.territories,
        ocds=load_ocds(catalog_folders(settings), frame.families),
        engine=database,
        files=FileStore(
            settings.home / "files", bucket_at(settings.files_url, settings.files_public_url)
        ),
        letters=load_all_letters(folders, laws),
        logo=logo(settings),
        search=SearchIndex(settings.home / "search"),
        fetcher=Fetcher(),
        sparql=Endpoint(settings.home / "sparql"),
        rows=RowStore(settings.home.resolve() / "rows"),
        authorities=version,
        passwords=Passwords(),
        mailer=_mailer(settings, address),
        provider=_provider(settings),
        key=key,
        queue=queue,
    )


def _queue(settings: Settings) -> Queue:
    """Where work waits: in the database, whichever it is; raises QueueNotInstalled."""
    if settings.database.startswith("sqlite"):
        return TableQueue()
    queue: Queue = queue_at(settings.database.replace("+psycopg", "", 1))
    return queue


def _mailer(settings: Settings, base_url: str) -> Mailer:
    sender = settings.mail_from or f"opendata-hub@{urlsplit(base_url).hostname}"
    return Mailer(sender, settings.home / "outbox-mail", server_at(settings.smtp_url))


def _provider(settings: Settings) -> Provider | None:
    """The provider of identities; None where none is set. It is not called before it is needed."""
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        Client(
            settings.oidc_issuer,
            settings.oidc_client_id,
            secret.get_secret_value() if secret else "",
            is_private_read=settings.oidc_private_network,
        )
    )


def _hub_key(settings: Settings) -> bytes:
    """The hub's own key: as it was set, or made once; two who come first at once get the same."""
    if settings.secret:
        return settings.secret.get_secret_value().encode()
    file = settings.home / KEY_FILE
    if not file.is_file():
        new = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
        new.touch(mode=0o600)
        new.write_bytes(secrets.token_bytes(KEY_BYTES))
        with suppress(FileExistsError):
            os.link(new, file)
        new.unlink()
    return file.read_bytes()


def _vault(settings: Settings, hub_key: bytes) -> Vault:
    """What identities are sealed with: the keys that were set, then one made of the hub's own.

    The last opens what was sealed before any was set.
    """
    return AesVault((*settings.vault_keys, derived(hub_key, "identities", "")))


def _seal_identities(database: Engine) -> None:
    """Seal what a hub kept in the clear before it had a vault, before anything else is done."""
    with engine.reading(database) as session:
        if not requesters.has_unsealed(session):
            return
    with engine.writing(database) as session:
        sealed = requesters.seal_unsealed(session)
    engine.forget_erased(database)
    log.warning("%s identities that lay in the clear are sealed now", sealed)


def _adopt(database: Engine, publisher: str) -> None:
    """Let what was filed before there were authorities be the hub's own body's."""
    with engine.reading(database) as session:
        if not info_requests.has_unadopted(session):
            return
    with engine.writing(database) as session:
        info_requests.adopt(session, publisher)


def _enter(database: Engine) -> None:
    """Enter into the register what was filed before there was one."""
    with engine.reading(database) as session:
        if not entries.are_missing(session):
            return
    with engine.writing(database) as session:
        for reference in entries.rebuild(session):
            log.info("entered into the register: %s", reference)


def remember_address(settings: Settings, base_url: str) -> None:
    """Note the address that ``serve`` listens on: commands beside it publish under the same."""
    (settings.home / ADDRESS_FILE).write_text(f"{base_url}\n", encoding="utf-8")


def remember_demo(settings: Settings) -> None:
    """Note that this hub is a demo: it shows what others switch on with care."""
    (settings.home / DEMO_FILE).touch()


def refuse_demo_passwords(hub: Hub) -> None:
    """Raise DemoPasswords when others can reach a hub whose passwords everybody knows."""
    host = urlsplit(hub.settings.base_url).hostname
    if host is None or is_loopback(host):
        return
    with hub.reading() as session:
        if credentials.has_demo_passwords(session):
            raise DemoPasswords(
                "Accounts of this hub have demo passwords, and OPENDATA_HUB_BASE_URL can be "
                "reached by others: close them with `opendata-hub user disable EMAIL`"
            )


def is_loopback(host: str) -> bool:
    """Whether nobody else can reach that host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _served_at(settings: Settings) -> str:
    file = settings.home / ADDRESS_FILE
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def _require_declared(database: Engine, frame: Frame, laws: Mapping[str, Law]) -> None:
    """Raise PackBroken when what is kept names a declaration that is gone."""
    with engine.reading(database) as session:
        kept = (
            ("publisher", datasets.publishers(session), frame.site.publishers),
            ("family", datasets.families(session), frame.families),
            ("law", info_requests.laws(session) | _laws_of(frame), laws),
        )
    for kind, used, declared in kept:
        if gone := sorted(used - set(declared)):
            raise PackBroken(
                f"{kind} {gone[0]!r} is used by what is kept in this hub and no longer declared: "
                "declare it again, or use another OPENDATA_HUB_HOME"
            )


def _laws_of(frame: Frame) -> set[str]:
    return {each.law for each in frame.site.publishers.values()}


def _require_apart(frame: Frame, kept: Mapping[str, Authority]) -> None:
    """Raise PackBroken when a declared authority has the id or the prefix of one in the store."""
    if twice := sorted(set(kept) & set(frame.site.publishers)):
        raise PackBroken(
            f"catalog/site.yaml: publisher {twice[0]!r} is already kept in the database "
            "(opendata-hub authority list): give the declared one another id"
        )
    try:
        require_apart([*frame.site.publishers.values(), *kept.values()])
    except Invalid as problem:
        raise PackBroken(f"catalog/site.yaml: {problem}") from None


def load_frame(settings: Settings, *, base_url: str) -> Frame:
    """The declarations of the catalogue; raises PackBroken on a bad one."""
    folders = catalog_folders(settings)
    vocabularies = load_vocabularies(folders)
    tables = load_families(folders, vocabularies)
    families = {**tables, **load_kinds(folders, vocabularies, tables)}
    frame = Frame(
        base_url=base_url,
        site=load_site(folders, vocabularies),
        families=families,
        vocabularies=vocabularies,
        digest=folders.digest(),
        territories=load_territories(folders),
        shelves=load_shelves(folders, list(families)),
        codes=load_codes(folders),
    )
    for each in frame.site.publishers.values():
        try:
            frame.require_known(each)
        except Invalid as problem:
            raise PackBroken(f"catalog/site.yaml: publisher {each.id!r}: {problem}") from None
    return frame


def load_all_letters(folders: Folders, laws: Mapping[str, Law]) -> Mapping[str, Letters]:
    """The letters of each law that has any; raises PackBroken on a bad one."""
    found = {name: load_letters(folders, law) for name, law in laws.items()}
    return {name: letters for name, letters in found.items() if letters}


def logo(settings: Settings) -> str | None:
    """The authority's logo for its letters: ``logo.svg`` in its catalogue folder, if it is there.

    Raises PackBroken where that is no text.
    """
    file = catalog_folders(settings).find("logo.svg")
    try:
        return file.read_text(encoding="utf-8") if file else None
    except UnicodeDecodeError:
        raise PackBroken(f"{file}: not UTF-8") from None


def family_named(families: Mapping[str, Family], name: str) -> Family:
    """The family of that name; raises UnknownFamily, which lists those there are."""
    if name in families:
        return families[name]
    raise UnknownFamily(f"No family {name[:60]!r}; known: {', '.join(sorted(families))}")


def catalog_folders(settings: Settings) -> Folders:
    """Where the catalogue's declarations lie, an authority's own first."""
    return _folders(settings.catalog_dir, "catalog")


def request_folders(settings: Settings) -> Folders:
    """Where laws and calendars lie, an authority's own first."""
    return _folders(settings.requests_dir, "requests")


def _folders(own: Path | None, name: str) -> Folders:
    """The shipped folder is inside the wheel; in a checkout it stands beside ``src``."""
    package = Path(__file__).parent
    in_wheel = package / "shipped" / name
    shipped = in_wheel if in_wheel.is_dir() else package.parents[1] / name
    if own is not None and not own.is_dir():
        raise PackBroken(f"{own} is not a folder")
    return Folders((own, shipped) if own else (shipped,))

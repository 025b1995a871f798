"""Commands for accounts and keys: ``opendata-hub user …`` and ``opendata-hub token …``."""

import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

import typer

from opendata_hub import bootstrap, clock
from opendata_hub.domain.address import email_address, person_name
from opendata_hub.domain.errors import Invalid, Refused, UnknownPerson
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.password import new_password
from opendata_hub.domain.people.roles import OPERATOR, WHOLE_HUB, Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.people import manage
from opendata_hub.flows.people.credentials import set_password
from opendata_hub.flows.people.issue_token import Limits, issue_to_account, issue_to_program, revoke
from opendata_hub.flows.people.noted import note_account, note_roles
from opendata_hub.flows.people.send_link import invite, link_address
from opendata_hub.settings import Settings
from opendata_hub.store.people import accounts, tokens

user_app = typer.Typer(no_args_is_help=True, help="Accounts of people, and their roles.")
token_app = typer.Typer(no_args_is_help=True, help="Keys for programs.")
DEMO_PASSWORD = "la phrase secrète de la démo"  # noqa: S105  (everybody knows it)
DEMO_DOMAIN = "demo.example"

Email = Annotated[str, typer.Argument(help="The account's e-mail address.")]
Name = Annotated[str, typer.Option(help="First and last name.")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="ROLE, ROLE@AUTHORITY or officer@AUTHORITY/UNIT; once for each."),
]
InLanguage = Annotated[str, typer.Option("--lang", help="Of mails: ar, fr or en.")]


@user_app.command("create")
def user_create(
    email: Email,
    name: Name,
    role: Roles = None,
    lang: InLanguage = "fr",
    by_link: Annotated[
        bool, typer.Option("--link", help="Print a link that works once, instead of asking.")
    ] = False,
) -> None:
    """Make an account: asks for its password, or prints a link with which one is chosen."""
    hub = bootstrap.open_hub(Settings())
    address, called = email_address(email), person_name(name)
    given = grants_from(hub, role or [])
    if by_link:
        typer.echo(_invited(hub, address, given, name=called, lang=lang, is_written=False))
        return
    kept = hub.passwords.hashed(new_password(_asked_password(), email=address, name=called))
    now = clock.now()
    with hub.writing() as session:
        account = accounts.add(session, name=called, email=address, language=_spoken(lang), now=now)
        accounts.confirm(session, account.id, now)
        set_password(session, account, kept, now=now)
        for each in given:
            accounts.grant(session, account.id, each)
        note_account(session, Kind.ACCOUNT_MADE, account.id, by=None, now=now)
        note_roles(session, Kind.ROLE_GIVEN, account.id, given, by=None, now=now)
    typer.echo(f"Made the account of {address}")


@user_app.command("invite")
def user_invite(email: Email, name: Name, role: Roles = None, lang: InLanguage = "fr") -> None:
    """Send an invitation by mail: the account is made when its link is used."""
    hub = bootstrap.open_hub(Settings())
    address, called = email_address(email), person_name(name)
    _invited(hub, address, grants_from(hub, role or []), name=called, lang=lang, is_written=True)
    hub.send_letters(clock.now())
    typer.echo(f"Invited {address}")


@user_app.command("list")
def user_list() -> None:
    """Say who has an account: number, address, state, roles."""
    hub = bootstrap.open_hub(Settings())
    last = 0
    while True:
        with hub.reading() as session:
            found = accounts.listed(session, EVERYWHERE, after=last, most=1000)
        if not found:
            return
        for account in found:
            state = f"closed {account.disabled_at:%Y-%m-%d}" if account.disabled_at else "open"
            held = ", ".join(sorted(map(said, account.grants))) or "-"
            typer.echo(f"{account.id}\t{account.email}\t{state}\t{held}")
        last = found[-1].id


@user_app.command("disable")
def user_disable(email: Email) -> None:
    """Close an account: its sessions and keys open nothing from now on."""
    hub = bootstrap.open_hub(Settings())
    account = account_named(hub, email)
    with hub.writing() as session:
        manage.close(session, account, by=OPERATOR, now=clock.now())
    typer.echo(f"Closed the account of {account.email}")


@user_app.command("enable")
def user_enable(email: Email) -> None:
    """Open a closed account again, with the roles it had."""
    hub = bootstrap.open_hub(Settings())
    account = account_named(hub, email)
    with hub.writing() as session:
        manage.reopen(session, account, by=OPERATOR, now=clock.now())
    typer.echo(f"Opened the account of {account.email}")


@user_app.command("unlock")
def user_unlock(email: Email) -> None:
    """Take a second factor off that was lost with all its recovery codes."""
    hub = bootstrap.open_hub(Settings())
    account = account_named(hub, email)
    with hub.writing() as session:
        manage.unlock(session, account, by=OPERATOR, now=clock.now())
    hub.send_letters(clock.now())
    typer.echo(f"{account.email} signs in with the password, and sets a second factor up anew")


@user_app.command("grant-role")
def user_grant_role(
    email: Email, role: Annotated[str, typer.Argument(help="officer@AUTHORITY/UNIT, for one.")]
) -> None:
    """Give a role; it counts at the next click."""
    _change(email, role, manage.give)


@user_app.command("revoke-role")
def user_revoke_role(
    email: Email, role: Annotated[str, typer.Argument(help="As `user list` says it.")]
) -> None:
    """Take a role away, at once."""
    _change(email, role, manage.take)


@token_app.command("create")
def token_create(
    name: Annotated[str, typer.Argument(help="Who or what will use it.")] = "",
    person: Annotated[str, typer.Option(help="E-mail of the account whose roles it has.")] = "",
    role: Annotated[
        list[Role] | None, typer.Option(help="Of a program; steward and officer unless said.")
    ] = None,
    authority: Annotated[str, typer.Option(help="Where; everywhere if empty.")] = WHOLE_HUB,
    only: Annotated[
        list[Deed] | None, typer.Option(help="All that it may do, such as publish.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="After which it expires.")] = None,
) -> None:
    """Make a key and print it, once; only its digest is kept."""
    if person and (role or authority):
        raise Invalid("an account has its own roles: give --person, or --role and --authority")
    hub, now = bootstrap.open_hub(Settings()), clock.now()
    limits = Limits(frozenset(only) if only else None, now + timedelta(days=days) if days else None)
    grants = [Grant(each, authority) for each in role or (Role.STEWARD, Role.OFFICER)]
    if authority:
        hub.frame.site.publisher_named(authority)
    with hub.writing() as session:
        if person:
            key = issue_to_account(session, name, email_address(person), limits, by=None, now=now)
        else:
            key = issue_to_program(session, name, grants, limits, by=None, now=now)
    typer.echo(key)


@token_app.command("list")
def token_list(
    person: Annotated[str, typer.Option(help="Only those of this account.")] = "",
) -> None:
    """Say which keys there are, without the keys."""
    hub = bootstrap.open_hub(Settings())
    owner = account_named(hub, person).id if person else None
    with hub.reading() as session:
        for token in tokens.all_of(session, person=owner):
            state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else "active"
            used = f"{token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never"
            ends = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "never"
            only = ",".join(sorted(token.deeds)) if token.deeds is not None else "all"
            typer.echo(f"{token.name}\t{state}\tlast used {used}\texpires {ends}\tonly {only}")


@token_app.command("revoke")
def token_revoke(name: Annotated[str, typer.Argument(help="As it was created.")]) -> None:
    """Close a key for good."""
    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        revoke(session, name, by=None, now=clock.now())
    typer.echo(f"Revoked {name}")


def make_demo_accounts(hub: bootstrap.Hub) -> list[str]:
    """Make an account for each role, with a password that everybody knows; returns how to sign in.

    Does no harm twice.
    """
    authority, now = hub.frame.site.publisher, clock.now()
    kept = hub.passwords.hashed(DEMO_PASSWORD)
    lines = [f"Sign in at {hub.frame.base_url}/fr/sign-in with the password: {DEMO_PASSWORD}"]
    for role in Role:
        email = f"{role}@{DEMO_DOMAIN}"
        lines.append(f"  {role}: {email}")
        with hub.writing() as session:
            if accounts.by_email(session, email):
                continue
            account = accounts.add(
                session, name=f"{role.title()} (demo)", email=email, language="fr", now=now
            )
            accounts.confirm(session, account.id, now)
            set_password(session, account, kept, is_demo=True, now=now)
            if role is not Role.CITIZEN:
                place = authority if role in AT_AN_AUTHORITY else WHOLE_HUB
                accounts.grant(session, account.id, Grant(role, place))
    return lines


AT_AN_AUTHORITY = frozenset({Role.OFFICER, Role.STEWARD, Role.HEAD})


def grants_from(
    hub: bootstrap.Hub, written: Iterable[str], *, is_gone_too: bool = False
) -> list[Grant]:
    """The roles that are written as ROLE@AUTHORITY/UNIT; raises Invalid, UnknownPublisher.

    is_gone_too: a unit that the authority has no more may be named, to take its role away.
    """
    found = []
    for each in written:
        role, _, place = each.partition("@")
        authority, _, unit = place.partition("/")
        if role not in set(Role) - {Role.CITIZEN}:
            known = ", ".join(sorted(set(Role) - {Role.CITIZEN}))
            raise Invalid(f"{role[:40]!r} is no role; known: {known}")
        if authority:
            hub.frame.site.publisher_named(authority)
        if unit and role != Role.OFFICER:
            raise Invalid("only an officer works in a unit")
        if unit and not is_gone_too:
            hub.authority(authority).require_unit(unit)
        found.append(Grant(Role(role), authority, unit))
    return found


def said(grant: Grant) -> str:
    """A role as it is written."""
    place = f"@{grant.authority}" if grant.authority else ""
    return f"{grant.role}{place}{'/' + grant.unit if grant.unit else ''}"


def account_named(hub: bootstrap.Hub, email: str) -> Account:
    """The account of an address; raises UnknownPerson."""
    with hub.reading() as session:
        account = accounts.by_email(session, email_address(email))
    if account is None:
        raise UnknownPerson("There is no account with this e-mail address")
    return account


def _change(email: str, role: str, act: manage.RoleChange) -> None:
    hub = bootstrap.open_hub(Settings())
    (grant,) = grants_from(hub, [role], is_gone_too=act is manage.take)
    account = account_named(hub, email)
    with hub.writing() as session:
        act(session, account, grant, by=OPERATOR, now=clock.now())
        held = accounts.grants(session, account.id)
    typer.echo(f"{account.email}: {', '.join(sorted(map(said, held))) or 'no role'}")


def _invited(
    hub: bootstrap.Hub, email: str, given: list[Grant], *, name: str, lang: str, is_written: bool
) -> str:
    with hub.writing() as session:
        key = invite(
            session, email, given,
            by=OPERATOR, name=name, language=_spoken(lang), hub_key=hub.key,
            is_written=is_written, now=clock.now(),
        )  # fmt: skip
    return link_address(hub.frame.base_url, lang, key)


def _spoken(lang: str) -> str:
    if lang in LANGUAGES:
        return lang
    raise Invalid(f"--lang: one of {', '.join(LANGUAGES)}")


def _asked_password() -> str:
    """The password that is typed twice without being shown; one line of a pipe."""
    if not sys.stdin.isatty():
        typed = sys.stdin.readline().rstrip("\n")
        if not typed:
            raise Refused("No password was given: pipe one line, or take --link")
        return typed
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked

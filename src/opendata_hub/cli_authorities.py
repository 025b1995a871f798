"""Commands about the authorities of a hub: a commune, or a region with all its communes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from opendata_hub import bootstrap, clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority, Unit, prefix_of
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.texts import LANGUAGES, Texts, from_pairs, in_language
from opendata_hub.flows.authorities.create import Fault, create
from opendata_hub.flows.authorities.edit import edit, set_logo
from opendata_hub.flows.authorities.listed import Defaults, authorities_from
from opendata_hub.settings import Settings

FAULTS = 1
SHOWN_FAULTS = 50
DEFAULT_TYPE = "LocalAuthority"

app = typer.Typer(no_args_is_help=True, help="The public bodies that publish and answer here.")

Id = Annotated[str, typer.Argument(help="Small letters, digits, hyphens: commune-exemple.")]
Names = Annotated[list[str] | None, typer.Option("--name", help="fr=… ; once for each language.")]
Type = Annotated[str | None, typer.Option("--type", help="A code of the publisher types.")]
Homepage = Annotated[str | None, typer.Option(help="Its own website.")]
Email = Annotated[str | None, typer.Option(help="Of those who answer for its data.")]
Territory = Annotated[str | None, typer.Option(help="LIST:CODE, such as hcp:04.")]
Parent = Annotated[str | None, typer.Option(help="The authority it belongs to.")]
Families = Annotated[
    list[str] | None, typer.Option("--family", help="What it publishes; all unless said.")
]
LawName = Annotated[str | None, typer.Option("--law", help="ma/31-13; the hub's own unless said.")]
Prefix = Annotated[str | None, typer.Option(help="Before the number of its requests.")]
Units = Annotated[
    list[str] | None,
    typer.Option("--unit", help="planning;fr=…;ar=…;en=…;email=… ; once for each."),
]


@app.command("create")
def create_command(
    authority_id: Annotated[str, typer.Argument(metavar="[ID]", help="Or --from.")] = "",
    name: Names = None,
    kind: Type = None,
    homepage: Homepage = None,
    email: Email = None,
    territory: Territory = None,
    parent: Parent = None,
    family: Families = None,
    law: LawName = None,
    prefix: Prefix = None,
    unit: Units = None,
    table: Annotated[Path | None, typer.Option("--from", help="A CSV table of many.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would be done, and do nothing.")] = False,
) -> int:
    """Add an authority, or with --from all of a table: every one of them, or none.

    With --from the other options hold for each line that does not say otherwise.
    """
    if bool(authority_id) == bool(table):
        raise Invalid("give an ID, or a table of many: --from FILE.csv")
    hub = bootstrap.open_hub(Settings())
    defaults = Defaults(
        type=kind or DEFAULT_TYPE, law=law or hub.frame.site.law, homepage=homepage or "",
        email=email or "", territory=territory or "", parent=parent or "",
        families=frozenset(family or ()),
    )  # fmt: skip
    if table:
        if name or prefix or unit:
            raise Invalid("--name, --prefix and --unit are of one authority: leave them out")
        wanted = authorities_from(table.read_bytes(), defaults)
    else:
        wanted = [_one(authority_id, from_pairs(name or ()), prefix, unit or (), defaults)]
    faults = _create(hub, wanted, dry_run=dry_run)
    if faults and not table:
        raise faults[0].problem
    return _report(wanted, faults, dry_run=dry_run)


@app.command("list")
def list_command(
    parent: Annotated[str, typer.Option(help="Those that belong to this one.")] = "",
) -> None:
    """Say which authorities there are: id, state, prefix, parent, name."""
    hub = bootstrap.open_hub(Settings())
    for each in sorted(hub.frame.site.publishers.values(), key=lambda each: each.id):
        if not parent or each.parent == parent:
            state = ("active" if each.is_active else "closed") + (
                ", in site.yaml" if each.is_declared else ""
            )
            shown = in_language(each.name, "fr")[0]
            typer.echo(
                "\t".join((each.id, state, each.reference_prefix, each.parent or "-", shown))
            )


@app.command("edit")
def edit_command(
    authority_id: Id,
    name: Names = None,
    kind: Type = None,
    homepage: Homepage = None,
    email: Email = None,
    territory: Territory = None,
    parent: Parent = None,
    family: Families = None,
    law: LawName = None,
    prefix: Prefix = None,
    unit: Units = None,
    logo: Annotated[Path | None, typer.Option(help="A PNG, or an SVG without scripts.")] = None,
) -> None:
    """Change what is said of an authority; what is not given stays, an empty value empties it."""
    hub = bootstrap.open_hub(Settings())
    before = hub.authority(authority_id)
    given = {
        "name": {**before.name, **from_pairs(name)} if name else None,
        "type": kind, "homepage": homepage, "email": email, "territory": territory,
        "parent": parent, "law": law, "reference_prefix": prefix,
        "families": None if family is None else frozenset(filter(None, family)),
        "units": None if unit is None else tuple(map(_unit, filter(None, unit))),
    }  # fmt: skip
    changes = {field: value for field, value in given.items() if value is not None}
    if not changes and logo is None:
        raise Invalid("say what is to change: opendata-hub authority edit --help")
    if logo is not None:
        _set_logo(hub, authority_id, logo)
    if changes:
        _edit(hub, authority_id, changes)


@app.command("close")
def close_command(authority_id: Id) -> None:
    """Let it publish nothing and take no requests from now on; what it has stays."""
    _edit(bootstrap.open_hub(Settings()), authority_id, {"is_active": False})


@app.command("reopen")
def reopen_command(authority_id: Id) -> None:
    """Undo a closure."""
    _edit(bootstrap.open_hub(Settings()), authority_id, {"is_active": True})


def _one(
    authority_id: str, names: Texts, prefix: str | None, units: list[str] | tuple[()],
    defaults: Defaults,
) -> Authority:  # fmt: skip
    return Authority(
        id=authority_id,
        name=names,
        type=defaults.type,
        homepage=defaults.homepage,
        email=defaults.email,
        law=defaults.law,
        reference_prefix=prefix or prefix_of(authority_id),
        territory=defaults.territory,
        parent=defaults.parent,
        families=defaults.families,
        units=tuple(map(_unit, units)),
    )


def _unit(written: str) -> Unit:
    """``planning;fr=…;ar=…;en=…;email=…`` as a unit of a desk."""
    unit_id, *rest = (part.strip() for part in written.split(";"))
    said = dict(from_pairs(rest))
    email = said.pop("email", "")
    return Unit(unit_id, {code: said.get(code, "") for code in LANGUAGES}, email)


def _create(hub: Hub, wanted: list[Authority], *, dry_run: bool) -> list[Fault]:
    with hub.writing() as session:
        faults = create(session, hub.frame, hub.request_laws, wanted, by=OPERATOR, now=clock.now())
        if dry_run:
            session.rollback()
    return faults


def _report(wanted: list[Authority], faults: list[Fault], *, dry_run: bool) -> int:
    for fault in faults[:SHOWN_FAULTS]:
        # The first line of a table holds its titles.
        typer.echo(f"line {fault.number + 1}: {fault.id}: {fault.problem.code}: {fault.problem}")
    if faults:
        typer.echo(f"Nothing was added: {len(faults)} of {len(wanted)} are at fault")
        return FAULTS
    done = "would be added" if dry_run else "added"
    typer.echo(f"{len(wanted)} {done}" if len(wanted) > 1 else f"{wanted[0].id} {done}")
    return 0


def _edit(hub: Hub, authority_id: str, changes: dict[str, Any]) -> None:
    with hub.writing() as session:
        _, rewritten = edit(
            session, hub.frame, hub.request_laws, authority_id, changes,
            by=OPERATOR, now=clock.now(),
        )  # fmt: skip
    if rewritten:
        hub.index_changes()
    typer.echo(f"{authority_id} changed; {rewritten} records were written anew")


def _set_logo(hub: Hub, authority_id: str, file: Path) -> None:
    with hub.writing() as session:
        set_logo(
            session,
            hub.frame,
            hub.files,
            authority_id,
            file.read_bytes(),
            by=OPERATOR,
            now=clock.now(),
        )
    typer.echo(f"{authority_id} has {file.name} as its logo")

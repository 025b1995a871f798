"""Commands that bring our datasets to a CKAN elsewhere."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from opendata_hub import bootstrap, clock
from opendata_hub.adapters.remote_ckan.remote import Remote
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.harvest.compare import Difference
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.remote_ckan.plan import Planned, Step
from opendata_hub.domain.remote_ckan.target import Target
from opendata_hub.flows.remote_ckan import declare
from opendata_hub.flows.remote_ckan.push import Way, plan, pull, push
from opendata_hub.flows.remote_ckan.remember import remembered_plan, remembered_push
from opendata_hub.settings import Settings
from opendata_hub.store.remote_ckan import targets

UNFINISHED = 1
SHOWN_DIFFERENCES = 20

app = typer.Typer(no_args_is_help=True, help="Our datasets at a CKAN elsewhere.")
target_app = typer.Typer(no_args_is_help=True, help="The CKANs they are brought to.")
app.add_typer(target_app, name="target")
Id = Annotated[str, typer.Argument(help="Its id here: small letters, digits, hyphens.")]
KeyFile = Annotated[Path, typer.Option(help="A file with the API token; - reads it from stdin.")]


@target_app.command("add")
def add_command(
    target_id: Id,
    url: Annotated[str, typer.Argument(help="Of the CKAN, such as https://data.pays.example")],
    organization: Annotated[str, typer.Option(help="The one there that takes the datasets.")],
    key_file: KeyFile,
    authority: Annotated[str, typer.Option(help="Whose datasets; the hub's own body.")] = "",
    most_deleted: Annotated[int, typer.Option(help="Per cent deleted without a word.")] = 10,
    per_minute: Annotated[int, typer.Option(help="Calls at most.")] = 300,
    private_network: Annotated[bool, typer.Option(help="It may be in a private network.")] = False,
) -> None:
    """Name a CKAN and the key to it, which is kept sealed."""
    hub, now = bootstrap.open_hub(Settings()), clock.now()
    target = Target(
        id=target_id, url=url, authority=authority or hub.frame.site.publisher,
        organization=organization, added_at=now, most_deleted=most_deleted,
        per_minute=per_minute, is_private=private_network,
    )  # fmt: skip
    with hub.writing() as session:
        declare.add(session, hub.frame, target, _key(key_file), by=OPERATOR, now=now)
    typer.echo(f"{target_id} is known; opendata-hub ckan plan {target_id}")


@target_app.command("key")
def key_command(target_id: Id, key_file: KeyFile) -> None:
    """Keep another key of a CKAN."""
    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        declare.set_key(session, target_id, _key(key_file), by=OPERATOR, now=clock.now())
    typer.echo(f"{target_id} has another key")


@target_app.command("list")
def list_command() -> None:
    """Say which CKANs there are: id, datasets there, authority, organization, address."""
    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        for each in targets.listed(session):
            there = len(targets.slugs_sent(session, each.id))
            columns = (each.id, there, each.authority, each.organization, each.url)
            typer.echo("\t".join(map(str, columns)))


@target_app.command("remove")
def remove_command(target_id: Id) -> None:
    """Forget a CKAN and its key; nothing is deleted there."""
    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        declare.remove(session, target_id, by=OPERATOR, now=clock.now())
    typer.echo(f"{target_id} is forgotten; what was brought there stays there")


@app.command("plan")
def plan_command(target_id: Id) -> int:
    """Say what a push would create, change and delete, and what somebody has changed there."""
    counts: Counter[Step] = Counter()
    way = _way(target_id)
    for step in remembered_plan(way, plan(way)):
        counts[step.step] += 1
        _tell(step)
    typer.echo(_counted(counts))
    return UNFINISHED if counts[Step.CONFLICT] else 0


@app.command("push")
def push_command(
    target_id: Id,
    yes: Annotated[bool, typer.Option(help="Delete what is gone here, however much.")] = False,
    overwrite: Annotated[
        bool, typer.Option(help="Say ours again where somebody has changed it there.")
    ] = False,
) -> int:
    """Bring our datasets there. Ends with 1 where something was left undone."""
    counts: Counter[Step] = Counter()
    undone = 0
    way = _way(target_id)
    done = push(way, may_delete=yes, overwrites=overwrite)
    for each in remembered_push(way, done, overwrites=overwrite):
        step = each.planned.step
        counts[step] += 1
        is_left = each.problem is not None or (step is Step.CONFLICT and not overwrite)
        undone += is_left
        _tell(each.planned)
        if each.problem:
            typer.echo(f"  not done [{each.problem.code}]: {each.problem}")
    typer.echo(_counted(counts))
    return UNFINISHED if undone else 0


@app.command("pull")
def pull_command(
    target_id: Id,
    output: Annotated[Path | None, typer.Option(help="Write the packages, a line each.")] = None,
) -> int:
    """Say how the CKAN tells our datasets, field by field where it differs from our records."""
    differing, lines = 0, []
    for each in pull(_way(target_id)):
        if each.package is not None:
            lines.append(json.dumps(dict(each.package), ensure_ascii=False, sort_keys=True))
        if each.problem or each.differences:
            differing += 1
            typer.echo(f"differs {each.slug} {each.problem}".rstrip())
            _tell_differences(each.differences)
    if output:
        output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(lines)} read there, {differing} differ")
    return UNFINISHED if differing else 0


def _way(target_id: str) -> Way:
    hub: Hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        target, key = targets.get(session, target_id), targets.key_of(session, target_id)
    remote = Remote(target, key, hub.fetcher)
    return Way(hub.frame, hub.reading, hub.writing, target, remote, clock.now)


def _key(file: Path) -> str:
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    if not text.strip():
        raise Invalid("key-file: there is no key in it")
    return text.strip()


def _tell(step: Planned) -> None:
    if step.step is Step.SAME:
        return
    typer.echo(f"{step.step} {step.slug} {step.reason}".rstrip())
    if step.step is not Step.CREATE:
        _tell_differences(step.differences)


def _tell_differences(found: tuple[Difference, ...]) -> None:
    for one in found[:SHOWN_DIFFERENCES]:
        typer.echo(f"  {one.field}: {one.before or '–'} → {one.now or '–'}")
    if len(found) > SHOWN_DIFFERENCES:
        typer.echo(f"  … and {len(found) - SHOWN_DIFFERENCES} more")


def _counted(counts: Counter[Step]) -> str:
    return ", ".join(f"{counts[step]} {step}" for step in Step)

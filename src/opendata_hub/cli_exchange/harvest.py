"""Commands about catalogues elsewhere whose datasets stand in this one."""

import gc
import json
import sys
from collections import Counter
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from opendata_hub import bootstrap, clock
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.harvest.run import Fate, Run, RunState
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.harvest import declare
from opendata_hub.flows.harvest.rehearse import Expected, rehearse
from opendata_hub.flows.harvest.run import Wish
from opendata_hub.settings import Settings
from opendata_hub.store.harvest import quarantine, records, runs

UNFINISHED = 1
SHOWN_RUNS = 10
SHOWN_DIFFERENCES = 20

app = typer.Typer(no_args_is_help=True, help="Catalogues elsewhere, read into this one.")
Id = Annotated[str, typer.Argument(help="Its id here: small letters, digits, hyphens.")]


class Switch(StrEnum):
    """Whether a source is read by itself."""

    ON = "on"
    OFF = "off"


@app.command("add")
def add_command(
    source_id: Id,
    url: Annotated[str, typer.Argument(help="Of the site, the document or the feed.")],
    kind: Annotated[SourceKind, typer.Option(help="In which words it answers.")],
    authority: Annotated[str, typer.Option(help="Who answers for it here.")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Of texts that do not say theirs.")] = "fr",
    only: Annotated[str, typer.Option(help="Of a CKAN: organization:ville")] = "",
    hours: Annotated[int, typer.Option(help="Between two readings.")] = 24,
    most_gone: Annotated[int, typer.Option(help="Per cent that may vanish unasked.")] = 20,
    page_size: Annotated[int, typer.Option(help="Records asked for at once.")] = 200,
    private_network: Annotated[bool, typer.Option(help="It may be in a private network.")] = False,
) -> None:
    """Harvest a source from now on; `run` reads it at once."""
    hub, now = bootstrap.open_hub(Settings()), clock.now()
    source = Source(
        id=source_id, kind=kind, url=url, authority=authority or hub.frame.site.publisher,
        added_at=now, due_at=now, language=lang, filter=only, hours=hours, most_gone=most_gone,
        page_size=page_size, is_private=private_network,
    )  # fmt: skip
    with hub.writing() as session:
        declare.add(session, hub.frame, source, by=OPERATOR, now=now)
    typer.echo(
        f"{source_id} will be read every {hours} hours; opendata-hub harvest run {source_id}"
    )


@app.command("edit")
def edit_command(
    source_id: Id,
    url: Annotated[str | None, typer.Option(help="Where it is now.")] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="Of texts without one.")] = None,
    only: Annotated[str | None, typer.Option(help="Of a CKAN: organization:ville")] = None,
    hours: Annotated[int | None, typer.Option(help="Between two readings.")] = None,
    most_gone: Annotated[int | None, typer.Option(help="Per cent that may vanish.")] = None,
    page_size: Annotated[int | None, typer.Option(help="Records asked for at once.")] = None,
    switch: Annotated[Switch | None, typer.Option(help="Whether it is read by itself.")] = None,
) -> None:
    """Change how a source is read."""
    said = {
        "url": url, "language": lang, "filter": only, "hours": hours, "most_gone": most_gone,
        "page_size": page_size, "is_active": None if switch is None else switch is Switch.ON,
    }  # fmt: skip
    changes = {name: value for name, value in said.items() if value is not None}
    if not changes:
        raise Invalid("say what is to change: --url, --hours, --switch …")
    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        declare.change(session, source_id, changes, by=OPERATOR, now=clock.now())
    typer.echo(f"{source_id} changed: {', '.join(changes)}")


@app.command("list")
def list_command() -> None:
    """Say which sources there are: id, kind, records, kept apart, last run, when next."""
    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        for each in declare.listed(session, by=OPERATOR):
            source = each.source
            last = f"{each.last.state} {each.last.started_at:%Y-%m-%d}" if each.last else "never"
            due = f"{source.due_at:%Y-%m-%d %H:%M}" if source.is_active else "off"
            columns = (source.id, source.kind, each.kept, each.apart, last, due, source.url)
            typer.echo("\t".join(map(str, columns)))


@app.command("run")
def run_command(
    source_id: Id,
    dry_run: Annotated[bool, typer.Option(help="Change nothing; say what would.")] = False,
    whole: Annotated[bool, typer.Option(help="From the beginning, not only what is new.")] = False,
    fresh: Annotated[bool, typer.Option(help="Not going on where a run was broken off.")] = False,
    yes: Annotated[bool, typer.Option(help="Let go of what vanished, however much.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say it as JSON, a line each.")] = False,
) -> int:
    """Read a source now. Ends with 1 where it was not read to its end, or deletions wait."""
    from opendata_hub import jobs

    hub = bootstrap.open_hub(Settings())
    # What was loaded stays: to look through it for garbage again and again costs a tenth more.
    gc.freeze()
    if dry_run:
        return _rehearse(hub, source_id, as_json=as_json)
    last = None
    for last in jobs.harvest_source(hub, source_id, Wish(whole, fresh, yes)):
        _tell(last, as_json=as_json)
    return 0 if last and last.state is RunState.DONE else UNFINISHED


@app.command("stop")
def stop_command(source_id: Id) -> None:
    """Let a reading end behind the page that it reads; the next one goes on from there."""
    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        is_read = declare.ask_to_stop(session, source_id, by=OPERATOR)
    typer.echo(f"{source_id} will stop" if is_read else f"{source_id} is not being read")


@app.command("show")
def show_command(
    source_id: Id,
    slug: Annotated[str, typer.Option("--record", help="One record, by its address here.")] = "",
) -> None:
    """Say how a source stands and how its last runs went, or where one record comes from."""
    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        source = declare.get(session, source_id, by=OPERATOR)
        if slug:
            _print(asdict(records.get(session, slug)))
            return
        shown = declare.show(session, source)
        _print({**asdict(source), "kept": shown.kept, "apart": shown.apart})
        for run in runs.listed(session, source_id, SHOWN_RUNS):
            _tell(run, as_json=False)


@app.command("quarantine")
def quarantine_command(
    source_id: Id,
    identifier: Annotated[str, typer.Option(help="One record, with what came.")] = "",
) -> None:
    """Say which records could not be taken, and why: identifier, code, reason."""
    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        declare.get(session, source_id, by=OPERATOR)
        if identifier:
            found = quarantine.get(session, source_id, identifier)
            typer.echo(f"{found.code}: {found.reason}\n{found.given.decode('utf-8', 'replace')}")
            return
        after = ""
        while some := quarantine.listed(session, source_id, after=after):
            for each in some:
                typer.echo(f"{each.identifier}\t{each.code}\t{each.reason}\t{each.title}")
            after = some[-1].identifier


@app.command("remove")
def remove_command(
    source_id: Id,
    yes: Annotated[bool, typer.Option(help="Needed: its records leave the catalogue.")] = False,
) -> None:
    """Let go of a source and of all that was harvested from it."""
    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        kept = declare.show(session, declare.get(session, source_id, by=OPERATOR)).kept
    if not yes:
        raise Invalid(f"{kept} records would leave the catalogue: say --yes")
    with hub.writing() as session:
        gone = declare.remove(session, hub.frame, source_id, by=OPERATOR, now=clock.now())
    hub.index_changes()
    typer.echo(f"{source_id} is not harvested any more; {gone} records left the catalogue")


def _rehearse(hub: bootstrap.Hub, source_id: str, *, as_json: bool) -> int:
    from opendata_hub import jobs

    counts: Counter[Fate] = Counter()
    for each in rehearse(jobs.house(hub), source_id):
        counts[each.fate] += 1
        if as_json:
            typer.echo(json.dumps(asdict(each), ensure_ascii=False))
        elif each.fate is not Fate.UNCHANGED:
            _tell_expected(each)
    typer.echo(f"nothing was changed; {_counted(counts)}", err=as_json)
    return 0


def _tell_expected(each: Expected) -> None:
    why = f" [{each.code}] {each.reason}" if each.code else ""
    typer.echo(f"{each.fate} {each.identifier} «{each.title}»{why}")
    for one in each.differences[:SHOWN_DIFFERENCES]:
        typer.echo(f"  {one.field}: {one.before or '–'} → {one.now or '–'}")
    if len(each.differences) > SHOWN_DIFFERENCES:
        typer.echo(f"  … and {len(each.differences) - SHOWN_DIFFERENCES} more")


def _tell(run: Run, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(run), ensure_ascii=False, default=str))
        return
    of_total = f" of {run.total}" if run.total else ""
    line = f"{run.state}: {run.read}{of_total} read; {_counted(run.counts)}"
    if run.problem:
        line += f" [{run.code}] {run.problem}"
    is_progress = run.state is RunState.RUNNING
    typer.echo(line, err=is_progress)
    sys.stdout.flush()


def _counted(counts: Any) -> str:
    return ", ".join(f"{counts.get(fate, 0)} {fate}" for fate in Fate)


def _print(said: dict[str, Any]) -> None:
    typer.echo(json.dumps(said, ensure_ascii=False, indent=1, default=_plain))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)

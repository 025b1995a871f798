"""Commands on scheduled work: what there is, when it ran, run it now, run all of it."""

import json
import signal
from dataclasses import asdict
from datetime import datetime
from threading import Event
from typing import Annotated, Any

import typer

from opendata_hub import bootstrap
from opendata_hub.domain.operations.job_run import JobRun, Outcome
from opendata_hub.settings import Settings
from opendata_hub.store.operations.turns import Turns

FAILED = 1
app = typer.Typer(help="Scheduled work. Without a command: do it, until told to stop.")


@app.callback(invoke_without_command=True)
def work(context: typer.Context) -> None:
    """Do scheduled work until told to stop; of several such processes one does it.

    What waits in the queue is done as well, by each of them.
    """
    if context.invoked_subcommand is not None:
        return
    from opendata_hub.operations import logs
    from opendata_hub.operations.schedule import Schedule
    from opendata_hub.operations.worker import worker_of

    settings, is_over = Settings(), Event()
    logs.configure(settings)
    hub = bootstrap.open_hub(settings)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: is_over.set())
    schedule, worker = Schedule(hub), worker_of(hub)
    worker.start()
    schedule.start()
    typer.echo("Scheduled work is done here (Ctrl+C ends it)")
    is_over.wait()
    typer.echo("Ending; what has begun is done first")
    schedule.shutdown()
    worker.shutdown()


@app.command("list")
def list_jobs(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False
) -> None:
    """Each job: how often, when next, when last, how it ended, how long it took."""
    from opendata_hub.operations import schedule

    hub = bootstrap.open_hub(Settings())
    known = schedule.known(hub, Turns(hub.engine))
    rows = [
        {"name": name, "cadence": str(entry.cadence), "does": entry.said, **_told(known.get(name))}
        for name, entry in schedule.entries().items()
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        took = f"{row['took_ms']} ms" if row["took_ms"] is not None else "-"
        cells = (
            row["name"], row["cadence"], f"next {row['due_at'] or '-'}",
            f"last {row['began_at'] or '-'}", row["outcome"] or "-", took, row["problem"],
        )  # fmt: skip
        typer.echo("\t".join(map(str, cells)).rstrip())


@app.command("run")
def run_job(name: Annotated[str, typer.Argument(help="As `jobs list` tells it.")]) -> int:
    """Do a job now: 1 when it failed, 0 otherwise; refused while it runs elsewhere."""
    from opendata_hub.operations import schedule

    entry = schedule.entry_named(name)
    hub = bootstrap.open_hub(Settings())
    ended = schedule.run(hub, entry, Turns(hub.engine))
    problem = f": {ended.problem}" if ended.problem else ""
    typer.echo(f"{name} {ended.outcome} in {ended.took_ms} ms{problem}")
    return FAILED if ended.outcome is Outcome.FAILED else 0


def _told(known: JobRun | None) -> dict[str, Any]:
    """What is known of a job, for a machine."""
    found = asdict(known) if known else dict.fromkeys(JobRun.__slots__)
    del found["name"]
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in found.items()
    }

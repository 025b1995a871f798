"""Commands on the queue: work on it, look at it, try again what was given up."""

import signal
from threading import Event
from typing import Annotated

import typer

from opendata_hub import bootstrap, clock
from opendata_hub.domain.operations.task import GivenUp, Lane
from opendata_hub.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Work that waits: what there is, what was given up.")
MOST_AT_ONCE = 64
Number = Annotated[int, typer.Argument(help="As `queue list` tells it.")]


def work(
    queues: Annotated[
        str, typer.Option(help=f"Which, with commas between: {', '.join(Lane)}. All of them.")
    ] = "",
    at_once: Annotated[
        int, typer.Option(min=1, max=MOST_AT_ONCE, help="So many tasks at the same time.")
    ] = 4,
) -> None:
    """Do what waits in the queue until told to stop; as many such processes as you like."""
    from opendata_hub.operations import logs
    from opendata_hub.operations.worker import lanes_named, worker_of

    lanes, settings, is_over = lanes_named(queues), Settings(), Event()
    logs.configure(settings)
    hub = bootstrap.open_hub(settings)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: is_over.set())
    worker = worker_of(hub, lanes, at_once=at_once)
    worker.start()
    typer.echo(f"Work is done here: {', '.join(lanes)} (Ctrl+C ends it)")
    is_over.wait()
    typer.echo("Ending; what has begun is done first")
    worker.shutdown()


@app.command("list")
def list_work() -> None:
    """How much is due in each queue and since when; then what was given up, a line each."""
    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        waiting = hub.queue.backlog(session, clock.now())
        lost = hub.queue.given_up(session)
    for lane in Lane:
        since = waiting.since.get(lane)
        oldest = since.isoformat() if since else "-"
        typer.echo(f"{lane}\t{waiting.depth.get(lane, 0)} due\toldest {oldest}")
    for each in lost:
        typer.echo(_line(each))


@app.command("again")
def try_again(number: Number) -> None:
    """Let what was given up be tried again."""
    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        work = hub.queue.try_again(session, number, clock.now())
    typer.echo(f"{number} waits again: {work.task}")


def _line(lost: GivenUp) -> str:
    args = " ".join(f"{name}={value}" for name, value in sorted(lost.args.items()))
    tried = f"{lost.attempts} attempts"
    cells = ("given up", lost.number, lost.task, args or "-", tried, lost.problem)
    return "\t".join(map(str, cells)).rstrip()

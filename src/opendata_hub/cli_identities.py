"""Commands on identities of requesters: ``opendata-hub identities …``."""

from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager
from secrets import token_bytes
from typing import Annotated

import typer
from sqlmodel import Session

from opendata_hub import bootstrap, clock
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.identities import erase as erasing
from opendata_hub.flows.identities import rotate as flow
from opendata_hub.flows.identities.rotate import Batch
from opendata_hub.settings import KEY_BYTES, Settings
from opendata_hub.store import engine
from opendata_hub.store.alerts import kept as alerts
from opendata_hub.store.identities import requesters
from opendata_hub.store.remote_ckan import targets

app = typer.Typer(no_args_is_help=True, help="Who asked: keys, checks, erasure.")
FAULTY = 1


@app.command("new-key")
def new_key() -> None:
    """Print a key for OPENDATA_HUB_IDENTITY_KEYS; it is kept nowhere."""
    typer.echo(b64encode(token_bytes(KEY_BYTES)).decode("ascii"))


@app.command()
def rotate() -> None:
    """Seal with the first key what others have sealed. Serving goes on; it can be stopped."""
    hub = bootstrap.open_hub(Settings())
    unread = [
        problem
        for step in (flow.reseal, flow.reseal_mails, flow.reseal_alerts)
        for problem in _each(hub.writing, step)
    ]
    with hub.writing() as session:
        unread += flow.reseal_targets(session)
    engine.forget_erased(hub.engine)
    _tell(hub, unread)


@app.command()
def check() -> None:
    """Open all that is sealed, and list what can't be opened; ends with 1 where there is any."""
    hub = bootstrap.open_hub(Settings())
    unread = _each(hub.reading, flow.check) + _each(hub.reading, flow.check_alerts)
    with hub.reading() as session:
        unread += flow.check_targets(session)
    _tell(hub, unread)


@app.command()
def erase(
    reference: Annotated[str, typer.Argument(help="Of the request, such as AI-2026-000001.")],
    reason: Annotated[str, typer.Option(help="Why; a digest of it is kept.")],
) -> None:
    """Erase who filed a request, as they want it; what was asked and answered stays."""
    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        done = erasing.erase(session, reference, reason, by=OPERATOR, now=clock.now())
    hub.forget_files(done.files, mails=done.mails)
    typer.echo(f"Erased who filed {reference.strip().upper()}")


@app.command("erase-due")
def erase_what_is_due() -> None:
    """Erase who filed requests that have served, as their laws declare it; a daily job does so."""
    hub = bootstrap.open_hub(Settings())
    from opendata_hub import jobs

    typer.echo(f"Erased {jobs.erase_identities(hub)} identities")


def _each(
    opened: Callable[[], AbstractContextManager[Session]], step: Callable[..., Batch]
) -> list[str]:
    """What could not be opened in all the batches there are, each in a transaction of its own."""
    after, unread = 0, list[str]()
    while True:
        with opened() as session:
            batch = step(session, after=after)
        unread.extend(batch.unread)
        if batch.last is None:
            return unread
        after = batch.last


def _tell(hub: bootstrap.Hub, unread: list[str]) -> None:
    with hub.reading() as session:
        kept = requesters.count(session)
        current, earlier = targets.count_sealed(session)
        told = alerts.count_sealed(session)
    typer.echo(
        f"{kept.current} identities are sealed with the first key, {kept.earlier} with others; "
        f"{kept.erased} were erased"
    )
    if current or earlier:
        typer.echo(f"{current} keys of CKANs are sealed with the first key, {earlier} with others")
    if told.current or told.earlier:
        typer.echo(
            f"{told.current} addresses of alerts are sealed with the first key, "
            f"{told.earlier} with others"
        )
    for each in unread:
        typer.echo(f"unreadable: {each}", err=True)
    if unread:
        raise typer.Exit(FAULTY)

"""Commands on mail: what waits, what went wrong, what nobody knows of."""

from datetime import datetime
from typing import Annotated

import typer

from opendata_hub import bootstrap, clock
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.correspondence import settle as flow
from opendata_hub.settings import Settings
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.correspondence.outbox import Noted

MOST = 1000
app = typer.Typer(no_args_is_help=True, help="The mails of the hub: out, and in.")


@app.command("list")
def list_mails() -> None:
    """What needs somebody (in doubt, failed, bounced), then what waits, up to 1,000 of each."""
    hub, now = bootstrap.open_hub(Settings()), clock.now()
    with hub.reading() as session:
        found = outbox.to_settle(session, now, most=MOST) + outbox.waiting(session, most=MOST)
    for each in found:
        typer.echo(_line(each, now))


@app.command()
def send() -> None:
    """Send what is due now; ``serve`` does so every minute."""
    hub = bootstrap.open_hub(Settings())
    typer.echo(f"{hub.send_letters(clock.now())} sent")


@app.command()
def fetch(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was there before, or was opened elsewhere.")
    ] = False,
) -> None:
    """Take in the mail of the desk now; ``serve`` does so every minute."""
    from opendata_hub import jobs

    hub = bootstrap.open_hub(Settings())
    if not hub.settings.imap_url:
        raise Invalid("OPENDATA_HUB_IMAP_URL: no mailbox is set")
    for each in jobs.fetch_mail(hub, is_all=everything):
        typer.echo("\t".join((str(each.number), each.state, each.why, each.reference or "-")))


@app.command()
def settle(
    number: Annotated[int, typer.Argument(help="As `mail list` tells it.")],
    *,
    again: Annotated[bool, typer.Option("--again", help="Send it once more.")] = False,
    sent: Annotated[bool, typer.Option("--sent", help="It arrived: somebody has asked.")] = False,
) -> None:
    """Say what becomes of a mail that is in doubt, or failed for good."""
    if again == sent:
        raise Invalid("Give --again or --sent")
    hub, now = bootstrap.open_hub(Settings()), clock.now()
    with hub.writing() as session:
        settled = flow.settle(session, number, is_sent=sent, by=OPERATOR, now=now)
    typer.echo(_line(settled, now))


def _line(mail: Noted, now: datetime) -> str:
    parts = [str(mail.id), mail.stamps.state(now), mail.kind, mail.reference or "-"]
    return "\t".join([*parts, mail.written_at.isoformat(), mail.problem])

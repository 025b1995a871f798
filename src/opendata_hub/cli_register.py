"""Commands on the register of requests: ``opendata-hub register …``."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from opendata_hub import bootstrap
from opendata_hub.domain.errors import Invalid
from opendata_hub.flows.verify import verify
from opendata_hub.settings import Settings
from opendata_hub.store.register import entries

FINDINGS = 1
app = typer.Typer(no_args_is_help=True, help="The register of requests, and the journal's proof.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@app.command("verify")
def register_verify(
    noted: Annotated[
        str, typer.Option(help="NUMBER:SEAL of an entry, as an earlier run printed it.")
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Prove that nothing was altered, dropped or added: 0 when sound, 1 with what is wrong."""
    number, _, seal = noted.partition(":")
    if noted and not (number.isdecimal() and seal):
        raise Invalid("--noted: give NUMBER:SEAL, such as 17:0f3a…")
    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        found = verify(session, noted=(int(number), seal) if noted else None)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        for fault in found.faults:
            typer.echo(f"{fault.number}: {fault.kind} {fault.detail}".rstrip())
        typer.echo(f"Entries: {found.entries}. Note elsewhere: {found.entries}:{found.seal}")
    return FINDINGS if found.faults else 0


@app.command("rebuild")
def register_rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only say which are wrong.")] = False,
) -> int:
    """Make entries equal to the events of their requests: 0 when all were, 1 with their names."""
    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        wrong = 0
        for reference in entries.rebuild(session, may_write=not check):
            wrong += 1
            typer.echo(reference)
    typer.echo(f"{'Wrong' if check else 'Mended'}: {wrong}")
    return FINDINGS if wrong else 0

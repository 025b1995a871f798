"""Commands that look at a hub as a whole: examine it, bring its tables up to date."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from opendata_hub import bootstrap
from opendata_hub.domain.operations.finding import Weight, needs_a_person
from opendata_hub.settings import Settings

NEEDS_A_PERSON = 1
SIGNS = {Weight.FINE: "  ", Weight.NOTE: "- ", Weight.WRONG: "! "}


def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False
) -> int:
    """Examine the hub and say what to do: 1 when something needs a person, 0 otherwise."""
    from opendata_hub.operations.doctor import examine

    found = examine(Settings())
    if as_json:
        rows = [{**asdict(each), "weight": each.weight} for each in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for each in found:
            said = each.said if each.code == "fine" else f"{each.code}: {each.said}"
            typer.echo(f"{SIGNS[each.weight]}{each.part}\t{said or 'fine'}")
            if each.advice:
                typer.echo(f"    {each.advice}")
    return NEEDS_A_PERSON if needs_a_person(found) else 0


def migrate() -> None:
    """Bring the tables to the shape this version expects; every command but `doctor` does so, too.

    Where several processes start at once, run this one first.
    """
    from opendata_hub.store.migrate import heads

    bootstrap.open_hub(Settings())
    typer.echo(f"The tables are at {', '.join(sorted(heads()))}")

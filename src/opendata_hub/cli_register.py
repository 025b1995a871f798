"""Commands on the register of requests: ``opendata-hub register …``."""

import gc
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from opendata_hub import bootstrap, clock
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.register.old_register import REASONS, SCHEMA
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.register.import_old import OldTable, Report, import_old
from opendata_hub.flows.register.report_year import report_year
from opendata_hub.flows.requests.announce import current
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
    # What was loaded stays: to look through it for garbage again and again costs a fifth more.
    gc.freeze()
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


@app.command("publish")
def register_publish(
    authority: Annotated[str, typer.Argument(help="Its id; all of them without one.")] = "",
    again: Annotated[bool, typer.Option(help="Bring back one that was withdrawn.")] = False,
) -> None:
    """Publish registers as datasets of the catalogue, those that have changed."""
    from opendata_hub import jobs

    hub = bootstrap.open_hub(Settings())
    published = jobs.publish_registers(hub, authority=authority, again=again)
    for dataset in published:
        address = f"{hub.frame.base_url}/datasets/{dataset.slug}"
        typer.echo(f"Published as {address} (version {dataset.version})")
    if not published:
        typer.echo("Nothing to publish")


@app.command("report")
def register_report(
    year: Annotated[int, typer.Argument(help="Of receipt, such as 2026.")],
    output: Annotated[Path, typer.Option(help="Where to write it: .pdf, or .csv for all.")],
    authority: Annotated[str, typer.Option(help="Its id; the hub's own without one.")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Of a PDF: ar, fr or en.")] = "fr",
    until: Annotated[str, typer.Option(help="The cut-off day, 2026-12-31; else today.")] = "",
) -> None:
    """Write the yearly report for the commission: a PDF in one language, or a CSV in ar and fr."""
    from opendata_hub.adapters.typeset.reports import typeset_report
    from opendata_hub.web.register import files

    hub = bootstrap.open_hub(Settings())
    body = hub.authority(authority)
    day = _cut_off(until, clock.today(hub.timezone))
    languages = (lang,) if output.suffix == ".pdf" else ("fr", "ar")
    if output.suffix not in {".pdf", ".csv"} or lang not in LANGUAGES:
        raise Invalid("give a file that ends with .pdf or .csv, and --lang ar, fr or en")
    with hub.reading() as session:
        reports = [
            report_year(
                session, body, hub.law_named(body.law), year=year, language=each, until=day,
                base_url=hub.frame.base_url,
            )
            for each in languages
        ]  # fmt: skip
    made = typeset_report(reports[0]) if output.suffix == ".pdf" else files.report_csv(reports)
    output.write_bytes(made)
    typer.echo(f"{output}: {len(made):,} bytes")


@app.command("import")
def register_import(
    file: Annotated[Path, typer.Argument(help="The old register: csv, xlsx, ods …")],
    authority: Annotated[str, typer.Option(help="Its id; the hub's own without one.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    only_sound: Annotated[
        bool, typer.Option("--only-sound", help="Take over what is sound beside what is not.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Take over an old register: 0 when every row was sound, 1 with those that were refused."""
    from opendata_hub.adapters.tabular.old_registers import old_table

    hub = bootstrap.open_hub(Settings())
    body = hub.authority(authority)
    law = hub.law_named(body.law)
    if not file.is_file():
        raise Invalid(f"{file}: no such file")
    with old_table(file, file.name, SCHEMA) as table, hub.writing() as session:
        report = import_old(
            session, OldTable(table.labels, table.ignored, table.records),
            authority=body, law=law, by=OPERATOR, may_write=not dry_run, only_sound=only_sound,
            calendar=current(session, hub.calendar_of(law), authority=body.id),
            today=clock.today(hub.timezone), now=clock.now(),
        )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _tell(report)
    return FINDINGS if report.refused else 0


def _tell(report: Report) -> None:
    for row in report.rows:
        if row.not_taken:
            said = f"{row.not_taken.column}: {REASONS[row.not_taken.reason]['en']}"
            typer.echo(f"row {row.number}: refused: {said} {row.not_taken.detail}".rstrip())
        elif row.is_there_already:
            typer.echo(f"row {row.number}: {row.old_number} is here already as {row.reference}")
        else:
            note = " (subject left out)" if row.subject_left_out else ""
            typer.echo(f"row {row.number}: {row.old_number} {row.reference or 'accepted'}{note}")
    if report.ignored:
        typer.echo(f"Columns not read: {', '.join(report.ignored)}")
    typer.echo(
        f"Accepted: {report.accepted}, here already: {report.there_already}, refused: "
        f"{report.refused}. {'Taken over.' if report.is_kept else 'Nothing was taken over.'}"
    )


def _cut_off(said: str, today: date) -> date:
    try:
        day = date.fromisoformat(said) if said else today
    except ValueError:
        raise Invalid(f"--until: {said[:20]!r} is no day; write 2026-12-31") from None
    if day > today:
        raise Invalid(f"--until: {day.isoformat()} is after today")
    return day

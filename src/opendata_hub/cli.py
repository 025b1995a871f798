"""Commands: for stewards, officers and operators.

Exit codes: 0 done or sound; 1 the file has findings; 2 wrong usage or something unreadable, with
one line on stderr. Heavy parts are loaded by the command that needs them.
"""

import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from opendata_hub import (
    bootstrap,
    cli_authorities,
    cli_identities,
    cli_letters,
    cli_mail,
    cli_people,
    cli_register,
    clock,
)
from opendata_hub.cli_exchange import ckan, harvest
from opendata_hub.cli_operations import backup as backup_commands
from opendata_hub.cli_operations import doctor as doctor_commands
from opendata_hub.cli_operations import jobs as jobs_commands
from opendata_hub.cli_operations import worker as worker_commands
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.catalog.document import day_from
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.ocds.codes import UNREGISTERED_PREFIX
from opendata_hub.domain.catalog.ocds.release import Teller
from opendata_hub.domain.catalog.record.described import given_from
from opendata_hub.domain.catalog.repair.letters import visible
from opendata_hub.domain.catalog.repair.proposal import Survey, acceptance_from
from opendata_hub.domain.catalog.repair.reasons import Saying, say
from opendata_hub.domain.catalog.report import Report, clearances_from
from opendata_hub.domain.catalog.vocabulary import Vocabularies
from opendata_hub.domain.errors import BadTableSchema, HubError, Invalid, Refused
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.texts import LANGUAGES, Texts, from_pairs
from opendata_hub.flows.requests.announce import announce, current
from opendata_hub.packs.documents import sample_document
from opendata_hub.packs.families import sample_described, sample_file
from opendata_hub.packs.laws import load_calendar, load_law
from opendata_hub.settings import Settings
from opendata_hub.store.submissions import Submission
from opendata_hub.web.explain import Speaker, explain, length_of, reason_of
from opendata_hub.web.requests import calculator
from opendata_hub.web.shapes import AnnouncementIn, LinkOut, RepairsOut, ReportOut

FINDINGS, UNREADABLE = 1, 2
LONGEST_CELL = 80
TOLD_EVERY = 5_000
"""Records, while all of them are written anew: some twelve seconds' work."""
DEMO_DAY = date(2026, 10, 6)
"""Of the session in which the sample of a deliberation was voted."""

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False, help="Open data and information requests in one house.",
)  # fmt: skip
app.add_typer(cli_people.user_app, name="user")
app.add_typer(cli_people.token_app, name="token")
app.add_typer(cli_authorities.app, name="authority")
calendar_app = typer.Typer(
    no_args_is_help=True, help="Days off, and what their announcement moves."
)
app.add_typer(calendar_app, name="calendar")
vocabulary_app = typer.Typer(
    no_args_is_help=True, help="Lists of codes, and the official tables they come from."
)
app.add_typer(vocabulary_app, name="vocabulary")
app.add_typer(cli_letters.app, name="letter")
app.add_typer(harvest.app, name="harvest")
app.add_typer(ckan.app, name="ckan")
app.add_typer(cli_register.app, name="register")
app.add_typer(cli_identities.app, name="identities")
app.add_typer(cli_mail.app, name="mail")
app.add_typer(jobs_commands.app, name="jobs")
app.add_typer(worker_commands.app, name="queue")
app.command("worker")(worker_commands.work)
app.command()(doctor_commands.doctor)
app.command()(doctor_commands.migrate)
app.command()(backup_commands.backup)
app.command()(backup_commands.verify)
app.command()(backup_commands.restore)
search_app = typer.Typer(no_args_is_help=True, help="The index of search.")
app.add_typer(search_app, name="search")
catalog_app = typer.Typer(no_args_is_help=True, help="The catalogue as a whole.")
app.add_typer(catalog_app, name="catalog")
links_app = typer.Typer(no_args_is_help=True, help="Whether the addresses in records answer.")
app.add_typer(links_app, name="links")
ocds_app = typer.Typer(no_args_is_help=True, help="Purchases in the words of OCDS 1.1.")
app.add_typer(ocds_app, name="ocds")

File = Annotated[Path, typer.Argument(help="A table: csv, tsv, xlsx, ods, parquet, json, ndjson.")]
AnyFile = Annotated[Path, typer.Argument(help="A table, or a document: pdf, odt, docx, png, jpg.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


class Language(StrEnum):
    """The languages of messages and reasons."""

    AR = "ar"
    FR = "fr"
    EN = "en"


class Match(StrEnum):
    """How the columns of a file find their fields."""

    NAME = "name"
    POSITION = "position"


class Engine(StrEnum):
    """What reads the rows of a file."""

    AUTO = "auto"
    FRICTIONLESS = "frictionless"


class Ending(StrEnum):
    """The formats of templates."""

    XLSX = "xlsx"
    CSV = "csv"


InLanguage = Annotated[Language, typer.Option("--lang", help="Language of texts.")]


def main() -> None:
    """Run a command; every error is one line on stderr."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except HubError as problem:
        _fail(f"{problem.code}: {problem}")
    except ValidationError as problem:
        wrong = problem.errors()[0]
        name = "".join(f"OPENDATA_HUB_{part}".upper() for part in wrong["loc"])
        _fail(f"bad-setting: {name}: {wrong['msg']}")
    except typer.Abort:
        _fail("aborted")
    except typer.TyperException as problem:
        _fail(f"usage: {problem.format_message()}")
    except OSError as problem:
        _fail(f"unreadable-file: {problem.filename or ''}: {problem.strerror or problem}")
    except Exception as problem:  # noqa: BLE001  (the outermost door: 1 would mean "findings")
        _fail(f"internal-error: {type(problem).__name__}: {problem}")


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    show_version: Annotated[bool, typer.Option("--version", help="Say which version.")] = False,
) -> None:
    """Open data and information requests in one house."""
    if show_version:
        typer.echo(version("opendata-hub"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def validate(
    file: AnyFile,
    family: Annotated[
        str, typer.Option(help="Check as this family; the hub keeps the report.")
    ] = "",
    schema: Annotated[Path | None, typer.Option(help="Check against this Table Schema.")] = None,
    match: Annotated[
        Match | None, typer.Option(help="Find columns by name (a family's way) or position.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="frictionless: it reads every row itself, slowly.")
    ] = Engine.AUTO,
    sheet: Annotated[str, typer.Option(help="Which sheet of a workbook.")] = "",
    unique_rows: Annotated[bool, typer.Option(help="A repeated row is a finding.")] = False,
    max_findings: Annotated[int, typer.Option(min=0, help="Show so many; 0: all.")] = 1000,
    max_seconds: Annotated[float, typer.Option(min=0.1, help="Stop reading after that.")] = 600,
    as_json: AsJson = False,
    lang: InLanguage = Language.FR,
) -> int:
    """Check a file against a family of this hub or a Table Schema of yours, or only its shape.

    A Data Package (datapackage.json, or a zip with it) is checked with the keys between its tables.
    """
    if family and schema:
        raise Invalid("give --family NAME or --schema SCHEMA.json, not both")
    _must_be_file(file)
    if family:
        hub = bootstrap.open_hub(Settings())
        submission = _submit(hub, file, family, lang)
        return _print_report(submission.report, {"submission": submission.id}, as_json=as_json)
    from opendata_hub.adapters.tabular.checking import How, check
    from opendata_hub.adapters.tabular.packages import check_package, is_package

    how = How(
        by_name=match is Match.NAME, is_reference=engine is Engine.FRICTIONLESS,
        unique_rows=unique_rows, max_findings=max_findings, seconds=max_seconds,
        language=lang, sheet=sheet,
    )  # fmt: skip
    if not schema and is_package(file):
        return _print_package(check_package(file, how=how), as_json=as_json)
    descriptor = _read_schema(schema) if schema else None
    report = check(file.resolve(), descriptor, file_name=file.name, how=how)
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return _print_report(report, {"sha256": digest}, as_json=as_json)


@app.command()
def publish(
    file: AnyFile,
    family: Annotated[str, typer.Option(help="The family of the file.")],
    title: Annotated[list[str], typer.Option(help="fr=… ; once for each language.")],
    publisher: Annotated[str, typer.Option(help="Id of a publisher in catalog/site.yaml.")],
    description: Annotated[list[str] | None, typer.Option(help="fr=… ; as for the title.")] = None,
    slug: Annotated[str, typer.Option(help="The address; made from the title if empty.")] = "",
    replace: Annotated[bool, typer.Option(help="Replace the dataset at that address.")] = False,
    clear: Annotated[list[str] | None, typer.Option(help="personal-phone/column=reason")] = None,
    described: Annotated[
        Path | None, typer.Option(help="JSON with further fields; see docs/catalogue.md.")
    ] = None,
    day: Annotated[str, typer.Option(help="Of a document: 2026-10-05.")] = "",
    again: Annotated[bool, typer.Option(help="Bring back what was withdrawn there.")] = False,
    as_json: AsJson = False,
    lang: InLanguage = Language.FR,
) -> int:
    """Check a file and, when it is sound, publish it. A refused file stays with its report."""
    from opendata_hub.flows.catalog.publish import Words
    from opendata_hub.flows.catalog.publish import publish as publish_flow
    from opendata_hub.flows.catalog.serving import rows as rows_flow

    words = Words(
        publisher, from_pairs(title), from_pairs(description or []), slug, replace,
        clearances_from(clear or []),
        given_from(described.read_text(encoding="utf-8")) if described else None,
        day_from(day), again,
    )  # fmt: skip
    hub = bootstrap.open_hub(Settings())
    hub.frame.site.publisher_named(publisher).require_publishes(family)
    submission = _submit(hub, file, family, lang, publisher=publisher)
    if not submission.report.is_valid and not clear:
        return _print_report(submission.report, {"submission": submission.id}, as_json=as_json)
    with hub.writing() as session:
        dataset = publish_flow(session, hub.frame, submission, words, by=OPERATOR, now=clock.now())
    hub.index_changes()
    rows_flow.prepare(hub.frame, hub.files, hub.rows, dataset)
    address = f"{hub.frame.base_url}/datasets/{dataset.slug}"
    if as_json:
        _print_json({"slug": dataset.slug, "url": address, "version": dataset.version})
    else:
        typer.echo(f"Published as {address} (version {dataset.version})")
    return 0


@app.command()
def clean(
    file: Annotated[
        Path, typer.Argument(help="A workbook (xlsx, xlsm, ods) or a document (pdf, odt, docx …).")
    ],
    sheet: Annotated[str, typer.Option(help="The table's sheet; the first visible if empty.")] = "",
    as_workbook: Annotated[
        bool, typer.Option("--xlsx", help="Write a workbook instead of CSV.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
    lang: InLanguage = Language.FR,
) -> None:
    """Write a copy that holds what one sees and nothing else; the original is kept."""
    from opendata_hub.adapters import documents, office
    from opendata_hub.adapters.office import copies

    _must_be_file(file)
    if documents.is_document(file.name):
        _clean_document(file, may_replace=force, lang=lang)
        return
    if not office.is_office(file.name):
        raise Invalid(f"{file.name}: only workbooks and documents carry more than one sees")
    rows = copies.visible_table(file, file_name=file.name, sheet=sheet)
    left = office.left_behind(file, file_name=file.name, language=lang, sheet=sheet)
    target = file.with_name(f"{file.stem}.clean{'.xlsx' if as_workbook else '.csv'}")
    if target.exists() and not force:
        raise Refused(f"{target} is there already; --force writes over it")
    (copies.write_workbook if as_workbook else copies.write_csv)(rows, target)
    typer.echo(f"Wrote {target} ({len(rows)} rows)")
    for what in left:
        typer.echo(f"left behind: {what}")


def _clean_document(file: Path, *, may_replace: bool, lang: Language) -> None:
    from opendata_hub.adapters import documents
    from opendata_hub.domain.catalog.document.carriers import NAMES, STOPPING, Carrier

    target = file.with_name(f"{file.stem}.clean{file.suffix}")
    if target.exists() and not may_replace:
        raise Refused(f"{target} is there already; --force writes over it")
    carriers = documents.read(file.resolve(), file_name=file.name).carriers
    documents.write_clean(file.resolve(), target.resolve(), file_name=file.name)
    typer.echo(f"Wrote {target}")
    for carrier in Carrier:
        if carrier in carriers & STOPPING:
            typer.echo(f"left behind: {NAMES[carrier][lang]}")


@app.command()
def suppress(
    file: File,
    family: Annotated[str, typer.Option(help="The family of the file.")],
    output: Annotated[Path | None, typer.Option(help="The copy; beside the file if empty.")] = None,
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
) -> None:
    """Write a copy without small counts, and the list of what was blanked. Needs no hub."""
    from opendata_hub.flows.catalog.suppress import suppress as suppress_flow

    _must_be_file(file)
    frame = bootstrap.load_frame(Settings(), base_url=bootstrap.DEFAULT_BASE_URL)
    copy = output or file.with_name(f"{file.stem}.suppressed.csv")
    places = copy.with_name(f"{copy.stem}.places.csv")
    if taken := next((each for each in (copy, places) if each.exists() and not force), None):
        raise Refused(f"{taken} is there already; --force writes over it")
    declared_in = bootstrap.family_named(frame.tables, family)
    count = suppress_flow(file, declared_in, copy=copy, places=places)
    typer.echo(f"Wrote {copy} ({count} cells blanked, listed in {places})")


@app.command()
def template(
    name: Annotated[str, typer.Argument(help="The family, for example association-subsidies.")],
    ending: Annotated[Ending, typer.Option("--format", help="A workbook, or CSV.")] = Ending.XLSX,
    output: Annotated[Path | None, typer.Option(help="Where to; - is stdout.")] = None,
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
    lang: InLanguage = Language.FR,
) -> None:
    """Write a family's table to fill in: titles, lists, checks, an example. Needs no hub."""
    from opendata_hub.flows.catalog.offer import offer

    settings = Settings()
    frame = bootstrap.load_frame(settings, base_url=bootstrap.DEFAULT_BASE_URL)
    family = bootstrap.family_named(frame.tables, name)
    offered = offer(bootstrap.catalog_folders(settings), family, language=lang, ending=ending)
    if str(output) == "-":
        typer.echo(offered.content, nl=False)
        return
    target = output or Path(offered.file_name)
    _write_new(target, offered.content, may_replace=force)
    typer.echo(f"Wrote {target}")


def _write_new(file: Path, content: bytes, *, may_replace: bool) -> None:
    """Write a file; raises Refused when there is one already that must not be replaced."""
    try:
        with file.open("wb" if may_replace else "xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise Refused(f"{file} is there already; --force writes over it") from None


@app.command()
def repair(
    file: File,
    family: Annotated[str, typer.Option(help="The family of the file.")],
    accept: Annotated[
        list[str] | None, typer.Option(help="all, proved, a kind, or ROW:COLUMN; once for each.")
    ] = None,
    day_first: Annotated[list[str] | None, typer.Option(help="A column of DD/MM/YYYY.")] = None,
    month_first: Annotated[list[str] | None, typer.Option(help="A column of MM/DD/YYYY.")] = None,
    output: Annotated[Path | None, typer.Option(help="The copy; beside the file if empty.")] = None,
    force: Annotated[bool, typer.Option(help="Replace an earlier copy.")] = False,
    as_json: AsJson = False,
    lang: InLanguage = Language.FR,
) -> int:
    """Propose repairs of a file, each with its proof; --accept writes a repaired copy. No hub."""
    from opendata_hub.flows.catalog import repair as flow

    _must_be_file(file)
    settings = Settings()
    frame = bootstrap.load_frame(settings, base_url=bootstrap.DEFAULT_BASE_URL)
    question = flow.Question(
        file,
        file.name,
        bootstrap.family_named(frame.tables, family),
        frame.territories,
        flow.orders_from(day_first or [], month_first or []),
    )
    if not accept:
        found = flow.propose(question)
        return _print_survey(found, lang, file_name=file.name, family=family, as_json=as_json)
    acceptance = acceptance_from(accept)
    copy_name, changes_name = flow.names_beside(output.name if output else file.name)
    copy = output or file.with_name(copy_name)
    changes = copy.with_name(changes_name.replace(".repaired.changes.", ".changes."))
    if taken := next((each for each in (copy, changes) if each.exists() and not force), None):
        raise Refused(f"{taken} is there already: give --force, or another --output")
    repaired = flow.repair(question, acceptance, copy=copy, changes=changes, language=lang)
    if as_json:
        made = {"copy": str(copy), "changes": str(changes), "made": repaired.made}
        return _print_report(repaired.report, made, as_json=True)
    typer.echo(say(Saying.WRITTEN, lang, made=repaired.made, copy=copy, changes=changes))
    ended = _print_report(repaired.report, {}, as_json=False)
    left = repaired.report.total_findings
    typer.echo(say(Saying.REMAINS, lang, findings=left) if left else say(Saying.SOUND, lang))
    return ended


def _print_survey(
    survey: Survey, lang: Language, *, file_name: str, family: str, as_json: bool
) -> int:
    """Every proposal on a line of its own: where, before, after, kind, proof."""
    if as_json:
        shown = RepairsOut.of(survey, file_name=file_name, family=family, language=lang)
        _print_json(shown.model_dump(mode="json"))
        return FINDINGS if survey.total else 0
    for proposal in survey.proposals:
        after = "" if proposal.after is None else _quoted(proposal.after)
        arrow = f" → {after or '∅'}" if proposal.is_repair else ""
        kind = f"{proposal.kind}, {proposal.certainty}"
        typer.echo(
            f"{proposal.place} {_quoted(proposal.before)}{arrow} [{kind}] {proposal.proof(lang)}"
        )
    for kind, count in sorted(survey.counts.items()):
        typer.echo(f"{kind}: {count}")
    if not survey.total:
        typer.echo(say(Saying.NOTHING, lang))
        return 0
    if hidden := survey.total - len(survey.proposals):
        typer.echo(say(Saying.MORE, lang, hidden=hidden))
    typer.echo(say(Saying.PROPOSED, lang, total=survey.total, repairs=survey.repairs))
    return FINDINGS


def _quoted(text: str) -> str:
    shown = text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
    return f"«{visible(shown)}»"


@app.command(name="deadline")
def deadline_command(
    law: Annotated[str, typer.Option(help="For example ma/31-13; with --step.")] = "",
    step: Annotated[str, typer.Option(help="For example reply.")] = "",
    unit: Annotated[str, typer.Option(help="Or a rule of your own: working_days, months …")] = "",
    length: Annotated[int | None, typer.Option(help="How many units.")] = None,
    start: Annotated[str, typer.Option("--from", help="Day zero, 2026-11-02, or an instant.")] = "",
    weekend: Annotated[str, typer.Option(help="sat,sun or fri,sat.")] = "",
    holidays: Annotated[Path | None, typer.Option(help="CSV with a column day; complete.")] = None,
    day_zero: Annotated[str, typer.Option(help="excluded or included.")] = "",
    end: Annotated[str, typer.Option(help="none, forward or backward.")] = "",
    cases: Annotated[Path | None, typer.Option("--batch", help="JSON lines; - is stdin.")] = None,
    as_explained: Annotated[bool, typer.Option("--explain", help="Tell every day.")] = False,
    as_json: AsJson = False,
    lang: InLanguage = Language.FR,
) -> None:
    """Say the last day of a legal term and how it was counted. Needs no hub."""
    if cases:
        with _lines(cases) as lines:
            for said in calculator.batch(lines, _declared()):
                typer.echo(json.dumps(said, ensure_ascii=False))
        return
    given = {
        "law": law, "step": step, "unit": unit, "length": length, "from": start,
        "weekend": weekend.split(",") if weekend else None,
        "holidays": _listed_days(holidays) if holidays else None,
        "day_zero": day_zero, "end": end, "lang": lang.value,
    }  # fmt: skip
    case = calculator.parsed(
        {key: value for key, value in given.items() if value not in ("", None)}
    )
    answer = calculator.calculate(case, _declared())
    if as_json:
        _print_json(calculator.answer_json(answer, lang))
    elif as_explained and answer.law:
        for sentence in explain(answer.deadline, answer.law, lang):
            typer.echo(sentence)
    else:
        _print_answer(answer, lang)


def _declared() -> calculator.Declared:
    """Laws and calendars as they are shipped or laid over, each read when it is asked for."""
    folders = bootstrap.request_folders(Settings())
    return calculator.Declared(
        law=cache(lambda name: load_law(folders, name)),
        calendar=cache(lambda code: load_calendar(folders, code)),
    )


def _print_answer(answer: calculator.Answer, lang: Language) -> None:
    term, speaker = answer.deadline, Speaker(lang)
    title = term.step.title[lang] or length_of(term.step.term, speaker)
    typer.echo(f"{title}: {term.due.isoformat()}")
    typer.echo(f"safe: {term.safe.isoformat()}")
    if answer.law:
        typer.echo(f"{answer.law.name}, art. {term.step.article} ({term.step.confidence})")
    for off in term.skipped:
        typer.echo(f"  {off.day.isoformat()}  {reason_of(off, speaker)}")
    for text in (answer.note, term.step.note[lang], answer.law and answer.law.disclaimer[lang]):
        if text:
            typer.echo(text)


@contextmanager
def _lines(file: Path) -> Iterator[Iterable[str]]:
    """The lines of a file, or of standard input for ``-``."""
    if str(file) == "-":
        yield sys.stdin
    else:
        with file.open(encoding="utf-8") as lines:
            yield lines


def _listed_days(file: Path) -> list[str]:
    """The column ``day`` of a list of holidays; raises Invalid when there is none."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if "day" not in (rows.fieldnames or []):
            raise Invalid(f"{file}: the first line must name a column day")
        return [row["day"] for row in rows if row["day"]]


@vocabulary_app.command(name="check")
def vocabulary_check(
    file: Annotated[Path, typer.Argument(help="A downloaded table: ttl, rdf, jsonld, nt or csv.")],
) -> int:
    """Compare a list of ours with its official table, which you have downloaded."""
    from opendata_hub.flows.catalog.refresh import check

    _must_be_file(file)
    found = check(_vocabularies(), file)
    for each in found.findings:
        what = f" ({each.language}): «{each.ours}» → «{each.theirs}»" if each.language else ""
        typer.echo(f"{found.name}/{each.code}: {each.difference}{what}")
    typer.echo(
        f"{found.name}: {len(found.findings)} differences; {found.others} entries not chosen"
    )
    return FINDINGS if found.findings else 0


@vocabulary_app.command(name="refresh")
def vocabulary_refresh(
    name: Annotated[str, typer.Argument(help="The list, for example frequency.")],
    table: Annotated[Path, typer.Option("--from", help="A downloaded table.")],
    output: Annotated[Path | None, typer.Option(help="Where to; NAME.csv if empty.")] = None,
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
) -> None:
    """Write a list anew with the labels of its official table; Arabic stays ours."""
    from opendata_hub.flows.catalog.refresh import refresh

    _must_be_file(table)
    target = output or Path(f"{name}.csv")
    _write_new(target, refresh(_vocabularies(), name, table).encode(), may_replace=force)
    typer.echo(f"Wrote {target}")


def _vocabularies() -> Vocabularies:
    return bootstrap.load_frame(Settings(), base_url=bootstrap.DEFAULT_BASE_URL).vocabularies


@app.command()
def demo() -> None:
    """Fill the hub with fictional datasets, one of each family, and requests; no harm twice."""
    from opendata_hub.flows.catalog.publish import Words
    from opendata_hub.flows.catalog.publish import publish as publish_flow
    from opendata_hub.store import datasets

    hub = bootstrap.open_hub(Settings())
    folders = bootstrap.catalog_folders(hub.settings)
    publisher = hub.frame.site.publishers[hub.frame.site.publisher]
    for name, family in hub.frame.families.items():
        slug, is_table = f"demo-{name}", name in hub.frame.tables
        file = sample_file(folders, name) if is_table else sample_document(folders, name)
        with hub.reading() as session:
            if file is None or datasets.find(session, slug):
                continue
        submission = _submit(hub, file, name, Language.FR)
        words = Words(
            publisher.id, _demo_title(family, publisher), family.description, slug,
            described=sample_described(folders, name) if is_table else None,
            day=None if is_table else DEMO_DAY,
        )  # fmt: skip
        with hub.writing() as session:
            publish_flow(session, hub.frame, submission, words, by=OPERATOR, now=clock.now())
        typer.echo(f"Published {slug}")
    hub.index_changes()
    if filed := _file_demo_requests(hub):
        typer.echo(f"Filed {filed} requests")
    bootstrap.remember_demo(hub.settings)
    for line in cli_people.make_demo_accounts(hub):
        typer.echo(line)
    typer.echo(f"The demo hub is in {hub.settings.home}. Start it: opendata-hub serve")


def _file_demo_requests(hub: bootstrap.Hub) -> int:
    """File the requests that the pack of the hub's law declares for a demo, if it does."""
    from opendata_hub.flows.filing.sample_requests import file_sample_requests

    law, authority = hub.laws[hub.frame.site.law], hub.authority()
    declared = bootstrap.request_folders(hub.settings).find(f"{law.name}/demo.csv")
    if declared is None:
        return 0
    calendar = hub.calendar_of(law)
    with hub.writing() as session:
        return file_sample_requests(
            session, declared,
            authority=authority, law=law,
            calendar=current(session, calendar, authority=authority.id),
            today=clock.today(calendar.timezone), now=clock.now(),
        )  # fmt: skip


@app.command()
def withdraw(
    slug: Annotated[str, typer.Argument(help="The last part of the dataset's address.")],
    reason: Annotated[str, typer.Option(help="Why; readers will see it at the old address.")],
) -> None:
    """Withdraw a dataset and leave a tombstone; `publish --again` at the same address undoes it."""
    from opendata_hub.flows.catalog.withdraw import withdraw as withdraw_flow

    hub = bootstrap.open_hub(Settings())
    with hub.writing() as session:
        withdraw_flow(session, hub.frame, slug, reason=reason, by=OPERATOR, now=clock.now())
    hub.index_changes()
    typer.echo(f"Withdrew {hub.frame.base_url}/datasets/{slug}")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    with_jobs: Annotated[
        bool,
        typer.Option("--jobs/--no-jobs", help="Whether schedule and queue are worked on, too."),
    ] = True,
) -> None:
    """Serve portal, API and catalogue; alone, a process is the whole hub."""
    from opendata_hub.operations import logs
    from opendata_hub.operations.schedule import Schedule
    from opendata_hub.operations.upkeep import Upkeep
    from opendata_hub.operations.worker import worker_of
    from opendata_hub.web.app import create_app
    from opendata_hub.web.protection import server

    settings = Settings()
    logs.configure(settings)
    public_host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  (compared)
    shown = f"[{public_host}]" if ":" in public_host else public_host
    hub = bootstrap.open_hub(settings, base_url=f"http://{shown}:{port}")
    bootstrap.refuse_demo_passwords(hub)
    bootstrap.remember_address(hub.settings, hub.frame.base_url)
    _refresh(hub)
    hub.index_changes()
    if hub.mailer.server is None:
        typer.echo(f"No mail server is set: mails are written into {hub.mailer.folder}")
    typer.echo(f"Starting on {host}, port {port}, as {hub.frame.base_url} (Ctrl+C ends it)")
    schedule, worker, upkeep = Schedule(hub), worker_of(hub), Upkeep(hub)
    upkeep.start()
    if with_jobs:
        worker.start()
        schedule.start()
    try:
        server.run(create_app(hub), host=host, port=port)
    finally:
        schedule.shutdown()
        worker.shutdown()
        upkeep.shutdown()


def _refresh(hub: bootstrap.Hub) -> None:
    """Write anew what was written for another address or profile, and say so: it may take long."""
    from opendata_hub.flows.harvest.kept_record import refresh_everything

    def tell(done: int, total: int) -> None:
        if done == 0:
            said = f"{total:,} records are written anew: {hub.frame.base_url} or the profile is new"
            typer.echo(said, err=True)
        elif done % TOLD_EVERY == 0:
            typer.echo(f"{done:,} of {total:,} are written", err=True)

    with hub.writing() as session:
        refresh_everything(session, hub.frame, now=clock.now(), tell=tell)


@search_app.command("rebuild")
def search_rebuild() -> None:
    """Make the index of search anew from what is published; the old one answers until then.

    What clients of CKAN ask for is made ready as well, where it is not.
    """
    from opendata_hub import jobs
    from opendata_hub.flows.catalog.serving.index import rebuild

    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        indexed = rebuild(session, hub.frame, hub.search)
    jobs.keep_packages(hub, most=None)
    typer.echo(f"Indexed {indexed} datasets")


@calendar_app.command("announce")
def calendar_announce(
    day: Annotated[str, typer.Argument(help="The day that is off, 2027-03-10.")],
    name: Annotated[list[str], typer.Option(help="fr=… ; once for each language.")],
    source: Annotated[str, typer.Option(help="Who announced it, where.")],
    jurisdiction: Annotated[str, typer.Option(help="For example ma.")] = "ma",
    status: Annotated[str, typer.Option(help="official, expected or exceptional.")] = "official",
    instead_of: Annotated[str, typer.Option(help="A listed day that is not off after all.")] = "",
    authority: Annotated[str, typer.Option(help="Whose doors alone are closed.")] = "",
) -> None:
    """Announce a day off: open requests are counted anew, and a notice is written for each."""
    hub = bootstrap.open_hub(Settings())
    announced = AnnouncementIn(
        day=day, name=dict(from_pairs(name)), status=status, source=source,
        instead_of=instead_of or None,
    )  # fmt: skip
    calendar = hub.calendar_named(jurisdiction)
    if authority:
        hub.require_calendar(hub.authority(authority), jurisdiction)
    today = clock.today(calendar.timezone)
    with hub.writing() as session:
        moved = announce(
            session,
            announced.value(known_on=today),
            calendar=calendar,
            laws=hub.laws_of(jurisdiction),
            by=None,
            today=today,
            now=clock.now(),
            authority=authority,
        )
    typer.echo(f"Announced {day}; {moved} open requests have another due day")


@calendar_app.command("list")
def calendar_list(
    year: Annotated[int, typer.Argument(help="For example 2027.")],
    jurisdiction: Annotated[str, typer.Option(help="For example ma.")] = "ma",
    authority: Annotated[str, typer.Option(help="With the days on which it is closed.")] = "",
    lang: InLanguage = Language.FR,
) -> None:
    """Say which days are off in a year, as it is known now."""
    hub = bootstrap.open_hub(Settings())
    if authority:
        hub.require_calendar(hub.authority(authority), jurisdiction)
    with hub.reading() as session:
        calendar = current(session, hub.calendar_named(jurisdiction), authority=authority)
    for day, holiday in sorted(calendar.holidays.items()):
        if day.year == year:
            typer.echo(f"{day.isoformat()}\t{holiday.status}\t{holiday.name[lang]}")


@calendar_app.command("check")
def calendar_check() -> int:
    """Warn of calendars that run out within 90 days: 1 when there is one, 0 otherwise."""
    from opendata_hub import jobs

    hub = bootstrap.open_hub(Settings())
    ending = jobs.check_calendars(hub)
    for code in ending:
        typer.echo(f"{code}: no list of holidays after {hub.calendars[code].last_known_day()}")
    return FINDINGS if ending else 0


@catalog_app.command("export")
def catalog_export(
    folder: Annotated[Path, typer.Argument(help="A folder of its own; made if it is not there.")],
) -> None:
    """Write the whole catalogue as files that any web server can serve."""
    from opendata_hub.web.app import create_app
    from opendata_hub.web.export import export

    hub = bootstrap.open_hub(Settings())
    _refresh(hub)
    made = export(create_app(hub), hub, folder.resolve())
    typer.echo(f"{made.files} files in {folder}: {made.written} written, {made.removed} removed")


@links_app.command("check")
def links_check(
    slug: Annotated[str, typer.Option(help="All addresses of this dataset, due or not.")] = "",
    as_json: AsJson = False,
) -> int:
    """Look at the addresses that are due: 1 when one does not answer, 0 otherwise."""
    from opendata_hub import jobs

    hub = bootstrap.open_hub(Settings())
    found = [LinkOut.of_state(state) for state in jobs.check_links(hub, slug=slug)]
    if as_json:
        _print_json([link.model_dump(mode="json") for link in found])
    else:
        for link in found:
            since = f"\tsince {link.fails_since:%Y-%m-%d}" if link.fails_since else ""
            typer.echo(f"{link.status or link.problem}\t{link.url}{since}")
        typer.echo(f"{len(found)} addresses were looked at")
    return 0 if all(link.reachable for link in found) else FINDINGS


@ocds_app.command("export")
def ocds_export(
    slug: Annotated[list[str] | None, typer.Argument(help="Datasets; all if none.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where to; stdout if empty.")] = None,
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
) -> None:
    """Write notices, results, completion reports and purchase orders as a release package."""
    from opendata_hub.flows.catalog.serving import tell_ocds

    hub = bootstrap.open_hub(Settings())
    with hub.reading() as session:
        purchases = tell_ocds.find(session, slug or ())
    prefix = hub.frame.site.ocds_prefix
    teller = Teller(prefix, hub.ocds, ZoneInfo(hub.timezone))
    parts = tell_ocds.package(hub.frame, hub.files, hub.rows, purchases, teller)
    if prefix == UNREGISTERED_PREFIX:
        unregistered = f"{prefix} is not registered: set ocds_prefix in catalog/site.yaml"
        typer.echo(f"warning: {unregistered} (docs/ocds.md)", err=True)
    if output is None:
        for part in parts:
            typer.echo(part, nl=False)
        return
    _write_new(output, "".join(parts).encode(), may_replace=force)
    typer.echo(f"Wrote {output}")


def _demo_title(family: Family, publisher: Authority) -> Texts:
    return {code: f"{family.title[code]} — {publisher.name[code]}" for code in LANGUAGES}


def _submit(
    hub: bootstrap.Hub, file: Path, family_name: str, lang: Language, *, publisher: str = ""
) -> Submission:
    from opendata_hub.flows.catalog.compare import published_tables
    from opendata_hub.flows.catalog.submit import examine, submit

    family = hub.family(family_name)
    _must_be_file(file)
    with hub.reading() as session:
        tables = published_tables(
            session, hub.files, hub.frame.families, family, publisher=publisher
        )
    with file.open("rb") as stream:
        examined = examine(
            hub.files,
            stream,
            family,
            file_name=file.name,
            limit_bytes=hub.settings.upload_limit_bytes,
            today=clock.today(hub.timezone),
            language=lang,
            tables=tables,
        )
    with hub.writing() as session:
        return submit(
            session, examined, family,
            authority=publisher or hub.frame.site.publisher, by=OPERATOR, now=clock.now(),
        )  # fmt: skip


def _print_package(reports: Mapping[str, Report], *, as_json: bool) -> int:
    if as_json:
        resources = {
            name: ReportOut.of(report).model_dump(mode="json") for name, report in reports.items()
        }
        is_valid = all(report.is_valid for report in reports.values())
        _print_json({"valid": is_valid, "resources": resources})
        return 0 if is_valid else FINDINGS
    ended = []
    for name, report in reports.items():
        typer.echo(f"{name}:")
        ended.append(_print_report(report, {}, as_json=False))
    return max(ended)


def _print_report(report: Report, extra: dict[str, Any], *, as_json: bool) -> int:
    if as_json:
        _print_json({**ReportOut.of(report).model_dump(mode="json"), **extra})
    if not report.is_readable:
        _say_error(f"{report.findings[0].code}: {report.findings[0].message}")
        return UNREADABLE
    if not as_json:
        for finding in report.findings:
            where = f"row {finding.row or '-'}, column {finding.column or '-'}"
            typer.echo(f"{finding.level}: {where}: {finding.code}: {finding.message}")
        verdict = "sound" if report.is_valid else "not sound"
        more = "" if report.is_complete else " (stopped: time ran out)"
        typer.echo(f"{verdict}: {report.rows} rows, {report.total_findings} findings{more}")
        if report.slow_because:
            typer.echo(f"every row was read by Frictionless: {report.slow_because}")
    return 0 if report.is_valid else FINDINGS


def _read_schema(file: Path) -> dict[str, object]:
    try:
        descriptor = json.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise BadTableSchema(f"{file}: not UTF-8") from None
    except json.JSONDecodeError as problem:
        raise BadTableSchema(f"{file}, line {problem.lineno}: {problem.msg}") from None
    if not isinstance(descriptor, dict):
        raise BadTableSchema(f"{file}: a Table Schema is a mapping")
    return descriptor


def _must_be_file(file: Path) -> None:
    if not file.is_file():
        raise Invalid(f"{file}: no such file")


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _fail(line: str) -> None:
    _say_error(line)
    sys.exit(UNREADABLE)


def _say_error(line: str) -> None:
    typer.echo(f"error: {' '.join(line.split())[:600]}", err=True)

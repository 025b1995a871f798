"""Frictionless, in our words: a file and a Table Schema give a Report."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from frictionless import Dialect, FrictionlessException, Schema
from frictionless.errors import SourceError
from frictionless.resources import TableResource

from opendata_hub.adapters import encoding
from opendata_hub.adapters.rules import RuleRun
from opendata_hub.adapters.tabular.counts import SmallCountScan
from opendata_hub.adapters.tabular.personal import PersonalScan
from opendata_hub.domain.catalog.family import Rule
from opendata_hub.domain.catalog.privacy import suppression
from opendata_hub.domain.catalog.privacy.suppression import SmallCells
from opendata_hub.domain.catalog.report import Finding, Level, Report, unreadable
from opendata_hub.domain.errors import BadTableSchema, Invalid

MAX_FINDINGS, LONGEST_MESSAGE, EXAMPLES, MAX_COLUMNS = 1000, 400, 20, 1000
FORMATS: Mapping[str, tuple[str, str]] = {
    ".csv": ("CSV", "text/csv"),
    ".tsv": ("TSV", "text/tab-separated-values"),
}
"""Ending of the file's name to the EU file type and the IANA media type."""

_UNREADABLE = {"encoding-error", "format-error", "scheme-error", "compression-error"}


def check(
    file: Path,
    schema: Mapping[str, object],
    *,
    file_name: str,
    rules: Sequence[Rule] = (),
    language: str = "fr",
    max_findings: int = MAX_FINDINGS,
    today: date | None = None,
    is_for_publication: bool = False,
) -> Report:
    """Check a CSV or TSV file against a Table Schema and a family's rules.

    file:      where the bytes lie; file_name is what their sender called them.
    language:  of the messages of ``rules``; Frictionless' own are English.
    today:     the day of the check, for rules that speak of it.
    is_for_publication: whether to look for personal data as well, in cells and names.
    Reads record by record. Stops after ``max_findings``; 0 means none is too many.
    Raises BadTableSchema when Frictionless can't read ``schema``.
    """
    if problem := _not_a_table(file, file_name):
        return problem
    text_encoding = encoding.detect(file)
    if text_encoding is None:
        return unreadable(
            "broken-encoding",
            "The text is neither UTF-8 nor a Windows encoding throughout; save it as UTF-8",
        )
    table = partial(_resource, file, file_name, text_encoding)
    errors, rows = _validate(table(), _schema(schema), max_findings)
    if errors and errors[0].type in _UNREADABLE:
        return unreadable(errors[0].type, errors[0].message)
    broken = _broken_rules(table(), _schema(schema), rules, language, today)
    of_rules, are_all_told = _enough(broken, max_findings)
    findings = sorted(
        [*(_finding(error) for error in errors), *of_rules], key=lambda finding: finding.row or 0
    )
    small = suppression.declared(schema)
    personal = _personal_data(table(), file_name, small, language) if is_for_publication else ()
    examples, met = _examples(personal)
    return Report(
        rows=rows,
        findings=(*findings, *examples),
        total_findings=len(findings) + met,
        is_complete=are_all_told and not (max_findings and len(errors) >= max_findings),
        encoding=text_encoding,
    )


def _broken_rules(
    resource: TableResource,
    schema: Schema,
    rules: Sequence[Rule],
    language: str,
    today: date | None,
) -> Iterator[Finding]:
    """What the family's rules say of the file, in reading order."""
    if not rules:
        return
    try:
        with resource as opened:
            records = enumerate(opened.cell_stream, start=1)
            _, header = next(records, (1, []))
            columns = [str(cell or "") for cell in header]
            run = RuleRun(rules, schema, columns, language=language, today=today)
            for number, cells in records:
                yield from run.row(number, [str(cell or "") for cell in cells])
            yield from run.end()
    except FrictionlessException:
        return  # what can't be opened is refused by the check itself


def _enough(broken: Iterable[Finding], limit: int) -> tuple[list[Finding], bool]:
    """At most so many errors and so many remarks, and whether no error was left out."""
    kept: list[Finding] = []
    told: Counter[bool] = Counter()
    for finding in broken:
        is_error = finding.level is Level.ERROR
        if limit and told[is_error] >= limit:
            if is_error:
                return kept, False
            continue
        told[is_error] += 1
        kept.append(finding)
    return kept, True


def _examples(personal: Iterable[Finding]) -> tuple[list[Finding], int]:
    """A few findings of each kind in each column, and how many there were in all.

    A kind in a column is cleared as a whole, so none of its places may crowd out another column.
    """
    met: Counter[tuple[str, str | None]] = Counter()
    kept = []
    for finding in personal:
        met[finding.code, finding.column] += 1
        if met[finding.code, finding.column] <= EXAMPLES:
            kept.append(finding)
    return kept, met.total()


def _resource(file: Path, file_name: str, text_encoding: str) -> TableResource:
    """The file as Frictionless opens it. We never hand it a name that somebody chose."""
    return TableResource(
        path=file.name,
        basepath=str(file.parent),
        scheme="file",
        format="csv",
        encoding=text_encoding,
        dialect=_dialect(file_name),
    )


def records(file: Path, *, file_name: str) -> list[list[str]]:
    """The records of a CSV or TSV file as text, the header first.

    Raises Invalid when the file is no table.
    """
    problem = _not_a_table(file, file_name)
    text_encoding = None if problem else encoding.detect(file)
    if problem or text_encoding is None:
        raise Invalid(f"{file_name}: {problem.findings[0].message if problem else 'not UTF-8'}")
    try:
        with _resource(file, file_name, text_encoding) as opened:
            return [[str(cell or "") for cell in cells] for cells in opened.cell_stream]
    except FrictionlessException as refusal:
        raise Invalid(f"{file_name}: {_shorten(refusal.error.message)}") from None


def _personal_data(
    resource: TableResource, file_name: str, small: SmallCells | None, language: str
) -> Iterator[Finding]:
    """What tells of persons in the file's name, its header and its cells, in reading order."""
    try:
        with resource as opened:
            rows = ([str(cell or "") for cell in cells] for cells in opened.cell_stream)
            header = next(rows, [])
            scan = PersonalScan(file_name, header, language=language)
            counts = SmallCountScan(header, small, language=language) if small else None
            yield from scan.names()
            for number, cells in enumerate(rows, start=2):
                yield from scan.row(number, cells)
                if counts:
                    yield from counts.row(number, cells)
    except FrictionlessException:
        return  # what can't be opened is refused by the check itself


def _shorten(message: str) -> str:
    """A message that repeats a cell is cut: one unclosed quote makes a cell of a whole file."""
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def _not_a_table(file: Path, file_name: str) -> Report | None:
    """The report on a file that need not be opened to be refused."""
    ending = Path(file_name).suffix.lower()
    if ending not in FORMATS:
        return unreadable(
            "unsupported-format",
            f"{ending or 'no ending'} is not read yet; save the sheet as CSV UTF-8 (.csv)",
        )
    if file.stat().st_size == 0:
        return unreadable("empty-file", "The file is empty")
    if encoding.widest_line(file) > MAX_COLUMNS:
        # Frictionless is quadratic in the cells of a row: 20,000 of them cost three minutes.
        return unreadable("too-many-columns", f"A line has more than {MAX_COLUMNS:,} cells")
    if encoding.is_binary(file):
        return unreadable("binary-file", f"This is no text, though it is called {ending}")
    return None


def _schema(descriptor: Mapping[str, object]) -> Schema:
    try:
        return Schema.from_descriptor(dict(descriptor))
    except FrictionlessException as problem:
        reasons = "; ".join(error.note for error in problem.reasons or [problem.error])
        raise BadTableSchema(f"This is no Table Schema: {reasons}") from None


def _dialect(file_name: str) -> Dialect:
    """Tabs for .tsv; for .csv Frictionless looks at the first lines."""
    if Path(file_name).suffix.lower() == ".tsv":
        return Dialect.from_descriptor({"csv": {"delimiter": "\t"}})
    return Dialect()


def _validate(resource: TableResource, schema: Schema, max_findings: int) -> tuple[list[Any], int]:
    """Frictionless' errors in reading order, and the number of records read."""
    resource.schema = schema
    try:
        result = resource.validate(limit_errors=max_findings)
    except FrictionlessException as problem:
        return [problem.error], 0
    except (TypeError, ValueError, ArithmeticError) as problem:
        # Frictionless breaks on some schemas (a bound that its own type can't hold) and on some
        # cells (sNaN). A plain row tells which it was.
        _require_applicable(schema, problem)
        return [SourceError(note=f"a cell that can't be compared: {problem}")], 0
    errors: Iterable[Any] = [*result.errors, *(e for task in result.tasks for e in task.errors)]
    rows = next((task.stats.get("rows") for task in result.tasks), 0)
    return list(errors), rows or 0


def _require_applicable(schema: Schema, problem: Exception) -> None:
    """Raise BadTableSchema when the schema fails even on a row that is nothing but ones."""
    row = [[field.name for field in schema.fields], ["1"] * len(schema.fields)]
    try:
        TableResource(data=row, schema=schema).validate()
    except (TypeError, ValueError, ArithmeticError, FrictionlessException):
        raise BadTableSchema(f"Frictionless can't apply this Table Schema: {problem}") from None


def _finding(error: Any) -> Finding:
    """One Frictionless error in our words."""
    return Finding(
        code=error.type,
        message=_shorten(error.message),
        row=getattr(error, "row_number", None),
        column=getattr(error, "field_name", None) or None,
    )

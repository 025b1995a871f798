"""Frictionless, in our words: a file and a Table Schema give a Report."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from frictionless import Checklist, Dialect, FrictionlessException, Schema
from frictionless.errors import SourceError
from frictionless.resources import TableResource

from opendata_hub.adapters import encoding
from opendata_hub.adapters.tabular.personal import PersonalScan
from opendata_hub.domain.catalog.family import Rule
from opendata_hub.domain.catalog.report import Finding, Level, Report, unreadable
from opendata_hub.domain.errors import BadTableSchema

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
    is_for_publication: bool = False,
) -> Report:
    """Check a CSV or TSV file against a Table Schema and row rules.

    file:      where the bytes lie; file_name is what their sender called them.
    language:  of the messages of ``rules``; Frictionless' own are English.
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
    by_formula = {rule.formula: rule for rule in rules}
    errors, rows, is_complete = _all_that_matters(table, _schema(schema), by_formula, max_findings)
    if errors and errors[0].type in _UNREADABLE:
        return unreadable(errors[0].type, errors[0].message)
    findings = [_finding(error, by_formula, language) for error in errors]
    personal = _personal_data(table(), file_name, language) if is_for_publication else ()
    examples, met = _examples(personal)
    return Report(
        rows=rows,
        findings=(*findings, *examples),
        total_findings=len(findings) + met,
        is_complete=is_complete,
        encoding=text_encoding,
    )


def _all_that_matters(
    table: Callable[[], TableResource],
    schema: Schema,
    rules: Mapping[str, Rule],
    max_findings: int,
) -> tuple[list[Any], int, bool]:
    """Frictionless' errors, the records read, and whether nothing that stops a file was left out.

    So many remarks that reading stopped say nothing of what stands behind them: then the file is
    read once more without the rules that only remark.
    """
    errors, rows = _validate(table(), schema, rules, max_findings)
    if not max_findings or len(errors) < max_findings:
        return errors, rows, True
    if not _are_remarks(errors, rules):
        return errors, rows, False
    strict = {formula: rule for formula, rule in rules.items() if rule.level is Level.ERROR}
    worse, rows = _validate(table(), schema, strict, max_findings)
    return [*errors, *worse], rows, len(worse) < max_findings


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


def _personal_data(resource: TableResource, file_name: str, language: str) -> Iterator[Finding]:
    """Personal data in the file's name, its header and its cells, in reading order."""
    try:
        with resource as opened:
            records = ([str(cell or "") for cell in cells] for cells in opened.cell_stream)
            scan = PersonalScan(file_name, next(records, []), language=language)
            yield from scan.names()
            for number, cells in enumerate(records, start=2):
                yield from scan.row(number, cells)
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


def _validate(
    resource: TableResource, schema: Schema, rules: Mapping[str, Rule], max_findings: int
) -> tuple[list[Any], int]:
    """Frictionless' errors in reading order, and the number of records read."""
    resource.schema = schema
    checks = [{"type": "row-constraint", "formula": formula} for formula in rules]
    try:
        result = resource.validate(
            Checklist.from_descriptor({"checks": checks}), limit_errors=max_findings
        )
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


def _are_remarks(errors: Sequence[Any], rules: Mapping[str, Rule]) -> bool:
    """Whether everything that was found only warns."""
    return bool(errors) and all(
        error.type == "row-constraint" and _finding(error, rules, "fr").level is Level.WARNING
        for error in errors
    )


def _finding(error: Any, rules: Mapping[str, Rule], language: str) -> Finding:
    """One Frictionless error in our words; a row rule speaks for itself."""
    rule = next((r for formula, r in rules.items() if f'"{formula}"' in error.note), None)
    is_rule = error.type == "row-constraint" and rule is not None
    return Finding(
        code=error.type,
        message=rule.message[language] if is_rule and rule else _shorten(error.message),
        row=getattr(error, "row_number", None),
        column=getattr(error, "field_name", None) or None,
        level=rule.level if is_rule and rule else Level.ERROR,
    )

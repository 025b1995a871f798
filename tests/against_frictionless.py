"""Schemas, cells and files at random, and what Frictionless itself says of them."""

from pathlib import Path

from frictionless import FrictionlessException
from frictionless.resources import TableResource
from hypothesis import strategies as st

from opendata_hub.adapters.tabular.checking import How, check

ODD_CELLS = (
    "", " ", "-", "0", "00", "-0", "+1", "1", "01", " 1", "1 ", "1_000", "1.", ".5", "1.0", "1.00",
    "1,5", "1 000,5", "1\u00a0000", "1e3", "1E-3", "NaN", "nan", "Infinity", "-inf", "sNaN",
    "٣", "१",
    "12345678901234567", "123456789012345678", "1234567890123456789", "0.1234567890123456789",
    "99999999999999999999999999", "-1", "--1", "+-1", "1-", "5", "10", "100", "1000000",
    "true", "True", "TRUE", "false", "Oui", "non", "نعم", "2024-02-29", "2023-02-29", "2024-2-9",
    "2024-13-01", "2024-00-10", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "24-01-01",
    "29/02/2024", "29/02/2023", "9/2/2024", "2024-02-29T10:00:00", "2024-02-29T10:00:00Z",
    "2024-02-29T10:00", "2024-02-29 10:00:00", "2024-02-29T10:00:60", "2024-02-29T24:00:00",
    "2024-02-29T10:00:00+01:00", "10:00:00", "23:59:60", "10:00", "2024", "2024-02",
    "2024-2", "0024",
    "a", "A", "aa", "ab", "é", "e\u0301", "ééé", "العربية", "a\nb", "a\rb", 'a"b', '"', "a;b",
    "a,b",
    "AB12", "AB123", "AB123\n", "x" * 40, "\u200f", "\ufeff", "a@b.ma", "http://example.org/é",
    "null", "None", "[1]", '{"a": 1}', "P1D", "30.5,-7.6", "\t", "\x1c", "1\x1c",
)  # fmt: skip

PATTERNS = ("[A-Z]{2}\\d{2,3}", "a|b", "^\\w+$", "[^;]*", "(?i:ab)", ".{1,3}", "\\s*\\d+\\s*", "é+")


def fields(names):
    """A field of any type, with constraints that Frictionless can apply."""
    return st.one_of(
        _field(
            names, "string",
            {
                "minLength": st.integers(0, 3), "maxLength": st.integers(1, 5),
                "pattern": st.sampled_from(PATTERNS),
                "enum": st.lists(st.sampled_from(("a", "AB12", "é", "1")), min_size=1, unique=True),
            },
            {"format": st.sampled_from(("default", "default", "email", "uri", "uuid"))},
        ),
        _field(
            names, "integer", _bounds(st.integers(-5, 2000)),
            {"bareNumber": st.sampled_from((True, True, False))},
        ),
        _field(
            names, "number", _bounds(st.sampled_from((-1, 0, 1, 5, 1000))),
            {
                "decimalChar": st.sampled_from((".", ",")),
                "groupChar": st.sampled_from(("", " ", "\u00a0", ",")),
                "floatNumber": st.booleans(),
            },
        ),
        _field(names, "date", _bounds(st.sampled_from(("2024-01-01", "2024-02-29"))), {}),
        _field(names, "date", {}, {"format": st.sampled_from(("%d/%m/%Y", "%Y%m%d", "any"))}),
        _field(names, "datetime", _bounds(st.just("2024-02-29T10:00:00")), {}),
        _field(names, "time", _bounds(st.just("10:00:00")), {}),
        _field(names, "year", _bounds(st.sampled_from((2000, 2024))), {}),
        _field(names, "yearmonth", {}, {}),
        _field(
            names, "boolean", {},
            {"trueValues": st.sampled_from((["Oui", "نعم"], ["true", "1"]))},
        ),
        _field(names, "any", {}, {}),
        _field(names, "duration", {}, {}),
        _field(names, "geopoint", {}, {}),
        _field(names, "array", {}, {}),
    )  # fmt: skip


def _field(names, type_, constraints, options):
    general = {"required": st.booleans(), "unique": st.booleans()}
    return st.fixed_dictionaries(
        {
            "name": st.sampled_from(names),
            "type": st.just(type_),
            "constraints": st.fixed_dictionaries({}, optional={**general, **constraints}),
        },
        optional={**options, "missingValues": st.sampled_from(([""], ["", "-"], ["-", "null"]))},
    )


def _bounds(value):
    return {
        "minimum": value, "maximum": value, "exclusiveMinimum": value, "exclusiveMaximum": value,
    }  # fmt: skip


@st.composite
def schemas(draw):
    """One to four fields, perhaps with a primary key."""
    names = ("a", "b", "c", "d")
    drawn = draw(st.lists(fields(names), min_size=1, max_size=4, unique_by=lambda f: f["name"]))
    schema = {"fields": drawn, "$schema": "https://datapackage.org/profiles/2.0/tableschema.json"}
    if draw(st.booleans()):
        schema["primaryKey"] = draw(
            st.lists(
                st.sampled_from([f["name"] for f in drawn]), min_size=1, max_size=2, unique=True
            )
        )
    if draw(st.booleans()):
        schema["missingValues"] = draw(st.sampled_from((["", "-"], ["n/a"])))
    if draw(st.booleans()):
        schema["fieldsMatch"] = draw(st.sampled_from(("superset", "partial", "equal")))
    return schema


cells = st.one_of(
    st.sampled_from(ODD_CELLS),
    st.sampled_from(("1", "2024-02-29", "a", "AB12", "5")),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
)


@st.composite
def tables(draw, schema):
    """Text of a CSV under the schema: mostly of its shape, sometimes not."""
    names = [field["name"] for field in schema["fields"]]
    header = draw(
        st.sampled_from((names, names, names, names[::-1], [*names, "x"], names[1:] or names))
    )
    delimiter = draw(st.sampled_from((",", ";", "\t")))
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    rows = draw(st.lists(_rows(len(header)), max_size=8))
    lines = [delimiter.join(quoted(cell, delimiter, always=False) for cell in header)]
    lines += [row if isinstance(row, str) else _line(draw, row, delimiter) for row in rows]
    return end.join(lines) + draw(st.sampled_from((end, "", end * 2)))


def _rows(width):
    exact = st.lists(cells, min_size=width, max_size=width)
    # Rows that are alike make keys meet.
    alike = st.sampled_from((["1"] * width, ["2024-02-29"] * width, ["a"] * width, [""] * width))
    ragged = st.lists(cells, max_size=width + 2)
    raw = st.sampled_from(("", ",", '"', 'a"b"c', '"a"b,c', '"a', " ,", '""', '"" ,1', '"a""b"'))
    return st.one_of(exact, exact, alike, ragged, raw)


def _line(draw, row, delimiter):
    return delimiter.join(quoted(cell, delimiter, always=draw(st.booleans())) for cell in row)


def quoted(cell, delimiter, *, always):
    if always or any(mark in cell for mark in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def frictionless_says(file: Path, schema, dialect=None):
    """Every error of Frictionless' own validate(): type, row, field, message; None: it broke."""
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/dataresource.json", "name": "table",
        "type": "table", "path": file.name, "scheme": "file", "format": "csv",
        "encoding": "utf-8", "schema": schema, "dialect": dict(dialect or {}),
    }  # fmt: skip
    try:
        resource = TableResource.from_descriptor(descriptor, basepath=str(file.parent))
        report = resource.validate(limit_errors=0)
    except (TypeError, ValueError, ArithmeticError, FrictionlessException):
        return None
    errors = [*report.errors, *(error for task in report.tasks for error in task.errors)]
    return [
        (
            e.type,
            getattr(e, "row_number", None),
            getattr(e, "field_name", None) or None,
            e.message[:400],
        )
        for e in errors
    ]


def hub_says(file: Path, schema, *, is_reference=False):
    """The same of the hub's engine, and whether it fell back to Frictionless."""
    how = How(max_findings=0, is_reference=is_reference)
    report = check(file, schema, file_name="table.csv", how=how)
    found = [(f.code, f.row, f.column, f.message.removesuffix("…")) for f in report.findings]
    return found, report

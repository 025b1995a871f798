"""A template is right by construction: it is sound as it comes, and when it is filled in."""

import csv
import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from opendata_hub.adapters.tabular.checking import How, check
from opendata_hub.adapters.tabular.readings import by_rules, for_personal_data
from opendata_hub.adapters.template import csv_file, workbook
from opendata_hub.adapters.template.excel import NUMBER_FORMATS
from opendata_hub.bootstrap import catalog_folders, load_frame
from opendata_hub.domain.catalog import privacy
from opendata_hub.domain.catalog.template import Kind, template
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.packs.families import sample_file, sample_row
from opendata_hub.settings import Settings

FOLDERS = catalog_folders(Settings())
FAMILIES = load_frame(Settings(), base_url="http://hub.example").tables

every_template = pytest.mark.parametrize(
    ("name", "language"), [(name, code) for name in sorted(FAMILIES) for code in LANGUAGES]
)


def offered(name, language="fr", row=None):
    return template(FAMILIES[name], row or sample_row(FOLDERS, name), language=language)


def samples(name):
    with sample_file(FOLDERS, name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def opened(content):
    return load_workbook(io.BytesIO(content))


def records(content):
    """The first sheet as calamine reads it, each cell as text."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [[as_cell_text(cell) for cell in row] for row in sheet.to_python()]


def as_cell_text(cell):
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def report_on(tmp_path, family, content, file_name):
    """The hub's verdict on a template that is handed in."""
    file = tmp_path / file_name
    file.write_bytes(content)
    how, also = How(by_name=True), [by_rules(family.rules), for_personal_data]
    return check(file, family.schema, file_name=file_name, how=how, also=also)


@every_template
def test_a_workbook_is_sound_as_it_comes(tmp_path, name, language):
    made = offered(name, language)
    content = workbook(made)
    assert records(content)[0] == [column.title for column in made.columns]
    report = report_on(tmp_path, FAMILIES[name], content, "template.xlsx")
    assert (report.rows, report.is_valid, report.blocking()) == (1, True, ())


@every_template
def test_a_workbook_filled_in_is_accepted_back(tmp_path, name, language):
    book = opened(workbook(offered(name, language)))
    rows = samples(name)
    for number, row in enumerate(rows, start=2):
        for position, value in enumerate(offered(name, language, row).example, start=1):
            book.worksheets[0].cell(number, position).value = value
    saved = io.BytesIO()
    book.save(saved)
    report = report_on(tmp_path, FAMILIES[name], saved.getvalue(), "filled.xlsx")
    assert (report.rows, report.is_valid, report.blocking()) == (len(rows), True, ())


@every_template
def test_a_csv_template_is_sound_as_it_comes(tmp_path, name, language):
    made = offered(name, language)
    content = csv_file(made)
    assert content.startswith(b"\xef\xbb\xbf")
    header, _, _ = content.decode("utf-8-sig").partition("\r\n")
    (titles,) = csv.reader([header], delimiter="," if language == "en" else ";")
    assert titles == [column.title for column in made.columns]
    report = report_on(tmp_path, FAMILIES[name], content, "template.csv")
    assert (report.rows, report.is_valid, report.encoding) == (1, True, "utf-8-sig")


@pytest.mark.parametrize(("language", "sign"), [("ar", ";"), ("fr", ";"), ("en", ",")])
def test_a_csv_template_is_split_where_excel_splits_it(language, sign):
    made = offered("asset-declarations", language)
    lines = csv_file(made).decode("utf-8-sig").split("\r\n")
    assert [len(row) for row in csv.reader(lines[:2], delimiter=sign)] == [12, 12]


@every_template
def test_the_header_names_no_two_columns_alike(name, language):
    titles = [column.title.casefold() for column in offered(name, language).columns]
    assert len(set(titles)) == len(titles)


@every_template
def test_a_workbook_reads_from_the_side_of_its_language(name, language):
    book = opened(workbook(offered(name, language)))
    expected = {"ar": {True}}.get(language, {False, None})
    assert {sheet.sheet_view.rightToLeft for sheet in book} <= expected
    assert book.properties.language == language


@every_template
def test_nothing_in_a_workbook_is_hidden_or_personal(name, language):
    content = workbook(offered(name, language))
    book = opened(content)
    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert not [d for d in sheet.column_dimensions.values() if d.hidden]
        assert not [d for d in sheet.row_dimensions.values() if d.hidden]
        assert not sheet.merged_cells.ranges
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.comment is None
                assert privacy.traces(str(cell.value or "")) == frozenset(), cell.value
    assert book.properties.creator == "opendata-hub"
    assert book.properties.lastModifiedBy is None
    assert not book.defined_names


@every_template
def test_every_column_says_and_refuses_within_the_limits_of_excel(name, language):
    made = offered(name, language)
    checks = opened(workbook(made)).worksheets[0].data_validations.dataValidation
    assert [str(c.sqref) for c in checks] == [
        f"{letter}2:{letter}1048576"
        for letter in map(get_column_letter, range(1, len(made.columns) + 1))
    ]
    for rule, column in zip(checks, made.columns, strict=True):
        assert 0 < len(rule.promptTitle) <= 32
        assert 0 < len(rule.prompt) <= 255
        assert column.form in rule.prompt
        assert 0 < len(rule.error) <= 255
        assert 0 < len(rule.errorTitle) <= 32
        assert rule.errorStyle in {"stop", None}
        assert len(rule.formula1 or "") <= 255
        assert rule.showErrorMessage
        assert rule.showInputMessage


def check_of(made, column_name, book=None):
    position = [column.name for column in made.columns].index(column_name)
    table = (book or opened(workbook(made))).worksheets[0]
    return table.data_validations.dataValidation[position]


def test_a_short_list_is_inside_its_check():
    made = template(varied(nature={"enum": ["un", "deux"]}), {}, language="fr")
    assert check_of(made, "nature").formula1 == '"un,deux"'


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("exercice", "fr", ("whole", "between", "2000", "2100")),
        ("montant_accorde_dh", "fr", ("decimal", "greaterThanOrEqual", "0", None)),
        ("deliberation_date", "fr", ("date", "greaterThanOrEqual", "1", None)),
        ("tranche_total", "fr", ("whole", "greaterThanOrEqual", "1", None)),
        ("convention", "fr", ("list", None, '"Oui,Non"', None)),
        ("convention", "ar", ("list", None, '"نعم,لا"', None)),
        ("observations", "fr", ("textLength", "lessThanOrEqual", "500", None)),
        ("collectivite_code", "fr", (None, None, None, None)),
    ],
)
def test_a_column_refuses_at_once_what_its_schema_refuses(name, language, expected):
    check = check_of(offered("association-subsidies", language), name)
    assert (check.type, check.operator, check.formula1, check.formula2) == expected


def varied(**constraints):
    """The association family with other constraints on the columns of these names."""
    family = FAMILIES["association-subsidies"]
    fields = [
        {**each, "constraints": constraints.get(each["name"], {})}
        for each in family.schema["fields"]
    ]
    return replace(family, schema={**family.schema, "fields": fields})


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ({"minimum": "2024-01-01"}, ("greaterThanOrEqual", "45292", None)),
        ({"maximum": "2024-12-31"}, ("lessThanOrEqual", "45657", None)),
        (
            {"minimum": "2024-01-01", "maximum": "2024-12-31"},
            ("between", "45292", "45657"),
        ),
    ],
)
def test_days_are_bounded_by_their_numbers(constraints, expected):
    family = varied(date_visa=constraints)
    check = check_of(template(family, {}, language="fr"), "date_visa")
    assert (check.operator, check.formula1, check.formula2) == expected


@pytest.mark.parametrize(
    "choices",
    [[f"valeur-{n:03}" for n in range(40)], ["un, deux", "trois"], ['dit "a"', "b"], [" a", "b"]],
)
def test_a_list_that_does_not_fit_stands_on_a_sheet_that_is_seen_and_last(choices):
    family = varied(nature={"enum": choices})
    made = template(family, {"nature": choices[0]}, language="ar")
    book = opened(workbook(made))
    assert book.sheetnames == ["الجدول", "التعليمات", "اللوائح"]
    lists = book.worksheets[-1]
    assert (lists.sheet_state, lists.sheet_view.rightToLeft) == ("visible", True)
    check = check_of(made, "nature", book)
    area = book.defined_names[check.formula1].attr_text
    assert area == f"'اللوائح'!$A$2:$A${len(choices) + 1}"
    assert [cell.value for cell in lists["A"][1:]] == choices
    assert lists["A1"].value in {column.title for column in made.columns}


def test_two_long_lists_stand_side_by_side():
    long = {"enum": [f"valeur-{n:03}" for n in range(40)]}
    family = varied(nature=long, domaine=long)
    book = opened(workbook(template(family, {}, language="en")))
    areas = {name.attr_text for name in book.defined_names.values()}
    assert areas == {"'Lists'!$A$2:$A$41", "'Lists'!$B$2:$B$41"}


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_codes_stay_text_and_days_are_days_in_the_whole_column(name):
    made = offered(name)
    sheet = opened(workbook(made)).worksheets[0]
    for number, column in enumerate(made.columns, start=1):
        expected = NUMBER_FORMATS[column.kind]
        assert sheet.column_dimensions[get_column_letter(number)].number_format == expected
        example = sheet.cell(2, number)
        assert example.number_format == expected
        if column.kind is Kind.DATE and example.value is not None:
            assert example.is_date
        if column.kind is Kind.TEXT and example.value is not None:
            assert example.data_type == "s"
    assert sheet.max_row == 2, "formatted cells without a value come back as blank rows"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{get_column_letter(len(made.columns))}1048576"


def test_required_columns_are_told_apart_by_colour_and_in_words():
    made = offered("procurement-results", "en")
    book = opened(workbook(made))
    table, instructions = book.worksheets
    grounds = {
        must: {
            table.cell(1, n).fill.fgColor.rgb
            for n, column in enumerate(made.columns, start=1)
            if column.is_required is must
        }
        for must in (True, False)
    }
    assert len(grounds[True]) == len(grounds[False]) == 1
    assert grounds[True] != grounds[False]
    said = {row[1]: row[4] for row in instructions.iter_rows(values_only=True) if row[1]}
    for column in made.columns:
        assert said[column.name] == ("yes" if column.is_required else "no")


@every_template
def test_the_instructions_explain_every_column_and_what_must_stay_out(name, language):
    family, made = FAMILIES[name], offered(name, language)
    rows = list(opened(workbook(made)).worksheets[1].iter_rows(values_only=True))
    told = [row[2] for row in rows]
    assert rows[0][0] == family.title[language]
    assert family.personal_data[language] in told
    for basis in family.legal_basis:
        line = f"{basis.text[language]} ({basis.article})"
        assert any(str(text).startswith(line) for text in told)
    lines = {row[1]: row for row in rows if row[1]}
    for column in made.columns:
        line = lines[column.name]
        assert line[0] == column.title
        assert (line[2] or "", line[3]) == (column.meaning, column.form)
        for choice in column.choices:
            assert choice in line[6]


def test_codes_are_not_turned_around_in_an_arabic_workbook():
    instructions = opened(workbook(offered("procurement-results", "ar"))).worksheets[1]
    (line,) = (row for row in instructions.iter_rows() if row[1].value == "reference_consultation")
    orders = [cell.alignment.readingOrder for cell in line]
    assert orders == [2, 0, 2, 2, 2, 0, 0]


def test_a_text_that_begins_like_a_formula_is_a_text():
    made = offered("association-subsidies", row={"objet": "=1+1"})
    position = [column.name for column in made.columns].index("objet") + 1
    cell = opened(workbook(made)).worksheets[0].cell(2, position)
    with zipfile.ZipFile(io.BytesIO(workbook(made))) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    assert cell.value == "=1+1"


def test_the_same_template_gives_the_same_bytes_and_tells_no_time():
    content = workbook(offered("asset-declarations", "ar"))
    assert workbook(offered("asset-declarations", "ar")) == content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = packed.read("docProps/core.xml")
    assert b"created" not in properties
    assert b"modified" not in properties
    assert "التصريح بالممتلكات".encode() in properties


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not on this machine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_opens_it_and_keeps_the_codes(tmp_path, language):
    made = offered("association-subsidies", language)
    (tmp_path / "template.xlsx").write_bytes(workbook(made))
    subprocess.run(
        [
            Path(shutil.which("soffice")), "--headless",
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76",
            "--outdir", tmp_path, tmp_path / "template.xlsx",
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with (tmp_path / "template.csv").open(encoding="utf-8", newline="") as stream:
        header, row = list(csv.reader(stream))
    assert header == [column.title for column in made.columns]
    assert (row[0], row[6]) == ("01.000.00.00", "000000000000097")

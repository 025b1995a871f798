"""A file in, a repaired copy and its list of changes out; the original stays as it is."""

import csv
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import build
from opendata_hub.adapters import repair
from opendata_hub.adapters.repair import Rules
from opendata_hub.domain.catalog.repair.dates import Order
from opendata_hub.domain.catalog.repair.proposal import Acceptance, Kind, acceptance_from
from opendata_hub.domain.errors import BadTableSchema, Invalid, NotATable

ALL = Acceptance(is_all=True)
SCHEMA = {
    "missingValues": ["", "-"],
    "fields": [
        {"name": "code", "type": "string", "titles": {"fr": "Commune"}, "territory": "made-up",
         "constraints": {"required": True, "pattern": r"^[0-9]{2}(\.[0-9]{2,3})*$"}},
        {"name": "ice", "type": "string", "title": "ICE", "identifier": "ice",
         "constraints": {"pattern": "^[0-9]{15}$"}},
        {"name": "paid_on", "type": "date", "titles": {"fr": "Payé le", "ar": "تاريخ الأداء"}},
        {"name": "amount", "type": "number", "synonyms": ["Montant"]},
        {"name": "note", "type": "string"},
    ],
}  # fmt: skip
HEADER = "code,ice,paid_on,amount,note\n"


def rules(schema=SCHEMA, **orders):
    return Rules(schema, {"made-up": build.gazetteer()}, orders)


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def survey(folder, content, given=None, name="table.csv", **limits):
    file = folder / name
    file.write_text(content, encoding="utf-8", newline="")
    return repair.survey(file, given or rules(), file_name=name, **limits)


def places(found):
    return {proposal.place: (proposal.after, proposal.kind) for proposal in found.proposals}


def written(folder, content, acceptance=ALL, given=None):
    """The copy and the list of changes as texts."""
    file = folder / "table.csv"
    file.write_text(content, encoding="utf-8", newline="")
    copy, changes = folder / "copy.csv", folder / "changes.csv"
    repair.write(
        file, given or rules(), file_name="table.csv", acceptance=acceptance,
        copy=copy, changes=changes, language="en",
    )  # fmt: skip
    assert file.read_bytes() == content.encode()
    return copy.read_text(encoding="utf-8"), changes.read_text(encoding="utf-8-sig")


def test_a_sound_table_needs_nothing(folder):
    found = survey(folder, f"{HEADER}01.001,000000000001067,2026-02-13,-5.5,x\n")
    assert (found.total, found.proposals) == (0, ())


def test_one_cell_proves_the_order_of_its_column(folder):
    rows = "01,,01/02/2026,,\n01,,13/02/2026,,\n"
    assert places(survey(folder, HEADER + rows)) == {
        "2:paid_on": ("2026-02-01", Kind.DATE_FORM),
        "3:paid_on": ("2026-02-13", Kind.DATE_FORM),
    }
    against = survey(folder, f"{HEADER}{rows}01,,02/13/2026,,\n")
    assert places(against)["2:paid_on"] == (None, Kind.AMBIGUOUS_DATE)


def test_a_person_answers_what_the_column_does_not_say(folder):
    rows = f"{HEADER}01,,01/02/2026,,\n"
    assert places(survey(folder, rows)) == {"2:paid_on": (None, Kind.AMBIGUOUS_DATE)}
    answered = rules(paid_on=Order.MONTH_FIRST)
    assert places(survey(folder, rows, answered)) == {"2:paid_on": ("2026-01-02", Kind.DATE_FORM)}
    with pytest.raises(Invalid, match="paid_on"):
        survey(folder, rows, rules(note=Order.DAY_FIRST))


def test_titles_lines_above_and_totals_are_found(folder):
    content = "Aides 2026;;\n\nCommune;تاريخ الأداء;Montant\n01;2026-02-13;5\nTOTAL;;5\n"
    assert places(survey(folder, content)) == {
        "1:": (None, Kind.TITLE_ROW),
        "2:": (None, Kind.EMPTY_LINE),
        "3:code": ("code", Kind.HEADER_NAME),
        "3:paid_on": ("paid_on", Kind.HEADER_NAME),
        "3:amount": ("amount", Kind.HEADER_NAME),
    }
    required = {**SCHEMA, "fields": [dict(field) for field in SCHEMA["fields"]]}
    required["fields"][2]["constraints"] = {"required": True}
    found = places(survey(folder, content, rules(required)))
    assert found["5:"] == (None, Kind.TOTAL_LINE)


def test_the_codes_of_a_row_choose_between_homonyms(folder):
    fields = [
        *SCHEMA["fields"],
        {**SCHEMA["fields"][0], "name": "seat", "territoryLevel": "commune"},
    ]
    content = "code,seat\n01.570,Homonyme\n,Homonyme\n"
    found = places(survey(folder, content, rules({**SCHEMA, "fields": fields})))
    assert found["2:seat"] == ("01.570.01.03", Kind.TERRITORY_NAME)
    assert found["3:seat"] == (None, Kind.AMBIGUOUS_TERRITORY)


def test_only_what_is_accepted_changes(folder):
    content = f'{HEADER}01,97,01/02/2026,"5,5",=1+1\n01,97,-,,\n\n'
    copy, changes = written(folder, content, acceptance_from(["2:ice", "number-form"]))
    assert copy == (f"{HEADER}01,000000000000097,01/02/2026,5.5,=1+1\n01,97,-,,\n\n")
    assert [row[:5] for row in csv.reader(changes.splitlines())] == [
        ["row", "column", "before", "after", "kind"],
        ["2", "ice", "97", "000000000000097", "ice-padding"],
        ["2", "amount", "5,5", "5.5", "number-form"],
    ]


def test_a_cell_of_several_lines_stays_one(folder):
    content = f'{HEADER}01,,,,"a\rb\r\nc"\n'
    written(folder, content)
    assert b'"a\rb\r\nc"' in (folder / "copy.csv").read_bytes()


def test_a_cell_that_breaks_the_reader_is_no_value(folder):
    fields = [{"name": "amount", "type": "number", "constraints": {"minimum": 0}}]
    assert survey(folder, "amount\nsNaN\n", rules({"fields": fields})).total == 0


def test_cells_without_a_column_stay(folder):
    content = "code,code,other\n 01 ,x,y,z\n"
    copy, _ = written(folder, content)
    assert copy == "code,code,other\n01,x,y,z\n"


def test_no_cell_of_the_list_of_changes_is_a_formula(folder):
    content = f'{HEADER}01,,,"-5,5",@\u200fx\n'
    copy, changes = written(folder, content)
    assert copy == f"{HEADER}01,,,-5.5,@x\n"
    cells = [cell for row in csv.reader(changes.splitlines()) for cell in row]
    assert {"'-5,5", "'-5.5", "'@x"} <= set(cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_counts_are_exact_where_proposals_are_cut(folder):
    found = survey(folder, HEADER + "01,97,,,\n" * 30, max_proposals=4)
    assert (len(found.proposals), found.total, found.repairs) == (4, 30, 30)
    assert found.counts == {Kind.ICE_PADDING: 30}


def test_a_file_in_which_nothing_is_known_is_refused(folder):
    with pytest.raises(Invalid, match="names a column"):
        survey(folder, "a,b\n1,2\n")


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.csv", "empty-file"),
        (b"\0", "x.csv", "binary-file"),
        ("é\n".encode() + b"\xff\n", "x.csv", "broken-encoding"),
        (b"x", "x.pdf", "unsupported-format"),
    ],
)
def test_what_is_no_table_leaves_nothing_behind(folder, content, name, code):
    file = folder / name
    file.write_bytes(content)
    with pytest.raises(NotATable) as refused:
        repair.write(
            file, rules(), file_name=name, acceptance=ALL,
            copy=folder / "copy.csv", changes=folder / "changes.csv", language="fr",
        )  # fmt: skip
    assert refused.value.finding == code
    assert [each.name for each in folder.iterdir()] == [name]


def test_a_schema_that_names_no_list_of_territories_is_refused(folder):
    with pytest.raises(BadTableSchema, match="made-up"):
        survey(folder, HEADER, Rules(SCHEMA, {}, {}))
    with pytest.raises(BadTableSchema):
        survey(folder, HEADER, Rules({"fields": [{"name": "x", "type": "colour"}]}, {}, {}))


@pytest.mark.parametrize(("said", "is_1904"), [('date1904="1"', True), ('date1904="0"', False)])
def test_only_a_workbook_that_says_so_counts_from_1904(tmp_path, said, is_1904):
    book = tmp_path / "book.xlsx"
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("xl/workbook.xml", f"<workbook><workbookPr {said}/></workbook>")
    assert repair.counts_from_1904(book) is is_1904


def test_a_thing_that_is_no_workbook_counts_from_1900(tmp_path):
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("x", "")
    assert not repair.counts_from_1904(other)
    (tmp_path / "x.csv").write_text("date1904")
    assert not repair.counts_from_1904(tmp_path / "x.csv")


cell = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(["97", "13/02/2026", "01/02/2026", "46054", "1 234,56 DH", "١٢", "Homonyme",
                     "TOTAL", "Chef-Lieu", "2,43E+13", "-", "01.570", "Commune", "ICE"]),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.lists(cell, min_size=1, max_size=6), max_size=6))
def test_repairing_a_repaired_copy_changes_nothing(folder, rows):
    file = folder / "first.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER.strip().split(","), *rows])
    once, twice, changes = folder / "once.csv", folder / "twice.csv", folder / "changes.csv"
    for source, copy in ((file, once), (once, twice)):
        made = repair.write(
            source, rules(), file_name=source.name, acceptance=ALL,
            copy=copy, changes=changes, language="fr",
        )  # fmt: skip
    assert made == 0
    assert once.read_bytes() == twice.read_bytes()
    assert repair.survey(twice, rules(), file_name="twice.csv").repairs == 0


def test_the_shipped_schemas_name_what_a_repair_may_know(pytestconfig):
    known = set()
    for file in (pytestconfig.rootpath / "catalog" / "families").glob("*/schema.json"):
        for field in json.loads(file.read_text(encoding="utf-8"))["fields"]:
            known |= {(key, field[key]) for key in ("identifier", "territory") if key in field}
    assert {("identifier", "ice"), ("identifier", "reference"), ("territory", "hcp")} <= known

"""What an office file carries is found, and a clean copy carries none of it."""

import re
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from opendata_hub.adapters import office
from opendata_hub.adapters.office import archive, copies
from opendata_hub.adapters.office.carriers import NAMES, REMARKED, STOPPING, Carrier
from opendata_hub.domain.catalog.privacy import HIDDEN_CARRIER, Kind
from opendata_hub.domain.catalog.report import Level
from opendata_hub.domain.errors import BrokenOffice, Invalid, UnsafeOffice

S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def planted(number):
    """A telephone number that no other carrier has."""
    return f"06000012{number:02d}"


def plain_workbook():
    book = Workbook()
    sheet = book.active
    sheet.title = "Subventions"
    sheet.append(["code", "montant", "date"])
    sheet.append(["007", 1500, None])
    sheet.append(["=A1", 2.5, None])
    sheet["A3"].data_type = "s"
    return book


def full_workbook(tmp_path):
    """A workbook that carries something everywhere; numbers say where."""
    book = plain_workbook()
    sheet = book.active
    sheet.append(["caché", planted(1), None])
    sheet.row_dimensions[4].hidden = True
    sheet["F1"] = f"Portable {planted(2)}"
    sheet.column_dimensions["F"].hidden = True
    sheet["A2"].comment = Comment(f"Appeler {planted(3)}", f"Auteur Fictif {planted(4)}")
    sheet["B3"] = f'=IF(A1="x","{planted(5)}",7)'
    sheet.oddHeader.center.text = planted(6)
    check = DataValidation(type="list", formula1='"a,b"', prompt=planted(7), promptTitle="aide")
    check.add("A2")
    sheet.add_data_validation(check)
    hidden = book.create_sheet("Feuil2")
    hidden.sheet_state = "veryHidden"
    hidden["A1"] = planted(8)
    book.create_sheet(f"Notes {planted(9)}")["B2"] = planted(10)
    book.defined_names["contact"] = DefinedName("contact", attr_text=f'"{planted(11)}"')
    book.properties.creator = f"Personne Fictive {planted(12)}"
    book.properties.lastModifiedBy = f"Autre Fictive {planted(13)}"
    book.properties.description = planted(14)
    book.custom_doc_props.append(StringProperty(name="chef", value=planted(15)))
    file = tmp_path / "table.xlsx"
    book.save(file)
    cache, links = "xl/pivotCache/pivotCache", "xl/externalLinks/"
    outside = f'<Relationship TargetMode="External" Target="file:///C:/{planted(21)}.xlsx"/>'
    parts = {
        f"{cache}Definition1.xml": f'<a xmlns="{S}"><items><s v="{planted(16)}"/></items></a>',
        f"{cache}Records1.xml": f'<a xmlns="{S}"><r><s v="{planted(17)}"/></r></a>',
        "xl/threadedComments/threadedComment1.xml": f"<a><text>{planted(18)}</text></a>",
        "xl/persons/person.xml": f'<a><person displayName="Fictif {planted(19)}"/></a>',
        f"{links}externalLink1.xml": f"<externalLink><v>{planted(20)}</v></externalLink>",
        f"{links}_rels/externalLink1.xml.rels": f"<Relationships>{outside}</Relationships>",
        "xl/connections.xml": f'<connections><connection name="{planted(22)}"/></connections>',
        "xl/vbaProject.bin": f"Sub Appeler {planted(23)}",
        "xl/printerSettings/printerSettings1.bin": f"Imprimante {planted(24)}",
        "xl/media/image1.png": f"Exif {planted(25)}",
        "xl/drawings/drawing9.xml": f"<wsDr><t>{planted(26)}</t></wsDr>",
        "xl/embeddings/object1.bin": planted(27),
        "xl/revisions/revisionLog1.xml": f'<revisions><r v="{planted(28)}"/></revisions>',
        "xl/worksheets/sheet99.xml": f"<worksheet><c>{planted(29)}</c></worksheet>",
        "custom/unknown.xml": f"<a>{planted(30)}</a>",
    }
    add_parts(file, parts)
    return file


def add_parts(file, parts):
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)


def open_document(tmp_path, **parts):
    """A spreadsheet of two sheets, the second hidden, with a note, a hidden row and column."""
    spaces = " ".join(
        f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text", "style")
    )
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'

    def cell(text, beside=""):
        return f"<table:table-cell>{beside}<text:p>{text}</text:p></table:table-cell>"

    note = (
        f"<office:annotation><dc:creator>Fictif {planted(1)}</dc:creator>"
        f"<text:p>{planted(2)}</text:p></office:annotation>"
    )
    content = f"""<office:document-content {spaces} {dc}><office:automatic-styles>
      <style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>
    </office:automatic-styles><office:body><office:spreadsheet>
      <table:content-validations><table:content-validation><table:help-message>
        <text:p>{planted(3)}</text:p>
      </table:help-message></table:content-validation></table:content-validations>
      <table:table table:name="Feuille1">
        <table:table-column/><table:table-column table:visibility="collapse"/>
        <table:table-column table:number-columns-repeated="16000"/>
        <table:table-row>{cell("code", note)}{cell("portable")}{cell("date")}</table:table-row>
        <table:table-row>{cell("007")}{cell(planted(4))}
          <table:table-cell office:value-type="date" office:date-value="2026-03-12">
            <text:p>12/03/26</text:p></table:table-cell>
          <table:table-cell table:number-columns-repeated="16000"/></table:table-row>
        <table:table-row table:visibility="filter">{cell(planted(5))}</table:table-row>
        <table:table-row table:number-rows-repeated="2">{cell("bis")}</table:table-row>
        <table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>
      </table:table>
      <table:table table:name="Feuille2" table:style-name="ta2">
        <table:table-row>{cell(planted(6))}</table:table-row>
      </table:table>
    </office:spreadsheet></office:body></office:document-content>"""
    file = tmp_path / "table.ods"
    meta = (
        f"<meta {dc}><creator>Fictif {planted(7)}</creator><subject>{planted(8)}</subject></meta>"
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", content)
        for name, text in {"meta.xml": meta, **parts}.items():
            target.writestr(name, text)
    return file


def found(file, **options):
    return office.findings(file, file_name=file.name, language="fr", **options)


def places(file, code):
    return {f.column for f in found(file) if f.code == code}


def numbers_carried(file):
    texts = " ".join(each.text for each in office.carried(file, file_name=file.name))
    return {int(number[-2:]) for number in re.findall(r"06000012\d\d", texts)}


def bytes_of(file):
    if not zipfile.is_zipfile(file):
        return file.read_bytes()
    with zipfile.ZipFile(file) as parts:
        return b"".join(name.encode() + parts.read(name) for name in parts.namelist())


def test_every_carrier_of_a_workbook_is_read_and_told(tmp_path):
    file = full_workbook(tmp_path)
    unreadable = {
        23,
        24,
        25,
        27,
    }  # of macros, printers, pictures and other files only the presence counts
    assert numbers_carried(file) == set(range(1, 31)) - unreadable
    stopped = places(file, HIDDEN_CARRIER)
    assert stopped == STOPPING - {Carrier.UNREAD} | REMARKED
    assert places(file, Kind.PHONE) == set(Carrier) - {
        Carrier.EMBEDDED, Carrier.MACRO, Carrier.PICTURE, Carrier.PRINTER,
        Carrier.UNREAD, Carrier.PACKED_NAME,
    }  # fmt: skip


def test_every_carrier_of_an_open_document_is_read_and_told(tmp_path):
    file = open_document(tmp_path, **{"Basic/Standard/Module1.xml": "<m>Sub</m>"})
    assert numbers_carried(file) == set(range(1, 9))
    assert places(file, HIDDEN_CARRIER) == {
        Carrier.COMMENT, Carrier.AUTHOR, Carrier.HIDDEN_COLUMN, Carrier.HIDDEN_ROW,
        Carrier.HIDDEN_SHEET, Carrier.MACRO,
    }  # fmt: skip


def test_only_what_holds_something_stops_and_no_value_is_repeated(tmp_path):
    findings = found(full_workbook(tmp_path))
    levels = {f.column: f.level for f in findings if f.code == HIDDEN_CARRIER}
    assert {carrier for carrier, level in levels.items() if level is Level.ERROR} == STOPPING - {
        Carrier.UNREAD
    }
    assert not [f for f in findings if "0600" in f.message or "Fictif" in f.message]


def test_a_workbook_of_one_sheet_that_a_program_signed_carries_nothing(tmp_path):
    file = tmp_path / "plain.xlsx"
    plain_workbook().save(file)
    assert found(file) == []


@pytest.mark.parametrize("made", [full_workbook, open_document])
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_clean_copy_holds_none_of_it_in_any_byte(tmp_path, made, ending):
    file = made(tmp_path)
    rows = copies.visible_table(file, file_name=file.name)
    copy = tmp_path / f"clean{ending}"
    {".csv": copies.write_csv, ".xlsx": copies.write_workbook}[ending](rows, copy)
    assert b"06000012" in bytes_of(file)
    for trace in (b"06000012", b"Fictive", b"Fictif", b"Feuil", b"openpyxl"):
        assert trace not in bytes_of(copy)
    if ending == ".xlsx":
        assert found(copy) == []


def test_a_clean_copy_shows_what_was_seen(tmp_path):
    file = tmp_path / "plain.xlsx"
    plain_workbook().save(file)
    rows = copies.visible_table(file, file_name=file.name)
    assert rows == [["code", "montant", "date"], ["007", 1500, ""], ["=A1", 2.5, ""]]
    copies.write_workbook(rows, tmp_path / "copy.xlsx")
    sheet = load_workbook(tmp_path / "copy.xlsx").active
    assert (sheet["A2"].value, sheet["A2"].number_format, sheet["B2"].value) == ("007", "@", 1500)
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=A1", "s")
    ods = open_document(tmp_path)
    assert copies.visible_table(ods, file_name=ods.name) == [
        ["code", "date"], ["007", "2026-03-12"], ["bis", ""], ["bis", ""],
    ]  # fmt: skip


def test_another_visible_sheet_can_be_meant_and_a_hidden_one_cannot(tmp_path):
    book = plain_workbook()
    book.create_sheet("Seconde").append(["a"])
    book.create_sheet("Cachée").sheet_state = "hidden"
    file = tmp_path / "two.xlsx"
    book.save(file)
    assert copies.visible_table(file, file_name=file.name, sheet="Seconde") == [["a"]]
    with pytest.raises(Invalid):
        copies.visible_table(file, file_name=file.name, sheet="Cachée")
    with pytest.raises(Invalid):
        copies.visible_table(open_document(tmp_path), file_name="table.ods", sheet="Feuille2")


def zipped(tmp_path, **parts):
    file = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return file


ENTITY = '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"xl/workbook.xml": ENTITY}, "unsafe-office"),
        ({"xl/workbook.xml": ENTITY.encode("utf-16")}, "unsafe-office"),
        ({"xl/workbook.xml": b" " * 100_000_000}, "unsafe-office"),
        ({"xl/workbook.xml": "<a", "x": ""}, "broken-office"),
        ({"xl/workbook.xml": ""}, "broken-office"),
        ({"xl/sheets.xml": "<a/>"}, "broken-office"),
        ({"xl/workbook.xml": "<a/>", "XL/workbook.xml": "<b/>"}, "unsafe-office"),
        ({f"xl/{number}": "" for number in range(archive.MAX_PARTS + 1)}, "unsafe-office"),
    ],
)
def test_what_could_do_harm_is_refused_with_a_finding(tmp_path, parts, code):
    file = zipped(tmp_path, **parts)
    assert [(f.code, f.level) for f in found(file)] == [(code, Level.ERROR)]
    with pytest.raises((BrokenOffice, UnsafeOffice)):
        copies.visible_table(file, file_name=file.name)


def test_no_zip_at_all_is_refused_as_well(tmp_path):
    file = tmp_path / "bad.ods"
    file.write_bytes(b"PK\x03\x04 and nothing")
    assert [f.code for f in found(file)] == ["broken-office"]
    assert [f.code for f in found(zipped(tmp_path, a="b").rename(file))] == ["broken-office"]


def test_a_total_that_grows_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES", 100)
    assert [f.code for f in found(full_workbook(tmp_path))] == ["unsafe-office"]


def test_every_carrier_has_a_name_in_three_languages():
    assert set(NAMES) == set(Carrier)
    assert all(set(texts) == {"ar", "fr", "en"} for texts in NAMES.values())


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("a.xlsx", True), ("a.XLSM", True), ("a.ods", True), ("a.csv", False), ("xlsx", False)],
)
def test_office_files_are_known_by_their_ending(name, verdict):
    assert office.is_office(name) is verdict


def test_an_old_workbook_cannot_be_looked_into(tmp_path):
    file = tmp_path / "table.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0")
    assert [(f.code, f.column) for f in found(file)] == [(HIDDEN_CARRIER, Carrier.UNREAD)]


def test_an_empty_first_sheet_is_not_the_table(tmp_path):
    book = Workbook()
    book.create_sheet("Table").append([planted(1)])
    file = tmp_path / "table.xlsx"
    book.save(file)
    assert found(file) == []
    assert copies.visible_table(file, file_name=file.name) == [[planted(1)]]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("a.xls", True), ("a.zip", True), ("a.csv.gz", True), ("a.ods", True), ("a.csv", False)],
)
def test_only_plain_tables_carry_nothing(name, verdict):
    assert office.may_carry(name) is verdict

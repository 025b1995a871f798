"""Whatever bytes come in at a door are read or refused with a code: nothing else, and in time.

Samples that are sound are flipped, cut and spliced, and bytes are drawn at random. The cases are
the same at every run; ``FUZZ_EXAMPLES`` asks for more of them at each door.
"""

import gzip
import io
import json
import shutil
import sys
import zipfile
from contextlib import suppress
from urllib.parse import quote

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import build
from breaking import broken, broken_files, in_time, many, packed, words
from opendata_hub.adapters import office, rdf
from opendata_hub.adapters.mail.reading import read as read_mail
from opendata_hub.adapters.office import copies
from opendata_hub.adapters.rows import ready
from opendata_hub.adapters.rows.ask import asking, json_line
from opendata_hub.adapters.rows.guard import checked
from opendata_hub.adapters.rows.store import RowStore, Source
from opendata_hub.adapters.sparql.endpoint import Bounds, Endpoint
from opendata_hub.adapters.tabular import sheets
from opendata_hub.adapters.tabular.checking import How, check
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.catalog.record.classes import Catalog, DataService, Dataset
from opendata_hub.domain.catalog.record.parse import Reading
from opendata_hub.domain.catalog.record.row import PREFIXES
from opendata_hub.domain.catalog.record.triples import triples
from opendata_hub.domain.catalog.rows.query import Sizes, query_from
from opendata_hub.domain.errors import (
    BrokenOffice,
    HubError,
    NotATable,
    UnreadableRecord,
    UnsafeOffice,
)
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app

SCHEMA = {
    "missingValues": ["", "-"],
    "fields": [
        {"name": "code", "type": "string", "constraints": {"pattern": "[0-9]{3}"}},
        {"name": "nombre", "type": "integer"},
        {"name": "montant", "type": "number"},
        {"name": "jour", "type": "date"},
        {"name": "paye", "type": "boolean", "trueValues": ["Oui"], "falseValues": ["Non"]},
    ],
}
CSV = b"code,nombre,montant,jour,paye\n007,1,10.5,2026-01-02,Oui\n008,-2,3,,Non\n"
ARABIC = 'code;nombre\n007;"ماء\n"\n'.encode("cp1256")
JSON = b'[{"code": "007", "nombre": 1, "jour": null}, {"code": "008", "montant": [1.5, {"a": 2}]}]'
MAIL = (
    b"From: =?utf-8?q?Personne_Fictive?= <personne@requester.example>\r\n"
    b"To: demandes@commune.example\r\nSubject: =?windows-1256?b?x+HjxO3S?=\r\n"
    b"Message-ID: <1@requester.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    b"\r\nLe budget, s=E2=80=99il vous pla=C3=AEt.\r\n--b\r\n"
    b"Content-Type: text/html\r\n\r\n<p>a<b>c\r\n"
    b"--b\r\nContent-Type: application/pdf; name*=utf-8''a%C3%A9.pdf\r\n"
    b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n"
)
REPORT = (
    b"From: MAILER-DAEMON@relay.example\r\nTo: a@commune.example\r\n"
    b"Auto-Submitted: auto-replied\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n--b\r\n"
    b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <x@commune.example>\r\n\r\ntext\r\n--b--\r\n"
)
SELECTS = (
    'SELECT * FROM "t" WHERE "nombre" > 1 ORDER BY "jour" DESC LIMIT 5',
    'SELECT code AS c, count(*), sum(montant) FROM "t" GROUP BY code HAVING count(*) > 0',
    "SELECT CASE WHEN paye THEN 'o' ELSE '\\' END FROM \"t\" WHERE code IN ('007', '008')",
    'SELECT DISTINCT CAST(nombre AS VARCHAR) || code FROM "t" x WHERE jour BETWEEN 1 AND 2',
)
QUESTIONS = (
    "SELECT ?s WHERE { ?s ?p ?o FILTER(?o > 1) } LIMIT 2",
    'PREFIX e: <http://e.example/> ASK { e:1 e:p "x\\u0041"@fr }',
    "CONSTRUCT { ?s ?p ?o } WHERE { { SELECT ?s { ?s ?p ?o } } UNION { ?s ?p/?p* ?o } }",
)
SOLR = (
    'title:"plan local"^4 AND -tags:(a OR b~2)',
    "metadata_modified:[2026-01-01T00:00:00Z TO *]",
)


def workbook(*cells):
    book = openpyxl.Workbook()
    for row in CSV.decode().splitlines():
        book.active.append(row.split(","))
    for each in cells:
        book.active[each] = "x"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def opendocument(rows=""):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    sheet = "".join(
        f"<table:table-row>{''.join(map(cell.format, line.split(',')))}</table:table-row>"
        for line in CSV.decode().splitlines()
    )
    name = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{name}:office:1.0" xmlns:table="{name}:table:1.0" '
        f'xmlns:text="{name}:text:1.0"><office:body><office:spreadsheet><table:table '
        f'table:name="t"><table:table-column table:number-columns-repeated="5"/>{sheet}{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": "<a/>"})


BOOKS = {".xlsx": workbook(), ".ods": opendocument()}
FILES = {
    ".csv": (CSV, ARABIC, CSV.decode().encode("utf-16")),
    ".tsv": (CSV.replace(b",", b"\t"),),
    ".json": (JSON,),
    ".ndjson": (JSON[1:-1].replace(b"}, {", b"}\n{"),),
    ".zip": (packed({"a.csv": CSV}), packed({"a.json": JSON})),
    ".gz": (gzip.compress(CSV, mtime=0),),
}


def report_on(folder, content, ending):
    file = folder / "file"
    file.write_bytes(content)
    name = f"t.csv{ending}" if ending == ".gz" else f"t{ending}"
    return check(file, SCHEMA, file_name=name, how=How(by_name=True))


@many(3)
@given(st.data(), st.sampled_from(sorted(FILES)))
def test_any_bytes_sent_as_a_table_get_a_report(tmp_path, data, ending):
    content = data.draw(broken(*FILES[ending]))
    with in_time():
        found = report_on(tmp_path, content, ending)
        told = office.findings(tmp_path / "file", file_name=f"t{ending}", language="fr")
    assert all(each.code for each in (*found.findings, *told))


@many(0.4)
@given(broken_files(BOOKS))
def test_any_bytes_sent_as_a_workbook_get_a_report(tmp_path, book):
    ending, content = book
    with in_time():
        assert all(each.code for each in report_on(tmp_path, content, ending).findings)


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl says what it passes over
@many(3)
@given(broken_files(BOOKS))
def test_what_a_broken_workbook_carries_is_told_or_refused(tmp_path, book):
    ending, content = book
    file = tmp_path / "file"
    file.write_bytes(content)
    with in_time():
        told = office.findings(file, file_name=f"t{ending}", language="fr")
        with suppress(HubError):
            copies.visible_table(file, file_name=f"t{ending}")
    assert all(each.code for each in told)


RECORD = """@prefix dct: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
<d> a dcat:Dataset ; dct:title "Budget"@fr, "الميزانية"@ar ; dct:issued "2026-01-02"^^xsd:date ;
  dct:temporal [ dcat:startDate "2026"^^xsd:gYear ] ; dcat:contactPoint [ vcard:fn "Bureau" ] ;
  dcat:temporalResolution "P1Y"^^xsd:duration ; dcat:distribution <f> ; dct:spatial <s> .
<f> a dcat:Distribution ; dcat:accessURL <http://a.example/f.csv> ;
  dcat:byteSize "1.5E3"^^xsd:decimal .
"""
KINDS = (Catalog, DataService, Dataset)


def document(syntax):
    """The same record in that syntax."""
    said = rdf.read(RECORD.encode(), rdf.TURTLE, base="http://doc.example/")
    return "".join(rdf.document([rdf.fragment(said, syntax, PREFIXES)], syntax, PREFIXES)).encode()


DOCUMENTS = {syntax: document(syntax) for syntax in rdf.SYNTAXES.values()}
IN_XML = b'<?xml version="1.0" encoding="nowhere"?><a/>'


@many(4)
@given(st.data(), st.sampled_from(sorted(DOCUMENTS, key=str)))
def test_any_bytes_sent_as_rdf_become_records_or_are_refused(data, syntax):
    content = data.draw(broken(DOCUMENTS[syntax], DOCUMENTS[syntax], IN_XML))
    with in_time(), suppress(HubError):
        found = Reading.of(rdf.read(content, syntax, base="http://doc.example/"))
        for kind in KINDS:
            for thing in found.all(kind):
                tuple(triples(thing))


@many(6)
@given(broken(MAIL, REPORT))
def test_any_bytes_that_come_as_mail_are_a_mail_that_can_be_kept(content):
    with in_time():
        found = read_mail(content)
    names = [each.name for each in found.enclosures]
    kept = [found.sender, found.sender_name, found.subject, found.text, found.message_id, *names]
    "".join([*kept, *found.recipients]).encode()


@pytest.fixture(scope="module")
def rows_file(tmp_path_factory):
    """The rows of the small table, made once."""
    folder = tmp_path_factory.mktemp("rows")
    file = folder / "t.csv"
    file.write_bytes(CSV)
    return ready.made(RowStore(folder / "kept"), Source(file, "t.csv", "ab" * 32, SCHEMA))


NAMES = tuple(each["name"] for each in SCHEMA["fields"])
PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from([*NAMES, "sort", "select", "limit", "offset", "cursor", "q"])
        | st.tuples(
            st.sampled_from(NAMES),
            st.sampled_from(["eq", "lt", "gte", "in", "contains", "empty", "x"]),
        ).map(".".join)
        | st.text(max_size=8),
        words("007", "-1.5", "2026-01-02T10:00", "true", "-jour,code", '"a,""b",c', "9" * 19)
        | st.sampled_from(["1", "9999-12-31", "0001-01-01", "9" * 20, "-0.000000001", "true"]),
    ),
    max_size=4,
)


@many(1)
@given(PARAMETERS)
def test_any_filter_of_rows_is_answered_or_refused(rows_file, parameters):
    with in_time(), suppress(HubError), asking(rows_file) as rows:
        query = query_from(parameters, rows.columns, version="", sizes=Sizes(100, 1000))
        for line in rows.lines(query, json_line):
            json.loads(line)
        rows.total(query)


@many(1)
@given(words(*SELECTS))
def test_any_select_is_answered_or_refused(rows_file, sql):
    with in_time(), suppress(HubError):
        asked = checked(sql)
        with asking(rows_file) as rows:
            for line in rows.selected(asked.table, asked.sql, "_id", most=10)[1]:
                json.loads(line)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    """Questions to a catalogue of three statements."""
    made = Endpoint(tmp_path_factory.mktemp("sparql"), Bounds(seconds=10))
    triple = "<http://e.example/{0}> <http://e.example/p> {0} .\n"
    made.refresh("1", lambda: [triple.format(n) for n in range(3)])
    return made


@many(0.4)
@given(words(*QUESTIONS))
def test_any_question_in_sparql_is_answered_or_refused(endpoint, query):
    with in_time(), suppress(HubError):
        json_results = "application/sparql-results+json"
        with endpoint.ask(query, results=json_results, graphs="text/turtle").body as body:
            body.read()


@pytest.fixture(scope="module")
def visitor(samples, tmp_path_factory):
    """At the door of a hub with the samples; an error of ours would come out of it."""
    home = tmp_path_factory.mktemp("doors") / "var"
    shutil.copytree(samples, home)
    hub = open_hub(Settings(home=home, base_url=build.BASE_URL, rate_limits="read=off"))
    yield TestClient(create_app(hub), base_url=build.BASE_URL, follow_redirects=False)
    hub.engine.dispose()


ASKED = {
    "/fr/datasets": ("q", "publisher", "family", "format", "page", "sort", "year", "theme"),
    "/api/v1/datasets": ("q", "publisher", "family", "limit", "offset", "sort"),
    "/catalog.ttl": ("limit", "cursor", "modified_since", "page"),
    "/fr/requests": ("q", "page", "authority", "state"),
    "/api/3/action/package_search": ("q", "fq", "sort", "rows", "start", "facet.field", "fl"),
    "/api/3/action/package_autocomplete": ("q", "limit"),
    "/api/3/action/datastore_search": ("resource_id", "filters", "q", "sort", "limit", "fields"),
    "/api/3/action/resource_search": ("query", "order_by", "limit"),
    "/sparql": ("query",),
}
SAID = (
    *SOLR,
    "budget",
    "-1",
    "2026-01-01T00:00:00Z",
    '{"a": ["b"]}',
    "name asc, title desc",
    "الماء",
)


@many(3)
@given(st.data(), st.sampled_from(sorted(ASKED)))
def test_any_query_string_is_answered_without_an_error_of_ours(visitor, data, path):
    names = data.draw(st.lists(st.sampled_from(ASKED[path]), min_size=1, max_size=3))
    said = [f"{name}={quote(data.draw(broken(*map(str.encode, SAID))))}" for name in names]
    with in_time():
        answer = visitor.get(f"{path}?{'&'.join(said)}")
    assert answer.status_code < 500 or answer.status_code == 503, answer.text


@pytest.mark.parametrize("cell", ["XFD1048576", "ALL1048576"])
def test_a_far_cell_ends_the_reader_and_not_the_hub(tmp_path, cell):
    """The library would take a hundred gigabytes; it panicked, and no except clause saw it."""
    found = report_on(tmp_path, workbook(cell), ".xlsx")
    assert found.counts == {"archive-bomb": 1}


def test_a_clean_copy_is_made_of_a_file_without_an_ending(tmp_path):
    """As files are kept: by their digest."""
    for ending, content in BOOKS.items():
        (tmp_path / "file").write_bytes(content)
        rows = copies.visible_table(tmp_path / "file", file_name=f"t{ending}")
        assert rows == [line.split(",") for line in CSV.decode().splitlines()]


def with_part(name, content):
    """The small workbook with another part of that name."""
    with zipfile.ZipFile(io.BytesIO(BOOKS[".xlsx"])) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    return packed({**parts, name: content})


def test_a_workbook_without_its_list_of_parts_is_broken(tmp_path):
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    content = with_part("[Content_Types].xml", f'<Types xmlns="{types}"/>')
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BrokenOffice):
        copies.visible_table(tmp_path / "file", file_name="t.xlsx")


def test_columns_are_hidden_up_to_the_last_there_can_be(tmp_path):
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    columns = '<cols><col min="2" max="2000000000" hidden="1"/></cols>'
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    said = f'<worksheet xmlns="{sheet}">{columns}<sheetData>{rows}</sheetData></worksheet>'
    (tmp_path / "file").write_bytes(with_part("xl/worksheets/sheet1.xml", said))
    with in_time():
        assert copies.visible_table(tmp_path / "file", file_name="t.xlsx") == [[1]]


def test_a_copy_of_a_sheet_without_end_is_refused(tmp_path):
    cell = "<table:table-cell table:number-columns-repeated='16384' office:value='1'/>"
    row = f"<table:table-row table:number-rows-repeated='9999'>{cell}</table:table-row>"
    for ending, content in ((".xlsx", workbook("XFD1048576")), (".ods", opendocument(row))):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(UnsafeOffice, match="cells"):
            copies.visible_table(tmp_path / "file", file_name=f"t{ending}")


def finding_of(file, sheet="", limits=sheets.LIMITS):
    with pytest.raises(NotATable) as refusal:
        sheets.write_csv(file, file.with_name("t.csv"), sheet, limits=limits)
    return refusal.value.finding


def test_a_workbook_that_takes_too_long_or_breaks_its_reader_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "t.xlsx"
    file.write_bytes(workbook())
    assert finding_of(file, limits=sheets.Limits(seconds=0)) == "archive-bomb"
    assert finding_of(file, "none\0") == "broken-workbook"
    monkeypatch.setattr(sheets, "_WORKER", (sys.executable, "-c", "raise SystemExit(1)"))
    assert finding_of(file) == "broken-workbook"


def test_an_encoding_that_nobody_knows_is_no_error_of_ours():
    with pytest.raises(UnreadableRecord):
        list(rdf.read(IN_XML, rdf.RDF_XML, base="http://doc.example/"))


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b'[{"a": "\\ud800"}]', ".json"),
        (b'["\\udfff"]', ".ndjson"),
    ],
)
def test_json_that_is_no_text_is_refused(tmp_path, content, ending):
    assert report_on(tmp_path, content, ending).counts == {"unreadable-json": 1}


def test_no_depth_of_json_is_an_error_of_ours(tmp_path):
    for depth in range(800, 1000, 3):
        report_on(tmp_path, b'[{"code": ' + b"[" * depth + b"]" * depth + b"}]", ".json")


DIGITS = "<x><sheetData><row><c t='s'><v>²</v></c></row></sheetData></x>"
REPEATED = '<table:table-row table:number-rows-repeated="²"><table:table-cell/></table:table-row>'


def test_digits_that_are_none_are_no_number_of_a_cell(tmp_path):
    for ending, content in (
        (".xlsx", with_part("xl/worksheets/sheet1.xml", DIGITS)),
        (".ods", opendocument(REPEATED)),
    ):
        (tmp_path / "file").write_bytes(content)
        list(office.carried(tmp_path / "file", file_name=f"t{ending}"))


def test_a_part_that_can_not_be_inflated_is_a_broken_file(tmp_path):
    content = BOOKS[".ods"]
    place = content.index(b"content.xml") + len(b"content.xml") + 2
    (tmp_path / "file").write_bytes(content[:place] + b"\xff" * 30 + content[place + 30 :])
    with pytest.raises(BrokenOffice):
        list(office.carried(tmp_path / "file", file_name="t.ods"))

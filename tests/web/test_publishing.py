"""The stewards' door: with a key, with any file."""

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.settings import Settings
from opendata_hub.store import submissions
from opendata_hub.store.people import tokens
from opendata_hub.web.app import create_app

FAMILY = "association-subsidies"
WORDS = {
    "family": FAMILY,
    "publisher": "commune-exemple",
    "title": ["fr=Subventions", "ar=الإعانات"],
}


@pytest.fixture
def table(hub) -> bytes:
    return build.sample(hub, FAMILY)


@pytest.fixture
def broken(table) -> bytes:
    head, first, rest = table.split(b"\n", 2)
    code, _, cells = first.split(b",", 2)
    return b"\n".join([head, b",".join([code, b"MMXXIV", cells]), rest])


def upload(content, name="subventions.csv"):
    return {"file": (name, content)}


def kept_files(hub):
    return [path for path in hub.files.folder.rglob("*") if path.is_file()]


def test_a_sound_file_is_published_and_served(client, token, table):
    answer = client.post("/api/v1/datasets", data=WORDS, files=upload(table), headers=token)
    assert answer.status_code == 201
    published = answer.json()
    assert published["slug"] == "subventions"
    assert client.get(published["download_url"]).content == table
    assert client.get(f"{published['url']}.ttl").status_code == 200
    assert client.get("/ar/datasets/subventions").status_code == 200
    read = client.get("/api/v1/datasets/subventions").json()
    assert {**read, "links": []} == {**published, "links": []}
    assert {link["reachable"] for link in read["links"] if "hub.example" in link["url"]} == {True}


def test_a_refused_file_stays_with_its_report(hub, client, token, broken):
    answer = client.post("/api/v1/datasets", data=WORDS, files=upload(broken), headers=token)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "not-publishable")
    report = client.get(f"/api/v1/submissions/{problem['submission']}", headers=token).json()
    assert (report["valid"], report["file_name"]) == (False, "subventions.csv")
    assert {"code": "type-error", "column": "exercice"}.items() <= report["findings"][0].items()
    assert hub.files.path(report["sha256"]).read_bytes() == broken
    assert client.get("/datasets/subventions").status_code == 404


def test_a_check_keeps_its_report_and_publishes_nothing(client, token, broken):
    answer = client.post(
        "/api/v1/submissions", data={"family": FAMILY}, files=upload(broken), headers=token
    )
    report = answer.json()
    errors = [each["code"] for each in report["findings"] if each["level"] == "error"]
    assert (answer.status_code, report["valid"], errors) == (201, False, ["type-error"])
    kept = client.get(f"/api/v1/submissions/{report['submission']}", headers=token)
    assert kept.json() == report


def test_a_file_without_a_name_is_told_how_files_are_sent(client, token):
    answer = client.post(
        "/api/v1/submissions", data={"family": FAMILY, "file": "a;b"}, headers=token
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "file-without-name")
    assert answer.json()["detail"] == "file: send the file as a part with a filename"
    answer = client.post("/api/v1/submissions", data={"file": "a;b"}, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert {each["field"] for each in answer.json()["errors"]} == {"family", "file"}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.csv", "empty-file"),
        (b"\x00\x01\x02", "x.csv", "binary-file"),
        ("été\n".encode() + b"\xff\n", "x.csv", "broken-encoding"),
        (b"PK\x03\x04", "x.xlsx", "broken-workbook"),
        (b"a,b\n1,2\n", "x.csv", "missing-label"),
    ],
)
def test_a_bad_file_has_a_report_with_a_stable_code(client, token, content, name, code):
    answer = client.post("/api/v1/datasets", data=WORDS, files=upload(content, name), headers=token)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "not-publishable")
    report = client.get(f"/api/v1/submissions/{problem['submission']}", headers=token).json()
    assert code in {finding["code"] for finding in report["findings"]}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"family": "none"}, 422, "unknown-family"),
        ({"publisher": "none"}, 422, "unknown-publisher"),
        ({"title": ["Subventions"]}, 422, "invalid-input"),
        ({"title": ["fr=\x07"]}, 422, "invalid-input"),
        ({"title": ["fr="]}, 422, "invalid-input"),
        ({"slug": "../etc"}, 422, "invalid-input"),
        ({"language": "xx"}, 422, "invalid-input"),
        ({"title": []}, 422, "invalid-input"),
    ],
)
def test_bad_words_are_refused_with_a_code(client, token, table, changes, status, code):
    answer = client.post(
        "/api/v1/datasets", data={**WORDS, **changes}, files=upload(table), headers=token
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/datasets/subventions.ttl").status_code == 404


def test_an_address_is_taken_until_it_is_replaced(client, token, table):
    first = client.post("/api/v1/datasets", data=WORDS, files=upload(table), headers=token)
    again = client.post("/api/v1/datasets", data=WORDS, files=upload(table), headers=token)
    assert (again.status_code, again.json()["code"]) == (409, "slug-taken")
    replaced = client.post(
        "/api/v1/datasets", data={**WORDS, "replace": "true"}, files=upload(table), headers=token
    )
    assert (first.json()["version"], replaced.json()["version"]) == (1, 2)


@pytest.mark.parametrize("path", ["/api/v1/datasets", "/api/v1/submissions"])
@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, "sign-in-needed"),
        ({"Authorization": "Bearer odh_wrong"}, "token-needed"),
        ({"Authorization": "Basic x"}, "sign-in-needed"),
    ],
)
def test_a_stranger_is_refused_before_the_body_is_read(hub, client, path, header, code):
    def body():
        raise AssertionError("the body was read")
        yield b""

    answer = client.post(
        path, content=body(), headers={**header, "Content-Type": "multipart/form-data; boundary=x"}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert kept_files(hub) == []


def test_a_stranger_reads_no_report(hub, client, broken):
    number = build.submitted(hub, broken, family=FAMILY).id
    assert client.get(f"/api/v1/submissions/{number}").status_code == 401


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(tmp_path):
    settings = Settings(home=tmp_path / "small", upload_limit_mb=1, base_url=build.BASE_URL)
    hub = open_hub(settings)
    client, header = TestClient(create_app(hub), base_url=build.BASE_URL), build.token(hub)
    table = b"a,b\n" + b"1,2\n" * 300_000

    def in_pieces():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
        yield table
        yield b"\r\n--x--\r\n"

    announced = client.post("/api/v1/datasets", data=WORDS, files=upload(table), headers=header)
    pieces = {**header, "Content-Type": "multipart/form-data; boundary=x"}
    unannounced = client.post("/api/v1/datasets", content=in_pieces(), headers=pieces)
    for answer in (announced, unannounced):
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert kept_files(hub) == []
    hub.engine.dispose()


def test_a_broken_form_is_refused_with_a_code(client, token):
    answer = client.post(
        "/api/v1/datasets",
        content=b"no form at all",
        headers={**token, "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"broken-request", "invalid-input"}


def test_a_revoked_key_opens_nothing(hub, client, token, table):
    with hub.writing() as session:
        tokens.revoke(session, "a steward's script", build.NOW)
    answer = client.post("/api/v1/datasets", data=WORDS, files=upload(table), headers=token)
    assert answer.status_code == 401


def with_phone(table):
    head, first, rest = table.split(b"\n", 2)
    position = head.split(b",").index(b"observations")
    cells = first.split(b",")
    cells[position] = b"Appeler le 06 12 34 56 78"
    return b"\n".join([head, b",".join(cells), rest])


def test_personal_data_stops_publication_until_a_steward_clears_it(hub, client, token, table):
    content = with_phone(table)
    refused = client.post("/api/v1/datasets", data=WORDS, files=upload(content), headers=token)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-publishable")
    number = refused.json()["submission"]
    report = client.get(f"/api/v1/submissions/{number}", headers=token)
    finding, *others = report.json()["findings"]
    assert {each["level"] for each in others} <= {"information"}
    assert (finding["code"], finding["row"], finding["column"]) == (
        "personal-phone",
        2,
        "observations",
    )
    assert "06 12" not in report.text
    cleared = {**WORDS, "clear": ["personal-phone/observations=line of the town hall"]}
    answer = client.post("/api/v1/datasets", data=cleared, files=upload(content), headers=token)
    assert answer.status_code == 201
    with hub.reading() as session:
        kept = submissions.clearances(session, number + 1)
    assert kept == [Clearance("personal-phone", "observations", "line of the town hall")]
    report = client.get(f"/api/v1/submissions/{number + 1}", headers=token).json()
    (told,) = report["clearances"]
    assert (told["column"], told["reason"]) == ("observations", "line of the town hall")
    assert told["cleared_at"] >= "2026"


@pytest.mark.parametrize(
    "clear",
    [
        "personal-phone/observations=",
        "personal-phone/observations",
        "type-error/observations=it is fine",
        "personal-phone/objet=nothing is there",
        "personal-rib/observations=another kind",
    ],
)
def test_a_clearance_of_nothing_or_without_a_reason_is_refused(client, token, table, clear):
    data = {**WORDS, "clear": [clear]}
    content = with_phone(table)
    answer = client.post("/api/v1/datasets", data=data, files=upload(content), headers=token)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert client.get("/datasets/subventions.ttl").status_code == 404


@pytest.mark.parametrize("name", ["liste 0612345678.csv", "prenom.nom@courriel.example.csv"])
def test_a_file_name_gives_somebody_away_too(client, token, table, name):
    answer = client.post("/api/v1/datasets", data=WORDS, files=upload(table, name), headers=token)
    assert answer.json()["code"] == "not-publishable"


def rows_of(table, changes, count, start=0):
    """So many rows after the first's model, with other identifiers and these cells."""
    head, first, *_ = table.decode().split("\n")
    names = head.split(",")
    lines = []
    for number in range(start, start + count):
        cells = dict(zip(names, first.split(","), strict=True)) | changes
        cells["id_subvention"] = f"S-{number}"
        lines.append(",".join(cells[name] for name in names))
    return lines


def test_errors_behind_a_thousand_remarks_stop_publication(client, token, table):
    head = table.decode().split("\n")[0]
    remarks = rows_of(table, {"elu_dirigeant": "Oui"}, 1001)
    sound = "\n".join([head, *remarks]).encode()
    broken = "\n".join([head, *remarks, *rows_of(table, {"exercice": "x"}, 1, 1001)]).encode()
    refused = client.post("/api/v1/datasets", data=WORDS, files=upload(broken), headers=token)
    assert refused.json()["code"] == "not-publishable"
    answer = client.post("/api/v1/datasets", data=WORDS, files=upload(sound), headers=token)
    assert (answer.status_code, answer.json()["rows"]) == (201, 1001)


def test_a_cleared_column_does_not_hide_another(client, token, table):
    head = table.decode().split("\n")[0]
    many = rows_of(table, {"objet": "Tel 06 12 34 56 78"}, 1200)
    one = rows_of(table, {"observations": "Tel 06 12 34 56 78"}, 1, 1200)
    words = {**WORDS, "clear": ["personal-phone/objet=line of the town hall"]}
    content = "\n".join([head, *many, *one]).encode()
    refused = client.post("/api/v1/datasets", data=words, files=upload(content), headers=token)
    assert refused.json()["code"] == "not-publishable"
    content = "\n".join([head, *many]).encode()
    answer = client.post("/api/v1/datasets", data=words, files=upload(content), headers=token)
    assert answer.status_code == 201


def test_a_report_number_out_of_range_and_an_odd_file_name_are_met(client, token, table):
    assert client.get("/api/v1/submissions/99999999999999999999", headers=token).status_code == 422
    name = "a\u202eb\x01.csv"
    answer = client.post(
        "/api/v1/submissions", data=WORDS, files=upload(table, name), headers=token
    )
    assert answer.status_code == 201
    assert answer.json()["file_name"].isprintable()


def test_a_strangers_key_waits_for_nobody(hub, client):
    with hub.writing():
        answer = client.get("/api/v1/submissions/1", headers={"Authorization": "Bearer junk"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token-needed")

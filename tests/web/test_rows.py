"""Rows of published tables as a program asks for them."""

import csv
import io
import json
import shutil
from decimal import Decimal

import duckdb
import pytest
from starlette.testclient import TestClient

import build
from opendata_hub.bootstrap import open_hub
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app
from opendata_hub.web.catalog import rows_api

SLUG = "demo-procurement-results"
ROWS = f"/api/v1/datasets/{SLUG}/rows"
MEDIA_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A client at the door of a hub with one table, which nobody changes."""
    home = tmp_path_factory.mktemp("asked")
    hub = open_hub(Settings(home=home, base_url=build.BASE_URL))
    build.publish_sample(hub, "procurement-results")
    yield TestClient(create_app(hub), base_url=build.BASE_URL)
    hub.engine.dispose()


@pytest.fixture
def changing(hub, client):
    """A client at the door of a hub with one table, for one test."""
    build.publish_sample(hub, "procurement-results")
    return client


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [row["_row"] for row in answer.json()["rows"]]


def read(answer, ending, tmp_path):
    """The holders that any of the formats gives."""
    if ending == "json":
        return [row["titulaire_nom"] for row in answer.json()["rows"]]
    if ending == "ndjson":
        return [json.loads(line)["titulaire_nom"] for line in answer.text.splitlines()]
    if ending == "csv":
        rows = csv.DictReader(io.StringIO(answer.text))
        return [row["titulaire_nom"] or None for row in rows]
    (tmp_path / "got.parquet").write_bytes(answer.content)
    found = duckdb.sql(f"SELECT titulaire_nom FROM '{tmp_path / 'got.parquet'}'").fetchall()
    return [name for (name,) in found]


@pytest.mark.parametrize("ending", MEDIA_TYPES)
def test_every_format_gives_the_same_rows(asked, tmp_path, ending):
    question = "?sort=-montant_ttc_dh&select=titulaire_nom"
    answer = asked.get(f"{ROWS}.{ending}{question}")
    assert answer.headers["content-type"].startswith(MEDIA_TYPES[ending])
    assert answer.headers["access-control-allow-origin"] == "*"
    assert f'filename="{SLUG}.{ending}"' in answer.headers["content-disposition"]
    negotiated = asked.get(f"{ROWS}{question}", headers={"Accept": MEDIA_TYPES[ending]})
    assert negotiated.headers["vary"] == "Accept"
    expected = read(asked.get(f"{ROWS}.json{question}"), "json", tmp_path)
    assert len(expected) == 14
    assert read(answer, ending, tmp_path) == read(negotiated, ending, tmp_path) == expected


def test_an_answer_says_what_it_is_of(asked):
    answer = asked.get(f"{ROWS}?limit=2&exercice.gte=2025").json()
    assert (answer["dataset"], answer["version"], answer["offset"]) == (SLUG, 1, 0)
    assert len(answer["rows"]) == 2 < answer["total"]
    assert asked.get(answer["file"]).content == build.sample(
        asked.app.state.hub, "procurement-results"
    )
    assert asked.get(answer["schema"]).json()["name"] == "procurement-results"


def test_identifiers_keep_their_zeros_and_amounts_their_digits(asked):
    text = asked.get(f"{ROWS}?limit=1").text
    (row,) = json.loads(text, parse_float=Decimal)["rows"]
    assert row["titulaire_ice"] == "000000000001067"
    assert row["montant_ttc_dh"] == Decimal("3250000.00")
    assert (row["tpme"], row["ocid"], row["date_ouverture"]) == (True, None, "2024-03-12")


@pytest.mark.parametrize("ending", ["", ".json", ".csv", ".ndjson"])
def test_pages_lead_on_until_all_rows_were_given(asked, ending):
    address, seen = f"{ROWS}{ending}?sort=-date_ouverture&limit=4&statut=attribue", []
    while address:
        answer = asked.get(address)
        if ending == ".csv":
            seen += [int(row["_row"]) for row in csv.DictReader(io.StringIO(answer.text))]
        elif ending == ".ndjson":
            seen += [json.loads(line)["_row"] for line in answer.text.splitlines()]
        else:
            seen += numbers(answer)
            assert answer.json()["next"] == answer.links.get("next", {}).get("url")
        address = answer.links.get("next", {}).get("url")
    whole = asked.get(f"{ROWS}?sort=-date_ouverture&limit=1000&statut=attribue")
    assert seen == numbers(whole)
    assert len(seen) > 4


def test_a_row_has_an_address_of_its_own(asked):
    first = asked.get(f"{ROWS}?limit=1").json()["rows"][0]
    answer = asked.get(f"{ROWS}/{first['_row']}")
    assert answer.json() == {"dataset": SLUG, "version": 1, "row": first}
    etag = {"If-None-Match": answer.headers["etag"]}
    assert asked.get(f"{ROWS}/{first['_row']}", headers=etag).status_code == 304
    for wrong in (1, 999):
        answer = asked.get(f"{ROWS}/{wrong}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-row")
    assert asked.get(f"{ROWS}/{'9' * 30}").status_code == 422


@pytest.mark.parametrize(
    "question",
    [
        "nope=1", "rows=-1", "limit=-1", "limit=10001", "limit=99999999999999999999", "offset=x",
        "montant_ttc_dh=beaucoup", "date_ouverture.gte=hier", "tpme=oui", "statut=", "cursor=x",
        "select=nope", "sort=nope", "limit=1&limit=2", "statut.like=a", "format=xml",
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["", ".csv"])
def test_a_wrong_question_is_refused_and_names_its_parameter(asked, question, ending):
    if (question, ending) == ("limit=10001", ".csv"):
        return
    answer = asked.get(f"{ROWS}{ending}?{question}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-row-query")
    assert answer.json()["parameter"] == question.partition("=")[0]


def test_a_deep_offset_is_an_empty_page(asked):
    answer = asked.get(f"{ROWS}?offset=999999999").json()
    assert (answer["rows"], answer["total"], answer["next"]) == ([], 14, None)


def test_who_has_it_already_is_told_so(changing):
    first = changing.get(ROWS)
    etag = {"If-None-Match": first.headers["etag"]}
    again = changing.get(ROWS, headers=etag)
    assert (again.status_code, again.content) == (304, b"")
    assert changing.get(f"{ROWS}?limit=3", headers=etag).status_code == 200
    assert changing.get(f"{ROWS}.csv", headers=etag).status_code == 200
    build.publish_sample(changing.app.state.hub, "procurement-results", replaces=True)
    assert changing.get(ROWS, headers=etag).status_code == 200


def test_a_head_has_no_body(asked):
    head, answer = asked.head(f"{ROWS}.csv"), asked.get(f"{ROWS}.csv")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]
    assert asked.head(f"{ROWS}?nope=1").status_code == 400


def test_a_cursor_of_an_earlier_version_is_refused(changing):
    following = changing.get(f"{ROWS}?limit=5").json()["next"]
    hub = changing.app.state.hub
    table = build.sample(hub, "procurement-results")
    submission = build.submitted(hub, table.rsplit(b"\n", 2)[0], family="procurement-results")
    build.publish_submission(hub, submission, slug=SLUG, replaces=True)
    answer = changing.get(following)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "cursor")


def test_a_format_or_dataset_that_is_not_there_is_told(asked):
    assert asked.get(f"{ROWS}.xlsx").json()["code"] == "not-known"
    assert asked.get(ROWS, headers={"Accept": "image/png"}).status_code == 406
    answer = asked.get("/api/v1/datasets/nowhere/rows")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-dataset")


def test_publication_makes_the_rows_ready_and_a_reader_makes_them_again(hub, client, token):
    files = {"file": ("t.csv", build.sample(hub, "procurement-results"), "text/csv")}
    words = {"family": "procurement-results", "title": ["fr=R"], "slug": SLUG}
    words["publisher"] = hub.frame.site.publisher
    client.post("/api/v1/datasets", data=words, files=files, headers=token)
    (made,) = hub.rows.folder.rglob("*.parquet")
    shutil.rmtree(hub.rows.folder)
    assert len(numbers(client.get(ROWS))) == 14
    assert made.is_file()


def test_a_dataset_whose_file_has_no_table_says_so(changing):
    hub = changing.app.state.hub
    shutil.rmtree(hub.rows.folder, ignore_errors=True)
    for file in hub.files.folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"\0")
    answer = changing.get(ROWS)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-rows")


def test_a_question_that_is_too_heavy_is_told_by_its_status(asked, monkeypatch):
    asked.get(ROWS)
    few = rows_api.asking.__wrapped__.__kwdefaults__
    monkeypatch.setitem(few, "limits", type(few["limits"])(seconds=1e-9))
    answer = asked.get(ROWS)
    assert (answer.status_code, answer.json()["code"]) == (503, "query-too-heavy")


def test_the_questions_are_described(asked):
    described = asked.get("/api/openapi.json").json()["paths"]
    route = described["/api/v1/datasets/{slug}/rows"]["get"]
    assert {"select", "sort", "limit", "offset", "cursor", "filters"} <= {
        parameter["name"] for parameter in route["parameters"]
    }
    assert set(route["responses"]["200"]["content"]) >= set(MEDIA_TYPES.values())

"""The rows of a published table, asked as a CKAN's datastore is."""

import csv
import io
import json

import pytest

import build

PACKAGE = "demo-association-subsidies"


@pytest.fixture
def resource(demo_client):
    found = demo_client.get("/api/3/action/package_show", params={"id": PACKAGE}).json()
    return found["result"]["resources"][0]["id"]


@pytest.fixture
def ask(demo_client):
    def post(action, /, status=200, **given):
        answer = demo_client.post(f"/api/3/action/{action}", content=json.dumps(given))
        assert answer.status_code == status, answer.text
        said = answer.json()
        return said["result"] if status == 200 else said["error"]

    return post


def rows_of_the_file(hub):
    return list(csv.DictReader(io.StringIO(build.sample(hub, "association-subsidies").decode())))


def test_rows_are_given_in_pages_with_their_columns(ask, resource, demo_hub):
    every = rows_of_the_file(demo_hub)
    found = ask("datastore_search", resource_id=resource, limit=2)
    assert found["total"] == len(every)
    assert [row["id_subvention"] for row in found["records"]] == [
        row["id_subvention"] for row in every[:2]
    ]
    assert found["fields"][0] == {"id": "_id", "type": "int"}
    assert found["records"][0]["_id"] == 2
    assert {each["id"] for each in found["fields"]} == set(found["records"][0])
    following = ask("datastore_search", resource_id=resource, limit=2, offset=2)
    assert following["records"][0]["id_subvention"] == every[2]["id_subvention"]
    assert ask("datastore_search", resource_id=resource, limit=0)["records"] == []


def test_the_next_page_is_linked_with_the_same_question(demo_client, resource):
    asked = f"/api/3/action/datastore_search?resource_id={resource}&limit=1"
    links = demo_client.get(asked).json()["result"]["_links"]
    assert links["start"] == asked
    assert links["next"] == f"{asked}&offset=1"
    assert demo_client.get(links["next"]).json()["result"]["records"]


def test_rows_are_filtered_sorted_and_cut_to_columns(ask, resource, demo_hub):
    every = rows_of_the_file(demo_hub)
    sport = [row for row in every if row["domaine"] == "sport"]
    found = ask(
        "datastore_search", resource_id=resource, filters={"domaine": "sport"},
        fields=["id_subvention", "montant_accorde_dh"], sort="montant_accorde_dh desc",
    )  # fmt: skip
    assert found["total"] == len(sport)
    assert [set(row) for row in found["records"]] == [
        {"id_subvention", "montant_accorde_dh"}
    ] * len(sport)
    amounts = [row["montant_accorde_dh"] for row in found["records"]]
    assert amounts == sorted(amounts, reverse=True)
    some = ask(
        "datastore_search", resource_id=resource, filters={"domaine": ["sport", "education"]}
    )
    assert some["total"] > len(sport)
    named = ask("datastore_search", resource_id=resource, q="imaginaire")
    assert 0 < named["total"] < len(every)
    column = ask("datastore_search", resource_id=resource, q={"association_nom_fr": "imaginaire"})
    assert column["total"] <= named["total"]


@pytest.mark.parametrize("form", ["lists", "csv", "tsv"])
def test_records_are_given_in_other_forms(ask, resource, form):
    found = ask(
        "datastore_search", resource_id=resource, records_format=form, limit=1,
        fields="_id,id_subvention",
    )["records"]  # fmt: skip
    sign = {"csv": ",", "tsv": "\t"}.get(form)
    assert found == ([[2, "2023-SUB-001"]] if sign is None else f"2{sign}2023-SUB-001\n")


def test_a_table_tells_its_columns_and_its_size(ask, resource, demo_hub):
    told = ask("datastore_info", id=resource)
    assert told["meta"]["count"] == len(rows_of_the_file(demo_hub))
    column = next(each for each in told["fields"] if each["id"] == "exercice")
    assert (column["type"], column["schema"]["native_type"]) == ("int8", "int8")
    assert column["info"]["label"]


def test_a_select_is_answered(ask, resource):
    sql = (
        f'SELECT domaine, count(*) AS n, sum(montant_accorde_dh) AS total FROM "{resource}" '
        "WHERE exercice >= 2023 GROUP BY domaine ORDER BY n DESC, domaine LIMIT 3"
    )
    found = ask("datastore_search_sql", sql=sql)
    assert [each["id"] for each in found["fields"]] == ["domaine", "n", "total"]
    assert found["fields"][1]["type"] == "int8"
    assert found["records"][0]["n"] >= found["records"][-1]["n"]
    assert (
        ask("datastore_search_sql", sql=f'SELECT * FROM "{resource}" LIMIT 1')["records"][0]["_id"]
        == 2
    )


def test_what_is_no_number_in_json_is_null(demo_client, resource):
    said = "CAST('NaN' AS DOUBLE) AS a, ln(0) AS b, 1e308 * 10 AS c, 1 AS d"
    sql = f'SELECT {said} FROM "{resource}"'
    answer = demo_client.post("/api/3/action/datastore_search_sql", json={"sql": f"{sql} LIMIT 1"})
    assert '{"a": null, "b": null, "c": null, "d": 1}' in answer.text


def test_a_fault_of_a_select_is_told_under_query(ask, resource):
    for said in ("strftime(CAST('2026-01-01' AS DATE), '%')", "1.5::DOUBLE // 0", "abs('x'::INT)"):
        error = ask("datastore_search_sql", sql=f'SELECT {said} FROM "{resource}"', status=409)
        assert set(error) == {"__type", "query"}


@pytest.mark.parametrize(
    ("sql", "status"),
    [
        ("DROP TABLE x", 409),
        ("SELECT nope FROM", 409),
        ('SELECT * FROM "{id}"; DROP TABLE x', 409),
        ('SELECT no_such_column FROM "{id}"', 409),
        ('SELECT lower(1, 2, 3) FROM "{id}"', 409),
        ("SELECT read_text('/etc/passwd') FROM \"{id}\"", 403),
        ('SELECT * FROM "{id}" x, "{id}" y', 403),
        ("SELECT * FROM '/etc/passwd'", 404),
        ('SELECT * FROM "pg_catalog"', 404),
        ("", 409),
    ],
)
def test_another_select_is_refused_without_a_trace_of_our_files(ask, resource, sql, status):
    error = ask("datastore_search_sql", sql=sql.replace("{id}", resource), status=status)
    assert error["__type"].endswith("Error")
    assert ".parquet" not in str(error)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"filters": {"no_such": "x"}}, "filters"),
        ({"filters": {"domaine": {"x": 1}}}, "filters"),
        ({"filters": "domaine"}, "filters"),
        ({"filters": {"exercice": "many"}}, "filters"),
        ({"fields": ["no_such"]}, "fields"),
        ({"sort": "no_such desc"}, "sort"),
        ({"sort": 'exercice; DROP TABLE "x"'}, "sort"),
        ({"limit": -1}, "limit"),
        ({"limit": "all"}, "limit"),
        ({"offset": -1}, "offset"),
        ({"records_format": "xml"}, "records_format"),
        ({"distinct": True}, "distinct"),
        ({"q": {"no_such": "x"}}, "filters"),
    ],
)
def test_what_a_table_can_not_be_asked_is_refused_by_its_key(ask, resource, given, key):
    error = ask("datastore_search", resource_id=resource, status=409, **given)
    assert set(error) == {key, "__type"}


def test_what_is_no_table_is_not_found_and_rows_are_not_written(ask, resource, demo_client, token):
    package = demo_client.get("/api/3/action/package_show", params={"id": PACKAGE}).json()["result"]
    for wanted in ("nope", package["id"], "_table_metadata"):
        assert ask("datastore_search", resource_id=wanted, status=404)["message"].startswith(
            "Not found"
        )
    ask("datastore_search", status=409)
    for action in ("datastore_create", "datastore_upsert", "datastore_delete"):
        ask(action, resource_id=resource, status=403)
        answer = demo_client.post(f"/api/3/action/{action}", json={"id": resource}, headers=token)
        assert "published file" in answer.json()["error"]["resource_id"][0]


def test_a_table_is_dumped_as_a_file(demo_client, resource, demo_hub):
    every = rows_of_the_file(demo_hub)
    answer = demo_client.get(f"/datastore/dump/{resource}")
    assert answer.headers["content-type"].startswith("text/csv")
    read = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["id_subvention"] for row in read] == [row["id_subvention"] for row in every]
    assert next(iter(read[0])) == "_id"
    tabbed = demo_client.get(f"/datastore/dump/{resource}", params={"format": "tsv", "limit": 1})
    assert tabbed.text.count("\r\n") == 2
    said = demo_client.get(f"/datastore/dump/{resource}", params={"format": "json"}).json()
    assert len(said["records"]) == len(every)
    assert len(said["fields"]) == len(said["records"][0])
    assert demo_client.get("/datastore/dump/nope").status_code == 404
    assert (
        demo_client.get(f"/datastore/dump/{resource}", params={"format": "xml"}).status_code == 404
    )
    assert demo_client.get(f"/datastore/dump/{resource}", params={"limit": "x"}).status_code == 422

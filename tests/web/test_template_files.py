"""Tables to fill in, as a steward downloads them."""

import io

import pytest
from openpyxl import load_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def address(language="ar", name="asset-declarations", ending="xlsx"):
    return f"/{language}/families/{name}/template.{ending}"


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize(("ending", "media_type"), [("xlsx", XLSX), ("csv", "text/csv")])
def test_a_template_is_a_file_to_save(client, language, ending, media_type):
    answer = client.get(address(language, ending=ending))
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["content-language"] == language
    assert (
        answer.headers["content-disposition"]
        == f'attachment; filename="asset-declarations.{language}.{ending}"'
    )
    if ending == "csv":
        assert answer.text.count("\n") == 2
    else:
        assert len(load_workbook(io.BytesIO(answer.content)).sheetnames) == 2


def test_who_has_the_template_already_is_told_so(client):
    first = client.get(address())
    etag = first.headers["etag"]
    again = client.get(address(), headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get(address("fr")).headers["etag"] != etag
    head = client.head(address())
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", etag)


def test_an_address_without_a_language_leads_to_the_readers(client):
    answer = client.get("/families/asset-declarations/template.csv", headers={
        "Accept-Language": "en",
    })  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, address("en", ending="csv"))
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/families/none/template.xlsx", "unknown-family"),
        ("/families/asset-declarations/template.ods", "not-known"),
        ("/xx/families/asset-declarations/template.xlsx", "not-known"),
    ],
)
def test_what_is_not_there_is_a_problem(client, path, code):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize("wrong", [{"name": "none"}, {"ending": "ods"}])
def test_what_is_not_there_is_a_page_for_readers(client, wrong):
    answer = client.get(address(**wrong))
    assert (answer.status_code, answer.headers["content-language"]) == (404, "ar")


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_page_of_a_dataset_leads_to_its_templates(demo_client, language):
    text = demo_client.get(f"/{language}/datasets/demo-asset-declarations").text
    for ending in ("xlsx", "csv"):
        link = address(language, ending=ending)
        assert f'href="{link}"' in text
        assert demo_client.get(link).status_code == 200


def test_the_api_description_names_the_door_and_both_formats(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    door = paths["/{language}/families/{name}/template.{ending}"]
    assert set(door) == {"get"}
    assert set(door["get"]["responses"]["200"]["content"]) >= {XLSX, "text/csv"}
    assert set(door["get"]["responses"]) >= {"200", "304", "404"}

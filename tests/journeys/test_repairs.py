"""A steward's file that a spreadsheet has wrecked, from the command and from a program."""

import csv
import io
import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from opendata_hub import cli
from opendata_hub.domain.catalog.repair.proposal import Kind

WRECKED = Path(__file__).parent.parent / "wrecked"
FAMILY = ("--family", "association-subsidies")
ANSWERED = ("--day-first", "date_versement")


@pytest.fixture(autouse=True)
def territories(monkeypatch):
    """The authority's own list: a few places, two of them of one name."""
    monkeypatch.setenv("OPENDATA_HUB_CATALOG_DIR", str(WRECKED / "catalog"))


@pytest.fixture
def run(monkeypatch, capsys, pytestconfig):
    monkeypatch.chdir(pytestconfig.rootpath)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["opendata-hub", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def wrecked(tmp_path):
    """Saved as CSV by a French Excel: Windows letters, semicolons, a title and a total."""
    return Path(shutil.copy(WRECKED / "aides.csv", tmp_path))


@pytest.fixture
def lost(tmp_path):
    return Path(shutil.copy(WRECKED / "perdu.csv", tmp_path))


def test_without_accept_nothing_is_written(run, wrecked):
    before = wrecked.read_bytes()
    code, out, err = run("repair", wrecked, *FAMILY, "--lang", "fr")
    assert (code, err) == (1, "")
    assert (
        "4:association_ice «9999999999985» → «009999999999985» [ice-padding, proved] Clé de" in out
    )
    assert "5:montant_accorde_dh «30\\xa0000,00» → «30000.00» [number-form, proved]" in out
    assert "4:date_versement «01/03/2024» [ambiguous-date, asked] 2024-03-01 / 2024-01-03 ?" in out
    assert "7: «TOTAL | 1 459 999,99 | 30 000,00» → ∅ [total-line, likely]" in out
    assert out.endswith("Propositions : 53, dont 52 peuvent être acceptées.\n")
    assert (wrecked.read_bytes(), len(list(wrecked.parent.iterdir()))) == (before, 1)


def test_a_wrecked_file_is_sound_after_its_repairs(run, wrecked):
    before = wrecked.read_bytes()
    code, out, err = run("repair", wrecked, *FAMILY, *ANSWERED, "--accept", "all", "--lang", "en")
    copy, changes = wrecked.with_name("aides.repaired.csv"), wrecked.with_name("aides.changes.csv")
    assert (code, err) == (0, "")
    assert out.startswith(f"Changes: 53. Copy: {copy} — list: {changes}\n")
    rows = list(csv.DictReader(io.StringIO(copy.read_text(encoding="utf-8"))))
    assert [row["date_versement"] for row in rows] == ["2024-03-01", "2024-03-15", "2024-05-02"]
    assert {row["association_commune"] for row in rows} == {"01.051.01.09", "01.051.01.01"}
    assert rows[2]["observations"] == "=SOMME(P4:P5)"
    listed = list(csv.reader(io.StringIO(changes.read_text(encoding="utf-8-sig"))))
    assert (listed[0], len(listed)) == (["row", "column", "before", "after", "kind", "proof"], 54)
    assert wrecked.read_bytes() == before
    assert run("validate", copy, *FAMILY)[0] == 0
    assert run("repair", copy, *FAMILY, "--lang", "ar") == (0, "لا شيء يحتاج إلى إصلاح.\n", "")


def test_one_kind_or_one_cell_is_accepted_and_the_rest_is_told(run, wrecked, tmp_path):
    copy = tmp_path / "some.csv"
    code, out, _ = run(
        "repair", wrecked, *FAMILY, "--output", copy, "--accept", "ice-padding",
        "--accept", "4:montant_accorde_dh", "--lang", "ar",
    )  # fmt: skip
    assert code == 1
    assert "عدد التعديلات: 4." in out
    assert "بقي في النسخة:" in out
    assert "1399999.99" in copy.read_text(encoding="utf-8")
    assert (tmp_path / "some.changes.csv").is_file()


def test_the_original_and_an_earlier_copy_are_never_overwritten(run, wrecked):
    before = wrecked.read_bytes()
    accepted = ("repair", wrecked, *FAMILY, "--accept", "all")
    code, _, err = run(*accepted, "--output", wrecked, "--force")
    assert (code, err.startswith("error: invalid-input: ")) == (2, True)
    assert run(*accepted)[0] == 1
    code, _, err = run(*accepted)
    assert (code, err.startswith("error: refused: ")) == (2, True)
    assert run(*accepted, "--force")[0] == 1
    assert wrecked.read_bytes() == before


def test_what_is_lost_is_said_and_never_invented(run, lost):
    code, out, _ = run("repair", lost, *FAMILY, "--json", "--lang", "en")
    told = json.loads(out)
    assert (code, told["total"], told["repairs"]) == (1, 7, 0)
    assert {each["column"]: each["certainty"] for each in told["proposals"]} == {
        "id_subvention": "lost",
        "association_ice": "lost",
        "association_commune": "asked",
        "montant_accorde_dh": "asked",
        "deliberation_numero": "lost",
        "deliberation_date": "asked",
        "date_versement": "lost",
    }
    assert all(each["after"] is None and each["proof"] for each in told["proposals"])


def test_a_sound_file_needs_nothing_and_a_copy_is_told_as_json(run, wrecked):
    sample = "catalog/families/association-subsidies/sample.csv"
    assert run("repair", sample, *FAMILY, "--lang", "en") == (0, "Nothing to repair.\n", "")
    assert json.loads(run("repair", sample, *FAMILY, "--json")[1])["total"] == 0
    code, out, _ = run("repair", wrecked, *FAMILY, *ANSWERED, "--accept", "all", "--json")
    assert (code, json.loads(out)["made"], json.loads(out)["valid"]) == (0, 53, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--accept", "everything"), "invalid-input"),
        (("--day-first", "objet"), "invalid-input"),
        (("--day-first", "date_visa", "--month-first", "date_visa"), "invalid-input"),
    ],
)
def test_what_was_typed_wrongly_ends_with_2(run, wrecked, words, code):
    ended, _, err = run("repair", wrecked, *FAMILY, *words)
    assert (ended, err.startswith(f"error: {code}: ")) == (2, True)
    assert run("repair", wrecked, "--family", "none")[0] == 2
    assert run("repair", wrecked.with_name("none.csv"), *FAMILY)[0] == 2


def sent(wrecked, name="aides.csv"):
    return {"file": (name, wrecked.read_bytes())}


def test_a_program_asks_and_takes_the_copy(client, token, wrecked, hub):
    asked = client.post(
        "/api/v1/repairs?family=association-subsidies", files=sent(wrecked), headers=token,
        data={"language": "ar"},
    )  # fmt: skip
    told = asked.json()
    assert (asked.status_code, told["total"], told["repairs"]) == (200, 53, 52)
    ice = next(each for each in told["proposals"] if each["place"] == "4:association_ice")
    assert (ice["before"], ice["after"], ice["kind"]) == (
        "9999999999985",
        "009999999999985",
        "ice-padding",
    )
    assert "97" in ice["proof"]
    answer = client.post(
        "/api/v1/repairs/copy?family=association-subsidies", headers=token,
        files=sent(wrecked, "../aides.csv"),
        data={"accept": ["ice-padding", "4:exercice"], "day_first": ["date_versement"]},
    )  # fmt: skip
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert 'filename="aides.repaired.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["aides.repaired.csv", "aides.changes.csv"]
        assert b"009999999999985" in archive.read("aides.repaired.csv")
        assert archive.read("aides.changes.csv").count(b"\r\n") == 5
    assert not list(hub.files.folder.rglob("*"))


@pytest.mark.parametrize(
    ("door", "data", "status", "code"),
    [
        ("repairs?family=none", {}, 422, "unknown-family"),
        ("repairs?family=association-subsidies", {"language": "xx"}, 422, "invalid-input"),
        ("repairs?family=association-subsidies", {"day_first": ["x"]}, 422, "invalid-input"),
        ("repairs/copy?family=association-subsidies", {"accept": ["x"]}, 422, "invalid-input"),
        ("repairs/copy?family=association-subsidies", {}, 422, "invalid-input"),
    ],
)
def test_a_program_is_told_what_is_wrong(client, token, wrecked, door, data, status, code):
    answer = client.post(f"/api/v1/{door}", files=sent(wrecked), data=data, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_long_arabic_name_is_cut_for_the_copy(client, token, wrecked):
    answer = client.post(
        "/api/v1/repairs/copy?family=association-subsidies", headers=token,
        files=sent(wrecked, "إعانات" * 30 + ".csv"), data={"accept": ["proved"]},
    )  # fmt: skip
    assert answer.status_code == 200


def test_what_is_no_table_is_refused_with_its_code(client, token):
    answer = client.post(
        "/api/v1/repairs?family=association-subsidies", files={"file": ("x.csv", b"\0")},
        headers=token,
    )  # fmt: skip
    assert answer.status_code == 422
    assert "binary-file" in answer.json()["detail"]


def test_a_stranger_may_not_ask(client, wrecked):
    for door in ("repairs", "repairs/copy"):
        answer = client.post(
            f"/api/v1/{door}?family=association-subsidies", files=sent(wrecked),
            data={"accept": ["all"]},
        )  # fmt: skip
        assert answer.status_code == 401


def test_a_file_larger_than_other_bodies_passes(client, token):
    large = b"objet,observations\n" + (b"x," + b"y" * 400 + b"\n") * 1000
    answer = client.post(
        "/api/v1/repairs?family=association-subsidies",
        files={"file": ("large.csv", large)}, headers=token,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["total"]) == (200, 0)


def test_every_kind_is_explained_to_stewards(pytestconfig):
    guide = (pytestconfig.rootpath / "docs" / "repairs.md").read_text(encoding="utf-8")
    assert [kind for kind in Kind if f"`{kind}`" not in guide] == []


def test_both_doors_are_described(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert "application/zip" in paths["/api/v1/repairs/copy"]["post"]["responses"]["200"]["content"]
    assert {"401", "413", "422"} <= set(paths["/api/v1/repairs"]["post"]["responses"])

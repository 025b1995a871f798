"""A list of codes is compared with its official table and refreshed from it, offline."""

import csv
import io

import pytest
from typer.testing import CliRunner

from opendata_hub import cli
from opendata_hub.bootstrap import load_frame
from opendata_hub.domain.catalog.vocabulary import Difference
from opendata_hub.domain.errors import HubError, UnreadableRecord
from opendata_hub.flows.catalog.refresh import check, refresh
from opendata_hub.settings import Settings

LISTS = load_frame(Settings(), base_url="http://hub.example").vocabularies
BASE = "http://publications.europa.eu/resource/authority/planned-availability/"
TABLE = f"""@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{BASE}AVAILABLE> skos:prefLabel "available"@en, "disponible"@fr, "verfügbar"@de .
<{BASE}STABLE> skos:prefLabel "lasting"@en ; skos:inScheme <{BASE}> .
<{BASE}TEMPORARY> skos:prefLabel "temporary"@en .
<{BASE}NEW> skos:prefLabel "new"@en .
"""


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "table.ttl"
    file.write_text(TABLE, encoding="utf-8")
    return file


def test_what_differs_is_told_and_what_we_did_not_choose_is_only_counted(table):
    found = check(LISTS, table)
    assert (found.name, found.others) == ("planned-availability", 1)
    assert [(f.code, f.difference) for f in found.findings] == [
        ("EXPERIMENTAL", Difference.GONE),
        ("STABLE", Difference.RELABELLED),
    ]


def test_a_refreshed_list_has_the_official_labels_and_our_arabic(table):
    text = refresh(LISTS, "planned-availability", table)
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(rows) == {"AVAILABLE", "STABLE", "TEMPORARY"}
    assert (rows["STABLE"]["en"], rows["STABLE"]["fr"]) == ("lasting", "stable")
    assert rows["STABLE"]["ar"] == LISTS["planned-availability"]["STABLE"].label["ar"]


def test_a_list_refreshed_from_itself_is_itself():
    for name in set(LISTS) - {"schemes"}:
        file = Settings().catalog_dir or cli.bootstrap.catalog_folders(Settings()).layers[0]
        own = file / "vocabularies" / f"{name}.csv"
        assert check(LISTS, own).findings == ()
        assert refresh(LISTS, name, own) == own.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.ttl", "<a"), ("x.csv", "code\n1\n"), ("x.pdf", ""), ("x.ttl", ""), ("x.csv", "uri\n")],
)
def test_what_is_no_table_of_ours_is_refused(tmp_path, name, content):
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    with pytest.raises(HubError) as refused:
        check(LISTS, file)
    assert refused.value.code in {UnreadableRecord.code, "invalid-input"}


def test_the_commands_say_it_and_write_it(table, tmp_path):
    run = CliRunner().invoke
    checked = run(cli.app, ["vocabulary", "check", str(table)], standalone_mode=False)
    assert checked.return_value == 1
    assert "planned-availability/STABLE: relabelled (en): «stable» → «lasting»" in checked.output
    target = tmp_path / "new.csv"
    arguments = ["planned-availability", "--from", str(table), "--output", str(target)]
    run(cli.app, ["vocabulary", "refresh", *arguments], standalone_mode=False)
    assert "lasting" in target.read_text(encoding="utf-8")

"""What packs say of the portal: shelves, words of codes, charts."""

import pytest

from opendata_hub.bootstrap import catalog_folders, load_frame
from opendata_hub.domain.errors import PackBroken
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.portal import charts_of, entities_of, load_codes, load_shelves
from opendata_hub.packs.sheet import read_sheet
from opendata_hub.settings import Settings

SHELF = """
- id: one
  title: {fr: Un, ar: واحد, en: One}
  text: {fr: Le premier, ar: الأول, en: The first}
  families: [petitions]
- id: two
  title: {fr: Deux, ar: اثنان, en: Two}
  text: {fr: Le second, ar: الثاني, en: The second}
  families: [%s]
"""


def shelves(tmp_path, families):
    (tmp_path / "shelves.yaml").write_text(SHELF % families, encoding="utf-8")
    own = Folders((tmp_path, *catalog_folders(Settings()).layers))
    return load_shelves(own, ["budget-lines", "petitions", "minutes"])


def test_every_shipped_family_stands_on_one_shelf(tmp_path):
    frame = load_frame(Settings(home=tmp_path), base_url="http://localhost")
    standing = [name for shelf in frame.shelves for name in shelf.families]
    assert sorted(standing) == sorted(frame.families)


def test_a_family_that_no_shelf_names_stands_on_the_last(tmp_path):
    assert shelves(tmp_path, "budget-lines")[1].families == ("budget-lines", "minutes")


@pytest.mark.parametrize(
    ("families", "reason"), [("none", "no family is called"), ("petitions", "stands twice")]
)
def test_a_shelf_with_a_wrong_family_is_refused(tmp_path, families, reason):
    with pytest.raises(PackBroken, match=reason):
        shelves(tmp_path, families)


def test_every_code_of_a_shipped_table_has_words_in_every_language(tmp_path):
    frame = load_frame(Settings(home=tmp_path), base_url="http://localhost")
    codes = {
        code
        for family in frame.tables.values()
        for field in family.schema["fields"]
        for code in field.get("constraints", {}).get("enum", [])
    }
    assert sorted(codes - set(frame.codes)) == ["N", "N+1", "N+2"]
    assert sorted(set(frame.codes) - codes) == []


@pytest.mark.parametrize("row", ["jours,jours,,days", "a,b,c,d\na,b,c,d"])
def test_a_code_without_words_or_twice_is_refused(tmp_path, row):
    (tmp_path / "codes.csv").write_text(f"code,fr,ar,en\n{row}\n", encoding="utf-8")
    with pytest.raises(PackBroken, match="a code, once"):
        load_codes(Folders((tmp_path,)))


def test_every_shipped_chart_speaks_of_columns_that_can_be_drawn(tmp_path):
    frame = load_frame(Settings(home=tmp_path), base_url="http://localhost")
    charts = [(f, chart) for f in frame.tables.values() for chart in f.charts]
    assert len(charts) > 20
    for family, chart in charts:
        fields = {field["name"]: field for field in family.schema["fields"]}
        assert not chart.measure or fields[chart.measure]["type"] in {"number", "integer"}
        for name, values in chart.where.items():
            assert set(values) <= set(fields[name]["constraints"]["enum"])


def test_a_chart_of_a_column_that_is_not_there_is_refused(tmp_path):
    file = tmp_path / "family.yaml"
    title = "{fr: Un, ar: واحد, en: One}"
    file.write_text(f"charts: [{{id: one, title: {title}, by: year, measure: none}}]", "utf-8")
    with pytest.raises(PackBroken, match="no column is called 'none'"):
        charts_of(read_sheet(file), {"year"})


def test_a_chart_whose_bars_would_be_names_of_natural_persons_is_refused(tmp_path):
    file = tmp_path / "family.yaml"
    title = "{fr: Un, ar: واحد, en: One}"
    chart = f"charts: [{{id: one, title: {title}, by: who}}]"
    rule = "entities: [{kind: supplier, keys: {ice: [number]}, name: [who]}]"
    file.write_text(f"{chart}\n{rule}", "utf-8")
    sheet, columns = read_sheet(file), {"who", "number"}
    with pytest.raises(PackBroken, match="may be a natural person's name"):
        charts_of(sheet, columns, entities_of(sheet, columns))

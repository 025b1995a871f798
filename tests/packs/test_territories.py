"""A whole list of territories is read and asked, a faulty one is refused; regions are shipped."""

import csv
from collections import Counter

import pytest

from opendata_hub.bootstrap import load_frame
from opendata_hub.domain.catalog.territory import TerritoryLevel, fold
from opendata_hub.domain.errors import PackBroken
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.territories import load_territories
from opendata_hub.settings import Settings

HEAD = "code,fr,ar,level,parent\n"
ABOVE = {
    "region": "", "province": "region_code", "commune": "province_code",
    "arrondissement": "commune_code",
}  # fmt: skip
TOWNS = (TerritoryLevel.COMMUNE, TerritoryLevel.ARRONDISSEMENT)


@pytest.fixture
def hcp(shared, tmp_path):
    """The whole list, made of the reference tables, which are for tests only."""
    made = []
    for level, above in ABOVE.items():
        name = f"data/j_territory_reference/shared/{level}s.csv"
        with (shared / name).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        made += [[r["code"], r["name_fr"], r["name_ar"], level, r.get(above, "")] for r in rows]
    (tmp_path / "territories").mkdir()
    with (tmp_path / "territories/hcp.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEAD.strip().split(","), *made])
    return load_territories(Folders((tmp_path,)))["hcp"]


def test_the_twelve_regions_are_shipped():
    shipped = load_frame(Settings(), base_url="http://hub.example").territories["hcp"]
    assert list(shipped.by_code) == [f"{number:02}" for number in range(1, 13)]
    assert [each.code for each in shipped.named("région de Souss-Massa")[0]] == ["09"]
    assert [each.code for each in shipped.named("جهة الشرق")[0]] == ["02"]


def test_the_list_is_as_long_as_the_census(hcp):
    found = Counter(each.level for each in hcp.by_code.values())
    assert found == {"region": 12, "province": 83, "commune": 1503, "arrondissement": 41}


def test_every_territory_lies_in_one_above_it(hcp):
    for each in hcp.by_code.values():
        assert (each.parent is None) == (each.level is TerritoryLevel.REGION)
        assert set(each.label) == {"fr", "ar"}
        if each.level in TOWNS:
            assert len(hcp.provinces_of([each.code])) == 1


@pytest.mark.parametrize(
    ("text", "level", "codes"),
    [
        ("Tanger", TerritoryLevel.COMMUNE, ["01.511.01.0"]),
        ("طَنجة", TerritoryLevel.COMMUNE, ["01.511.01.0"]),
        ("Préfecture de Fès", None, ["03.231"]),
        ("Fès", None, ["03.231", "03.231.01.0"]),
        ("Ajdir", None, ["01.051.01.09", "03.561.03.01"]),
        ("Ajdir (Al Hoceima)", None, ["01.051.01.09"]),
        ("région de l’Oriental", None, ["02"]),
        ("", None, []),
    ],
)
def test_a_name_gives_every_territory_it_can_mean(hcp, text, level, codes):
    assert [each.code for each in hcp.named(text, level=level)[0]] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("001511010", ["01.511.01.0"]),
        ("15110105", ["01.511.01.05"]),
        ("1,511", ["01.511"]),
        ("1", ["01"]),
        ("1.2.3", []),
        ("Tanger", []),
    ],
)
def test_a_code_is_found_without_its_dots_and_zeros(hcp, text, codes):
    assert [each.code for each in hcp.written(text)] == codes


def test_names_are_compared_without_what_spellings_differ_in():
    assert fold("Béni-Mellal") == fold("BENI MELLAL")
    assert fold("أݣادير") == fold("اكادير")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("code,fr\n01,A\n", "the columns must be"),
        (f"{HEAD}01,A,أ,county,\n", "line 2: level must be one of"),
        (f"{HEAD}01,A,أ,region,\n01,B,ب,region,\n", "line 3: a code is needed, and only once"),
        (f"{HEAD}01.001,A,أ,province,01\n", "line 2: no parent 01"),
    ],
)
def test_a_faulty_list_is_refused_with_its_line(tmp_path, content, reason):
    (tmp_path / "territories").mkdir()
    (tmp_path / "territories" / "own.csv").write_text(content, encoding="utf-8")
    with pytest.raises(PackBroken, match=reason):
        load_territories(Folders((tmp_path,)))

"""A bad declaration is refused with file, line and reason; an authority's own is laid over ours."""

import shutil
from pathlib import Path

import pytest

from opendata_hub.bootstrap import load_frame, open_hub, request_folders
from opendata_hub.domain.catalog.ocds.codes import UNREGISTERED_PREFIX
from opendata_hub.domain.errors import PackBroken, UnknownLaw
from opendata_hub.packs.families import sample_row
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.laws import load_calendar, load_law
from opendata_hub.packs.ocds import load_ocds
from opendata_hub.settings import Settings

ROOT = Path(__file__).parents[2]
FAMILY = "families/association-subsidies/family.yaml"
CHECKS = "families/association-subsidies/checks.yaml"
KIND = "documents/deliberations/document.yaml"
SCHEMA = "families/association-subsidies/schema.json"


def replaced(source: Path, target: Path, old: str, new: str) -> Path:
    text = source.read_text(encoding="utf-8")
    assert old in text
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


def test_an_authoritys_own_file_hides_the_shipped_one(tmp_path):
    replaced(ROOT / "catalog/site.yaml", tmp_path / "site.yaml", "Open data", "Notre catalogue")
    frame = load_frame(Settings(catalog_dir=tmp_path), base_url="http://hub.example")
    assert frame.site.title["en"].startswith("Notre catalogue")
    assert "association-subsidies" in frame.families


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("site.yaml", "licence: CC_BY_4_0", "licence: CC_BY_9", "'CC_BY_9' is not in"),
        ("site.yaml", "publisher: commune-exemple", "publisher: other", "not among the publishers"),
        ("site.yaml", "country:", "contry:", "unknown key 'contry'"),
        ("site.yaml", "  fr: Données", "  fr: [", "line 5: "),
        ("site.yaml", "  ar: البيانات", "  nl: البيانات", "line 4: ar is missing"),
        ("site.yaml", "ocds_prefix: ocds-000000", "ocds_prefix: ma-1", "not of the form"),
        (FAMILY, "name: association", "name: subsidies", "as the folder is called"),
        (FAMILY, "languages: [ar, fr]", "languages: [ar, tlh]", "'tlh' is not in"),
        (FAMILY, "frequency: ANNUAL", "frequency: SOMETIMES", "'SOMETIMES' is not in"),
        (FAMILY, "confidence: verified", "confidence: sure", "must be one of verified"),
        (FAMILY, "frequency:", "licence: CC_BY_9\nfrequency:", "'CC_BY_9' is not in"),
        (FAMILY, "frequency:", "frequency: ANNUAL\nfrequency:", "stands twice"),
        (KIND, "name: deliberations", "name: votes", "as the folder is called"),
        (KIND, "frequency: IRREG", "frequency: SOMETIMES", "'SOMETIMES' is not in"),
        (KIND, "frequency:", "columns: []\nfrequency:", "unknown key 'columns'"),
        (SCHEMA, '"identifier": "ice"', '"identifier": "ise"', "must be one of ice, reference"),
        (SCHEMA, '"territory": "hcp"', '"territory": "hpc"', "no catalog/territories/hpc.csv"),
        (SCHEMA, '"territoryLevel": "commune"', '"territoryLevel": "town"', "must be one of reg"),
        (CHECKS, "given(association_nom_fr)", "given(nom)", "formula: no column is called 'nom'"),
        (CHECKS, "given(association_nom_fr)", "association_nom_fr", "a boolean is needed here"),
        (CHECKS, "given(association_nom_fr)", "blank(convention)", "no function is called 'blank'"),
        (CHECKS, "tranche_numero <= tranche_total", "tranche_numero <= date_visa", "be compared"),
        (CHECKS, "mod97(association_ice)", "listed(association_ice, 'ice')", "no vocabulary is"),
        (CHECKS, "mod97(association_ice)", "association_ice.x", "not in the language"),
        (CHECKS, "not elu_dirigeant", "not elu_dirigeant\n  columns: [objet]", "unknown key"),
        (CHECKS, "by: [collectivite_code, id", "by: [code, id", "by: no column is called 'code'"),
        (CHECKS, "  by: [collectivite_code, id_subvention]\n", "", "the rule needs by"),
        (CHECKS, "sum(montant_verse_dh)", "montant_verse_dh", "may differ from row to row"),
        (CHECKS, "family: association-subsidies", "family: subsidies", "no family is called"),
        (CHECKS, "exercice - 1: exercice", "exercice - 1: objet", "is a number, and 'objet'"),
        (CHECKS, "exercice - 1: exercice", "exercice - 1: year", "has no column 'year'"),
        (CHECKS, "exercice - 1: exercice", "today: date_visa", "this table's columns only"),
        (CHECKS, "other('montant_accorde_dh')", "other('montant')", "no column 'montant'"),
        (CHECKS, "other('montant_accorde_dh')", "0", "its formula asks nothing"),
        (CHECKS, "id: ice-control", "id: association-name", "association-name stands twice"),
        (CHECKS, "id: ice-control", "id: ICE control", "is not of the form"),
        (CHECKS, "level: error", "level: fatal", "one of error, warning, information"),
        (SCHEMA, "{", "[", "line "),
    ],
)
def test_a_broken_catalogue_pack_says_where_and_why(tmp_path, name, old, new, reason):
    file = replaced(ROOT / "catalog" / name, tmp_path / name, old, new)
    with pytest.raises(PackBroken) as refusal:
        load_frame(Settings(catalog_dir=tmp_path), base_url="http://hub.example")
    assert str(file) in str(refusal.value)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("31-13/law.yaml", "length: 20", "length: twenty", "must be a whole number above zero"),
        ("31-13/law.yaml", "unit: working_days", "unit: lunar_days", "must be one of working_days"),
        ("31-13/law.yaml", "day_zero: excluded", "day_zero: maybe", "must be one of excluded"),
        ("31-13/law.yaml", 'uncertain_days: "off"', 'uncertain_days: "on"', "'off' or 'counted'"),
        ("31-13/law.yaml", "article: ", "artcle: ", "unknown key 'artcle'"),
        ("31-13/law.yaml", "unit: working_days", "units: working_days", "term must be"),
        ("31-13/law.yaml", "type: class", "type: mood", "must be one of class, harm"),
        ("31-13/law.yaml", "code: exception\n", "code: not-available\n", "stands twice"),
        ("31-13/law.yaml", "[receipt]", "[reciept]", "'reciept' is not one of"),
        ("31-13/law.yaml", "extends: reply", "extends: answer", "there is no step 'answer'"),
        ("31-13/law.yaml", "in_force_from: 2019-03-12", "in_force_from: soon", "must be a day"),
        ("jurisdiction.yaml", "Africa/Casablanca", "Africa/Atlantis", "not an IANA time zone"),
        ("jurisdiction.yaml", "saturday", "caturday", "'caturday' is not one of"),
        ("holidays/2026.csv", "2026-01-11", "2026-13-11", "line 3: "),
        ("holidays/2026.csv", "2026-01-11", "2027-01-11", "days of 2026 only"),
        ("holidays/2026.csv", "2026-01-11", "2026-01-01", "in order, each once"),
        ("holidays/2026.csv", "official", "rumoured", "rumoured"),
        ("holidays/2026.csv", "status", "state", "line 1: the columns must be"),
    ],
)
def test_a_broken_law_pack_says_where_and_why(tmp_path, name, old, new, reason):
    shutil.copytree(ROOT / "requests" / "ma", tmp_path / "ma")
    file = replaced(ROOT / "requests" / "ma" / name, tmp_path / "ma" / name, old, new)
    with pytest.raises(PackBroken) as refusal:
        open_hub(Settings(requests_dir=tmp_path, home=tmp_path / "var"))
    assert str(file) in str(refusal.value)
    assert reason in str(refusal.value)


def test_a_list_of_holidays_is_called_by_its_year(tmp_path):
    shutil.copytree(ROOT / "requests" / "ma", tmp_path / "ma")
    (tmp_path / "ma" / "holidays" / "next.csv").write_text("day\n")
    with pytest.raises(PackBroken, match="called by its year"):
        load_calendar(Folders((tmp_path,)), "ma")


@pytest.mark.parametrize("name", ["ma/none", "../etc", "ma/31-13/../31-13", "", "MA/31-13"])
def test_an_unknown_law_names_those_there_are(name):
    with pytest.raises(UnknownLaw, match=r"known: .*ma/31-13"):
        load_law(request_folders(Settings()), name)


def test_a_folder_that_is_not_there_is_a_broken_setting(tmp_path):
    with pytest.raises(PackBroken, match="is not a folder"):
        load_frame(Settings(catalog_dir=tmp_path / "none"), base_url="http://hub.example")


def test_a_sample_without_a_row_has_no_example_to_give(tmp_path):
    file = tmp_path / "families/asset-declarations/sample.csv"
    file.parent.mkdir(parents=True)
    file.write_text("campagne\n", encoding="utf-8")
    with pytest.raises(PackBroken, match="a row is needed below the header"):
        sample_row(Folders((tmp_path,)), "asset-declarations")
    file.write_text("\ufeffcampagne\n2026-02\n2027-02\n", encoding="utf-8")
    assert sample_row(Folders((tmp_path,)), "asset-declarations") == {"campagne": "2026-02"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("concours: open", "concours: free", "'free' is not one of direct, limited"),
        ("  concours: open\n", "", "concours is missing"),
        ("  concours: open", "  concour: open", "unknown key 'concour'"),
        ("category:", "categories:", "unknown key 'categories'"),
        ("annule: cancelled", "annule: planned", "'planned' is not one of active"),
    ],
)
def test_a_code_that_ocds_does_not_know_is_refused(tmp_path, old, new, reason):
    replaced(ROOT / "catalog/ocds.yaml", tmp_path / "ocds.yaml", old, new)
    families = load_frame(Settings(), base_url="http://hub.example").families
    with pytest.raises(PackBroken, match=reason):
        load_ocds(Folders((tmp_path,)), families)


def test_an_own_site_without_a_prefix_has_the_unregistered_one(tmp_path):
    replaced(ROOT / "catalog/site.yaml", tmp_path / "site.yaml", "ocds_prefix: ocds-000000\n", "")
    frame = load_frame(Settings(catalog_dir=tmp_path), base_url="http://hub.example")
    assert frame.site.ocds_prefix == UNREGISTERED_PREFIX


def test_a_kind_of_documents_is_not_called_as_a_family_of_tables(tmp_path):
    given = ROOT / "catalog/documents/plans/document.yaml"
    replaced(
        given, tmp_path / "documents/petitions/document.yaml", "name: plans", "name: petitions"
    )
    with pytest.raises(PackBroken, match="a family of tables is called 'petitions' already"):
        load_frame(Settings(catalog_dir=tmp_path), base_url="http://hub.example")

"""Letters as packs: whatever would make a wrong letter is refused with file, line and reason."""

import shutil
from pathlib import Path

import pytest

from opendata_hub.bootstrap import open_hub, request_folders
from opendata_hub.domain.errors import PackBroken
from opendata_hub.domain.requests.letter import REFUSING, TOLD_BY_LETTER
from opendata_hub.packs.laws import law_names, load_law
from opendata_hub.packs.letters import load_letters
from opendata_hub.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = "ma/31-13/letters"


def load(folder: Path):
    folders = request_folders(Settings(requests_dir=folder))
    return load_letters(folders, load_law(folders, "ma/31-13"))


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "reason"),
    [
        ("refusal", "{subject}", "{topic}", 11, "{topic} is no place; known: reference"),
        ("refusal", "reçue le {received_on}.", "reçue le {.", 11, "fr: a lone brace"),
        ("refusal", "  - fr: ", "  - de: ", 11, "unknown key 'de'"),
        ("refusal", "    ar: ", "    note: ", 11, "unknown key 'note'"),
        ("refusal", "{reasons}", "{reasons} {remedies}", 66, "{remedies} has no sense here"),
        ("refusal", "{reasons}", "{last_day}", 66, "{last_day} has no sense here"),
        (
            "refusal",
            "mention: written-and-reasoned\n    ",
            "",
            3,
            "written-and-reasoned is missing",
        ),
        ("refusal", "mention: written-and-reasoned", "mention: kind", 66, "'kind' is not one of"),
        (
            "refusal",
            "mention: written",
            "when: reasons\n    mention: written",
            66,
            "when or unless",
        ),
        ("refusal", "grounds: [exception]", "grounds: [secret]", 14, "know 'secret'"),
        (
            "refusal",
            "grounds: [not-available]",
            "grounds: [exception]",
            3,
            "says the ground not-available",
        ),
        ("refusal", "list: remedies", "list: reasons", 73, "reasons is no list"),
        ("refusal", "tells_of: [refuse", "tells_of: [transfer, refuse", 3, "not know transfer"),
        ("refusal", "confidence: verified", "confidence: sure", 14, "must be one of verified"),
        ("refusal", 'article: "7, 18"', "", 14, "article is missing"),
        ("refusal", "to: requester", "to: everybody", 3, "must be one of requester"),
        ("extension", "tells_of: [extend]", "tells_of: []", 3, "tells of extend, an act of"),
        ("stationery", "{hijri_on}", "{reasons}", 4, "{reasons} has no sense here"),
        ("stationery", "unnamed:", "nameless:", 3, "unknown key 'nameless'"),
        ("remedies", "court:", "appeal:", 3, "unknown key 'appeal'"),
        ("remedies", "jusqu’au {last_day}", "jusqu’au {lastday}", 4, "{lastday} is no place"),
    ],
)
def test_a_letter_that_would_be_wrong_is_refused(tmp_path, name, old, new, line, reason):
    source = ROOT / "requests" / FOLDER / f"{name}.yaml"
    text = source.read_text(encoding="utf-8")
    assert old in text
    target = tmp_path / FOLDER / f"{name}.yaml"
    target.parent.mkdir(parents=True)
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackBroken) as refused:
        load(tmp_path)
    said = str(refused.value)
    file = "stationery" if name == "extension" else name
    assert f"{file}.yaml, line {line}" in said
    assert reason in said


def test_a_letter_that_an_act_needs_must_be_there(tmp_path):
    own = tmp_path / "requests"
    shutil.copytree(ROOT / "requests" / "ma" / "31-13", own / "ma" / "31-14")
    law = own / "ma" / "31-14" / "law.yaml"
    law.write_text(law.read_text(encoding="utf-8").replace('"31-13"', '"31-14"'), encoding="utf-8")
    (own / "ma" / "31-14" / "letters" / "grant.yaml").unlink()
    folders = request_folders(Settings(requests_dir=own))
    with pytest.raises(PackBroken, match="no letter beside this file tells of grant"):
        load_letters(folders, load_law(folders, "ma/31-14"))


def test_an_authority_changes_one_letter_and_keeps_the_others(tmp_path):
    own = tmp_path / FOLDER / "stationery.yaml"
    own.parent.mkdir(parents=True)
    shipped = (ROOT / "requests" / FOLDER / "stationery.yaml").read_text(encoding="utf-8")
    own.write_text(shipped.replace("Madame, Monsieur,", "Bonjour,", 1), encoding="utf-8")
    letters = load(tmp_path)
    assert letters.stationery.greeting["fr"] == "Bonjour,"
    assert len(letters.templates) == 10


def test_every_act_that_must_be_told_has_its_letter():
    folders = request_folders(Settings())
    for name in law_names(folders):
        law = load_law(folders, name)
        letters = load_letters(folders, law)
        assert (letters is not None) is (name == "ma/31-13")
        if letters:
            told = {act for each in letters.templates.values() for act in each.acts}
            assert told == TOLD_BY_LETTER & law.acts
            assert told >= REFUSING


def test_whatever_a_letter_says_of_the_law_says_where_it_is_from():
    for template in load_letters(
        folders := request_folders(Settings()), load_law(folders, "ma/31-13")
    ).templates.values():
        for passage in template.passages:
            speaks = any(
                "article" in part or "المادة" in part
                for words in passage.words.values()
                for part in words
            )
            assert not speaks or passage.confidence, (template.name, passage.words["fr"])
            assert not passage.items or passage.confidence


def test_a_logo_is_read_as_text_or_the_hub_does_not_open(tmp_path):
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    hub = open_hub(Settings(catalog_dir=tmp_path, home=tmp_path / "var"))
    assert hub.logo == "<svg/>"
    hub.engine.dispose()
    (tmp_path / "logo.svg").write_bytes(b"\x89PNG")
    with pytest.raises(PackBroken, match=r"logo\.svg: not UTF-8"):
        open_hub(Settings(catalog_dir=tmp_path, home=tmp_path / "var"))

"""Authorities may be declared in ``site.yaml`` beside the body that runs the hub."""

from pathlib import Path

import pytest

import build
from opendata_hub.bootstrap import load_frame, open_hub
from opendata_hub.domain.errors import PackBroken
from opendata_hub.settings import Settings

SITE = (Path(__file__).parents[2] / "catalog/site.yaml").read_text(encoding="utf-8")
SECOND = """
  - id: commune-nord
    name: {fr: Nord, ar: الشمال, en: North}
    type: LocalAuthority
    homepage: https://nord.example/
    email: donnees@nord.example
    parent: commune-exemple
    territory: "hcp:04"
    families: [petitions]
    units:
      - id: urbanisme
        name: {fr: Urbanisme, ar: التعمير, en: Planning}
"""


def frame_of(folder, text):
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    return load_frame(Settings(catalog_dir=folder), base_url=build.BASE_URL)


def test_a_declared_authority_has_its_own_and_the_rest_from_the_hub(tmp_path):
    site = frame_of(tmp_path, SITE + SECOND).site
    north, own = site.publishers["commune-nord"], site.publishers["commune-exemple"]
    assert (north.law, north.reference_prefix) == ("ma/31-13", "COMMUNENORD")
    assert (own.law, own.reference_prefix, own.is_declared) == ("ma/31-13", "AI", True)
    assert (north.families, north.units[0].id) == (frozenset({"petitions"}), "urbanisme")
    assert site.members_of("commune-exemple") == [north]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("id: commune-nord", "id: commune-exemple", "stands twice"),
        ("parent: commune-exemple", "parent: commune-nord", "belong to itself"),
        ("parent: commune-exemple", "parent: nowhere", "no authority 'nowhere'"),
        ('"hcp:04"', '"hcp:99"', "publisher 'commune-nord': territory"),
        ("[petitions]", "[petition]", "publisher 'commune-nord': families: no family 'petition'"),
        ("    parent:", "    reference_prefix: AI\n    parent:", "AI is that of commune-exemple"),
        ("    parent:", "    reference_prefix: ai\n    parent:", "not of the form"),
        ("id: urbanisme", "id: Urbanisme", "not of the form"),
    ],
)
def test_what_could_not_stand_is_refused(tmp_path, old, new, reason):
    assert old in SECOND
    with pytest.raises(PackBroken, match=reason):
        frame_of(tmp_path, SITE + SECOND.replace(old, new, 1))


def test_a_law_that_is_not_there_is_refused_when_the_hub_opens(tmp_path):
    text = SITE + SECOND.replace("    parent:", "    law: ma/none\n    parent:")
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PackBroken, match="'ma/none'"):
        open_hub(Settings(home=tmp_path / "var", catalog_dir=tmp_path))

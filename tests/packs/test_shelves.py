"""The shelves of the home page: every family stands on one, and none on two."""

import pytest

from opendata_hub.bootstrap import catalog_folders, load_frame
from opendata_hub.domain.errors import PackBroken
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.shelves import load_shelves
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

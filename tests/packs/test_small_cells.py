"""What a family says of small counts is read, or refused with its file."""

import json
from pathlib import Path

import pytest

from opendata_hub.bootstrap import load_frame
from opendata_hub.domain.catalog.privacy.suppression import declared
from opendata_hub.domain.errors import PackBroken
from opendata_hub.settings import Settings

SCHEMA = "families/asset-declarations/schema.json"
SMALL = {"below": 5, "mark": "s", "columns": ["nb_mises_en_demeure"]}


def laid_over(folder, small):
    """The shipped schema with that declaration, in an authority's own folder."""
    shipped = Path(__file__).parents[2] / "catalog" / SCHEMA
    schema = json.loads(shipped.read_text(encoding="utf-8"))
    schema["missingValues"] = [*{*schema["missingValues"], "s"}]
    file = folder / SCHEMA
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({**schema, "smallCells": small}), encoding="utf-8")
    return Settings(catalog_dir=folder)


def test_a_family_may_declare_small_counts(tmp_path):
    frame = load_frame(laid_over(tmp_path, SMALL), base_url="http://hub.example")
    rule = declared(frame.families["asset-declarations"].schema)
    assert (rule.below, rule.columns) == (5, ("nb_mises_en_demeure",))


def test_a_wrong_declaration_is_refused_with_its_file(tmp_path):
    settings = laid_over(tmp_path, {**SMALL, "columns": ["none"]})
    with pytest.raises(PackBroken, match=r"schema\.json: smallCells: there is no column 'none'"):
        load_frame(settings, base_url="http://hub.example")

"""Clients that know only CKAN, met over HTTP: ckanapi's commands, Frictionless' own adapter.

What the same commands do to a real CKAN is compared in ``test_real_ckan.py``.
"""

import gc
import json

import pytest

from ckan_cli import Site
from served import serving_demo

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
NAME = "demo-petitions"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A demo hub that others know for a CKAN."""
    with serving_demo(tmp_path_factory.mktemp("clients") / "hub") as (address, key):
        yield Site(address, key)


def test_a_hub_is_dumped_loaded_searched_and_emptied_by_ckanapis_commands(hub):
    dumped = hub("dump", "datasets", "--all", key=False)
    names = {each["name"] for each in dumped.lines}
    assert (dumped.code, NAME in names) == (0, True)
    assert set(json.loads(hub("action", "package_list", key=False).out)) == names
    loaded = hub("load", "datasets", given=dumped.out)
    assert loaded.replies("load") == [("update", "None")] * len(names)
    again = hub("dump", "datasets", "--all", key=False)
    # What was loaded says what was said already: no new version, no other day of change.
    assert sorted(again.out.splitlines()) == sorted(dumped.out.splitlines())
    found = hub("search", "datasets", "q=pétitions", key=False)
    assert NAME in {each["name"] for each in found.lines}
    changed = {**next(each for each in dumped.lines if each["name"] == NAME), "title": "Autre"}
    assert hub("load", "datasets", given=json.dumps(changed)).replies("load") == [
        ("update", "None")
    ]
    assert hub("action", "package_show", f"id={NAME}", key=False).value["title"] == "Autre"
    assert hub("delete", "datasets", NAME).code == 0
    gone = hub("action", "package_show", f"id={NAME}", key=False)
    assert (gone.code, gone.out) == (1, "")
    for thing in ("organizations", "groups"):
        assert hub("dump", thing, "--all", key=False).code == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_hub_is_read_and_written_by_frictionless_own_adapter(hub, tmp_path, pytestconfig):
    from frictionless import Catalog, Package, Resource  # noqa: PLC0415
    from frictionless.portals import CkanControl  # noqa: PLC0415

    read = Package(control=CkanControl(baseurl=hub.url, dataset="demo-budget-lines"))
    assert len(read.resources[0].read_rows()) > 1
    listed = Catalog(control=CkanControl(baseurl=hub.url, num_packages=100))
    assert "demo-budget-lines" in {each.name for each in listed.datasets}
    sample = pytestconfig.rootpath / "catalog/families/association-subsidies/sample.csv"
    (tmp_path / "subventions.csv").write_bytes(sample.read_bytes())
    control = CkanControl(baseurl=hub.url, apikey=hub.key, organization_name="commune-exemple")
    table = Resource(name="subventions", path="subventions.csv", basepath=str(tmp_path))
    written = Package(name="subventions-2026", title="Subventions 2026", resources=[table])
    assert written.publish(control=control).url == f"{hub.url}/dataset/subventions-2026"
    back = Package(control=CkanControl(baseurl=hub.url, dataset="subventions-2026"))
    assert back.resources[0].read_bytes() == sample.read_bytes()
    gc.collect()  # the adapter leaves the file open

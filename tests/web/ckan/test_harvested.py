"""What was read from another catalogue stands among the packages, and says where it is from."""

import pytest

from loopback import serving
from sources import TURTLE, Here, catalogue, turtle

pytestmark = pytest.mark.enable_socket


def test_a_harvested_dataset_is_a_package_of_its_source(hub, client):
    def answer(_, path):
        return (200, TURTLE, catalogue(turtle("eau"))) if path == "/catalog" else (404, {}, b"")

    with serving(answer) as server:
        here = Here(hub, server)
        here.declare()
        here.run()
        (kept,) = here.kept().values()
    here.hub.index_changes()
    (name,) = client.get("/api/3/action/package_list").json()["result"]
    assert name == kept.slug
    shown = client.get("/api/3/action/package_show", params={"id": name}).json()["result"]
    extras = {each["key"]: each["value"] for each in shown["extras"]}
    assert extras["uri"] == kept.iri
    assert extras["harvest_source"] == kept.source == shown["organization"]["name"]
    found = client.get("/api/3/action/package_search", params={"fq": f"organization:{kept.source}"})
    assert [each["id"] for each in found.json()["result"]["results"]] == [shown["id"]]
    resource = shown["resources"][0]
    asked = client.get("/api/3/action/resource_show", params={"id": resource["id"]})
    assert asked.json()["result"] == resource
    rows = client.get("/api/3/action/datastore_search", params={"resource_id": resource["id"]})
    assert rows.status_code == 404

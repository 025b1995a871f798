"""A hub of its own process, met over HTTP as by a stranger."""

import os
import subprocess
import sys

import httpx2
import pytest
from rdflib import DCAT, RDF, Graph, URIRef

import build
from served import serving_demo

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


@pytest.fixture
def served(tmp_path):
    """The address of a demo hub that listens on loopback, and a steward's key."""
    with serving_demo(tmp_path / "hub") as hub:
        yield hub


def test_the_three_ways_over_http(served, pytestconfig):
    address, key = served
    sample = pytestconfig.rootpath / "catalog/families/association-subsidies/sample.csv"
    with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}) as steward:
        published = steward.post(
            "/api/v1/datasets",
            data={"family": "association-subsidies", "publisher": "commune-exemple",
                  "title": ["fr=Subventions 2026", "ar=إعانات 2026"]},
            files={"file": ("subventions.csv", sample.read_bytes())},
        ).json()  # fmt: skip
    with httpx2.Client(base_url=address) as anybody:
        receipt = anybody.post("/api/v1/requests", json=build.filing()).json()
        headers = {"X-Tracking-Code": receipt["tracking_code"]}
        followed = anybody.get(f"/api/v1/requests/{receipt['reference']}", headers=headers).json()
        record = anybody.get("/catalog", headers={"Accept": "application/ld+json"})
        catalogue = Graph().parse(data=record.text, format="json-ld")
        again = anybody.get("/catalog.ttl", headers={"If-None-Match": '"x"'})
        known = anybody.get("/catalog.ttl", headers={"If-None-Match": again.headers["etag"]})
    assert published["url"] == f"{address}/datasets/subventions-2026"
    assert followed["due"] == receipt["due"] >= receipt["safe"]
    samples = list((pytestconfig.rootpath / "catalog").glob("*/*/sample.[!d]*"))
    assert len(set(catalogue.subjects(RDF.type, DCAT.Dataset))) == len(samples) + 1
    assert (URIRef(published["url"]), RDF.type, DCAT.Dataset) in catalogue
    assert known.status_code == 304


def test_a_commune_that_is_added_beside_a_running_hub_has_its_door_at_once(served, tmp_path):
    address, _ = served
    environment = {**os.environ, "OPENDATA_HUB_HOME": str(tmp_path / "hub")}
    with httpx2.Client(base_url=address) as anybody:
        assert anybody.get("/fr/publishers/commune-nord").status_code == 404
        subprocess.run(
            [sys.executable, "-m", "opendata_hub", "authority", "create", "commune-nord",
             "--name", "fr=Nord", "--name", "ar=الشمال", "--name", "en=North"],
            env=environment, check=True, timeout=60,
        )  # fmt: skip
        assert anybody.get("/fr/publishers/commune-nord").status_code == 200
        filed = anybody.post("/api/v1/requests", json=build.filing(authority="commune-nord"))
    assert filed.json()["reference"].startswith("COMMUNENORD-")


def test_a_large_upload_is_neither_taken_nor_read_into_memory(served):
    address, key = served

    def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
        for _ in range(300):
            yield b"x" * 1_000_000
        yield b"\r\n--x--\r\n"

    headers = {"Authorization": f"Bearer {key}", "Content-Type": "multipart/form-data; boundary=x"}
    answer = httpx2.post(
        f"{address}/api/v1/datasets", content=endless(), headers=headers, timeout=60
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    announced = {**headers, "Content-Length": "300000000"}
    answer = httpx2.post(
        f"{address}/api/v1/datasets", content=b"x" * 300_000_000, headers=announced, timeout=60
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")

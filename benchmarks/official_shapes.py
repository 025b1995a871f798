"""What the official shapes of DCAT-AP 3.0.1 and HVD hold against a large generated catalogue.

Every page of the catalogue is checked by the compiled engine with the official shapes, and every
fiftieth by pyshacl, whose verdict must be the same. Half of the datasets are described as fully as
the samples, the others as shortly as a steward may. Prints violations and the points of quality.
Run: .venv/bin/python benchmarks/official_shapes.py SHAPES_FOLDER [datasets]
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import shacl
from pyshacl import validate
from rdflib import DCTERMS, SH, Graph
from serving import IN_A_COMMIT, generated, handed_in
from starlette.testclient import TestClient

from opendata_hub import clock
from opendata_hub.bootstrap import Hub, catalog_folders, open_hub
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.record.mqa import Quality
from opendata_hub.flows.catalog.publish import assess, save_all
from opendata_hub.packs.families import sample_described
from opendata_hub.settings import Settings
from opendata_hub.store import datasets
from opendata_hub.web.app import create_app

OFFICIAL = (
    "dcat-ap-3.0.1/html-shacl/shapes.ttl",
    "dcat-ap-3.0.1/html-shacl/range.ttl",
    "derived/dcat-ap-3.0.1-SHACL.clean.ttl",
)
BACKGROUND = "derived/background.ttl"
EACH_FOR_PYSHACL = 50
BASE_URL = "http://hub.example"


def load(hub: Hub, count: int) -> float:
    """Keep so many datasets; gives the average of their points of quality."""
    folders = catalog_folders(hub.settings)
    described = {name: sample_described(folders, name) for name in hub.frame.tables}
    samples, points = handed_in(hub), 0
    for batch in range(0, count, IN_A_COMMIT):
        with hub.writing() as session:
            datasets.lock(session)
            many = []
            for number in range(batch, min(batch + IN_A_COMMIT, count)):
                dataset = generated(hub, number, samples)
                if number % 2:
                    dataset = replace(dataset, described=described[dataset.family])
                checked = assess(hub.frame, dataset, answers=lambda _: True)
                points += Quality(checked.dataset.met).score
                many.append((checked, ChangeKind.CREATED))
            save_all(session, hub.frame, many, now=clock.now())
    return points / count


def pages(hub: Hub) -> list[str]:
    """The pages of the catalogue in Turtle, as a harvester gets them."""
    client, address, found = TestClient(create_app(hub), base_url=BASE_URL), "/catalog.ttl", []
    while address:
        answer = client.get(address)
        found.append(answer.text)
        address = answer.links.get("next", {}).get("url", "")
    return found


def untitled(graph: Graph, compiled: shacl.Shapes, lists: str) -> bool:
    """Whether the check finds that titles are missing: one that finds nothing proves nothing."""
    left = Graph()
    for triple in graph:
        if triple[1] != DCTERMS.title:
            left.add(triple)
    report = compiled.validate_text(left.serialize(format="nt") + lists, format="nt")
    return any("Violation" in result.severity for result in report.results)


def main() -> None:
    """Load, check every page, print what was found; ends with 1 on a violation."""
    shapes, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    official, background = Graph(), Graph().parse(shapes / BACKGROUND)
    for name in OFFICIAL:
        official.parse(shapes / name)
    compiled = shacl.Shapes.from_text(official.serialize(format="turtle"))
    violations = 0
    with tempfile.TemporaryDirectory() as home:
        hub = open_hub(Settings(home=Path(home), base_url=BASE_URL))
        points = load(hub, count)
        start, found = time.process_time(), pages(hub)
        lists = background.serialize(format="nt")
        for number, page in enumerate(found):
            graph = Graph().parse(data=page, format="turtle")
            if number == 0 and not untitled(graph, compiled, lists):
                sys.exit("the check finds nothing where titles are missing: it proves nothing")
            ours = {f"<{node}>" for node in {*graph.subjects(), *graph.objects()}}
            text = graph.serialize(format="nt") + lists
            report = compiled.validate_text(text, format="nt")
            held = [r for r in report.results if r.focus_node in ours and "Violation" in r.severity]
            violations += len(held)
            for each in held[:3]:
                print(each.focus_node, each.source_shape, each.component)
            if number % EACH_FOR_PYSHACL == 0:
                _, told, _ = validate(graph + background, shacl_graph=official)
                ours_told = [
                    result
                    for result in told.subjects(SH.resultSeverity, SH.Violation)
                    if f"<{told.value(result, SH.focusNode)}>" in ours
                ]
                if len(ours_told) != len(held):
                    sys.exit(f"page {number}: pyshacl holds {len(ours_told)}, not {len(held)}")
        print(
            f"{count:,} datasets, {len(found)} pages: {violations} violations, "
            f"{points:.1f} of 405 points on average, {time.process_time() - start:.0f} CPU s"
        )
        hub.engine.dispose()
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()

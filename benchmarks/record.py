"""What writing one dataset costs: record, SHACL, points, fragments; and rdflib on the same triples.

CPU milliseconds for one dataset, medians of ``ROUNDS`` rounds. Run: python benchmarks/record.py
"""

import statistics
import tempfile
import time
from pathlib import Path

from rdflib import Graph

from opendata_hub import clock
from opendata_hub.adapters import rdf, shapes
from opendata_hub.bootstrap import catalog_folders, open_hub
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.publish import Words, assess, publish, save_all
from opendata_hub.flows.catalog.submit import examine, submit
from opendata_hub.packs.families import sample_described, sample_file
from opendata_hub.settings import Settings

ROUNDS, EACH = 9, 10
FAMILY = "budget-lines"
RDFLIB = ("turtle", "xml", "json-ld", "nt")


def cost(act):
    """CPU milliseconds of one call, the median of the rounds."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(EACH):
            act()
        rounds.append((time.process_time() - begun) / EACH * 1000)
    return statistics.median(rounds)


def published(hub):
    """The sample of a family, published."""
    file, family = sample_file(catalog_folders(hub.settings), FAMILY), hub.family(FAMILY)
    with file.open("rb") as stream:
        found = examine(
            hub.files, stream, family, file_name=file.name,
            limit_bytes=hub.settings.upload_limit_bytes, today=clock.today(hub.timezone),
        )  # fmt: skip
    said = sample_described(catalog_folders(hub.settings), FAMILY)
    words = Words(hub.frame.site.publisher, family.title, {}, "x", described=said)
    with hub.writing() as session:
        submission = submit(
            session,
            found,
            family,
            authority=hub.frame.site.publisher,
            by=OPERATOR,
            now=clock.now(),
        )
        return publish(session, hub.frame, submission, words, by=OPERATOR, now=clock.now())


def by_rdflib(triples):
    """The same four syntaxes by rdflib."""
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    for name in RDFLIB:
        graph.serialize(format=name)


def main():
    """Print what each part costs."""
    with tempfile.TemporaryDirectory() as home:
        hub = open_hub(Settings(home=Path(home)))
        dataset = published(hub)
        frame = hub.frame
        triples = tuple(dcat.dataset_triples(frame, dataset))
        said = [rdf.fragment(triples, rdf.TURTLE, dcat.PREFIXES)]
        turtle = "".join(rdf.document(said, rdf.TURTLE, dcat.PREFIXES))
        checked = assess(frame, dataset, answers=lambda _: False)

        def write():
            with hub.writing() as session:
                save_all(session, frame, [(checked, ChangeKind.REPLACED)], now=clock.now())

        def whole():
            again = assess(frame, dataset, answers=lambda _: False)
            with hub.writing() as session:
                save_all(session, frame, [(again, ChangeKind.REPLACED)], now=clock.now())

        print(f"{len(set(triples))} triples")
        print(f"SHACL                         {cost(lambda: shapes.violations(turtle)):6.2f} ms")
        print(
            "record, checked and measured  "
            f"{cost(lambda: assess(frame, dataset, answers=lambda _: False)):6.2f} ms"
        )
        print(f"fragments and rows, committed {cost(write):6.2f} ms")
        print(f"the whole write               {cost(whole):6.2f} ms")
        print(f"rdflib, four syntaxes only    {cost(lambda: by_rdflib(triples)):6.2f} ms")
        hub.engine.dispose()


if __name__ == "__main__":
    main()

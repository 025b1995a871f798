"""What a question in SPARQL costs: building the copy, and answering in a process of its own.

    PYTHONPATH=src python benchmarks/sparql.py [DATASETS]

The yardstick is the same question in this process, without any bound.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from pyoxigraph import Store

from opendata_hub.adapters.sparql.endpoint import Bounds, Endpoint

ROUNDS = 15
QUESTIONS = {
    "one dataset": "SELECT * WHERE { <http://hub.example/datasets/7> ?p ?o }",
    "count per publisher": (
        "SELECT ?b (COUNT(*) AS ?n) "
        "WHERE { ?d <http://purl.org/dc/terms/publisher> ?b } GROUP BY ?b"
    ),
    "titles that hold a word": (
        "SELECT ?d WHERE { ?d <http://purl.org/dc/terms/title> ?t FILTER(CONTAINS(?t, '99')) }"
    ),
}


def catalogue(datasets):
    """Ten statements for each dataset, fictional."""
    for number in range(datasets):
        me = f"<http://hub.example/datasets/{number}>"
        yield f"{me} a <http://www.w3.org/ns/dcat#Dataset> .\n"
        body = f"<http://hub.example/publishers/{number % 50}>"
        yield f"{me} <http://purl.org/dc/terms/publisher> {body} .\n"
        for part in range(8):
            yield f'{me} <http://purl.org/dc/terms/title> "Title {number} of {part}"@fr .\n'


def median_ms(act):
    """The middle of some rounds, wall clock."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def answered(endpoint, question):
    """Ask, and let the answer go."""
    json, turtle = "application/sparql-results+json", "text/turtle"
    endpoint.ask(question, results=json, graphs=turtle).body.close()


def main():
    """Print one line for each figure."""
    datasets = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        endpoint = Endpoint(Path(folder), Bounds(seconds=60))
        began = time.perf_counter()
        endpoint.refresh("1", lambda: catalogue(datasets))
        print(f"copy of {datasets:,} datasets: {time.perf_counter() - began:.2f} s")
        store = Store.read_only(str(Path(folder) / "1"))
        for name, question in QUESTIONS.items():
            bounded = median_ms(lambda question=question: answered(endpoint, question))
            bare = median_ms(lambda question=question: list(store.query(question)))
            print(f"{name}: {bounded:.1f} ms bounded, {bare:.1f} ms in this process")


if __name__ == "__main__":
    main()

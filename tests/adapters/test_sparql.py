"""Questions in SPARQL are answered within bounds, and make us call nobody."""

import subprocess
import sys
import threading
import time

import pytest

from loopback import serving
from opendata_hub.adapters.sparql import worker
from opendata_hub.adapters.sparql.endpoint import Bounds, Endpoint, require_harmless
from opendata_hub.domain.errors import BadQuery, Busy, QueryTooCostly, ResultNotOffered

JSON, CSV, TURTLE = "application/sparql-results+json", "text/csv", "text/turtle"
MANY = "".join(f"<http://e.example/{n}> <http://e.example/p> {n} .\n" for n in range(2000))
ALL = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 2"
# Thousands of millions of rows, of which none is kept.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c+?f+?i < 0) }"
HEAVY = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
LONG = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of two thousand statements, made once."""
    made = tmp_path_factory.mktemp("sparql")
    Endpoint(made).refresh("1", lambda: [MANY])
    return made


def asked(folder, query, results=JSON, graphs=TURTLE, **bounds):
    with (
        Endpoint(folder, Bounds(**{"seconds": 60, **bounds}))
        .ask(query, results=results, graphs=graphs)
        .body as body
    ):
        return body.read().decode()


def test_rows_and_graphs_are_answered_in_the_format_asked_for(folder):
    row = "SELECT ?o WHERE { <http://e.example/7> ?p ?o }"
    assert asked(folder, row, CSV) == "o\r\n7\r\n"
    assert '"value":"7"' in asked(folder, row, JSON)
    assert "<literal" in asked(folder, row, "application/sparql-results+xml")
    assert asked(folder, row, "text/tab-separated-values") == "?o\n7\n"
    graph = "CONSTRUCT WHERE { <http://e.example/7> ?p ?o }"
    assert asked(folder, graph) == "<http://e.example/7> <http://e.example/p> 7 .\n"
    assert asked(folder, "ASK { ?s ?p 7 }", CSV) == "true\n"
    assert '"boolean":true' in asked(folder, "ASK { ?s ?p 7 }")


@pytest.mark.parametrize(
    "query",
    [
        "", "   ", "SELECT", "SELECT * WHERE {", "INSERT DATA { <a> <b> <c> }", "DROP ALL",
        "DELETE WHERE { ?s ?p ?o }", "SELECT * WHERE { ?s ?p ?o } # " + "x" * 20_000,
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(folder, query):
    with pytest.raises(BadQuery):
        asked(folder, query)


def test_a_format_that_does_not_fit_the_question_is_told(folder):
    with pytest.raises(ResultNotOffered):
        asked(folder, ALL, results="")
    with pytest.raises(ResultNotOffered):
        asked(folder, "CONSTRUCT WHERE { ?s ?p ?o }", graphs="")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE { SERVICE <http://e.example/> { ?s ?p ?o } }",
        "SELECT * WHERE { service silent <http://e.example/> { ?s ?p ?o } }",
        "SELECT * WHERE { SERVICE:a { ?s ?p ?o } }",
        "SELECT * WHERE {SERVICE?x{ ?s ?p ?o }}",
        "SELECT * WHERE { \\u0053ERVICE <http://e.example/> { ?s ?p ?o } }",
        "SELECT * WHERE { \\U00000053ERVICE <http://e.example/> { ?s ?p ?o } }",
        'SELECT * WHERE { ?s ?p "\\u0022 . SERVICE <http://e.example/> { ?s ?p ?o } #"}',
        "SELECT * WHERE { ?s ?p 1 # comment\nSERVICE <http://e.example/> { ?s ?p ?o } }",
        "LOAD <http://e.example/>",
    ],
)
def test_a_call_to_another_address_is_refused_however_it_is_written(query):
    with pytest.raises(BadQuery):
        require_harmless(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service WHERE { ?service ?p 'SERVICE' . }",
        "SELECT * WHERE { ?c dcat:service ?s ; dcat:accessService ?load } # LOAD",
        'SELECT * WHERE { ?s ?p """a "SERVICE" \\" b""" , <http://e.example/SERVICE> }',
    ],
)
def test_the_word_alone_is_no_call(query):
    require_harmless(query)


@pytest.mark.enable_socket
def test_the_worker_calls_nobody_even_when_it_is_asked_to(folder):
    """Behind the first wall there is a second one: no socket at all."""
    with serving(lambda *_: (200, {"Content-Type": "text/csv"}, b"s\n")) as server:
        query = f"SELECT * WHERE {{ SERVICE <{server.url('/sparql')}> {{ ?s ?p ?o }} }}"
        limits = '{"memory_bytes": 2000000000, "seconds": 30, "answer_bytes": 1000}'
        (copy,) = (each for each in folder.iterdir() if each.name == "1")
        ended = subprocess.run(
            [sys.executable, "-m", worker.__name__, "ask", copy, limits, CSV, TURTLE],
            input=query.encode(), check=False, capture_output=True, timeout=60,
        )  # fmt: skip
        assert ended.returncode != 0
        assert server.asked == []


def test_a_process_can_give_up_sockets_for_good():
    code = (
        f"import socket; from {worker.__name__} import forbid_sockets as f; "
        "assert f(); socket.socket()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert "PermissionError" in ended.stderr


def test_an_endless_question_is_killed_in_time(folder):
    began = time.monotonic()
    with pytest.raises(QueryTooCostly):
        asked(folder, ENDLESS, seconds=2)
    assert time.monotonic() - began < 10


def test_memory_has_an_end(folder):
    with pytest.raises(QueryTooCostly):
        asked(folder, HEAVY, memory_bytes=400_000_000)


def test_an_answer_has_an_end(folder):
    with pytest.raises(QueryTooCostly):
        asked(folder, LONG, answer_bytes=100_000)


def test_places_are_counted(folder):
    endpoint = Endpoint(folder, Bounds(seconds=3, at_once=1))

    def occupy():
        with pytest.raises(QueryTooCostly):
            endpoint.ask(ENDLESS, results=JSON, graphs=TURTLE)

    first = threading.Thread(target=occupy)
    first.start()
    time.sleep(0.5)
    with pytest.raises(Busy):
        endpoint.ask(ALL, results=JSON, graphs=TURTLE)
    first.join()
    endpoint.ask(ALL, results=JSON, graphs=TURTLE).body.close()


def test_before_there_is_a_copy_one_is_told_to_wait(tmp_path):
    with pytest.raises(Busy):
        asked(tmp_path / "none", ALL)


def test_a_copy_follows_the_catalogue_and_old_ones_go(tmp_path):
    endpoint = Endpoint(tmp_path, Bounds(seconds=60))
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    for number in range(1, 4):
        statements = [f"<http://e.example/{n}> <http://e.example/p> {n} .\n" for n in range(number)]
        # Under load even this may take long enough for a rest; the test does not wait for it.
        endpoint._took = 0.0  # noqa: SLF001
        endpoint.refresh(str(number), lambda statements=statements: statements)
        assert asked(tmp_path, count, CSV) == f"n\r\n{number}\r\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["2", "3"]


def test_a_copy_that_is_there_is_not_made_again(folder):
    Endpoint(folder).refresh("1", lambda: pytest.fail("asked for the catalogue"))


def test_a_copy_that_fails_leaves_the_one_before_and_is_not_tried_again_at_once(tmp_path, caplog):
    endpoint = Endpoint(tmp_path, Bounds(seconds=60))
    endpoint.refresh("1", lambda: [MANY])
    endpoint._took = 0.0  # noqa: SLF001
    endpoint.refresh("2", lambda: ["this is no Turtle"])
    assert "no copy of the catalogue" in caplog.text
    endpoint.refresh("2", lambda: pytest.fail("tried again"))
    endpoint.ask("ASK {}", results=CSV, graphs=TURTLE).body.close()
    assert [each.name for each in tmp_path.iterdir()] == ["1"]


def test_the_copy_of_the_state_asked_for_answers(tmp_path):
    """Whatever the dates of the folders say: a reader may touch an old one."""
    endpoint = Endpoint(tmp_path, Bounds(seconds=60))
    for state, statements in (("1", [MANY]), ("2", [])):
        endpoint._took = 0.0  # noqa: SLF001
        endpoint.refresh(state, lambda statements=statements: statements)
    (tmp_path / "1" / "touched").touch()
    endpoint.refresh("2", lambda: pytest.fail("it is there"))
    with endpoint.ask("ASK { ?s ?p ?o }", results=CSV, graphs=TURTLE).body as body:
        assert body.read() == b"false\n"

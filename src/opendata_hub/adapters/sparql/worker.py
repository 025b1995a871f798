"""The process that answers one question, or builds the store: ``worker.py ask|build FOLDER …``.

It begins by giving up what it does not need: memory, time, large files, and the right to open a
socket, for Oxigraph calls whatever address a SERVICE clause names. Exit codes are ``Ended``.
"""

import ctypes
import json
import platform
import resource
import struct
import sys
from enum import IntEnum
from typing import BinaryIO

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)


class Ended(IntEnum):
    """How a worker ended; 1 and signals mean that it broke or was killed."""

    WELL = 0
    BAD_QUERY = 10
    NOT_ACCEPTABLE = 11


RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
}

# Linux: the audit number of the machine and its number of the call socket(2).
_SOCKET_CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOWED, _REFUSED, _KILLED = 0x7FFF0000, 0x00050001, 0x80000000
_OTHER_TABLE = 0x40000000


def main(arguments: list[str]) -> int:
    """Do what the arguments say; returns an exit code."""
    match arguments:
        case ["build", folder, document]:
            store = Store(folder)
            store.bulk_load(path=document, format=RdfFormat.TURTLE)
            store.optimize()
            return Ended.WELL
        case ["ask", folder, limits, results, graphs]:
            _give_up(**json.loads(limits))
            query = sys.stdin.buffer.read().decode()
            return _answer(Store.read_only(folder), query, results, graphs)
        case _:
            return 2


def _give_up(*, memory_bytes: int, seconds: int, answer_bytes: int) -> None:
    """Live within limits from now on; going beyond ends the process."""
    sys.dont_write_bytecode = True  # kept up to a limit of size, a module would be cut in two
    forbid_sockets()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (answer_bytes, answer_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def forbid_sockets() -> bool:
    """Give up the right to open a socket, for good; whether this machine knows how to."""
    if sys.platform != "linux" or platform.machine() not in _SOCKET_CALLS:
        return False
    machine, call = _SOCKET_CALLS[platform.machine()]
    steps = (
        (_LOAD, 0, 0, 4),  # which table of calls
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILLED),
        (_LOAD, 0, 0, 0),  # which call
        (_AT_LEAST, 2, 0, _OTHER_TABLE),
        (_EQUAL, 1, 0, call),
        (_RETURN, 0, 0, _ALLOWED),
        (_RETURN, 0, 0, _REFUSED),
    )
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    program = ctypes.create_string_buffer(code)
    rules = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program))
    )
    call_kernel = ctypes.CDLL(None, use_errno=True).prctl
    call_kernel(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(call_kernel(_SET_SECCOMP, _FILTER, rules, 0, 0) == 0)


def _answer(store: Store, query: str, results: str, graphs: str) -> int:
    """Write the answer to stdout, and on its first line what it is."""
    try:
        found = store.query(query)
    except (SyntaxError, ValueError) as problem:
        sys.stderr.write(" ".join(str(problem).split())[:500])
        return Ended.BAD_QUERY
    return _write(found, sys.stdout.buffer, results, graphs)


def _write(
    found: QuerySolutions | QueryBoolean | QueryTriples,
    target: BinaryIO,
    results: str,
    graphs: str,
) -> int:
    media_type = graphs if isinstance(found, QueryTriples) else results
    if media_type not in (GRAPHS if isinstance(found, QueryTriples) else RESULTS):
        return Ended.NOT_ACCEPTABLE
    target.write(f"{media_type}\n".encode())
    if isinstance(found, QueryTriples):
        serialize(found, target, GRAPHS[media_type])
    elif isinstance(found, QueryBoolean) and RESULTS[media_type] in _TABLES:
        target.write(b"true\n" if found else b"false\n")  # the standard has no table for ASK
    else:
        found.serialize(target, RESULTS[media_type])
    target.flush()
    return Ended.WELL


_TABLES = (QueryResultsFormat.CSV, QueryResultsFormat.TSV)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

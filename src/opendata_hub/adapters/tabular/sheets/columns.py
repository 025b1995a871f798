"""The process that reads one Parquet file: ``columns.py FILE COPY LIMITS``.

A file of a hundred kilobytes can stand for twenty gigabytes of text, and the reader panics at some
that are broken: no except clause of the hub would see that. Gives JSON on stdout: nothing in it,
or why there is no copy.
"""

import errno
import json
import os
import sys
from pathlib import Path

import polars as pl

from opendata_hub.adapters.tabular.sheets.limits import live_within

Told = dict[str, str]
_TOO_MUCH = os.strerror(errno.EFBIG)


def main(arguments: list[str]) -> None:
    """Do what the arguments say, within their limits; going beyond ends the process."""
    file, copy, limits = arguments
    live_within(**json.loads(limits))
    sys.stdout.write(json.dumps(told(Path(file), Path(copy))))


def told(file: Path, copy: Path) -> Told:
    """Nothing once the copy is written; else the finding that says why it is not."""
    try:
        frame = pl.scan_parquet(file)
        nested = [name for name, type_ in frame.collect_schema().items() if type_.is_nested()]
        if nested:
            return _refused("nested-column", f"{nested[0]} holds lists or structures")
        frame.sink_csv(copy, datetime_format="%Y-%m-%dT%H:%M:%S")
    except (pl.exceptions.PolarsError, OSError) as problem:
        if _TOO_MUCH in str(problem):
            return _refused("archive-bomb", "The Parquet file unpacks to far more than it is")
        return _refused("broken-parquet", (str(problem).splitlines() or [""])[0])
    except pl.exceptions.PanicException:
        return _refused("broken-parquet", "The Parquet file can't be read")
    return {}


def _refused(finding: str, reason: str) -> Told:
    return {"finding": finding, "reason": reason}


if __name__ == "__main__":
    main(sys.argv[1:])

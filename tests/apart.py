"""Readers that have a process of their own, started by forking: a hundred in the time of three.

A process is asked to fork itself for each call; it has loaded the reader's module, which is what
takes half a second elsewhere. What the reader is asked, its limits and how it ends are the same.
"""

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FORKING = """
import json, os, runpy, sys
from importlib import import_module
worker = import_module(sys.argv[1])
for line in sys.stdin:
    arguments, given, told = json.loads(line)
    child = os.fork()
    if not child:
        for number, (path, flags) in enumerate(
            [(given, os.O_RDONLY), (told, os.O_WRONLY), (told + ".err", os.O_WRONLY | os.O_CREAT)]
        ):
            os.dup2(os.open(path, flags), number)
        code = 1
        try:
            worker.main(arguments)
            sys.stdout.flush()
            code = 0
        except BaseException:
            import traceback; traceback.print_exc(); sys.stderr.flush()
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss]), flush=True)
"""


@dataclass
class Reader:
    """A reader that forks. ended: how each call ended, its CPU seconds, and its KiB of memory."""

    module: str
    folder: Path
    ended: list[tuple[int, float, int]] = field(default_factory=list)

    @contextmanager
    def started(self):
        """While it runs."""
        command = [sys.executable, "-c", FORKING, self.module]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as self.process:
            yield self
            self.process.stdin.close()

    def run(self, command, *, input=b"", **_):  # noqa: A002  (as subprocess names it)
        """What ``subprocess.run`` gives, for the same command."""
        given, told = self.folder / "asked", self.folder / "told"
        given.write_bytes(input)
        told.write_bytes(b"")
        arguments = command[command.index(self.module) + 1 :]
        self.process.stdin.write(json.dumps([arguments, str(given), str(told)]) + "\n")
        self.process.stdin.flush()
        self.ended.append(tuple(json.loads(self.process.stdout.readline())))
        return subprocess.CompletedProcess(command, self.ended[-1][0], told.read_bytes(), b"")

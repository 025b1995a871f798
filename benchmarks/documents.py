"""What it costs to check a document: ``python benchmarks/documents.py`` (CPU of the child process)."""

import resource
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import documents as made
from opendata_hub.adapters import documents

RUNS = 10
LINE = "Le conseil approuve le paragraphe {} du rapport de la commission du budget."


def operators(page):
    """The lines of a page as it is drawn."""
    lines = "".join(f"({LINE.format(page * 40 + line)}) Tj 0 -14 Td " for line in range(40))
    return f"BT /F1 10 Tf 40 800 Td {lines} ET"


def pdf(pages):
    """A PDF of so many pages of 40 lines, but for the first, which has one."""

    def fill(writer):
        for page in range(1, pages):
            made.page(writer, operators=operators(page).replace("{}", ""))

    return made.pdf(fill, texts=(LINE.format(0),))


def cpu_ms(content, name):
    """What one check costs on average, the start of its process included."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(RUNS):
            documents.read(file, file_name=name)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used / RUNS * 1000


for name, content in (
    ("png, 1 pixel (the start of the process)", (made.png(), "a.png")),
    ("pdf, 10 pages", (pdf(10), "a.pdf")),
    ("pdf, 100 pages", (pdf(100), "a.pdf")),
    (
        "odt, 400 lines",
        (made.odt("".join(f"<text:p>{LINE.format(n)}</text:p>" for n in range(400))), "a.odt"),
    ),
):
    print(f"{name}: {cpu_ms(*content):.0f} ms of CPU")

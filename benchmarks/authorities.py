"""What 1,503 authorities cost: to add, to see, and to readers. Fictional names, a hub of its own.

python benchmarks/authorities.py
"""

import tempfile
import time
from pathlib import Path
from statistics import median

from starlette.testclient import TestClient

from opendata_hub import clock
from opendata_hub.bootstrap import catalog_folders, open_hub
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.authorities.create import create
from opendata_hub.flows.authorities.edit import edit
from opendata_hub.flows.authorities.listed import Defaults, authorities_from
from opendata_hub.flows.catalog.publish import Words, publish, refresh_fragments
from opendata_hub.flows.catalog.submit import examine, submit
from opendata_hub.packs.families import sample_described, sample_file
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app

COMMUNES = 1_503
PAGES = (
    "/fr/", "/fr/publishers/commune-exemple", "/fr/datasets/petitions-0", "/datasets/petitions-0.ttl",
    "/api/v1/authorities?limit=100", "/fr/requests/new",
)  # fmt: skip


def milliseconds(act, times=50):
    """The median of an act in milliseconds of process time."""
    took = []
    for _ in range(times):
        began = time.process_time()
        act()
        took.append(1000 * (time.process_time() - began))
    return median(took)


def table():
    """A table of communes as an operator would have it."""
    lines = [f"commune-{n:04},Commune {n},جماعة {n}" for n in range(COMMUNES)]
    return ("id,name_fr,name_ar\n" + "\n".join(lines)).encode()


def publish_petitions(hub, slug, publisher):
    """The sample of petitions under one name."""
    folders, family = catalog_folders(hub.settings), hub.family("petitions")
    with sample_file(folders, "petitions").open("rb") as stream:
        examined = examine(
            hub.files, stream, family, file_name="petitions.csv", limit_bytes=1_000_000,
            today=clock.today(hub.timezone),
        )  # fmt: skip
    words = Words(
        publisher, family.title, {}, slug, described=sample_described(folders, "petitions")
    )
    with hub.writing() as session:
        submission = submit(
            session, examined, family, authority=publisher, by=OPERATOR, now=clock.now()
        )
        publish(session, hub.frame, submission, words, by=OPERATOR, now=clock.now())


def pages(hub):
    """Milliseconds of each page."""
    client = TestClient(create_app(hub), base_url=hub.frame.base_url)
    for page in PAGES:
        client.get(page).raise_for_status()
    return [milliseconds(lambda page=page: client.get(page)) for page in PAGES]


def main():
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        hub = open_hub(Settings(home=Path(folder) / "var"))
        for number in range(50):
            publish_petitions(hub, f"petitions-{number}", hub.frame.site.publisher)
        hub.index_changes()
        before = pages(hub)
        unchanged = milliseconds(hub.current)

        began = time.perf_counter()
        wanted = authorities_from(table(), Defaults("LocalAuthority", hub.frame.site.law))
        with hub.writing() as session:
            faults = create(
                session, hub.frame, hub.request_laws, wanted, by=OPERATOR, now=clock.now()
            )
        took = time.perf_counter() - began
        print(f"added {COMMUNES} from a table: {took:.2f} s, {len(faults)} faults")
        print(
            f"a process that sees them for the first time: {milliseconds(hub.current, 10):.1f} ms"
        )
        full = hub.current()
        print(f"at each request: {milliseconds(full.current):.2f} ms (with one: {unchanged:.2f})")
        for page, one, many in zip(PAGES, before, pages(full), strict=True):
            print(f"{page}: {one:.1f} ms with 1 authority, {many:.1f} ms with {COMMUNES + 1}")
        began = time.perf_counter()
        with full.writing() as session:
            rewritten = refresh_fragments(session, full.frame, now=clock.now())
        print(f"records written anew: {rewritten} ({time.perf_counter() - began:.2f} s to look)")
        publish_petitions(full, "petitions-of-one", "commune-0001")
        began = time.perf_counter()
        with full.writing() as session:
            _, rewritten = edit(
                session, full.frame, full.request_laws, "commune-0001",
                {"email": "donnees@commune.example"}, by=OPERATOR, now=clock.now(),
            )  # fmt: skip
        print(f"one edited: {rewritten} record written anew, {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()

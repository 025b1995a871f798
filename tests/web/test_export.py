"""The catalogue as files says what the hub says, at the same addresses."""

import gzip
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT
from typer.testing import CliRunner

import build
from opendata_hub.adapters.rdf import SYNTAXES
from opendata_hub.cli import app as commands
from opendata_hub.domain.catalog.harvest import cursor
from opendata_hub.domain.catalog.harvest.page import HYDRA
from opendata_hub.domain.errors import Refused
from opendata_hub.web import export as exporting
from opendata_hub.web.app import create_app
from opendata_hub.web.export import export

FAMILY = "association-subsidies"
SLUG = f"demo-{FAMILY}"
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def exported(hub, tmp_path):
    """A folder with the files of a hub that has one dataset."""
    build.publish_sample(hub, FAMILY)
    folder = tmp_path / "www" / "catalogue"
    export(create_app(hub), hub, folder)
    return folder


@pytest.fixture
def plain(exported):
    """A web server that knows nothing but files."""
    door = partial(Silent, directory=exported)
    with ThreadingHTTPServer(("127.0.0.1", 0), door) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        with httpx2.Client(
            base_url=f"http://127.0.0.1:{server.server_address[1]}", follow_redirects=True
        ) as client:
            yield client
        server.shutdown()
        thread.join()


@pytest.mark.enable_socket
def test_plain_files_say_what_the_hub_says(plain, client):
    for ending in SYNTAXES:
        for address in (f"/catalog.{ending}", f"/datasets/{SLUG}.{ending}"):
            still, live = (
                Graph().parse(data=each.get(address).text, format=PARSERS[ending])
                for each in (plain, client)
            )
            assert len(still) > 50
            assert isomorphic(still, live), address
    for address in (
        "/fr/", "/ar/", "/en/", f"/fr/datasets/{SLUG}", f"/ar/datasets/{SLUG}",
        "/en/publishers/commune-exemple", f"/datasets/{SLUG}/files/{SLUG}.csv",
        f"/families/{FAMILY}/schema.json", f"/ar/families/{FAMILY}/template.csv",
    ):  # fmt: skip
        assert plain.get(address).content == client.get(address).content, address
    for address, page in (
        ("/", "/fr/"), (f"/datasets/{SLUG}", f"/fr/datasets/{SLUG}"),
        ("/publishers/commune-exemple", "/fr/publishers/commune-exemple"),
    ):  # fmt: skip
        assert plain.get(address).content == client.get(page).content
    assert plain.get("/static/style.css").status_code == client.get("/static/style.css").status_code


@pytest.mark.enable_socket
def test_who_follows_the_pages_among_plain_files_meets_every_dataset_once(
    hub, exported, plain, monkeypatch
):
    for family in ("petitions", "budget-lines"):
        build.publish_sample(hub, family)
    monkeypatch.setattr(cursor, "DEFAULT_LIMIT", 1)
    export(create_app(hub), hub, exported)
    for ending in SYNTAXES:
        address, met = f"/catalog.{ending}", []
        while address:
            page = Graph().parse(data=plain.get(address).text, format=PARSERS[ending])
            met += [str(each).rpartition("/")[2] for each in page.objects(None, DCAT.dataset)]
            following = [str(each) for each in page.objects(None, HYDRA.next)]
            address = following[0].removeprefix(build.BASE_URL) if following else ""
            assert "?" not in address
        assert met == [SLUG, "demo-petitions", "demo-budget-lines"]


@pytest.mark.enable_socket
def test_the_dump_is_among_the_files(plain, client):
    address = "/catalog/dump.nt.gz"
    assert gzip.decompress(plain.get(address).content)
    assert plain.get(address).content == client.get(address).content


def dates(folder):
    return {each.relative_to(folder).as_posix(): each.stat().st_mtime_ns
            for each in folder.rglob("*") if each.is_file()}  # fmt: skip


def test_a_second_export_touches_nothing_that_has_not_changed(hub, exported):
    before = dates(exported)
    again = export(create_app(hub), hub, exported)
    assert (again.written, again.removed) == (0, 0)
    assert dates(exported) == before


def test_what_has_changed_is_written_and_what_is_gone_goes(hub, exported):
    (exported / "datasets" / "withdrawn.ttl").write_text("")
    before = dates(exported)
    build.publish_sample(hub, FAMILY, slug="another")
    again = export(create_app(hub), hub, exported)
    assert again.removed == 1
    now = dates(exported)
    assert "datasets/withdrawn.ttl" not in now
    assert "datasets/another.ttl" in now
    assert now[f"datasets/{SLUG}.ttl"] == before[f"datasets/{SLUG}.ttl"]
    assert now["catalog.ttl"] != before["catalog.ttl"]


def test_an_export_that_fails_leaves_the_tree_as_it_was(hub, exported, monkeypatch):
    before = dates(exported)

    def broken(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(exporting, "_put", broken)
    with pytest.raises(OSError, match="full"):
        export(create_app(hub), hub, exported)
    assert dates(exported) == before
    assert [e.name for e in exported.parent.iterdir() if e.is_dir()] == ["catalogue"]


def test_an_export_that_was_stopped_between_two_renames_is_mended(hub, exported):
    exported.rename(exported.parent / ".catalogue.before")
    again = export(create_app(hub), hub, exported)
    assert again.written == 0
    assert [e.name for e in exported.parent.iterdir() if e.is_dir()] == ["catalogue"]


def test_a_folder_with_other_things_is_refused(hub, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(Refused):
        export(create_app(hub), hub, tmp_path / "home")
    assert (tmp_path / "home" / "letter.txt").read_text() == "dear"


def test_two_exports_do_not_meet(hub, tmp_path):
    folder = tmp_path / "www"
    with exporting._alone(folder), pytest.raises(Refused):  # noqa: SLF001
        export(create_app(hub), hub, folder)


def test_the_command_says_what_it_has_done(tmp_path):
    shown = CliRunner().invoke(commands, ["catalog", "export", str(tmp_path / "www")])
    assert shown.exit_code == 0, shown.output
    assert "written, 0 removed" in shown.output
    assert (tmp_path / "www" / "404.html").is_file()

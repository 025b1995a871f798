"""A catalogue elsewhere is read: what becomes of its records, whatever it answers."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from loopback import serving
from opendata_hub.adapters.fetch import Fetcher, Limits
from opendata_hub.adapters.harvest import web
from opendata_hub.adapters.rdf import SYNTAXES
from opendata_hub.domain.errors import HarvestRunning
from opendata_hub.domain.harvest.run import RunState
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.serving import dump, query, serve
from opendata_hub.flows.harvest import declare
from opendata_hub.flows.harvest.kept_record import refresh_records
from opendata_hub.flows.harvest.rehearse import rehearse
from opendata_hub.flows.harvest.run import Wish, harvest
from opendata_hub.store import datasets
from opendata_hub.store.harvest import quarantine, records
from opendata_hub.web import export
from sources import PREFIXES, TURTLE, Here, catalogue, turtle

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def answers():
    """What the source answers, by path; a test changes it as it goes on."""
    return {}


@pytest.fixture
def here(hub, answers):
    def answer(_, path):
        return answers.get(path, (404, {}, b"nothing"))

    with serving(answer) as server:
        yield Here(hub, server)


def test_a_record_is_taken_in_our_words_and_what_it_said_itself_is_noted(here, answers):
    answers["/catalog"] = 200, TURTLE, catalogue(turtle("eau"))
    here.declare()
    run = here.run()
    assert (run.state, run.counts) == (RunState.DONE, {"created": 1})
    kept = here.kept()["http://ville.example/dataset/eau"]
    assert kept.slug.startswith("ville--eau-")
    assert kept.title == {"fr": "Jeu eau"}
    assert kept.facets["licence"] == ("ODC_BL",)
    assert kept.facets["format"] == ("CSV",)
    assert ("licence", "http://opendatacommons.org/licenses/odbl/") in {
        (note.field, note.given) for note in kept.notes
    }


def test_a_keyword_with_marks_is_taken_in_letters_and_what_came_is_noted(here, answers):
    given = catalogue(turtle("eau", more='; dcat:keyword "l’eau (potable)", "!"'))
    answers["/catalog"] = 200, TURTLE, given
    here.declare()
    here.run()
    (kept,) = here.kept().values()
    assert set(kept.keywords["fr"]) == {"eau", "ville", "lʼeau potable"}
    noted = {(note.given, note.kept) for note in kept.notes if note.field == "keyword"}
    assert noted == {("l’eau (potable)", "lʼeau potable"), ("!", "")}


def test_what_is_harvested_is_served_found_and_shown_with_its_source(here, answers, client):
    answers["/catalog"] = 200, TURTLE, catalogue(turtle("eau"))
    here.declare()
    here.run()
    here.hub.index_changes()
    (kept,) = here.kept().values()
    iri = "http://ville.example/dataset/eau"
    page = client.get("/catalog.ttl").text
    assert f"dcat:dataset <{iri}>" in page
    assert f"foaf:primaryTopic <{iri}>" in page
    record = client.get(f"/datasets/{kept.slug}.ttl")
    assert record.status_code == 200
    assert f"dct:source <{here.server.url('/catalog')}>" in record.text
    found = client.get("/api/v1/datasets?q=eau").json()
    assert [each["slug"] for each in found["results"]] == [kept.slug]
    shown = client.get(f"/fr/datasets/{kept.slug}").text
    assert "Moissonné depuis ville" in shown
    assert "http://ville.example/eau.csv" in shown
    assert "Moissonné depuis ville" in client.get("/fr/datasets?q=eau").text
    assert iri in client.get("/catalog/feed/pages/0").text
    assert client.get(f"/fr/datasets/{kept.slug}").headers["content-language"] == "fr"


def many(*names, **changes):
    return catalogue(*(turtle(name, **changes) for name in names))


def test_a_second_reading_of_the_same_changes_nothing(here, answers):
    answers["/catalog"] = 200, {**TURTLE, "ETag": '"1"'}, many("eau", "air")
    here.declare()
    here.run()
    before = here.kept()
    run = here.run()
    assert run.counts == {"unchanged": 2}
    assert {k: v.version for k, v in here.kept().items()} == dict.fromkeys(before, 1)
    assert here.server.asked[-1][2]["If-None-Match"] == '"1"'
    answers["/catalog"] = 304, {}, b""
    assert here.run().counts == {"unchanged": 2}


def test_only_what_has_changed_is_written_anew_and_keeps_its_place(here, answers):
    answers["/catalog"] = 200, TURTLE, many("eau", "air")
    here.declare()
    here.run()
    before = here.kept()
    answers["/catalog"] = 200, TURTLE, catalogue(turtle("eau", "Un autre titre"), turtle("air"))
    assert here.run().counts == {"changed": 1, "unchanged": 1}
    after = here.kept()["http://ville.example/dataset/eau"]
    assert (after.title, after.version) == ({"fr": "Un autre titre"}, 2)
    assert after.position == before[after.identifier].position


def test_the_order_of_what_is_said_is_no_change(here, answers):
    answers["/catalog"] = 200, TURTLE, many("eau", "air")
    here.declare()
    here.run()
    answers["/catalog"] = 200, TURTLE, many("air", "eau")
    assert here.run().counts == {"unchanged": 2}


def test_one_bad_record_never_stops_a_source_and_its_last_good_copy_stays(here, answers):
    answers["/catalog"] = 200, TURTLE, many("eau", "air")
    here.declare()
    here.run()
    bad = turtle("eau").replace('dct:title "Jeu eau" ;', "")
    answers["/catalog"] = 200, TURTLE, catalogue(bad, turtle("air", "Air neuf"), turtle("feu"))
    run = here.run()
    assert (run.state, run.counts) == (RunState.DONE, {"created": 1, "changed": 1, "refused": 1})
    assert here.kept()["http://ville.example/dataset/eau"].title == {"fr": "Jeu eau"}
    (apart,) = here.apart().values()
    assert (apart.code, apart.identifier) == ("record-refused", "http://ville.example/dataset/eau")
    assert "Tout sur eau" in apart.given.decode()
    answers["/catalog"] = 200, TURTLE, many("eau", "feu")
    here.run()
    assert here.apart() == {}


@pytest.mark.parametrize(
    ("left", "state", "kept"),
    [
        ([], RunState.WAITING, 10),
        (["j0"], RunState.WAITING, 10),
        ([f"j{n}" for n in range(7)], RunState.WAITING, 10),
        ([f"j{n}" for n in range(8)], RunState.DONE, 8),
    ],
)
def test_what_vanishes_leaves_only_below_the_threshold(here, answers, left, state, kept):
    answers["/catalog"] = 200, TURTLE, many(*(f"j{n}" for n in range(10)))
    here.declare()
    here.run()
    answers["/catalog"] = 200, TURTLE, many(*left)
    run = here.run()
    assert (run.state, len(here.kept())) == (state, kept)
    assert run.code == ("deletions-wait" if state is RunState.WAITING else "")


def test_somebodys_word_lets_more_go_and_each_leaves_a_tombstone(here, answers, client):
    answers["/catalog"] = 200, TURTLE, many("a", "b", "c")
    here.declare()
    here.run()
    gone = here.kept()["http://ville.example/dataset/b"].slug
    answers["/catalog"] = 200, TURTLE, many("a")
    assert here.run().state is RunState.WAITING
    assert here.run(Wish(lets_go=True)).counts == {"unchanged": 1, "gone": 2}
    assert client.get(f"/datasets/{gone}.ttl").status_code == 410
    assert "<http://ville.example/dataset/b>" not in client.get("/catalog.ttl").text
    assert client.get(f"/fr/datasets/{gone}").status_code == 410
    answers["/catalog"] = 200, TURTLE, many("a", "b", "c")
    assert here.run().counts == {"created": 2, "unchanged": 1}
    assert client.get(f"/datasets/{gone}.ttl").status_code == 200


def test_an_empty_source_deletes_nothing_whatever_is_said(here, answers):
    answers["/catalog"] = 200, TURTLE, many("a", "b")
    here.declare()
    here.run()
    answers["/catalog"] = 200, TURTLE, many()
    assert here.run(Wish(lets_go=True)).state is RunState.WAITING
    assert len(here.kept()) == 2


def page_of(server, *names, following=None):
    end = f"<{server.url('/catalog')}> a hydra:PagedCollection ; hydra:totalItems 4 "
    if following:
        end += f"; {following[0]} {following[1]} "
    return 200, TURTLE, many(*names) + f"{end}.".encode()


@pytest.mark.parametrize("word", ["hydra:next", "hydra:nextPage"])
@pytest.mark.parametrize("form", ["<{}>", '"{}"'])
def test_pages_are_followed_old_and_new(here, answers, word, form):
    second = here.server.url("/catalog?page=2")
    answers["/catalog"] = page_of(here.server, "a", "b", following=(word, form.format(second)))
    answers["/catalog?page=2"] = page_of(here.server, "c", "d")
    here.declare()
    run = here.run()
    assert (run.counts, run.pages, run.total) == ({"created": 4}, 2, 4)


def test_pages_in_a_circle_end_and_delete_nothing(here, answers):
    first, second = here.server.url("/catalog"), here.server.url("/catalog?page=2")
    answers["/catalog"] = page_of(here.server, "a", following=("hydra:next", f"<{second}>"))
    answers["/catalog?page=2"] = page_of(here.server, "b", following=("hydra:next", f"<{first}>"))
    here.declare()
    run = here.run()
    assert (run.state, run.code) == (RunState.FAILED, "pages-in-a-circle")
    assert len(here.kept()) == 2


def test_a_reading_that_breaks_off_goes_on_where_it_stopped(here, answers):
    second = here.server.url("/catalog?page=2")
    answers["/catalog"] = page_of(here.server, "a", following=("hydra:next", f"<{second}>"))
    answers["/catalog?page=2"] = 500, {}, b"oops"
    here.declare()
    run = here.run()
    assert (run.state, run.code, run.cursor) == (RunState.FAILED, "source-unreadable", second)
    answers["/catalog?page=2"] = page_of(here.server, "b")
    asked = len(here.server.asked)
    run = here.run()
    assert (run.state, run.counts) == (RunState.DONE, {"created": 2})
    assert here.server.lines[asked:] == ["GET /catalog?page=2"]


def test_who_ends_the_process_loses_no_page(here, answers):
    second = here.server.url("/catalog?page=2")
    answers["/catalog"] = page_of(here.server, "a", following=("hydra:next", f"<{second}>"))
    answers["/catalog?page=2"] = page_of(here.server, "b")
    here.declare()
    reading = harvest(here.house(), "ville")
    next(reading)
    with pytest.raises(KeyboardInterrupt):
        reading.throw(KeyboardInterrupt)
    assert here.runs()[0].state is RunState.STOPPED
    run = here.run()
    assert (run.state, run.counts) == (RunState.DONE, {"created": 2})


def test_two_never_read_a_source_at_once_but_an_interrupted_one_is_taken_over(here, answers):
    answers["/catalog"] = 200, TURTLE, many("a")
    here.declare()
    reading = harvest(here.house(), "ville")
    next(reading)
    with pytest.raises(HarvestRunning):
        next(harvest(here.house(), "ville"))
    with pytest.raises(HarvestRunning), here.hub.writing() as session:
        declare.ask_to_read(session, "ville", by=OPERATOR, now=here.now)
    here.now += timedelta(minutes=16)
    assert here.run().state is RunState.DONE
    reading.close()


def test_a_list_of_addresses_is_followed_one_by_one(here, answers):
    here.declare()
    names = [here.server.url(f"/d/{n}") for n in range(3)]
    listed = "".join(f"<http://ville.example/catalog> dcat:dataset <{name}> .\n" for name in names)
    answers["/catalog"] = 200, TURTLE, (PREFIXES + listed).encode()
    for number, name in enumerate(names[:2]):
        answers[f"/d/{number}"] = 200, TURTLE, (PREFIXES + turtle("x", iri=name)).encode()
    run = here.run()
    assert run.counts == {"created": 2, "refused": 1}
    assert here.apart()[names[2]].code == "source-unreadable"
    assert here.run().counts == {"unchanged": 2, "refused": 1}


def test_a_line_that_is_no_address_costs_itself_only(here, answers):
    here.declare()
    good = here.server.url("/d/0")
    listed = f"{good}\nhttp://[x\n".encode()
    answers["/catalog"] = 200, {"Content-Type": "text/uri-list"}, listed
    answers["/d/0"] = 200, TURTLE, (PREFIXES + turtle("x", iri=good)).encode()
    run = here.run()
    assert (run.state, run.counts) == (RunState.DONE, {"created": 1, "refused": 1})
    assert here.apart()["http://[x"].code == "source-unreadable"


def test_a_next_page_that_is_no_address_ends_the_run_with_its_code(here, answers):
    link = {"Link": '<http://[x>; rel="next"'}
    answers["/catalog"] = 200, TURTLE | link, many("eau")
    here.declare()
    run = here.run()
    assert (run.state, run.code) == (RunState.FAILED, "source-unreadable")


def test_nameless_datasets_get_the_same_address_each_time(here, answers):
    nameless = """[] a dcat:Dataset ; dct:identifier "b-12" ; dct:title "Sans nom" ;
      dct:description "x" ; dcat:distribution [ dcat:accessURL <http://ville.example/x> ] ."""
    answers["/catalog"] = 200, TURTLE, (PREFIXES + nameless).encode()
    here.declare()
    here.run()
    (kept,) = here.kept().values()
    assert kept.iri == here.server.url("/catalog#dataset-b-12")
    answers["/catalog"] = 200, TURTLE, (PREFIXES + nameless + "\n").encode()
    assert here.run().counts == {"unchanged": 1}
    without = PREFIXES + nameless.replace('dct:identifier "b-12" ;', "")
    answers["/catalog"] = 200, TURTLE, without.encode()
    run = here.run()
    assert (run.state, run.counts) == (RunState.WAITING, {"refused": 1})
    assert [each.code for each in here.apart().values()] == ["record-refused"]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</rdf:RDF>"""
REMOTE = b'{"@context": "http://127.0.0.1:1/context.jsonld", "@id": "http://x.example/"}'


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><p>hello"), "source-unreadable"),
        ((200, TURTLE, b"<html><p>hello"), "source-unreadable"),
        ((500, {}, b"oops"), "source-unreadable"),
        ((200, TURTLE, b""), "source-unreadable"),
        ((200, TURTLE, many("air")[:-30]), "source-unreadable"),
        ((200, {**TURTLE, "Content-Length": "99999"}, many("air")), "answer-broken"),
        ((302, {"Location": "http://169.254.169.254/latest"}, b""), "address-refused"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "address-refused"),
        ((200, {"Content-Type": "application/rdf+xml"}, BOMB), "source-unreadable"),
        ((200, {"Content-Type": "application/ld+json"}, REMOTE), "source-unreadable"),
        ((200, {"Content-Type": "text/turtle"}, "\xe9".encode("latin-1") * 9), "source-unreadable"),
    ],
)
def test_what_is_no_catalogue_ends_the_run_with_its_code_and_costs_nothing(
    here, answers, answer, code
):
    answers["/catalog"] = 200, TURTLE, many("eau")
    here.declare()
    here.run()
    answers["/catalog"] = answer
    run = here.run()
    assert (run.state, run.code) == (RunState.FAILED, code)
    assert len(here.kept()) == 1
    answers["/catalog"] = 200, TURTLE, many("eau")
    assert here.run().state is RunState.DONE


def test_an_endless_body_ends_at_the_limit(here, answers, monkeypatch):
    monkeypatch.setattr(web, "LIMITS", Limits(size_bytes=1000))
    answers["/catalog"] = 200, TURTLE, many(*map(str, range(50)))
    here.declare()
    assert here.run().code == "answer-too-large"


def test_a_moments_silence_is_waited_for(here, answers, monkeypatch):
    waited = []
    monkeypatch.setattr(web, "PAUSES_SECONDS", (0.0, 0.0))
    answers["/catalog"] = 503, {"Retry-After": "0"}, b""
    here.declare()
    assert here.run().code == "source-unreadable"
    waited.extend(here.server.lines)
    assert waited == ["GET /catalog"] * 3


def test_a_wrong_charset_is_read_by_what_the_bytes_are(here, answers):
    said = catalogue(turtle("eau", "Données d’été"))
    answers["/catalog"] = 200, {"Content-Type": "text/turtle; charset=iso-8859-1"}, said
    here.declare()
    here.run()
    (kept,) = here.kept().values()
    assert kept.title == {"fr": "Données d’été"}
    latin = catalogue(turtle("eau", "Données")).decode().encode("latin-1")
    answers["/catalog"] = 200, {"Content-Type": "text/turtle; charset=iso-8859-1"}, latin
    assert here.run().counts == {"changed": 1}
    (kept,) = here.kept().values()
    assert kept.title == {"fr": "Données"}


def test_a_control_character_costs_nothing_but_itself(here, answers):
    answers["/catalog"] = 200, TURTLE, catalogue(turtle("eau", "Un\x0btitre"), turtle("air"))
    here.declare()
    assert here.run().counts == {"created": 2}
    assert here.kept()["http://ville.example/dataset/eau"].title == {"fr": "Untitre"}


def test_five_megabytes_of_text_are_refused_and_nothing_else(here, answers):
    answers["/catalog"] = 200, TURTLE, catalogue(turtle("eau", "é" * 2_500_000), turtle("air"))
    here.declare()
    assert here.run().counts == {"created": 1, "refused": 1}
    assert [each.code for each in here.apart().values()] == ["record-too-large"]


def test_a_source_in_a_private_network_leads_nowhere_else_in_it(here, answers):
    with serving(lambda *_: (200, TURTLE, many("secret"))) as other:
        answers["/catalog"] = 302, {"Location": other.url("/admin")}, b""
        answers["/paged"] = page_of(
            here.server, "a", following=("hydra:next", f"<{other.url('/admin')}>")
        )
        here.declare(is_private=True)
        here.declare(path="/paged", id="paged", is_private=True)
        house = replace(here.house(), fetcher=Fetcher())
        *_, redirected = harvest(house, "ville")
        *_, paged = harvest(house, "paged")
        assert (redirected.code, paged.code) == ("too-many-redirects", "address-refused")
        assert other.lines == []


def test_one_who_speaks_of_what_is_ours_is_refused(here, answers):
    ours = here.hub.frame.iri("publishers/commune-exemple")
    lie = turtle("eau").replace('[ foaf:name "Ville Fictive" ]', f"<{ours}>")
    lie += f'<{ours}> foaf:name "Somebody else" .\n'
    own = turtle("x", iri=here.hub.frame.iri("datasets/x"))
    answers["/catalog"] = 200, TURTLE, catalogue(lie, own, turtle("air"))
    here.declare()
    assert here.run().counts == {"created": 1, "refused": 2}
    assert {each.code for each in here.apart().values()} == {"record-of-ours"}


def test_what_two_sources_have_stands_here_once(here, answers):
    answers["/catalog"] = 200, TURTLE, many("eau")
    answers["/other"] = 200, TURTLE, many("eau", "air")
    here.declare()
    here.declare(path="/other", id="region")
    here.run()
    assert here.run(source="region").counts == {"created": 1, "refused": 1}
    assert [each.code for each in here.apart("region").values()] == ["record-of-another-source"]


def test_changed_identifiers_are_no_silent_replacement(here, answers):
    answers["/catalog"] = 200, TURTLE, many("a", "b", "c")
    here.declare()
    here.run()
    answers["/catalog"] = 200, TURTLE, many("x", "y", "z")
    run = here.run()
    assert (run.state, run.counts) == (RunState.WAITING, {"created": 3})
    assert len(here.kept()) == 6


def test_a_rehearsal_tells_every_difference_and_writes_nothing(here, answers):
    answers["/catalog"] = 200, TURTLE, many("a", "b", "c")
    here.declare()
    here.run()
    bad = turtle("d").replace('dct:title "Jeu d" ;', "")
    now = catalogue(turtle("a"), turtle("b", "Nouveau"), bad, turtle("e"))
    answers["/catalog"] = 200, TURTLE, now
    told = {each.identifier[-1]: each for each in rehearse(here.house(), "ville")}
    assert {k: str(v.fate) for k, v in told.items()} == {
        "a": "unchanged", "b": "changed", "c": "gone", "d": "refused", "e": "created",
    }  # fmt: skip
    assert [(d.field, d.before, d.now) for d in told["b"].differences] == [
        ("title", "fr: Jeu b", "fr: Nouveau")
    ]
    assert told["d"].code == "record-refused"
    assert here.run(Wish(lets_go=True)).counts["changed"] == 1


def test_a_hub_that_moves_writes_what_it_harvested_anew(here, answers):
    answers["/catalog"] = 200, TURTLE, many("a", "b")
    here.declare()
    here.run()
    frame = replace(here.hub.frame, base_url="http://moved.example")
    with here.hub.writing() as session:
        told = []
        assert refresh_records(session, frame, now=here.now, tell=lambda *so: told.append(so)) == 2
        assert refresh_records(session, frame, now=here.now, tell=lambda *so: told.append(so)) == 0
        assert told == [(0, 2)]
        kept = records.get(session, next(iter(here.kept().values())).slug)
        body = b"".join(datasets.fragments_at(session, "ttl", [kept.position]))
    assert b"<http://moved.example/datasets/" in body
    assert b"hub.example" not in body
    assert b'"Jeu a"@fr' in body


def test_a_source_that_is_let_go_takes_its_records_along(here, answers, client):
    answers["/catalog"] = 200, TURTLE, many("a", "b")
    here.declare()
    here.run()
    slug = next(iter(here.kept().values())).slug
    with here.hub.writing() as session:
        gone = declare.remove(session, here.hub.frame, "ville", by=OPERATOR, now=here.now)
    assert gone == 2
    assert here.kept() == {}
    assert client.get(f"/datasets/{slug}.ttl").status_code == 410
    here.declare()
    assert here.run().counts == {"created": 2}


def test_what_was_refused_is_tried_again_when_somebody_asks(here, answers):
    bad = turtle("eau").replace('dct:title "Jeu eau" ;', "")
    answers["/catalog"] = 200, {**TURTLE, "ETag": '"1"'}, catalogue(bad, turtle("air"))
    here.declare()
    here.run()
    with here.hub.writing() as session:
        quarantine.release(session, "ville", list(here.apart()))
    assert here.run().counts == {"unchanged": 1}
    assert here.run(Wish(is_whole=True)).counts == {"unchanged": 1, "refused": 1}
    assert "If-None-Match" not in here.server.asked[-1][2]


def test_dumps_questions_and_files_of_an_export_have_what_was_harvested(here, answers, tmp_path):
    answers["/catalog"] = 200, TURTLE, many("eau")
    here.declare()
    here.run()
    (kept,) = here.kept().values()
    hub = here.hub
    with hub.reading() as session:
        asked = "".join(query.document(session, hub.frame))
        state = serve.catalog_state(session, hub.frame, now=here.now)
        packed = dump.dump(session, hub.frame, SYNTAXES["ttl"], tmp_path, state)
    for text in (asked, gzip.decompress(packed.read_bytes()).decode()):
        assert f"dcat:dataset <{kept.iri}>" in text
        assert f"<{kept.iri}> a dcat:Dataset" in text
    addresses = {page.address for page in export.pages(hub)}
    assert {f"/ar/datasets/{kept.slug}", f"/datasets/{kept.slug}.ttl"} <= addresses


def test_a_deletion_is_told_in_the_feed_by_the_address_at_the_source(here, answers, client):
    answers["/catalog"] = 200, TURTLE, many(*"abcdef")
    here.declare()
    here.run()
    answers["/catalog"] = 200, TURTLE, many(*"abcde")
    here.run()
    events = json.loads(client.get("/catalog/feed/pages/0").text)["@graph"]
    deleted = [each["as:object"]["@id"] for each in events if each.get("@type") == "as:Delete"]
    assert deleted == ["http://ville.example/dataset/f"]
    since = client.get("/catalog.ttl?modified_since=2026-11-23").text
    assert "foaf:primaryTopic <http://ville.example/dataset/f>" in since


def test_no_reader_is_led_to_what_is_no_page_of_the_web(here, answers, client):
    trap = turtle("eau", iri="urn:x:eau", more="; dcat:landingPage <javascript:alert(1)>")
    trap = trap.replace("http://ville.example/eau.csv", "javascript:alert(2)")
    answers["/catalog"] = 200, TURTLE, catalogue(trap)
    here.declare()
    here.run()
    (kept,) = here.kept().values()
    assert kept.landing_page == ""
    shown = client.get(f"/fr/datasets/{kept.slug}")
    assert shown.status_code == 200
    assert 'href="javascript' not in shown.text
    assert "javascript:alert(2)" in shown.text

"""Anybody reads the register and its figures; nobody learns who asked."""

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text

import build
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.register.news import OUTCOMES
from opendata_hub.domain.register.standing import Outcome

OWN = "commune-exemple"


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=(Grant(Role.OFFICER, OWN), Grant(Role.HEAD, OWN)))


def filed(client, **changes):
    return client.post("/api/v1/requests", json=build.filing(**changes)).json()["reference"]


def act(client, key, reference, done, **words):
    case = client.get(f"/api/v1/desk/requests/{reference}", headers=key).json()
    body = {
        "act": done,
        "happened_on": case["events"][-1]["happened_on"],
        "after": len(case["events"]),
        **words,
    }
    answer = client.post(f"/api/v1/desk/requests/{reference}/events", json=body, headers=key)
    assert answer.status_code == 201, answer.text


@pytest.fixture
def register(client, officer):
    """Three requests: one waits, one was granted, one was refused with reasons that name."""
    waits = filed(client, subject="Un autre sujet")
    granted = filed(client, subject="Marchés de voirie 2026")
    refused = filed(client, subject="Dossier de M. Fictif", text="Le texte du demandeur")
    act(client, officer, granted, "grant")
    act(client, officer, refused, "refuse", ground="exception", reasons="Nomme Personne Fictive")
    return waits, granted, refused


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_register_tells_what_happened_and_not_who_asked(client, register, language):
    pages = [client.get(f"/{language}/register")]
    pages += [client.get(f"/{language}/register/{each}") for each in register]
    pages += [
        client.get(f"/{language}/statistics?by={by}")
        for by in ("", "authority", "year", "month", "channel")
    ]
    pages += [client.get(f"/{language}/register.atom")]
    pages += [client.get(f"/api/v1/register{ending}") for ending in ("", ".csv", ".json")]
    pages += [client.get(f"/api/v1/register/{each}") for each in register]
    pages += [client.get(f"/api/v1/statistics{ending}") for ending in ("", ".csv")]
    assert {each.status_code for each in pages} == {200}
    said = "".join(each.text for each in pages)
    assert all(each in said for each in register)
    assert "Marchés de voirie 2026" in said
    for hidden in ("Fictif", "Fictive", "Le texte du demandeur", "Un autre sujet", "XX000000"):
        assert hidden not in said


def test_the_register_is_searched_and_narrowed(client, register):
    waits, granted, refused = register

    def found(asked):
        page = client.get(f"/fr/register?{asked}").text
        return set(re.findall(r'/fr/register/(AI-[\d-]+)"', page))

    assert found("") == set(register)
    assert found("q=MARCHES") == {granted}
    assert found("q=fictif") == set()
    assert found("outcome=refused") == {refused}
    assert found("figure=pending&imported=false") == {waits}
    assert found("ground=exception") == {refused}
    assert found("year=1999") == found("authority=another") == found("imported=true") == set()
    empty = "q=&authority=&year=&outcome=&until=&month=&imported=&figure="
    assert found(empty) == set(register)
    for wrong in ("year=x", "outcome=x", "until=2999-01-01", "after=x", "figure=x"):
        assert client.get(f"/fr/register?{wrong}").status_code == 422
    for missing in ("/fr/register/AI-1999-000001", "/api/v1/register/x", "/xx/register"):
        assert client.get(missing).status_code == 404


def test_the_register_is_walked_page_by_page(client, register):
    seen, after = [], ""
    while after is not None:
        told = client.get(f"/api/v1/register?limit=2&after={after}").json()
        seen += [each["reference"] for each in told["requests"]]
        after = told["next"]
    assert seen == sorted(register, reverse=True)


def test_files_hold_all_rows_and_run_nothing_in_a_spreadsheet(client, officer):
    reference = filed(client, subject='=HYPERLINK("http://x")')
    act(client, officer, reference, "grant")
    answer = client.get("/api/v1/register.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["reference"], row["subject"]) == (reference, '\'=HYPERLINK("http://x")')
    (told,) = json.loads(client.get("/api/v1/register.json").text)["requests"]
    assert (told["reference"], told["outcome"]) == (reference, "granted")
    assert json.loads(client.get("/api/v1/register.json?year=1999").text)["requests"] == []


@pytest.mark.usefixtures("register")
def test_every_figure_leads_to_the_rows_it_counts(client):
    told = client.get("/api/v1/statistics?lang=en").json()
    assert len(told["figures"]) > 20
    for each in told["figures"]:
        if each["figure"].startswith("days/"):
            continue
        rows = client.get(each["rows"].replace("/en/register?", "/api/v1/register?")).json()
        assert len(rows["requests"]) == each["numerator"], each
        assert each["formula"]
        assert each["cut_off"] == told["cut_off"]
    lines = client.get("/api/v1/statistics.csv?lang=ar&by=year").text.splitlines()
    assert len(lines) == len(told["figures"]) + 1
    page = client.get("/fr/statistics?by=year").text
    assert "Répondues dans le délai" in page
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/fr/[rs][^"]*)"', page)}
    assert len(links) > 20
    assert {client.get(link).status_code for link in links} == {200}


def test_figures_of_nothing_are_no_failure(client):
    assert client.get("/api/v1/statistics").json()["figures"] == []
    assert client.get("/ar/statistics?by=month").status_code == 200
    assert client.get("/ar/register").status_code == 200


@pytest.mark.parametrize("day", ["0", "1700000000", "2026-1-1", "2026-02-30", "٢٠٢٦-٠١-٠١"])
def test_a_day_is_written_as_a_day(client, day):
    answer = client.get("/api/v1/register.json", params={"until": day})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert [each["field"] for each in answer.json()["errors"]] == ["until"]
    assert answer.json()["errors"][0]["reason"] in {
        "Write the day as 2026-11-30", "There is no such day",
    }  # fmt: skip


@pytest.mark.usefixtures("register")
def test_the_feed_is_one_that_readers_read(client):
    answer = client.get("/ar/register.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = ET.fromstring(answer.text)  # noqa: S314  (our own)
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [each.findtext(f"{atom}title") for each in feed.findall(f"{atom}entry")]
    assert len(titles) == 3
    assert sum("موضوع غير منشور" in each for each in titles) == 2


def test_every_outcome_has_a_name():
    assert set(OUTCOMES) == set(Outcome)


def test_words_that_no_officer_has_read_are_not_shown_whatever_their_author_does(client, officer):
    made = client.post("/api/v1/requests", json=build.filing(subject="Fictif est corrompu")).json()
    place = f"/api/v1/requests/{made['reference']}/own-acts"
    code = {"X-Tracking-Code": made["tracking_code"]}
    assert client.post(place, json={"act": "withdraw", "after": 1}, headers=code).is_success
    shown = f"/api/v1/register/{made['reference']}"
    assert client.get(shown).json()["subject"] == ""
    act(client, officer, made["reference"], "reopen", reasons="Sur sa demande")
    assert client.get(shown).json()["subject"] == "Fictif est corrompu"


def test_an_officer_says_what_the_public_reads_of_a_subject(hub, client, officer, register):
    _, _, refused = register
    form = f"/fr/desk/{refused}/subject"
    assert "Dossier de M. Fictif" in client.get(form, headers=officer).text
    assert form in client.get(f"/fr/desk/{refused}", headers=officer).text

    def say(**fields):
        return client.post(form, data=fields, headers=officer)

    assert say(shown="wording", wording="Un dossier d’urbanisme").status_code == 303
    assert "Un dossier d’urbanisme" in client.get(f"/fr/register/{refused}").text
    assert client.get("/api/v1/register?q=urbanisme").json()["requests"][0]["reference"] == refused
    for wrong in ("", "Appeler le 06 12 34 56 78"):
        answer = say(shown="wording", wording=wrong)
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
        assert wrong in answer.text
    assert say(shown="withheld").status_code == 303
    assert "Objet non publié" in client.get(f"/fr/register/{refused}").text
    assert client.get("/api/v1/register?q=urbanisme").json()["requests"] == []
    assert say(shown="x").status_code == 422
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.OFFICER, "another"),))
    assert client.get(form, headers=elsewhere).status_code == 404
    answer = client.post(form, data={"shown": "rule"}, headers=elsewhere)
    assert answer.status_code in {404, 422}
    auditor = build.token(hub, "auditor", grants=(Grant(Role.AUDITOR),))
    assert "subject-said" in client.get("/api/v1/journal", headers=auditor).text
    assert "urbanisme" not in client.get("/api/v1/journal", headers=auditor).text


ANSWER = """
INSERT INTO case_file (info_request_id, origin, name, media_type, sha256, size_bytes, added_at,
    findings, cleared, release, public_from, exceptions, dataset, released_at)
SELECT id, 'authority', 'reponse.pdf', 'application/pdf', 'abc', 3, '2026-11-20 09:00:00',
    '[]', '[]', :release, '2026-01-01', '[]', 'budget-2026', '2026-01-01 00:00:00'
    FROM info_request WHERE reference = :it
"""


@pytest.mark.parametrize("release", ["public", "requester", "private"])
def test_an_answer_is_led_to_once_everybody_may_read_it(hub, client, register, release):
    _, granted, _ = register
    with hub.writing() as session:
        session.connection().execute(text(ANSWER), {"release": release, "it": granted})
    page = client.get(f"/fr/register/{granted}").text
    assert ("reponse.pdf" in page, "/fr/datasets/budget-2026" in page) == (
        release == "public",
        release == "public",
    )

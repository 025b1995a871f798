"""Before a request is sent, what may answer it is shown, and counted without knowing anybody."""

import re

import pytest

import build
import documents
from opendata_hub.domain.people.roles import Grant, Role

BEFORE = "/{}/requests/before"
HEAD = (Grant(Role.HEAD, "commune-exemple"),)
OFFICER = (Grant(Role.OFFICER, "commune-exemple"),)


def look(client, language="fr", **typed):
    form = {**build.opened(client), **build.typed(**typed)}
    return client.post(BEFORE.format(language), data=form)


def carried(page):
    """What the page sends on, as a browser reads it."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(fields)


def numbers(client, key):
    page = client.get("/fr/filing", headers=key).text
    return re.findall(r"<td>([\d\s]+)</td>", page)


@pytest.mark.parametrize(
    ("language", "subject", "slug"),
    [
        ("fr", "Subventions aux associations", "demo-association-subsidies"),
        ("ar", "إعانات الجمعيات", "demo-association-subsidies"),
        ("ar", "Les pétitions des citoyens", "demo-petitions"),
    ],
)
def test_what_is_published_is_found_in_whatever_language_it_is_asked_for(
    demo_client, language, subject, slug
):
    page = look(demo_client, language, subject=subject, text=subject)
    assert page.status_code == 200
    assert f"/{language}/requests/suggested/dataset/{slug}?at=commune-exemple" in page.text
    assert "set-cookie" not in page.headers


def test_what_the_law_wants_published_is_named_even_where_nobody_has_published_it(client):
    page = look(client, subject="Subventions aux associations", text="La liste")
    assert "/fr/requests/suggested/duty/association-subsidies" in page.text
    assert "annuel" in page.text
    assert "/suggested/dataset/" not in page.text


def test_an_earlier_answer_is_found_by_the_words_of_its_subject(hub, client):
    officer = build.token(hub, "officer", grants=OFFICER)
    made = client.post(
        "/api/v1/requests", json=build.filing(subject="Entretien des fontaines publiques")
    ).json()
    words = {"subject": "Entretien des fontaines", "text": "Combien de fois par an ?"}
    assert "/suggested/answer/" not in look(client, **words).text
    case = f"/api/v1/desk/requests/{made['reference']}"
    day = client.get(case, headers=officer).json()["events"][0]["happened_on"]
    act = {"act": "grant", "happened_on": day, "after": 1}
    client.post(f"{case}/events", json=act, headers=officer)
    assert f"/suggested/answer/{made['reference']}" in look(client, **words).text


def test_a_request_goes_on_from_there_with_all_that_was_typed(hub, demo_client):
    page = look(
        demo_client, subject="Subventions aux associations", text="Ligne 1\nLigne <2>",
        urgent="yes", urgency="Une vie", access="post",
    ).text  # fmt: skip
    sent = {**carried(page), "text": "Ligne 1\nLigne <2>"}
    assert sent["shown"] == "yes"
    again = demo_client.post(BEFORE.format("fr"), data={**sent, "step": "again"})
    assert 'value="post" selected' in again.text
    pdf = [("files", ("plan.pdf", documents.pdf(), "application/pdf"))]
    filed = demo_client.post("/fr/requests/new", data=sent, files=pdf)
    assert filed.status_code == 303
    key = build.token(hub, "officer", grants=OFFICER)
    case = demo_client.get("/api/v1/desk/requests/AI-2026-000001", headers=key).json()
    assert (case["text"], case["urgent"]) == ("Ligne 1\nLigne <2>", True)


def test_a_bad_file_brings_back_the_page_it_was_chosen_on(demo_client):
    sent = carried(look(demo_client, subject="Subventions aux associations").text)
    bad = [("files", ("virus.pdf", b"MZ\x90", "application/pdf"))]
    answer = demo_client.post("/fr/requests/new", data=sent, files=bad)
    assert answer.status_code == 422
    assert 'href="#files"' in answer.text
    assert carried(answer.text)["subject"] == "Subventions aux associations"


def test_a_fault_of_the_form_is_told_before_anything_is_looked_for(client):
    answer = look(client, email="no address")
    assert (answer.status_code, 'href="#email"' in answer.text) == (422, True)


def test_shown_opened_and_filed_after_are_counted_and_nobody_is(hub, demo_client):
    officer = build.token(hub, "officer", grants=OFFICER)
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.OFFICER, "another"),))
    assert "Rien n’a encore été proposé" in demo_client.get("/fr/filing", headers=officer).text
    pages = [look(demo_client, subject="Subventions aux associations").text for _ in range(3)]
    led = demo_client.get(
        "/fr/requests/suggested/dataset/demo-association-subsidies?at=commune-exemple"
    )
    assert (led.status_code, led.headers["location"]) == (
        303, "/fr/datasets/demo-association-subsidies",
    )  # fmt: skip
    duty = demo_client.get("/ar/requests/suggested/duty/association-subsidies")
    assert demo_client.get(duty.headers["location"]).status_code == 200
    demo_client.post("/fr/requests/new", data=carried(pages[0]))
    demo_client.post("/fr/requests/new", data=carried(pages[0]))
    assert numbers(demo_client, officer) == ["3", "2", "1", "2"]
    assert numbers(demo_client, elsewhere) == []
    for wrong in ("dataset/%2F%2Fevil.example", "other/x", "duty/none"):
        assert demo_client.get(f"/fr/requests/suggested/{wrong}").status_code == 404


def test_a_word_that_says_nothing_finds_nothing(demo_client):
    page = look(demo_client, subject="Xyzzy", text="Plugh").text
    assert "/suggested/" not in page
    assert carried(page)["shown"] == ""

"""An officer works at the desk with a browser: queue, case, act, and what stands in the way."""

import re

import pytest

import build
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.requests.acts import Act, State
from opendata_hub.web.languages import HERE

OWN = "commune-exemple"


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=(Grant(Role.OFFICER, OWN),))


@pytest.fixture
def reference(client):
    return client.post("/api/v1/requests", json=build.filing()).json()["reference"]


def acts_offered(html):
    return re.findall(r'<option value="([a-z_]+)"', html.split('id="act"')[1].split("</select>")[0])


def form(client, officer, reference, **typed):
    html = client.get(f"/fr/desk/{reference}", headers=officer).text
    day = re.search(r'name="day"[^>]* value="([^"]+)"', html)[1]
    after = re.search(r'name="after" value="(\d+)"', html)[1]
    return {"act": "", "day": day, "after": after, "ground": "", "reasons": "", **typed}


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_queue_leads_to_the_case(client, officer, reference, language):
    queue = client.get(f"/{language}/desk", headers=officer)
    assert f'href="/{language}/desk/{reference}"' in queue.text
    case = client.get(f"/{language}/desk/{reference}", headers=officer)
    assert case.headers["cache-control"] == queue.headers["cache-control"] == "no-store"
    assert {"grant", "refuse", "extend"} <= set(acts_offered(case.text))
    assert "head_decides" not in acts_offered(case.text)
    assert "Fictive" not in case.text


def test_an_act_is_done_and_the_queue_is_empty(client, officer, reference):
    sent = form(client, officer, reference, act="grant")
    answer = client.post(f"/fr/desk/{reference}", data=sent, headers=officer)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/fr/desk/{reference}")
    assert "Aucune demande n’attend ici." in client.get("/fr/desk", headers=officer).text
    assert reference in client.get("/fr/desk?show=closed", headers=officer).text


def test_on_a_fault_nothing_is_done_and_nothing_is_lost(client, officer, reference):
    sent = form(client, officer, reference, act="refuse", reasons="Motifs\r\ndétaillés")
    answer = client.post(f"/fr/desk/{reference}", data=sent, headers=officer)
    assert answer.status_code == 409
    assert "Motifs\r\ndétaillés</textarea>" in answer.text
    assert '<option value="refuse" selected>' in answer.text
    assert '<a href="#ground">' in answer.text
    for wrong in ({"day": "x"}, {"act": "x"}, {"after": ""}, {"day": "2999-01-01"}):
        answer = client.post(f"/fr/desk/{reference}", data={**sent, **wrong}, headers=officer)
        assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)


def test_the_second_officer_reads_what_the_first_has_done(client, officer, reference):
    sent = form(client, officer, reference, act="grant")
    client.post(f"/ar/desk/{reference}", data={**sent, "act": "acknowledge"}, headers=officer)
    answer = client.post(f"/ar/desk/{reference}", data=sent, headers=officer)
    assert (answer.status_code, "تدخل شخص آخر" in answer.text) == (409, True)


def test_an_auditor_reads_and_is_offered_nothing(hub, client, reference):
    auditor = build.token(hub, "auditor", grants=(Grant(Role.AUDITOR),))
    case = client.get(f"/fr/desk/{reference}", headers=auditor).text
    assert (reference in case, 'id="act"' in case) == (True, False)
    assert client.post(f"/fr/desk/{reference}", headers=auditor).status_code == 403


def test_who_may_not_does_not_learn_what_there_is(hub, client, reference):
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.OFFICER, "another"),))
    assert client.get(f"/fr/desk/{reference}", headers=elsewhere).status_code == 404
    assert reference not in client.get("/fr/desk", headers=elsewhere).text


def test_every_act_and_state_has_a_name():
    names = (HERE / "templates" / "_acts.html").read_text(encoding="utf-8")
    assert [each for each in (*Act, *State) if f'"{each}": _(' not in names] == []


def test_a_queue_is_narrowed_and_its_tabs_keep_what_was_chosen(client, officer, reference):
    page = client.get("/fr/desk?show=later&state=received", headers=officer).text
    assert reference in page
    assert 'href="?show=late&amp;state=received"' in page
    for narrower in ("show=late", "state=answered", "show=closed", "authority=another"):
        assert reference not in client.get(f"/fr/desk?{narrower}", headers=officer).text
    assert client.get("/fr/desk?state=x", headers=officer).status_code == 422


def test_a_queue_shows_what_one_of_the_colleagues_works_on(client, hub, officer, reference):
    role = (Grant(Role.OFFICER, OWN),)
    own = build.person(hub, "a@hub.example", name="Agent Fictif", grants=role)
    other = build.person(hub, "b@hub.example", name="Collègue Fictive", grants=role)
    page = client.get("/fr/desk", headers=officer).text
    choices = page.split('id="hands"')[1].split("</select>")[0]
    assert f'<option value="{own}">Agent Fictif</option>' in choices
    body = {"references": [reference], "officer": other}
    assert client.post("/api/v1/desk/assignments", json=body, headers=officer).status_code == 201
    shown = client.get(f"/fr/desk?hands={other}", headers=officer).text
    assert f'<option value="{other}" selected>' in shown
    assert reference in shown
    assert reference not in client.get(f"/fr/desk?hands={own}", headers=officer).text
    assert client.get("/fr/desk?hands=somebody", headers=officer).status_code == 422

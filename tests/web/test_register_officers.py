"""Officers take over an old register with a browser, and fetch the yearly report."""

import pytest

import build
from opendata_hub.domain.people.roles import Grant, Role

OWN = "commune-exemple"
PAGE = "/fr/old-registers"
SOUND = """N°,Reçue le,Objet,Nom,Suite,Date de réponse
1,2024-01-05,Budget,Fictive,satisfaite,2024-01-20
"""
BROKEN = f"{SOUND}2,hier,Budget,Fictive,satisfaite,2024-01-20\n"


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=(Grant(Role.OFFICER, OWN),))


def send(client, key, content, *, name="old.csv", **fields):
    files = {"file": (name, content.encode(), "text/csv")}
    return client.post(PAGE, data={"authority": OWN, **fields}, files=files, headers=key)


def test_a_file_is_checked_then_taken_over_then_known(client, officer):
    assert "Nom de" not in client.get(PAGE, headers=officer).text
    checked = send(client, officer, SOUND)
    assert (checked.status_code, "Rien n’a été repris" in checked.text) == (200, True)
    assert client.get("/api/v1/register").json()["requests"] == []
    taken = send(client, officer, SOUND, act="import")
    assert "Le registre a été repris" in taken.text
    assert "/fr/register/AI-2024-000001" in taken.text
    assert "Fictive" not in taken.text
    assert "Déjà présente" in send(client, officer, SOUND, act="import").text
    (only,) = client.get("/api/v1/register?imported=true").json()["requests"]
    assert (only["channel"], only["received_on"]) == ("import", "2024-01-05")
    assert client.get("/fr/register/AI-2024-000001").status_code == 200
    assert "Anciens registres" in client.get("/fr/statistics").text


def test_a_refused_row_is_told_with_its_column_and_keeps_out_the_file(client, officer):
    answer = send(client, officer, BROKEN, act="import")
    assert "Ce n’est pas une date" in answer.text
    assert "Rien n’a été repris" in answer.text
    assert send(client, officer, BROKEN, act="import", only_sound="true").status_code == 200
    assert len(client.get("/api/v1/register").json()["requests"]) == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [("", "x.csv"), ("a,b\n1,2\n", "x.csv"), ("x", "x.exe"), ("PK\x03\x04", "x.xlsx")],
)
def test_what_is_no_register_is_refused_and_no_failure(client, officer, content, name):
    answer = send(client, officer, content, name=name, act="import")
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


def test_nobody_takes_over_a_register_of_another_body(hub, client):
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.OFFICER, "another"),))
    assert send(client, elsewhere, SOUND, act="import").status_code == 403
    assert send(client, {}, SOUND).status_code in {303, 401}
    assert client.get("/api/v1/register").json()["requests"] == []


def test_the_yearly_report_is_fetched_in_both_languages(hub, client, officer):
    send(client, officer, SOUND, act="import")
    asked = f"?year=2024&authority={OWN}"
    for language in ("fr", "ar"):
        answer = client.get(f"/fr/statistics/report.pdf{asked}&lang={language}", headers=officer)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    table = client.get(f"/fr/statistics/report.csv{asked}", headers=officer)
    assert "التقرير السنوي" in table.text
    for wrong in ("report.pdf", "report.txt?year=2024"):
        assert client.get(f"/fr/statistics/{wrong}", headers=officer).status_code == 422
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.OFFICER, "another"),))
    assert client.get(f"/fr/statistics/report.pdf{asked}", headers=elsewhere).status_code == 403


def test_a_register_of_a_megabyte_comes_in(client, officer):
    large = SOUND + f"\n{'x' * 200},2024-01-05,Budget,,," * 5000
    answer = send(client, officer, large, act="import")
    assert (answer.status_code, "Rien n’a été repris" in answer.text) == (200, True)

"""A region with its communes behind one address: each has its page, its door, its own people."""

import struct
import zlib

import pytest

import build
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.people.roles import OPERATOR, Grant, Role
from opendata_hub.flows.authorities.edit import edit, set_logo

REGION = build.authority("region-fictive", type="RegionalAuthority", territory="hcp:04")
COMMUNES = [
    build.authority(f"commune-{name}", parent="region-fictive", units=(build.unit("urbanisme"),))
    for name in ("nord", "sud", "est")
]
ADMINISTRATOR = (Grant(Role.ADMINISTRATOR),)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def chunk(kind, content):
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)


@pytest.fixture
def region(hub):
    return build.with_authorities(hub, REGION, *COMMUNES)


def key(hub, role, authority, unit=""):
    name = f"{role} {authority} {unit}"
    return build.token(hub, name, grants=(Grant(role, authority, unit),))


def give_logo(hub, name, content):
    with hub.writing() as session:
        set_logo(session, hub.frame, hub.files, name, content, by=OPERATOR, now=build.NOW)


def test_an_administrator_adds_an_authority_and_every_door_knows_it(hub, client):
    keys = build.token(hub, "administrator", grants=ADMINISTRATOR)
    body = {"id": "commune-nord", "name": build.texts("Nord"), "territory": "hcp:04"}
    made = client.post("/api/v1/authorities", json=body, headers=keys)
    assert made.status_code == 201
    assert made.json() == client.get("/api/v1/authorities/commune-nord").json()
    assert (made.json()["prefix"], made.json()["law"]) == ("COMMUNENORD", "ma/31-13")
    assert client.get("/fr/publishers/commune-nord").status_code == 200
    again = client.post("/api/v1/authorities", json=body, headers=keys)
    assert (again.status_code, again.json()["code"]) == (409, "authority-taken")
    wrong = client.post("/api/v1/authorities", json={**body, "id": "B"}, headers=keys)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize("role", [Role.HEAD, Role.STEWARD, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_of_one_authority_adds_another(hub, client, role):
    body = {"id": "commune-nord", "name": build.texts("Nord")}
    keys = key(hub, role, "commune-exemple")
    assert client.post("/api/v1/authorities", json=body, headers=keys).status_code == 403
    assert client.post("/api/v1/authorities", json=body).status_code == 401


@pytest.mark.usefixtures("region")
def test_authorities_are_listed_page_by_page_and_by_parent(client):
    first = client.get("/api/v1/authorities?parent=region-fictive&limit=2").json()
    assert (first["total"], first["following"]) == (3, "commune-nord")
    second = client.get("/api/v1/authorities?parent=region-fictive&limit=2&after=commune-nord")
    assert [each["id"] for each in second.json()["results"]] == ["commune-sud"]
    assert second.json()["following"] is None


def test_a_server_sees_what_a_command_beside_it_has_added(hub, client):
    assert client.get("/fr/publishers/commune-nord").status_code == 404
    beside = open_hub(hub.settings)
    build.with_authorities(beside, build.authority())
    assert client.get("/fr/publishers/commune-nord").status_code == 200
    filed = client.post("/api/v1/requests", json=build.filing(authority="commune-nord"))
    assert filed.json()["reference"].startswith("COMMUNENORD-")
    beside.engine.dispose()


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_page_of_an_authority_shows_what_it_is(region, client, language):
    give_logo(region, "commune-nord", SVG)
    page = client.get(f"/{language}/publishers/commune-nord").text
    assert f"commune-nord {language}" in page
    assert "/publishers/commune-nord/logo?v=" in page
    assert f'href="/{language}/publishers/region-fictive"' in page
    assert f'href="/{language}/authorities/commune-nord/requests/new"' in page
    assert f"urbanisme {language}" in page
    whole = client.get(f"/{language}/publishers/region-fictive").text
    assert whole.count('href="/' + language + "/publishers/commune-") == 3
    assert ("جهة" in whole or "Rabat" in whole) or language == "ar"


@pytest.mark.usefixtures("region")
def test_the_record_of_an_authority_says_where_it_is(client):
    answer = client.get("/publishers/region-fictive", headers={"Accept": "text/turtle"}).text
    assert "dct:spatial" in answer
    assert "Rabat-Salé-Kénitra" in answer
    assert "foaf:homepage" in answer


@pytest.mark.usefixtures("region")
def test_a_form_is_of_its_authority_and_files_there(client):
    address = "/fr/authorities/commune-sud/requests/new"
    form = client.get(address).text
    assert f'action="{address.replace("new", "before")}"' in form
    assert "commune-sud fr" in form
    assert '<option value="urbanisme">' in form
    fields = {"subject": "Budget", "text": "Annexes", "name": "Personne Fictive",
              "address": "1, rue de l’Exemple", "id_number": "XX000000"}  # fmt: skip
    wrong = build.sent(client, address, {**fields, "subject": "", "unit": "urbanisme"})
    assert wrong.status_code == 422
    assert '<option value="urbanisme" selected>' in wrong.text
    filed = build.sent(client, address, {**fields, "unit": "urbanisme"})
    assert (filed.status_code, "COMMUNESUD-" in filed.text) == (200, True)
    assert "commune-sud fr" in filed.text
    led = client.get("/authorities/commune-sud/requests/new", headers={"Accept-Language": "ar"})
    assert led.headers["location"] == "/ar/authorities/commune-sud/requests/new"
    assert client.get("/fr/authorities/none/requests/new").status_code == 404


def test_officers_and_units_see_the_requests_of_their_own(region, client):
    client.post("/api/v1/requests", json=build.filing(authority="commune-nord"))
    client.post("/api/v1/requests", json=build.filing(authority="commune-nord", unit="urbanisme"))
    client.post("/api/v1/requests", json=build.filing(authority="commune-sud"))

    def shown(*grant):
        return client.get("/api/v1/requests.ics", headers=key(region, *grant)).text.count("UID:")

    assert shown(Role.OFFICER, "commune-nord") == 2
    assert shown(Role.OFFICER, "commune-nord", "urbanisme") == 1
    assert shown(Role.OFFICER, "commune-sud") == 1
    assert shown(Role.OFFICER, "region-fictive") == 0, "a region does not read its communes' cases"


def test_each_steward_publishes_for_their_own(region, client):
    table = {"file": ("petitions.csv", build.sample(region, "petitions"))}
    words = {"family": "petitions", "title": ["fr=Pétitions", "ar=العرائض"]}
    north = key(region, Role.STEWARD, "commune-nord")
    own = client.post(
        "/api/v1/datasets", data={**words, "publisher": "commune-nord"}, files=table, headers=north
    )
    assert own.status_code == 201
    for other in ("commune-sud", "region-fictive"):
        answer = client.post(
            "/api/v1/datasets", data={**words, "publisher": other}, files=table, headers=north
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    found = client.get("/api/v1/datasets?publisher=commune-nord&facet=publisher").json()
    assert found["facets"]["publisher"] == [
        {"value": "commune-nord", "label": "commune-nord fr", "count": 1}
    ]


def test_a_family_that_is_not_its_own_is_refused(region, client):
    with region.writing() as session:
        edit(
            session, region.frame, region.request_laws, "commune-nord",
            {"families": frozenset({"budget-lines"})}, by=OPERATOR, now=build.NOW,
        )  # fmt: skip
    answer = client.post(
        "/api/v1/datasets",
        data={"family": "petitions", "title": "fr=Pétitions", "publisher": "commune-nord"},
        files={"file": ("petitions.csv", build.sample(region, "petitions"))},
        headers=key(region, Role.STEWARD, "commune-nord"),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "family-not-published")
    kept = client.get("/api/v1/submissions/1", headers=build.token(region))
    assert kept.status_code == 404, "nothing was read"


def test_an_officer_closes_the_doors_of_their_own_authority_only(region, client):
    for name in ("commune-nord", "commune-sud"):
        client.post("/api/v1/requests", json=build.filing(authority=name))
    due = client.get("/api/v1/requests.ics", headers=build.token(region)).text
    day = next(line for line in due.splitlines() if line.startswith("DTSTART"))[-8:]
    off = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    closure = {"day": off, "name": build.texts("Moussem"), "source": "Arrêté"}
    north = key(region, Role.OFFICER, "commune-nord")
    for whose in ("commune-sud", ""):
        answer = client.post(
            "/api/v1/calendars/ma/days", json={**closure, "authority": whose}, headers=north
        )
        assert answer.status_code == 403
    answer = client.post(
        "/api/v1/calendars/ma/days", json={**closure, "authority": "commune-nord"}, headers=north
    )
    assert (answer.status_code, answer.json()) == (201, {"recounted": 1})
    elsewhere = client.post(
        "/api/v1/calendars/tn/days", json={**closure, "authority": "commune-nord"}, headers=north
    )
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "invalid-input")


def test_a_request_of_a_closed_authority_is_still_followed(region, client):
    filed = client.post("/api/v1/requests", json=build.filing(authority="commune-nord")).json()
    with region.writing() as session:
        edit(
            session, region.frame, region.request_laws, "commune-nord", {"is_active": False},
            by=OPERATOR, now=build.NOW,
        )  # fmt: skip
    followed = client.get(
        f"/api/v1/requests/{filed['reference']}",
        headers={"X-Tracking-Code": filed["tracking_code"]},
    )
    assert followed.json()["due"] == filed["due"]
    refused = client.post("/api/v1/requests", json=build.filing(authority="commune-nord"))
    assert (refused.status_code, refused.json()["code"]) == (409, "authority-closed")
    page = client.get("/fr/publishers/commune-nord").text
    assert "fermé" in page
    assert "requests/new" not in page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(("content", "kind"), [(SVG, "image/svg+xml"), (PNG, "image/png")])
def test_a_logo_is_kept_for_long_and_can_run_nothing(region, client, content, kind):
    address = "/publishers/commune-nord/logo"
    assert client.get(address).status_code == 404
    give_logo(region, "commune-nord", content)
    plain = client.get(address)
    assert (plain.content, plain.headers["content-type"]) == (content, kind)
    assert plain.headers["cache-control"] == "public, max-age=3600"
    assert "default-src 'none'" in plain.headers["content-security-policy"]
    assert plain.headers["x-content-type-options"] == "nosniff"
    tag = plain.headers["etag"]
    named = client.get(f"{address}?v={tag[1:13]}")
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.usefixtures("region")
def test_what_is_not_there_is_told_with_the_nearest_names(client):
    answer = client.get("/api/v1/authorities/commune-nor")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-publisher")
    assert "commune-nord" in answer.json()["detail"]
    assert len(answer.json()["detail"]) < 300

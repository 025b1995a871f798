"""An account finds its own requests and no other's."""

import re

import pytest

import build
from opendata_hub import clock

LIST = "/fr/account/requests"
MAIL = build.filing()["requester"]["email"]


@pytest.fixture(autouse=True)
def _a_day_with_known_holidays(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW)


@pytest.fixture
def citizen(hub):
    return build.token(hub, "citizen", grants=())


@pytest.fixture
def receipt(client):
    return client.post("/api/v1/requests", json=build.filing()).json()


def claim(client, key, receipt, **changes):
    said = {"reference": receipt["reference"], "tracking_code": receipt["tracking_code"], **changes}
    return client.post(LIST, data=said, headers=key)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_what_is_filed_while_signed_in_is_in_the_list(client, citizen, language):
    assert client.get(f"/{language}/account/requests", headers=citizen).status_code == 200
    made = client.post("/api/v1/requests", json=build.filing(), headers=citizen).json()
    page = client.get(f"/{language}/account/requests", headers=citizen).text
    assert f'href="/{language}/account/requests/{made["reference"]}"' in page
    one = client.get(f"/{language}/account/requests/{made['reference']}", headers=citizen)
    assert "Les annexes du budget" in one.text
    assert one.headers["cache-control"] == "no-store"


def test_a_request_is_added_by_its_code_and_belongs_to_one_account(hub, client, citizen, receipt):
    assert claim(client, citizen, receipt, tracking_code="A").status_code == 404
    led = claim(client, citizen, receipt)
    assert led.headers["location"] == f"{LIST}/{receipt['reference']}"
    assert claim(client, citizen, receipt).status_code == 303
    other = build.token(hub, "other", grants=())
    assert claim(client, other, receipt).status_code == 404
    assert client.get(f"{LIST}/{receipt['reference']}", headers=other).status_code == 404
    assert receipt["reference"] not in client.get(LIST, headers=other).text
    assert client.get(LIST).status_code == 401


def test_its_owner_withdraws_it_once_and_takes_their_data(client, citizen, receipt):
    claim(client, citizen, receipt)
    own = f"{LIST}/{receipt['reference']}"
    data = client.post(f"{own}/data", headers=citizen)
    assert data.json()["requester"]["email"] == MAIL
    assert "Retirer la demande" in client.get(own, headers=citizen).text
    assert client.post(f"{own}/withdraw", headers=citizen).headers["location"] == own
    assert "Retirer la demande" not in client.get(own, headers=citizen).text
    again = client.post(f"{own}/withdraw", headers=citizen)
    assert (again.status_code, "wrong-moment" in again.text) == (409, True)


def test_nobody_else_withdraws_it(hub, client, citizen, receipt):
    claim(client, citizen, receipt)
    other = build.token(hub, "other", grants=())
    for act in ("withdraw", "data"):
        refused = client.post(f"{LIST}/{receipt['reference']}/{act}", headers=other)
        assert refused.status_code in {404, 422}
        assert MAIL not in refused.text


def test_a_list_goes_on_page_by_page(client, citizen, monkeypatch):
    monkeypatch.setattr("opendata_hub.flows.identities.own.ON_A_PAGE", 2)
    monkeypatch.setattr("opendata_hub.web.identities.own_pages.ON_A_PAGE", 2)
    for number in range(3):
        body = build.filing(subject=f"Budget {number}")
        client.post("/api/v1/requests", json=body, headers=citizen)
    first = client.get(LIST, headers=citizen).text
    assert re.findall(r"Budget \d", first) == ["Budget 2", "Budget 1"]
    following = re.search(r'href="\?after=([^"]+)"', first).group(1)
    last = client.get(LIST, params={"after": following}, headers=citizen).text
    assert re.findall(r"Budget \d", last) == ["Budget 0"]

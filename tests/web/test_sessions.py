"""A browser's session: what opens it, what it opens, and when it ends."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

import build
from opendata_hub import clock
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.session import HALFWAY, IDLE, LONGEST, SEEN_EVERY, Proof
from opendata_hub.store.people import accounts, sessions

OFFICER = Grant(Role.OFFICER, "commune-exemple")
OFFICERS_DOOR = "/api/v1/requests.ics"


@pytest.fixture
def at(monkeypatch):
    """Set the clock to so long after NOW."""

    def set_to(after: timedelta = timedelta()) -> None:
        monkeypatch.setattr(clock, "now", lambda: build.NOW + after)

    set_to()
    return set_to


@pytest.fixture
def officer(hub) -> int:
    return build.person(hub, grants=(OFFICER,))


def statuses(client: TestClient, *shown: dict[str, str]) -> list[int]:
    return [client.get(OFFICERS_DOOR, headers=each).status_code for each in shown]


@pytest.mark.usefixtures("at")
def test_a_session_opens_the_roles_that_its_proof_is_good_for(hub, client, officer):
    by_proof = {proof: build.signed_in(hub, officer, proof) for proof in Proof}
    assert dict(zip(by_proof, statuses(client, *by_proof.values()), strict=True)) == {
        Proof.HALF: 401, Proof.PASSWORD: 403, Proof.RECOVERY: 403,
        Proof.CODE: 200, Proof.PROVIDER: 200, Proof.DEMO: 200,
    }  # fmt: skip


@pytest.mark.usefixtures("at")
def test_a_role_that_is_taken_away_is_gone_at_the_next_click(hub, client, officer):
    browser = build.signed_in(hub, officer)
    assert statuses(client, browser) == [200]
    with hub.writing() as session:
        accounts.take(session, officer, OFFICER)
    assert statuses(client, browser) == [403]


@pytest.mark.usefixtures("at")
def test_the_session_of_a_closed_account_opens_nothing(hub, client, officer):
    browser = build.signed_in(hub, officer)
    with hub.writing() as session:
        accounts.disable(session, officer, build.NOW)
    assert statuses(client, browser) == [401]


def test_an_idle_session_ends_and_so_does_a_busy_one(hub, client, officer, at):
    idle, busy = build.signed_in(hub, officer), build.signed_in(hub, officer)
    half = build.signed_in(hub, officer, Proof.HALF)
    step, after = IDLE - timedelta(minutes=1), timedelta()
    while after + step < LONGEST:
        after += step
        at(after)
        assert statuses(client, busy) == [200]
    assert statuses(client, idle) == [401]
    at(LONGEST)
    assert statuses(client, busy) == [401]
    at(HALFWAY)
    with hub.reading() as session:
        digest = build.session_digest(half)
        assert not sessions.holder(session, digest, clock.now(), guarded=())


def test_a_page_is_no_reason_to_write(hub, client, officer, at):
    browser = build.signed_in(hub, officer)
    seen = []
    for after in (timedelta(), SEEN_EVERY - timedelta(seconds=1), SEEN_EVERY):
        at(after)
        assert statuses(client, browser) == [200]
        with hub.reading() as session:
            (found,) = sessions.of_person(session, officer, clock.now())
        seen.append(found.seen_at - build.NOW)
    assert seen == [timedelta(), timedelta(), SEEN_EVERY]


@pytest.mark.usefixtures("at")
def test_what_somebody_is_shown_is_kept_by_no_cache(hub, client, officer):
    browser = build.signed_in(hub, officer)
    for path in ("/fr/", "/fr/datasets/unknown", OFFICERS_DOOR):
        assert client.get(path, headers=browser).headers["cache-control"] == "no-store"
    assert "cache-control" not in client.get("/fr/").headers


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize("cookie", ["", "odh=", "odh=guessed", "odh=é", "__Host-odh=guessed"])
def test_a_cookie_that_opens_nothing_is_a_strangers(client, cookie):
    shown = {"Cookie": cookie.encode()}
    assert statuses(client, shown) == [401]
    assert client.get("/fr/", headers=shown).status_code == 200


@pytest.mark.usefixtures("at")
def test_a_new_session_ends_the_one_the_browser_held(hub, client, officer):
    planted = build.signed_in(hub, officer)
    with hub.writing() as session:
        build.open_session(
            session, officer, Proof.CODE, user_agent="", now=build.NOW,
            instead_of=planted["Cookie"].partition("=")[2],
        )  # fmt: skip
    assert statuses(client, planted) == [401]


@pytest.mark.usefixtures("at")
def test_who_has_shut_roles_is_led_to_open_them_and_nobody_else(hub, client):
    head = build.person(hub, "chef@hub.example", grants=(Grant(Role.HEAD, "commune-exemple"),))
    citizen = build.person(hub, "citoyen@hub.example")
    way = 'href="/fr/account/second-factor"'
    pages = [
        client.get("/fr/people", headers=build.signed_in(hub, person, Proof.PASSWORD))
        for person in (head, citizen)
    ]
    assert [(page.status_code, way in page.text) for page in pages] == [(403, True), (403, False)]
    assert client.get("/fr/people", headers=build.signed_in(hub, head)).status_code == 200

"""Signing in at a real provider of identities, a process of its own on loopback."""

import os
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

import build
from identity_provider import CLIENT, SECRET
from opendata_hub import clock
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.people.one_time_link import LinkKind
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.protection.form_token import form_token
from opendata_hub.domain.secret import link_digest
from opendata_hub.settings import Settings
from opendata_hub.store.people import accounts, links
from opendata_hub.web.app import create_app

pytestmark = pytest.mark.enable_socket

OFFICER = Grant(Role.OFFICER, "commune-exemple")
DOOR = "/api/v1/requests.ics"
READER = {"Accept": "text/html", "Accept-Language": "fr"}
EMAIL = "agent@commune.example"


@pytest.fixture(scope="module")
def port(pytestconfig):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    program = pytestconfig.rootpath / "tests" / "identity_provider.py"
    environment = {**os.environ, "PROVIDER_PORT": str(number)}
    with subprocess.Popen([sys.executable, program], env=environment) as server:
        try:
            for _ in range(200):
                try:
                    httpx2.get(f"http://127.0.0.1:{number}/realm/keys")
                    break
                except httpx2.TransportError:
                    assert server.poll() is None
                    time.sleep(0.05)
            yield number
        finally:
            server.terminate()


@pytest.fixture
def tell(port):
    """Tell the provider what to say; an honest one until then."""

    def told(**what):
        return httpx2.post(f"http://127.0.0.1:{port}/control", json=what).json()

    told()
    return told


@pytest.fixture
def opened(port, tmp_path):
    """Opens a hub with a provider, and a browser at its door."""
    hubs = []

    def make(**settings):
        given = {
            "oidc_issuer": f"http://127.0.0.1:{port}/realm", "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET, "oidc_label": "Identité fictive",
            "oidc_private_network": True, **settings,
        }  # fmt: skip
        hub = open_hub(Settings(home=tmp_path / "var", base_url=build.BASE_URL, **given))
        hubs.append(hub)
        return hub

    yield make
    for each in hubs:
        each.engine.dispose()


@pytest.fixture
def hub(opened, tell):  # noqa: ARG001  (an honest provider at the start)
    return opened()


@pytest.fixture
def browser(hub):
    return TestClient(create_app(hub), base_url=build.BASE_URL, follow_redirects=False)


@pytest.fixture
def officer(hub):
    return build.person(hub, email=EMAIL, grants=(OFFICER,))


def there_and_back(browser):
    """Go to the provider; the address to which it leads back."""
    gone = browser.get("/fr/sign-in/provider")
    assert gone.status_code == 303, gone.text
    at_provider = httpx2.get(gone.headers["location"])
    assert at_provider.status_code == 307, at_provider.text
    return at_provider.headers["location"]


def signed_in(browser):
    return browser.get(there_and_back(browser), headers=READER)


def told_code(answer):
    return answer.text.partition('<code dir="ltr">')[2].partition("<")[0]


@pytest.mark.usefixtures("officer")
def test_a_known_address_signs_in_with_the_roles_of_its_account(browser):
    assert browser.get(DOOR).status_code == 401
    answer = signed_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/account")
    assert browser.get(DOOR).status_code == 200
    given = answer.headers.get_list("set-cookie")
    assert [each.split("=")[0] for each in given] == ["odh", "odh-thread"]
    assert all("HttpOnly" in each and "SameSite=lax" in each for each in given)
    assert "Max-Age=0" in given[1]


@pytest.mark.usefixtures("officer")
def test_a_key_that_was_in_the_browser_before_opens_nothing_afterwards(browser):
    signed_in(browser)
    earlier = browser.cookies["odh"]
    signed_in(browser)
    assert browser.cookies["odh"] != earlier
    thief = TestClient(browser.app, base_url=build.BASE_URL, cookies={"odh": earlier})
    assert thief.get(DOOR).status_code == 401


def test_the_account_stays_theirs_whatever_becomes_of_the_address(hub, browser, officer, tell):
    signed_in(browser)
    tell(claims={"email": None})
    assert signed_in(browser).status_code == 303
    tell(claims={"sub": "subject-2", "email": "other@commune.example"})
    assert told_code(signed_in(browser)) == "no-account"
    with hub.writing() as session:
        accounts.disable(session, officer, build.NOW)
    tell()
    assert told_code(signed_in(browser)) == "no-account"


def invite(hub, **changes):
    given = {"email": EMAIL, "language": "fr", "grants": (OFFICER,), "now": clock.now(), **changes}
    with hub.writing() as session:
        links.add(session, LinkKind.INVITE, sha256=link_digest("key"), salt="salt", **given)


def test_an_invitation_is_taken_up_by_who_has_the_address(hub, browser):
    invite(hub)
    assert signed_in(browser).status_code == 303
    assert browser.get(DOOR).status_code == 200
    with hub.reading() as session:
        account = accounts.by_email(session, EMAIL)
        assert (account.name, account.grants) == ("Agent Fictif", {OFFICER})
        assert links.invitations(session, EMAIL, clock.now()) == []


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": "not an address"},
        {"email": "nobody@commune.example"},
    ],
)
@pytest.mark.usefixtures("officer")
def test_nobody_gets_an_account_by_an_address_that_is_not_verified(browser, tell, claims):
    tell(claims={"sub": "somebody", **claims})
    answer = signed_in(browser)
    assert (answer.status_code, told_code(answer)) == (403, "no-account")
    assert "Vous n’avez pas de compte ici" in answer.text
    assert browser.get(DOOR).status_code == 401


def test_an_account_whose_address_was_never_shown_is_not_found_by_it(hub, browser):
    with hub.writing() as session:
        accounts.add(session, name="X", email=EMAIL, language="fr", now=build.NOW)
    assert told_code(signed_in(browser)) == "no-account"


LONG_AGO = int(time.time()) - 10_000


@pytest.mark.parametrize(
    ("lie", "wrong"),
    [
        ({"claims": {"iss": "http://evil.example"}}, "issuer"),
        ({"claims": {"aud": "another"}}, "audience"),
        ({"claims": {"aud": ["another"]}}, "audience"),
        ({"claims": {"aud": [CLIENT, "another"]}}, "azp"),
        ({"claims": {"azp": "another"}}, "azp"),
        ({"claims": {"nonce": "forged"}}, "nonce"),
        ({"claims": {"nonce": None}}, "nonce"),
        ({"claims": {"nonce": 7}}, "nonce"),
        ({"claims": {"exp": LONG_AGO}}, "time"),
        ({"claims": {"iat": LONG_AGO}}, "time"),
        ({"claims": {"exp": "never"}}, "time"),
        ({"claims": {"iat": None}}, "time"),
        ({"claims": {"iat": 9_999_999_999, "exp": 9_999_999_999}}, "time"),
        ({"claims": {"sub": None}}, "subject"),
        ({"claims": {"sub": ""}}, "subject"),
        ({"claims": {"sub": "x" * 256}}, "subject"),
        ({"forged": True}, "signed"),
        ({"unsigned": True}, "signed"),
        ({"raw": '{"id_token": "x.y.z"}'}, "signed"),
    ],
)
@pytest.mark.usefixtures("officer")
def test_a_token_that_was_not_made_for_this_sign_in_opens_nothing(browser, tell, lie, wrong):
    tell(**lie)
    back = there_and_back(browser)
    answer = browser.get(back)
    assert (answer.status_code, answer.json()["code"]) == (403, "token-forged")
    assert wrong in answer.json()["detail"]
    assert browser.get(DOOR).status_code == 401
    assert parse_qs(urlsplit(back).query)["code"][0] not in answer.text


@pytest.mark.usefixtures("officer")
def test_a_sign_in_that_was_begun_elsewhere_is_not_gone_on_with(browser, monkeypatch):
    back = there_and_back(browser)
    another = TestClient(browser.app, base_url=build.BASE_URL, follow_redirects=False)
    forged = back.replace("state=", "state=x")
    held = browser.cookies["odh-thread"]
    for client, address in ((another, back), (browser, forged), (browser, f"{back}&state=x")):
        answer = client.get(address, headers=READER)
        assert (answer.status_code, told_code(answer)) == (403, "sign-in-lost")
    for odd in ("", "x", "1.fr.x", f"{held}x", held.replace(".fr.", ".ar."), "9" * 5000 + ".fr.x"):
        cookie = {"Cookie": f"odh-thread={odd}"}
        assert another.get(back, headers=cookie).json()["code"] == "sign-in-lost"
    later = clock.now() + build.MINUTE * 11
    monkeypatch.setattr(clock, "now", lambda: later)
    assert told_code(browser.get(back, headers=READER)) == "sign-in-lost"


@pytest.mark.usefixtures("officer")
def test_a_code_is_good_once(browser):
    thread = browser.get("/fr/sign-in/provider")
    back = httpx2.get(thread.headers["location"]).headers["location"]
    kept = browser.cookies["odh-thread"]
    assert browser.get(back).status_code == 303
    again = TestClient(browser.app, base_url=build.BASE_URL, cookies={"odh-thread": kept})
    assert again.get(back).json()["code"] == "provider-refused"


def test_who_breaks_off_or_is_refused_is_told_so(browser, tell):
    tell(error="access_denied")
    answer = signed_in(browser)
    assert (answer.status_code, told_code(answer)) == (403, "provider-refused")
    assert "Vous n’êtes pas connecté" in answer.text


def test_another_provider_that_answers_is_not_listened_to(browser):
    back = there_and_back(browser)
    mixed_up = f"{back.partition('&iss=')[0]}&iss=http%3A%2F%2Fevil.example"
    assert browser.get(mixed_up).json()["code"] == "token-forged"


@pytest.mark.usefixtures("officer")
def test_a_new_key_of_the_provider_is_asked_for_but_not_at_every_call(browser, tell, monkeypatch):
    hand = [1000.0]
    monkeypatch.setattr(clock, "ticks", lambda: hand[0])
    assert signed_in(browser).status_code == 303
    before = tell(new_key=True)
    assert told_code(signed_in(browser)) == "token-forged"
    assert tell() == before
    hand[0] += 61
    assert signed_in(browser).status_code == 303
    assert tell()["keys"] == before["keys"] + 1


@pytest.mark.usefixtures("officer")
def test_a_provider_that_takes_secrets_in_forms_only_gets_them_there(browser, tell):
    tell(method="client_secret_post")
    assert signed_in(browser).status_code == 303


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "http://evil.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": 7},
    ],
)
def test_a_provider_that_is_not_itself_is_not_called(browser, tell, lie):
    tell(**lie)
    answer = browser.get("/fr/sign-in/provider")
    assert (answer.status_code, told_code(answer)) == (502, "provider-failed")
    assert "Le service de connexion ne répond pas" in answer.text


@pytest.mark.parametrize("raw", ["no JSON", "[]", '{"id_token": 7}', "[" * 100_000])
def test_a_provider_that_answers_nonsense_is_told_so(browser, tell, raw):
    tell(raw=raw)
    assert browser.get(there_and_back(browser)).json()["code"] == "provider-failed"


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "https://127.0.0.1:9/x", "oidc_private_network": False},
        {"oidc_issuer": "https://10.0.0.1/x", "oidc_private_network": False},
        {"oidc_issuer": "http://127.0.0.1:9/x"},
    ],
)
def test_a_provider_out_of_reach_stops_nothing_else(opened, settings):
    client = TestClient(create_app(opened(**settings)), base_url=build.BASE_URL)
    assert client.get("/fr/").status_code == 200
    answer = client.get("/sign-in/provider/back")
    assert answer.json()["code"] == "sign-in-lost"
    assert told_code(client.get("/en/sign-in/provider")) == "provider-failed"


def test_without_a_provider_there_are_no_such_pages(opened):
    client = TestClient(create_app(opened(oidc_issuer="")), base_url=build.BASE_URL)
    for path in ("/fr/sign-in/provider", "/sign-in/provider/back", "/fr/signed-out"):
        assert client.get(path).status_code == 404


def test_signing_out_leads_to_the_providers_own(browser):
    page = browser.get("/fr/signed-out")
    link = page.text.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    left = httpx2.get(link)
    assert left.headers["location"] == f"{build.BASE_URL}/fr/signed-out"
    assert "Identité fictive" in page.text


@pytest.mark.usefixtures("officer")
def test_who_came_by_the_provider_signs_out_here_and_is_led_there(hub, browser):
    assert "Se connecter avec Identité fictive" in browser.get("/fr/sign-in").text
    signed_in(browser)
    token = form_token(hub.key, browser.cookies["odh"])
    same_site = {"Sec-Fetch-Site": "same-origin"}
    left = browser.post("/fr/sign-out", data={"form_token": token}, headers=same_site)
    assert (left.status_code, left.headers["location"]) == (303, "/fr/signed-out")
    assert browser.get(DOOR).status_code == 401


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"oidc_issuer": "http://id.example", "oidc_client_id": "hub"}, "https only"),
        ({"oidc_issuer": "https://id.example"}, "CLIENT_ID"),
        ({"oidc_issuer": "id.example", "oidc_client_id": "hub"}, "URL"),
        ({"oidc_issuer": "https://id.example/?x", "oidc_client_id": "hub"}, "issuer"),
    ],
)
def test_a_provider_that_is_half_set_stops_the_start(settings, said):
    with pytest.raises(ValueError, match=said):
        Settings(**settings)


def test_the_secret_of_the_hub_at_the_provider_is_shown_nowhere(hub):
    assert SECRET not in repr(hub.settings)
    assert SECRET not in repr(hub.provider.client)

"""What people do with their accounts, as a browser does it: addresses, forms and cookies."""

import email
import email.policy
import re
from datetime import timedelta

import pytest

import build
from browsing import Browser
from opendata_hub import clock
from opendata_hub.adapters.mail.sending import Post
from opendata_hub.adapters.people.second_factor import code_at
from opendata_hub.domain.people.roles import OPERATOR, Grant, Role
from opendata_hub.flows.people.credentials import second_factor_secret, set_password
from opendata_hub.flows.people.send_link import invite
from opendata_hub.store.people import accounts
from opendata_hub.web.app import create_app

OWN = "commune-exemple"
PASSWORD, OTHER_PASSWORD = "une phrase facile à retenir", "une autre phrase à retenir"
OFFICER = Grant(Role.OFFICER, OWN, "urbanisme")
OFFICERS_DOOR = "/api/v1/requests.ics"


class Time:
    """The clock of the hub, which a test sets."""

    def __init__(self, monkeypatch):
        self.now = build.NOW
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def passes(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def time(monkeypatch):
    return Time(monkeypatch)


@pytest.fixture
def browser(hub, time):  # noqa: ARG001  (the clock is set before)
    """Opens browsers; each has its own cookies."""
    app = create_app(hub)
    return lambda: Browser(app, base_url=build.BASE_URL, follow_redirects=True)


@pytest.fixture
def mail(hub):
    """The mails that were sent to somebody, oldest first."""

    def sent_to(address):
        folder = hub.mailer.folder
        found = [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in sorted(folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
        ]
        return [each for each in found if each["To"] == address]

    return sent_to


def link_in(message):
    return re.search(r"http://hub\.example(/\S+)", message.get_content()).group(1)


def account_with_password(hub, address, *grants, is_demo=False):
    person = build.person(hub, address, grants=grants)
    with hub.writing() as session:
        kept = hub.passwords.hashed(PASSWORD)
        account = accounts.get(session, person)
        set_password(session, account, kept, is_demo=is_demo, now=build.NOW)
    return person


def sign_in(client, address, password=PASSWORD, **more):
    return client.post("/fr/sign-in", data={"email": address, "password": password, **more})


def secret_of(hub, person):
    with hub.reading() as session:
        return second_factor_secret(session, person, hub.key)


def with_second_factor(client, hub, person, time):
    """Set it up in the pages; returns the recovery codes."""
    client.post("/fr/account/second-factor")
    code = code_at(secret_of(hub, person), time.now)
    shown = client.post(
        "/fr/account/second-factor/confirm", data={"code": code, "password": PASSWORD}
    )
    return re.findall(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}", shown.text)


def test_an_officer_is_invited_chooses_a_password_and_sets_up_a_second_factor(
    hub, browser, mail, time
):
    account_with_password(hub, "chef@hub.example", Grant(Role.HEAD, OWN), is_demo=True)
    head, officer = browser(), browser()
    assert sign_in(head, "chef@hub.example").url.path == "/fr/account"
    invitation = {
        "email": "Chargee+Hub@hub.example", "name": "Chargée Fictive", "role": "officer",
        "authority": OWN, "unit": "urbanisme", "speaks": "ar",
    }  # fmt: skip
    assert head.post("/fr/people", data=invitation).status_code == 200

    (letter,) = mail("chargee+hub@hub.example")
    address = link_in(letter)
    assert address.startswith("/ar/account/links/")
    for _ in range(2):  # scanners of mail look at links
        assert officer.get(address).status_code == 200
    weak = officer.post(address, data={"name": "Chargée Fictive", "new_password": "court"})
    assert (weak.status_code, 'href="#new_password"' in weak.text) == (422, True)
    chosen = officer.post(address, data={"name": "Chargée Fictive", "new_password": PASSWORD})
    assert chosen.url.path == "/ar/account/second-factor"
    assert officer.get(OFFICERS_DOOR).status_code == 403
    assert officer.post(address, data={"new_password": OTHER_PASSWORD}).status_code == 422

    with hub.reading() as session:
        person = accounts.by_email(session, "chargee+hub@hub.example")
    assert person.grants == {OFFICER}
    before = dict(officer.cookies)
    codes = with_second_factor(officer, hub, person.id, time)
    assert len(set(codes)) == 10
    assert dict(officer.cookies) != before
    assert officer.get(OFFICERS_DOOR).status_code == 200
    assert [each["Subject"].split(" – ")[0] for each in mail("chargee+hub@hub.example")] == [
        "دعوة", "فُعِّل تسجيل الدخول على مرحلتين",
    ]  # fmt: skip


def test_an_officer_signs_in_by_a_code_loses_the_phone_and_recovers(hub, browser, mail, time):
    person = account_with_password(hub, "chargee@hub.example", OFFICER)
    officer = browser()
    sign_in(officer, "chargee@hub.example")
    codes = with_second_factor(officer, hub, person, time)

    elsewhere, taken_before = browser(), code_at(secret_of(hub, person), time.now)
    asked = sign_in(elsewhere, "chargee@hub.example", next="/fr/deadlines?law=ma/31-13")
    assert asked.url.path == "/fr/sign-in/code"
    assert elsewhere.get("/fr/account").status_code == 401
    replayed = elsewhere.post("/fr/sign-in/code", data={"code": taken_before})
    assert (replayed.status_code, "wrong-code" in replayed.text) == (422, True)
    time.passes(seconds=30)
    going_on = re.search(r'name="next" value="([^"]*)"', asked.text).group(1)
    fresh = code_at(secret_of(hub, person), time.now)
    entered = elsewhere.post("/fr/sign-in/code", data={"code": fresh, "next": going_on})
    assert str(entered.url) == f"{build.BASE_URL}/fr/deadlines?law=ma/31-13"

    lost = browser()
    sign_in(lost, "chargee@hub.example")
    assert lost.post("/fr/sign-in/recovery", data={"code": "WRONG"}).status_code == 422
    recovered = lost.post("/fr/sign-in/recovery", data={"code": codes[0].lower()})
    assert recovered.url.path == "/fr/account/second-factor"
    assert elsewhere.get("/fr/account").status_code == 401
    assert lost.get(OFFICERS_DOOR).status_code == 403
    assert mail("chargee@hub.example")[-1]["Subject"].startswith("Un code de secours")
    time.passes(seconds=30)
    renewed = with_second_factor(lost, hub, person, time)
    assert lost.get(OFFICERS_DOOR).status_code == 200
    assert not set(renewed) & set(codes)

    again = browser()
    sign_in(again, "chargee@hub.example")
    assert again.post("/fr/sign-in/recovery", data={"code": codes[0]}).status_code == 422
    assert again.post("/fr/sign-in/recovery", data={"code": codes[1]}).status_code == 422


def test_a_citizen_opens_an_account_and_forgets_the_password(hub, browser, mail, time):
    client = browser()
    typed = {"name": "Citoyenne Fictive", "email": "Citoyenne@Exämple.example"}
    written = client.post("/fr/account/new", data=typed)
    address = "citoyenne@xn--exmple-cua.example"
    assert (written.status_code, address in written.text) == (200, True)
    with hub.reading() as session:
        assert accounts.by_email(session, address) is None
    link = link_in(mail(address)[0])
    entered = client.post(link, data={"name": "Citoyenne Fictive", "new_password": PASSWORD})
    assert entered.url.path == "/fr/account"
    assert "Citoyenne Fictive" in client.get("/fr/").text

    client.post("/fr/account/new", data=typed)
    assert "déjà un compte" in mail(address)[-1]["Subject"]

    other = browser()
    known = other.post("/fr/account/reset", data={"email": address})
    unknown = other.post("/fr/account/reset", data={"email": "autre@hub.example"})
    assert known.text.replace(address, "") == unknown.text.replace("autre@hub.example", "")
    assert mail("autre@hub.example") == []
    first = link_in(mail(address)[-1])
    other.post("/fr/account/reset", data={"email": address})
    second = link_in(mail(address)[-1])
    assert other.get(first).status_code == 404
    other.post(second, data={"new_password": OTHER_PASSWORD})
    assert other.get("/fr/account").status_code == 200
    assert client.get("/fr/account").status_code == 401
    assert sign_in(browser(), address).status_code == 401
    assert sign_in(browser(), address, OTHER_PASSWORD).status_code == 200

    other.post("/fr/account/reset", data={"email": address})
    third = link_in(mail(address)[-1])
    time.passes(hours=1)
    assert other.post(third, data={"new_password": PASSWORD}).status_code == 422


def test_an_account_is_changed_only_with_its_password(hub, browser, mail):
    account_with_password(hub, "a@hub.example")
    account_with_password(hub, "pris@hub.example")
    client, other = browser(), browser()
    sign_in(client, "a@hub.example")
    sign_in(other, "a@hub.example")
    for path, fields in (
        ("password", {"new_password": OTHER_PASSWORD}),
        ("email", {"email": "b@hub.example"}),
        ("second-factor/confirm", {"code": "000000"}),
        ("second-factor/off", {}),
        ("recovery-codes", {}),
        ("tokens", {"name": "programme", "days": "30"}),
    ):
        refused = client.post(f"/fr/account/{path}", data={**fields, "password": "fausse"})
        assert (refused.status_code, "wrong-password" in refused.text) == (422, True), path

    right = {"password": PASSWORD}
    before = dict(client.cookies)
    client.post("/fr/account/password", data={**right, "new_password": OTHER_PASSWORD})
    assert dict(client.cookies) != before
    assert client.get("/fr/account").status_code == 200
    assert other.get("/fr/account").status_code == 401
    assert "mot de passe a changé" in mail("a@hub.example")[-1]["Subject"]

    right = {"password": OTHER_PASSWORD}
    client.post("/fr/account/email", data={**right, "email": "pris@hub.example"})
    assert "déjà un compte" in mail("pris@hub.example")[-1]["Subject"]
    client.post("/fr/account/email", data={**right, "email": "b@hub.example"})
    client.post(link_in(mail("b@hub.example")[-1]))
    assert "adresse de votre compte a changé" in mail("a@hub.example")[-1]["Subject"]
    assert sign_in(browser(), "a@hub.example", OTHER_PASSWORD).status_code == 401
    assert sign_in(browser(), "b@hub.example", OTHER_PASSWORD).status_code == 200


def test_sessions_are_shown_and_closed_one_by_one_or_all_others(hub, browser):
    account_with_password(hub, "a@hub.example")
    stranger = account_with_password(hub, "b@hub.example")
    first, second, third, foreign = browser(), browser(), browser(), browser()
    for each in (first, second, third):
        sign_in(each, "a@hub.example")
    sign_in(foreign, "b@hub.example")
    numbers = re.findall(r'name="number" value="(\d+)"', first.get("/fr/account").text)
    assert len(numbers) == 2
    theirs = build.signed_in(hub, stranger)
    for number in (numbers[-1], "999", "x"):
        first.post("/fr/account/sessions", data={"number": number})
    assert [each.get("/fr/account").status_code for each in (second, third)].count(401) == 1
    foreign.post("/fr/account/sessions", data={"number": numbers[0]})
    first.post("/fr/account/sessions", data={"number": "others"})
    assert [each.get("/fr/account").status_code for each in (first, second, third)] == [
        200, 401, 401,
    ]  # fmt: skip
    assert browser().get("/fr/account", headers=theirs).status_code == 200


def test_a_program_gets_a_key_that_dies_with_its_account(hub, browser):
    account_with_password(hub, "chargee@hub.example", OFFICER, is_demo=True)
    account_with_password(hub, "chef@hub.example", Grant(Role.ADMINISTRATOR), is_demo=True)
    officer, head = browser(), browser()
    sign_in(officer, "chargee@hub.example")
    sign_in(head, "chef@hub.example")

    def made(name, **limits):
        fields = {"name": name, "days": "30", "password": PASSWORD, **limits}
        shown = officer.post("/fr/account/tokens", data=fields)
        key = re.search(r"odh_[\w-]+", shown.text).group()
        return {"Authorization": f"Bearer {key}"}

    whole, limited = made("agenda"), made("autre", only=["publish"])
    program = browser()
    assert program.get(OFFICERS_DOOR, headers=whole).status_code == 200
    assert program.get(OFFICERS_DOOR, headers=limited).status_code == 403
    assert program.get("/fr/account", headers=whole).status_code == 403
    officer.post("/fr/account/tokens/revoke", data={"name": "chargee@hub.example: autre"})
    assert program.get(OFFICERS_DOOR, headers=limited).status_code == 401
    page = officer.get("/fr/account").text
    assert (page.count("chargee@hub.example: a"), "fermé" in page) == (3, True)

    with hub.reading() as session:
        person = accounts.by_email(session, "chargee@hub.example").id
    head.post(f"/fr/people/{person}/state", data={"act": "close"})
    assert program.get(OFFICERS_DOOR, headers=whole).status_code == 401
    assert officer.get("/fr/account").status_code == 401
    assert sign_in(browser(), "chargee@hub.example").status_code == 401
    head.post(f"/fr/people/{person}/state", data={"act": "reopen"})
    assert sign_in(browser(), "chargee@hub.example").status_code == 200


def test_a_role_that_is_taken_away_in_the_middle_of_a_form_counts_at_once(hub, browser):
    chief = account_with_password(hub, "chef@hub.example", Grant(Role.HEAD, OWN), is_demo=True)
    account_with_password(hub, "admin@hub.example", Grant(Role.ADMINISTRATOR), is_demo=True)
    head, administrator = browser(), browser()
    sign_in(head, "chef@hub.example")
    sign_in(administrator, "admin@hub.example")
    assert head.get("/fr/people").status_code == 200
    role = {"act": "take", "role": "head", "authority": OWN, "unit": ""}
    administrator.post(f"/fr/people/{chief}/roles", data=role)
    form = {"email": "x@hub.example", "name": "X Fictif", "role": "officer", "authority": OWN}
    assert head.post("/fr/people", data=form).status_code == 403


def test_a_head_manages_people_of_their_own_body_only(hub, browser, mail):
    chief = account_with_password(hub, "chef@hub.example", Grant(Role.HEAD, OWN), is_demo=True)
    own = build.person(hub, "chargee@hub.example", grants=(OFFICER,), name="Chargée Fictive")
    build.person(hub, "citoyen@hub.example", name="Citoyen Fictif")
    other = build.person(hub, "ailleurs@hub.example", grants=(Grant(Role.OFFICER, "another"),))
    head = browser()
    sign_in(head, "chef@hub.example")
    shown = head.get("/fr/people").text
    assert "chargee@hub.example" in shown
    assert "citoyen@hub.example" not in shown
    assert "ailleurs@hub.example" not in shown
    assert head.get(f"/fr/people/{other}").status_code == 404
    for role, authority in (("administrator", ""), ("auditor", OWN), ("officer", "")):
        fields = {"act": "give", "role": role, "authority": authority}
        assert head.post(f"/fr/people/{own}/roles", data=fields).status_code == 403
        invited = {"email": "x@hub.example", "name": "X Fictif", **fields}
        assert head.post("/fr/people", data=invited).status_code == 403
    assert mail("x@hub.example") == []
    steward = {"role": "steward", "authority": OWN, "unit": ""}
    given = head.post(f"/fr/people/{own}/roles", data={"act": "give", **steward})
    assert given.url.path == f"/fr/people/{own}"
    taken = {"act": "take", "role": "head", "authority": OWN}
    assert head.post(f"/fr/people/{chief}/roles", data=taken).status_code == 422
    for grant in (steward, {"role": "officer", "authority": OWN, "unit": "urbanisme"}):
        last = head.post(f"/fr/people/{own}/roles", data={"act": "take", **grant})
    assert last.url.path == "/fr/people"
    with hub.reading() as session:
        assert accounts.grants(session, own) == frozenset()


def test_an_invitation_dies_with_the_role_of_who_wrote_it(hub, browser, mail):
    chief = account_with_password(hub, "chef@hub.example", Grant(Role.HEAD, OWN), is_demo=True)
    head, invited = browser(), browser()
    sign_in(head, "chef@hub.example")
    form = {"email": "x@hub.example", "name": "X Fictif", "role": "officer", "authority": OWN}
    head.post("/fr/people", data=form)
    with hub.writing() as session:
        accounts.take(session, chief, Grant(Role.HEAD, OWN))
    link = link_in(mail("x@hub.example")[0])
    refused = invited.post(link, data={"name": "X Fictif", "new_password": PASSWORD})
    assert refused.status_code == 422
    with hub.reading() as session:
        assert accounts.by_email(session, "x@hub.example") is None


def test_an_invitation_to_somebody_with_an_account_gives_roles_and_signs_nobody_in(
    hub, browser, mail
):
    person = account_with_password(hub, "a@hub.example")
    with hub.writing() as session:
        invite(
            session, "a@hub.example", [OFFICER],
            by=OPERATOR, name="", language="fr", hub_key=hub.key, now=clock.now(),
        )  # fmt: skip
    hub.send_letters(clock.now())
    client = browser()
    assert client.post(link_in(mail("a@hub.example")[0])).url.path == "/fr/sign-in"
    assert client.get("/fr/account").status_code == 401
    with hub.reading() as session:
        assert accounts.grants(session, person) == {OFFICER}


def test_a_session_that_was_put_into_the_browser_never_comes_to_be_signed_in(hub, browser):
    account_with_password(hub, "a@hub.example")
    attacker = account_with_password(hub, "attaquant@hub.example")
    planted = build.signed_in(hub, attacker)["Cookie"].partition("=")[2]
    victim = browser()
    victim.cookies.set("odh", planted, domain="hub.example", path="/")
    sign_in(victim, "a@hub.example")
    assert planted not in victim.cookies.values()
    shown = {"Cookie": f"odh={planted}"}
    assert browser().get("/fr/account", headers=shown).status_code == 401


def test_an_unknown_address_costs_as_much_as_a_wrong_password(hub, browser, monkeypatch):
    closed = account_with_password(hub, "ferme@hub.example")
    account_with_password(hub, "a@hub.example")
    build.person(hub, "sans@hub.example")
    with hub.writing() as session:
        accounts.disable(session, closed, build.NOW)
    compared = []
    is_right = hub.passwords.is_right
    monkeypatch.setattr(
        type(hub.passwords), "is_right",
        lambda _self, *given: compared.append(given) or is_right(*given),
    )  # fmt: skip
    bodies = set()
    for address in ("a@hub.example", "ferme@hub.example", "sans@hub.example", "x@hub.example", "?"):
        answer = sign_in(browser(), address, "fausse phrase à retenir")
        assert answer.status_code == 401
        bodies.add(answer.text.replace(f'value="{address}"', ""))
    assert len(compared) == 5
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "x"]
)
def test_signing_in_leads_to_this_hub_only(hub, browser, elsewhere):
    account_with_password(hub, "a@hub.example")
    assert str(sign_in(browser(), "a@hub.example", next=elsewhere).url) == (
        f"{build.BASE_URL}/fr/account"
    )


def test_a_stranger_is_led_to_sign_in_and_back(hub, browser):
    account_with_password(hub, "a@hub.example")
    client = browser()
    refused = client.get("/fr/account")
    assert refused.status_code == 401
    assert 'href="/fr/sign-in?next=/fr/account"' in refused.text
    assert 'value="/fr/account"' in client.get("/fr/sign-in?next=/fr/account").text
    assert sign_in(client, "a@hub.example", next="/fr/account").status_code == 200
    assert client.post("/fr/sign-out").url.path == "/fr/"
    assert client.get("/fr/account").status_code == 401
    assert dict(client.cookies) == {}


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_pages_for_people_are_whole_in_every_language(hub, browser, language):
    person = account_with_password(hub, "chef@hub.example", Grant(Role.HEAD, OWN), is_demo=True)
    client = browser()
    sign_in(client, "chef@hub.example")
    client.post("/fr/account/second-factor")
    for path in (
        "sign-in", "account/new", "account/reset", "account", "account/second-factor", "people",
        f"people/{person}", "account/links/unknown",
    ):  # fmt: skip
        page = client.get(f"/{language}/{path}")
        assert f'<html lang="{language}"' in page.text
        assert "style=" not in page.text
        assert "<script" not in page.text
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), path
        labelled = set(re.findall(r'<label for="([^"]+)"', page.text))
        assert labelled <= set(ids)


def test_behind_tls_the_cookie_is_bound_to_the_host(hub, time):  # noqa: ARG001
    account_with_password(hub, "a@hub.example")
    object.__setattr__(hub.frame, "base_url", "https://hub.example")
    client = Browser(create_app(hub), base_url="https://hub.example", follow_redirects=False)
    cookie = sign_in(client, "a@hub.example").headers["set-cookie"]
    assert cookie.startswith("__Host-odh=")
    for flag in ("HttpOnly", "Path=/", "SameSite=lax", "Secure"):
        assert flag in cookie
    assert "Domain" not in cookie
    assert client.get("/fr/account").status_code == 200


def test_letters_that_a_server_does_not_take_are_tried_again(hub, browser, monkeypatch, caplog):
    calls = []

    def away(_self, ready):
        calls.append(ready)
        raise OSError

    monkeypatch.setattr(Post, "send", away)
    browser().post("/fr/account/new", data={"name": "X Fictif", "email": "x@hub.example"})
    assert len(calls) == 1
    assert "x@hub.example" not in caplog.text
    assert hub.send_letters(build.NOW) == 0
    assert len(calls) == 1
    hub.send_letters(build.NOW + timedelta(minutes=1))
    assert len(calls) == 2
    monkeypatch.undo()
    assert hub.send_letters(build.NOW + timedelta(hours=1)) == 1
    assert hub.send_letters(build.NOW + timedelta(hours=9)) == 0


def test_who_gives_wrong_passwords_waits_and_the_owner_does_not(hub, browser, time):
    account_with_password(hub, "agent@hub.example")
    owner = browser()
    sign_in(owner, "agent@hub.example")
    app = owner.app
    thief = Browser(app, base_url=build.BASE_URL, client=("198.51.100.7", 1))
    for _ in range(5):
        assert sign_in(thief, "agent@hub.example", "fausse fausse fausse").status_code == 401
    told = sign_in(thief, "agent@hub.example")
    assert (told.status_code, told.headers["retry-after"]) == (429, "30")
    assert "Trop de tentatives" in told.text
    unknown = [sign_in(thief, "nobody@hub.example", "fausse fausse") for _ in range(6)]
    assert [each.status_code for each in unknown] == [401] * 5 + [429]
    assert sign_in(browser(), "agent@hub.example").url.path == "/fr/account"
    time.passes(seconds=31)
    assert sign_in(thief, "agent@hub.example").url.path == "/fr/account"


def test_a_crowd_of_thieves_has_strange_networks_prove_and_the_owner_comes_by_mail(
    hub, browser, mail
):
    address = "agent@hub.example"
    account_with_password(hub, address)
    app = browser().app
    for number in range(20):
        thief = Browser(app, base_url=build.BASE_URL, client=(f"198.51.100.{number}", 1))
        sign_in(thief, address, "fausse fausse fausse")
    traveller = Browser(app, base_url=build.BASE_URL, client=("203.0.113.9", 1))
    told = sign_in(traveller, address)
    assert (told.status_code, "proof-needed" in told.text) == (401, True)
    traveller.post("/fr/account/reset", data={"email": address})
    traveller.post(link_in(mail(address)[-1]), data={"new_password": OTHER_PASSWORD})
    traveller.post("/fr/sign-out")
    assert sign_in(traveller, address, OTHER_PASSWORD).url.path == "/fr/account"


def test_codes_are_not_guessed_one_after_the_other(hub, browser, time):
    person = account_with_password(hub, "agent@hub.example")
    client = browser()
    sign_in(client, "agent@hub.example")
    with_second_factor(client, hub, person, time)
    thief = Browser(client.app, base_url=build.BASE_URL, client=("198.51.100.7", 1))
    sign_in(thief, "agent@hub.example")
    guesses = [thief.post("/fr/sign-in/code", data={"code": f"00000{n}"}) for n in range(6)]
    assert [each.status_code for each in guesses] == [422] * 5 + [429]
    assert thief.post("/fr/sign-in/recovery", data={"code": "X"}).status_code == 429

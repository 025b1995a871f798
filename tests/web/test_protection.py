"""What is refused before anybody is asked: other sites' pages, other names, bombs, floods."""

import logging
import re
from dataclasses import replace

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

import build
from opendata_hub import clock
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.errors import TooOften
from opendata_hub.domain.protection.form_token import form_token
from opendata_hub.domain.protection.pace import DEFAULTS, Traffic
from opendata_hub.settings import Settings
from opendata_hub.store import engine
from opendata_hub.web.app import create_app
from opendata_hub.web.languages import HERE
from opendata_hub.web.protection import rates
from opendata_hub.web.protection.arrival import Premises, arrived
from opendata_hub.web.protection.cookies import give_key, take_key
from opendata_hub.web.protection.headers import HEADERS, POLICY

FORM = "/fr/requests/new"
COOKIE = {"Cookie": "odh=a-session-of-somebody"}
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def door(hub):
    """Makes a client of the hub with other settings, or from another address."""

    def opened(*, client=("192.0.2.1", 1), base_url=build.BASE_URL, **settings):
        changed = Settings(home=hub.settings.home, base_url=base_url, **settings)
        frame = replace(hub.frame, base_url=base_url)
        app = create_app(replace(hub, settings=changed, frame=frame))
        return TestClient(app, base_url=base_url, client=client, follow_redirects=False)

    return opened


def code_of(answer):
    if answer.headers["content-type"].startswith("text/html"):
        return re.search(r'<code dir="ltr">([a-z-]+)</code>', answer.text)[1]
    return answer.json().get("code")


# -- other sites' pages ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": build.BASE_URL}, False),
        ({"Origin": build.BASE_URL}, True),
        ({"Origin": "null"}, False),
        ({"Origin": "https://hub.example"}, False),
        ({"Origin": f"{build.BASE_URL}.evil.example"}, False),
        ({"Origin": "http://evil.example", "Referer": f"{build.BASE_URL}/fr/"}, False),
        ({"Referer": f"{build.BASE_URL}/fr/requests/new"}, True),
        ({"Referer": "http://evil.example/?http://hub.example/"}, False),
        ({"Referer": "http://[/"}, False),
        ({"Authorization": "Bearer odh_x", "Origin": "http://evil.example"}, True),
        ({"Authorization": "Basic eDp5", "Origin": "http://evil.example"}, False),
        ({"Authorization": "Bearer odh_x", **COOKIE, "Origin": "http://evil.example"}, False),
        (COOKIE, False),
    ],
)
def test_what_changes_something_comes_from_our_pages_or_from_a_program(client, headers, is_let_in):
    answer = client.post("/api/v1/requests", json={}, headers=headers)
    assert (code_of(answer) != "cross-site") == is_let_in
    assert is_let_in or answer.status_code == 403


@pytest.mark.parametrize("written", ["https://HUB.example", "https://hub.example:443"])
def test_the_public_address_is_ours_however_it_is_written(door, written):
    client = door(base_url=written)
    headers = {"Origin": "https://hub.example", "Host": "hub.example"}
    for origin, is_let_in in (("https://hub.example", True), ("http://hub.example", False)):
        answer = client.post("/api/v1/requests", json={}, headers={**headers, "Origin": origin})
        assert (code_of(answer) != "cross-site") == is_let_in


def test_reading_is_not_asked_where_it_comes_from(client):
    answer = client.get("/fr/", headers={"Sec-Fetch-Site": "cross-site", **COOKIE})
    assert answer.status_code == 200


def test_a_reader_is_told_in_their_language_that_another_site_sent_it(client):
    answer = client.post("/ar/requests/new", data={}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "لم يصدر هذا الإرسال عن صفحات هذا الموقع" in answer.text


# -- the token of forms ---------------------------------------------------------------------


def templates():
    return sorted((HERE / "templates").rglob("*.html"))


def test_every_form_that_is_sent_holds_the_token():
    forms = []
    for template in templates():
        text = template.read_text(encoding="utf-8")
        for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
            opened = form.partition(">")[0].lower()
            if "post" in opened:
                forms.append(template.name)
                assert "{{ form_token() }}" in form, template.name
            else:
                assert 'method="get"' in opened, template.name
    assert len(forms) >= 2


def test_a_page_without_a_session_holds_no_token_and_sets_no_cookie(client):
    answer = client.get(FORM)
    assert "form_token" not in answer.text
    assert "set-cookie" not in answer.headers
    assert "Cookie" in answer.headers["vary"]
    again = client.get(FORM)
    moment = r'name="opened" value="[^"]*"'  # when the form was opened, and nobody's own
    assert re.sub(moment, "", again.text) == re.sub(moment, "", answer.text)


def test_a_page_of_a_session_holds_its_token_and_is_kept_by_no_cache(client):
    answer = client.get(FORM, headers=COOKIE)
    token = re.search(r'name="form_token" value="([^"]+)"', answer.text)[1]
    assert answer.headers["cache-control"] == "no-store"
    sent = client.post(FORM, data={"form_token": token}, headers={**COOKIE, **OURS})
    assert sent.status_code == 422  # let in, and told what is missing


def test_somebody_who_is_signed_in_files_a_request_by_the_form(hub, client):
    browser = build.signed_in(hub, build.person(hub))
    page = client.get(FORM, headers=browser)
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)[1]
    words = {
        "subject": "Budget", "text": "Le budget de 2026", "name": "Personne Fictive",
        "address": "1 rue Fictive", "id_number": "XX0000", "email": "",
    }  # fmt: skip
    sent = client.post(FORM, data={**words, "form_token": token}, headers={**browser, **OURS})
    assert sent.status_code == 303
    assert client.post(FORM, data=words, headers={**browser, **OURS}).status_code == 403


@pytest.mark.parametrize("kind", ["form", "file"])
@pytest.mark.parametrize("wrong", ["", "x", "another"])
def test_a_form_of_another_session_is_refused(hub, client, wrong, kind):
    token = form_token(hub.key, "another session") if wrong == "another" else wrong
    files = {"file": ("x.csv", b"x")} if kind == "file" else None
    headers = {**COOKIE, **OURS}
    answer = client.post(FORM, data={"form_token": token}, files=files, headers=headers)
    assert (answer.status_code, code_of(answer)) == (403, "form-expired")
    assert "Ce formulaire n’est plus valable" in answer.text


def test_a_token_sent_as_a_file_is_none(client):
    files = {"form_token": ("x", b"x")}
    answer = client.post(FORM, files=files, headers={**COOKIE, **OURS})
    assert code_of(answer) == "form-expired"


def test_the_secret_is_made_once_and_read_by_its_owner_only(hub):
    kept = hub.settings.home / "secret.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert open_hub(hub.settings).key == hub.key == kept.read_bytes()
    assert repr(hub.key) not in repr(hub)
    given = Settings(home=hub.settings.home, base_url=build.BASE_URL, secret="x" * 32)
    assert open_hub(given).key == b"x" * 32
    with pytest.raises(ValueError, match="32 characters"):
        Settings(secret="x" * 31)


# -- proxies and names ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("hub.example", True),
        ("HUB.example:80", True),
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:9", True),
        ("other.example", True),
        ("hub.example:81", False),
        ("evil.example", False),
        ("hub.example.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("[", False),
        ("", False),
    ],
)
def test_the_hub_answers_to_its_own_names_only(door, host, is_ours):
    answer = door(allowed_hosts="Other.example").get("/catalog.ttl", headers={"Host": host})
    assert answer.status_code == (200 if is_ours else 421)
    assert is_ours or answer.json()["code"] == "wrong-host"
    assert "evil" not in answer.text


def test_a_name_that_was_called_stands_in_no_address(door, monkeypatch):
    # An empty catalogue has changed just now: both are asked in the same second.
    monkeypatch.setattr(clock, "now", lambda: build.NOW)
    plain = door().get("/catalog.jsonld").text
    named = door(allowed_hosts="other.example").get(
        "/catalog.jsonld", headers={"Host": "other.example"}
    )
    assert "other.example" not in named.text
    assert named.text == plain


def scope(client, **headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http", "client": (client, 1), "scheme": "http",
        "headers": [(b"host", b"inside:8000"), *raw],
    }  # fmt: skip


PREMISES = Premises(
    "https://hub.example", proxies=Settings(trusted_proxies="10.0.0.0/8, ::1").proxies
)


@pytest.mark.parametrize(
    ("peer", "told", "caller"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "6.6.6.6, what, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("192.0.2.1", "6.6.6.6", "192.0.2.1"),
        ("127.0.0.1", "6.6.6.6", "127.0.0.1"),
        ("testclient", "6.6.6.6", "testclient"),
    ],
)
def test_a_proxy_of_ours_is_believed_and_nobody_else(peer, told, caller):
    asked = scope(
        peer, x_forwarded_for=told, x_forwarded_proto="https", x_forwarded_host="hub.example"
    )
    seen = arrived(asked, PREMISES)
    assert seen["client"][0] == caller
    is_proxy = PREMISES.trusts(peer)
    assert seen["scheme"] == ("https" if is_proxy else "http")
    assert dict(seen["headers"])[b"host"] == (b"hub.example" if is_proxy else b"inside:8000")


def test_a_name_that_a_proxy_tells_is_one_of_ours_as_well(door):
    proxied = door(client=("10.0.0.1", 1), trusted_proxies="10.0.0.1")
    for told, status in (("hub.example", 200), ("evil.example", 421)):
        answer = proxied.get("/robots.txt", headers={"X-Forwarded-Host": told, "Host": "inside"})
        assert answer.status_code == status


def test_what_is_somebodys_is_kept_by_no_cache_behind_a_proxy_as_well(hub, door):
    browser = build.signed_in(hub, build.person(hub))
    proxied = door(client=("10.0.0.1", 1), trusted_proxies="10.0.0.1")
    for client in (proxied, door()):
        answer = client.get("/fr/", headers={**browser, "X-Forwarded-For": "198.51.100.7"})
        assert answer.headers["cache-control"] == "no-store"
        assert "cache-control" not in client.get("/fr/").headers


@pytest.mark.parametrize("given", ["proxy.example", "10.0.0.1/8", "0.0.0.0/0", "::/0"])
def test_what_is_no_network_of_proxies_stops_the_start(given):
    with pytest.raises(ValueError, match="trusted_proxies"):
        Settings(trusted_proxies=given)


@pytest.mark.parametrize(
    ("base_url", "cookie"),
    [
        ("https://hub.example", "__Host-odh=key; HttpOnly; Path=/; SameSite=lax; Secure"),
        ("http://127.0.0.1:8000", "odh=key; HttpOnly; Path=/; SameSite=lax"),
    ],
)
def test_cookies_go_over_tls_where_the_address_says_so(door, base_url, cookie):
    request = Request({"type": "http", "app": door(base_url=base_url).app, "headers": []})
    answer = Response()
    give_key(request, answer, "key")
    assert answer.headers["set-cookie"] == cookie
    take_key(request, answer)
    assert "Max-Age=0" in answer.headers.getlist("set-cookie")[1]


# -- sizes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        [("Cookie", "x" * 16_385)],
        [("Cookie", "x" * 9000), ("Cookie", "y" * 9000)],
        [(f"X-{number}", "x") for number in range(101)],
        [("X-Long", "x" * 50_000)],
    ],
)
def test_bombs_of_headers_are_refused_by_name(client, headers):
    answer = client.get("/fr/", headers=headers)
    assert (answer.status_code, code_of(answer)) == (431, "headers-too-large")
    assert client.get("/fr/", headers={"Cookie": "x" * 16_384}).status_code == 200


# -- no text --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/fr/datasets/%00", (404, "not-known")),
        ("/api/v1/datasets/a%00b", (404, "not-known")),
        ("/answers/%00/1", (404, "not-known")),
        ("/fr/entities?q=%00", (400, "broken-request")),
        ("/fr/register?q=a%00b", (400, "broken-request")),
        ("/api/v1/datasets?%00=x", (400, "broken-request")),
    ],
)
def test_an_address_with_a_nul_never_reaches_the_store(client, monkeypatch, address, said):
    def asked(*_):
        raise AssertionError("PostgreSQL takes no NUL")

    monkeypatch.setattr(engine, "reading", asked)
    monkeypatch.setattr(engine, "writing", asked)
    answer = client.get(address)
    assert (answer.status_code, code_of(answer)) == said


def test_what_only_looks_like_a_nul_is_text(client):
    assert client.get("/fr/datasets?q=%2500").status_code == 200


# -- how often ------------------------------------------------------------------------------


@pytest.fixture
def ticks(monkeypatch):
    """A clock that stands until a test moves it."""
    clock_hand = [1000.0]
    monkeypatch.setattr(clock, "ticks", lambda: clock_hand[0])
    return clock_hand


def test_who_comes_too_often_is_told_when_to_come_again(door, ticks):
    client = door(rate_limits="follow=2/10m")
    asked = [client.get("/api/v1/requests/AI-2026-000001") for _ in range(3)]
    assert [each.status_code for each in asked] == [401, 401, 429]
    assert (code_of(asked[2]), asked[2].headers["retry-after"]) == ("too-many-requests", "300")
    ticks[0] += 300
    assert client.get("/api/v1/requests/AI-2026-000001").status_code == 401


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Trop de tentatives"), ("ar", "محاولات كثيرة جدا"), ("en", "Too many attempts")],
)
def test_a_reader_is_told_so_in_their_language(door, language, said):
    client = door(rate_limits="file=1/h")
    client.post(f"/{language}/requests/new", data={})
    answer = client.post(f"/{language}/requests/new", data={})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")
    assert said in answer.text


def test_a_flood_is_refused_before_its_key_is_looked_for(door):
    client = door(rate_limits="write=1/h")
    for status in (401, 429):
        answer = client.post("/api/v1/datasets", headers={"Authorization": "Bearer odh_guess"})
        assert answer.status_code == status


def test_harvesters_are_never_told_to_wait(door):
    client = door(rate_limits="read=1/h")
    assert [client.get("/en/").status_code for _ in range(2)] == [200, 429]
    for path in ("/catalog.ttl", "/catalog", "/robots.txt"):
        assert {client.get(path).status_code for _ in range(3)} == {200}


def test_what_is_switched_off_is_not_counted(door):
    client = door(rate_limits="read=off")
    assert {client.get("/api/v1/datasets").status_code for _ in range(5)} == {200}
    assert len(client.app.state.meter) == 0


def test_networks_are_counted_apart_and_a_64_as_one():
    meter = rates.Meter({**DEFAULTS, Traffic.SIGN_IN: rates.Pace(1, 60)})
    meter.count(Traffic.SIGN_IN, "2001:db8::1", 0)
    meter.count(Traffic.SIGN_IN, "2001:db8:0:1::1", 0)
    with pytest.raises(TooOften):
        meter.count(Traffic.SIGN_IN, "2001:db8::2", 0)


def test_the_count_keeps_no_more_callers_than_fit(monkeypatch):
    monkeypatch.setattr(rates, "CALLERS_KEPT", 100)
    meter = rates.Meter(DEFAULTS)
    for number in range(1000):
        meter.count(Traffic.READ, f"192.0.{number // 250}.{number % 250}", 0)
    assert len(meter) == 100


# -- what answers carry ---------------------------------------------------------------------


PATHS = (
    "/fr/", "/fr/none", "/none", "/static/style.css", "/static/none", "/catalog.ttl", "/catalog",
    "/api/v1/datasets", "/api/v1/none", "/api/openapi.json", "/fr/requests/new", "/requests",
    "/fr/datasets", "/fr/deadlines", "/sparql",
)  # fmt: skip


def test_every_answer_carries_what_protects_its_reader(demo_client):
    answers = [demo_client.get(path) for path in PATHS]
    answers += [
        demo_client.post("/api/v1/datasets"),
        demo_client.post("/fr/sign-in", data={"email": "x" * 300_000}),
        demo_client.post("/fr/requests/new", headers={"Origin": "http://evil.example"}),
        demo_client.get("/", headers={"Host": "evil.example"}),
        demo_client.put("/fr/"),
        demo_client.get("/fr/", headers={"Cookie": "x" * 20_000}),
    ]
    assert {answer.status_code for answer in answers} >= {
        200,
        303,
        401,
        403,
        404,
        405,
        413,
        421,
        431,
    }
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.url
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers


def test_tls_only_is_said_where_the_public_address_is_https(door):
    client = door(base_url="https://hub.example")
    for path in PATHS:
        said = client.get(path).headers["strict-transport-security"]
        assert said == "max-age=31536000"


def test_the_policy_lets_only_code_run_that_is_served_from_here():
    assert POLICY.startswith("default-src 'none'; ")
    assert "unsafe" not in POLICY
    assert "script-src 'self';" in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY


@pytest.mark.parametrize("template", templates(), ids=lambda file: file.name)
def test_no_template_holds_code_or_styles(template):
    text = template.read_text(encoding="utf-8")
    tags = re.findall(r"<[a-z][^>]*>", text, re.IGNORECASE)
    for tag in tags:
        assert not re.search(r"\s(style|on[a-z]+|srcdoc)\s*=", tag, re.IGNORECASE), tag
        assert not re.search(r"(javascript|data|vbscript):", tag, re.IGNORECASE), tag
        assert not re.match(r"<(style|iframe|object|embed|base)\b", tag, re.IGNORECASE), tag
        if re.match(r"<script\b", tag, re.IGNORECASE):
            is_data = tag == '<script type="application/ld+json">'  # which no browser runs
            is_ours = re.fullmatch(r'<script type="module" src="/static/[a-z]+\.js">', tag)
            assert is_data or is_ours, tag
        if re.match(r"<link\b[^>]*stylesheet", tag, re.IGNORECASE):
            assert 'href="/static/' in tag


# -- what is never repeated -----------------------------------------------------------------


SECRETS = {
    "token": "odh_SECRETtoken0123456789abcdefghijklmnop",
    "cookie": "SECRETcookie0123456789",
    "code": "SECRT-CODES-ABCDE-FGHJK",
    "password": "SECRETpassword correct horse",
}


def failing(client):
    """Calls that fail, with secrets in every place."""
    token, cookie, code, password = SECRETS.values()
    bearer = {"Authorization": f"Bearer {token}"}
    session = {"Cookie": f"odh={cookie}", **OURS}
    form = {"tracking_code": code, "password": password, "form_token": cookie}
    for headers in (bearer, session, {}, {**bearer, "Host": f"{cookie}.example"}):
        for path in ("/api/v1/requests/AI-2026-000001", "/api/v1/submissions/1", "/api/v1/none"):
            yield client.get(path, headers={**headers, "X-Tracking-Code": code})
            yield client.get(path, params={"tracking_code": code, "token": token}, headers=headers)
        for path in ("/fr/requests/new", "/fr/requests/AI-2026-000001", "/fr/none"):
            yield client.post(path, data=form, headers=headers)
            yield client.post(path, json=form, headers=headers)
            yield client.post(path, content=f"{password}{{", headers=headers)
        yield client.post("/api/v1/requests", json={**form, "law": 7}, headers=headers)
        yield client.post("/api/v1/requests", content=f'{{"{password}', headers=headers)
        yield client.post("/api/v1/datasets", data=form, headers=headers)
        yield client.put("/api/v1/datasets", json=form, headers=headers)
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    yield client.post("/fr/requests/new", content=f"--x\r\n{password}\r\n", headers=broken)
    yield client.get("/fr/", headers={"Cookie": f"odh={cookie * 1000}"})


def test_no_secret_is_repeated_in_an_answer_or_a_log(demo_hub, caplog, monkeypatch):
    client = TestClient(
        create_app(demo_hub), base_url=build.BASE_URL, raise_server_exceptions=False
    )
    caplog.set_level(logging.DEBUG)
    answers = list(failing(client))
    monkeypatch.setattr(type(demo_hub.engine), "connect", lambda _: 1 / 0)
    answers += failing(client)
    # What is wrong is told before anything is written; this one has to be.
    answers.append(client.post("/fr/requests/AI-2026-000001/code", headers=OURS))
    assert {401, 403, 404, 421, 422, 431, 500} <= {answer.status_code for answer in answers}
    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    shown = "\n".join(
        [*(f"{r.getMessage()} {r.exc_text or ''} {r.args}" for r in ours)]
        + [f"{answer.text} {dict(answer.headers)}" for answer in answers]
    )
    assert "division by zero" in shown
    for name, secret in SECRETS.items():
        assert secret not in shown, name
        assert secret.split()[0] not in shown, name

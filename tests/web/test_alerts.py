"""The pages of alerts by e-mail: a form, a button that confirms, a click that stops."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

import build
from opendata_hub import clock
from opendata_hub.store.tables import AlertRow

READER = "lectrice@exemple.example"
PAGES = {
    "dataset": "/fr/datasets/demo-petitions",
    "search": "/fr/datasets?q=budget&family=petitions&sort=title",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW)


@pytest.fixture(autouse=True)
def _published(hub):
    build.publish_sample(hub, "petitions")


def ask(client, **typed):
    form = {"kind": "dataset", "about": "demo-petitions", "email": READER, **build.opened(client)}
    return client.post("/fr/alerts", data={**form, **typed})


def rows(hub):
    with hub.reading() as session:
        return session.exec(select(AlertRow)).all()


def link(hub, which):
    """The path of the latest link of that kind in the mails so far."""
    hub.send_letters(clock.now())
    files = sorted(hub.mailer.folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    texts = [
        message_from_bytes(each.read_bytes(), policy=policy.default).get_content() for each in files
    ]
    found = [each for text in texts for each in re.findall(r"https?://\S+", text) if which in each]
    return urlsplit(found[-1]).path


@pytest.mark.parametrize("kind", list(PAGES))
def test_a_page_leads_to_a_form_that_asks_for_what_it_shows(hub, client, kind):
    leads = re.search(r'href="(/fr/alerts\?[^"]*)"', client.get(PAGES[kind]).text)[1]
    form = client.get(leads.replace("&amp;", "&")).text
    about = re.search(r'name="about" value="([^"]*)"', form)[1].replace("&amp;", "&")
    assert f'name="kind" value="{kind}"' in form
    led = ask(client, kind=kind, about=about)
    assert (led.status_code, led.headers["location"]) == (303, "/fr/alerts/asked")
    assert client.get("/fr/alerts/asked").status_code == 200
    (row,) = rows(hub)
    assert (row.kind, row.confirmed_at) == (kind, None)
    wanted = {"dataset": "demo-petitions", "search": "q=budget&family=petitions"}
    assert row.about == wanted[kind]


def test_the_form_keeps_what_it_is_about_in_another_language(client):
    text = client.get("/fr/alerts?kind=dataset&about=demo-petitions").text
    assert 'href="/ar/alerts?kind=dataset&amp;about=demo-petitions"' in text
    assert "Tous les jeux de données" in client.get("/fr/alerts").text


def test_the_page_of_a_dataset_is_the_same_a_minute_later(client, monkeypatch):
    before = client.get(PAGES["dataset"]).content
    monkeypatch.setattr(clock, "now", lambda: build.NOW + timedelta(minutes=1))
    assert client.get(PAGES["dataset"]).content == before


def test_opening_the_link_confirms_nothing_and_the_button_does(hub, client):
    ask(client)
    address = link(hub, "/confirm/")
    shown = client.get(address)
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert f'action="{address}"' in shown.text
    assert client.head(address).status_code == 200
    assert rows(hub)[0].confirmed_at is None
    for _ in range(2):
        assert "Votre alerte est active" in client.post(address).text
    assert rows(hub)[0].confirmed_at is not None
    assert "Votre alerte est active" in client.get(address).text


def test_one_click_stops_and_opening_the_link_does_not(hub, client, monkeypatch):
    ask(client)
    client.post(link(hub, "/confirm/"))
    later = build.NOW + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    ask(client)
    address = link(hub, "/stop/")
    assert f'action="{address}"' in client.get(address).text
    assert len(rows(hub)) == 1
    for _ in range(2):
        answer = client.post(address, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "est arrêtée" in answer.text
    assert rows(hub) == []
    assert list(hub.mailer.folder.glob("*.eml")) == []
    assert "est arrêtée" in client.get(address).text


def test_who_never_wants_to_be_written_to_is_not_whoever_asks_and_may_take_it_back(hub, client):
    ask(client, about="demo-petitions")
    client.post(link(hub, "/confirm/"))
    ask(client, kind="search", about="q=eau")
    address = link(hub, "/refuse/")
    assert f'action="{address}"' in client.get(address).text
    assert len(rows(hub)) == 2
    for _ in range(2):
        assert "On ne vous écrit plus" in client.post(address).text
    assert rows(hub) == []
    assert list(hub.mailer.folder.glob("*.eml")) == []
    answer = ask(client, kind="search", about="q=bois")
    assert (answer.status_code, rows(hub)) == (303, [])
    assert ask(client, email="autre@exemple.example").status_code == 303
    assert [row.about for row in rows(hub)] == ["demo-petitions"]
    assert 'name="lift"' in client.get(address).text
    for _ in range(2):
        assert "plus valable" in client.post(address, data={"lift": "yes"}).text
    ask(client, kind="search", about="q=bois")
    assert len(rows(hub)) == 2
    assert "plus valable" in client.post(address).text
    assert len(rows(hub)) == 2


def test_nobody_learns_whether_an_address_is_known(hub, client):
    answers = [ask(client), ask(client, email="autre@exemple.example"), ask(client)]
    client.post(link(hub, "/confirm/"))
    answers.append(ask(client))
    assert {(each.status_code, each.headers["location"], each.text) for each in answers} == {
        (303, "/fr/alerts/asked", "")
    }


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"email": "keine"}, "bad-address"), ({"email": f"{READER}\r\nBcc: x@y.example"}, "bad-"),
        ({"email": ""}, "bad-address"), ({"website": "http://spam.example"}, "looks-automatic"),
        ({"opened": ""}, "too-quick"), ({"opened": "1.x"}, "too-quick"),
    ],
)  # fmt: skip
def test_a_fault_keeps_what_was_typed_and_writes_to_nobody(hub, client, typed, code):
    answer = ask(client, **typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert code in answer.text
    if "email" not in typed:
        assert f'value="{READER}"' in answer.text
    assert rows(hub) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"about": "none"}, "unknown-dataset"),
        ({"kind": "entity", "about": "supplier/ice/1"}, "unknown-entity"),
        ({"kind": "entity", "about": "x"}, "invalid-input"), ({"kind": "person"}, "invalid-input"),
        ({"about": "a\x00b"}, "invalid-input"),
        ({"kind": "search", "about": "q=" + "a" * 9_000}, "invalid-input"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_so(hub, client, typed, code):
    answer = ask(client, **typed)
    assert (answer.status_code, code in answer.text) == (422, True)
    assert rows(hub) == []


def test_a_link_that_was_made_up_opens_nothing(hub, client):
    ask(client)
    address = link(hub, "/confirm/")
    others = [address.replace("/confirm/", f"/{each}/") for each in ("stop", "refuse")]
    for wrong in (address[:-1], *others, address + "é"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong).status_code == 422
    assert rows(hub)[0].confirmed_at is None


def test_a_link_that_was_not_used_in_time_says_so(hub, client, monkeypatch):
    ask(client)
    address = link(hub, "/confirm/")
    monkeypatch.setattr(clock, "now", lambda: build.NOW + timedelta(days=8))
    assert "plus valable" in client.get(address).text
    assert "unknown-alert" in client.post(address).text
    assert rows(hub)[0].confirmed_at is None


def test_markup_in_a_search_is_shown_as_text(client):
    answer = ask(client, kind="search", about="q=%3Cscript%3Ealert(1)%3C/script%3E", email="x")
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text

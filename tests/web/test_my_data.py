"""A steward prepares a publication with a browser: file, repairs, words, day; it is out once."""

import re
from datetime import timedelta

import pytest

import build
from opendata_hub import clock, jobs
from opendata_hub.bootstrap import catalog_folders
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.store import datasets
from opendata_hub.store.people import accounts

OWN, FAMILY = "commune-exemple", "association-subsidies"
NASTY = "<img src=x onerror=alert(1)>\u202e🎈"


@pytest.fixture
def steward(hub):
    return build.signed_in(
        hub, build.person(hub, "steward@hub.example", grants=(Grant(Role.STEWARD, OWN),))
    )


@pytest.fixture
def browser(client, steward):
    """Whoever sends a form as a steward's browser does."""

    class Browser:
        def get(self, path):
            return client.get(path, headers=steward)

        def post(self, path, **sent):
            # A form is sent with the token that stood in it.
            page = client.get("/fr/my-data", headers=steward).text
            token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
            data = {"form_token": token, **sent.pop("data", {})}
            return client.post(path, data=data, headers=steward, **sent)

        def hand_in(self, content, name="aid.csv", family=FAMILY, **more):
            answer = self.post(
                "/fr/my-data", data={"family": family, **more}, files={"file": (name, content)}
            )
            assert answer.status_code == 303, answer.text
            return answer.headers["location"]

        def publish(self, place, **more):
            seen = re.search(r'name="seen" value="([^"]+)"', self.get(f"{place}/publish").text)
            data = {"seen": seen[1] if seen else "", "when": "now", **more}
            return self.post(f"{place}/publish", data=data)

    return Browser()


def file_of(hub, name):
    return catalog_folders(hub.settings).find(f"families/{FAMILY}/{name}").read_bytes()


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_body_reads_what_it_must_publish(browser, hub, language):
    build.publish_sample(hub, "petitions")
    page = browser.get(f"/{language}/my-data").text
    for family in hub.frame.families.values():
        assert family.title[language] in page or family.title["fr"] in page
    assert f'href="/{language}/my-data/published/demo-petitions"' in page


def test_a_broken_file_is_shown_cell_by_cell_repaired_and_published(browser, hub):
    place = browser.hand_in(file_of(hub, "broken.csv"))
    report = browser.get(place).text
    assert '<bdi class="cell">' in report
    answer = browser.post(f"{place}/repairs", data={"accept": "all"})
    assert answer.headers["location"].startswith(f"{place}?made=")
    browser.post(f"{place}/file", files={"file": ("aid.csv", build.sample(hub, FAMILY))})
    browser.post(f"{place}/words", data={"title_fr": "Aides 2026", "then": "publish"})
    assert browser.publish(place).status_code == 303
    with hub.reading() as session:
        assert datasets.get(session, "aides-2026").publisher == OWN


def test_what_the_gate_refuses_is_not_published(browser, hub):
    place = browser.hand_in(file_of(hub, "broken.csv"))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    page = browser.get(f"{place}/publish").text
    assert 'name="seen"' not in page
    browser.publish(place)
    with hub.reading() as session:
        assert datasets.count(session) == 0


def test_sent_twice_it_is_published_once(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    assert [browser.publish(place).status_code for _ in range(2)] == [303, 303]
    with hub.reading() as session:
        assert datasets.get(session, "aides").version == 1
    assert "qu’une" not in browser.get(place).text
    assert "/fr/datasets/aides" in browser.get(f"{place}/publish").text


def test_what_somebody_else_has_changed_meanwhile_is_not_published_unseen(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    answer = browser.post(f"{place}/publish", data={"seen": "of before", "when": "now"})
    assert (answer.status_code, "changed-meanwhile" in answer.text) == (409, True)


def test_whatever_is_typed_is_kept_and_shown_right_or_wrong(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    long = "t" * 5000
    answer = browser.post(
        f"{place}/words",
        data={"title_fr": long, "title_ar": NASTY, "period_from": "hier", "slug": "Ç'est"},
    )
    assert answer.status_code == 422
    for shown in (answer.text, browser.get(f"{place}/words").text):
        assert f'value="{long}"' in shown
        assert 'value="hier"' in shown
        assert "&lt;img src=x onerror=alert(1)&gt;🎈" in shown
        assert "<img" not in shown
        assert "\u202e" not in shown


def test_words_pasted_from_a_text_program_can_be_published(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides\x0b2026\u2028 «\xa0fin\xa0»\ufeff"})
    assert browser.publish(place).status_code == 303
    with hub.reading() as session:
        assert datasets.get(session, "aides-2026-fin").title["fr"] == "Aides 2026 « fin »"


def test_the_gain_of_each_word_is_told_while_it_is_typed(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    before = browser.post(f"{place}/quality", data={"title_fr": "Aides"}).text
    assert 'href="#period_from"' in before
    after = browser.post(
        f"{place}/quality", data={"period_from": "2026-01-01", "period_to": "2026-12-31"}
    ).text
    assert 'href="#period_from"' not in after
    assert "<html" not in after


def test_it_is_published_on_its_day(browser, hub, monkeypatch):
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    day = clock.now() + timedelta(days=2)
    answer = browser.publish(place, when="later", publish_on=day.date().isoformat())
    assert answer.status_code == 303
    assert jobs.publish_scheduled(hub) == []
    monkeypatch.setattr(clock, "now", lambda: day)
    assert jobs.publish_scheduled(hub) == ["aides"]
    assert jobs.publish_scheduled(hub) == []


def test_on_its_day_the_roles_of_that_day_count(browser, hub, monkeypatch):
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    day = clock.now() + timedelta(days=2)
    browser.publish(place, when="later", publish_on=day.date().isoformat())
    with hub.writing() as session:
        person = accounts.by_email(session, "steward@hub.example")
        accounts.take(session, person.id, Grant(Role.STEWARD, OWN))
    monkeypatch.setattr(clock, "now", lambda: day)
    assert jobs.publish_scheduled(hub) == []
    with hub.reading() as session:
        assert datasets.count(session) == 0


@pytest.mark.parametrize("day", ["", "gestern", "2020-01-01"])
def test_a_day_that_is_none_schedules_nothing(browser, hub, day):
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    answer = browser.publish(place, when="later", publish_on=day)
    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)


def test_a_new_version_begins_with_the_words_of_the_last(browser, hub):
    build.publish_sample(hub, FAMILY, title={"fr": "Aides"}, slug="aides")
    place = browser.hand_in(build.sample(hub, FAMILY), replaces="aides")
    assert 'value="Aides"' in browser.get(f"{place}/words").text
    assert browser.publish(place).status_code == 303
    with hub.reading() as session:
        assert datasets.get(session, "aides").version == 2


def test_a_dataset_is_withdrawn_with_a_reason(browser, hub):
    build.publish_sample(hub, FAMILY, slug="aides")
    without = browser.post("/fr/my-data/published/aides/withdraw", data={"reason": " "})
    assert (without.status_code, 'role="alert"' in without.text) == (422, True)
    done = browser.post("/fr/my-data/published/aides/withdraw", data={"reason": "Doublon"})
    assert done.status_code == 303
    assert browser.get("/fr/datasets/aides").status_code == 410


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", b"MZ"), ("empty.csv", b""), ("x.csv", b"\xff\xfe\x00")]
)
def test_a_file_that_is_no_table_has_its_report_like_any_other(browser, name, content):
    place = browser.hand_in(content, name)
    page = browser.get(place)
    assert page.status_code == 200
    assert 'class="problem"' in page.text
    assert browser.get(f"{place}/publish").status_code == 200


def test_without_a_file_or_a_kind_nothing_begins(browser):
    for data, files in (
        ({"family": FAMILY}, {"file": ("", b"")}),
        ({"family": "none"}, {"file": ("a.csv", b"a")}),
    ):
        answer = browser.post("/fr/my-data", data=data, files=files)
        assert answer.status_code == 422


def test_a_false_alarm_passes_with_a_reason(browser, hub):
    sample = build.sample(hub, FAMILY).decode().splitlines()
    lines = [sample[0], sample[1].replace(sample[1].split(",")[-1], "appeler 0661223344")]
    place = browser.hand_in("\n".join([*lines, *sample[2:]]).encode())
    page = browser.get(place).text
    name = re.search(r'name="(clear/[^"]+)"', page)[1]
    assert "0661223344" in page
    browser.post(f"{place}/cleared", data={name: "Ligne de la maison communale"})
    assert 'value="Ligne de la maison communale"' in browser.get(place).text


@pytest.mark.parametrize("grant", [None, Grant(Role.STEWARD, "commune-nord"), Grant(Role.AUDITOR)])
def test_nobody_else_sees_or_changes_a_draft(browser, hub, client, grant):
    hub = build.with_authorities(hub, build.authority("commune-nord"))
    client.app.state.hub = hub
    place = browser.hand_in(build.sample(hub, FAMILY))
    headers = {} if grant is None else build.token(hub, "other", grants=(grant,))
    for path in ("", "/words", "/publish"):
        assert client.get(place + path, headers=headers).status_code in {401, 403, 404}
    for path in ("/words", "/publish", "/repairs", "/discard"):
        assert client.post(place + path, headers=headers).status_code in {401, 403, 422}


def test_a_draft_is_thrown_away(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    assert browser.post(f"{place}/discard").status_code == 303
    assert browser.get(place).status_code == 404

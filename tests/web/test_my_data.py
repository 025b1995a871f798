"""A steward prepares a publication with a browser: file, repairs, words, day; it is out once."""

import re
from datetime import timedelta
from html import unescape

import pytest

import build
from opendata_hub import clock, jobs
from opendata_hub.bootstrap import catalog_folders
from opendata_hub.domain.catalog.dcat import dataset_record
from opendata_hub.domain.errors import UnknownDraft
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.flows.publishing import prepare
from opendata_hub.store import datasets
from opendata_hub.store.people import accounts
from opendata_hub.store.publishing import drafts
from opendata_hub.store.tables import DraftRow, SubmissionRow

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
            data = {"form_token": token, **self.seen(path), **sent.pop("data", {})}
            return client.post(path, data=data, headers=steward, **sent)

        def seen(self, path):
            """What the form of a draft says of the state that it was opened in."""
            place, _, act = path.rpartition("/")
            names = {
                "words": ["was"], "quality": ["was"], "cleared": ["was"], "file": ["instead_of"],
                "repairs": ["instead_of"], "discard": ["seen"],
            }.get(act, [])  # fmt: skip
            page = self.get(f"{place}/words" if act in {"words", "quality"} else place).text
            fields = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in names}
            return {name: unescape(found[1]) for name, found in fields.items() if found}

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


@pytest.fixture
def colleague(hub):
    """Another steward of the same body."""
    return build.signed_in(
        hub, build.person(hub, "colleague@hub.example", grants=(Grant(Role.STEWARD, OWN),))
    )


def in_two_days(monkeypatch):
    day = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: day)


def scheduled(browser, hub, title="Aides", **more):
    """The place of a draft that is scheduled for tomorrow."""
    place = browser.hand_in(build.sample(hub, FAMILY), **more)
    browser.post(f"{place}/words", data={"title_fr": title})
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    assert browser.publish(place, when="later", publish_on=day).status_code == 303
    return place


def draft_at(hub, place):
    with hub.reading() as session:
        return drafts.get(session, int(place.rpartition("/")[2]), EVERYWHERE)


def test_it_is_published_in_the_name_of_whoever_scheduled_it(hub, browser, client, colleague):
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    page = client.get(f"{place}/publish", headers=colleague).text
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    sent = {"form_token": token, "seen": seen, "when": "later", "publish_on": day}
    assert client.post(f"{place}/publish", data=sent, headers=colleague).status_code == 303
    with hub.reading() as session:
        assert draft_at(hub, place).person == accounts.by_email(session, "colleague@hub.example").id


def test_only_what_was_looked_at_and_can_be_published_is_scheduled(browser, hub):
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    unseen = {"when": "later", "publish_on": day, "seen": "another"}
    assert browser.post(f"{place}/publish", data=unseen).status_code == 409
    broken = browser.hand_in(file_of(hub, "broken.csv"))
    browser.post(f"{broken}/words", data={"title_fr": "Aides"})
    seen = draft_at(hub, broken).stamp
    answer = browser.post(f"{broken}/publish", data={**unseen, "seen": seen})
    assert (answer.status_code, "not-publishable" in answer.text) == (409, True)
    assert {draft_at(hub, each).publish_on for each in (place, broken)} == {None}


def test_what_is_changed_after_it_was_scheduled_has_no_day_any_more(browser, hub, monkeypatch):
    place = scheduled(browser, hub)
    browser.post(f"{place}/quality", data={"title_fr": "Aides"})
    assert draft_at(hub, place).publish_on
    browser.post(f"{place}/quality", data={"title_fr": "Titre à moiti"})
    browser.post(f"{place}/quality", data={"title_fr": "Titre à moitié"})
    assert "il n’a plus de date" in browser.get(f"{place}/publish").text
    assert "modifié après avoir été programmé" in browser.get("/fr/my-data").text
    other = scheduled(browser, hub, "Autres aides")
    browser.post(f"{other}/file", files={"file": ("b.csv", build.sample(hub, FAMILY))})
    in_two_days(monkeypatch)
    assert jobs.publish_scheduled(hub) == []


def test_another_state_than_the_approved_one_is_not_published(browser, hub, monkeypatch):
    place = scheduled(browser, hub)
    with hub.writing() as session:
        session.get_one(DraftRow, draft_at(hub, place).id).approved = "another"
    in_two_days(monkeypatch)
    assert jobs.publish_scheduled(hub) == []
    assert draft_at(hub, place).problem == "changed-meanwhile"


def test_a_withdrawn_dataset_does_not_come_back_by_itself(browser, hub, monkeypatch):
    build.publish_sample(hub, FAMILY, title={"fr": "Aides"}, slug="aides")
    place = scheduled(browser, hub, "Aides bis", replaces="aides")
    browser.post("/fr/my-data/published/aides/withdraw", data={"reason": "Doublon"})
    with monkeypatch.context() as later:
        in_two_days(later)
        assert jobs.publish_scheduled(hub) == []
    assert draft_at(hub, place).problem == "withdrawn"
    assert browser.publish(place).status_code == 409
    assert 'value="anew"' in browser.get(f"{place}/publish").text
    assert browser.post(f"{place}/publish", data={"when": "anew"}).status_code == 303
    assert browser.publish(place).status_code == 303
    with hub.reading() as session:
        assert datasets.find(session, "aides") is None
        assert datasets.get(session, "aides-bis").title == {"fr": "Aides bis"}


def test_an_older_draft_does_not_overwrite_a_newer_version(browser, hub):
    words = {"title": {"fr": "Aides"}, "description": {"fr": "D"}}
    build.publish_sample(hub, FAMILY, slug="aides", **words)
    newer, older = (browser.hand_in(build.sample(hub, FAMILY), replaces="aides") for _ in range(2))
    browser.post(f"{newer}/words", data={"title_fr": "Aides corrigées"})
    browser.post(f"{older}/words", data={"description_fr": "Plus long"})
    assert browser.publish(newer).status_code == 303
    assert browser.publish(older).status_code == 409
    assert "Repartir de la version actuelle" in browser.get(f"{older}/publish").text
    browser.post(f"{older}/publish", data={"when": "anew"})
    assert browser.publish(older).status_code == 303
    with hub.reading() as session:
        out = datasets.get(session, "aides")
    assert (out.version, out.title["fr"], out.description["fr"]) == (
        3, "Aides corrigées", "Plus long",
    )  # fmt: skip


@pytest.mark.parametrize("poison", ["family", "bug", "discarded"])
def test_a_draft_that_fails_holds_up_no_other(browser, hub, monkeypatch, poison):
    bad, good = scheduled(browser, hub, "Une"), scheduled(browser, hub, "Deux")
    number = draft_at(hub, bad).id
    send = prepare.send_due

    def fails(session, frame, which, **more):
        if which != number:
            return send(session, frame, which, **more)
        if poison == "discarded":
            session.delete(session.get_one(DraftRow, number))
            session.commit()
            raise UnknownDraft("gone")
        raise KeyError("bug")

    if poison == "family":
        with hub.writing() as session:
            row = session.get_one(DraftRow, number)
            row.family = "gone"
            session.get_one(SubmissionRow, row.submission_id).family = "gone"
    else:
        monkeypatch.setattr(prepare, "send_due", fails)
    in_two_days(monkeypatch)
    assert jobs.publish_scheduled(hub) == ["deux"]
    assert draft_at(hub, good).slug == "deux"
    if poison != "discarded":
        codes = {"family": "unknown-family", "bug": "internal-error"}
        assert draft_at(hub, bad).problem == codes[poison]


def test_a_draft_of_a_family_that_is_gone_breaks_no_page(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    with hub.writing() as session:
        session.get_one(DraftRow, draft_at(hub, place).id).family = "no-more"
    page = browser.get("/fr/my-data")
    assert (page.status_code, "no-more" in page.text) == (200, True)


def test_older_words_do_not_overwrite_those_of_a_colleague(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    opened = browser.seen(f"{place}/words")
    browser.post(f"{place}/words", data={"title_fr": "Les siennes", "title_en": "Hers"})
    mine = {"title_fr": "Les miennes", "title_en": "", "provenance_fr": "Registre"}
    answer = browser.post(f"{place}/words", data={**opened, **mine})
    assert answer.status_code == 409
    assert 'value="Les miennes"' in answer.text
    assert re.search(r"Enregistré actuellement.*<bdi[^>]*>Les siennes</bdi>", answer.text)
    assert "modifié entre-temps par un collègue" in answer.text
    assert draft_at(hub, place).typed == {"title_fr": "Les siennes", "title_en": "Hers"}
    fresh = unescape(re.search(r'name="was" value="([^"]*)"', answer.text)[1])
    again = {"was": fresh, **mine, "title_en": "Hers"}
    assert browser.post(f"{place}/words", data=again).status_code == 200
    assert draft_at(hub, place).typed == {**mine, "title_en": "Hers"}


def test_what_two_have_written_in_different_fields_is_kept_of_both(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    opened = browser.seen(f"{place}/words")
    browser.post(f"{place}/words", data={"title_fr": "Aides", "title_ar": "إعانات"})
    answer = browser.post(
        f"{place}/words", data={**opened, "title_fr": "", "title_ar": "", "title_en": "Aid"}
    )
    assert (answer.status_code, "collègue" in answer.text) == (200, True)
    kept = {"title_fr": "Aides", "title_ar": "إعانات", "title_en": "Aid"}
    assert draft_at(hub, place).typed == kept


def test_words_in_the_making_do_not_overwrite_those_of_a_colleague(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    opened = browser.seen(f"{place}/words")
    first = browser.post(f"{place}/quality", data={**opened, "title_fr": "Aid"}).text
    told = unescape(re.search(r'data-was="([^"]*)"', first)[1])
    second = browser.post(f"{place}/quality", data={"was": told, "title_fr": "Aides"})
    assert "collègue" not in second.text
    late = browser.post(f"{place}/quality", data={**opened, "title_fr": "Autres"}).text
    assert "collègue" in late
    assert unescape(re.search(r'data-was="([^"]*)"', late)[1]) == opened["was"]
    assert draft_at(hub, place).typed == {"title_fr": "Aides"}


@pytest.mark.parametrize("was", ["", "{", "[]", "[" * 5000, '{"title_fr": 7}'])
def test_a_form_that_does_not_say_what_stood_in_it_overwrites_nothing(browser, hub, was):
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    answer = browser.post(f"{place}/words", data={"was": was, "title_fr": "Autres"})
    assert answer.status_code == 409
    assert draft_at(hub, place).typed == {"title_fr": "Aides"}


@pytest.mark.parametrize("act", ["file", "repairs", "discard"])
def test_what_was_looked_at_before_a_colleague_changed_the_file_is_not_done(browser, hub, act):
    place = browser.hand_in(file_of(hub, "broken.csv"))
    opened = browser.seen(f"{place}/{act}")
    browser.post(f"{place}/file", files={"file": ("newer.csv", build.sample(hub, FAMILY))})
    newer = draft_at(hub, place).submission_id
    files = {"files": {"file": ("mine.csv", b"a,b")}} if act == "file" else {}
    answer = browser.post(f"{place}/{act}", data={**opened, "accept": "all"}, **files)
    assert (answer.status_code, "changed-meanwhile" in answer.text) == (409, True)
    assert "newer.csv" in answer.text
    assert draft_at(hub, place).submission_id == newer


def test_an_older_reason_does_not_overwrite_that_of_a_colleague(browser, hub):
    sample = build.sample(hub, FAMILY).decode().splitlines()
    line = sample[1].replace(sample[1].split(",")[-1], "appeler 0661223344")
    place = browser.hand_in("\n".join([sample[0], line, *sample[2:]]).encode())
    name = re.search(r'name="(clear/[^"]+)"', browser.get(place).text)[1]
    opened = browser.seen(f"{place}/cleared")
    browser.post(f"{place}/cleared", data={name: "Numéro de la maison communale"})
    answer = browser.post(f"{place}/cleared", data={**opened, name: "Autre raison"})
    assert answer.status_code == 409
    assert 'value="Autre raison"' in answer.text
    assert "<bdi>Numéro de la maison communale</bdi>" in answer.text
    assert draft_at(hub, place).typed[name] == "Numéro de la maison communale"


def test_a_new_dataset_at_a_withdrawn_address_is_refused_until_that_is_asked(browser, hub):
    build.publish_sample(hub, FAMILY, title={"fr": "Aides"}, slug="aides")
    browser.post("/fr/my-data/published/aides/withdraw", data={"reason": "Doublon"})
    place = browser.hand_in(build.sample(hub, FAMILY))
    browser.post(f"{place}/words", data={"title_fr": "Aides"})
    page = browser.get(f"{place}/publish").text
    assert 'value="again"' in page
    seen = draft_at(hub, place).stamp
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    for when in ("now", "later"):
        sent = {"when": when, "seen": seen, "publish_on": day}
        answer = browser.post(f"{place}/publish", data=sent)
        assert (answer.status_code, "slug-withdrawn" in answer.text) == (409, True)
    unseen = {"when": "again", "slug": "aides", "seen": "another"}
    assert browser.post(f"{place}/publish", data=unseen).status_code == 409
    asked = browser.post(f"{place}/publish", data={**unseen, "seen": seen})
    assert asked.status_code == 303
    assert "ce qui y avait été retiré revient" in browser.get(f"{place}/publish").text
    browser.post(f"{place}/words", data={"slug": "autres-aides"})
    assert not draft_at(hub, place).is_again
    browser.post(f"{place}/words", data={"slug": "aides"})
    assert browser.publish(place).status_code == 303
    with hub.reading() as session:
        assert datasets.get(session, "aides").version == 2


def test_what_is_withdrawn_after_a_draft_was_scheduled_for_its_address_stays_so(
    browser, hub, monkeypatch
):
    place = scheduled(browser, hub)
    build.publish_sample(hub, FAMILY, slug="aides")
    browser.post("/fr/my-data/published/aides/withdraw", data={"reason": "Doublon"})
    in_two_days(monkeypatch)
    assert jobs.publish_scheduled(hub) == []
    assert draft_at(hub, place).problem == "slug-withdrawn"


def test_nothing_else_comes_back_than_what_was_withdrawn(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    sent = {"when": "again", "slug": "never", "seen": draft_at(hub, place).stamp}
    answer = browser.post(f"{place}/publish", data=sent)
    assert (answer.status_code, "unknown-dataset" in answer.text) == (409, True)


def test_what_is_chosen_from_lists_stands_in_the_record_and_in_the_next_version(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    form = browser.get(f"{place}/words").text
    assert '<option value="TRAN">' in form
    chosen = {"theme_1": "TRAN", "theme_2": "ENVI", "frequency": "MONTHLY", "language_1": "ARA"}
    browser.post(f"{place}/words", data={"title_fr": "Aides", **chosen, "spatial": "DEU"})
    assert browser.publish(place).status_code == 303
    with hub.reading() as session:
        record = dataset_record(hub.frame, datasets.get(session, "aides"))
    assert [str(each.iri).rpartition("/")[2] for each in record.theme] == ["TRAN", "ENVI"]
    assert str(record.frequency.iri).endswith("/MONTHLY")
    assert ">mensuel<" in browser.get("/fr/datasets/aides").text
    assert [str(each.iri)[-3:] for each in (*record.language, *record.spatial)] == ["ARA", "DEU"]
    again = browser.hand_in(build.sample(hub, FAMILY), replaces="aides")
    assert '<option value="ENVI" selected>' in browser.get(f"{again}/words").text
    browser.post(f"{again}/words", data={"frequency": "", "theme_2": "TECH"})
    assert browser.publish(again).status_code == 303
    with hub.reading() as session:
        said = datasets.get(session, "aides").described
    assert (said["theme"], said["language"], said["spatial"]) == (
        ["TRAN", "TECH"],
        ["ARA"],
        ["DEU"],
    )
    assert "frequency" not in said


def test_a_licence_is_chosen_for_the_file_and_shown_wherever_the_dataset_is(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    form = browser.get(f"{place}/words").text
    usual = "Creative Commons Attribution 4.0 International"
    assert f"{usual}</option>" in form.split('id="licence"')[1].partition("</select>")[0]
    browser.post(f"{place}/words", data={"title_fr": "Aides", "licence": "ODC_BL"})
    assert browser.publish(place).status_code == 303
    with hub.reading() as session:
        dataset = datasets.get(session, "aides")
    assert dataset.described["licence"] == "ODC_BL"
    iri = "http://publications.europa.eu/resource/authority/licence/ODC_BL"
    assert f'<a href="{iri}">' in browser.get("/fr/datasets/aides").text
    assert iri in browser.get("/datasets/aides.ttl").text
    package = browser.get("/api/3/action/package_show?id=aides").json()["result"]
    assert package["license_id"] == "odc-odbl"
    assert browser.get("/api/v1/datasets?licence=ODC_BL").json()["total"] == 1
    again = browser.hand_in(build.sample(hub, FAMILY), replaces="aides")
    assert '<option value="ODC_BL" selected>' in browser.get(f"{again}/words").text
    browser.post(f"{again}/words", data={"licence": ""})
    assert browser.publish(again).status_code == 303
    assert iri not in browser.get("/datasets/aides.ttl").text


def test_a_code_that_no_list_has_is_refused_by_its_field_and_kept(browser, hub):
    place = browser.hand_in(build.sample(hub, FAMILY))
    answer = browser.post(f"{place}/words", data={"title_fr": "Aides", "theme_1": "<b>X"})
    assert (answer.status_code, '<code dir="ltr">theme[0]</code>' in answer.text) == (422, True)
    assert '<option value="&lt;b&gt;X" selected>' in answer.text


def test_the_territory_of_the_body_itself_can_be_chosen(browser, hub):
    body = hub.authority(OWN)
    place = browser.hand_in(build.sample(hub, FAMILY))
    page = browser.get(f"{place}/words").text
    assert ('<option value="own">' in page) == bool(hub.frame.territory(body))
    browser.post(f"{place}/words", data={"title_fr": "Aides", "spatial": "own"})
    if hub.frame.territory(body):
        assert browser.publish(place).status_code == 303
        with hub.reading() as session:
            (where,) = datasets.get(session, "aides").described["spatial"]
        assert where["iri"].endswith(f"/publishers/{OWN}#territory")
        again = browser.hand_in(build.sample(hub, FAMILY), replaces="aides")
        assert '<option value="own" selected>' in browser.get(f"{again}/words").text

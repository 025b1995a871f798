"""Whoever follows something is told of what is new, once, and forgotten when they stop."""

import email
from datetime import timedelta
from email import policy

import pytest
from sqlmodel import select, update

import build
from loopback import serving
from opendata_hub import clock, jobs
from opendata_hub.adapters.mail.sending import Post
from opendata_hub.adapters.people.vault import AesVault
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.alerts.alert import AlertKind, Link, Topic, link_key
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.correspondence.incoming import Bounce, Fetched, Incoming
from opendata_hub.domain.errors import (
    Invalid,
    MailNotSent,
    UnknownAlert,
    UnknownDataset,
    UnknownEntity,
)
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.alerts import match as matching
from opendata_hub.flows.alerts import subscribe as flow
from opendata_hub.flows.alerts import tell as telling
from opendata_hub.flows.alerts.follow import LATEST, dataset_feed
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.flows.correspondence.receive import receive
from opendata_hub.flows.harvest.run import Wish
from opendata_hub.flows.identities import rotate
from opendata_hub.flows.identities.rotate import Batch
from opendata_hub.store import changes
from opendata_hub.store.alerts import kept
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.tables import (
    AlertKeyRow,
    AlertNewsRow,
    AlertRow,
    AlertToldRow,
    EntityEntryRow,
    MailRow,
)
from sources import TURTLE, Here, catalogue, turtle

READER, OTHER = "lectrice@exemple.example", "autre@exemple.example"
PETITIONS, DECLARATIONS = "petitions", "asset-declarations"
SUPPLIER = "supplier/ice/000000000001164"
A_DAY = timedelta(days=1)
OLD, NEW = bytes(32), bytes(range(32))


class Days:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = build.NOW

    def pass_(self, days=1):
        self.now += days * A_DAY


@pytest.fixture
def days(monkeypatch):
    found = Days()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


def asked(hub, days, kind=AlertKind.DATASET, about="demo-petitions", to=READER, language="fr"):
    with hub.writing() as session:
        topic = flow.topic_of(session, hub.frame, kind, about, language=language)
        flow.subscribe(session, topic, to, language=language, now=days.now)
        address = kept.of_address(session, to)
    return address[-1]


def confirmed(hub, days, *topic, **words):
    alert = asked(hub, days, *topic, **words)
    key = link_key(Link.CONFIRM, alert.salt, hub.key)
    with hub.writing() as session:
        flow.confirm(session, alert.salt, key, hub_key=hub.key, now=days.now)
    return alert


def stopped(hub, alert):
    with hub.writing() as session:
        flow.stop(session, alert.salt, link_key(Link.STOP, alert.salt, hub.key), hub_key=hub.key)


def withdrawn(hub, days, slug="demo-petitions"):
    with hub.writing() as session:
        withdraw(session, hub.frame, slug, reason="Erreur {1}", by=OPERATOR, now=days.now)


def changed(hub, days, family=PETITIONS, **words):
    build.publish_sample(hub, family, replaces=True, now=days.now, **words)


def mails(hub, subject=""):
    """What was sent so far, of those whose subject begins so."""
    hub.send_letters(clock.now())
    found = (
        email.message_from_bytes(each.read_bytes(), policy=policy.default)
        for each in sorted(hub.mailer.folder.glob("*.eml"))
    )
    return [each for each in found if each["subject"].startswith(subject)]


def news(hub):
    return mails(hub, "Du nouveau")


def left(hub):
    tables = (AlertRow, AlertKeyRow, AlertNewsRow, AlertToldRow)
    with hub.reading() as session:
        return [len(session.exec(select(each)).all()) for each in tables]


def comes_back(hub, days, token, *, status="5.1.1", is_lasting=True):
    told = Incoming(
        "<1@mx.example>", "", "", (), "Undelivered", "", "",
        is_automatic=True, bounce=Bounce(token, status, is_lasting),
    )  # fmt: skip
    with hub.writing() as session:
        came = Fetched("box", 1, 1, days.now, 900, "0" * 64)
        assert receive(session, hub.desk, came, told, (), now=days.now).reference == ""


def test_a_new_version_is_told_once_however_often_the_job_runs(hub, days):
    build.publish_sample(hub, PETITIONS)
    confirmed(hub, days)
    changed(hub, days, title={"fr": "Pétitions <été>"})
    assert [jobs.tell_alerts(hub) for _ in range(3)] == [1, 0, 0]
    (told,) = news(hub)
    assert told["to"] == READER
    assert "Nouvelle version : 2" in told.get_content()
    assert "Pétitions <été>" in told.get_content()
    days.pass_(2)
    assert jobs.tell_alerts(hub) == 0
    assert len(news(hub)) == 1


def test_what_was_there_before_it_was_confirmed_is_no_news(hub, days):
    build.publish_sample(hub, PETITIONS)
    alert = asked(hub, days)
    changed(hub, days)
    key = link_key(Link.CONFIRM, alert.salt, hub.key)
    with hub.writing() as session:
        flow.confirm(session, alert.salt, key, hub_key=hub.key, now=days.now)
    assert jobs.tell_alerts(hub) == 0


def test_who_has_not_confirmed_is_told_nothing_and_forgotten_after_seven_days(hub, days):
    build.publish_sample(hub, PETITIONS)
    alert = asked(hub, days)
    changed(hub, days)
    assert jobs.tell_alerts(hub) == 0
    assert len(mails(hub)) == 1
    days.pass_(7)
    assert jobs.forget_alerts(hub) == 0
    days.pass_(1)
    key = link_key(Link.CONFIRM, alert.salt, hub.key)
    with hub.writing() as session, pytest.raises(UnknownAlert):
        flow.confirm(session, alert.salt, key, hub_key=hub.key, now=days.now)
    assert jobs.forget_alerts(hub) == 1
    assert left(hub) == [0, 0, 0, 0]
    assert mails(hub) == []


def test_at_most_one_mail_a_day_and_what_waits_comes_with_the_next(hub, days):
    build.publish_sample(hub, PETITIONS)
    confirmed(hub, days)
    for _ in range(2):
        changed(hub, days)
        jobs.tell_alerts(hub)
    assert len(news(hub)) == 1
    days.pass_()
    assert jobs.tell_alerts(hub) == 1
    told = news(hub)
    assert len(told) == 2
    assert any("Nouvelle version : 3" in each.get_content() for each in told)


def test_a_process_that_ends_between_two_mails_tells_each_reader_once(hub, days, monkeypatch):
    build.publish_sample(hub, PETITIONS)
    for to in (READER, OTHER):
        confirmed(hub, days, to=to)
    changed(hub, days)
    monkeypatch.setattr(telling, "BATCH", 1)
    whole, written = outbox.add, []

    def ends(*given, **words):
        if written:
            raise KeyboardInterrupt
        written.append(words)
        return whole(*given, **words)

    monkeypatch.setattr(outbox, "add", ends)
    with pytest.raises(KeyboardInterrupt):
        jobs.tell_alerts(hub)
    assert len(news(hub)) == 1
    monkeypatch.setattr(outbox, "add", whole)
    assert jobs.tell_alerts(hub) == 1
    assert sorted(each["to"] for each in news(hub)) == [OTHER, READER]


def test_a_search_tells_of_what_it_finds_and_of_nothing_else(hub, days):
    build.publish_sample(hub, PETITIONS)
    confirmed(hub, days, AlertKind.SEARCH, "q=introuvables")
    confirmed(hub, days, AlertKind.SEARCH, "q=declarations&family=asset-declarations", to=OTHER)
    changed(hub, days)
    assert jobs.tell_alerts(hub) == 0
    build.publish_sample(hub, DECLARATIONS, now=days.now, title={"fr": "Déclarations du conseil"})
    assert jobs.tell_alerts(hub) == 1
    (told,) = news(hub)
    assert told["to"] == OTHER
    assert "Déclarations du conseil" in told.get_content()
    assert "demo-petitions" not in told.get_content()


def test_who_follows_the_same_is_noted_in_batches_and_told_once_all_are(hub, days, monkeypatch):
    readers = [f"{number}@exemple.example" for number in range(5)]
    for each in readers:
        confirmed(hub, days, AlertKind.SEARCH, "family=petitions", to=each)
    build.publish_sample(hub, PETITIONS, now=days.now)
    monkeypatch.setattr(matching, "ALERTS_AT_ONCE", 2)
    with hub.reading() as session:
        found = matching.match(session, hub.frame, now=days.now)
    with hub.writing() as session:
        after = matching.keep(session, found)
    with hub.writing() as session:
        assert telling.tell(session, after=0, now=days.now) == (None, 0)
    with hub.writing() as session:
        matching.keep(session, found, after=after)
    assert left(hub)[2] == 4
    assert jobs.tell_alerts(hub) == 5
    assert sorted(each["to"] for each in news(hub)) == readers
    with hub.writing() as session:
        assert matching.keep(session, found) is None
    assert left(hub)[2:] == [0, 5]


def test_what_was_told_is_forgotten_after_a_year_or_once_its_withdrawal_is_told(hub, days):
    build.publish_sample(hub, PETITIONS)
    build.publish_sample(hub, DECLARATIONS)
    confirmed(hub, days, AlertKind.SEARCH, "")
    changed(hub, days)
    changed(hub, days, DECLARATIONS)
    jobs.tell_alerts(hub)
    days.pass_(2)
    withdrawn(hub, days)
    jobs.forget_alerts(hub)
    assert left(hub)[3] == 2
    assert jobs.tell_alerts(hub) == 1
    jobs.forget_alerts(hub)
    assert left(hub)[3] == 1
    days.pass_(364)
    jobs.forget_alerts(hub)
    assert left(hub)[3] == 0


@pytest.mark.enable_socket
def test_what_is_harvested_is_told_of_with_its_next_version_and_its_end(hub, days):
    answers = {"/catalog": (200, TURTLE, catalogue(turtle("eau")))}
    confirmed(hub, days, AlertKind.SEARCH, "q=eau")
    with serving(lambda _, path: answers[path]) as server:
        here = Here(hub, server)
        here.declare()
        here.run()
        assert jobs.tell_alerts(hub) == 1
        assert ["Publié" in each.get_content() for each in news(hub)] == [True]
        slug = next(iter(here.kept().values())).slug
        confirmed(hub, days, about=slug, to=OTHER)
        days.pass_()
        answers["/catalog"] = 200, TURTLE, catalogue(turtle("eau", "Jeu eau potable"))
        here.run()
        assert jobs.tell_alerts(hub) == 2
        assert sum("Nouvelle version : 2" in each.get_content() for each in news(hub)) == 2
        days.pass_()
        answers["/catalog"] = 200, TURTLE, catalogue(turtle("air"))
        here.run(Wish(lets_go=True))
        assert jobs.tell_alerts(hub) == 2
    told = [each.get_content() for each in news(hub)]
    assert sum("Jeu eau potable" in each and "Retiré" in each for each in told) == 2
    assert all(f"/fr/datasets/{slug}" in each for each in told)


def test_words_are_never_guessed_among_the_few_that_have_changed(hub, days):
    confirmed(hub, days, AlertKind.SEARCH, "q=petitiom")
    build.publish_sample(hub, PETITIONS, title={"fr": "Pétition"})
    assert jobs.tell_alerts(hub) == 0


def test_the_same_search_in_other_words_is_the_same(hub, days):
    first = asked(hub, days, AlertKind.SEARCH, "family=petitions&q=+budget++2026&sort=title&page=3")
    again = asked(hub, days, AlertKind.SEARCH, "q=budget 2026&family=petitions")
    assert first.id == again.id
    assert first.topic.about == "q=budget+2026&family=petitions"
    assert len(mails(hub)) == 1


def test_a_withdrawal_is_told_to_who_follows_it_and_to_who_was_told_of_it(hub, days):
    build.publish_sample(hub, PETITIONS)
    confirmed(hub, days)
    confirmed(hub, days, AlertKind.SEARCH, "family=petitions", to=OTHER)
    never = "jamais@exemple.example"
    confirmed(hub, days, AlertKind.SEARCH, "family=asset-declarations", to=never)
    changed(hub, days)
    assert jobs.tell_alerts(hub) == 2
    assert len(news(hub)) == 2
    days.pass_()
    withdrawn(hub, days)
    assert jobs.tell_alerts(hub) == 2
    told = [each for each in news(hub) if "Retiré : Erreur {1}" in each.get_content()]
    assert sorted(each["to"] for each in told) == [OTHER, READER]


def test_what_was_published_and_withdrawn_before_it_was_told_is_told_to_no_search(hub, days):
    confirmed(hub, days, AlertKind.SEARCH, "")
    build.publish_sample(hub, PETITIONS, now=days.now)
    withdrawn(hub, days)
    assert jobs.tell_alerts(hub) == 0


def test_who_stops_is_erased_and_gets_nothing_that_waits(hub, days):
    build.publish_sample(hub, PETITIONS)
    alert = confirmed(hub, days)
    changed(hub, days)
    jobs.tell_alerts(hub)
    stopped(hub, alert)
    assert left(hub) == [0, 0, 0, 0]
    assert news(hub) == []
    changed(hub, days)
    days.pass_()
    assert jobs.tell_alerts(hub) == 0
    stopped(hub, alert)


def test_what_waited_for_who_stopped_goes_to_nobody_who_comes_after(hub, days):
    build.publish_sample(hub, PETITIONS)
    first = confirmed(hub, days)
    changed(hub, days)
    mails(hub)
    jobs.tell_alerts(hub)
    with hub.reading() as session:
        (waits,) = [each for each in outbox.waiting(session, most=9) if each.kind == "alert-news"]
        token = session.get(MailRow, waits.id).token
    stopped(hub, first)
    second = asked(hub, days, AlertKind.SEARCH, "q=eau", to=OTHER)
    assert second.id == first.id
    assert news(hub) == []
    with hub.reading() as session:
        assert outbox.to_settle(session, days.now + A_DAY, most=9) == []
    comes_back(hub, days, token)
    assert left(hub)[0] == 1


def test_an_alert_stopped_while_its_mail_is_put_into_words_leaves_nothing_to_settle(hub, days):
    build.publish_sample(hub, PETITIONS)
    alert = asked(hub, days)
    with hub.writing() as session:
        claimed = outbox.claim(session, days.now)
    stopped(hub, alert)
    with hub.writing() as session:
        outbox.mark_failed(session, claimed, "the alert was stopped", due_at=None, now=days.now)
        assert not outbox.begin_handing_over(session, claimed, days.now)
        assert outbox.to_settle(session, days.now + A_DAY, most=9) == []


def test_news_of_which_nothing_is_left_is_not_sent_as_an_empty_list(hub, days):
    build.publish_sample(hub, PETITIONS)
    confirmed(hub, days)
    changed(hub, days)
    mails(hub)
    jobs.tell_alerts(hub)
    with hub.writing() as session:
        (row,) = session.exec(select(MailRow).where(MailRow.kind == "alert-news"))
        row.said = {"datasets": "nothing-there"}
        session.add(row)
    assert news(hub) == []


def test_the_feed_of_a_dataset_tells_its_versions_however_often_its_record_was_rewritten(hub, days):
    build.publish_sample(hub, PETITIONS)
    with hub.writing() as session:
        for _ in range(LATEST):
            changes.append(
                session, "demo-petitions", ChangeKind.REWRITTEN, days.now, base_url=build.BASE_URL
            )
    with hub.reading() as session:
        body, _ = dataset_feed(session, hub.frame, "demo-petitions", language="fr")
    assert body.count("<entry>") == 1


def test_an_entity_tells_of_new_versions_whose_rows_speak_of_it(demo_hub, days):
    demo_hub.index_entities()
    confirmed(demo_hub, days, AlertKind.ENTITY, SUPPLIER)
    changed(demo_hub, days, "purchase-orders")
    changed(demo_hub, days)
    assert jobs.tell_alerts(demo_hub) == 1
    (told,) = news(demo_hub)
    assert "demo-purchase-orders" in told.get_content()
    assert "demo-petitions" not in told.get_content()
    assert f"/fr/entities/{SUPPLIER}" in told.get_content()


def test_changes_wait_for_a_table_that_is_not_looked_through_yet_but_not_for_ever(
    demo_hub, days, monkeypatch
):
    demo_hub.index_entities()
    confirmed(demo_hub, days, AlertKind.ENTITY, SUPPLIER)
    with monkeypatch.context() as away:
        away.setattr(Hub, "index_entities", lambda _hub: 0)
        changed(demo_hub, days, "purchase-orders")
        changed(demo_hub, days)
        assert jobs.tell_alerts(demo_hub) == 0
        days.pass_()
        confirmed(demo_hub, days, to=OTHER)
        assert jobs.tell_alerts(demo_hub) == 0
    assert jobs.tell_alerts(demo_hub) == 1
    days.pass_()
    with monkeypatch.context() as away:
        away.setattr(Hub, "index_entities", lambda _hub: 0)
        changed(demo_hub, days, "purchase-orders")
        changed(demo_hub, days)
        days.pass_(3)
        assert jobs.tell_alerts(demo_hub) == 1


def test_an_alert_on_what_becomes_a_natural_persons_is_erased_with_what_waits(demo_hub, days):
    demo_hub.index_entities()
    confirmed(demo_hub, days, AlertKind.ENTITY, SUPPLIER)
    changed(demo_hub, days, "purchase-orders")
    mails(demo_hub)
    assert jobs.tell_alerts(demo_hub) == 1
    with demo_hub.writing() as session:
        session.exec(update(EntityEntryRow).values(is_person=True))
    assert jobs.tell_alerts(demo_hub) == 0
    assert left(demo_hub) == [0, 0, 0, 0]
    assert news(demo_hub) == []


@pytest.mark.parametrize(("language", "subject", "words"), [
    ("fr", "Du nouveau : العرائض", "Nouvelle version : 2"),
    ("ar", "جديد: العرائض", "إصدار جديد: 2"),
    ("en", "New: العرائض", "New version: 2"),
])  # fmt: skip
def test_readers_are_written_to_in_their_language_and_stop_by_one_click(
    hub, days, language, subject, words
):
    build.publish_sample(hub, PETITIONS, title={"ar": "العرائض"})
    alert = confirmed(hub, days, language=language)
    changed(hub, days, title={"ar": "العرائض"})
    jobs.tell_alerts(hub)
    (told,) = mails(hub, subject)
    assert words in told.get_content()
    assert told["content-language"] == language
    key = link_key(Link.STOP, alert.salt, hub.key)
    stop = f"{build.BASE_URL}/{language}/alerts/{alert.salt}/stop/{key}"
    assert told["list-unsubscribe"] == f"<{stop}>"
    assert told["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert stop in told.get_content()


def test_what_somebody_types_is_not_mailed_to_another(hub, days):
    asked(hub, days, AlertKind.SEARCH, "q=Gagnez+sur+http%3A%2F%2Fspam.example")
    (sent,) = mails(hub)
    assert "spam" not in sent.get_content() + sent["subject"]


def test_who_asks_again_for_another_keeps_no_address_longer(hub, days):
    asked(hub, days, AlertKind.SEARCH, "q=eau")
    days.pass_(6)
    asked(hub, days, AlertKind.SEARCH, "q=eau")
    days.pass_(2)
    assert jobs.forget_alerts(hub) == 1
    assert left(hub)[0] == 0


def test_an_address_is_written_to_ten_times_a_day_at_most_and_once_about_one_thing(hub, days):
    build.publish_sample(hub, PETITIONS)
    for number in range(12):
        asked(hub, days, AlertKind.SEARCH, f"q=mot{number}")
    for _ in range(3):
        asked(hub, days, AlertKind.SEARCH, "q=mot1")
    assert len(mails(hub)) == 10
    for count in (10, 11):
        days.pass_(6)
        asked(hub, days, AlertKind.SEARCH, "q=mot1")
        assert len(mails(hub)) == count


def test_who_follows_it_already_is_told_so_by_mail_alone(hub, days):
    build.publish_sample(hub, PETITIONS)
    confirmed(hub, days)
    days.pass_(2)
    asked(hub, days)
    assert len(mails(hub, "Votre alerte est déjà active")) == 1
    assert left(hub)[0] == 1


def test_the_address_is_in_no_table(hub, days):
    build.publish_sample(hub, PETITIONS)
    confirmed(hub, days)
    changed(hub, days)
    jobs.tell_alerts(hub)
    content = b"".join(each.read_bytes() for each in hub.settings.home.glob("*.sqlite*"))
    assert b"demo-petitions" in content
    assert READER.encode() not in content


@pytest.mark.parametrize(
    ("kind", "about", "problem"),
    [
        (AlertKind.DATASET, "none", UnknownDataset),
        (AlertKind.DATASET, "a\x00b", Invalid),
        (AlertKind.ENTITY, "supplier/ice/000000000000097", UnknownEntity),
        (AlertKind.ENTITY, "person/1", Invalid),
        (AlertKind.SEARCH, f"q={'a' * 501}", Invalid),
        (AlertKind.SEARCH, "q=a" * 9_000, Invalid),
    ],
)
def test_what_is_not_there_can_not_be_followed(hub, days, kind, about, problem):
    with pytest.raises(problem):
        asked(hub, days, kind, about)
    assert left(hub)[0] == 0


def test_an_address_that_takes_no_mail_is_not_kept(hub, days, monkeypatch):
    def refused(*_given):
        raise MailNotSent("refused: [550]", is_lasting=True, is_address=True)

    build.publish_sample(hub, PETITIONS)
    asked(hub, days)
    monkeypatch.setattr(Post, "send", refused)
    assert mails(hub) == []
    assert left(hub)[0] == 0


@pytest.mark.parametrize(
    ("whose", "fault"),
    [
        (Post, MailNotSent("refused: [554]", is_lasting=True)),
        (Post, OSError("full")),
        (telling, KeyError("label")),
    ],
)
def test_a_fault_of_the_hub_itself_erases_no_alert(hub, days, monkeypatch, whose, fault):
    def fails(*_given, **_words):
        raise fault

    build.publish_sample(hub, PETITIONS)
    asked(hub, days)
    monkeypatch.setattr(whose, "send" if whose is Post else "confirm_mail", fails)
    assert mails(hub) == []
    assert left(hub)[0] == 1


@pytest.mark.parametrize(
    ("status", "is_lasting", "kept_after"),
    [("5.1.1", True, 0), ("4.2.2", False, 1), ("5.7.1", True, 1)],
)
def test_an_address_that_is_none_is_erased_when_mail_comes_back(
    hub, days, status, is_lasting, kept_after
):
    build.publish_sample(hub, PETITIONS)
    asked(hub, days)
    assert len(mails(hub)) == 1
    (sent,) = hub.mailer.folder.glob("*.eml")
    comes_back(hub, days, sent.stem, status=status, is_lasting=is_lasting)
    assert left(hub)[0] == kept_after


def test_a_new_key_seals_every_address_anew_and_each_is_still_found(hub, days):
    old, both, new = (
        hub.engine.execution_options(vault=AesVault(keys)) for keys in ([OLD], [NEW, OLD], [NEW])
    )
    topic = Topic(AlertKind.DATASET, "demo-petitions", "Pétitions")
    with writing(old) as session:
        first = kept.add(session, topic, READER, language="fr", now=days.now)
    with writing(both) as session:
        assert kept.count_sealed(session) == kept.Kept(current=0, earlier=1)
        assert kept.of_address(session, READER) == [first]
        assert rotate.reseal_alerts(session, after=0) == Batch(first.id, ())
        assert rotate.reseal_alerts(session, after=0) == Batch(None, ())
    with writing(new) as session:
        assert kept.count_sealed(session) == kept.Kept(current=1, earlier=0)
        assert kept.opened(session, first.salt) == (first, READER)
        assert kept.of_address(session, READER) == [first]
        assert rotate.check_alerts(session, after=0).unread == ()
    with reading(old) as session:
        assert len(rotate.check_alerts(session, after=0).unread) == 1

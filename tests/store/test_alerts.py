"""Alerts and what they tell are kept alike on both databases."""

from datetime import timedelta

from sqlalchemy import text

import build
from opendata_hub.domain.alerts.alert import AlertKind, Topic
from opendata_hub.domain.correspondence.mail import Rank
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.store import migrate
from opendata_hub.store.alerts import kept, news
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.engine import reading, writing

DATASET = Topic(AlertKind.DATASET, "budget", "Budget")
SEARCH = Topic(AlertKind.SEARCH, "q=eau", "eau")
ENTITY = Topic(AlertKind.ENTITY, "supplier/ice/1", "Comptoir")
ALL = news.Span(0)
READER, OTHER = "lectrice@exemple.example", "autre@exemple.example"


def added(session, topic, to=READER, *, is_confirmed=True):
    alert = kept.add(session, topic, to, language="fr", now=build.NOW)
    if is_confirmed:
        kept.confirm(session, alert.id, since=3, now=build.NOW)
    return alert.id


def opened(session, alert):
    return kept.opened(session, kept.named(session, [alert])[alert].salt)


def test_the_same_wish_of_the_same_address_is_kept_once(engine):
    with writing(engine) as session:
        first = added(session, DATASET)
        assert kept.add(session, DATASET, READER, language="ar", now=build.NOW) is None
        assert [each.id for each in kept.of_address(session, READER)] == [first]
        assert kept.of_address(session, OTHER) == []


def test_only_what_is_confirmed_is_wanted_and_a_search_is_read_once_for_all(engine):
    with writing(engine) as session:
        first, second = added(session, SEARCH), added(session, SEARCH, OTHER)
        third = added(session, DATASET)
        added(session, DATASET, OTHER, is_confirmed=False)
        assert list(news.searches(session)) == ["q=eau"]
        found = news.followers(session, after=first, most=2)
        assert found == [
            news.Follower(second, AlertKind.SEARCH, "q=eau", 3),
            news.Follower(third, AlertKind.DATASET, "budget", 3),
        ]
        assert news.followers(session, after=third, most=2) == []


def test_mails_that_name_an_alert_by_number_are_its_own_or_nobodys(engine):
    def written(session, number, at):
        outbox.add(session, "alert-news", language="fr", reference=f"alert {number}", now=at)

    with writing(engine) as session:
        alert = kept.add(session, DATASET, READER, language="fr", now=build.NOW)
        written(session, alert.id, build.NOW - timedelta(days=1))
        written(session, alert.id, build.NOW)
        written(session, alert.id + 9, build.NOW)
    migrate.downgrade(engine, "0037")
    with engine.begin() as connection:
        put = text("UPDATE mail SET due_at = written_at, reference = 'alert ' || :id WHERE id = :n")
        for number, of in ((1, alert.id), (2, alert.id), (3, alert.id + 9)):
            connection.execute(put, {"n": number, "id": of})
    migrate.upgrade(engine)
    with reading(engine) as session:
        (waits,) = outbox.waiting(session, most=9)
        assert (waits.id, waits.reference) == (2, f"alert {alert.salt}")


def test_news_are_sent_after_all_that_hurries(engine):
    with writing(engine) as session:
        early, late = build.NOW, build.NOW + timedelta(minutes=5)
        news_mail = outbox.add(session, "alert-news", language="fr", rank=Rank.NEWS, now=early)
        link = outbox.add(session, "link", email=READER, language="fr", now=late)
        assert outbox.claim(session, late).id == link
        assert outbox.claim(session, late, ranks=[Rank.AT_ONCE]) is None
        assert outbox.claim(session, late).id == news_mail


def test_what_waits_is_taken_once_and_what_was_told_is_remembered(engine):
    with writing(engine) as session:
        alert = added(session, DATASET)
        news.put(session, ["a", "b"], ALL, {(alert, "a"): 4, (alert, "b"): 5})
        assert news.waiting(session, after=0, told_before=build.NOW, most=9) == []
        news.move(session, 6)
        long_ago, later = build.NOW - timedelta(hours=20), build.NOW + timedelta(days=1)
        assert news.waiting(session, after=0, told_before=long_ago, most=9) == [alert]
        assert news.take(session, [alert], build.NOW) == {alert: ["b", "a"]}
        assert news.take(session, [alert], build.NOW) == {}
        news.put(session, ["a"], ALL, {(alert, "a"): 6})
        assert news.waiting(session, after=0, told_before=long_ago, most=9) == []
        assert news.waiting(session, after=0, told_before=later, most=9) == [alert]
        assert news.take(session, [alert], later) == {alert: ["a"]}
        assert sorted(news.told_in(session, ["a", "b"], ALL)) == [(alert, "a"), (alert, "b")]
        assert news.told_in(session, ["a", "b"], news.Span(alert)) == []
        assert news.forget_told(session, later, most=9) == 1
        assert news.told_in(session, ["a", "b"], ALL) == [(alert, "a")]
        kept.erase(session, [alert])
        assert news.told_in(session, ["a", "b"], ALL) == []


def test_an_entity_is_asked_for_by_its_keys_and_the_mark_moves(engine):
    with writing(engine) as session:
        alert = added(session, ENTITY)
        kept.add_keys(session, alert, EntityKind.SUPPLIER, [Key("ice", "1"), Key("x", "2")])
        assert list(news.spoken_of(session, ["budget"])) == []
        assert list(news.keys_in(session, ALL)) == [
            (alert, "supplier/ice/1"),
            (alert, "supplier/x/2"),
        ]
        assert list(news.keys_in(session, news.Span(0, alert - 1))) == []
        assert news.cursor(session, to_change=True) == 0
        news.move(session, 7)
    with reading(engine) as session:
        assert news.cursor(session) == 7
        assert kept.unconfirmed(session, build.NOW, most=9) == []
        assert opened(session, alert)[1] == READER

"""Packages that are kept ready, on both databases."""

import build
from opendata_hub.domain.catalog.harvest.change import ChangeKind, Tombstone
from opendata_hub.store import changes, datasets
from opendata_hub.store.ckan import packages
from opendata_hub.store.ckan.packages import Kept
from opendata_hub.store.engine import reading, writing


def published(session, slug, number, kind=ChangeKind.CREATED):
    datasets.lock(session)
    datasets.save(session, build.dataset(number, slug))
    return changes.append(session, slug, kind, build.NOW, base_url=build.BASE_URL)


def kept(of, form="1", body=b'{"name": "\xd8\xa7"}'):
    return Kept(of, "commune-exemple", form, "x", body)


def keep(engine, form="1", most=10):
    with writing(engine) as session:
        some = packages.behind(session, form, most=most)
        packages.save(session, [kept(each, form) for each in some])
    return [each.slug for each in some]


def found(engine, *slugs):
    with reading(engine) as session:
        return packages.find(session, slugs)


def test_what_changed_is_made_in_its_order_and_counts_while_it_is_the_latest(engine):
    with writing(engine) as session:
        number = build.kept_submission(session).id
        for slug in ("a", "b", "c"):
            published(session, slug, number)
    assert keep(engine, most=2) == ["a", "b"]
    assert keep(engine) == ["c"]
    assert keep(engine) == []
    assert found(engine, "a", "x")["a"] == kept(found(engine, "a")["a"].of)
    with writing(engine) as session:
        published(session, "a", number, ChangeKind.REPLACED)
    assert set(found(engine, "a", "b")) == {"b"}
    assert keep(engine) == ["a"]
    assert set(found(engine, *"abc")) == set("abc")


def test_another_form_begins_anew_and_takes_the_place_of_the_old_one(engine):
    with writing(engine) as session:
        number = build.kept_submission(session).id
        for slug in ("a", "b"):
            published(session, slug, number)
    keep(engine)
    assert keep(engine, form="2", most=1) == ["a"]
    assert {slug: each.form for slug, each in found(engine, "a", "b").items()} == {
        "a": "2",
        "b": "1",
    }
    assert keep(engine, form="2") == ["b"]


def test_a_withdrawal_erases_what_was_kept(engine):
    with writing(engine) as session:
        number = build.kept_submission(session).id
        for slug in ("a", "b"):
            published(session, slug, number)
    keep(engine)
    left = Tombstone("b", "commune-exemple", {"fr": "b"}, "Erreur", 1, build.NOW, build.NOW)
    with writing(engine) as session:
        changes.bury(session, left, base_url=build.BASE_URL)
    assert set(found(engine, "a", "b")) == {"a"}
    with reading(engine) as session:
        count = session.connection().exec_driver_sql("SELECT count(*) FROM ckan_package")
        assert count.scalar_one() == 1
    assert keep(engine) == []

"""Our datasets are brought to a CKAN elsewhere: once, slowly, and over nobody's head."""

from dataclasses import replace

import pytest

import build
from opendata_hub.adapters.fetch import Fetcher
from opendata_hub.adapters.remote_ckan.remote import Pace, Remote
from opendata_hub.domain.errors import IdentityUnreadable, RemoteRefused, Unreachable
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.remote_ckan.plan import Step
from opendata_hub.domain.remote_ckan.target import Target
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.flows.remote_ckan import declare
from opendata_hub.flows.remote_ckan.push import Way, plan, pull, push
from opendata_hub.store import datasets
from opendata_hub.store.remote_ckan import targets
from remote_ckan import KEY, remote_ckan

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def site():
    with remote_ckan() as site:
        yield site


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def way(demo_hub, site, pauses):
    """The way from a hub with a dataset of each family to the CKAN."""
    target = Target(
        "national", f"http://127.0.0.1:{site.port}", demo_hub.frame.site.publisher, "city",
        build.NOW, per_minute=6_000,
    )  # fmt: skip
    with demo_hub.writing() as session:
        declare.add(session, demo_hub.frame, target, KEY, by=OPERATOR, now=build.NOW)
        key = targets.key_of(session, "national")
    fetcher = Fetcher(loopback_ports=frozenset({site.port}))
    remote = Remote(target, key, fetcher, pause=pauses.append)
    return Way(
        demo_hub.frame, demo_hub.reading, demo_hub.writing, target, remote, lambda: build.NOW
    )


def slugs(way):
    with way.reading() as session:
        return sorted(each.slug for each in datasets.latest(session))


def steps(done):
    return {each.planned.slug: each.planned.step for each in done}


def test_a_plan_tells_what_would_be_created_and_writes_nothing(way, site):
    planned = list(plan(way))
    assert {each.step for each in planned} == {Step.CREATE}
    assert sorted(each.slug for each in planned) == slugs(way)
    assert {"title", "license_id"} <= {each.field for each in planned[0].differences}
    assert site.writes == []


def test_a_push_brings_everything_and_a_second_one_changes_nothing(way, site):
    assert set(steps(push(way)).values()) == {Step.CREATE}
    assert sorted(each["name"] for each in site.packages.values()) == slugs(way)
    assert {each["owner_org"] for each in site.packages.values()} == {"org-1"}
    written = len(site.writes)
    assert set(steps(push(way)).values()) == {Step.SAME}
    assert len(site.writes) == written


def test_what_is_pulled_is_what_was_pushed_field_by_field(way):
    list(push(way))
    pulled = list(pull(way))
    assert sorted(each.slug for each in pulled) == slugs(way)
    assert {
        (each.slug, each.differences, each.problem) for each in pulled if each.differences
    } == set()


def test_what_changes_here_is_changed_there_and_files_keep_their_ids(way, site):
    list(push(way))
    slug = slugs(way)[0]
    before = site.named(slug)
    with way.writing() as session:
        dataset = datasets.get(session, slug)
        datasets.save(session, replace(dataset, title={"fr": "Un autre titre"}))
    (changed,) = (each for each in plan(way) if each.step is not Step.SAME)
    assert changed.step is Step.CHANGE
    assert "title" in {each.field for each in changed.differences}
    assert steps(push(way))[slug] is Step.CHANGE
    after = site.named(slug)
    assert after["title"] == "Un autre titre"
    assert [r["id"] for r in after["resources"]] == [r["id"] for r in before["resources"]]
    assert set(steps(push(way)).values()) == {Step.SAME}


def test_what_somebody_changed_there_is_told_and_not_overwritten_unless_asked(way, site):
    list(push(way))
    slug = slugs(way)[0]
    site.named(slug)["title"] = "Titre corrigé là-bas"
    site.named(slug)["author_email"] = "nothing of ours"
    (conflict,) = (each.planned for each in push(way) if each.planned.step is not Step.SAME)
    assert (conflict.step, conflict.reason) == (Step.CONFLICT, "somebody has changed it there")
    assert [(d.field, d.now) for d in conflict.differences] == [("title", "Titre corrigé là-bas")]
    assert site.named(slug)["title"] == "Titre corrigé là-bas"
    list(push(way, overwrites=True))
    assert site.named(slug)["title"] != "Titre corrigé là-bas"
    assert set(steps(push(way)).values()) == {Step.SAME}


def test_what_was_deleted_there_is_told_and_brought_again_only_if_asked(way, site):
    list(push(way))
    slug = slugs(way)[0]
    site.named(slug)["state"] = "deleted"
    assert steps(push(way))[slug] is Step.CONFLICT
    list(push(way, overwrites=True))
    assert [p["state"] for p in site.packages.values() if p["name"] == slug] == [
        "deleted",
        "active",
    ]


def test_nobody_elses_dataset_is_overwritten_whatever_is_asked(way, site):
    slug = slugs(way)[0]
    site.packages["x"] = {
        "id": "x", "name": slug, "title": "D’autrui", "state": "active", "resources": [],
        "tags": [], "extras": [],
    }  # fmt: skip
    done = list(push(way, overwrites=True))
    assert steps(done)[slug] is Step.CONFLICT
    assert site.packages["x"]["title"] == "D’autrui"
    assert len(site.packages) == len(slugs(way))


def test_a_creation_whose_answer_never_came_is_not_done_twice(way, site, pauses):
    lost = iter([504])

    def befalls(action, is_done):
        return next(lost, 0) if action == "package_create" and is_done else 0

    site.befalls = befalls
    list(push(way))
    assert len(site.packages) == len(slugs(way))
    assert 2.0 in pauses
    assert set(steps(push(way)).values()) == {Step.SAME}


def test_one_who_is_busy_is_asked_again_and_one_who_stays_silent_ends_the_push(way, site, pauses):
    busy = iter([429, 503])
    site.befalls = lambda *_: next(busy, 0)
    list(push(way))
    assert [pause for pause in pauses if pause > 1] == [2.0, 8.0]
    site.befalls = lambda *_: 502
    with pytest.raises(Unreachable):
        list(push(way))


def test_a_push_that_breaks_off_goes_on_with_the_rest(way, site):
    pushing = push(way)
    next(pushing)
    pushing.close()
    assert len(site.packages) == 1
    list(push(way))
    assert len(site.packages) == len(slugs(way))
    assert site.writes.count("package_create") == len(slugs(way))


def test_one_that_is_refused_stops_no_other(way, site):
    first, *others = slugs(way)
    create = site.package_create

    def picky(said):
        if said["name"] == first:
            error = {"__type": "Validation Error", "tags": ["Tag is too long"]}
            return 409, {"success": False, "error": error}
        return create(said)

    site.package_create = picky
    refused = [each for each in push(way) if each.problem]
    assert [(e.planned.slug, e.problem.code) for e in refused] == [(first, "package-refused")]
    assert "Tag is too long" in str(refused[0].problem)
    assert sorted(each["name"] for each in site.packages.values()) == others
    site.package_create = create
    assert steps(push(way))[first] is Step.CREATE


def withdrawn(way, *which):
    for slug in which:
        with way.writing() as session:
            withdraw(session, way.frame, slug, reason="Erreur", by=OPERATOR, now=build.NOW)


def test_what_is_withdrawn_here_is_deleted_there_below_the_threshold(way, site):
    list(push(way))
    first, second, *rest = slugs(way)
    withdrawn(way, first)
    done = list(push(way))
    assert (steps(done)[first], site.named(first)["state"]) == (Step.DELETE, "deleted")
    withdrawn(way, second, *rest[:3])
    waiting = [each for each in push(way) if each.planned.step is Step.DELETE]
    assert {each.problem.code for each in waiting} == {"deletions-wait"}
    assert site.named(second)["state"] == "active"
    list(push(way, may_delete=True))
    assert site.named(second)["state"] == "deleted"
    assert Step.DELETE not in set(steps(push(way)).values())


def test_a_hub_without_datasets_deletes_nothing_unasked(way, site):
    list(push(way))
    withdrawn(way, *slugs(way))
    assert {each.problem.code for each in push(way)} == {"deletions-wait"}
    assert {each["state"] for each in site.packages.values()} == {"active"}


@pytest.fixture
def hide(site):
    """Packages of these names or ids are answered as those of others are that are private."""
    hidden, show = set(), site.package_show

    def answered(said):
        if said["id"] in hidden:
            return 403, {"success": False, "error": {"__type": "Authorization Error"}}
        return show(said)

    site.package_show = answered
    return hidden.add


@pytest.mark.parametrize("overwrites", [False, True])
def test_one_that_is_private_there_stops_no_other_and_is_left_alone(way, site, hide, overwrites):
    first, *others = slugs(way)
    hide(first)
    assert {each.step for each in plan(way) if each.slug == first} == {Step.CONFLICT}
    done = {each.planned.slug: each.planned for each in push(way, overwrites=overwrites)}
    assert (done[first].step, done[first].reason) == (
        Step.CONFLICT,
        "it is private there, or deleted",
    )
    assert sorted(each["name"] for each in site.packages.values()) == others


def test_one_that_was_hidden_there_is_neither_deleted_nor_pulled(way, site, hide):
    list(push(way))
    slug = slugs(way)[0]
    hide(site.named(slug)["id"])
    assert [each.problem for each in pull(way) if each.slug == slug] == ["not shown there"]
    withdrawn(way, slug)
    assert steps(push(way, may_delete=True, overwrites=True))[slug] is Step.CONFLICT
    assert site.named(slug)["state"] == "active"


@pytest.mark.parametrize("action", ["package_patch", "package_delete"])
def test_one_that_was_given_to_others_there_stops_no_other(way, site, action):
    list(push(way))
    slug, other = slugs(way)[:2]
    if action == "package_delete":
        withdrawn(way, slug)
    with way.writing() as session:
        for each in {slug, other} & {d.slug for d in datasets.latest(session)}:
            dataset = datasets.get(session, each)
            datasets.save(session, replace(dataset, title={"fr": "Un autre titre"}))
    place, ours = site.named(slug)["id"], getattr(site, action)

    def picky(said):
        refused = 403, {"success": False, "error": {"__type": "Authorization Error"}}
        return refused if said["id"] == place else ours(said)

    setattr(site, action, picky)
    done = {each.planned.slug: each for each in push(way, may_delete=True)}
    assert done[slug].problem.code == "package-refused"
    assert site.named(other)["title"] == "Un autre titre"
    assert site.named(slug)["state"] == "active"


def test_what_somebody_changed_there_is_deleted_only_if_asked(way, site):
    list(push(way))
    slug = slugs(way)[0]
    site.named(slug)["notes"] = "Réécrit là-bas"
    withdrawn(way, slug)
    planned = {each.slug: each for each in plan(way)}[slug]
    assert (planned.step, [d.field for d in planned.differences]) == (Step.CONFLICT, ["notes"])
    assert steps(push(way, may_delete=True))[slug] is Step.CONFLICT
    assert site.named(slug)["state"] == "active"
    list(push(way, overwrites=True))
    assert site.named(slug)["state"] == "deleted"


def test_what_is_another_dataset_by_now_is_not_deleted_whatever_is_asked(way, site):
    list(push(way))
    slug = slugs(way)[0]
    site.named(slug)["extras"] = [{"key": "uri", "value": "http://other.example/d"}]
    withdrawn(way, slug)
    list(push(way, may_delete=True, overwrites=True))
    assert site.named(slug)["state"] == "active"


def test_the_key_is_sealed_and_opens_for_its_own_target_only(demo_hub, way):
    assert way.target.id == "national"
    kept = b"".join(file.read_bytes() for file in demo_hub.settings.home.glob("hub.sqlite3*"))
    assert KEY.encode() not in kept
    with demo_hub.writing() as session:
        other = replace(way.target, id="other", url="http://other.example")
        declare.add(session, demo_hub.frame, other, "another", by=OPERATOR, now=build.NOW)
        swap = (
            "UPDATE ckan_target SET sealed = (SELECT sealed FROM ckan_target WHERE id = 'national')"
        )
        session.connection().exec_driver_sql(swap)
        assert targets.key_of(session, "national") == KEY
        with pytest.raises(IdentityUnreadable):
            targets.key_of(session, "other")


def test_a_wrong_key_and_an_unknown_organization_are_told(way, site):
    fetcher = Fetcher(loopback_ports=frozenset({site.port}))
    wrong = replace(way, remote=Remote(way.target, "wrong", fetcher))
    with pytest.raises(RemoteRefused, match="does not allow package_create"):
        list(push(wrong))
    with pytest.raises(RemoteRefused, match="no organization"):
        list(push(replace(way, target=replace(way.target, organization="nowhere"))))


def test_calls_keep_their_pace():
    now, waits = [0.0], []

    def pause(seconds):
        waits.append(round(seconds, 3))
        now[0] += seconds

    pace = Pace(per_minute=60, pause=pause, clock=lambda: now[0])
    pace.keep()
    now[0] += 0.25
    pace.keep()
    now[0] += 5
    pace.keep()
    assert waits == [0.75, 0.0]

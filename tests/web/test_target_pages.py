"""CKANs that our datasets are brought to, on pages: the last plan, and what is in conflict."""

import pytest

import build
from opendata_hub.adapters.fetch import Fetcher
from opendata_hub.adapters.remote_ckan.remote import Remote
from opendata_hub.domain.people.roles import OPERATOR, Grant, Role
from opendata_hub.domain.remote_ckan.kept_plan import MOST_STEPS, KeptStep, plan_of
from opendata_hub.domain.remote_ckan.plan import Step
from opendata_hub.domain.remote_ckan.target import Target
from opendata_hub.flows.remote_ckan import declare
from opendata_hub.flows.remote_ckan.push import Way, plan, push
from opendata_hub.flows.remote_ckan.remember import remembered_plan, remembered_push
from opendata_hub.store.remote_ckan import plans
from remote_ckan import KEY, remote_ckan

pytestmark = pytest.mark.enable_socket
ADDRESS = "/fr/targets/national"


@pytest.fixture
def site():
    with remote_ckan() as site:
        yield site


@pytest.fixture
def way(demo_hub, site):
    """A way from the hub with the samples to a CKAN that is never far."""
    url = f"http://127.0.0.1:{site.port}"
    target = Target(
        "national", url, demo_hub.frame.site.publisher, "city", build.NOW, per_minute=6_000
    )
    with demo_hub.writing() as session:
        declare.add(session, demo_hub.frame, target, KEY, by=OPERATOR, now=build.NOW)
    remote = Remote(target, KEY, Fetcher(loopback_ports=frozenset({site.port})))
    return Way(
        demo_hub.frame, demo_hub.reading, demo_hub.writing, target, remote, lambda: build.NOW
    )


@pytest.fixture
def head(demo_hub):
    grants = (Grant(Role.HEAD, "commune-exemple"),)
    return build.signed_in(demo_hub, build.person(demo_hub, grants=grants))


def shown(client, head, address=ADDRESS):
    answer = client.get(address, headers=head)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return answer.text


def test_the_last_plan_is_shown_and_what_a_push_left_undone(way, site, demo_client, head):
    assert ADDRESS in shown(demo_client, head, "/fr/sources")
    assert "opendata-hub ckan plan national" in shown(demo_client, head)
    planned = list(remembered_plan(way, plan(way)))
    assert planned == list(plan(way))
    assert f"À créer\u00a0: {len(planned)}" in shown(demo_client, head)
    list(remembered_push(way, push(way)))
    assert "Tout y est identique" in shown(demo_client, head)
    site.named("demo-petitions")["title"] = "<i>Autre</i>"
    list(remembered_push(way, push(way)))
    told = shown(demo_client, head)
    assert "Conflit" in told
    assert "&lt;i&gt;Autre&lt;/i&gt;" in told
    assert "--overwrite" in told
    assert "تعارض" in shown(demo_client, head, "/ar/targets/national")
    list(remembered_push(way, push(way, overwrites=True), overwrites=True))
    assert "Tout y est identique" in shown(demo_client, head)


def test_a_target_of_another_body_is_not_shown(way, demo_hub, demo_client):
    grants = (Grant(Role.HEAD, "commune-nord"),)
    other = build.signed_in(demo_hub, build.person(demo_hub, "a@hub.example", grants=grants))
    assert demo_client.get(f"/fr/targets/{way.target.id}", headers=other).status_code == 404
    assert ADDRESS not in demo_client.get("/fr/sources", headers=other).text


def test_who_forgets_a_target_forgets_its_plan(way, demo_hub):
    list(remembered_plan(way, plan(way)))
    with demo_hub.writing() as session:
        declare.remove(session, "national", by=OPERATOR, now=build.NOW)
        assert plans.last(session, "national") is None


def test_of_very_many_steps_the_conflicts_are_kept_first_and_all_are_counted():
    steps = [KeptStep(Step.CREATE, f"c{n}") for n in range(MOST_STEPS)]
    kept = plan_of([*steps, KeptStep(Step.CONFLICT, "x")], made_at=build.NOW)
    assert (kept.steps[0].slug, len(kept.steps), kept.is_cut) == ("x", MOST_STEPS, True)
    assert kept.counts == {Step.CREATE: MOST_STEPS, Step.CONFLICT: 1}

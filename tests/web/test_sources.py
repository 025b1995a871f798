"""Sources for programs: who may name one, see it, and let go of it."""

import pytest

import build
from opendata_hub.domain.operations.task import Task, Work
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.store.queue.waiting import queue_of

SOURCE = {
    "id": "ville", "kind": "ckan", "url": "https://data.ville.example",
    "authority": "commune-exemple", "filter": "organization:ville",
}  # fmt: skip


READING = Work(Task.READ_SOURCE, {"source": "ville"})


@pytest.fixture
def head(hub):
    return build.token(hub, "head", grants=(Grant(Role.HEAD, "commune-exemple"),))


def test_a_source_is_named_changed_asked_for_and_let_go(hub, client, head):
    made = client.post("/api/v1/sources", json=SOURCE, headers=head)
    assert (made.status_code, made.json()["kept"], made.json()["last_run"]) == (201, 0, None)
    with hub.reading() as session:
        assert queue_of(session).waiting(session) == {READING.key}
    again = client.post("/api/v1/sources", json=SOURCE, headers=head)
    assert (again.status_code, again.json()["code"]) == (409, "source-taken")
    changed = client.patch("/api/v1/sources/ville", json={"hours": 6}, headers=head)
    assert changed.json()["hours"] == 6
    assert client.post("/api/v1/sources/ville/runs", headers=head).status_code == 202
    assert client.get("/api/v1/sources/ville/runs", headers=head).json() == {"results": []}
    assert client.get("/api/v1/sources/ville/quarantine", headers=head).json()["total"] == 0
    stopped = client.delete("/api/v1/sources/ville/runs/current", headers=head)
    assert stopped.json() == {"stopping": False}
    listed = client.get("/api/v1/sources", headers=head).json()["results"]
    assert [each["id"] for each in listed] == ["ville"]
    assert client.delete("/api/v1/sources/ville", headers=head).json() == {"gone": 0}
    gone = client.get("/api/v1/sources/ville", headers=head)
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown-source")


def test_a_source_of_another_body_is_neither_seen_nor_changed(hub, client, head):
    build.with_authorities(hub, build.authority())
    assert client.post("/api/v1/sources", json=SOURCE, headers=head).status_code == 201
    other = build.token(hub, "other", grants=(Grant(Role.HEAD, "commune-nord"),))
    assert client.get("/api/v1/sources", headers=other).json() == {"results": []}
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("POST", "/runs"), ("GET", "/runs"), ("GET", "/quarantine"),
    ):  # fmt: skip
        assert client.request(
            method, f"/api/v1/sources/ville{path}", headers=other
        ).status_code in {
            404,
            422,
        }
    assert client.post("/api/v1/sources", json=SOURCE, headers=other).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"url": "file:///etc/passwd"}, 422, "invalid-input"),
        ({"id": "../x"}, 422, "invalid-input"),
        ({"hours": 0}, 422, "invalid-input"),
        ({"kind": "dcat"}, 422, "invalid-input"),
        ({"authority": "nobody"}, 403, "forbidden"),
        ({"private_network": True}, 403, "forbidden"),
    ],
)
def test_what_can_be_no_source_is_refused(client, head, changes, status, code):
    answer = client.post("/api/v1/sources", json={**SOURCE, **changes}, headers=head)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_administrator_of_the_whole_hub_may_name_one_in_a_private_network(hub, client):
    everywhere = build.token(hub, "admin", grants=(Grant(Role.ADMINISTRATOR),))
    asked = {**SOURCE, "private_network": True}
    assert client.post("/api/v1/sources", json=asked, headers=everywhere).status_code == 201

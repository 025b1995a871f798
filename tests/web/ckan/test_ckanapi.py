"""The real client, over loopback: what it reads, writes and is refused."""

import socket
import threading
from contextlib import suppress
from dataclasses import replace

import pytest
import uvicorn
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, SearchQueryError, ValidationError
from starlette.testclient import TestClient

import build
from held import held
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.store import engine
from opendata_hub.store.ckan import drafts
from opendata_hub.web.app import create_app

pytestmark = pytest.mark.enable_socket

FAMILY = "association-subsidies"
OWN = "commune-exemple"
NEW = {"name": "subventions-2026", "title": "Subventions 2026", "owner_org": OWN}


@pytest.fixture
def address(hub):
    """Where the hub serves, in a thread of this process."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        served = replace(hub, frame=replace(hub.frame, base_url=base))
        config = uvicorn.Config(create_app(served), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        running.start()
        while not server.started:
            assert running.is_alive()
        yield base
        server.should_exit = True
        running.join(10)


@pytest.fixture
def remote(address, hub):
    """A client with the key of a steward who also administers."""
    grants = (Grant(Role.STEWARD), Grant(Role.ADMINISTRATOR))
    key = build.token(hub, grants=grants)["Authorization"].removeprefix("Bearer ")
    with RemoteCKAN(address, apikey=key) as client:
        yield client


@pytest.fixture
def stranger(address):
    with RemoteCKAN(address) as client:
        yield client


@pytest.fixture
def table(hub, tmp_path):
    """A file that is sound."""
    file = tmp_path / "subventions.csv"
    file.write_bytes(build.sample(hub, FAMILY))
    return file


def hand_in(remote, file, **more):
    with file.open("rb") as upload:
        return remote.action.resource_create(upload=upload, **more)


def published(remote, table, **more):
    package = remote.action.package_create(**{**NEW, **more})
    hand_in(remote, table, package_id=package["id"], name="csv")
    return remote.action.package_show(id=package["id"])


def extra(package, key):
    return next((each["value"] for each in package["extras"] if each["key"] == key), None)


def test_a_dataset_is_begun_given_its_file_changed_and_withdrawn(remote, stranger, table):
    begun = remote.action.package_create(
        **NEW, notes="Toutes les subventions.", tags=[{"name": "clubs"}, {"name": "جمعيات"}],
        groups=[{"name": "soci"}], maintainer="Service culturel", license_id="cc-by",
    )  # fmt: skip
    assert (begun["state"], begun["num_resources"]) == ("draft", 0)
    with pytest.raises(NotAuthorized):
        stranger.action.package_show(id=begun["id"])
    resource = hand_in(remote, table, package_id=begun["id"])
    assert (resource["format"], resource["url_type"]) == ("CSV", "upload")
    shown = stranger.action.package_show(id=begun["id"])
    assert (shown["id"], shown["state"], shown["title"]) == (begun["id"], "active", NEW["title"])
    assert [each["name"] for each in shown["tags"]] == ["clubs", "جمعيات"]
    assert [each["name"] for each in shown["groups"]] == ["soci"]
    assert shown["maintainer"] == "Service culturel"
    assert extra(shown, "family") == FAMILY
    patched = remote.action.package_patch(id=NEW["name"], title="Aides 2026")
    assert patched["title"] == "Aides 2026"
    assert patched["notes"] == "Toutes les subventions."
    assert patched["maintainer"] == "Service culturel"
    assert stranger.action.package_search(q="Aides")["count"] == 1
    remote.action.package_delete(id=begun["id"])
    with pytest.raises(NotAuthorized):
        stranger.action.package_show(id=NEW["name"])
    assert stranger.action.package_list() == []
    assert remote.action.package_show(id=NEW["name"])["state"] == "deleted"


def test_what_was_withdrawn_comes_back_only_where_that_is_said(remote, table):
    first = published(remote, table)
    remote.action.package_delete(id=first["id"])
    begun = remote.action.package_create(**NEW)
    with pytest.raises(ValidationError) as refused:
        hand_in(remote, table, package_id=begun["id"])
    assert "was withdrawn" in refused.value.error_dict["name"][0]
    hand_in(remote, table, package_id=begun["id"], again="true")
    shown = remote.action.package_show(id=NEW["name"])
    assert (shown["state"], shown["version"]) == ("active", "2")


def test_who_writes_while_others_do_for_long_is_told_in_the_words_of_ckan(hub, monkeypatch):
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0.2)
    client, key = TestClient(create_app(hub), base_url=build.BASE_URL), build.token(hub)
    with held(hub.engine):
        told = client.post("/api/3/action/package_create", json=NEW, headers=key)
    assert (told.status_code, told.headers["retry-after"]) == (503, "30")
    assert told.json()["error"]["__type"] == "Service Unavailable"
    assert told.json()["success"] is False


def test_a_package_that_was_read_is_written_back_and_says_the_same(remote, table):
    before = published(remote, table, tags=[{"name": "clubs"}])
    assert remote.action.package_update(**before) == before
    after = remote.action.package_update(**{**before, "notes": "Autrement"})
    changing = {"notes", "version", "metadata_modified", "extras", "resources"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert (after["notes"], after["version"]) == ("Autrement", "2")


def test_whatever_stands_in_a_hub_is_loaded_back_without_a_new_version(demo_client, token):
    """Spans of time without a name, keywords with marks: said again, they are no change."""
    action, said = "/api/3/action/", {"id": "demo-petitions", "tags": [{"name": "l’eau"}]}
    changed = demo_client.post(f"{action}package_patch", json=said, headers=token).json()
    assert "lʼeau" in {tag["name"] for tag in changed["result"]["tags"]}
    for name in demo_client.get(f"{action}package_list").json()["result"]:
        before = demo_client.get(f"{action}package_show", params={"id": name}).json()["result"]
        loaded = demo_client.post(f"{action}package_update", json=before, headers=token)
        assert loaded.json()["result"] == before, name


def test_a_licence_that_is_said_as_ckan_says_it_is_that_of_the_file(remote, table):
    remote.action.package_create(**NEW, license_id="cc-zero")
    assert remote.action.package_show(id=NEW["name"])["license_id"] == "cc-zero"
    hand_in(remote, table, package_id=NEW["name"])
    package = remote.action.package_show(id=NEW["name"])
    assert (package["license_id"], package["version"]) == ("cc-zero", "1")
    assert remote.action.package_update(**package)["version"] == "1"
    assert remote.action.package_patch(id=NEW["name"], license_id="")["license_id"] == "cc-by"


def test_a_package_is_revised_only_as_it_was_expected_to_be(remote, table):
    published(remote, table)
    match = {"name": NEW["name"], "title": NEW["title"]}
    said = remote.action.package_revise(match=match, update={"notes": "Revu"})
    assert said["package"]["notes"] == "Revu"
    with pytest.raises(ValidationError) as refused:
        remote.action.package_revise(match={**match, "notes": "x"}, update={"notes": "y"})
    assert refused.value.error_dict["match"] == ["notes"]


def test_a_package_that_changes_meanwhile_is_not_revised(remote, hub, monkeypatch):
    begun = remote.action.package_create(**NEW, notes="Avant")
    meanwhile = ["Entre-temps"]
    write = Hub.writing

    def writing(asked):
        if meanwhile:
            with write(hub) as session:
                draft = drafts.find(session, begun["id"])
                words = {**draft.package, "notes": meanwhile.pop()}
                drafts.save(session, replace(draft, package=words))
        return write(asked)

    monkeypatch.setattr(Hub, "writing", writing)
    with pytest.raises(ValidationError) as refused:
        remote.action.package_revise(
            match={"name": NEW["name"], "notes": "Avant"}, update={"notes": "Revu"}
        )
    assert refused.value.error_dict["match"] == ["notes"]
    meanwhile.append("Encore")
    patched = remote.action.package_patch(id=begun["id"], title="Aides")
    assert (patched["notes"], patched["title"]) == ("Encore", "Aides")


def test_what_is_published_is_not_made_private(remote, stranger, table):
    package = published(remote, table)
    for action, given in (
        ("package_patch", {"id": package["id"], "private": True}),
        ("package_update", {**package, "private": "yes"}),
    ):
        with pytest.raises(ValidationError) as refused:
            remote.call_action(action, given)
        assert "stays public" in refused.value.error_dict["private"][0]
    assert stranger.action.package_show(id=package["id"])["private"] is False
    assert remote.action.package_patch(id=package["id"], private=False) == package


def test_a_new_file_makes_a_new_version_at_the_same_ids(remote, table):
    before = published(remote, table)
    resource = before["resources"][0]
    with table.open("rb") as upload:
        assert remote.action.resource_patch(id=resource["id"], upload=upload) == resource
    table.write_text("".join(table.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    with table.open("rb") as upload:
        remote.action.resource_patch(id=resource["id"], upload=upload)
    after = remote.action.package_show(id=before["id"])
    assert (after["version"], after["resources"][0]["id"]) == ("2", resource["id"])
    with pytest.raises(ValidationError):
        remote.action.resource_patch(id=resource["id"], name="another name")
    with pytest.raises(ValidationError):
        remote.action.resource_delete(id=resource["id"])
    with pytest.raises(ValidationError):
        remote.action.resource_create(package_id=before["id"], url="http://x.example/y.csv")


def test_a_description_that_frictionless_adds_is_passed_over(remote, table, tmp_path):
    package = published(remote, table)
    description = tmp_path / "datapackage.json"
    description.write_text("{}", "utf-8")
    said = hand_in(remote, description, package_id=package["id"], name="datapackage")
    assert said == package["resources"][0]
    with pytest.raises(ValidationError):
        hand_in(remote, table, package_id=package["id"])


def test_what_the_gate_refuses_is_refused_and_nothing_is_published(
    remote, stranger, table, tmp_path
):
    begun = remote.action.package_create(**NEW, extras=[{"key": "family", "value": FAMILY}])
    broken = tmp_path / "broken.csv"
    rows = table.read_text("utf-8").replace("Association Exemple des Jeunes", "Tél. 0612345678")
    broken.write_text(rows, "utf-8")
    with pytest.raises(ValidationError) as refused:
        hand_in(remote, broken, package_id=begun["id"])
    assert "findings" in refused.value.error_dict["upload"][0]
    assert "0612345678" not in str(refused.value.error_dict)
    assert stranger.action.package_list() == []
    assert remote.action.package_show(id=begun["id"])["state"] == "draft"
    hand_in(remote, table, package_id=begun["id"])
    assert stranger.action.package_list() == [NEW["name"]]


def test_the_family_is_found_by_the_columns_or_asked_for(remote, table, tmp_path):
    begun = remote.action.package_create(**NEW)
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(ValidationError) as refused:
        hand_in(remote, other, package_id=begun["id"])
    assert FAMILY in refused.value.error_dict["family"][0]
    assert hand_in(remote, table, package_id=begun["id"])["format"] == "CSV"


def test_a_private_package_stays_one_until_it_is_said_otherwise(remote, table):
    begun = remote.action.package_create(**NEW, private=True)
    assert begun["private"] is True
    with pytest.raises(ValidationError):
        hand_in(remote, table, package_id=begun["id"])
    assert remote.action.package_patch(id=begun["id"], private=False)["private"] is False
    hand_in(remote, table, package_id=begun["id"])


def test_a_begun_package_can_be_changed_and_given_up(remote):
    begun = remote.action.package_create(**NEW)
    changed = remote.action.package_patch(id=NEW["name"], notes="Plus tard")
    assert (changed["notes"], changed["state"]) == ("Plus tard", "draft")
    remote.action.package_delete(id=begun["id"])
    with pytest.raises(NotFound):
        remote.action.package_show(id=begun["id"])
    assert remote.action.package_create(**NEW)["id"] == begun["id"]


@pytest.mark.parametrize(
    ("given", "key", "text"),
    [
        ({"name": "Bad Name!"}, "name", "Must be purely lowercase alphanumeric"),
        ({"name": "a_b"}, "name", "no _"),
        ({"name": "x"}, "name", "at least 2"),
        ({"name": "x" * 101}, "name", "maximum of 100"),
        ({"name": ["x"]}, "name", "strings"),
        ({"name": None}, "name", "Missing value"),
        ({"owner_org": None}, "owner_org", "An organization must be provided"),
        ({"owner_org": "nope"}, "owner_org", "Organization does not exist"),
        ({"owner_org": ["x"]}, "owner_org", "Organization does not exist"),
        ({"tags": [{"name": f"t{n}"} for n in range(10_000)]}, "tags", "10000 tags, at most 100"),
        ({"tags": [{"name": "x"}]}, "tags", "less than minimum"),
        ({"tags": "many"}, "tags", "Must be a list"),
        ({"extras": [{"key": "colour", "value": "red"}]}, "extras", "No place is kept"),
        ({"extras": [{"key": "frequency", "value": "often"}]}, "frequency", ""),
        ({"extras": [{"key": "issued", "value": "x"}, {"key": "issued"}]}, "extras", "Duplicate"),
        ({"groups": [{"name": "climate"}]}, "groups", "themes of a public list"),
        ({"license_id": "other-closed"}, "license_id", "known: cc-by,"),
        ({"resources": [{"url": "http://x.example"}]}, "resources", "resource_create"),
        ({"title": "bell \x07"}, "title", "control character"),
        ({"title": {"fr": "x"}}, "title", "Must be a text"),
        ({"private": [True]}, "private", "true or false"),
        ({"private": {"a": 1}}, "private", "true or false"),
        ({"private": "perhaps"}, "private", "true or false"),
        ({"type": "showcase"}, "type", "Must be dataset"),
        ({"maintainer": "x" * 6000}, "contact_point", ""),
    ],
)
def test_what_can_not_be_kept_is_refused_by_its_key(remote, given, key, text):
    with pytest.raises(ValidationError) as refused:
        remote.call_action("package_create", {**NEW, **given})
    said = next((v for k, v in refused.value.error_dict.items() if k.startswith(key)), None)
    assert said, refused.value.error_dict
    assert text in said[0]


def test_names_are_given_once_and_things_that_are_not_there_are_not_found(remote, table):
    published(remote, table)
    for again in (NEW, {**NEW, "title": "Autre"}):
        with pytest.raises(ValidationError) as refused:
            remote.action.package_create(**again)
        assert refused.value.error_dict["name"] == ["That URL is already in use."]
    for action, given in (
        ("package_show", {"id": "nope"}),
        ("package_patch", {"id": "nope", "title": "x"}),
        ("package_update", {"name": "nope"}),
        ("package_delete", {"id": "nope"}),
        ("resource_show", {"id": "nope"}),
        ("resource_create", {"package_id": "nope"}),
        ("resource_patch", {"id": "nope"}),
        ("organization_show", {"id": "nope"}),
    ):
        with pytest.raises(NotFound):
            remote.call_action(action, given)
    with pytest.raises(ValidationError):
        remote.action.package_update(title="x")
    with pytest.raises(ValidationError):
        remote.action.package_patch(id=NEW["name"], name="other-name")
    with pytest.raises(SearchQueryError):
        remote.action.package_search(fq="(")


def test_who_may_not_is_refused(address, hub, stranger):
    with pytest.raises(NotAuthorized):
        stranger.action.package_create(**NEW)
    elsewhere = build.token(hub, "elsewhere", grants=(Grant(Role.STEWARD, "another-body"),))
    key = elsewhere["Authorization"].removeprefix("Bearer ")
    with RemoteCKAN(address, apikey=key) as client:
        for action, given in (
            ("package_create", NEW),
            ("organization_patch", {"id": OWN, "title": "Autre"}),
        ):
            with pytest.raises(NotAuthorized):
                client.call_action(action, given)


def test_organizations_are_added_changed_and_closed(remote):
    made = remote.action.organization_create(
        name="commune-nord", title="Commune du Nord",
        extras=[{"key": "title_translated", "value": '{"ar": "جماعة الشمال"}'}],
    )  # fmt: skip
    assert (made["name"], made["title"]) == ("commune-nord", "Commune du Nord")
    assert "جماعة الشمال" in extra(made, "title_translated")
    assert remote.action.organization_list() == [OWN, "commune-nord"]
    changed = remote.action.organization_patch(id=made["id"], title="Commune du Grand Nord")
    assert changed["title"] == "Commune du Grand Nord"
    assert "جماعة الشمال" in extra(changed, "title_translated")
    with pytest.raises(ValidationError) as refused:
        remote.action.organization_create(name="commune-nord")
    assert refused.value.error_dict["name"] == ["Group name already exists in database"]
    remote.action.organization_delete(id="commune-nord")
    assert remote.action.organization_list() == [OWN]
    with pytest.raises(ValidationError):
        remote.action.group_create(name="climate")
    with pytest.raises(ValidationError):
        remote.action.organization_patch(id=OWN, title="Déclarée dans un fichier")


def test_everything_is_dumped_as_ckanapi_dumps_it(remote, stranger, table):
    published(remote, table)
    names, start = [], 0
    while found := stranger.action.package_search(rows=1000, start=start)["results"]:
        names += [each["name"] for each in found]
        start += 1000
    assert names == stranger.action.package_list() == [NEW["name"]]
    for name in stranger.action.organization_list(all_fields=False):
        stranger.action.organization_show(id=name, include_datasets=False, include_users=True)
    with suppress(NotFound):
        stranger.action.user_show(id="x", include_password_hash=True)


def test_only_post_writes(client):
    answer = client.get("/api/3/action/package_create", params={"name": "zz"})
    assert answer.status_code == 400
    why = "Bad request - JSON Error: Invalid request. Please use POST method for your request"
    assert answer.json() == why

"""Who speaks to a CKAN reads this hub, and finds what it finds there."""

import json

import pytest

import build
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import ROLES
from opendata_hub.domain.protection.pace import Pace, Traffic
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.web.ckan.actions import ACTIONS
from opendata_hub.web.protection.rates import Meter

SUBSIDIES = "demo-association-subsidies"


@pytest.fixture
def ask(demo_client):
    """The answer to an action asked by GET."""

    def get(action, /, status=200, **given):
        answer = demo_client.get(f"/api/3/action/{action}", params=given)
        assert answer.status_code == status, answer.text
        said = answer.json()
        return said["result"] if status == 200 else said["error"]

    return get


def names(found):
    return [each["name"] for each in found["results"]]


def test_the_site_says_that_it_can_be_read(ask):
    assert ask("site_read") is True
    status = ask("status_show")
    assert status["site_url"] == build.BASE_URL
    assert status["ckan_version"].startswith("2.")


def test_packages_are_listed_by_name_in_pages(ask):
    every = ask("package_list")
    assert every == sorted(every)
    assert SUBSIDIES in every
    assert ask("package_list", limit=2, offset=1) == every[1:3]


def test_a_package_is_shown_by_its_name_and_by_its_id(ask):
    package = ask("package_show", id=SUBSIDIES)
    assert package["name"] == SUBSIDIES
    assert ask("package_show", id=package["id"]) == package
    assert ask("package_show", name_or_id=SUBSIDIES) == package
    resource = package["resources"][0]
    assert ask("resource_show", id=resource["id"]) == resource
    assert resource["url_type"] == "upload"
    assert resource["datastore_active"] is True
    ask("package_show", id=resource["id"], status=404)
    ask("resource_show", id=package["id"], status=404)


def test_the_file_of_a_package_is_where_it_says(ask, demo_client):
    resource = ask("package_show", id=SUBSIDIES)["resources"][0]
    answer = demo_client.get(resource["url"])
    assert len(answer.content) == resource["size"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "name:demo-association-subsidies"}, [SUBSIDIES]),
        ({"q": "title:subventions"}, [SUBSIDIES]),
        ({"fq": "tags:associations"}, [SUBSIDIES]),
        ({"fq": 'tags:"associations" res_format:CSV license_id:cc-by'}, [SUBSIDIES]),
        ({"fq": "organization:commune-exemple tags:associations"}, [SUBSIDIES]),
        ({"fq": "name:demo-assoc* metadata_modified:* notes:*"}, [SUBSIDIES]),
        ({"fq": "tags:associations -organization:commune-exemple"}, []),
        ({"fq": "organization:elsewhere"}, []),
        ({"fq": "state:deleted"}, []),
        ({"fq": "private:true"}, []),
        ({"fq": "unknown_field:x"}, []),
        ({"fq": "metadata_modified:[2027-01-01T00:00:00Z TO *]"}, []),
        ({"fq": "tags:associations state:active dataset_type:dataset"}, [SUBSIDIES]),
        ({"fq_list": '["tags:associations","groups:soci"]'}, [SUBSIDIES]),
    ],
)  # fmt: skip
def test_packages_are_found_by_what_is_asked(ask, asked, found):
    assert names(ask("package_search", **asked)) == found


def test_a_search_for_everything_is_paged_to_an_empty_page(ask):
    every, start = [], 0
    while page := names(ask("package_search", rows=5, start=start, sort="id asc")):
        every += page
        start += 5
    assert sorted(every) == ask("package_list")
    assert len(set(every)) == len(every)
    assert names(ask("package_search", start=10**9)) == []


def test_results_are_sorted_as_they_are_asked_for(ask):
    up = names(ask("package_search", sort="name asc", rows=100))
    assert up == sorted(up)
    assert names(ask("package_search", sort="name desc", rows=100)) == up[::-1]
    assert names(ask("package_search", sort="no_such_field asc", rows=100))


def test_counts_have_the_names_of_ckan(ask):
    found = ask(
        "package_search", rows=0,
        **{"facet.field": json.dumps(["organization", "groups", "res_format", "license_id", "x"])},
    )  # fmt: skip
    assert found["results"] == []
    assert found["facets"]["organization"] == {"commune-exemple": found["count"]}
    assert found["facets"]["license_id"] == {"cc-by": found["count"]}
    assert found["facets"]["x"] == {}
    assert "econ" in found["facets"]["groups"]
    (item,) = found["search_facets"]["organization"]["items"]
    assert item["display_name"] == "Commune d’exemple"
    once = ask("package_search", rows=0, **{"facet.field": '["tags"]', "facet.mincount": 2})
    assert min(once["facets"]["tags"].values()) >= 2


def test_only_the_fields_that_are_asked_for_are_given(ask):
    found = ask("package_search", fl="id,name", rows=1)
    assert set(found["results"][0]) == {"id", "name"}


def test_organizations_groups_and_tags_lead_to_their_packages(ask):
    assert ask("organization_list") == ["commune-exemple"]
    shown = ask("organization_show", id="commune-exemple", include_datasets=True)
    assert shown["package_count"] == len(shown["packages"])
    assert ask("organization_show", id=shown["id"])["name"] == "commune-exemple"
    (whole,) = ask("organization_list", all_fields=True)
    assert whole["package_count"] == shown["package_count"]
    group = ask("group_show", id="econ", include_datasets=True)
    assert [each["name"] for each in ask("group_package_show", id="econ")] == [
        each["name"] for each in group["packages"]
    ]
    assert ask("tag_show", id="associations")["name"] == "associations"
    assert ask("tag_list", query="associat") == ["associations"]
    assert ask("tag_autocomplete", q="associat") == ["associations"]
    assert ask("tag_search", query="associat")["count"] == 1
    assert ask("format_autocomplete", q="cs") == ["csv"]
    assert ["package", "organization"] in [
        each[1:] for each in ask("member_list", id="commune-exemple")
    ]
    for action in ("organization_show", "group_show", "tag_show", "member_list"):
        ask(action, id="nobody-has-this", status=404)


def test_resources_are_found_by_field_and_words(ask):
    found = ask("resource_search", query="format:csv", limit=100)
    assert found["count"] == len(found["results"]) > 1
    assert ask("resource_search", query="name:subventions")["count"] == 1
    assert ask("resource_search", query="nowhere:x", status=409)["__type"] == "Validation Error"
    resource = found["results"][0]
    assert ask("resource_view_list", id=resource["id"]) == []


def test_changes_are_told_the_latest_first(ask, demo_hub):
    with demo_hub.writing() as session:
        withdraw(
            session, demo_hub.frame, SUBSIDIES, reason="Un essai", by=build.OPERATOR, now=build.NOW
        )
    demo_hub.index_changes()
    latest = ask("recently_changed_packages_activity_list", limit=1)[0]
    assert latest["activity_type"] == "deleted package"
    assert latest["data"]["package"]["name"] == SUBSIDIES
    told = ask("package_activity_list", id=SUBSIDIES)
    assert [each["activity_type"] for each in told] == ["deleted package", "new package"]
    assert ask("organization_activity_list", id="commune-exemple", limit=3)
    ask("package_activity_list", id="never-was", status=404)


def test_a_withdrawn_package_is_refused_to_strangers_and_shown_to_its_stewards(
    ask, demo_hub, demo_client, token
):
    with demo_hub.writing() as session:
        withdraw(
            session, demo_hub.frame, SUBSIDIES, reason="Un essai", by=build.OPERATOR, now=build.NOW
        )
    demo_hub.index_changes()
    assert ask("package_show", id=SUBSIDIES, status=403)["__type"] == "Authorization Error"
    shown = demo_client.get("/api/3/action/package_show", params={"id": SUBSIDIES}, headers=token)
    assert shown.json()["result"]["state"] == "deleted"


def test_nobody_is_told_who_has_an_account(ask, demo_client, demo_hub, token):
    build.person(demo_hub)
    assert ask("user_list") == []
    ask("user_show", id="user-1", status=404)
    mine = demo_client.get("/api/3/action/user_list", headers=token).json()["result"]
    assert [each["fullname"] for each in mine] == ["a steward's script"]
    assert demo_client.get("/api/3/action/user_show", headers=token).json()["result"] == mine[0]


def test_help_is_given_for_every_action(ask):
    for name, action in ACTIONS.items():
        said = ask("help_show", name=name)
        assert action.help == said
        assert len(said) > 20, name


def test_every_action_says_what_it_lets_do():
    for name, action in ACTIONS.items():
        assert isinstance(action.deed, Deed), name
        if action.writes:
            assert action.deed in ROLES, f"{name} writes, and is open to everybody"


def test_actions_are_asked_by_get_json_and_form_under_both_addresses(demo_client):
    given = {"id": SUBSIDIES}
    answers = [
        demo_client.get("/api/3/action/package_show", params=given),
        demo_client.get("/api/action/package_show", params=given),
        demo_client.post("/api/3/action/package_show", json=given),
        demo_client.post("/api/action/package_show", data=given),
        demo_client.post("/api/action/package_show", data=given, files={"upload": b"x"}),
        demo_client.post("/api/action/package_show", params=given),
    ]
    assert {each.status_code for each in answers} == {200}
    assert len({each.text for each in answers}) == 1
    assert answers[0].headers["content-type"] == "application/json;charset=utf-8"
    assert answers[0].headers["access-control-allow-origin"] == "*"
    assert demo_client.get("/api/3").json() == {"version": 3}
    assert demo_client.options("/api/3/action/package_show").status_code == 204


def test_a_function_of_another_page_is_called_and_nothing_else(demo_client):
    asked = {"limit": 1, "callback": "cb"}
    answer = demo_client.get("/api/3/action/package_list", params=asked)
    assert answer.text.startswith("/**/cb({")
    assert answer.headers["content-type"] == "application/javascript;charset=utf-8"
    asked["callback"] = "alert(1);//"
    assert demo_client.get("/api/3/action/package_list", params=asked).json()["success"]


@pytest.mark.parametrize(
    ("given", "status", "kind"),
    [
        ({"q": "{!join from=a to=b}x:y"}, 400, "Search Query Error"),
        ({"fq": "("}, 400, "Search Query Error"),
        ({"fq": "a" * 30_000}, 400, "Search Query Error"),
        ({"q": "title:" + " OR title:".join("abcdefghijklm" * 90)}, 400, "Search Query Error"),
        ({"fq": "metadata_modified:[yesterday TO *]"}, 400, "Search Query Error"),
        ({"fq": f"name:{'*a' * 90}"}, 400, "Search Query Error"),
        ({"q": "x" + "~" * 2_000, "fq_list": ["x" * 1_000] * 2}, 400, "Search Query Error"),
        ({"q": "name:a" + "*?" * 6}, 400, "Search Query Error"),
        ({"q": "name:" + "?" * 99}, 400, "Search Query Error"),
        ({"rows": "abc"}, 409, "Validation Error"),
        ({"start": -1}, 409, "Validation Error"),
        ({"facet.field": {"a": 1}}, 409, "Validation Error"),
        ({"facet": "perhaps"}, 409, "Validation Error"),
        ({"sort": ["name"]}, 409, "Validation Error"),
        ({"bogus": 1}, 400, "Search Query Error"),
    ],
)
def test_a_search_that_can_not_be_is_refused_in_ckans_words(demo_client, given, status, kind):
    answer = demo_client.post("/api/3/action/package_search", content=json.dumps(given))
    assert (answer.status_code, answer.json()["error"]["__type"]) == (status, kind)
    assert answer.json()["success"] is False


def test_words_with_signs_that_are_no_question_are_words(ask):
    assert ask("package_search", q='subventions ("')["count"] >= 1
    assert ask("package_search", q="subventions : (associations)")["count"] >= 1
    assert ask("package_search", q="rows=99999")["count"] == 0
    assert ask("package_search", rows=99_999)["count"] > 10


UNSOUND = (
    "JSON Error: A text has NUL or half of a pair of characters in it, or a number is not finite."
)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{not json", "JSON Error: Error decoding JSON data."),
        (b"[1]", "JSON Error: Request data JSON decoded to [1] but it needs to be a dictionary."),
        (b"\xff\xfe{", "JSON Error: Error decoding JSON data."),
        (b'{"q": "x\\ud800"}', UNSOUND),
        (b'{"q": [{"a\\u0000b": 1}]}', UNSOUND),
        (b'{"rows": 1e400}', UNSOUND),
        (b'{"rows": NaN}', UNSOUND),
        (b"[" * 100_000, "JSON Error: Error decoding JSON data."),
    ],
)
def test_what_is_no_object_is_a_bad_request(demo_client, body, text):
    answer = demo_client.post("/api/3/action/package_show", content=body)
    assert (answer.status_code, answer.json()) == (400, f"Bad request - {text}")


def test_an_unknown_action_and_a_broken_form_are_bad_requests(demo_client):
    unknown = demo_client.get("/api/3/action/no_such_action")
    assert unknown.status_code == 400
    assert unknown.json() == "Bad request - Action name not known: no_such_action"
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    broken = demo_client.post("/api/3/action/package_show", content=b"--y\r\n", headers=form)
    assert broken.status_code in {400, 409}
    assert demo_client.put("/api/3/action/package_show").status_code == 405


def test_a_key_that_opens_nothing_is_a_strangers(demo_client):
    shown = {"Authorization": "odh_nobody", "X-CKAN-API-Key": "odh_nobody"}
    assert demo_client.get("/api/3/action/package_list", headers=shown).status_code == 200
    refused = demo_client.get("/api/3/action/organization_list_for_user", headers=shown)
    assert refused.status_code == 403
    assert refused.json()["error"]["__type"] == "Authorization Error"


def test_a_key_is_taken_in_both_headers_bare_or_not(demo_client, token):
    bare = token["Authorization"].removeprefix("Bearer ")
    for shown in ({"Authorization": bare}, {"X-CKAN-API-Key": bare}, token):
        answer = demo_client.get("/api/3/action/organization_list_for_user", headers=shown)
        assert [each["name"] for each in answer.json()["result"]] == ["commune-exemple"]
    told = demo_client.get("/api/3/action/dashboard_activity_list", headers=token)
    assert told.json()["result"]


def test_who_asks_too_often_is_told_so_in_the_envelope(demo_client):
    meter = demo_client.app.state.meter
    demo_client.app.state.meter = Meter({Traffic.READ: Pace(60, 60)})
    answers = [demo_client.post("/api/3/action/site_read") for _ in range(200)]
    demo_client.app.state.meter = meter
    refused = next(each for each in answers if each.status_code == 429)
    assert refused.json()["error"]["__type"] == "Service Unavailable"
    assert int(refused.headers["retry-after"]) > 0


def test_a_body_that_is_too_large_is_refused(demo_client):
    answer = demo_client.post("/api/3/action/package_search", content=b" " * 300_000)
    assert answer.status_code == 413


def test_older_clients_find_the_status(demo_client, ask):
    assert demo_client.get("/api/util/status").json() == ask("status_show")


def test_the_session_of_a_browser_opens_no_action(demo_client, demo_hub):
    browser = build.signed_in(demo_hub, build.person(demo_hub, grants=build.PROGRAM))
    answer = demo_client.get("/api/3/action/organization_list_for_user", headers=browser)
    assert answer.status_code == 403


def test_the_actions_stay_out_of_our_own_description(demo_client):
    assert not [
        path for path in demo_client.get("/api/openapi.json").json()["paths"] if "/action/" in path
    ]


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("package_show", "id"),
        ("package_search", "q"),
        ("tag_search", "query"),
        ("organization_show", "id"),
        ("datastore_search", "resource_id"),
    ],
)
def test_a_text_with_nul_in_it_is_no_request(demo_client, action, key):
    for asked in (
        demo_client.get(f"/api/3/action/{action}?{key}=a%00b"),
        demo_client.get(f"/api/3/action/{action}?{key}%00=a"),
        demo_client.post(f"/api/3/action/{action}", data={key: "a\0b"}),
        demo_client.post(f"/api/3/action/{action}", content=b'{"%s": "\\udfff"}' % key.encode()),
    ):
        assert (asked.status_code, asked.json()) == (400, f"Bad request - {UNSOUND}")
    nested = demo_client.get(f"/api/3/action/{action}", params={key: '["\\ud800"]'})
    assert nested.status_code < 500


def test_the_addresses_of_ckans_pages_lead_to_ours(demo_client, ask):
    number = ask("package_show", id="demo-petitions")["id"]
    for known in ("demo-petitions", number):
        answer = demo_client.get(f"/dataset/{known}")
        assert (answer.status_code, answer.headers["location"]) == (301, "/datasets/demo-petitions")
    assert demo_client.get("/dataset", follow_redirects=True).status_code == 200
    assert "commune" in demo_client.get("/organization/commune-exemple").headers["location"]
    assert demo_client.get("/organization/commune-exemple", follow_redirects=True).is_success
    assert demo_client.get("/dataset/none", follow_redirects=True).status_code == 404
    elsewhere = demo_client.get("/dataset/%2F%2Felsewhere.example")
    assert elsewhere.headers.get("location", "/datasets/").startswith("/datasets/")

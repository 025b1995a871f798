"""Files of a case at the doors: officers add, black out, release; others have what is theirs."""

import re

import pytest

import build
import documents
from opendata_hub.domain.answers.redaction import MOST_MARKS
from opendata_hub.domain.people.roles import Grant, Role

OWN = "commune-exemple"
API = "/api/v1/desk/requests"
LINE = "Le dossier de Personne Fictive est complet."


@pytest.fixture
def officer(hub):
    return build.token(hub, "officer", grants=(Grant(Role.OFFICER, OWN),))


@pytest.fixture
def receipt(client):
    return client.post("/api/v1/requests", json=build.filing()).json()


@pytest.fixture
def files(receipt):
    return f"{API}/{receipt['reference']}/files"


def add(client, officer, files, content=None, name="plan.pdf"):
    sent = {"file": (name, documents.pdf(texts=(LINE,)) if content is None else content)}
    return client.post(files, files=sent, headers=officer)


def grant(client, officer, reference):
    case = client.get(f"{API}/{reference}", headers=officer).json()
    day = case["events"][0]["happened_on"]
    body = {"act": "grant", "happened_on": day, "after": len(case["events"])}
    assert client.post(f"{API}/{reference}/events", json=body, headers=officer).is_success


def test_from_an_upload_to_a_public_redacted_copy(client, officer, receipt, files):
    reference, code = receipt["reference"], {"X-Tracking-Code": receipt["tracking_code"]}
    kept = add(client, officer, files).json()
    marks = {"phrases": [{"text": "Personne Fictive", "exception": "7.1-c"}]}
    done = client.post(f"{files}/{kept['id']}/redactions", json=marks, headers=officer).json()
    copy = done["file"]
    assert (copy["made_from"], copy["exceptions"]) == (kept["id"], ["7.1-c"])
    body = {"release": "public"}
    answer = client.put(f"{files}/{copy['id']}/release", json=body, headers=officer)
    assert answer.status_code == 200
    theirs, public = f"/api/v1/requests/{reference}/files", f"/answers/{reference}/{copy['id']}"
    assert client.get(theirs, headers=code).json() == []
    assert client.get(public).status_code == 404
    grant(client, officer, reference)
    assert [each["id"] for each in client.get(theirs, headers=code).json()] == [copy["id"]]
    told = client.get(f"/api/v1/answers/{reference}/files").json()
    assert told[0]["url"].endswith(public)
    content = client.get(public)
    assert content.headers["content-disposition"].startswith("attachment")
    assert content.headers["content-security-policy"].startswith("default-src 'none'")
    assert content.headers["x-content-type-options"] == "nosniff"
    assert b"Fictive" not in content.content
    assert client.get(f"/answers/{reference}/{kept['id']}").json()["code"] == "unknown-file"
    assert client.get(f"{theirs}/{kept['id']}", headers=code).status_code == 404


@pytest.fixture
def desk(hub, client, officer, files, receipt):
    """The page on which an officer blacks out a document of 21 pages; sends boxes to it."""
    texts = tuple(f"Page {number}." for number in range(1, 22))
    kept = add(client, officer, files, documents.pdf(texts=texts)).json()
    address = f"/fr/desk/{receipt['reference']}/files/{kept['id']}/black-out"
    person = build.person(hub, "officer@hub.example", grants=(Grant(Role.OFFICER, OWN),))
    headers = build.signed_in(hub, person)
    token = re.search(
        r'name="form_token" value="([^"]+)"', client.get(address, headers=headers).text
    )

    def send(boxes, **more):
        columns = dict(zip(COLUMNS, zip(*boxes, strict=True), strict=True))
        data = {"form_token": token[1], **columns, **more}
        return client.post(address, data=data, headers=headers, follow_redirects=False)

    return send


COLUMNS = ("page_number", "left", "top", "width", "height", "code")


def test_boxes_are_kept_from_one_part_of_a_long_document_to_the_next(client, officer, files, desk):
    drawn = ("1", "12.5", "10", "20", "30", "7.1-c")
    page = desk([drawn], phrases="Personne", part="21")
    assert page.status_code == 200
    assert 'value="12.5"' in page.text
    assert "Personne</textarea>" in page.text
    assert "/pages/21.png" in page.text
    assert "/pages/1.png" not in page.text
    assert 'name="first" value="21"' in page.text
    assert len(client.get(files, headers=officer).json()) == 1
    assert not re.search(r'<a href="[?]first=', page.text)
    assert re.search(
        r'<button type="submit" form="black-out"[^>]* name="part" value="1"', page.text
    )
    wrong = desk([("21", "x", "1", "1", "1", "7.1-c")], first="21")
    assert (wrong.status_code, "/pages/21.png" in wrong.text) == (422, True)


@pytest.mark.parametrize(("boxes", "status"), [(300, 303), (2_001, 422)])
def test_a_form_takes_as_many_boxes_as_a_copy(desk, boxes, status):
    answer = desk([("21", str(each % 90), "5", "1", "1", "7.1-c") for each in range(boxes)])
    assert answer.status_code == status
    assert status == 303 or answer.text.count('name="page_number"') > MOST_MARKS


def test_what_stands_in_the_way_is_named(client, officer, files):
    kept = add(client, officer, files, documents.pdf(texts=(documents.PHONE,))).json()
    assert kept["blocking"] == ["personal-phone/document:text"]
    body = {"release": "requester"}
    answer = client.put(f"{files}/{kept['id']}/release", json=body, headers=officer)
    assert (answer.status_code, answer.json()["code"]) == (422, "not-releasable")
    assert answer.json()["findings"] == ["personal-phone/document:text"]
    body["clear"] = ["personal-phone/document:text=the desk's own line"]
    assert client.put(f"{files}/{kept['id']}/release", json=body, headers=officer).is_success


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"MZ\x90", "plan.pdf", "not-a-document"),
        (b"x" * 9, "plan.exe", "not-a-document"),
        (b"", "plan.csv", None),
        (documents.encrypted_pdf(), "plan.pdf", "not-a-document"),
    ],
)
def test_what_can_not_be_taken_is_refused_by_a_code(client, officer, files, content, name, code):
    answer = add(client, officer, files, content, name)
    assert answer.status_code == 422
    assert code is None or answer.json()["code"] == code
    assert client.get(files, headers=officer).json() == []


def test_a_removed_file_is_gone(client, officer, files):
    kept = add(client, officer, files).json()
    assert client.delete(f"{files}/{kept['id']}", headers=officer).status_code == 204
    assert client.get(f"{files}/{kept['id']}", headers=officer).status_code == 404
    assert client.delete(f"{files}/{kept['id']}", headers=officer).status_code == 404


def test_others_find_nothing(hub, client, officer, receipt, files):
    kept = add(client, officer, files).json()
    other = build.token(hub, "other", grants=(Grant(Role.OFFICER, "another"),))
    for address in (files, f"{files}/{kept['id']}"):
        assert client.get(address, headers=other).status_code == 404
        assert client.get(address).status_code == 401
    wrong = {"X-Tracking-Code": "wrong"}
    address = f"/api/v1/requests/{receipt['reference']}/files"
    assert client.get(address, headers=wrong).status_code == 404
    assert client.get(address).json()["code"] == "tracking-code-needed"


def test_a_public_answer_becomes_a_dataset(hub, client, officer, receipt, files):
    both = build.token(hub, "both", grants=(Grant(Role.OFFICER, OWN), Grant(Role.STEWARD, OWN)))
    kept = add(client, officer, files, build.sample(hub, "petitions"), "petitions.csv").json()
    words = {"family": "petitions", "title": "fr=Pétitions remises"}
    address = f"{files}/{kept['id']}/dataset"
    assert client.post(address, data=words, headers=both).json()["code"] == "wrong-moment"
    client.put(f"{files}/{kept['id']}/release", json={"release": "public"}, headers=officer)
    grant(client, officer, receipt["reference"])
    dataset = client.post(address, data=words, headers=both)
    assert dataset.status_code == 201
    record = client.get(f"/datasets/{dataset.json()['slug']}.ttl").text
    assert receipt["reference"] in record


def test_already_published_names_the_place_in_one_go(hub, client, officer, receipt):
    slug = build.publish_sample(hub, "petitions").slug
    case = client.get(f"{API}/{receipt['reference']}", headers=officer).json()
    body = {
        "act": "already_published", "happened_on": case["events"][0]["happened_on"], "after": 1,
        "dataset": slug,
    }  # fmt: skip
    events = f"{API}/{receipt['reference']}/events"
    missing = client.post(events, json={**body, "dataset": "nothing-here"}, headers=officer)
    assert missing.json()["code"] == "unknown-dataset"
    other = client.post(events, json={**body, "act": "grant"}, headers=officer)
    assert other.json()["code"] == "invalid-input"
    done = client.post(events, json=body, headers=officer).json()
    assert done["events"][-1]["reasons"].endswith(f"/datasets/{slug}")


def test_the_case_offers_what_is_published_and_answers_with_it_in_one_click(hub, client, officer):
    slug = build.publish_sample(hub, "petitions").slug
    hub.index_changes()
    filed = build.filing(subject="Les pétitions", text="La liste des pétitions de la commune")
    reference = client.post("/api/v1/requests", json=filed).json()["reference"]
    html = client.get(f"/fr/desk/{reference}", headers=officer).text
    offered = html.split('name="dataset" value="')[1].split('"')[0]
    assert offered == slug
    day = html.split(f'value="{slug}"><input type="hidden" name="day" value="')[1].split('"')[0]
    sent = {"act": "already_published", "dataset": slug, "day": day, "after": "1"}
    done = client.post(f"/fr/desk/{reference}", data=sent, headers=officer)
    assert done.status_code == 303
    events = client.get(f"{API}/{reference}", headers=officer).json()["events"]
    assert slug in events[-1]["reasons"]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_page_of_files_does_the_same(client, officer, receipt, files, language):
    place = f"/{language}/desk/{receipt['reference']}/files"
    sent = {"file": ("plan.pdf", documents.pdf(texts=(LINE,)))}
    assert client.post(place, files=sent, headers=officer).status_code == 303
    (kept,) = client.get(files, headers=officer).json()
    shown = client.get(place, headers=officer)
    assert "plan.pdf" in shown.text
    typed = {"exception": "7.1-c", "phrases": "Personne Fictive\nInconnu", "boxes": "1: 0 0 5 5"}
    done = client.post(f"{place}/{kept['id']}/redact", data=typed, headers=officer)
    assert done.headers["location"] == f"{place}?missing=1"
    assert 'role="status"' in client.get(done.headers["location"], headers=officer).text
    copy = client.get(files, headers=officer).json()[-1]
    answer = client.post(f"{place}/{copy['id']}/release", data={"to": "requester"}, headers=officer)
    assert answer.status_code == 303
    grant(client, officer, receipt["reference"])
    code = {"tracking_code": receipt["tracking_code"]}
    status = client.post(f"/{language}/requests/{receipt['reference']}", data=code)
    (leads_to,) = re.findall(r'action="([^"]+/files/\d+)"', status.text)
    assert client.post(leads_to, data=code).content.startswith(b"%PDF")
    wrong = client.post(leads_to, data={"tracking_code": "wrong"})
    assert wrong.status_code == 404


def test_a_fault_on_the_page_loses_nothing_that_was_typed(client, officer, receipt, files):
    place = f"/fr/desk/{receipt['reference']}/files"
    kept = add(client, officer, files).json()
    typed = {"exception": "7.1-c", "phrases": "Introuvable ici", "boxes": ""}
    answer = client.post(f"{place}/{kept['id']}/redact", data=typed, headers=officer)
    assert answer.status_code == 422
    assert "Introuvable ici</textarea>" in answer.text
    typed["boxes"] = "one: 1 2"
    assert (
        client.post(f"{place}/{kept['id']}/redact", data=typed, headers=officer).status_code == 422
    )
    nobody = client.post(f"{place}/{kept['id']}/release", data={"to": "x"}, headers=officer)
    assert nobody.status_code == 422


def test_requests_are_given_from_the_queue_and_from_a_case(client, officer, receipt):
    reference = receipt["reference"]
    queue = client.get("/fr/desk", headers=officer).text
    assert f'name="references" value="{reference}"' in queue
    sent = {"references": reference, "unit": "", "officer": "", "answer_by": ""}
    answer = client.post("/fr/desk/assign", data=sent, headers=officer)
    assert answer.headers["location"] == f"/fr/desk/{reference}"
    body = {"references": [reference], "officer": 999_999}
    assert client.post("/api/v1/desk/assignments", json=body, headers=officer).status_code == 422
    body = {"references": [reference]}
    assert client.post("/api/v1/desk/assignments", json=body, headers=officer).status_code == 201
    wrong = client.post("/fr/desk/assign", data={**sent, "answer_by": "soon"}, headers=officer)
    assert wrong.status_code == 422


def test_what_is_given_out_of_ones_own_reach_leads_back_to_the_queue(hub, client, receipt):
    reference, own = receipt["reference"], Grant(Role.OFFICER, OWN, "urbanisme")
    in_unit = build.token(hub, "unit", grants=(own,))
    whole = build.token(hub, "whole", grants=(Grant(Role.OFFICER, OWN),))
    sent = {"references": reference, "unit": "urbanisme", "officer": "", "answer_by": ""}
    given = client.post("/fr/desk/assign", data=sent, headers=whole)
    assert given.headers["location"] == f"/fr/desk/{reference}"
    back = client.post("/fr/desk/assign", data={**sent, "unit": ""}, headers=in_unit)
    assert back.headers["location"] == "/fr/desk"
    assert client.get(f"/fr/desk/{reference}", headers=in_unit).status_code == 404

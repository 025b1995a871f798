"""A document without a table is checked, published, found by its words, shown, and withdrawn."""

from datetime import date

import pytest
from rdflib import DCAT, DCTERMS, Graph, URIRef

import build
import documents as made
from opendata_hub.bootstrap import catalog_folders
from opendata_hub.domain.errors import Invalid, NotPublishable
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.packs.documents import sample_document
from opendata_hub.store import datasets, submissions

FORM = {
    "family": "deliberations",
    "publisher": "commune-exemple",
    "title": ["fr=Fontaine du marché", "ar=نافورة السوق"],
    "day": "2026-10-06",
    "slug": "fontaine",
}
ADDRESS = "/datasets/fontaine"


def sent(client, token, content, name, **changes):
    return client.post(
        "/api/v1/datasets", data={**FORM, **changes}, files={"file": (name, content)}, headers=token
    )


def found(client, words):
    said = client.get("/api/v1/datasets", params={"q": words}).json()
    return [each["slug"] for each in said["results"]]


def test_a_document_goes_from_its_publication_to_a_search_and_to_its_withdrawal(client, token):
    answer = sent(client, token, made.pdf(texts=("Les pavés de la ruelle", "Suite")), "x.pdf")
    assert answer.status_code == 201, answer.text
    assert answer.json()["document"] == {"pages": 2, "silent_pages": 0, "searchable": True}
    assert found(client, "pavé ruelles") == ["fontaine"]
    file = client.get(answer.json()["download_url"])
    assert file.headers["content-type"] == "application/pdf"
    assert client.get(f"/api/v1{ADDRESS}").json()["document"]["pages"] == 2
    client.delete(f"/api/v1{ADDRESS}", params={"reason": "Erreur"}, headers=token)
    assert found(client, "pavé ruelles") == []
    assert client.get(answer.json()["download_url"]).status_code == 410


def test_the_text_of_a_document_is_nowhere_but_in_its_file(client, token):
    sent(client, token, made.pdf(texts=("Les pavés de la ruelle",)), "x.pdf")
    for address in (f"/api/v1{ADDRESS}", f"{ADDRESS}.ttl", f"/fr{ADDRESS}", "/catalog/feed"):
        assert "ruelle" not in client.get(address).text
    assert "ruelle" not in client.get("/api/v1/datasets?q=pav%C3%A9s").text


def test_arabic_words_of_a_document_are_found_whatever_their_signs(client, token):
    text = "<text:p>قرّر المجلس ترميم النافورة</text:p>"
    sent(client, token, made.odt(text), "x.odt")
    assert found(client, "ترميم نافورة") == ["fontaine"]


def test_a_rebuilt_index_knows_the_text_of_documents(hub, client):
    build.publish_document(hub, made.odt(), "x.odt")
    hub.index_changes()
    (hub.settings.home / "search" / "current.json").unlink()
    assert found(client, "budget fontaine") == ["demo-deliberations"]


def test_the_record_of_a_document_has_its_type_its_day_and_no_rows(client, token):
    sent(client, token, made.docx(), "x.docx")
    graph = Graph().parse(data=client.get(f"{ADDRESS}.ttl").text)
    me = URIRef(f"{build.BASE_URL}{ADDRESS}")
    file = graph.value(me, DCAT.distribution)
    assert str(graph.value(file, DCAT.mediaType)).endswith("wordprocessingml.document")
    assert str(graph.value(file, DCTERMS["format"])).endswith("/DOCX")
    assert str(graph.value(graph.value(me, DCTERMS.temporal), DCAT.startDate)) == "2026-10-06"
    assert not set(graph.subjects(predicate=DCAT.endpointURL))
    assert graph.value(file, DCTERMS.conformsTo) is None
    answer = client.get(f"/api/v1{ADDRESS}/rows")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-rows")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", made.pdf()),
        ("a.odt", made.odt()),
        ("a.docx", made.docx()),
        ("a.png", made.png()),
        ("a.jpeg", made.jpeg()),
    ],
)
def test_every_format_is_published_and_shown_in_three_languages(hub, client, name, content):
    dataset = build.publish_document(hub, content, name)
    assert dataset.met
    for language, word in (("fr", "Texte"), ("ar", "النص"), ("en", "Text")):
        page = client.get(f"/{language}/datasets/{dataset.slug}")
        assert page.status_code == 200
        assert f"<dt>{word}</dt>" in page.text
        assert "2026-10-06" in page.text
        assert "schema.json" not in page.text
        assert client.get(f"/{language}/").status_code == 200


def test_a_scan_is_published_and_said_not_to_be_searchable(client, token):
    answer = sent(client, token, made.pdf(texts=("", "")), "scan.pdf")
    assert answer.json()["document"] == {"pages": 2, "silent_pages": 2, "searchable": False}
    assert "can’t be searched" in client.get(f"/en{ADDRESS}").text


def test_what_a_document_carries_stops_it_until_it_is_cleared_with_a_reason(client, token):
    given = made.pdf(made.with_note)
    refused = sent(client, token, given, "x.pdf", language="ar")
    assert (refused.status_code, refused.json()["code"]) == (422, "not-publishable")
    number = refused.json()["submission"]
    report = client.get(f"/api/v1/submissions/{number}", headers=token).json()
    codes = {(f["code"], f["column"]) for f in report["findings"]}
    assert codes == {
        ("hidden-carrier", "document:comment"),
        ("personal-phone", "document:comment"),
    }
    assert "تعليقات" in report["findings"][0]["message"]
    cleared = [f"{code}/{column}=ligne de service" for code, column in codes]
    assert sent(client, token, given, "x.pdf", clear=cleared).status_code == 201


def test_a_document_that_is_none_is_refused_with_its_report(client, token):
    answer = sent(client, token, b"MZ" + bytes(100), "facture.pdf")
    assert answer.json()["code"] == "not-publishable"
    number = answer.json()["submission"]
    report = client.get(f"/api/v1/submissions/{number}", headers=token).json()
    assert [f["code"] for f in report["findings"]] == ["wrong-type"]


def test_a_document_needs_its_day_and_a_table_has_none(hub):
    with pytest.raises(Invalid, match="day"):
        build.publish_document(hub, made.odt(), "x.odt", day=None)
    with pytest.raises(Invalid, match="day"):
        build.publish_sample(hub, "petitions", day=date(2026, 1, 1))


def test_a_day_that_is_none_is_refused_before_anything_is_kept(client, token):
    answer = sent(client, token, made.odt(), "x.odt", day="hier")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_a_kind_of_documents_has_no_schema_and_no_template(client):
    for path in ("/families/deliberations/schema.json", "/fr/families/minutes/template.xlsx"):
        assert client.get(path).status_code == 404


def test_a_new_version_is_found_by_its_own_words_only(hub, client):
    build.publish_document(hub, made.odt("<text:p>ancienne passerelle</text:p>"), "x.odt")
    build.publish_document(
        hub, made.odt("<text:p>nouveau belvédère</text:p>"), "x.odt", replaces=True
    )
    hub.index_changes()
    assert found(client, "passerelle") == []
    assert found(client, "belvedere") == ["demo-deliberations"]


def test_the_shipped_sample_is_sound_and_in_two_languages(hub, client):
    file = sample_document(catalog_folders(hub.settings), "deliberations")
    submission = build.submitted(
        hub, file.read_bytes(), family="deliberations", file_name=file.name
    )
    assert submission.report.findings == ()
    build.publish_submission(hub, submission, day=date(2026, 10, 6), described=None)
    hub.index_changes()
    assert found(client, "restauration de la fontaine") == ["demo-deliberations"]
    assert found(client, "ترميم نافورة ساحة السوق") == ["demo-deliberations"]
    with hub.reading() as session:
        kept = datasets.get(session, "demo-deliberations")
        assert submissions.get(session, kept.submission_id, EVERYWHERE).report.is_valid


def test_a_refused_document_keeps_no_text(hub):
    submission = build.submitted(hub, made.pdf()[:-60], family="deliberations", file_name="x.pdf")
    with pytest.raises(NotPublishable):
        build.publish_submission(hub, submission, day=date(2026, 10, 6))

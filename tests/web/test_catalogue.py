"""The catalogue as an aggregator meets it."""

from dataclasses import replace

import pytest
from pyshacl import validate
from rdflib import DCAT, DCTERMS, RDF, SH, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

import build
import documents
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.harvest.page import HYDRA
from opendata_hub.domain.catalog.record.mqa import INDICATORS
from opendata_hub.flows.catalog.publish import refresh_fragments
from opendata_hub.store import datasets

FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
MEDIA_TYPES = {
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
SPDX = dcat.SPDX
DQV = Namespace("http://www.w3.org/ns/dqv#")
CATALOG = URIRef(f"{build.BASE_URL}/catalog")


def graph(answer, ending="ttl"):
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(MEDIA_TYPES[ending])
    return Graph().parse(data=answer.content, format=FORMATS[ending])


def without_page(record):
    """The same graph without what it says of the page: that depends on the address."""
    for page in set(record.subjects(RDF.type, HYDRA.PagedCollection)):
        record.remove((page, None, None))
    return record


@pytest.fixture
def catalogue(demo_client):
    return graph(demo_client.get("/catalog.ttl"))


@pytest.mark.parametrize("ending", FORMATS)
def test_every_syntax_says_the_same(demo_client, catalogue, ending):
    said, negotiated = without_page(catalogue), {"Accept": MEDIA_TYPES[ending]}
    for answer in (
        demo_client.get(f"/catalog.{ending}"),
        demo_client.get("/catalog", headers=negotiated),
    ):
        assert isomorphic(without_page(graph(answer, ending)), said)


def test_the_joined_fragments_are_the_graph_that_rdflib_would_build(demo_client, catalogue):
    hub = demo_client.app.state.hub
    expected = Graph()
    with hub.reading() as session:
        _, changed_at = datasets.last_change(session)
        for triple in dcat.catalog_triples(hub.frame, modified_at=changed_at):
            expected.add(triple)
        for dataset in datasets.latest(session):
            address = hub.frame.iri(f"datasets/{dataset.slug}")
            expected.add((hub.frame.iri("catalog"), DCAT.dataset, address))
            for triple in dcat.dataset_triples(hub.frame, dataset):
                expected.add(triple)
    assert isomorphic(without_page(catalogue), expected)


def test_a_page_tells_the_score_and_a_dataset_s_own_address_each_indicator(demo_client, catalogue):
    assert all(
        list(catalogue.objects(each, DQV.hasQualityMeasurement)) == [URIRef(f"{each}#mqa-score")]
        for each in catalogue.subjects(RDF.type, DCAT.Dataset)
    )
    address = str(next(catalogue.subjects(RDF.type, DCAT.Dataset)))
    graphs = [graph(demo_client.get(f"{address}.{ending}"), ending) for ending in FORMATS]
    measured = set(graphs[0].objects(URIRef(address), DQV.hasQualityMeasurement))
    assert len(measured) == len(INDICATORS) + 1
    metrics = {graphs[0].value(each, DQV.isMeasurementOf) for each in measured}
    assert metrics == set(graphs[0].subjects(RDF.type, DQV.Metric))
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])


def test_every_node_is_an_iri_and_every_one_of_ours_can_be_visited(demo_client, catalogue):
    nodes = set(catalogue.all_nodes())
    assert not [node for node in nodes if isinstance(node, BNode)]
    ours = {str(n).partition("#")[0] for n in nodes if str(n).startswith(build.BASE_URL)}
    assert len(ours) > 10
    for address in ours:
        answer = demo_client.get(address, headers={"Accept": "*/*"}, follow_redirects=True)
        assert answer.status_code == 200, address


def test_whatever_is_referred_to_has_a_type(catalogue):
    referred = {o for _, p, o in catalogue if isinstance(o, URIRef) and p != RDF.type}
    untyped = {n for n in referred if (n, RDF.type, None) not in catalogue}
    files = set(catalogue.objects(None, DCAT.downloadURL))
    files |= set(catalogue.objects(None, DCAT.endpointURL))
    files |= set(catalogue.objects(None, DCAT.endpointDescription))
    assert {n for n in untyped if not str(n).startswith("mailto:")} == files


def test_the_machine_fills_what_it_knows_of_a_file(demo_client, catalogue):
    for file in catalogue.subjects(RDF.type, DCAT.Distribution):
        content = demo_client.get(str(catalogue.value(file, DCAT.downloadURL))).content
        assert int(catalogue.value(file, DCAT.byteSize)) == len(content)
        checksum = catalogue.value(file, SPDX.checksum)
        assert len(str(catalogue.value(checksum, SPDX.checksumValue))) == 64
        assert str(catalogue.value(file, DCAT.mediaType)).endswith("/text/csv")
        assert str(catalogue.value(file, DCTERMS["format"])).endswith("/file-type/CSV")
        assert str(catalogue.value(file, DCTERMS.license)).endswith("/licence/CC_BY_4_0")
        schema = demo_client.get(str(catalogue.value(file, DCTERMS.conformsTo))).json()
        assert schema["fields"]
    for dataset in catalogue.subjects(RDF.type, DCAT.Dataset):
        assert catalogue.value(dataset, DCTERMS.license) is None


def test_every_file_has_a_service_that_answers_for_its_rows(demo_client, catalogue):
    for file in catalogue.subjects(RDF.type, DCAT.Distribution):
        service = catalogue.value(file, DCAT.accessService)
        assert (service, RDF.type, DCAT.DataService) in catalogue
        dataset = catalogue.value(None, DCAT.distribution, file)
        assert catalogue.value(service, DCAT.servesDataset) == dataset
        described = demo_client.get(str(catalogue.value(service, DCAT.endpointDescription))).json()
        assert described["openapi"].startswith("3.1")
        assert str(catalogue.value(service, DCTERMS.conformsTo)).endswith("/oas/v3.1.0")
        endpoint = str(catalogue.value(service, DCAT.endpointURL))
        assert (
            endpoint.removeprefix(build.BASE_URL).replace(str(dataset).rpartition("/")[2], "{slug}")
            in described["paths"]
        )


def test_titles_and_descriptions_carry_their_language(catalogue):
    for predicate in (DCTERMS.title, DCTERMS.description, DCAT.keyword):
        for literal in catalogue.objects(None, predicate):
            assert literal.language in {"ar", "fr", "en"}, literal


def test_a_dataset_has_its_own_document(demo_client, catalogue):
    for dataset in catalogue.objects(CATALOG, DCAT.dataset):
        for ending in FORMATS:
            own = graph(demo_client.get(f"{dataset}.{ending}"), ending)
            assert (dataset, RDF.type, DCAT.Dataset) in own
            quality = {*own.subjects(RDF.type, DQV.QualityMeasurement)}
            quality |= {*own.subjects(RDF.type, DQV.Metric)}
            assert all(s in quality or o in quality for s, _, o in own - catalogue)


SHAPES = {
    "base": ["dcat-ap-3.0.1/html-shacl/shapes.ttl", "dcat-ap-3.0.1/html-shacl/range.ttl"],
    "cardinalities": ["derived/dcat-ap-3.0.1-SHACL.clean.ttl"],
}


def violations(shared, record, names):
    """What the official shapes hold against the nodes of our own document.

    The background graph names lists that nothing of ours refers to, without their titles: what
    is held against those alone is not ours.
    """
    data, shapes = Graph(), Graph()
    data += record
    data.parse(shared / "shapes/derived/background.ttl")
    for name in names:
        shapes.parse(shared / "shapes" / name)
    _, report, _ = validate(data, shacl_graph=shapes, do_owl_imports=False)
    ours = set(record.subjects()) | set(record.objects())
    return [
        (report.value(result, SH.focusNode), report.value(result, SH.resultPath))
        for result in report.subjects(SH.resultSeverity, SH.Violation)
        if report.value(result, SH.focusNode) in ours
    ]


@pytest.mark.parametrize("names", SHAPES.values(), ids=SHAPES)
def test_the_official_shapes_of_dcat_ap_find_no_violation(shared, catalogue, names):
    assert violations(shared, catalogue, names) == []


@pytest.mark.parametrize("names", SHAPES.values(), ids=SHAPES)
def test_the_official_shapes_find_no_violation_in_a_document(shared, hub, client, names):
    build.publish_document(hub, documents.odt(), "x.odt")
    assert violations(shared, graph(client.get("/catalog.ttl")), names) == []


@pytest.mark.parametrize("names", SHAPES.values(), ids=SHAPES)
def test_the_official_shapes_would_find_one(shared, catalogue, names):
    catalogue.remove((CATALOG, DCTERMS.title, None))
    assert (CATALOG, DCTERMS.title) in violations(shared, catalogue, names)


def test_an_empty_catalogue_is_a_catalogue(client):
    assert (CATALOG, RDF.type, DCAT.Catalog) in graph(client.get("/catalog.ttl"))


def test_who_has_it_already_is_told_so(demo_client):
    first = demo_client.get("/catalog.ttl")
    etag = first.headers["etag"]
    assert etag.startswith('"')
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = demo_client.get("/catalog.ttl", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = demo_client.get("/catalog.rdf", headers={"If-None-Match": etag})
    assert (other.status_code, other.headers["etag"] != etag) == (200, True)


def test_a_change_changes_the_tag_and_only_what_it_touched(demo_client):
    catalogue_tag = demo_client.get("/catalog.ttl").headers["etag"]
    address = "/datasets/demo-association-subsidies.ttl"
    tag, other = (
        demo_client.get(a).headers["etag"]
        for a in (address, "/datasets/demo-procurement-results.ttl")
    )
    build.publish_sample(demo_client.app.state.hub, "association-subsidies", replaces=True)
    assert demo_client.get("/catalog.ttl").headers["etag"] != catalogue_tag
    assert demo_client.get(address).headers["etag"] != tag
    assert demo_client.get("/datasets/demo-procurement-results.ttl").headers["etag"] == other


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/turtle"),
        ("application/ld+json;q=0.5, application/rdf+xml", "application/rdf+xml"),
        ("text/turtle;q=0.1, application/n-triples;q=0.2", "application/n-triples"),
        ("application/*", "application/rdf+xml"),
    ],
)
def test_the_preferred_syntax_is_given(demo_client, accept, media_type):
    answer = demo_client.get("/catalog", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(media_type)
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "nonsense"])
@pytest.mark.parametrize("path", ["/catalog", "/datasets/demo-asset-declarations"])
def test_what_we_do_not_speak_is_406(demo_client, path, accept):
    answer = demo_client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    assert answer.headers["content-type"] == "application/problem+json"


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "language", "page"),
    [
        ("/catalog", "ar-MA,ar;q=0.9,fr;q=0.5", "/ar/"),
        (
            "/datasets/demo-asset-declarations",
            "de, en;q=0.3",
            "/en/datasets/demo-asset-declarations",
        ),
        ("/publishers/commune-exemple", "", "/fr/publishers/commune-exemple"),
    ],
)
def test_a_reader_of_pages_is_led_to_the_page(demo_client, path, language, page):
    headers = {"Accept": BROWSER, "Accept-Language": language}
    answer = demo_client.get(path, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert demo_client.get(page).status_code == 200


@pytest.mark.parametrize(
    "path", ["/catalog.ttl", "/catalog", "/datasets/demo-asset-declarations.nt"]
)
def test_head_says_what_get_would(demo_client, path):
    got, head = demo_client.get(path), demo_client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "last-modified", "content-type"):
        assert head.headers[name] == got.headers[name]
    assert head.headers.get("content-length") in {None, got.headers["content-length"]}


@pytest.mark.parametrize(
    "path",
    [
        "/catalog.xlsx",
        "/datasets/none",
        "/datasets/none.ttl",
        "/datasets/demo-asset-declarations.x",
        "/datasets/demo-asset-declarations/files/other.csv",
        "/publishers/none",
        "/families/none/schema.json",
    ],
)
def test_what_is_not_there_is_404_with_a_code(demo_client, path):
    answer = demo_client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"]


def test_records_follow_the_hub_to_another_address(demo_hub):
    moved = replace(demo_hub.frame, base_url="https://data.commune.example")
    with demo_hub.writing() as session:
        assert refresh_fragments(session, moved, now=build.NOW) == len(moved.tables)
        assert refresh_fragments(session, moved, now=build.NOW) == 0
        text = "".join(datasets.fragments(session, "ttl"))
    assert "https://data.commune.example/datasets/" in text
    assert build.BASE_URL not in text


def test_hostile_words_reach_every_parser_as_they_were_written(hub, client):
    title = {"fr": '<b>"Été" & \\n</b> {x}', "ar": "«الميزانية» \u202e2026"}
    description = {"en": 'a\nb\t@prefix x: <y> .\n@prefix z: <"> . """ ]]> </rdf:RDF>'}
    build.publish_sample(
        hub, "asset-declarations", title=title, description=description, slug="odd"
    )
    me = URIRef(f"{build.BASE_URL}/datasets/odd")
    for ending in FORMATS:
        record = graph(client.get(f"/datasets/odd.{ending}"), ending)
        assert set(record.objects(me, DCTERMS.title)) == {
            Literal(text, lang=language) for language, text in title.items()
        }
        assert record.value(me, DCTERMS.description) == Literal(description["en"], lang="en")
    page = client.get("/fr/datasets/odd").text
    assert "<b>" not in page


def test_the_file_is_given_byte_by_byte_as_it_came(hub, client):
    content = build.sample(hub, "asset-declarations")
    build.publish_sample(hub, "asset-declarations")
    address = "/datasets/demo-asset-declarations/files/demo-asset-declarations.csv"
    answer = client.get(address)
    assert answer.content == content
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    part = client.get(address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, content[:4])


def test_a_file_that_is_already_there_is_not_sent_again(demo_client):
    address = "/datasets/demo-asset-declarations/files/demo-asset-declarations.csv"
    etag = demo_client.get(address).headers["etag"]
    again = demo_client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_that_records_point_to_answer_head(demo_client):
    for path in ("/", "/fr/", "/fr/datasets/demo-asset-declarations", "/fr/requests/new"):
        assert demo_client.head(path).status_code in {200, 303}
    refused = demo_client.put("/fr/")
    assert (refused.status_code, "GET" in refused.headers["allow"]) == (405, True)


def test_any_site_may_read_the_catalogue_and_caches_know_what_it_depends_on(demo_client):
    assert demo_client.get("/catalog.ttl").headers["access-control-allow-origin"] == "*"
    led = demo_client.get("/catalog", headers={"Accept": "text/html"})
    assert {"Accept", "Accept-Language"} <= {v.strip() for v in led.headers["vary"].split(",")}
    refused = demo_client.get("/catalog", headers={"Accept": "image/png"})
    assert refused.headers["vary"] == "Accept"
    shouted = demo_client.get("/catalog", headers={"Accept": "TEXT/TURTLE"})
    assert shouted.status_code == 200


def test_a_served_document_leaves_no_connection_open(demo_hub, demo_client):
    for _ in range(20):
        with demo_client.stream("GET", "/catalog.nt") as answer:
            next(answer.iter_bytes())
    assert demo_hub.engine.pool.checkedout() == 0

"""Joined fragments say just what the triples say, in every syntax, whatever the texts hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from opendata_hub.adapters import rdf
from opendata_hub.domain.catalog.dcat import PREFIXES

FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
# What checked_texts lets through: no control characters but newline and tab, no surrogates.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("\"\\\n\t<>&'{}[]@^.;#% المثالéɸ🜁"),
        st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=60,
)
HOSTILE = st.one_of(
    TEXTS, st.just('@prefix dct: <x> .\n@prefix " """ .'), st.just("</rdf:RDF><!--]]>")
)
RECORDS = st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=4)


def triples(number, title, description):
    me = URIRef(f"http://hub.example/datasets/{number}")
    return [
        (me, RDF.type, FOAF.Document),
        (me, DCTERMS.title, Literal(title, lang="fr")),
        (me, DCTERMS.description, Literal(description, lang="ar")),
        (me, DCTERMS.publisher, URIRef(f"{me}#publisher")),
    ]


@pytest.mark.parametrize("name", rdf.SYNTAXES)
@given(records=RECORDS)
def test_a_joined_document_is_isomorphic_to_the_graph(name, records):
    expected = Graph()
    parts = []
    for number, (title, description) in enumerate(records):
        said = triples(number, title, description)
        parts.append(rdf.fragment(said, rdf.SYNTAXES[name], PREFIXES))
        for triple in said:
            expected.add(triple)
    document = "".join(rdf.document(parts, rdf.SYNTAXES[name], PREFIXES))
    parsed = Graph().parse(data=document.encode(), format=FORMATS[name])
    assert isomorphic(parsed, expected)


@pytest.mark.parametrize("name", rdf.SYNTAXES)
def test_a_document_without_parts_is_a_document(name):
    document = "".join(rdf.document([], rdf.SYNTAXES[name], PREFIXES))
    assert len(Graph().parse(data=document, format=FORMATS[name])) == 0


@pytest.mark.parametrize("name", rdf.SYNTAXES)
def test_links_are_what_their_triples_are(name):
    me, syntax = URIRef("http://hub.example/catalog"), rdf.SYNTAXES[name]
    addresses = ["http://hub.example/datasets/a", "https://elsewhere.example/a?b=c&d", "urn:x:é"]
    said = ((me, DCAT.dataset, URIRef(each)) for each in addresses)
    expected = rdf.fragment(said, syntax, PREFIXES)
    twice = [*addresses, addresses[0]]
    assert rdf.links(me, DCAT.dataset, twice, syntax, PREFIXES) == expected
    assert rdf.links(me, DCAT.dataset, [], syntax, PREFIXES) == ""
    with pytest.raises(ValueError, match="is no IRI"):
        rdf.links(me, DCAT.dataset, ["http://hub.example/> <x"], syntax, PREFIXES)

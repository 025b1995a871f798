"""Records as hypothesis makes them: every field of the table, with hostile texts."""

import dataclasses
from decimal import Decimal

from hypothesis import strategies as st

from opendata_hub.domain.catalog.record.classes import TABLE, rows_of
from opendata_hub.domain.catalog.record.row import Kind

TEXTS = st.text(
    st.one_of(
        st.sampled_from("\"\\\n\t<>&'{}[]@^.;#% المثالéɸ🜁\u202e"),
        st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    ).filter(lambda letter: ord(letter) & 0xFFFE != 0xFFFE),
    max_size=30,
)
HOSTILE = st.one_of(
    TEXTS, st.sampled_from(['@prefix dct: <x> .\n@prefix " """ .', "</rdf:RDF><!--]]>", "&amp;"])
)
LANGUAGES = st.sampled_from(["fr", "ar", "en", "zgh", "pt-br"])
MOMENTS = st.one_of(
    st.dates().map(str),
    st.dates().map(lambda day: str(day)[:7]),
    st.dates().map(lambda day: str(day)[:4]),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds") + "+01:00"),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z"),
)
TAILS = st.text("abcXYZ019-._~:/?@!$&'()*+,;=éالع", max_size=12)
ADDRESSES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["http://a.example/", "https://b.example:8080/x?", "urn:x:", "mailto:a@"]),
    TAILS,
    st.sampled_from(["", "#", "#part-1", "%20"]),
)
VALUES = {
    Kind.STRING: HOSTILE,
    Kind.MOMENT: MOMENTS,
    Kind.DURATION: st.sampled_from(["P1Y", "PT15M", "P1Y2M3DT4H5M6.5S", "-P1D"]),
    Kind.DECIMAL: st.decimals(-(10**9), 10**9, places=3),
    Kind.COUNT: st.integers(0, 10**15),
    Kind.HEX: st.binary(max_size=8).map(bytes.hex),
    Kind.WKT: st.sampled_from(["POINT(-6.8 34.0)", "POLYGON((0 0,0 1,1 1,0 0))"]),
    Kind.ADDRESS: ADDRESSES,
}


@st.composite
def things(draw, kind, iri="http://hub.example/x", most=7):
    """A thing of the table with a few of its fields; values come sorted, as they are read back."""
    names = st.sets(st.sampled_from([name for name, _ in rows_of(kind)]), max_size=most)
    chosen, rows = draw(names), dict(rows_of(kind))
    return kind(iri=iri, **{n: draw(field(rows[n], f"{iri}-{n}")) for n in rows if n in chosen})


def field(row, iri):
    if row.kind is Kind.TEXTS:
        return st.dictionaries(LANGUAGES, HOSTILE, min_size=1, max_size=3)
    if row.kind is Kind.WORDS:
        words = st.lists(HOSTILE, min_size=1, max_size=3, unique=True)
        return st.dictionaries(
            LANGUAGES, words.map(lambda w: tuple(sorted(w))), min_size=1, max_size=3
        )
    if row.kind is Kind.NODE:
        node = TABLE[row.node]
        if row.is_one:
            return things(node, iri, 2)
        return st.integers(1, 2).flatmap(
            lambda count: st.tuples(*(things(node, f"{iri}{n}", 2) for n in range(count)))
        )
    if row.is_one:
        return VALUES[row.kind]
    many = st.lists(VALUES[row.kind], min_size=1, max_size=3, unique=True)
    return many.map(lambda values: tuple(sorted(values)))


def example(kind, iri="http://hub.example/x"):
    """A thing with every field given, simply."""
    plain = {
        Kind.TEXTS: {"fr": "Un texte", "ar": "نص"},
        Kind.WORDS: {"fr": ("mot", "terme")},
        Kind.STRING: "A-1",
        Kind.MOMENT: "2026-11-22",
        Kind.DURATION: "P1Y",
        Kind.DECIMAL: Decimal("10.5"),
        Kind.COUNT: 0,
        Kind.HEX: "00ff",
        Kind.WKT: "POINT(-6.8 34.0)",
        Kind.ADDRESS: "https://a.example/b",
    }
    values = {}
    for name, row in rows_of(kind):
        one = (
            example(TABLE[row.node], f"{iri}-{name}") if row.kind is Kind.NODE else plain[row.kind]
        )
        is_plural = not (row.is_one or row.kind in {Kind.TEXTS, Kind.WORDS})
        values[name] = (one,) if is_plural else one
    return dataclasses.replace(kind(iri=iri), **values)

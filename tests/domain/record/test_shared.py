"""What many records have in common is said once, and every record still says all of it."""

from dataclasses import replace

from opendata_hub.domain.catalog.record.classes import Concept, ConceptScheme, Dataset
from opendata_hub.domain.catalog.record.triples import Shared, blocks, flat, triples

SCHEME = ConceptScheme(iri="urn:list", title={"fr": "Liste"})
ENTRY = Concept(iri="urn:entry", label={"fr": "Entrée"}, scheme=SCHEME)


def dataset(slug, entry):
    return Dataset(iri=f"urn:{slug}", title={"fr": slug}, theme=(entry,))


def test_two_records_have_the_very_same_blocks_of_what_they_share():
    shared = Shared()
    entry = shared.keep(ENTRY)
    one, two = (set(blocks([dataset(slug, entry)], shared)) for slug in ("a", "b"))
    common = one & two
    assert {str(s) for s, _, _ in flat(common)} == {"urn:entry", "urn:list"}
    assert all(block.is_shared == (block in common) for block in one | two)


def test_a_record_says_the_same_whether_things_are_shared_or_not():
    shared = Shared()
    record = dataset("a", shared.keep(ENTRY))
    said = blocks([record, record], shared)
    assert set(flat(said)) == set(triples(record))
    assert len(said) == len({"the record", "the entry", "its list"})


def test_the_first_of_an_address_is_kept_and_another_is_not_taken_for_it():
    shared = Shared()
    first, other = shared.keep(ENTRY), replace(ENTRY, label={"fr": "Autre"})
    assert shared.keep(other) is first
    assert shared.blocks(other) == ()
    assert "Autre" in {str(o) for _, _, o in flat(blocks([dataset("a", other)], shared))}
    assert shared.keep(ConceptScheme(iri="urn:entry", title={"fr": "Liste"})) is not first

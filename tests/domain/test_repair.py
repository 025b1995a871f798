"""What spreadsheets do to cells, and what can be proved of it. Each case says who told us."""

import pytest
from frictionless import Field
from hypothesis import given
from hypothesis import strategies as st

import build
from opendata_hub.domain.catalog.repair import lines
from opendata_hub.domain.catalog.repair.cells import Column, propose
from opendata_hub.domain.catalog.repair.dates import Order, OrderEvidence, OrderWitness
from opendata_hub.domain.catalog.repair.proposal import (
    REMOVALS,
    Certainty,
    Kind,
    Proposal,
    acceptance_from,
)
from opendata_hub.domain.catalog.repair.reasons import REASONS, SAYINGS, Reason, Saying
from opendata_hub.domain.catalog.territory import TerritoryLevel
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import LANGUAGES

FACTS = "conventions of the research on Moroccan data"
EXCEL = "what Excel writes, tried by hand"
NOTICE = "amount of a real Moroccan notice"
STDNUM = "python-stdnum, ma.ice: 15 digits, a multiple of 97"
CODE_PATTERN = r"^[0-9]{2}(\.[0-9]{3}(\.[0-9]{2}\.[0-9]{1,2})?)?$"
GAZETTEER = build.gazetteer()


def column(kind="string", constraints=None, missing=("",), **given):
    """A column whose reader is the validator's own."""
    given["missing"] = frozenset(missing)
    field = Field.from_descriptor(
        {
            "name": "c",
            "type": kind,
            "constraints": constraints or {},
            "missingValues": list(missing),
        }
        | ({"trueValues": ["Oui", "1"], "falseValues": ["Non", "0"]} if kind == "boolean" else {})
    )
    if kind == "boolean":
        given |= {"true_values": ("Oui", "1"), "false_values": ("Non", "0")}
    return Column("c", kind, lambda text: not field.read_cell(text)[1], **given)


AMOUNT, COUNT, DAY, FLAG = (column(kind) for kind in ("number", "integer", "date", "boolean"))
TEXT = column()
ICE = column(constraints={"pattern": "^[0-9]{15}$"}, identifier="ice", is_patterned=True)
SPARSE = column("number", missing=("", "NC", "néant"))
REFERENCE = column(identifier="reference")
WORD = column(
    constraints={"enum": ["sante", "oeuvres_sociales"]}, listed=("sante", "oeuvres_sociales")
)
MONTH = column(constraints={"pattern": "^[0-9]{4}-[0-9]{2}$"}, is_patterned=True)
CODED = {"constraints": {"pattern": CODE_PATTERN}, "territories": GAZETTEER, "is_patterned": True}
PLACE, COMMUNE = column(**CODED), column(**CODED, level=TerritoryLevel.COMMUNE)
DAY_FIRST = column("date", order=OrderEvidence(Order.DAY_FIRST, 7, "13/02/2026"))
MONTH_FIRST = column("date", order=OrderEvidence(Order.MONTH_FIRST))


@pytest.mark.parametrize(
    ("where", "before", "after", "kind", "source"),
    [
        (ICE, "97", "000000000000097", Kind.ICE_PADDING, STDNUM),
        (ICE, "1067", "000000000001067", Kind.ICE_PADDING, STDNUM),
        (ICE, "9999999999985", "009999999999985", Kind.ICE_PADDING, STDNUM),
        (ICE, "1067,00", "000000000001067", Kind.ICE_PADDING, EXCEL),
        (ICE, "١٠٦٧", "000000000001067", Kind.ICE_PADDING, FACTS),
        (ICE, "000 000 000 001 067", "000000000001067", Kind.SPACES, FACTS),
        (ICE, "٠٠٠٠٠٠٠٠٠٠٠١٠٦٧", "000000000001067", Kind.DIGITS, FACTS),
        (AMOUNT, "1 399 999,99 DH", "1399999.99", Kind.NUMBER_FORM, NOTICE),
        (AMOUNT, "1\u202f399\u202f999,99", "1399999.99", Kind.NUMBER_FORM, NOTICE),
        (AMOUNT, "14 000,00 MAD", "14000.00", Kind.NUMBER_FORM, NOTICE),
        (AMOUNT, "14000,00DH", "14000.00", Kind.NUMBER_FORM, FACTS),
        (AMOUNT, "1.234,56", "1234.56", Kind.NUMBER_FORM, FACTS),
        (AMOUNT, "1,234.56", "1234.56", Kind.NUMBER_FORM, EXCEL),
        (AMOUNT, "1.234.567", "1234567", Kind.NUMBER_FORM, EXCEL),
        (AMOUNT, "١٬٣٩٩٫٥ درهم", "1399.5", Kind.NUMBER_FORM, FACTS),
        (AMOUNT, "−5,5", "-5.5", Kind.NUMBER_FORM, EXCEL),
        (AMOUNT, "٣٥", "35", Kind.DIGITS, FACTS),
        (COUNT, "2024,00", "2024", Kind.NUMBER_FORM, EXCEL),
        (COUNT, "٢٠٢٤", "2024", Kind.DIGITS, FACTS),
        (DAY, "13/02/2026", "2026-02-13", Kind.DATE_FORM, FACTS),
        (DAY, "05/05/2026", "2026-05-05", Kind.DATE_FORM, FACTS),
        (DAY, "13.2.2026 00:00", "2026-02-13", Kind.DATE_FORM, EXCEL),
        (DAY, "2026-02-13 00:00:00", "2026-02-13", Kind.DATE_FORM, EXCEL),
        (DAY, "13 février 2026", "2026-02-13", Kind.DATE_FORM, FACTS),
        (DAY, "13 غشت 2026", "2026-08-13", Kind.DATE_FORM, FACTS),
        (DAY, "46054", "2026-02-01", Kind.EXCEL_SERIAL, "ECMA-376 part 1, 18.17.4.1"),
        (column("date", is_1904=True), "44592", "2026-02-01", Kind.EXCEL_SERIAL, "ECMA-376"),
        (DAY_FIRST, "01/02/2026", "2026-02-01", Kind.DATE_FORM, FACTS),
        (MONTH_FIRST, "01/02/2026", "2026-01-02", Kind.DATE_FORM, FACTS),
        (FLAG, "OUI", "Oui", Kind.BOOLEAN_FORM, FACTS),
        (FLAG, "نعم", "Oui", Kind.BOOLEAN_FORM, FACTS),
        (FLAG, "لا", "Non", Kind.BOOLEAN_FORM, FACTS),
        (FLAG, "Oui ", "Oui", Kind.SPACES, EXCEL),
        (WORD, "Santé", "sante", Kind.LISTED_WORD, "titles of the list beside its codes"),
        (WORD, "Oeuvres sociales", "oeuvres_sociales", Kind.LISTED_WORD, FACTS),
        (MONTH, "septembre 2026", "2026-09", Kind.DATE_FORM, FACTS),
        (MONTH, "09/2026", "2026-09", Kind.DATE_FORM, FACTS),
        (SPARSE, "NEANT ", "néant", Kind.MISSING_WORD, FACTS),
        (SPARSE, "N/C", "NC", Kind.MISSING_WORD, FACTS),
        (TEXT, "\u200fجمعية\u200e", "جمعية", Kind.BIDI_CONTROLS, "UAX 9"),
        (TEXT, "e\u0301cole", "école", Kind.UNICODE_FORM, "UAX 15"),
        (TEXT, "ﺟﻤﻌﻴﺔ", "جمعية", Kind.UNICODE_FORM, "text copied from a PDF"),
        (PLACE, "Commune de Fictive-sur-Oued", "01.001.01.01", Kind.TERRITORY_NAME, FACTS),
        (PLACE, "جماعة وادي الخيال", "01.001.01.01", Kind.TERRITORY_NAME, FACTS),
        (COMMUNE, "Chef-Lieu", "01.001.01.05", Kind.TERRITORY_NAME, FACTS),
        (PLACE, "Province de Chef-Lieu", "01.001", Kind.TERRITORY_NAME, FACTS),
        (COMMUNE, "Homonyme (Autre Province)", "01.570.01.03", Kind.TERRITORY_NAME, FACTS),
        (PLACE, "10010101", "01.001.01.01", Kind.TERRITORY_CODE, FACTS),
        (PLACE, "1.57", "01.570", Kind.TERRITORY_CODE, EXCEL),
        (PLACE, "1,57", "01.570", Kind.TERRITORY_CODE, EXCEL),
    ],
)  # fmt: skip
def test_a_repair_is_proposed_with_its_proof(where, before, after, kind, source):
    proposal = propose(where, before, row=2)
    assert (proposal.after, proposal.kind) == (after, kind), source
    assert where.is_sound(after)
    assert proposal.is_repair


@pytest.mark.parametrize(
    ("where", "before", "kind", "certainty", "source"),
    [
        (DAY, "01/02/2026", Kind.AMBIGUOUS_DATE, Certainty.ASKED, FACTS),
        (AMOUNT, "1,234", Kind.AMBIGUOUS_NUMBER, Certainty.ASKED, "comma of two conventions"),
        (COMMUNE, "Homonyme", Kind.AMBIGUOUS_TERRITORY, Certainty.ASKED, "names occur twice"),
        (PLACE, "Chef-Lieu", Kind.AMBIGUOUS_TERRITORY, Certainty.ASKED, "town and province"),
        (DAY, "1970-01-01", Kind.EPOCH_DATE, Certainty.LOST, "an official site shows it"),
        (DAY, "01/01/1970", Kind.EPOCH_DATE, Certainty.LOST, FACTS),
        (DAY, "1900-01-00", Kind.EPOCH_DATE, Certainty.LOST, FACTS),
        (DAY, "0", Kind.EPOCH_DATE, Certainty.LOST, EXCEL),
        (ICE, "2,43E+13", Kind.SCIENTIFIC_NOTATION, Certainty.LOST, "a real file of subsidies"),
        (REFERENCE, "2,43E+13", Kind.SCIENTIFIC_NOTATION, Certainty.LOST, FACTS),
        (AMOUNT, "1,5E+06", Kind.SCIENTIFIC_NOTATION, Certainty.LOST, EXCEL),
        (REFERENCE, "mars-26", Kind.HALF_DATE, Certainty.LOST, EXCEL),
        (MONTH, "sept-26", Kind.HALF_DATE, Certainty.LOST, EXCEL),
        (TEXT, "#N/A", Kind.SHEET_ERROR, Certainty.LOST, "Microsoft's list of error values"),
        (AMOUNT, "#VALEUR!", Kind.SHEET_ERROR, Certainty.LOST, "the same, French edition"),
        (DAY, "########", Kind.SHEET_ERROR, Certainty.LOST, EXCEL),
        (REFERENCE, "12-févr", Kind.HALF_DATE, Certainty.LOST, EXCEL),
    ],
)
def test_what_nobody_can_know_is_asked_or_declared_lost(where, before, kind, certainty, source):
    proposal = propose(where, before, row=2)
    assert (proposal.after, proposal.kind, proposal.certainty) == (None, kind, certainty), source
    assert not proposal.is_repair


@pytest.mark.parametrize(
    ("where", "text", "why"),
    [
        (ICE, "000000000001067", "sound as it is"),
        (ICE, "1068", "the key does not fit: padding would invent a number"),
        (ICE, "0", "zero is a multiple of 97 and no number of an enterprise"),
        (ICE, "1234567890123456", "sixteen digits"),
        (AMOUNT, "-5", "a negative number is a number"),
        (AMOUNT, "12 34", "no groups of three"),
        (AMOUNT, "environ 300", "not only a number"),
        (COUNT, "2,5", "rounding would change it"),
        (DAY, "31/02/2026", "no such day"),
        (DAY, "12345", "a serial of 1933 strayed into the column"),
        (DAY, "2026-02-13 14:30", "the hour would be lost"),
        (DAY, "13/02/26", "of which century?"),
        (DAY, "", "an empty cell is empty"),
        (FLAG, "peut-être", "neither yes nor no"),
        (WORD, "sport", "not in the list"),
        (TEXT, "2,43E+13", "a free text is no reference"),
        (TEXT, "  deux espaces ", "a free text may have its spaces"),
        (PLACE, "01.000.00.00", "a code that is no name is left to the checks"),
        (PLACE, "Atlantide", "no territory of the list"),
    ],
)  # fmt: skip
def test_nothing_is_proposed_without_a_proof(where, text, why):
    assert propose(where, text, row=2) is None, why


def test_the_province_of_the_row_chooses_between_homonyms():
    proposal = propose(COMMUNE, "Homonyme", row=2, provinces=frozenset({"01.570"}))
    assert (proposal.after, proposal.certainty) == ("01.570.01.03", Certainty.LIKELY)
    assert "01.570.01.03" in proposal.proof("fr")


def test_a_number_too_short_to_name_an_enterprise_proves_little():
    assert propose(ICE, "1067", row=2).certainty is Certainty.LIKELY
    assert propose(ICE, "9999999999985", row=2).certainty is Certainty.PROVED


def test_a_repair_that_the_column_refuses_is_not_proposed():
    not_negative = column("number", constraints={"minimum": 0})
    assert propose(not_negative, "-1 000,50", row=2) is None
    short = column(constraints={"maxLength": 3})
    assert propose(short, "\u200fquatre", row=2) is None


def test_cells_that_contradict_each_other_prove_no_order():
    witness = OrderWitness()
    witness.see(2, "01/02/2026")
    assert witness.evidence().order is None
    witness.see(3, "13/02/2026")
    assert witness.evidence() == OrderEvidence(Order.DAY_FIRST, 3, "13/02/2026")
    witness.see(4, "02/14/2026")
    assert witness.evidence() == OrderEvidence()


def test_the_cell_that_shows_the_order_is_named_in_the_proof():
    assert "7 (13/02/2026)" in propose(DAY_FIRST, "01/02/2026", row=2).proof("en")


def test_what_stands_above_the_header_is_a_title_or_an_empty_line():
    assert lines.title_row(["Aides 2026", ""], row=1, header_row=3).kind is Kind.TITLE_ROW
    assert lines.title_row(["", ""], row=2, header_row=3).kind is Kind.EMPTY_LINE


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["TOTAL", "", "12"], Kind.TOTAL_LINE),
        (["", "المجموع", "12"], Kind.TOTAL_LINE),
        (["Total", "Foot", "12"], None),
        (["Totalement", "", "12"], None),
        (["a", "", "12"], None),
        (["", " ", ""], Kind.EMPTY_LINE),
        ([], Kind.EMPTY_LINE),
    ],
)
def test_a_line_of_totals_says_so_and_lacks_what_rows_must_have(cells, kind):
    subject = column(constraints={"required": True}, is_required=True)
    proposal = lines.no_data(cells, [subject, subject, AMOUNT], row=9)
    assert (proposal and proposal.kind) == kind
    assert not proposal or (proposal.is_repair and proposal.kind in REMOVALS)


def test_all_one_kind_or_one_place_are_accepted():
    padded, asked = propose(ICE, "9999999999985", row=7), propose(DAY, "01/02/2026", row=7)
    assert acceptance_from(["all"]).takes(padded)
    assert acceptance_from(["ice-padding"]).takes(padded)
    assert acceptance_from(["7:c"]).takes(padded)
    assert not acceptance_from(["8:c", "date-form"]).takes(padded)
    assert acceptance_from(["proved"]).takes(padded)
    assert not acceptance_from(["proved"]).takes(propose(DAY, "46054", row=7))
    assert not acceptance_from(["all"]).takes(asked)
    assert acceptance_from(["9:"]).takes(lines.no_data([""], [], row=9))
    for wrong in ("everything", "c:7", "٧:c"):
        with pytest.raises(Invalid):
            acceptance_from([wrong])


def test_every_reason_and_saying_is_told_in_three_languages():
    assert set(REASONS) == set(Reason)
    assert set(SAYINGS) == set(Saying)
    for texts in (*REASONS.values(), *SAYINGS.values()):
        assert set(texts) == set(LANGUAGES)
        assert len({text.count("{") for text in texts.values()}) == 1
    said = Proposal(2, "c", "1", None, Kind.DIGITS, Reason.TOTAL, Certainty.LIKELY, "{0} %s")
    assert "{0} %s" in said.proof("ar")


COLUMNS = (MONTH, AMOUNT, COUNT, DAY, FLAG, TEXT, ICE, REFERENCE, WORD, PLACE, COMMUNE, DAY_FIRST)
wrecks = st.one_of(
    st.text(max_size=20),
    st.text("0123456789٠١٢٣٤٥٦٧٨٩ ,./-\u202f\u200fEeDHدرهم+", max_size=16),
    st.integers(0, 10**15 // 97).map(lambda number: str(number * 97)),
    st.dates().map(lambda day: f"{day:%d/%m/}{day.year:04}"),
    st.integers(-(10**9), 10**9).map(lambda number: f"{number:,}".replace(",", " ") + ",50 DH"),
    st.sampled_from(["OUI", "non ", "نعم", "Santé", "Homonyme", "chef lieu", "1.57", "mars-26"]),
)


@given(st.sampled_from(COLUMNS), wrecks, st.sampled_from([frozenset(), frozenset({"01.570"})]))
def test_whatever_is_accepted_makes_the_cell_sound_for_good(where, text, provinces):
    proposal = propose(where, text, row=2, provinces=provinces)
    if proposal and proposal.after is not None:
        assert not where.is_sound(text)
        assert where.is_sound(proposal.after)
        assert propose(where, proposal.after, row=2, provinces=provinces) is None

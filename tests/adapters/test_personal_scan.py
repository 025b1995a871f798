"""A table is read quickly, and nothing is missed for it."""

import base64
import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata_hub.adapters.tabular.personal import PersonalScan
from opendata_hub.domain.catalog import privacy
from opendata_hub.domain.catalog.privacy import Kind, marks, sieve, traces

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SEPARATORS = st.sampled_from(
    ["", " ", ".", "-", "/", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"]
)
WORDS = [
    "", "CIN", "c.i.n :", "C.N.I.E n°", "CNI", "carte nationale", "Carte d’identité",
    "passeport", "PASSPORT", "carte de séjour", "ب.ت.و", "ب ت و", "بطاقة التعريف",
    "بطاقته الوطنية", "البِطاقة الوطنية", "جواز السفر", "CNSS", "c.n.s.s", "Sécurité Sociale",
    "الضمان الاجتماعي", "ص.و.ض.ا", "né le", "NÉE LE", "né(e) le", "ne le", "nee en",
    "Né à X le", "natif de", "D.N. :", "ddn", "born", "dob", "date de naissance",
    "Naissance:", "birth date", "date of birth", "مزداد", "مـزدادة", "تاريخ الازدياد",
    "سنة الولادة", "مكان الميلاد", "ولد سنة", "ولدت في", "من مواليد", "المولود بتاريخ",
    "الازدياد:", "IBAN", "tél", "الهاتف", "\N{RIGHT-TO-LEFT MARK}", "ﬁche", "montant",
]  # fmt: skip
COLUMNS = [
    "",
    "objet",
    "numero_cin",
    "cnss",
    "date_naissance",
    "lieu de naissance",
    "ملاحظات",
    "nb",
]


def in_arabic(text):
    return text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


def fullwidth(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@st.composite
def digits(draw, length=None):
    count = length or draw(st.integers(1, 26))
    separator = draw(SEPARATORS)
    size = draw(st.integers(1, 6))
    text = draw(st.text("0123456789", min_size=count, max_size=count))
    return separator.join(text[start : start + size] for start in range(0, count, size))


@st.composite
def mobiles(draw):
    lead = draw(
        st.sampled_from(
            ["0", "+212", "+212 ", "+ 212 ", "00212", "00 212 ", "(+212) ", "212", "+212 (0)"]
        )
    )
    tail = draw(st.sampled_from("67")) + draw(digits(8))
    return lead + tail


@st.composite
def ribs(draw):
    front = draw(st.text("0123456789", min_size=22, max_size=22))
    number = f"{front}{97 - int(front) * 100 % 97:02d}"
    separator, size = draw(SEPARATORS), draw(st.integers(1, 16))
    return separator.join(number[start : start + size] for start in range(0, 24, size))


@st.composite
def ibans(draw):
    country = draw(st.sampled_from(["MA", "FR", "GB", "MT", "NO"]))
    length = {"MA": 24, "FR": 23, "GB": 18, "MT": 27, "NO": 11}[country]
    letters = "0123456789" if country in "MANO" else "0123456789ABCDEF"
    account = draw(st.text(letters, min_size=length, max_size=length))
    value = int("".join(str(int(c, 36)) for c in f"{account}{country}00"))
    number = f"{country}{98 - value % 97:02d}{account}"
    separator = draw(st.sampled_from(["", " ", "-"]))
    text = separator.join(number[start : start + 4] for start in range(0, len(number), 4))
    return text.lower() if draw(st.booleans()) else text


cards = st.builds(
    "{}{}{}".format, st.sampled_from(["X", "zx", "XZ"]), st.sampled_from(["", " ", "-"]), digits(6)
)
mailboxes = st.builds(
    "{}@{}.example".format, st.sampled_from(["p.fictive", "a", "contact"]), st.sampled_from("ab")
)
dates = st.sampled_from(
    ["1/2/80", "1980", "12/03/1980", "2026-06-07 2026-06-10", "06-07-2026 10:00"]
)
values = st.one_of(
    digits(), mobiles(), ribs(), ibans(), cards, mailboxes, dates, st.text(max_size=8)
)
disguises = st.sampled_from([
    str, str, in_arabic, fullwidth,
    lambda text: f"\N{LEFT-TO-RIGHT EMBEDDING}{text}\N{POP DIRECTIONAL FORMATTING}",
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
])  # fmt: skip


@st.composite
def cells(draw):
    before, after = (
        draw(st.sampled_from(WORDS)),
        draw(st.sampled_from(["", "", ".", "x", "\0", "\n", "DH", "à"])),
    )
    gap = draw(st.sampled_from([" ", "", ":", "\0", "\n"]))
    said = f"{before}{gap}{draw(values)}{after}"
    return draw(disguises)(said)


@settings(deadline=None)
@given(st.lists(st.tuples(cells(), st.sampled_from(COLUMNS)), min_size=1, max_size=5))
def test_a_row_is_looked_at_whenever_one_of_its_cells_gives_somebody_away(row):
    columns = [column for _, column in row]
    texts = [text for text, _ in row]
    expected = [
        (kind, 2, column or None)
        for text, column in row
        for kind in sorted(traces(text, column=column))
    ]
    scan = PersonalScan("table.csv", columns, language="fr")
    assert [(f.code, f.row, f.column) for f in scan.row(2, texts)] == expected
    again = [(f.code, f.row, f.column) for f in scan.row(3, texts)]
    assert again == [(code, 3, column) for code, _, column in expected]


@settings(deadline=None)
@given(st.lists(cells(), min_size=1, max_size=5))
def test_plain_cells_joined_are_the_plain_form_of_the_joined_text(texts):
    joined = marks.MARK.join(texts)
    assert marks.plain(joined) == marks.MARK.join(map(marks.plain, texts))


@pytest.mark.parametrize("name", ["privacy_cases.csv", "privacy_labelled.csv"])
def test_the_sieve_lets_through_whatever_was_labelled(name):
    with (BENCHMARKS / name).open(encoding="utf-8", newline="") as stream:
        for case in csv.DictReader(stream):
            if traces(case["text"]):
                assert sieve.lets_through(case["text"]), case["text"]


@pytest.mark.parametrize(
    "row",
    [
        [
            "01.000.00.00",
            "2026-SUB-001",
            "000000000000097",
            "2026-03-12",
            "30000.00",
            "Aménagement",
        ],
        [
            "جمعية المثال للشباب",
            "تنمية محلية",
            "12/2026/CT",
            "10.20.30.40",
            "1 399 999,00",
            "fonctionnaire",
        ],
    ],
)
def test_an_ordinary_row_is_not_read_cell_by_cell(row):
    assert not sieve.lets_through(marks.MARK.join(row))


def test_names_are_read_as_well_and_underscores_part_words():
    scan = PersonalScan("liste_cin_XZ123456.csv", ["objet", "tel_0600001234"], language="fr")
    assert [(f.code, f.row, f.column) for f in scan.names()] == [
        (Kind.CIN, None, None),
        (Kind.PHONE, 1, "tel_0600001234"),
    ]


def test_a_cell_beyond_the_header_has_no_column():
    scan = PersonalScan("table.csv", ["objet"], language="ar")
    (finding,) = scan.row(7, ["", "0600001234"])
    assert (finding.row, finding.column) == (7, None)
    assert finding.message == privacy.MESSAGES[Kind.PHONE]["ar"]


def test_a_scan_that_remembers_too_much_begins_anew(monkeypatch):
    monkeypatch.setattr("opendata_hub.adapters.tabular.personal.REMEMBERED", 2)
    scan = PersonalScan("table.csv", ["a"], language="fr")
    found = [
        len(list(scan.row(n, [text]))) for n, text in enumerate(["x", "y", "z", "0600001234", "x"])
    ]
    assert found == [0, 0, 0, 1, 0]


@pytest.mark.parametrize("lead", ["", "T", "Té", "tel", "CIN", "CIN ", "CIN x"])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0600001234", Kind.PHONE),
        ("06 00 00 12 34", Kind.PHONE),
        ("06.00.00.12.34", Kind.PHONE),
        ("CIN: ZX123456", Kind.CIN),
        ("p.fictive@courriel.example", Kind.EMAIL),
        ("né le 01/02/1980", Kind.BIRTH),
        ("RIB 011780000012345678901296", Kind.RIB),
        ("MA64011519000001205000534921", Kind.IBAN),
        ("CNSS 123456789", Kind.CNSS),
    ],
)
def test_base64_hides_nothing_wherever_its_groups_begin(lead, text, kind):
    hidden = base64.b64encode(f"{lead} {text}".encode()).decode()
    assert kind in traces(f"voir {hidden}")

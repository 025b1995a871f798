"""The index finds what readers mean, counts what there is, and survives what happens to it."""

import contextlib
import multiprocessing
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata_hub.adapters import search
from opendata_hub.adapters.search import SearchIndex
from opendata_hub.domain.catalog.search.entry import Entry, Shown
from opendata_hub.domain.catalog.search.query import Facet, Query, Sort
from opendata_hub.domain.errors import BadSearch, SearchUnavailable

MADE_FOR = "declarations"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def entry(slug, title, *, description=None, about=(), columns=(), day=0, **facets):
    shown = Shown(
        slug=slug,
        title=title,
        description=description or {},
        family="family",
        publisher="commune",
        format="CSV",
        rows=3,
        version=1,
        modified_at=NOON - timedelta(days=day),
    )
    given = {"publisher": ("commune",), "format": ("CSV",), "year": ("2026",), **facets}
    return Entry(
        shown,
        tuple(about),
        (*shown.description.items(), *columns),
        {facet: tuple(given.get(facet, ())) for facet in Facet},
    )


LIBRARY = (
    entry("marches", {"fr": "Marchés publics attribués", "ar": "الصفقات العمومية المسندة"},
          description={"fr": "Les résultats des appels d’offres de la commune."},
          theme=("GOVE", "ECON")),
    entry("subventions", {"fr": "Subventions aux associations", "ar": "الإعانات المقدمة للجمعيات"},
          about=[("en", "Subsidies to associations")], theme=("GOVE", "SOCI"), day=1),
    entry("budget", {"fr": "Budget de la commune", "ar": "ميزانية الجماعة", "en": "The budget"},
          theme=("ECON",), year=("2025",), day=2),
    entry("patrimoine", {"fr": "Déclarations de patrimoine", "ar": "التصريح بالممتلكات"},
          columns=[("fr", "Nombre de déclarants"), ("ar", "عدد المصرحين")],
          theme=("GOVE",), day=3),
    entry("engagements", {"ar": "التزامات الحكومة المنفتحة", "en": "Commitments"},
          description={"ar": "البوابة الإلكترونية للشكايات"}, publisher=("ministere",), day=4),
    entry("statistiques", {"fr": "Statistiques scolaires"},
          theme=("EDUC",), format=("XLSX",), day=5),
)  # fmt: skip


@pytest.fixture
def index(tmp_path):
    made = SearchIndex(tmp_path / "search")
    with made.writing():
        made.rebuild(MADE_FOR, position=7, entries=LIBRARY)
    return made


def slugs(index, text="", **more):
    return [hit.shown.slug for hit in index.search(Query(text, **more)).hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        # French and English: accents, number, gender, elision, a word of the other language.
        ("marches publics", "marches"),
        ("MARCHÉ PUBLIC", "marches"),
        ("marché publique", "marches"),
        ("l'association", "subventions"),
        ("subsidy", "subventions"),
        ("budgets", "budget"),
        ("appel d'offre", "marches"),
        ("declaration patrimoine", "patrimoine"),
        ("déclarant", "patrimoine"),
        ("commitment", "engagements"),
        ("statistics", "statistiques"),
        # Arabic: article, prepositions, hamza, vowel signs, number, gender.
        ("صفقة", "marches"),
        ("الصفقات", "marches"),
        ("بالصفقات العمومية", "marches"),
        ("الصَّفَقَات", "marches"),
        ("اعانة", "subventions"),
        ("جمعية", "subventions"),
        ("للجمعيات", "subventions"),
        ("ميزانيات", "budget"),
        ("جماعة", "budget"),
        ("تصريحات", "patrimoine"),
        ("ممتلكات", "patrimoine"),
        ("الالتزامات", "engagements"),
        ("الكتروني", "engagements"),
        # Typing errors, and a word of each language.
        ("subvention associaton", "subventions"),
        ("subvnetions", "subventions"),
        ("marhces publics", "marches"),
        ("statistqiues", "statistiques"),
        ("الجمعيت", "subventions"),
        ("ميزانبة", "budget"),
        ("budget ميزانية", "budget"),
    ],
)
def test_readers_find_what_they_mean(index, text, first):
    assert slugs(index, text)[:1] == [first]


@pytest.mark.parametrize("text", ["piscine", "marchés piscine", "!!! ***", '""', "ab", "صدقة"])
def test_what_nobody_has_is_not_found(index, text):
    assert index.search(Query(text)).total == 0


def test_every_word_is_required_but_for_those_that_say_nothing(index):
    assert slugs(index, "le budget de la commune") == ["budget"]
    assert slugs(index, "commune marchés") == ["marches"]


def test_the_title_counts_more_than_the_description(index):
    assert slugs(index, "commune") == ["budget", "marches"]


def test_words_that_were_guessed_are_told(index):
    found = index.search(Query("subvention associaton"))
    assert found.guessed == ("associaton",)
    assert index.search(Query("subvention")).guessed == ()


def test_short_words_and_numbers_are_not_guessed(index):
    assert slugs(index, "budgt") == ["budget"]
    assert slugs(index, "20261") == []
    assert slugs(index, "bugt") == []


def test_nothing_asked_gives_everything_the_latest_first(index):
    found = index.search(Query())
    assert [hit.shown for hit in found.hits] == [each.shown for each in LIBRARY]
    assert found.total == len(LIBRARY)


def test_pages_follow_one_another(index):
    whole = slugs(index)
    assert slugs(index, limit=4) + slugs(index, limit=4, page=2) == whole
    assert index.search(Query(limit=4, page=9)).total == len(whole)
    assert slugs(index, limit=4, page=9) == []


def test_titles_are_sorted_in_the_language_of_the_reader(index):
    assert slugs(index, sort=Sort.TITLE, language="fr")[0] == "budget"
    assert slugs(index, sort=Sort.TITLE, language="en", limit=2) == ["engagements", "patrimoine"]


def test_filters_of_one_facet_are_alternatives_and_facets_are_all_required(index):
    assert set(slugs(index, filters={Facet.THEME: ["ECON", "EDUC"]})) == {
        "marches", "budget", "statistiques",
    }  # fmt: skip
    both = {Facet.THEME: ["ECON"], Facet.YEAR: ["2025"]}
    assert slugs(index, filters=both) == ["budget"]
    assert slugs(index, filters={Facet.PUBLISHER: ["nobody' OR *:*"]}) == []


def test_a_facet_shows_the_alternatives_to_its_own_filter(index):
    found = index.search(
        Query(filters={Facet.THEME: ["SOCI"]}, facets=(Facet.THEME, Facet.PUBLISHER))
    )
    assert found.total == 1
    assert dict(found.facets[Facet.THEME]) == {"GOVE": 3, "ECON": 2, "SOCI": 1, "EDUC": 1}
    assert found.facets[Facet.PUBLISHER] == (("commune", 1),)


def generated(number, seed):
    chance = random.Random(seed)  # noqa: S311  (a test's own dice)
    words = ["marchés", "budget", "صفقات", "جمعيات", "travaux", "eau", "école"]
    return [
        entry(
            f"d{each}",
            {"fr": " ".join(chance.choices(words, k=2))},
            theme=tuple(chance.sample(["GOVE", "ECON", "SOCI", "EDUC"], chance.randint(0, 3))),
            publisher=(f"p{chance.randint(0, 30)}",),
            year=(str(chance.randint(2020, 2026)),),
            format=(chance.choice(["CSV", "XLSX"]),),
            day=each,
        )
        for each in range(number)
    ]


def matches(each, filters):
    return all(set(codes) & set(each.facets[facet]) for facet, codes in filters.items())


@pytest.mark.parametrize("seed", range(8))
def test_counts_equal_those_of_counting_by_hand(tmp_path, seed):
    entries = generated(300, seed)
    index = SearchIndex(tmp_path)
    with index.writing():
        index.rebuild(MADE_FOR, position=1, entries=entries)
    chance = random.Random(seed)  # noqa: S311
    for text, stem in (("", ""), ("budget", "budget"), ("صفقة", "صفقات")):
        filters = {
            Facet.THEME: chance.sample(["GOVE", "ECON", "SOCI"], 2),
            Facet.YEAR: ["2024", "2025"],
        }
        found = index.search(Query(text, filters=filters, facets=tuple(Facet), limit=100))
        having = [each for each in entries if stem in each.shown.title["fr"]]
        right = [each for each in having if matches(each, filters)]
        assert found.total == len(right)
        assert {h.shown.slug for h in found.hits} == {each.shown.slug for each in right}
        for facet in Facet:
            others = {other: codes for other, codes in filters.items() if other is not facet}
            counted = Counter(
                code for e in having if matches(e, others) for code in e.facets[facet]
            )
            assert dict(found.facets[facet]) == counted


def test_an_index_brought_up_to_date_answers_as_one_made_anew(tmp_path):
    before, after = generated(120, 1), generated(120, 2)
    changes = [(e.shown.slug, e) for e in after[40:80]] + [(f"d{n}", None) for n in range(30)]
    now = {e.shown.slug: e for e in before} | dict(changes)
    stepwise, anew = SearchIndex(tmp_path / "a"), SearchIndex(tmp_path / "b")
    with stepwise.writing():
        stepwise.rebuild(MADE_FOR, position=1, entries=before)
        for at in range(0, len(changes), 7):
            stepwise.update(MADE_FOR, position=2 + at, changes=changes[at : at + 7])
    with anew.writing():
        anew.rebuild(MADE_FOR, position=2, entries=[e for e in now.values() if e])
    assert stepwise.search(Query()).total == anew.search(Query()).total == 90
    for text in ("", "budget", "جمعية", "travaux", "ecloe"):
        query = Query(text, facets=tuple(Facet), limit=100, sort=Sort.MODIFIED)
        one, other = stepwise.search(query), anew.search(query)
        assert (one.total, one.hits, one.facets) == (other.total, other.hits, other.facets)


def test_how_far_an_index_is_can_be_asked(index, tmp_path):
    assert index.state(MADE_FOR) == 7
    assert index.state("other declarations") is None
    assert SearchIndex(tmp_path / "none").state(MADE_FOR) is None
    with index.writing():
        assert index.update(MADE_FOR, position=9, changes=[("budget", None)]) == 1
    assert (index.state(MADE_FOR), index.search(Query()).total) == (9, len(LIBRARY) - 1)


def test_there_is_nothing_to_bring_up_to_date_where_there_is_no_index(tmp_path):
    index = SearchIndex(tmp_path)
    with index.writing(), pytest.raises(SearchUnavailable):
        index.update(MADE_FOR, position=1, changes=[])
    with pytest.raises(SearchUnavailable):
        index.search(Query())


def test_changes_that_break_off_leave_the_index_as_it_was(index):
    def broken():
        yield "budget", None
        raise RuntimeError("the database is gone")

    with index.writing(), pytest.raises(RuntimeError):
        index.update(MADE_FOR, position=9, changes=broken())
    assert (index.state(MADE_FOR), index.search(Query()).total) == (7, len(LIBRARY))
    with index.writing(), pytest.raises(RuntimeError):
        index.rebuild(MADE_FOR, position=9, entries=(e for _, e in broken() if e))
    assert slugs(index, "budget") == ["budget"]
    with index.writing():
        index.update(MADE_FOR, position=10, changes=[("budget", None)])
    assert slugs(index, "budget") == []


def test_an_index_of_another_version_is_not_asked(index, monkeypatch):
    monkeypatch.setattr(search, "FORMAT", "other")
    again = SearchIndex(index.home)
    assert again.state(MADE_FOR) is None
    with pytest.raises(SearchUnavailable):
        again.search(Query())


def wreck_state(home):
    (home / "current.json").write_text("{", encoding="utf-8")


def wreck_meta(home):
    for meta in home.glob("*/meta.json"):
        meta.write_text("{}", encoding="utf-8")


def wreck_segments(home):
    for file in home.glob("index-*/*"):
        if file.name != "meta.json":
            file.write_bytes(b"\x00" * 100)


def remove_folder(home):
    for file in home.glob("index-*/*"):
        file.unlink()


@pytest.mark.parametrize("wreck", [wreck_state, wreck_meta, wreck_segments, remove_folder])
def test_a_broken_index_says_so_and_can_be_made_anew(index, wreck):
    wreck(index.home)
    again = SearchIndex(index.home)
    assert not again.is_readable()
    with pytest.raises(SearchUnavailable):
        again.search(Query("budget"))
    with again.writing():
        again.rebuild(MADE_FOR, position=8, entries=LIBRARY)
    assert slugs(again, "budget") == slugs(index, "budget") == ["budget"]
    assert len(list(again.home.glob("index-*"))) == 1


@pytest.mark.parametrize("ending", ["store", "term", "idx", "fast", "fieldnorm"])
def test_a_damaged_file_of_the_index_never_breaks_the_asker(index, ending):
    """Turned bits make the library fail in many ways, a panic among them, or find too little."""
    for file in index.home.glob(f"index-*/*.{ending}"):
        whole = file.read_bytes()
        half = len(whole) // 2
        file.write_bytes(bytes(byte ^ 0x55 for byte in whole[:half]) + whole[half:])
    for text in ("marchés commune budgt", ""):
        with contextlib.suppress(SearchUnavailable):
            SearchIndex(index.home).search(Query(text, facets=tuple(Facet)))


def remove_budget(home):
    other = SearchIndex(home)
    with other.writing():
        other.update(MADE_FOR, position=8, changes=[("budget", None)])


def make_anew(home):
    other = SearchIndex(home)
    with other.writing():
        other.rebuild(MADE_FOR, position=9, entries=LIBRARY[:1])


def test_a_reader_sees_what_another_process_wrote(index):
    spawn = multiprocessing.get_context("spawn")
    for act, left in ((remove_budget, len(LIBRARY) - 1), (make_anew, 1)):
        assert index.search(Query()).total != left
        process = spawn.Process(target=act, args=[index.home])
        process.start()
        process.join(60)
        assert process.exitcode == 0
        assert index.search(Query()).total == left


def test_readers_are_answered_while_the_index_is_written(index):
    def ask(_):
        return index.search(Query("marchés publics", facets=tuple(Facet))).total

    def write(number):
        with index.writing():
            if number % 5:
                index.update(MADE_FOR, position=number, changes=[(f"new-{number}", LIBRARY[1])])
            else:
                index.rebuild(MADE_FOR, position=number, entries=LIBRARY)

    with ThreadPoolExecutor(6) as pool:
        written = [pool.submit(write, number) for number in range(12)]
        assert set(pool.map(ask, range(200))) == {1}
        for each in written:
            each.result()


def test_a_writer_that_does_not_let_go_is_told_of(index):
    other = SearchIndex(index.home)
    with index.writing(), pytest.raises(SearchUnavailable, match="writing"):
        other.writing(patience_seconds=0.1).__enter__()


def test_too_many_words_are_refused(index):
    with pytest.raises(BadSearch):
        index.search(Query(" ".join(f"mot{n}" for n in range(21))))


hostile = st.one_of(
    st.text(max_size=500),
    st.text(alphabet="\"'()[]{}*?~^:+-!&|\\/ AND OR NOT\x00\n ابة", max_size=200),
    st.lists(st.sampled_from(["marchés", "AND", "title:", '"', "الصفقات", "*", "x~2"])).map(
        " ".join
    ),
)


@given(hostile)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_text_of_a_query_breaks_a_search(index, text):
    try:
        found = index.search(Query(text[:500], facets=tuple(Facet)))
    except BadSearch:
        return
    assert 0 <= found.total <= len(LIBRARY)


def test_an_excerpt_marks_what_was_found_in_the_language_of_the_reader(index):
    hit = index.search(Query("الكترونية", language="fr")).hits[0]
    assert [part.text for part in hit.excerpt if part.is_hit] == ["الإلكترونية"]
    assert hit.excerpt_language == "ar"
